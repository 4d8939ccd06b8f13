"""Keys: what is cited, and so must never come out otherwise."""

import re
from pathlib import Path

import pytest

from archive.db.lookups import Identifier
from archive.ingest import ImportOptions, import_paths
from archive.resolve import keys
from archive.resolve.keys import article_key
from tests.engines import connected


def test_keys_are_frozen() -> None:
    assert article_key(Identifier("id", "harbour-courier", "17")) == "ts3ltfr5gdxu"
    assert article_key(Identifier("url", "", "https://mill.example/a")) == "i6clcgkjbgte"
    assert article_key(Identifier("text", "", "0" * 64)) == "5udmsnn3cz2v"
    assert article_key(Identifier("place", "", "/news/a.txt"), attempt=1) == "y4vtm2duqd6u"


def test_a_key_is_twelve_letters_and_digits() -> None:
    for number in range(100):
        assert re.fullmatch("[a-z2-7]{12}", article_key(Identifier("id", "", str(number))))


def test_a_key_tells_scheme_scope_and_value_apart() -> None:
    identifiers = [("id", "", "ab"), ("id", "a", "b"), ("url", "", "ab"), ("ida", "", "b")]
    assert len({article_key(Identifier(*parts)) for parts in identifiers}) == 4


def test_a_key_that_is_taken_is_followed_by_another(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty bits meet by chance in one of a billion articles or so; here they meet at once."""
    monkeypatch.setattr(keys, "article_key", lambda first, attempt=0: f"key{attempt}")
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"Text {name}.")
    import_paths(database, [str(tmp_path / "a.txt")], ImportOptions(jobs=0))
    import_paths(database, [str(tmp_path / "b.txt"), str(tmp_path / "c.txt")], ImportOptions(jobs=0))
    with connected(database) as connection:
        assert connection.execute("SELECT key FROM articles ORDER BY id").fetchall() == [
            ("key0",),
            ("key1",),
            ("key2",),
        ]
