"""Each number of a count can be followed down to the articles behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.queries import reading
from archive.queries.articles import UNITS, count_articles
from archive.queries.counts import GROUPS, count_by
from archive.queries.filters import Asked

# values that a query for another one covers, too: variants of a language, another case, longer names
SAYS = (
    "source: The Mill\nauthor: Ana Okoro\nlanguage: en\nsection: Politics\ndate: 2023-02-28",
    "source: The Mill\nauthor: Ana Okoro Vale\nlanguage: en-GB\nsection: politics\ndate: 2023-02",
    "source: Lantern Wire\nauthor: Ana Okoro; Bo Ek\nlanguage: pt\ndate: 2023",
    "source: Lantern Wire\nlanguage: en\nsection: Politics",
    "author: Bo Ek\nsection: Sport\ndate: 2022-11-05",
)
_FIELDS = {"year": "date", "month": "date"}
_NOT_KNOWN = {"year": "date"}  # what -has: calls it


@pytest.fixture(params=["pieces", "seeds"])
def path(request: pytest.FixtureRequest) -> Path:
    if request.param == "seeds":
        return Path(request.getfixturevalue("seeds_archive"))
    archive_of: Callable[[dict[str, str]], Path] = request.getfixturevalue("archive_of")
    return archive_of({f"{number}.md": f"---\n{says}\n---\nPiece {number}.\n" for number, says in enumerate(SAYS)})


@pytest.mark.parametrize("by", GROUPS)
@pytest.mark.parametrize("unit", UNITS)
def test_a_query_finds_what_a_group_counts(by: str, unit: str, path: Path) -> None:
    with reading(path) as connection:
        rows = list(count_by(connection, Asked().selection(connection), by, unit))
        followed = {}
        for value in (row[by] for row in rows):
            field = _FIELDS.get(by, by)
            equals = "=" if by in ("topic", "author", "language", "section") else ""
            query = f"NOT has:{_NOT_KNOWN.get(by, by)}" if value is None else f'{field}:{equals}"{value}"'
            followed[value] = count_articles(connection, Asked(query).selection(connection), unit)
        assert {row[by]: row[unit] for row in rows} == followed
