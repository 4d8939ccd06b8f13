"""Agencies credited with articles: beside the source, and true to what an article is, whatever happens to it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.errors import VocabularyError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries import reading
from archive.queries.article import explain_article, show_article
from archive.queries.verification import verify
from archive.reparse import reparse, survey
from archive.undoing import undo_import
from tests.engines import connected

Contents = Callable[[Location], dict[str, list[str]]]

FERRY = """\
---
title: The ferry stays in the harbour
source: Port Lintel Post
author: By A. Okoro, Reuters
id: ferry
---
PORT LINTEL, Feb 28 (AP) — The ferry stays in the harbour until spring, because nobody has mended its rudder.

Reuters asked why, and AFP asked who.
"""


@pytest.fixture
def ferry(database: Path, tmp_path: Path) -> Path:
    add(database, tmp_path, "ferry.md", FERRY)
    return database


def add(archive: Path, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    import_paths(archive, [str(folder / name)], ImportOptions(jobs=0))


def rows(archive: Path, sql: str) -> list[tuple[Any, ...]]:
    with connected(archive) as connection:
        return connection.execute(sql).fetchall()


def credited(archive: Path) -> list[tuple[str, str, str]]:
    """Return what is credited, as shown, once it is sure that it stands where it is said to stand."""
    assert verify(archive, deep=True).findings == ()
    return rows(
        archive,
        "SELECT s.slug, c.method, c.text FROM article_credits c JOIN sources s ON s.id = c.source_id ORDER BY c.id",
    )


def key_of(archive: Path) -> str:
    ((key,),) = rows(archive, "SELECT key FROM articles")
    return str(key)


def agencies(folder: Path, *entries: str) -> Path:
    file = folder / "agencies.toml"
    file.write_text("\n".join(f"[[sources]]\n{entry}\n" for entry in entries), encoding="utf-8")
    return file


def test_byline_and_dateline_credit_agencies_and_the_source_stays_what_the_input_says(ferry: Path) -> None:
    assert credited(ferry) == [("reuters", "byline", "Reuters"), ("associated-press", "dateline", "AP")]
    assert rows(ferry, "SELECT source, credited FROM documents") == [
        ("Port Lintel Post", "Associated Press; Reuters"),
    ]
    with reading(ferry) as connection:
        shown, why = show_article(connection, key_of(ferry)), explain_article(connection, key_of(ferry))
    assert shown["source"] == "Port Lintel Post"
    assert [(one["source"], one["slug"], one["method"], one["text"]) for one in shown["credited"]] == [
        ("Reuters", "reuters", "byline", "Reuters"),
        ("Associated Press", "associated-press", "dateline", "AP"),
    ]
    for one in shown["credited"]:
        field = shown["byline"] if one["field"] == "byline" else shown["body"]
        assert field[one["start"] : one["end"]] == one["text"]
    assert why["credited"] == shown["credited"]


def test_commands_show_and_find_what_is_credited(ferry: Path) -> None:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["--db", str(ferry), *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "credited: Reuters, Associated Press\n" in run("show", key_of(ferry))
    assert [one["slug"] for one in json.loads(run("show", key_of(ferry), "-f", "json"))["credited"]] == [
        *("reuters", "associated-press"),
    ]
    assert "Associated Press: “AP” (dateline, 21)" in run("why", key_of(ferry))
    for query in ("credited:reuters", 'credited:"associated press"', "credited:r*", "has:credit", "NOT credited:afp"):
        assert run("count", query) == "1\n", query
    assert run("count", "source:reuters OR credited:afp") == "0\n"
    unknown = CliRunner().invoke(cli, ["--db", str(ferry), "count", "credited:ruters"])
    assert unknown.exit_code == 2 and "'reuters' was probably meant" in unknown.stderr
    # agencies without articles are not listed
    assert [one["slug"] for one in json.loads(run("sources", "-f", "json"))] == ["port-lintel-post"]


def test_credits_follow_the_current_text_and_the_byline(ferry: Path, tmp_path: Path) -> None:
    add(ferry, tmp_path, "ferry.md", FERRY.replace("(AP)", "(dpa/AFP)").replace("spring", "summer"))
    assert credited(ferry) == [("reuters", "byline", "Reuters"), ("dpa", "dateline", "dpa"), ("afp", "dateline", "AFP")]
    add(ferry, tmp_path, "ferry.md", FERRY.replace("(AP)", "(dpa/AFP)").replace(", Reuters", "").replace("spr", "w"))
    assert credited(ferry) == [("dpa", "dateline", "dpa"), ("afp", "dateline", "AFP")]
    with reading(ferry) as connection:
        earlier = show_article(connection, key_of(ferry), 1)
    assert earlier["credited"] == []


def test_credits_follow_what_people_decide_and_take_back(ferry: Path) -> None:
    before = credited(ferry)
    (decision,) = decide(ferry, [Wish(key_of(ferry), {"authors": "Li Wei, EFE"})], "Ada").made
    assert credited(ferry) == [("efe", "byline", "EFE"), ("associated-press", "dateline", "AP")]
    undo(ferry, decision.id, "Ada")
    assert credited(ferry) == before
    decide(ferry, [Wish(key_of(ferry), {"language": "pt"})], "Ada")
    assert credited(ferry) == [("reuters", "byline", "Reuters")]  # (AP) is a state of Brazil


def test_an_import_undone_leaves_the_credits_as_they_were(ferry: Path, tmp_path: Path, contents: Contents) -> None:
    before = credited(ferry)
    add(ferry, tmp_path, "ferry.md", FERRY.replace("(AP)", "(dpa)").replace("Reuters\n", "TASS\n"))
    assert credited(ferry) == [("tass", "byline", "TASS"), ("dpa", "dateline", "dpa")]
    undo_import(ferry, 2, "Ada")
    assert credited(ferry) == before


def test_what_is_forgotten_is_credited_no_more(ferry: Path) -> None:
    forget(ferry, [key_of(ferry)], "a court said so", "Ada")
    assert credited(ferry) == []


def test_names_that_come_later_change_articles_when_they_are_reparsed_and_not_before(
    ferry: Path, tmp_path: Path
) -> None:
    before = credited(ferry)
    add(
        ferry, tmp_path, "kites.md", FERRY.replace("Reuters", "Kite Cable").replace("(AP)", "").replace("ferry", "kite")
    )
    assert credited(ferry) == before
    file = agencies(tmp_path, 'name = "Kite Cable"\nkind = "agency"\ncredited_as = { mul = ["Kite Cable"] }')
    assert load_vocabulary(ferry, file, "sources").added == 1
    assert load_vocabulary(ferry, file, "sources").unchanged == 1
    import_paths(ferry, [str(tmp_path / "kites.md")], ImportOptions(jobs=0))
    assert credited(ferry) == before
    found = survey(ferry)
    assert [(row["field"], row["articles"]) for row in found.rows()] == [("credited", 1)]
    assert found.rows()[0]["examples"][0] | {"key": ""} == {"key": "", "before": "none", "after": "Kite Cable"}
    assert found.revisions == 0
    reparse(ferry, found)
    assert credited(ferry) == [*before, ("kite-cable", "byline", "Kite Cable")]
    assert survey(ferry).ids == []


def test_a_merged_agency_is_credited_as_the_other_until_that_is_taken_back(ferry: Path) -> None:
    before = credited(ferry)
    decision = decide_about(ferry, "source_merge", "reuters", "afp", "Ada")
    assert decision is not None
    assert credited(ferry) == [("afp", "byline", "Reuters"), ("associated-press", "dateline", "AP")]
    load_vocabulary(ferry, Path(__file__).parents[1] / "seeds" / "sources.toml", "sources")
    assert credited(ferry)[0][0] == "afp"
    undo(ferry, decision.id, "Ada")
    assert credited(ferry) == before
    assert rows(ferry, "SELECT DISTINCT s.slug FROM agency_names n JOIN sources s ON s.id = n.source_id "
                       "WHERE n.name = 'Reuters'") == [("reuters",)]  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('name = "Kite Cable"\ncredited_as = ["KC"]', "credited_as of Kite Cable must be lists of texts by language"),
        ('name = "Kite Cable"\ncredited_as = { en = "KC" }', "must be lists of texts by language"),
        ('name = "Kite Cable"\ncredited_as = { English = ["KC"] }', "must be lists of texts by language"),
        (
            'name = "Kite Cable"\ncredited_as = { mul = ["reuters"] }',
            r"credited as 'reuters' \(mul\), and so is another",
        ),
    ],
)
def test_names_that_cannot_be_are_refused(ferry: Path, tmp_path: Path, entry: str, reason: str) -> None:
    with pytest.raises(VocabularyError, match=reason):
        load_vocabulary(ferry, agencies(tmp_path, entry), "sources")


def test_a_source_that_only_an_import_named_stays_while_an_article_credits_it(database: Path, tmp_path: Path) -> None:
    add(database, tmp_path, "kite.md", FERRY.replace("Port Lintel Post", "Kite Cable").replace("id: ferry", "id: kite"))
    file = agencies(tmp_path, 'name = "Kite Cable"\ncredited_as = { mul = ["Kite Cable"] }')
    load_vocabulary(database, file, "sources")
    add(database, tmp_path, "ferry.md", FERRY.replace("Reuters\n", "Kite Cable\n"))
    undo_import(database, 1, "Ada")
    assert credited(database)[0] == ("kite-cable", "byline", "Kite Cable")
