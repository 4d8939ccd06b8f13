"""Sources, as they are asked for."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from archive.queries import reading
from archive.queries.sources import count_without_source, list_sources


def piece(source: str | None, date: str, number: int) -> str:
    named = f"source: {source}\n" if source else ""
    dated = f"date: '{date}'\n" if date else ""
    return f"---\ntitle: T\n{named}{dated}---\nPiece number {number}.\n"


def test_those_with_most_first_then_by_slug(ask: Connection) -> None:
    listed = [(row["articles"], row["slug"]) for row in list_sources(ask)]
    assert listed == sorted(listed, key=lambda row: (-row[0], row[1]))
    assert len(listed) == 5
    everything = list(list_sources(ask, all_known=True))
    assert len(everything) == 100
    assert [(row["articles"], row["slug"]) for row in everything[:5]] == listed
    assert count_without_source(ask) == 3


def test_first_and_last_are_dates_as_known(archive_of: Callable[[dict[str, str]], Path]) -> None:
    dates = ["2023-02-28T06:30:00+08:00", "2023-03", "2022", "", "2023-02"]
    path = archive_of(
        {f"{n}.md": piece("Night Ferry", date, n) for n, date in enumerate(dates)} | {"u.md": piece("Quay", "", 9)}
    )
    with reading(path) as connection:
        rows = {row["name"]: row for row in list_sources(connection)}
        assert (rows["Night Ferry"]["first"], rows["Night Ferry"]["last"]) == ("2022", "2023-03")
        assert (rows["Quay"]["first"], rows["Quay"]["last"]) == (None, None)
        assert rows["Quay"]["articles"] == 1
        assert rows["Quay"]["origin"] == "import"


def test_an_archive_without_articles(database: Path) -> None:
    with reading(database) as connection:
        assert list(list_sources(connection)) == list(list_sources(connection, all_known=True)) == []
        assert count_without_source(connection) == 0
