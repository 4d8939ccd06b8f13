"""Items that are withheld, canceled or under embargo: what stands of them, version by version, and what comes of it."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.decide import Wish, decide, undo
from archive.errors import UsageError
from archive.exports import writer
from archive.exports.md import to_markdown
from archive.forget import forget
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.queries import reading
from archive.queries.article import show_article
from archive.queries.export import export_articles
from archive.queries.verification import verify
from archive.reparse import survey as reparse_survey
from archive.undoing import undo_import
from tests.engines import NewArchive, connected

TEXT = (
    "The ferry to Quarry Bay stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait."
)
LATER = TEXT.replace("Monday", "Tuesday") + " The council meets again on Thursday."
COLUMNS = ("status", "embargo", "embargo_until", "slugline", "dateline")


def run(database: Location, file: Path, *records: dict[str, Any], **options: Any) -> ImportSummary:
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return import_paths(database, [str(file)], ImportOptions(jobs=0, **options))


def rows(database: Location, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def now(database: Location) -> tuple[str | None, str]:
    """Return status and current text of the one article there is."""
    ((status, body),) = rows(
        database, "SELECT a.status, r.body FROM articles a JOIN article_revisions r ON r.id = a.revision_id"
    )
    return status, body


def last(database: Path) -> tuple[str, str | None]:
    """Return outcome and reason of the last unit."""
    ((outcome, reason),) = rows(database, "SELECT outcome, reason FROM import_items ORDER BY id DESC LIMIT 1")
    return outcome, reason


def item(text: str | None, status: str | None = None, hour: int | None = None, **more: str) -> dict[str, Any]:
    """Return a version of one item."""
    said = {"id": "urn:quarry:1", "body": text, "status": status, **more}
    said["modified"] = None if hour is None else f"2023-03-02T{hour:02d}:00:00Z"
    return {name: value for name, value in said.items() if value is not None}


def test_values_of_wires_are_kept_and_read(database: Path, tmp_path: Path) -> None:
    run(
        database,
        tmp_path / "wire.jsonl",
        {
            "title": "Ferry stops",
            "text": TEXT,
            "pubStatus": "stat:withheld",
            "embargoed": "2023-03-02T06:00:00+01:00",
            "Slugline": "QUARRY-FERRY/",
            "dateline": "QUARRY BAY, 2 March",
        },
    )
    assert rows(database, f"SELECT {', '.join(COLUMNS)} FROM articles") == [
        (
            *("withheld", "2023-03-02T06:00:00+01:00", "2023-03-02T05:00:00.000000Z"),
            *("QUARRY-FERRY/", "QUARRY BAY, 2 March"),
        )
    ]
    assert rows(
        database,
        "SELECT field, text, method FROM article_values WHERE field IN ('status', 'embargo') ORDER BY field",
    ) == [("embargo", "2023-03-02T06:00:00+01:00", "record"), ("status", "stat:withheld", "record")]
    with reading(database) as connection:
        (key,) = connection.exec_driver_sql("SELECT key FROM articles").scalars()
        shown = show_article(connection, key)
    assert [shown[name] for name in ("status", "embargo", "slugline", "dateline")] == [
        *("withheld", "2023-03-02T06:00:00+01:00", "QUARRY-FERRY/", "QUARRY BAY, 2 March")
    ]
    assert verify(database).findings == ()


def test_a_word_that_is_no_status_and_an_embargo_that_is_no_time_are_left_out(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", {"text": TEXT, "status": "draft", "embargo": "after the speech"})
    assert rows(database, f"SELECT {', '.join(COLUMNS)} FROM articles") == [(None,) * 5]
    assert last(database)[1] == (
        "status 'draft' was not used: a status is one of usable, withheld, canceled; "
        "embargo 'after the speech' was not used: this is no date"
    )


def test_an_item_is_canceled_by_a_later_version_and_usable_again_by_the_next(database: Path, tmp_path: Path) -> None:
    for number, (status, text) in enumerate(
        (("usable", TEXT), ("killed", f"KILL. {TEXT}"), (None, LATER), ("usable", LATER))
    ):
        run(database, tmp_path / f"{number}.jsonl", item(text, status))
        assert last(database)[0] == ("added" if number == 0 else "revised")
        # a version that says nothing of it leaves it as it was
        assert now(database) == (("usable", "canceled", "canceled", "usable")[number], text)
    assert last(database)[1] == "status changed from 'killed'"
    assert rows(database, "SELECT text, method FROM other_values WHERE field = 'status' ORDER BY id") == [
        ("usable", "record"),
        ("killed", "record"),
    ]
    assert verify(database).findings == ()


def test_a_version_at_the_same_place_changes_the_status(database: Path, tmp_path: Path) -> None:
    for status in ("usable", "canceled", "usable"):
        run(database, tmp_path / "a.jsonl", item(TEXT, status))
        assert now(database) == (status, TEXT)


def test_what_a_place_said_before_does_not_count_anew(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable"))
    run(database, tmp_path / "b.jsonl", item(TEXT, "canceled"))
    # the same file once more, read anew because of an option
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable"), language="en")
    assert now(database)[0] == "canceled"


def test_a_cancellation_without_text_leaves_the_text(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable", title="Ferry stops"))
    run(database, tmp_path / "b.jsonl", item(None, "canceled", title="KILL: Ferry stops"))
    assert now(database) == ("canceled", TEXT)
    assert last(database) == (
        "revised",
        "status changed from 'usable'; no text in it, so that of revision 1 stays",
    )
    assert rows(database, "SELECT headline FROM article_revisions") == [("Ferry stops",)]
    assert ("headline", "KILL: Ferry stops") in rows(database, "SELECT field, text FROM other_values")
    run(database, tmp_path / "b.jsonl", item(None, "canceled", title="KILL: Ferry stops"))
    assert last(database)[0] == "unchanged"
    run(database, tmp_path / "c.jsonl", item(LATER, "usable"))
    assert now(database) == ("usable", LATER)
    assert verify(database).findings == ()
    assert reparse_survey(database).ids == []


def test_a_cancellation_without_text_at_the_same_place_leaves_the_text(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable"))
    run(database, tmp_path / "a.jsonl", item(None, "canceled"))
    assert now(database) == ("canceled", TEXT)


def test_a_cancellation_of_what_never_came_is_an_article(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "b.jsonl", item(None, "canceled", 10, title="KILL: Ferry stops"))
    assert now(database) == ("canceled", "")
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable", 9))
    assert now(database) == ("canceled", TEXT)
    assert "status 'usable' was not taken: a later version said 'canceled'" in str(last(database)[1])
    assert verify(database).findings == ()


def test_a_notice_is_not_kept_out_because_one_like_it_was_forgotten(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable"))
    run(database, tmp_path / "b.jsonl", item(None, "canceled"))
    ((key,),) = rows(database, "SELECT key FROM articles")
    forget(database, [key], "a court said so", "Ada")
    run(database, tmp_path / "c.jsonl", {**item(LATER, "usable"), "id": "urn:quarry:2"})
    run(database, tmp_path / "d.jsonl", {**item(None, "canceled"), "id": "urn:quarry:2"})
    assert now(database) == ("canceled", LATER)
    assert run(database, tmp_path / "e.jsonl", item(TEXT, "usable")).outcomes["failed"] == 1


VERSIONS = (
    item(TEXT, "usable", 9, embargo="2023-03-02T12:00Z"),
    item(None, "canceled", 10),
    item(LATER, "usable", 11, embargo="2023-03-02T18:00Z"),
    item(LATER, "withheld", 12),
    item(LATER, "stat:usable", 13),
)


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_the_latest_version_says_it_whatever_comes_first(
    new_archive: NewArchive, database: Path, tmp_path: Path, number: int
) -> None:
    chosen = VERSIONS[:number]
    wanted = [
        None,
        ("canceled", TEXT, "2023-03-02T12:00:00Z"),
        ("usable", LATER, "2023-03-02T18:00:00Z"),
        ("withheld", LATER, "2023-03-02T18:00:00Z"),
        ("usable", LATER, "2023-03-02T18:00:00Z"),
    ][number - 1]
    orders = list(itertools.permutations(range(number)))
    for order in orders[:: max(1, len(orders) // 6)]:
        path = new_archive(database, "copy.db")
        for one in order:
            run(path, tmp_path / f"{one}.jsonl", chosen[one])
        assert (*now(path), *rows(path, "SELECT embargo FROM articles")[0]) == wanted, order
        assert verify(path).findings == ()


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_an_import_undone_leaves_what_the_others_say(
    new_archive: NewArchive, database: Path, tmp_path: Path, order: Sequence[int]
) -> None:
    for number in (1, 2, 3):
        path = new_archive(database, "undone.db")
        other = new_archive(database, "other.db")
        for position, one in enumerate(order, start=1):
            file = tmp_path / f"{one}.jsonl"
            run(path, file, VERSIONS[one])
            if position != number:
                run(other, file, VERSIONS[one])
        undo_import(path, number, "Ada", None)
        assert now(path) == now(other), number
        statements = "SELECT field, text FROM {} ORDER BY field, text"
        for table in ("article_values", "other_values"):
            assert rows(path, statements.format(table)) == rows(other, statements.format(table)), (number, table)
        assert verify(path).findings == ()


def test_a_later_version_that_says_the_same_is_no_change(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "usable", 9))
    run(database, tmp_path / "b.jsonl", item(TEXT, "usable", 11))
    assert last(database)[0] == "duplicate"
    run(database, tmp_path / "c.jsonl", item(TEXT, "canceled", 10))
    assert now(database)[0] == "usable", "it was said at 11, too"


def test_people_decide_what_may_be_published(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT, "canceled"))
    ((key,),) = rows(database, "SELECT key FROM articles")
    said = {"status": "Released", "embargo": "2030-01-01", "slugline": "ferry-stops", "dateline": "QUARRY BAY"}
    decided = decide(database, [Wish(key, said)], "Ada")
    stands = f"SELECT {', '.join(COLUMNS)} FROM articles"
    wanted = [("usable", "2030-01-01", "2030-01-02T12:00:00.000000Z", "ferry-stops", "QUARRY BAY")]
    assert rows(database, stands) == wanted
    run(database, tmp_path / "b.jsonl", item(LATER, "killed", embargo="2031-01-01"))
    assert rows(database, stands) == wanted, "nothing automatic overrides it"
    assert verify(database).findings == ()
    for one in decided.made:
        undo(database, one.id, "Ada")
    assert rows(database, stands) == [("canceled", "2031-01-01", "2031-01-02T12:00:00.000000Z", None, None)]
    decide(database, [Wish(key, {"status": None, "embargo": None})], "Ada")
    assert rows(database, stands) == [(None, None, None, None, None)]
    assert verify(database).findings == ()


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [("status", "draft", "a status is one of usable"), ("embargo", "soon", "this is no date")],
)
def test_what_cannot_be_decided(database: Path, tmp_path: Path, field: str, value: str, why: str) -> None:
    run(database, tmp_path / "a.jsonl", item(TEXT))
    ((key,),) = rows(database, "SELECT key FROM articles")
    with pytest.raises(UsageError, match=f"{field} '{value}': {why}"):
        decide(database, [Wish(key, {field: value})], "Ada")


FULL = item(
    TEXT,
    "canceled",
    embargo="2023-03-02T06:00+01:00",
    slugline="QUARRY-FERRY",
    dateline="QUARRY BAY: 2 March",
    title="Ferry stops",
)


@pytest.mark.parametrize("form", ["jsonl", "md"])
def test_exports_come_back(new_archive: NewArchive, database: Path, tmp_path: Path, form: str) -> None:
    other = new_archive(database, "other.db")
    run(database, tmp_path / "a.jsonl", FULL)
    with reading(database) as connection:
        articles = list(export_articles(connection))
    out = tmp_path / f"out.{form}"
    out.write_text("".join(writer("jsonl")(articles)) if form == "jsonl" else to_markdown(articles[0]))
    import_paths(other, [str(out)], ImportOptions(jobs=0))
    columns = f"SELECT {', '.join(COLUMNS)} FROM articles"
    assert rows(other, columns) == rows(database, columns)
    assert rows(other, columns)[0][2] == "2023-03-02T05:00:00.000000Z"


def test_ninjs_has_status_and_embargo_in_its_own_words(database: Path, tmp_path: Path) -> None:
    run(database, tmp_path / "a.jsonl", FULL)
    run(database, tmp_path / "b.jsonl", {"id": "2", "text": LATER, "embargo": "2030-01"})
    with reading(database) as connection:
        first, second = json.loads("".join(writer("ninjs")(export_articles(connection))))
    assert (first["pubStatus"], first["embargoed"]) == ("canceled", "2023-03-02T06:00:00+01:00")
    assert {"role": "slugline", "value": "QUARRY-FERRY"} in first["altIds"]
    assert {"role": "dateline", "value": "QUARRY BAY: 2 March"} in first["descriptions"]
    assert "pubStatus" not in second, "nothing is made up"
    assert "embargoed" not in second, "it is not known to the minute"
    assert second["descriptions"] == [{"role": "embargo", "value": "2030-01"}]
