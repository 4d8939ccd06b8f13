"""From what an input calls a source to a source of the archive."""

from pathlib import Path

import pytest

from archive.ingest import ImportOptions, import_paths, load_vocabulary
from tests.engines import connected

SOURCES = """
[[sources]]
name = "The Mill"
domains = ["mill.example"]

[[sources]]
name = "M of the Harbour"
domains = ["m.harbour.example"]
"""


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.mill.example/1", "The Mill"),
        ("https://m.mill.example/1", "The Mill"),
        ("https://www.google.com/amp/s/mill.example/1", "The Mill"),
        ("https://m.harbour.example/1", "M of the Harbour"),
        ("https://harbour.example/1", None),
    ],
)
def test_the_source_of_a_url(database: Path, tmp_path: Path, url: str, source: str | None) -> None:
    """That of the page itself, also behind a view; where only the view's host is known, that one's."""
    (tmp_path / "sources.toml").write_text(SOURCES)
    load_vocabulary(database, tmp_path / "sources.toml", "sources")
    (tmp_path / "a.md").write_text(f"---\nurl: {url}\n---\nThe mill is sold.")
    import_paths(database, [str(tmp_path / "a.md")], ImportOptions(jobs=0))
    with connected(database) as connection:
        found = connection.execute("SELECT s.name FROM articles a LEFT JOIN sources s ON s.id = a.source_id").fetchone()
    assert found == (source,)
