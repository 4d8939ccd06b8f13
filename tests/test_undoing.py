"""An import is taken out, and the archive is as if it had never been."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries import verification
from archive.undoing import undo_import

Contents = Callable[[Path], dict[str, list[str]]]

SOURCES = """
[[sources]]
name = "Alpha Post"
aliases = ["Alpha"]
domains = ["alpha.example"]
"""

TOPICS = """
[[topics]]
name = "Rivers"
phrases = ["river"]

[[topics]]
name = "Weather"
phrases = ["storm"]
"""

LONG = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The upper river stood -5 centimetres below the mark, and two crews worked until late at night on 3 March 2021. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council meets again on Thursday to decide whether a second ferry can be paid for this year."
)
SHORT = "The ferry runs again. Nobody knows for how long the storm will spare it."
TEXTS = (
    LONG,
    LONG.upper(),
    LONG.replace("Monday", "Tuesday"),
    "Ferry stops on the upper river\n\n" + LONG,
    LONG + " Rivers** on the ferry",
    LONG + "\n- A storm is coming\n- The mill is sold\n- Ninety years of bread",
    SHORT,
    SHORT.replace("again", "anew"),
)


@dataclass(frozen=True)
class Unit:
    """What a file holds when it is imported, and what its sidecar says."""

    place: str
    text: str
    front_matter: tuple[tuple[str, str], ...] = ()
    sidecar: tuple[tuple[str, str], ...] = field(default=())

    def lay(self, folder: Path) -> str:
        """Write the file and return its path."""
        file = folder / self.place
        lines = [f"{key}: {value}" for key, value in self.front_matter]
        file.write_text("\n".join(["---", *lines, "---", self.text] if lines else [self.text]))
        sidecar = folder / f"{self.place}.meta.toml"
        sidecar.unlink(missing_ok=True)
        if self.sidecar:
            sidecar.write_text("".join(f'{key} = "{value}"\n' for key, value in self.sidecar))
        return str(file)


def _some(key: str, *values: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    return st.sampled_from(((), (), *(((key, value),) for value in values)))


STATED = st.builds(
    lambda *parts: sum(parts, ()),
    _some("id", "1", "2"),
    _some("url", "https://alpha.example/1", "https://www.alpha.example/1?utm_source=x", "https://else.example/2"),
    _some("source", "Alpha", "Beta", "Gamma"),
    _some("modified", "2023-03-01", "2023-03-02T06:30:00Z", "2023"),
    _some("saved", "2023-03-05", "2023-03-06"),
    _some("date", "2023-02", "2023-02-28", "28 February 2023", "soon"),
    _some("author", "A. Okoro", "Li Wei and A. Okoro"),
    _some("tags", "Rivers", "Bread"),
    _some("title", "A title", "Ferry stops in the storm"),
    _some("section", "Harbour", "Town"),
)
UNITS = st.builds(
    Unit,
    st.sampled_from(("a.txt", "b.txt", "c.md")),
    st.sampled_from(TEXTS),
    STATED | st.just(()),
    _some("section", "Sport") | _some("date", "2022") | st.just(()),
)
IMPORTS = st.lists(st.lists(UNITS, min_size=1, max_size=3), min_size=1, max_size=4)


@pytest.fixture(scope="session")
def model(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a vocabulary that is small, and so quick to load."""
    folder = tmp_path_factory.mktemp("model")
    path = Path(shutil.copy(empty_archive, folder / "archive.db"))
    for kind, content in (("sources", SOURCES), ("topics", TOPICS)):
        (folder / f"{kind}.toml").write_text(content)
        load_vocabulary(path, folder / f"{kind}.toml", kind)
    return path


def import_units(path: Path, folder: Path, units: Sequence[Unit]) -> int:
    """Import what these files hold; of those at one place the last counts. Returns the import's number."""
    folder.mkdir(exist_ok=True)
    paths = dict.fromkeys(unit.lay(folder) for unit in units)
    return import_paths(path, list(paths), ImportOptions(jobs=0)).import_id


def undo(path: Path, number: int, **options: Any) -> None:
    undo_import(path, number, "Ada", **options)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [one for one in verification.verify(path).findings if one.severity == "error"] == []


@settings(max_examples=60)
@given(imports=IMPORTS)
def test_undoing_the_last_import_is_as_before_it(
    model: Path, contents: Contents, tmp_path_factory: pytest.TempPathFactory, imports: list[list[Unit]]
) -> None:
    """And so on, back to the beginning."""
    folder = tmp_path_factory.mktemp("undo")
    path = Path(shutil.copy(model, folder / "archive.db"))
    before = []
    numbers = []
    for units in imports:
        before.append(contents(path))
        numbers.append(import_units(path, folder / "files", units))
    for number, expected in zip(reversed(numbers), reversed(before), strict=True):
        undo(path, number)
        assert contents(path) == expected


def unnumbered(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return contents without numbers of revisions and media types, which stay as they came first."""
    kept = re.compile(r"\('number', \d+\)|\('media_type', '[^']*'\)")
    return {table: sorted(kept.sub("", row) for row in rows) for table, rows in contents.items()}


# Pieces that are known by an id: what depends on the order of units otherwise, does not hide what does not.
KNOWN = st.lists(
    st.builds(
        lambda unit, number: Unit(
            unit.place,
            unit.text,
            (("id", number), *(one for one in unit.front_matter if one[0] not in ("id", "source"))),
            (("source", "Alpha"), *unit.sidecar),
        ),
        UNITS,
        st.sampled_from(("1", "2")),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=80)
@given(first=KNOWN, later=KNOWN)
def test_undoing_the_first_of_two_is_as_if_only_the_later_had_been(
    model: Path, contents: Contents, tmp_path_factory: pytest.TempPathFactory, first: list[Unit], later: list[Unit]
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    path, alone = (Path(shutil.copy(model, folder / name)) for name in ("archive.db", "alone.db"))
    undone = import_units(path, folder / "files", first)
    import_units(path, folder / "files", later)
    undo(path, undone)
    import_units(alone, folder / "files", later)
    assert unnumbered(contents(path)) == unnumbered(contents(alone))
