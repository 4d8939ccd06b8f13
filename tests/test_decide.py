"""What people decide: it holds against everything automatic, and what is taken back leaves nothing behind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.decide import Wish, decide, undo
from archive.errors import ArchiveError, NotFoundError, SchemaError, UsageError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.article import explain_article, show_article
from archive.queries.decisions import list_decisions
from archive.queries.filters import Asked
from archive.queries.search import search_articles
from archive.queries.verification import verify
from tests.engines import NewArchive, connected, examples

Contents = Callable[[Location], dict[str, list[str]]]

TEXT = """\
---
title: Ferry to Quarry Bay resumes
source: Lantern Wire
date: 2023-03-02
author: Ada Quill
language: en
section: Harbour
url: https://lantern.example/ferry
tags: [Port Lintel]
---

The ferry to Quarry Bay sails again from Monday, the harbour office said. It carries trade goods and sixty passengers, \
and the sanctions on rope do not touch it.

Nobody had expected it before the summer.
"""

VALUES = {
    "source": ("Quillmere Gazette", "source", "Quillmere Gazette"),
    "published": ("2022-12", "published", "2022-12"),
    "headline": ("渡轮 to Quarry Bay", "headline", "渡轮 to Quarry Bay"),
    "language": ("zh_hant", "language", "zh-Hant"),
    "authors": ("By Bo Lim and Cy Ode", "authors", ["Bo Lim", "Cy Ode"]),
    "section": ("Late  news", "section", "Late news"),
    "url": ("http://www.lantern.example/ferry/?utm_source=x", "url", "https://lantern.example/ferry"),
    "kind": ("opinion", "kind", "opinion"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "news" / "ferry.md"
    file.parent.mkdir()
    file.write_text(TEXT)
    return file


@pytest.fixture
def archive(database: Path, file: Path) -> Path:
    """An archive with one article, of file."""
    take(database, file)
    return database


def take(archive: Location, *files: Path) -> None:
    import_paths(archive, [str(one) for one in files], ImportOptions(jobs=0))


def key_of(archive: Location) -> str:
    with connected(archive) as connection:
        return str(connection.execute("SELECT key FROM articles ORDER BY id").fetchone()[0])


def shown(archive: Location) -> dict[str, Any]:
    with reading(archive) as connection:
        return show_article(connection, key_of(archive))


def explained(archive: Path) -> dict[str, Any]:
    with reading(archive) as connection:
        return explain_article(connection, key_of(archive))


def found(archive: Path, words: str) -> int:
    with reading(archive) as connection:
        return len(list(search_articles(connection, Asked(words).selection(connection))))


def say(archive: Location, why: str | None = None, *, on: str = "", off: str = "", **values: str | None) -> list[int]:
    """Decide about the one article, and return the numbers of the decisions."""
    return say_values(archive, values, why, on=on, off=off)


def say_values(
    archive: Location, values: Mapping[str, str | None], why: str | None = None, *, on: str = "", off: str = ""
) -> list[int]:
    wish = Wish(key_of(archive), values, on.split(), off.split(), why)
    return [one.id for one in decide(archive, [wish], "Ada").made]


def but_decisions(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what is in an archive beside the log, and the names that were first said in it."""
    named = ("decisions", "authors", "sources", "source_names", "topics", "topic_names")
    return {table: rows for table, rows in contents.items() if table not in named}


@pytest.mark.parametrize("field", VALUES)
def test_a_value_is_what_was_decided_until_it_is_taken_back(archive: Path, contents: Contents, field: str) -> None:
    said, name, is_now = VALUES[field]
    before, seen = shown(archive), but_decisions(contents(archive))
    (number,) = say(archive, "as printed", **{field: said})
    now = shown(archive)
    assert now[name] == is_now
    others = {"headline_method", "published_precision", "published_on", "published_at", "published_method", "byline"}
    assert {key for key in now if now[key] != before[key]} - others <= {name}
    assert verify(archive, deep=True).findings == ()
    undo(archive, number, "Bo")
    assert shown(archive) == before
    assert but_decisions(contents(archive)) == seen


@pytest.mark.parametrize("field", ["source", "published", "language", "authors", "section", "url", "kind"])
def test_that_none_is_known_is_a_decision_too(archive: Path, contents: Contents, field: str) -> None:
    seen = but_decisions(contents(archive))
    (number,) = say_values(archive, {field: None})
    assert not shown(archive)[VALUES[field][1]]
    assert verify(archive, deep=True).findings == ()
    undo(archive, number, "Ada")
    assert but_decisions(contents(archive)) == seen


def test_search_finds_the_headline_that_was_decided(archive: Path, contents: Contents) -> None:
    assert (found(archive, "resumes"), found(archive, "渡轮")) == (1, 0)
    (number,) = say(archive, headline="渡轮 to Quarry Bay")
    assert (found(archive, "resumes"), found(archive, "渡轮")) == (0, 1)
    assert shown(archive)["headline_method"] == "decided"
    say(archive, headline=None)
    assert (found(archive, "resumes"), found(archive, "渡轮")) == (0, 0)
    assert shown(archive)["headline_method"] == "derived"
    undo(archive, number + 1, "Ada")
    assert found(archive, "渡轮") == 1
    undo(archive, number, "Ada")
    assert (found(archive, "resumes"), found(archive, "渡轮")) == (1, 0)
    contents(archive)  # checks the search index


def test_a_decided_date_leaves_none_of_those_found_chosen(archive: Path) -> None:
    (number,) = say(archive, published="2022")
    (date,) = [date for date in explained(archive)["dates"] if date["kind"] == "published"]
    assert (date["chosen"], date["reason"]) == (False, "a person decided otherwise")
    undo(archive, number, "Ada")
    (date,) = [date for date in explained(archive)["dates"] if date["kind"] == "published"]
    assert (date["chosen"], date["reason"]) == (True, None)


@pytest.mark.parametrize("topic", ["sanctions", "local:port-lintel", "Port Lintel"])
def test_a_topic_that_was_taken_off_keeps_what_speaks_for_it(archive: Path, contents: Contents, topic: str) -> None:
    """By a rule in the one case, given by the file in the others."""
    seen = but_decisions(contents(archive))
    before = shown(archive)["topics"]
    wish = Wish(key_of(archive), not_topics=[topic], reason="only in passing")
    (made,) = decide(archive, [wish], "Ada").made
    name = made.name.partition(":")[2]
    assert [one.lower().replace(" ", "-") for one in before if one not in shown(archive)["topics"]] == [name]
    (rejected,) = explained(archive)["rejected_topics"]
    assert (rejected["code"], rejected["decision"]) == (name, made.id)
    assert rejected["evidence"] > 0
    assert not [one for one in explained(archive)["evidence"] if one["code"] == name]
    assert verify(archive, deep=True).findings == ()
    undo(archive, made.id, "Ada")
    assert shown(archive)["topics"] == before
    assert but_decisions(contents(archive)) == seen


def test_a_topic_put_on_is_explained_by_who_said_so(archive: Path, contents: Contents) -> None:
    seen = but_decisions(contents(archive))
    before = shown(archive)["topics"]
    done = decide(archive, [Wish(key_of(archive), topics=["Rope & Eel", "local:tourism"])], "Ada")
    assert done.new_names == ["topic local:rope-eel"]
    assert sorted(set(shown(archive)["topics"]) - set(before)) == ["Rope & Eel", "Tourism"]
    assert [one["method"] for one in explained(archive)["evidence"] if one["code"] == "tourism"] == ["decision"]
    assert verify(archive, deep=True).findings == ()
    for one in done.made:
        undo(archive, one.id, "Ada")
    assert but_decisions(contents(archive)) == seen


def test_the_latest_word_counts_and_yes_no_yes_loses_nothing(archive: Path, contents: Contents) -> None:
    say(archive, on="sanctions")
    say(archive, off="sanctions")
    assert "Sanctions" not in shown(archive)["topics"]
    say(archive, on="sanctions")
    evidence = [one["method"] for one in explained(archive)["evidence"] if one["code"] == "sanctions"]
    assert sorted(evidence) == ["decision", "rule"]
    for number in (3, 2, 1):
        undo(archive, number, "Ada")
    assert [one["method"] for one in explained(archive)["evidence"] if one["code"] == "sanctions"] == ["rule"]
    assert verify(archive, deep=True).findings == ()


def test_taking_back_can_be_taken_back(archive: Path) -> None:
    (number,) = say(archive, section="Sea")
    _, taken_back = undo(archive, number, "Ada")
    assert shown(archive)["section"] == "Harbour"
    undo(archive, taken_back.id, "Ada")
    assert shown(archive)["section"] == "Sea"
    with reading(archive) as connection:
        assert [row["undone_by"] for row in list_decisions(connection)] == [None, 3, None]
    undo(archive, number, "Ada")
    assert shown(archive)["section"] == "Harbour"


def test_an_earlier_decision_counts_again(archive: Path) -> None:
    say(archive, section="Sea")
    (later,) = say(archive, section="Land")
    undo(archive, later, "Ada")
    assert shown(archive)["section"] == "Sea"


def test_what_stands_decided_is_not_decided_again(archive: Path) -> None:
    assert len(say(archive, section="Sea", on="tourism")) == 2
    done = decide(archive, [Wish(key_of(archive), {"section": " Sea "}, ["Tourism"])], " ADA ")
    assert (done.made, done.already) == ([], 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("sixty", "seventy"),
        lambda text: text.replace("Monday", "Monday, with trade and sanctions, sanctions and trade,"),
        lambda text: text.replace("section: Harbour", "section: Sea").replace("2023-03-02", "2023-03-04"),
        lambda text: text.replace("tags: [Port Lintel]", "tags: [Port Lintel, Sanctions, Lace]"),
        lambda text: text.replace("title: Ferry", "title: The ferry").replace("Lantern Wire", "Radio Lintel"),
        lambda text: text.replace("author: Ada Quill\n", "author: Bo Lim\n"),
    ],
    ids=["nothing", "a word", "passages", "section and date", "topics", "headline and source", "author"],
)
def test_no_import_changes_what_was_decided(
    new_archive: NewArchive, archive: Path, file: Path, contents: Contents, change: Callable[[str], str], tmp_path: Path
) -> None:
    """And taken back, all is as if nobody had ever decided."""
    undecided = new_archive(archive, "undecided.db")
    values = {name: VALUES[name][0] for name in ("source", "published", "headline", "authors", "section")}
    numbers = say(archive, **values, on="tourism", off="sanctions")
    decided = shown(archive)
    file.write_text(change(TEXT))
    take(archive, file)
    now = shown(archive)
    for name in ("source", "published", "published_precision", "published_on", "headline", "authors", "section"):
        assert now[name] == decided[name]
    assert "Sanctions" not in now["topics"] and "Tourism" in now["topics"]
    assert verify(archive, deep=True).findings == ()
    take(archive, file)
    assert shown(archive)["places"][0]["last_import"] == 3
    assert {**shown(archive), "places": ()} == {**now, "places": ()}
    for number in numbers:
        undo(archive, number, "Ada")
    take(undecided, file)
    assert but_decisions(contents(archive)) == but_decisions(contents(undecided))


def test_a_new_rule_does_not_bring_back_what_was_taken_off(archive: Path, tmp_path: Path, file: Path) -> None:
    from archive.ingest import load_vocabulary

    say(archive, off="sanctions")
    rules = tmp_path / "rules.toml"
    rules.write_text('[[topics]]\nname = "Sanctions"\ncode = "sanctions"\nphrases = ["ferry", "rope"]\n')
    load_vocabulary(archive, rules, "topics")
    take(archive, file)
    assert "Sanctions" not in shown(archive)["topics"]
    assert explained(archive)["rejected_topics"][0]["evidence"] >= 3


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("field"), st.sampled_from(["section", "source", "published", "headline"]), st.integers(0, 2)),
        st.tuples(st.just("topic"), st.sampled_from(["sanctions", "port-lintel", "tourism"]), st.integers(0, 1)),
        st.tuples(st.just("undo"), st.just(""), st.integers(1, 6)),
        st.tuples(st.just("import"), st.just(""), st.integers(0, 1)),
    ),
    max_size=7,
)
SAID = {
    "section": ("Sea", None, "Land"),
    "source": ("Radio Lintel", None, "Lantern Wire"),
    "published": ("2021", None, "2022-05-06"),
    "headline": ("A ferry", None, "渡轮"),
}


def test_only_what_stands_counts_however_it_came_to_stand(
    engine: str, new_archive: NewArchive, contents: Contents, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Deciding, taking back and importing in any order come to what importing alone and the last words come to."""

    @settings(max_examples=examples(engine, 25))
    @given(operations=OPERATIONS)
    def hold(operations: list[tuple[str, str, int]]) -> None:
        folder = tmp_path_factory.mktemp("order")
        archive, plain, file = new_archive(), new_archive("empty", "plain.db"), folder / "ferry.md"
        versions = (TEXT, TEXT.replace("sixty", "seventy sanctions on"))

        def both(version: int) -> None:
            file.write_text(versions[version])
            for path in (archive, plain):
                take(path, file)

        both(0)
        for kind, name, number in operations:
            try:
                if kind == "field":
                    say_values(archive, {name: SAID[name][number]})
                elif kind == "topic":
                    say(archive, **{"on" if number else "off": name})
                elif kind == "undo":
                    undo(archive, number, "Ada")
                else:
                    both(number)
            except (NotFoundError, UsageError):
                assert kind == "undo"
        with reading(archive) as connection:
            stand = {
                (row["subject"], row["name"]): row["value"]
                for row in reversed(list_decisions(connection))
                if row["undone_by"] is None and row["subject"] != "undo"
            }
        for (subject, name), value in stand.items():
            if subject == "field":
                say(plain, **{name: value})
            else:
                say(plain, **{"on" if value == "accepted" else "off": name})
        mine, its = but_decisions(contents(archive)), but_decisions(contents(plain))
        for table in ("tag_evidence", "rejected_topics"):  # which name their decision, and that its number
            assert len(mine.pop(table)) == len(its.pop(table))
        assert mine == its
        assert shown(archive)["topics"] == shown(plain)["topics"]
        assert verify(archive, deep=True).findings == ()

    hold()


@pytest.mark.parametrize(
    ("wish", "error", "told"),
    [
        (Wish("zzzz", {"section": "Sea"}), NotFoundError, "there is no article 'zzzz'"),
        (Wish("", {"colour": "red"}), UsageError, "'colour' is no field that can be set; there are source, "),
        (Wish("", {"published": "NULL"}), UsageError, "published 'NULL': nothing after the = says that none is known"),
        (Wish("", {"source": "NULL"}), UsageError, "source 'NULL': nothing after the ="),
        (Wish("", {"published": "last Tuesday"}), UsageError, "published 'last Tuesday': "),
        (Wish("", {"language": "?"}), UsageError, "language '?': not a language tag"),
        (Wish("", {"url": "nowhere"}), UsageError, "url 'nowhere': not a web address"),
        (Wish("", {"authors": "By"}), UsageError, "authors 'By': no name in it"),
        (Wish("", {"translation_of": "zzzz"}), NotFoundError, "there is no article 'zzzz'"),
        (Wish("", {}, ["trade"], ["local:trade"]), UsageError, "local:trade is both put on"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_refused_and_nothing_of_it_is_done(
    archive: Path, contents: Contents, wish: Wish, error: type[ArchiveError], told: str
) -> None:
    before = contents(archive)
    key = key_of(archive)
    wishes = [Wish(key, {"section": "Sea"}), Wish(wish.key or key, wish.values, wish.topics, wish.not_topics)]
    with pytest.raises(error) as caught:
        decide(archive, wishes, "Ada")
    assert told in str(caught.value)
    assert contents(archive) == before


def test_somebody_must_decide(archive: Path) -> None:
    with pytest.raises(UsageError, match="nobody is named who decides"):
        decide(archive, [Wish(key_of(archive), {"section": "Sea"})], "  ")


def test_a_decision_is_taken_back_once(archive: Path) -> None:
    (number,) = say(archive, section="Sea")
    with pytest.raises(NotFoundError, match="there is no decision 7; `archive decisions` lists them"):
        undo(archive, 7, "Ada")
    undo(archive, number, "Ada")
    with pytest.raises(UsageError, match="decision 1 was taken back already"):
        undo(archive, number, "Ada")


def test_there_must_be_an_archive(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no archive"):
        decide(tmp_path / "no.db", [Wish("a", {"section": "Sea"})], "Ada")
    assert list(tmp_path.iterdir()) == []


def test_a_translation_is_named_by_its_whole_key(seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection:
        (one,), (other,) = connection.execute("SELECT key FROM articles ORDER BY id LIMIT 2")
    decide(seeds_archive, [Wish(one[:8], {"translation_of": other[:8]})], "Ada")
    with connected(seeds_archive) as connection:
        assert connection.execute("SELECT translation_of FROM articles WHERE key = ?", (one,)).fetchone() == (other,)
