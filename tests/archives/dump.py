"""A populated archive as SQL text, and back: how the archives of this folder were made and are loaded.

    python tests/archives/dump.py ARCHIVE.db > tests/archives/MIGRATION.sql

FTS5's own tables are left out: the index is built anew of the texts when the text is loaded.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.engines import connected


def dump(path: Path) -> Iterator[str]:
    """Yield the statements that make the same archive again."""
    with connected(path) as connection:
        yield f"PRAGMA application_id = {connection.execute('PRAGMA application_id').fetchone()[0]};"
        shadows = {name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
        objects = connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
        for kind, name, sql in objects:
            if name in shadows or kind != "table":
                continue
            yield f"{sql};"
            if "VIRTUAL" in sql.upper().split("(")[0]:
                continue
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            literals = " || ', ' || ".join(f'quote("{column}")' for column in columns)
            for (values,) in connection.execute(f'SELECT {literals} FROM "{name}" ORDER BY 1'):
                yield f'INSERT INTO "{name}" VALUES ({values});'
        for kind, _, sql in objects:
            if kind != "table":
                yield f"{sql};"
        yield "INSERT INTO article_fts(article_fts) VALUES ('rebuild');"


def load(text: Path, path: Path) -> Path:
    """Return `path`, made the archive that a dump says."""
    with connected(path) as connection:
        connection.executescript("BEGIN;\n" + text.read_text(encoding="utf-8") + "\nCOMMIT;")
    return path


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in dump(Path(sys.argv[1])))
