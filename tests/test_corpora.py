"""Corpora: frozen, they stay what they are, whatever comes later; and anybody can tell."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archive.corpora import drop_corpus, freeze_corpus
from archive.db.location import Location
from archive.db.schema import HEAD
from archive.decide import Wish, decide, decide_about
from archive.errors import NotFoundError, UsageError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.normalize.article import NORMALIZER_VERSION
from archive.queries import reading
from archive.queries.articles import find_keys
from archive.queries.corpora import corpus_texts, find_corpus, list_corpora, verify_corpus
from archive.queries.filters import Asked, Filters
from archive.queries.methods import corpus_methods
from archive.queries.sql import run_select
from archive.queries.verification import verify
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import And
from archive.saved_queries import drop_query, save_query
from archive.version import __version__
from tests.engines import NewArchive, connected, rows

CHECKOUT = Path(__file__).resolve().parents[1]
DOCUMENT = (CHECKOUT / "docs" / "corpora.md").read_text(encoding="utf-8")


def freeze(path: Location, query: str = "*", name: str = "mine", *, one_per_text: bool = False, **asked: Any) -> Any:
    return freeze_corpus(path, name, Asked(query, **asked), "Ada", one_per_text=one_per_text)


def asked(path: Location, question: Callable[..., Any], *arguments: Any) -> Any:
    with reading(path) as connection:
        return question(connection, *arguments)


def execute(path: Path, statement: str, *parameters: Any) -> list[Any]:
    with connected(path) as connection, connection:
        found = connection.execute(statement, parameters)
        return list(found.fetchall()) if found.description else []


def lay(folder: Path, files: dict[str, str]) -> list[str]:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / name) for name in files]


def take(path: Location, files: Sequence[str]) -> None:
    import_paths(path, files, ImportOptions(jobs=0))


FERRIES = """---
id: F-1
title: Ferries stay in harbour
date: {date}
source: Mole Post
---
{text}
"""
TEXT = "The ferries stay in the harbour until Friday, the harbour master said on Monday, and nobody asked why."
OTHER = "The ferries went out again on Tuesday after all, the harbour master said, and everybody asked why."


# what freezing keeps


def test_what_the_query_finds_is_kept_with_its_current_text(seeds_archive: Path) -> None:
    record = freeze(seeds_archive, "topic:trade date:2023", "Trade-2023")
    with reading(seeds_archive) as connection:
        selection = Asked("topic:trade date:2023").selection(connection)
        keys = find_keys(connection, selection)
        assert selection.undated is not None
        undated = len(find_keys(connection, selection.undated))
    members = execute(seeds_archive, "SELECT article_key, number, text_sha256 FROM corpus_revisions ORDER BY 1")
    assert [key for key, *_ in members] == sorted(keys)
    assert members == execute(
        seeds_archive,
        "SELECT a.key, r.number, r.text_sha256 FROM articles a JOIN article_revisions r ON r.id = a.revision_id "
        "WHERE a.key IN (SELECT article_key FROM corpus_revisions) ORDER BY 1",
    )
    lines = "".join(f"{key} {sha256}\n" for key, _, sha256 in members)
    assert record["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (record["name"], record["query"], record["who"]) == ("trade-2023", "topic:trade date:2023", "Ada")
    assert (record["articles"], record["left_out_undated"], record["left_out_imprecise"]) == (len(keys), undated, 0)
    assert (record["program_version"], record["schema_version"]) == (__version__, HEAD)
    assert (record["saved_queries"], record["reckoned_from"]) == (None, None)
    assert asked(seeds_archive, lambda connection: list(list_corpora(connection))) == [record]


def test_what_is_counted_at_that_moment(seeds_archive: Path) -> None:
    record = freeze(seeds_archive)
    ((texts, words, sources, without_source, without_date),) = execute(
        seeds_archive,
        "SELECT count(DISTINCT r.fingerprint), sum(r.words), count(DISTINCT a.source_id), "
        "count(CASE WHEN a.source_id IS NULL THEN 1 END), "
        "count(CASE WHEN a.published IS NULL THEN 1 END) "
        "FROM articles a JOIN article_revisions r ON r.id = a.revision_id",
    )
    counts = ("texts", "words", "sources", "without_source", "without_date")
    assert tuple(record[name] for name in counts) == (texts, words, sources, without_source, without_date)
    outcomes = ("imports", "units", "added", "revised", "unchanged", "duplicate", "failed")
    assert tuple(record[name] for name in outcomes) == (1, 19, 16, 1, 0, 1, 1)
    assert (record["normalizer_versions"], record["fingerprint_versions"]) == (str(NORMALIZER_VERSION), "1")
    dates = [
        execute(
            seeds_archive, f"SELECT substr(published, 1, 10) FROM articles WHERE published IS NOT NULL ORDER BY {order}"
        )
        for order in ("published_from", "published_until DESC")
    ]
    assert (record["published_first"], record["published_last"]) == (dates[0][0][0], dates[1][0][0])


def test_articles_without_dates_and_sources_have_none_on_record(database: Path, tmp_path: Path) -> None:
    take(database, lay(tmp_path / "files", {"a.txt": TEXT}))
    record = freeze(database)
    assert (record["published_first"], record["published_last"], record["without_date"]) == (None, None, 1)
    assert (record["sources"], record["without_source"]) == (0, 1)
    told = asked(database, corpus_methods, "mine")["methods"]
    assert "none of which stated a source, none with a date of publication" in told


def test_saved_queries_and_days_are_kept_as_they_were(seeds_archive: Path) -> None:
    save_query(seeds_archive, "inner", "sanctions OR date:-40y..")
    save_query(seeds_archive, "outer", "query:inner OR museums")
    record = freeze(seeds_archive, "NOT query:outer OR trade")
    assert record["saved_queries"] == "inner = sanctions OR date:-40y..\nouter = query:inner OR museums"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["reckoned_from"])
    for name in ("outer", "inner"):
        drop_query(seeds_archive, name)
    told = asked(seeds_archive, corpus_methods, "mine")["methods"]
    assert "query:inner stood for `sanctions OR date:-40y..` and query:outer stood for `query:inner OR museums`" in told


@pytest.mark.parametrize(
    ("query", "is_reckoned"),
    [("date:2023", False), ("date:..today", True), ("date:-40y..2025", True), ("trade", False), ('"-3w"', False)],
)
def test_the_day_is_kept_where_the_query_is_reckoned_from_it(
    seeds_archive: Path, query: str, is_reckoned: bool
) -> None:
    record = freeze(seeds_archive, f"{query} OR trade")
    assert (record["reckoned_from"] is not None) == is_reckoned
    assert ("Relative days" in asked(seeds_archive, corpus_methods, "mine")["methods"]) == is_reckoned


def test_imprecise_articles_are_taken_in_when_asked_for(seeds_archive: Path) -> None:
    left_out = freeze(seeds_archive, "date:2023-02", "exact")
    taken_in = freeze(seeds_archive, "date:2023-02", "coarse", include_imprecise=True)
    assert left_out["left_out_imprecise"] == taken_in["articles"] - left_out["articles"] > 0
    assert (taken_in["left_out_imprecise"], taken_in["includes_imprecise"]) == (0, True)
    assert left_out["left_out_undated"] == taken_in["left_out_undated"] > 0


def test_of_copies_the_earliest_is_taken(database: Path, tmp_path: Path) -> None:
    def copy(number: str, date: str, text: str = TEXT) -> str:
        dated = FERRIES.format(date=date, text=text).replace("F-1", number)
        return dated if date else dated.replace("date: \n", "")

    files = {
        "undated.md": copy("F-0", ""),
        "late.md": copy("F-1", "2023-03-02"),
        "same.md": copy("F-2", "2023-03-01"),
        "early.md": copy("F-3", "2023-03-01"),
        "other.md": copy("F-4", "2023-05-01", OTHER),
    }
    take(database, lay(tmp_path / "files", files))
    keys = dict(
        execute(database, "SELECT value, a.key FROM article_identifiers i JOIN articles a ON a.id = article_id")
    )
    everything = freeze(database, name="everything")
    record = freeze(database, name="texts", one_per_text=True)
    assert (everything["articles"], everything["texts"], everything["left_out_copies"]) == (5, 2, 0)
    assert (record["articles"], record["texts"], record["left_out_copies"]) == (2, 2, 3)
    earliest = min(keys["F-2"], keys["F-3"])
    texts = asked(database, lambda connection: list(corpus_texts(connection, "texts")))
    assert {one["key"] for one in texts} == {earliest, keys["F-4"]}


# what is refused


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "say which articles are meant; \\* means all of them"),
        ("  ", "say which articles are meant"),
        ("& ++", "there is no word in the query"),
        ("zeppelin", "the query finds nothing to be frozen"),
        ("(trade", "this parenthesis is not closed"),
        ("source:nosuch", "there is no source 'nosuch'"),
        ("corpus:mine", "there is no corpus 'mine'"),
        ("caf\udce9", "it is not UTF-8"),
    ],
)
def test_what_cannot_be_frozen_is_refused(seeds_archive: Path, query: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        freeze(seeds_archive, query)
    assert (
        execute(seeds_archive, "SELECT * FROM corpora")
        == execute(seeds_archive, "SELECT * FROM corpus_revisions")
        == []
    )


def test_a_corpus_is_never_altered(seeds_archive: Path) -> None:
    freeze(seeds_archive, "trade", "mine")
    before = execute(seeds_archive, "SELECT * FROM corpora"), execute(seeds_archive, "SELECT * FROM corpus_revisions")
    for query in ("trade", "museums"):
        with pytest.raises(
            UsageError, match="there is a corpus mine, and a corpus is never altered; take another name"
        ):
            freeze(seeds_archive, query, "MINE")
    assert before == (
        execute(seeds_archive, "SELECT * FROM corpora"),
        execute(seeds_archive, "SELECT * FROM corpus_revisions"),
    )


@pytest.mark.parametrize(("who", "told"), [(" ", "nobody is named who freezes it"), ("\udc80", "--who .*not UTF-8")])
def test_somebody_freezes_it(seeds_archive: Path, who: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        freeze_corpus(seeds_archive, "mine", Asked("trade"), who)


def test_a_name_that_cannot_stand_in_a_query_is_refused(seeds_archive: Path) -> None:
    with pytest.raises(UsageError, match="'a b' is no name"):
        freeze(seeds_archive, name="a b")


def test_dropping(seeds_archive: Path) -> None:
    freeze(seeds_archive, "trade", "one")
    freeze(seeds_archive, "museums", "two")
    save_query(seeds_archive, "user", "museums OR NOT corpus:ONE")
    with pytest.raises(UsageError, match="the saved query user uses it; change that first"):
        drop_corpus(seeds_archive, "one")
    drop_query(seeds_archive, "user")
    drop_corpus(seeds_archive, "One")
    assert execute(
        seeds_archive, "SELECT DISTINCT name FROM corpora JOIN corpus_revisions ON corpora.id = corpus_id"
    ) == [("two",)]
    for name in ("one", "twoo", "\udc80"):
        with pytest.raises(NotFoundError, match="there is no corpus"):
            drop_corpus(seeds_archive, name)
    freeze(seeds_archive, "trade", "one")


# what options say is put into words


@pytest.mark.parametrize(
    ("asked_for", "text"),
    [
        (Asked("trade"), "trade"),
        (Asked(" trade   OR kites "), "trade OR kites"),
        (Asked("trade OR kites", Filters(source="Radio Lintel")), '(trade OR kites) source:"Radio Lintel"'),
        (Asked("", Filters(topic="trade", language="en")), 'topic:"trade" language:"en"'),
        (Asked("-kites", Filters(since="2023-02", until="2023")), '-kites date:"2023-02..2023"'),
        (Asked("", Filters(since="2023-02-28T10:00")), 'date:"2023-02-28T10:00.."'),
        (Asked("trade-war OR C*", words_only=True), '"trade war" "or" "c"'),
    ],
)
def test_options_as_words_of_a_query(asked_for: Asked, text: str) -> None:
    assert asked_for.in_words(date(2026, 11, 22)) == text


def test_options_that_have_no_place_in_a_query_are_refused(seeds_archive: Path) -> None:
    decide_about(seeds_archive, "source_alias", "lantern-wire", 'The "Wire" (x)', "Ada")
    with pytest.raises(UsageError, match="write all of it as one query"):
        freeze(seeds_archive, "trade", filters=Filters(source='The "Wire" (x)'))


TYPED = st.text(st.sampled_from('ab Ü北-+*"“&:().,~\n') | st.characters(codec="utf-8"), max_size=20)


@given(TYPED, st.booleans(), st.sampled_from([None, "2023", "2023-02-28"]), st.sampled_from([None, "2024"]), TYPED)
@settings(max_examples=200)
def test_the_query_on_record_means_what_was_asked(
    query: str, words_only: bool, since: str | None, until: str | None, topic: str
) -> None:
    """Whatever is typed: the text that is kept finds the same, or is refused."""
    today = date.today()
    asked_for = Asked(query, Filters(topic=topic or None, since=since, until=until), words_only)
    try:
        wanted = [one.tree for one in asked_for.queries()]
        text = asked_for.in_words(today)
    except UsageError:
        return
    parts = [one for tree in wanted if tree for one in (tree.parts if isinstance(tree, And) else (tree,))]
    meant = parse_query(text, today).tree
    assert (meant.parts if isinstance(meant, And) else (meant,) if meant else ()) == tuple(dict.fromkeys(parts))
    assert text == " ".join(text.split())


def test_words_alone_mean_the_same_whatever_is_typed(seeds_archive: Path) -> None:
    record = freeze(seeds_archive, "-trade* (visit", words_only=True)
    kept = asked(seeds_archive, lambda connection: find_keys(connection, Asked(record["query"]).selection(connection)))
    assert len(kept) == record["articles"] > 0


# what comes later


def test_nothing_that_comes_later_alters_it(seeds_archive: Path, tmp_path: Path) -> None:
    record = freeze(seeds_archive)
    told = asked(seeds_archive, corpus_methods, "mine")
    texts = asked(seeds_archive, lambda connection: list(corpus_texts(connection, "mine")))
    folder = tmp_path / "articles"
    shutil.copytree(CHECKOUT / "seeds" / "articles", folder)
    for file in folder.rglob("*.md"):
        file.write_text(file.read_text(encoding="utf-8") + "\nA last paragraph on kites.\n", encoding="utf-8")
    take(seeds_archive, [str(folder)])
    (article, *_) = (one["key"] for one in texts)
    decide(seeds_archive, [Wish(article, {"headline": "Another", "published": "1999"}, ("trade",))], "Bo")
    decide_about(seeds_archive, "source_merge", "quillmere-gazette", "lantern-wire", "Bo")
    assert asked(seeds_archive, find_corpus, "mine") == record
    assert asked(seeds_archive, corpus_methods, "mine") == told
    assert asked(seeds_archive, lambda connection: list(corpus_texts(connection, "mine"))) == texts
    verdict = asked(seeds_archive, verify_corpus, "mine")
    assert verdict["is_sound"]
    revised = execute(
        seeds_archive,
        "SELECT a.key, m.number, r.number FROM corpus_revisions m JOIN articles a ON a.key = m.article_key "
        "JOIN article_revisions r ON r.id = a.revision_id WHERE r.number <> m.number ORDER BY 1",
    )
    assert len(revised) > 3
    assert [tuple(one.values()) for one in verdict["revised"]] == revised


def test_corpus_in_a_query_means_its_articles_as_they_are_now(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    take(database, lay(folder, {"a.md": FERRIES.format(date="2023-03-01", text=TEXT)}))
    freeze(database, "nobody")
    take(database, lay(folder, {"a.md": FERRIES.format(date="2023-03-01", text=OTHER)}))
    for query, number in (("corpus:mine", 1), ("corpus:MINE everybody", 1), ("corpus:mine nobody", 0)):
        keys = asked(
            database, lambda connection, query=query: find_keys(connection, Asked(query).selection(connection))
        )
        assert len(keys) == number
    (text,) = asked(database, lambda connection: list(corpus_texts(connection, "mine")))
    assert (text["number"], text["body"]) == (1, TEXT)
    with pytest.raises(QueryError, match="there is no corpus 'mime'"):
        asked(database, lambda connection: Asked("corpus:mime").selection(connection))


# verifying


def test_texts_that_are_gone_or_altered_are_named(seeds_archive: Path) -> None:
    freeze(seeds_archive)
    keys = [key for (key,) in execute(seeds_archive, "SELECT article_key FROM corpus_revisions ORDER BY 1")]
    of_key = "WHERE article_id = (SELECT id FROM articles WHERE key = ?)"
    with connected(seeds_archive) as connection, connection:
        connection.execute("DELETE FROM articles WHERE key = ?", (keys[0],))
        connection.execute(f"DELETE FROM article_revisions {of_key}", (keys[1],))
        connection.execute(f"UPDATE article_revisions SET body = body || '.' {of_key}", (keys[2],))
        connection.execute(f"UPDATE article_revisions SET headline = 'x' {of_key}", (keys[3],))
        connection.execute(f"UPDATE article_revisions SET body = CAST(x'ff00' AS TEXT) {of_key}", (keys[4],))
        # with a checksum of its own it is another text, and the one that was frozen is no more
        connection.execute(f"UPDATE article_revisions SET body = 'x', text_sha256 = 'ab' {of_key}", (keys[5],))
        connection.execute(f"UPDATE article_revisions SET number = 7 {of_key}", (keys[6],))
    verdict = asked(seeds_archive, verify_corpus, "mine")
    assert not verdict["is_sound"]
    assert (verdict["gone"], verdict["altered"], verdict["revised"]) == ([*keys[:2], keys[5]], keys[2:5], [])
    assert verdict["sha256"] == verdict["sha256_now"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM corpus_revisions WHERE id = 1",
        "UPDATE corpus_revisions SET text_sha256 = 'ab' WHERE id = 1",
        "UPDATE corpus_revisions SET article_key = 'aaaaaaaaaaaa' WHERE id = 1",
        "UPDATE corpora SET sha256 = 'ab'",
        "UPDATE corpora SET articles = articles + 1",
    ],
)
def test_a_corpus_that_was_altered_is_not_sound(seeds_archive: Path, statement: str) -> None:
    freeze(seeds_archive)
    assert asked(seeds_archive, verify_corpus, "mine")["is_sound"]
    execute(seeds_archive, statement)
    assert not asked(seeds_archive, verify_corpus, "mine")["is_sound"]


def test_an_article_that_was_forgotten_is_gone(seeds_archive: Path) -> None:
    freeze(seeds_archive, "trade")
    told = asked(seeds_archive, corpus_methods, "mine")
    (first, *rest) = asked(seeds_archive, lambda connection: list(corpus_texts(connection, "mine")))
    forget(seeds_archive, [first["key"]], "a court said so", "Ada")
    verdict = asked(seeds_archive, verify_corpus, "mine")
    assert (verdict["is_sound"], verdict["gone"], verdict["altered"]) == (False, [first["key"]], [])
    empty = {**first, "headline": None, "body": None}
    assert asked(seeds_archive, lambda connection: list(corpus_texts(connection, "mine"))) == [empty, *rest]
    assert asked(seeds_archive, corpus_methods, "mine") == told
    (finding,) = verify(seeds_archive).findings
    assert (finding.severity, finding.check) == ("warning", "corpus_articles")
    assert finding.message == f"1 text of a corpus not in the archive any more: mine {first['key']}"


def test_a_text_whose_number_changed_is_still_the_one(database: Path, tmp_path: Path) -> None:
    """Undoing an earlier import gives the texts that stay other numbers."""
    folder = tmp_path / "files"
    for text in (OTHER, TEXT):
        take(database, lay(folder, {"a.md": FERRIES.format(date="2023-03-01", text=text)}))
    freeze(database)
    before = asked(database, lambda connection: list(corpus_texts(connection, "mine")))
    execute(database, "DELETE FROM article_revisions WHERE number = 1")
    execute(database, "UPDATE article_revisions SET number = 1")
    verdict = asked(database, verify_corpus, "mine")
    assert (verdict["is_sound"], verdict["revised"]) == (True, [])
    assert asked(database, lambda connection: list(corpus_texts(connection, "mine"))) == before


def test_an_article_that_comes_again_makes_it_whole(new_archive: NewArchive, database: Path, tmp_path: Path) -> None:
    files = lay(tmp_path / "files", {"a.md": FERRIES.format(date="2023-03-01", text=TEXT)})
    fresh = new_archive(database, "fresh.db")
    take(database, files)
    freeze(database)
    take(fresh, files)
    with connected(fresh) as connection, connection:
        for table in ("corpora", "corpus_revisions"):
            for row in rows(database, f"SELECT * FROM {table}"):
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    assert asked(fresh, verify_corpus, "mine")["is_sound"]


PIECES = [
    FERRIES.format(date=f"2023-03-0{number}", text=text).replace("F-1", f"F-{number}")
    for number, text in enumerate((TEXT, OTHER, TEXT, TEXT.upper()), 1)
] + [f"A piece that names nobody\n\nNobody is named in this {word}, which says little.\n" for word in ("piece", "text")]


@given(st.permutations(range(len(PIECES) + 2)), st.integers(0, len(PIECES) + 2), st.booleans())
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
def test_the_order_of_imports_makes_no_difference(
    new_archive: NewArchive, tmp_path_factory: pytest.TempPathFactory, order: list[int], split: int, one_per_text: bool
) -> None:
    """Versions of one piece included: which revision has which number is no part of the checksum."""
    folder = tmp_path_factory.mktemp("order")
    versions = {
        f"v{number}.md": FERRIES.format(date="2023-04-01", text=f"{TEXT} {number}")
        .replace("F-1", "V-1")
        .replace("source:", f"modified: 2023-04-0{number}T08:00:00Z\nsource:")
        for number in (1, 2)
    }
    files = lay(folder / "files", {**{f"{number}.md": text for number, text in enumerate(PIECES)}, **versions})
    ordered = [files[number] for number in order]
    sums = {}
    for name, portions in (("one", [files]), ("two", [ordered[:split], ordered[split:]])):
        path = new_archive("empty", f"{name}.db")
        for portion in filter(None, portions):
            take(path, portion)
        sums[name] = freeze(path, one_per_text=one_per_text)["sha256"]
    assert sums["one"] == sums["two"]


# the paragraph


def test_the_paragraph_of_a_paper(seeds_archive: Path) -> None:
    save_query(seeds_archive, "feb", "date:2023-02")
    record = freeze(seeds_archive, "query:feb", "february", one_per_text=True)
    told = asked(seeds_archive, corpus_methods, "february")
    ((archive_id,),) = execute(seeds_archive, "SELECT value FROM about WHERE name = 'archive_id'")
    assert told == {
        **record,
        "archive_id": archive_id,
        "methods": told["methods"],
        "citation": told["citation"],
    }
    at = record["frozen_at"]
    paragraph = told["methods"]
    assert "\n" not in paragraph
    for sentence in (
        f"The corpus “february” was frozen on {int(at[8:10])} ",
        f" {at[:4]} at {at[11:16]} UTC by Ada, with version {__version__} of the program archive (schema {HEAD}), in "
        f"the news archive {archive_id}.",
        "The archive then had 1 import on record, which had read 19 units: 16 added, 1 revised, 0 unchanged, "
        "1 duplicate, 1 failed.",
        "Its articles are those that the query `query:feb` found, each with the text that was current then. In it, "
        "query:feb stood for `date:2023-02`.",
        f"left out for it were {record['left_out_undated']} articles without a date of publication and "
        f"{record['left_out_imprecise']} article with a date too coarse to tell.",
        "(fingerprint version 1). Of copies only the one that may have been published earliest was taken",
        f"The corpus has {record['articles']} articles with {record['texts']} different texts and "
        f"{record['words']} words in all, from {record['sources']} sources",
        "dated from 2023-02",
        f"normalization rules of version {NORMALIZER_VERSION} made their texts.",
        f"Its checksum is the SHA-256 {record['sha256']} of its lines",
        f"Cite as: Ada ({at[:4]}): february. Corpus of {record['articles']} articles, news archive {archive_id}, "
        f"SHA-256 {record['sha256']}.",
    ):
        assert sentence in paragraph, sentence


# the documentation


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def documented(seeds_archive: Path) -> Path:
    """An archive with the corpus of the documentation, of which a text was revised since."""
    freeze(seeds_archive, "topic:trade date:2023", "trade-2023")
    freeze(seeds_archive, "museums", "other")
    return seeds_archive


def test_the_shell_of_the_documentation_computes_the_checksum(documented: Path, tmp_path: Path) -> None:
    (script,) = blocks("sh")
    command = tmp_path / "bin" / "archive"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archive "$@"\n')
    command.chmod(0o755)
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        env={"PATH": f"{command.parent}:/usr/bin:/bin", "ARCHIVE_DB": str(documented), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.split()[0] == asked(documented, find_corpus, "trade-2023")["sha256"]


def test_the_sql_of_the_documentation_gives_the_texts(documented: Path) -> None:
    (statement,) = blocks("sql")
    texts = asked(documented, lambda connection: list(corpus_texts(connection, "trade-2023")))
    with run_select(documented, statement) as rows:
        assert list(rows) == [(one["key"], one["number"], one["headline"], one["body"]) for one in texts] != []


def test_the_python_of_the_documentation_checks_the_texts(documented: Path) -> None:
    (program,) = blocks("python")
    texts = asked(documented, lambda connection: list(corpus_texts(connection, "trade-2023")))
    for change, code in (("", 0), ("!", 1)):
        lines = "".join(json.dumps({**one, "body": one["body"] + change}) + "\n" for one in texts)
        done = subprocess.run([sys.executable, "-c", program], input=lines, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stderr
