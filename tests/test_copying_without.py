"""A copy to hand over: without the bytes as received, or without any word of the articles, and all else as it was."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.cli import cli
from archive.copying import copy_archive
from archive.db.leaving import Leaving
from archive.db.left_behind import LEFT
from archive.db.location import Location
from archive.db.tables import metadata
from archive.db.unfinished import ORIGINALS, PARTS, TEXTS, Unfinished, unfinished_of
from archive.decide import Wish, decide
from archive.errors import ArchiveError, UsageError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.learn import Source, learn
from archive.queries import reading
from archive.queries.article import explain_article, read_original, show_article
from archive.queries.articles import find_keys, list_articles
from archive.queries.counts import GROUPS, count_by
from archive.queries.filters import Asked
from archive.queries.revisions import RevisionFilters, compare_revisions, find_copies, list_revisions
from archive.queries.terms import compare_words
from archive.queries.timeline import count_by_period
from archive.queries.verification import verify
from archive.repair import repair
from archive.reparse import reparse, survey
from archive.retagging import retag
from archive.suggesting import suggest
from archive.undoing import undo_import
from tests.engines import ENGINES, NewPlace, connected, located, rows
from tests.test_copying import CHECKOUT, Stopped, content, found, stop_at

# words that stand nowhere but in a text, by where they come to stand
SECRET = {
    "headline": "Brindlequorn",
    "earlier": "Ostravelline",
    "body": "Quibblefenwick",
    "heading": "Marrowglint",
    "link": "Tansywhistle",
    "aside": "Umberlathe",
    "decided": "Pellucidorf",
    "北": "玄鳥",
}


@pytest.fixture
def full(populated: Location, tmp_path: Path) -> Location:
    """The populated archive, with an article whose headline changed, of another a person decided on."""
    folder = tmp_path / "secret"
    folder.mkdir()
    lines = ["one sentence of the many that it takes for a body of a piece to be one. "] * 3
    for headline in (SECRET["earlier"], SECRET["headline"]):
        (folder / "a.jsonl").write_text(
            json.dumps(
                {
                    "id": "a1",
                    "title": f"{headline} returns",
                    "text": f"LINTEL, 5 March 2023 (Reuters) - {SECRET['body']} is {SECRET['北']}. {' '.join(lines)}",
                    "source": "Lantern Wire",
                }
            )
            + "\n"
        )
        import_paths(populated, [str(folder)], ImportOptions(jobs=0))
    (folder / "b.md").write_text(
        f"# Ferry {SECRET['headline']}\n\n{lines[0]}\n\n## {SECRET['heading']}\n\n{lines[1]} "
        f"[{SECRET['link']}](https://a.example/2)\n\n<div>{SECRET['aside']}</div>\n\n{lines[2]}\n\n"
        f"- {SECRET['aside']} one\n- {SECRET['aside']} two\n- {SECRET['aside']} three\n"
    )
    import_paths(populated, [str(folder / "b.md")], ImportOptions(jobs=0))
    (key,) = found(populated, SECRET["heading"])
    decide(populated, [Wish(key, {"headline": f"{SECRET['decided']} sails"})], "Ada")
    reason = f"headline changed from '{SECRET['earlier']}', which another place gives"
    with connected(populated) as connection:
        connection.execute("UPDATE import_items SET reason = ? WHERE id = 5", (reason,))
        connection.commit()
    return populated


def facts(location: Location) -> dict[str, str]:
    return dict(rows(location, "SELECT name, value FROM about"))


def findings(location: Location) -> list[tuple[str, str]]:
    return [(one.severity, one.check) for one in verify(location, deep=True).findings if one.severity != "warning"]


def run(location: Location, *words: str) -> Result:
    named = str(location) if isinstance(location, Path) else location.render_as_string(hide_password=False)
    return CliRunner().invoke(cli, ["--db", named, *words])


def everything(location: Location) -> str:
    """Return all that is kept, white space as one blank: of a file its bytes, of a server rows and what search has."""
    if isinstance(location, Path):
        return " ".join(location.read_bytes().decode("utf-8", "replace").split())
    return of_rows(location, [*metadata.tables, "article_search"])


def of_rows(location: Location, tables: Iterable[str]) -> str:
    values = (str(value) for name in tables for row in rows(location, f"SELECT * FROM {name}") for value in row)
    return " ".join(" ".join(values).split())


# Columns that say no words of an article, or what a copy without texts is meant to keep: see docs/copying.md.
KEPT = {
    "about": "name value",
    "authors": "name name_key",
    "corpora": (
        "name query saved_queries reckoned_from frozen_at who published_first published_last "
        "program_version schema_version normalizer_versions fingerprint_versions sha256"
    ),
    "decisions": "made_at who article_key subject name reason",
    "imports": "started_at finished_at status arguments program_version process undone_at undone_by undone_because",
    "models": "scheme trained_at who query parameters program_version sha256",
    "originals": "sha256 media_type",
    "saved_queries": "name query saved_at",
    "schemes": "scheme name uri licence loaded_at",
    "sources": "slug name kind country language origin created_at",
    "topics": "scheme code name origin created_at uri retired_on",
    "agency_names": "language name name_key",
    "articles": (
        "key kind url byline language section published published_from published_until published_on "
        "published_at published_precision published_method created_at page edition rights translation_of "
        "status embargo embargo_until slugline dateline"
    ),
    "containers": "locator media_type sha256 search_terms",
    "corpus_revisions": "article_key text_sha256",
    "earlier_states": "text",
    "source_domains": "domain valid_from valid_until",
    "source_names": "name name_key kind valid_from valid_until",
    "tombstones": "key",
    "topic_definitions": "language text",
    "topic_mappings": "relation scheme code",
    "topic_names": "kind name name_key language",
    "topic_rules": "kind expression",
    "article_identifiers": "scheme scope value",
    "article_revisions": "headline_method text_sha256 fingerprint cause seen_at modified_at crawled_at",
    "forgotten_hashes": "kind sha256",
    "article_credits": "method field",
    "article_links": "kind url",
    "body_blocks": "kind",
    "import_items": (
        "locator context_sha256 reader source_as_read id_as_read url_as_read published_as_read outcome "
        "text_sha256 modified_at crawled_at"
    ),
    "set_aside": "kind rule",
    "article_dates": "kind method value precision reason field",
    "article_values": "field method",
    "other_values": "field method",
    "suggestion_words": "field",
    "tag_evidence": "method rule given_text given_by field",
}


def test_each_column_of_words_goes_over_or_stays_behind_by_decision() -> None:
    """A new column of texts has to be thought of: what goes over is named here, what stays behind in `left_behind`."""
    of_headline = {"field": "headline", "subject": "field", "name": "headline"}
    for table in metadata.sorted_tables:
        names = [column.name for column in table.columns]
        words = {column.name for column in table.columns if column.type.python_type in (str, bytes)}
        leaving = Leaving(table.name, names, (ORIGINALS, TEXTS))
        given = {name: of_headline.get(name, f"said '{name}'") for name in names}
        (over,) = leaving.page([tuple(given[name] for name in leaving.read)])
        went = {name for name, value in zip(names, over, strict=True) if value == given[name]}
        assert went & words == set(KEPT.get(table.name, "").split()), table.name


@pytest.mark.parametrize("to", ENGINES)
def test_without_originals_all_is_there_but_the_bytes(full: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    done = copy_archive(full, target, without=["originals"])
    before, after = content(full), content(target)
    assert {name for name in before if before[name] != after[name]} == {"about", "originals"}
    assert done.tables["originals"] == after["originals"]
    same = "SELECT id, sha256, media_type, size FROM originals ORDER BY id"
    assert rows(target, same) == rows(full, same)
    assert rows(target, "SELECT count(*) FROM originals WHERE length(content) > 0") == [(0,)]
    assert found(target, SECRET["body"]) == found(full, SECRET["body"]) != set()
    assert findings(target) == [("note", "left_behind")]
    (note,) = [one for one in verify(target).findings if one.check == "left_behind"]
    assert note.message == (
        f"{note.number} originals left behind when this was copied; the archive that this was copied from has them "
        f"(`archive_id` {facts(full)['archive_id']})"
    )


@pytest.mark.parametrize("part", PARTS)
def test_it_is_another_archive_which_says_what_it_is_without(full: Location, new_place: NewPlace, part: str) -> None:
    target, again = new_place("sqlite"), new_place("sqlite")
    copy_archive(full, target, without=[part])
    whole, copy = facts(full), facts(target)
    assert copy["part_of"] == whole["archive_id"] != copy["archive_id"]
    assert copy["without"] == {"originals": "originals", "texts": "originals, texts"}[part]
    assert "part_query" not in copy and "unfinished_copy" not in copy
    copy_archive(target, again)  # a copy of it as a whole is the same
    assert facts(again) == copy and content(again) == content(target)


def test_what_is_without_one_thing_can_be_copied_without_another(full: Location, new_place: NewPlace) -> None:
    first, second, third = new_place("postgresql"), new_place("sqlite"), new_place("postgresql")
    copy_archive(full, first, query="topic:trade", without=["originals"])
    copy_archive(first, second, without=["texts"])
    copy_archive(second, third, query="has:decision")
    assert facts(first)["part_query"] == "topic:trade"
    assert (facts(second)["part_of"], facts(second)["without"]) == (facts(first)["archive_id"], "originals, texts")
    assert "part_query" not in facts(second)
    assert (facts(third)["part_of"], facts(third)["without"]) == (facts(second)["archive_id"], "originals, texts")
    for one in (second, third):
        assert findings(one) == [("note", "left_behind")] * 2
        assert_no_word(full, one)


def assert_no_word(whole: Location, target: Location) -> None:
    """No text, and no four words of one, one after the other, stand anywhere in an archive."""
    kept = everything(target)
    for place, secret in SECRET.items():
        assert secret not in kept and secret.lower() not in kept, place
    texts = [text for (text,) in rows(whole, "SELECT body FROM article_revisions")]
    texts += [text for (text,) in rows(whole, "SELECT headline FROM article_revisions WHERE headline IS NOT NULL")]
    texts += [text for (text,) in rows(whole, "SELECT text FROM set_aside WHERE kind <> 'trailing_tags'")]
    texts += [text for (text,) in rows(whole, "SELECT text FROM article_links WHERE text IS NOT NULL")]
    assert len(texts) > 60
    # what a vocabulary or a person says is theirs
    said = {"topics": "name", "topic_names": "name", "topic_rules": "expression", "sources": "name"}
    own = [value for table, name in said.items() for (value,) in rows(target, f"SELECT {name} FROM {table}")]
    for text in texts:
        words = [word.strip(".,;:!?") for word in text.split()]
        for first in range(max(1, len(words) - 3)):
            run_of_words = " ".join(words[first : first + 4])
            if len(run_of_words) > 11 and run_of_words in kept:
                assert any(run_of_words in one for one in own), run_of_words


@pytest.mark.parametrize("to", ENGINES)
def test_without_texts_no_word_of_them_goes_over(full: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    whole = of_rows(full, metadata.tables)
    assert all(secret in whole for secret in SECRET.values())
    copy_archive(full, target, without=["texts"])
    assert_no_word(full, target)
    assert rows(target, "SELECT DISTINCT body FROM article_revisions") == [(LEFT,)]
    for table in ("originals", "models"):
        assert rows(target, f"SELECT DISTINCT length(content) FROM {table}") == [(0,)]
    reasons = "SELECT reason FROM import_items"
    assert (f"headline changed from '{SECRET['earlier']}', which another place gives",) in rows(full, reasons)
    assert (f"headline changed from {LEFT}",) in rows(target, reasons)


METADATA = [
    *("*", "topic:trade", "NOT has:topic", "has:decision", "has:headline", "NOT has:headline", "section:port"),
    *("source:lantern-wire", "date:2023", "language:en", "import:2", "author:renn"),
]


@pytest.mark.parametrize("to", ENGINES)
def test_without_texts_what_is_counted_and_listed_stays_the_same(full: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    copy_archive(full, target, without=["texts"])

    def answers(location: Location) -> dict[object, Any]:
        told: dict[object, Any] = {}
        with reading(location) as connection:
            for query in METADATA:
                selection = Asked(query).selection(connection)
                told[query] = find_keys(connection, selection)
                for by in GROUPS:
                    for unit in ("articles", "texts", "sources"):
                        told[query, by, unit] = list(count_by(connection, selection, by, unit))
            selection = Asked().selection(connection)
            told["timeline"] = list(count_by_period(connection, {"all": selection.as_conditions()}, "month").rows())
            told["list"] = [
                {name: value for name, value in one.items() if name != "headline"}
                for one in list_articles(connection, selection)
            ]
        for table in ("tag_evidence", "suggestions", "suggestion_words", "body_blocks", "corpora", "article_topics"):
            told[table] = rows(location, f"SELECT * FROM {table} ORDER BY id")
        for table in metadata.tables:
            told[table, "rows"] = rows(location, f"SELECT count(*) FROM {table}") if table != "about" else None
        hashes = "SELECT text_sha256, fingerprint, words, headline_method FROM article_revisions ORDER BY id"
        told["hashes"] = rows(location, hashes)
        told["decisions"] = rows(location, "SELECT who, made_at, name, reason FROM decisions ORDER BY id")
        return told

    assert answers(target) == answers(full)
    assert findings(target) == [("note", "left_behind")] * 2


@pytest.mark.parametrize("to", ENGINES)
def test_the_same_files_are_known_again(full: Location, new_place: NewPlace, tmp_path: Path, to: str) -> None:
    for part in PARTS:
        target = new_place(to)
        copy_archive(full, target, without=[part])
        before = content(target)
        folders = [str(CHECKOUT / "seeds" / "articles"), str(tmp_path / "taught"), str(tmp_path / "secret" / "b.md")]
        done = import_paths(target, folders, ImportOptions(jobs=0))
        assert {outcome for outcome, number in done.outcomes.items() if number} == {"unchanged", "failed"}
        after = content(target)
        assert {name for name in before if before[name] != after[name]} <= {"imports", "import_items", "containers"}
        # also from elsewhere, where they are known by their words
        (tmp_path / part).mkdir()
        text = (CHECKOUT / "seeds" / "articles" / "clippings" / "mayor.txt").read_bytes()
        (tmp_path / part / "other.txt").write_bytes(text)
        import_paths(target, [str(tmp_path / part)], ImportOptions(jobs=0))
        counts = [rows(one, "SELECT count(*) FROM originals") for one in (target, full)]
        assert counts[0] == counts[1]
        changed = tmp_path / "secret" / "a.jsonl"
        as_it_was = changed.read_text()
        changed.write_text(as_it_was.replace("one sentence", "a sentence"))
        assert import_paths(target, [str(changed)], ImportOptions(jobs=0)).outcomes == {"revised": 1}
        changed.write_text(as_it_was)
        new = tmp_path / f"{part}.txt"
        new.write_text("A new text of the kind that nobody had before, about a wombat in the harbour.")
        assert import_paths(target, [str(new)], ImportOptions(jobs=0)).outcomes == {"added": 1}
        (key,) = rows(target, "SELECT key FROM articles ORDER BY id DESC LIMIT 1")[0]
        with reading(target) as connection:
            assert read_original(connection, key) == new.read_bytes()
            assert "wombat" in show_article(connection, key)["body"]
        assert {severity for severity, _ in findings(target)} == {"note"}


@pytest.fixture
def without(full: Location, new_place: NewPlace) -> Callable[..., Location]:
    def make(part: str, to: str = "sqlite") -> Location:
        target = new_place(to)
        copy_archive(full, target, without=[part])
        return target

    return make


WITH_THE_CURE = (
    r".*left behind when (it|this archive) was copied; "
    r"the archive that this was copied from has them \(`archive_id` .{36}\)"
)


@pytest.mark.parametrize("to", ENGINES)
def test_originals_that_are_not_there_are_told_with_the_cure(
    full: Location, without: Callable[..., Location], to: str
) -> None:
    target = without("originals", to)
    (key,) = found(target, SECRET["heading"])
    with (
        reading(target) as connection,
        pytest.raises(ArchiveError, match=f"the bytes of {key} are not here{WITH_THE_CURE}"),
    ):
        read_original(connection, key)
    before = content(target)
    seen = survey(target)
    assert (seen.articles, seen.left_behind, seen.ids) == (0, len(found(target, "*")), [])
    assert reparse(target, seen).ids == [] and content(target) == before
    answer = run(target, "reparse")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert re.match(rf"not read again: {seen.left_behind} articles whose original was{WITH_THE_CURE}", answer.stderr)
    assert retag(target).otherwise == retag(full).otherwise == 0


@pytest.mark.parametrize("to", ENGINES)
def test_texts_that_are_not_there_are_told_with_the_cure(
    full: Location, without: Callable[..., Location], to: str
) -> None:
    revised = rows(
        full, "SELECT a.key FROM articles a JOIN article_revisions r ON r.article_id = a.id WHERE number = 2"
    )
    (key,) = revised[0]
    target = without("texts", to)
    before = content(target)
    with reading(target) as connection:
        for query in ("wombat", "NOT wombat", "headline:wombat", "topic:trade wombat", "query:lately"):
            with pytest.raises(ArchiveError, match=f"words cannot be looked up{WITH_THE_CURE}"):
                Asked(query).selection(connection)
        with pytest.raises(ArchiveError, match=f"words cannot be compared{WITH_THE_CURE}"):
            compare_words(connection, [])
        with pytest.raises(ArchiveError, match=f"what changed in {key} cannot be told{WITH_THE_CURE}"):
            compare_revisions(connection, key)
        assert show_article(connection, key)["body"] == show_article(connection, key, 1)["body"] == LEFT
        assert explain_article(connection, key)["headline"] == LEFT
        told = list(list_revisions(connection, RevisionFilters()))
        assert told and {(one["percent"], tuple(one["changed"])) for one in told} == {(None, ())}
        assert {one["headline_differs"] for one in find_copies(connection, key)} == {None}
    with pytest.raises(ArchiveError, match=f"nothing can be learned{WITH_THE_CURE}"):
        learn(target, Source(), "Ada")
    with pytest.raises(ArchiveError, match=f"no model can judge these articles{WITH_THE_CURE}"):
        suggest(target, Asked())
    done = retag(target)
    assert (done.otherwise, done.left_behind) == (0, len(found(target, "*")))
    assert content(target) == before
    with_cure = re.compile(WITH_THE_CURE)
    for words, code in {
        ("show", key): 0,
        ("why", key): 0,
        ("copies", key): 0,
        ("revisions",): 0,
        ("export",): 0,
        ("corpus", "texts", "trade"): 0,
        ("topics", "retag"): 0,
        ("reparse",): 0,
        ("original", key): 1,
        ("kwic", "trade"): 1,
        ("count", "trade"): 1,
        ("diff", key): 1,
        ("corpus", "verify", "trade"): 1,
    }.items():
        answer = run(target, *words)
        assert answer.exit_code == code, (words, answer.output)
        assert with_cure.search(answer.stderr), words


@pytest.mark.parametrize("to", ENGINES)
def test_work_goes_on_without_texts(without: Callable[..., Location], full: Location, to: str) -> None:
    """Decisions are made and taken into account, articles forgotten, repairs done; tags of a text stay."""
    target = without("texts", to)
    credits = "SELECT * FROM article_credits ORDER BY id"
    credited = rows(target, credits)
    assert ("body", LEFT) in rows(target, "SELECT field, text FROM article_credits")
    key = rows(
        target, "SELECT a.key FROM articles a JOIN article_credits c ON c.article_id = a.id WHERE c.field = 'body'"
    )[0][0]
    tags = rows(full, "SELECT count(*) FROM article_topics")
    assert rows(target, "SELECT count(*) FROM article_topics") == tags
    decide(target, [Wish(key, {"language": "de"}, ["tourism"], [])], "Ada")
    assert {one[1:] for one in rows(target, credits)} == {one[1:] for one in credited}
    assert [one.what for one in repair(target).mended] == []
    assert findings(target) == [("note", "left_behind")] * 2
    decide(target, [Wish(key, {"headline": "Wholly new"})], "Ada")
    with reading(target) as connection:
        assert show_article(connection, key)["headline"] == "Wholly new"
    forget(target, [key], "asked for", "Ada")
    assert key not in found(target, "*")
    assert findings(target) == [("note", "left_behind")] * 2


def test_an_import_is_undone_where_that_needs_nothing_that_was_left_behind(without: Callable[..., Location]) -> None:
    """What was left behind is not made up: an article that would need its earlier text stays as it is."""
    for part in PARTS:
        target = without(part)
        ((number,),) = rows(target, "SELECT max(id) FROM imports")
        before = content(target)
        undone = undo_import(target, number, "Ada", force=True)
        assert undone.number == number
        assert {severity for severity, _ in findings(target)} == {"note"}
        before = content(target)
        try:
            undo_import(target, number - 1, "Ada", force=True)
        except ArchiveError as error:
            assert re.search(WITH_THE_CURE, str(error))
            assert content(target) == before
        assert {severity for severity, _ in findings(target)} == {"note"}


@pytest.mark.parametrize("to", ENGINES)
def test_what_was_interrupted_goes_on_without_the_same(full: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    with pytest.raises(Stopped):
        copy_archive(full, target, without=["texts"], watch=stop_at("search index"))
    told = r"is a copy of something else that is not whole; `archive copy .* --without originals --without texts` goes"
    for other in ([], ["originals"]):
        with pytest.raises(UsageError, match=told):
            copy_archive(full, target, without=other)
    copy_archive(full, target, without=["originals", "texts"])
    assert_no_word(full, target)
    assert findings(target) == [("note", "left_behind")] * 2


def test_a_mark_of_an_older_program_is_of_a_copy_with_all() -> None:
    mark = unfinished_of('{"archive_id": "ad73", "source": "a.db", "query": null}')
    assert mark.is_of(Unfinished("ad73", "b.db")) and not mark.is_of(Unfinished("ad73", "b.db", None, ("originals",)))
    assert unfinished_of(Unfinished("ad73", "a.db", "x", ("originals",)).to_text()).without == ("originals",)


@pytest.mark.parametrize("to", ENGINES)
def test_a_change_of_what_goes_over_is_noticed(full: Location, new_place: NewPlace, to: str) -> None:
    """And none of what does not."""
    target = new_place(to)
    with pytest.raises(Stopped):
        copy_archive(full, target, without=["texts"], watch=stop_at("search index"))
    with connected(full) as connection:
        connection.execute("UPDATE articles SET section = 'Elsewhere' WHERE id = 3")
        connection.commit()
    with pytest.raises(ArchiveError, match=r"(?s)--without texts --anew.*values of articles.section were altered"):
        copy_archive(full, target, without=["texts"])


def test_what_is_gone_without_having_been_left_behind_is_an_error(full: Location) -> None:
    with connected(full) as connection:
        connection.execute("UPDATE originals SET content = ? WHERE id = 1", (b"",))
        connection.execute(f"UPDATE article_revisions SET headline = NULL, body = '{LEFT}' WHERE id = 1")
        connection.commit()
    assert {("error", "originals"), ("error", "texts")} <= set(findings(full))


def test_there_is_nothing_else_to_be_without(full: Location, new_place: NewPlace) -> None:
    with pytest.raises(UsageError, match="there is no copy without 'words'; it can be without originals or texts"):
        copy_archive(full, new_place("sqlite"), without=["words"])
    assert CliRunner().invoke(cli, ["copy", "a.db", "b.db", "--without", "words"]).exit_code == 2


def test_the_command_says_what_stays_behind(full: Location, new_place: NewPlace) -> None:
    target = new_place("sqlite")
    answer = CliRunner().invoke(
        cli, ["copy", located(full), str(target), "--without", "texts", "--query", "topic:trade"]
    )
    assert answer.exit_code == 0
    assert "; left behind: originals, texts\n" in answer.stdout
    assert facts(target)["part_query"] == "topic:trade"
