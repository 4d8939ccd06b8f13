"""How a question of the contract is asked and its answer written down.

    python tests/contract/ask.py NN-name [NN-name …]

writes the answers that are still missing, one for each archive of tests/archives; an answer that is there is left as
it is. NULL is nothing at all between two commas, and a text without a character `""`, as PostgreSQL has it in CSV.
"""

import runpy
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from archive.db import upgrades
from archive.queries.sql import run_select

HERE = Path(__file__).resolve().parent
ANSWERS = HERE / "answers"
ARCHIVES = HERE.parent / "archives"


def questions() -> list[Path]:
    """Return the questions, in order."""
    return sorted(HERE.glob("*.sql"))


def archives() -> list[Path]:
    """Return the populated archives of released schemas, as SQL text, the oldest first."""
    return sorted(ARCHIVES.glob("*.sql"))


def upgraded(text: Path, path: Path) -> Path:
    """Return `path`, made the archive that a text of tests/archives says and brought to the newest schema."""
    load = runpy.run_path(str(ARCHIVES / "dump.py"))["load"]
    load(text, path)
    upgrades.upgrade(path, keep_backup=False)
    return path


def answer(database: Path, question: Path) -> str:
    """Return the answer that an archive gives, as CSV with a header."""
    with run_select(database, question.read_text(encoding="utf-8")) as rows:
        return "".join(_line(row) for row in (rows.columns, *rows))


def _line(row: Sequence[object]) -> str:
    return ",".join(_cells(row)) + "\n"


def _cells(row: Sequence[object]) -> Iterator[str]:
    for value in row:
        if value is None:
            yield ""
            continue
        text = str(value)
        quoted = not text or any(mark in text for mark in '",\n\r')
        yield '"' + text.replace('"', '""') + '"' if quoted else text


def main(names: Sequence[str]) -> None:
    for text in archives():
        with tempfile.TemporaryDirectory() as folder:
            database = upgraded(text, Path(folder) / "archive.db")
            for name in names:
                file = ANSWERS / text.stem / f"{name}.csv"
                if not file.exists():
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(answer(database, HERE / f"{name}.sql"), encoding="utf-8", newline="")
                    print(file)


if __name__ == "__main__":
    main(sys.argv[1:])
