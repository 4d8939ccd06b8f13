"""From tags that people put on to topics that a model proposes, and to tags where a person's threshold says so."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive import learn as learning
from archive.cli.drawing import what_was_decided
from archive.db.concepts import count_uses
from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.learn import Source, evaluate, learn
from archive.queries import reading
from archive.queries.article import find_evidence
from archive.queries.articles import find_article_id
from archive.queries.decisions import list_decisions
from archive.queries.filters import Asked
from archive.queries.review import find_open, show_open
from archive.queries.verification import verify
from archive.retagging import retag
from archive.suggesting import Suggested, set_threshold, suggest
from archive.undoing import undo_import
from tests.engines import connected

Teach = Callable[[Location], list[str]]

UNSEEN = slice(24, 28)  # texts on trade of which nobody said so


@pytest.fixture
def taught(database: Path, teach: Teach) -> tuple[Path, list[str]]:
    """An archive with tags to learn from, and the keys of its articles."""
    return database, teach(database)


@pytest.fixture
def proposed(taught: tuple[Path, list[str]]) -> tuple[Path, list[str]]:
    """The same, learned from, and with what the model proposes."""
    learn(taught[0], Source(), "Ada")
    suggest(taught[0], Asked())
    return taught


def rows(path: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connected(path) as connection:
        return connection.execute(query, values).fetchall()


def tagged(path: Path, method: str = "model") -> set[tuple[str, str]]:
    """Return which articles have which topic by a method."""
    found = rows(path, "SELECT doc_id, code FROM tag_overview WHERE method = ?", method)
    return {(key, code) for key, code in found}


def shown(done: Suggested) -> set[tuple[str, str]]:
    return {(row["key"], row["code"]) for row in done.rows}


def is_sound(path: Path) -> bool:
    return not [one for one in verify(path, deep=True).findings if one.severity == "error"]


def test_what_people_tag_reaches_other_articles_and_a_rejection_stays(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    done = learn(path, Source(), "Ada")
    assert (done.number, done.articles) == (1, 24)
    assert [(row["topic"], row["accepted"], row["rejected"]) for row in done.topics] == [
        ("local:tourism", 12, 12),
        ("local:trade", 12, 12),
    ]
    assert all(row["f1"] == 1 for row in done.topics)
    assert not tagged(path)

    found = suggest(path, Asked())
    unseen = {(key, "trade") for key in keys[UNSEEN]}
    assert unseen <= shown(found)
    assert not {(key, "tourism") for key in keys[UNSEEN]} & shown(found)
    assert not tagged(path), "what is proposed is no tag"

    decision, followed = set_threshold(path, "trade", None, ".5", "Ada", "looked at all")
    assert decision is not None
    assert followed.added >= 4
    assert unseen <= tagged(path)
    assert not unseen & shown(suggest(path, Asked())), "what is a tag is proposed no more"

    key = keys[24]
    with reading(path) as connection:
        evidence = [
            one for one in find_evidence(connection, find_article_id(connection, key)) if one["code"] == "trade"
        ]
    assert {one["method"] for one in evidence} == {"model"}
    assert all(one["score"] > 0.5 and one["model"] == 1 and one["rule"] is None for one in evidence)
    ours = {"cargo", "tariff", "exports", "customs", "duty", "freight", "merchants", "quota", "shipment", "toll"}
    assert len({one["passage"].casefold() for one in evidence} & ours) >= 3

    decide(path, [Wish(key, {}, (), ["trade"])], "Ada")
    assert (key, "trade") not in tagged(path)
    assert learn(path, Source(), "Ada").number == 2
    again = suggest(path, Asked(), min_score=0)
    assert (key, "trade") not in shown(again) | tagged(path)
    assert {(one, "trade") for one in keys[25:28]} <= tagged(path)
    assert {number for (number,) in rows(path, "SELECT DISTINCT model_id FROM suggestions")} == {2}
    set_threshold(path, "trade", None, ".2", "Ada")
    assert (key, "trade") not in tagged(path)
    retag(path)
    assert {(one, "trade") for one in keys[25:28]} <= tagged(path), "tagging again by rules leaves models alone"
    assert is_sound(path)


def test_the_same_seed_learns_the_same(taught: tuple[Path, list[str]]) -> None:
    path, _ = taught
    one, other = (learn(path, Source(), "Ada", seed=5) for _ in range(2))
    assert one.topics == other.topics
    first, second = rows(path, "SELECT content, query, seed, articles, topics FROM models ORDER BY number")
    assert first[1:] == second[1:] == ("", 5, 24, 2)


def test_thresholds_are_followed_up_and_down_and_taken_back(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    scores = sorted(score for (score,) in rows(path, "SELECT score FROM suggestions"))
    middle = f"{scores[len(scores) // 2]:.3f}"

    def by_model() -> int:
        (number,) = rows(
            path,
            "SELECT count(*) FROM article_topics g WHERE EXISTS (SELECT 1 FROM tag_evidence e "
            "WHERE e.article_topic_id = g.id AND e.method = 'model')",
        )[0]
        return int(number)

    first, _ = set_threshold(path, None, "local", middle, "Ada")
    between = by_model()
    assert between == sum(score >= float(middle) for score in scores) < len(scores)
    lowered, followed = set_threshold(path, None, "local", "0.2", "Ada")
    assert (by_model(), followed.added) == (sum(score >= 0.2 for score in scores), by_model() - between)
    assert set_threshold(path, None, "local", "0.20", "Ada")[0] is None, "it is so already"
    own, _ = set_threshold(path, "trade", None, "off", "Ada")
    assert {code for _, code in tagged(path)} <= {"tourism"}
    assert own is not None and lowered is not None and first is not None
    undo(path, own.id, "Ada")
    assert by_model() == sum(score >= 0.2 for score in scores)
    _, undone = undo(path, lowered.id, "Ada")
    assert by_model() == between
    undo(path, undone.id, "Ada")
    assert by_model() == sum(score >= 0.2 for score in scores)
    off, followed = set_threshold(path, None, "local", "off", "Ada")
    assert (by_model(), followed.added) == (0, 0)
    assert followed.removed > 0
    assert off is not None
    with reading(path) as connection:
        assert what_was_decided(list_decisions(connection)[0]) == "local:*: suggestions are tags from off"
    assert is_sound(path)


@pytest.mark.parametrize("value", ["1.1", "0.1", "-1", "nan", "80%", "", "on"])
def test_a_threshold_is_a_score(proposed: tuple[Path, list[str]], value: str) -> None:
    with pytest.raises(UsageError, match=r"is no threshold: a score from 0\.2 to 1, or off"):
        set_threshold(proposed[0], "trade", None, value, "Ada")


def test_thresholds_are_of_what_is_there_and_of_somebody(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    with pytest.raises(NotFoundError, match="there is no topic 'ferries'"):
        set_threshold(path, "ferries", None, ".5", "Ada")
    with pytest.raises(NotFoundError, match="there is no scheme 'medtop'; there are local"):
        set_threshold(path, None, "medtop", ".5", "Ada")
    with pytest.raises(UsageError, match="nobody is named who decides"):
        set_threshold(path, "trade", None, ".5", " ")
    with pytest.raises(UsageError, match="nobody is named who learns"):
        learn(path, Source(), " ")
    assert not tagged(path)


def test_accepting_a_suggestion_takes_it_off_the_proposals(proposed: tuple[Path, list[str]]) -> None:
    path, keys = proposed
    decide(path, [Wish(keys[24], {}, ["trade"])], "Ada")
    assert (keys[24], "trade") not in shown(suggest(path, Asked(), min_score=0))
    assert (keys[25], "trade") in shown(suggest(path, Asked()))


def test_suggestions_are_gone_through_like_tags(proposed: tuple[Path, list[str]]) -> None:
    """What a model suggests is asked about, with its words, until a person said something of it."""
    path, keys = proposed

    def asked_about() -> dict[str, Any]:
        with reading(path) as connection:
            one = next(
                (one for one in find_open(connection, Asked().selection(connection), "Ada") if one.key == keys[24]),
                None,
            )
            shown = None if one is None else show_open(connection, one)
        return {topic["code"]: topic["evidence"] for topic in (shown or {"proposed": []})["proposed"]}

    evidence = asked_about()["trade"]
    assert {one["method"] for one in evidence} == {"model"}
    assert all(one["score"] >= 0.5 and one["passage"] for one in evidence)
    set_threshold(path, "trade", None, ".5", "Ada")
    as_tag = asked_about()["trade"]
    assert sorted((one["field"], one["start"]) for one in as_tag) == sorted(
        (one["field"], one["start"]) for one in evidence
    ), "what is a tag is asked about once"
    set_threshold(path, "trade", None, "off", "Ada")
    decide(path, [Wish(keys[24], {}, (), ["trade"])], "Ada")
    assert "trade" not in asked_about()


def test_a_rejection_that_is_taken_back_brings_the_tag_back(proposed: tuple[Path, list[str]]) -> None:
    path, keys = proposed
    set_threshold(path, "trade", None, ".3", "Ada")
    rejection = decide(path, [Wish(keys[24], {}, (), ["trade"])], "Ada").made[0]
    assert (keys[24], "trade") not in tagged(path)
    set_threshold(path, "trade", None, ".4", "Ada")
    assert (keys[24], "trade") not in tagged(path)
    undo(path, rejection.id, "Ada")
    assert (keys[24], "trade") in tagged(path)
    assert is_sound(path)


def test_only_a_topic_and_only_the_articles_asked_for(proposed: tuple[Path, list[str]]) -> None:
    path, keys = proposed
    before = rows(path, "SELECT count(*) FROM suggestions")
    found = suggest(path, Asked("date:2023-01-25"), topic="trade")
    assert (shown(found), found.articles, found.number) == ({(keys[24], "trade")}, 1, 1)
    assert rows(path, "SELECT count(*) FROM suggestions") == before, "what was not asked for stays"
    assert suggest(path, Asked(), limit=1).number > 1
    with pytest.raises(NotFoundError, match="there is no topic 'ferries'"):
        suggest(path, Asked(), topic="ferries")
    decide(path, [Wish(keys[0], {}, ["ferries"])], "Ada")
    with pytest.raises(NotFoundError, match="did not learn this topic"):
        suggest(path, Asked(), topic="ferries")


def test_retired_topics_are_not_proposed(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    with connected(path) as connection, connection:
        connection.execute("UPDATE topics SET retired = TRUE WHERE code = 'trade'")
    assert {code for _, code in shown(suggest(path, Asked(), min_score=0))} <= {"tourism"}
    with pytest.raises(NotFoundError, match="or it is retired since"):
        suggest(path, Asked(), topic="trade")


def test_a_topic_that_a_model_suggests_is_in_use(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    with reading(path) as connection:
        (topic_id,) = (one for (one,) in rows(path, "SELECT id FROM topics WHERE code = 'trade'"))
        assert count_uses(connection, {topic_id: "local:trade"})[topic_id]["suggestions"] >= 4


def test_a_new_text_is_judged_anew(proposed: tuple[Path, list[str]], tmp_path: Path) -> None:
    """What a model said of a text goes with it."""
    path, keys = proposed
    set_threshold(path, "trade", None, ".3", "Ada")
    assert (keys[24], "trade") in tagged(path)
    file = tmp_path / "taught" / "24.txt"
    file.write_text(file.read_text() + "\nAnd one more sentence stood there the next day.\n")
    import_paths(path, [str(tmp_path / "taught")], ImportOptions(jobs=0))
    assert (keys[24], "trade") not in tagged(path)
    assert not rows(
        path, "SELECT 1 FROM suggestions s JOIN articles a ON a.id = s.article_id WHERE a.key = ?", keys[24]
    )
    suggest(path, Asked())
    assert (keys[24], "trade") in tagged(path)
    assert is_sound(path)
    assert not verify(path).findings


def test_the_same_imported_again_leaves_suggestions_and_tags(proposed: tuple[Path, list[str]], tmp_path: Path) -> None:
    path, _ = proposed
    set_threshold(path, "trade", None, ".3", "Ada")
    before = (tagged(path), rows(path, "SELECT * FROM suggestions"))
    import_paths(path, [str(tmp_path / "taught")], ImportOptions(jobs=0))
    assert (tagged(path), rows(path, "SELECT * FROM suggestions")) == before


def test_forgetting_takes_suggestions_along(proposed: tuple[Path, list[str]]) -> None:
    path, keys = proposed
    set_threshold(path, "trade", None, ".3", "Ada")
    forget(path, [keys[24]], "a court said so", "Ada")
    assert not rows(path, "SELECT 1 FROM suggestion_words WHERE suggestion_id NOT IN (SELECT id FROM suggestions)")
    assert len(rows(path, "SELECT 1 FROM suggestions WHERE article_id NOT IN (SELECT id FROM articles)")) == 0
    assert is_sound(path)


def test_undoing_an_import_takes_suggestions_along(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    set_threshold(path, None, "local", ".2", "Ada")
    undo_import(path, 1, "Ada", force=True)
    for table in ("suggestions", "suggestion_words", "tag_evidence", "articles"):
        assert rows(path, f"SELECT count(*) FROM {table}") == [(0,)]
    assert is_sound(path)


def test_a_topic_that_was_merged_takes_suggestions_along(proposed: tuple[Path, list[str]]) -> None:
    path, keys = proposed
    set_threshold(path, "trade", None, ".3", "Ada")
    merged = decide_about(path, "topic_merge", "trade", "tourism", "Ada")
    assert merged is not None
    assert (keys[24], "tourism") in tagged(path)
    assert not {code for _, code in tagged(path)} - {"tourism"}
    assert is_sound(path)
    found = suggest(path, Asked(), min_score=0)
    assert not {code for _, code in shown(found)} - {"tourism"}
    undo(path, merged.id, "Ada")
    assert is_sound(path)


def test_thresholds_go_into_another_archive_with_the_decisions(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    decision, _ = set_threshold(path, "trade", None, ".3", "Ada")
    with reading(path) as connection:
        lines = [json.dumps(record) for record in dump_decisions(connection)]
    before = tagged(path)
    assert decision is not None
    undo(path, decision.id, "Ada")
    assert not tagged(path)
    later = lines[-1].replace(decision.made_at, "2030-01-01T00:00:00.000000Z")
    assert restore_decisions(path, [later]).added == 1
    assert tagged(path) == before
    for wrong in ('"value": "0.3"', '"value": "0.01"'), ('"name": "local:trade"', '"name": "local"'):
        with pytest.raises(UsageError, match="a threshold is of scheme:code or scheme"):
            restore_decisions(path, [lines[-1].replace(*wrong)])


def test_inputs_teach_only_where_that_is_asked_for(database: Path, tmp_path: Path) -> None:
    for number in range(24):
        topic, word = (("ferries", "deck"), ("bakeries", "oven"))[number % 2]
        (tmp_path / f"{number:02}.txt").write_text(
            f"---\ntopics: [{topic}]\n---\nNumber {number} of {word} and {word}.\n"
        )
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    with pytest.raises(ArchiveError, match=r"no person put any topic of it on these articles.*--with-given"):
        learn(database, Source(), "Ada")
    done = learn(database, Source(with_given=True), "Ada")
    assert [(row["topic"], row["accepted"], row["rejected"]) for row in done.topics] == [
        ("local:bakeries", 12, 12),
        ("local:ferries", 12, 12),
    ]
    with pytest.raises(ArchiveError, match="local:bakeries: 0 different texts known to be without it"):
        learn(database, Source(with_given=True, only_rejected=True), "Ada")


def test_what_is_missing_is_said(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    decide(path, [Wish(key, {}, ["ferries"]) for key in keys[:3]], "Ada")
    done = learn(path, Source(), "Ada")
    assert done.left_out == {"local:ferries": "3 different texts with it, 7 more needed"}
    with pytest.raises(ArchiveError, match="local:trade: 5 different texts with it, 5 more needed"):
        learn(path, Source(asked=Asked("date:2023-01-01..2023-01-05")), "Ada")
    with pytest.raises(ArchiveError, match="known to be without it, 10 more needed"):
        learn(path, Source(only_rejected=True), "Ada")
    with pytest.raises(ArchiveError, match="no person put any topic"):
        learn(path, Source(scheme="medtop"), "Ada")


def test_rejections_alone_can_be_what_counts_against_a_topic(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    decide(path, [Wish(key, {}, (), ["trade"]) for key in keys[12:23]], "Ada")
    done = learn(path, Source(only_rejected=True), "Ada")
    assert [(row["topic"], row["accepted"], row["rejected"]) for row in done.topics] == [("local:trade", 12, 11)]
    assert list(done.left_out) == ["local:tourism"]


def test_a_broader_topic_is_not_denied_by_a_narrower_one(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    for below in ("trade", "tourism"):
        decide_about(path, "topic_move", below, "economy", "Ada")
    decide(path, [Wish(key, {}, ["economy"]) for key in keys[12:22]], "Ada")
    done = learn(path, Source(), "Ada")
    assert done.left_out == {"local:economy": "0 different texts known to be without it, 10 more needed"}


def test_topics_by_rules_are_neither_for_nor_against(taught: tuple[Path, list[str]], tmp_path: Path) -> None:
    """A rule put `economy` there; nobody said so, and nobody denied it."""
    path, keys = taught
    vocabulary = tmp_path / "topics.toml"
    vocabulary.write_text('[[topics]]\nname = "Guests"\nphrases = ["guests"]\n')
    from archive.ingest import load_vocabulary

    load_vocabulary(path, vocabulary, "topics")
    retag(path)
    of_rule = {key for key, code in tagged(path, "rule") if code == "guests"}
    assert len(of_rule) >= 10
    decide(path, [Wish(key, {}, ["guests"]) for key in keys[:10]], "Ada")
    done = learn(path, Source(), "Ada")
    told = {row["topic"]: (row["accepted"], row["rejected"]) for row in done.topics}.get(
        "local:guests"
    ) or done.left_out["local:guests"]
    unknown = len(of_rule & set(keys[10:24]))
    assert told in (
        (10, 14 - unknown),
        f"{14 - unknown} different texts known to be without it, {unknown - 4} more needed",
    )


def test_repeats_count_once(database: Path, tmp_path: Path) -> None:
    for number in range(24):
        topic = ("ferries", "bakeries")[number % 2]
        source = f"---\ntopics: [{topic}]\nsource: Paper {number}\n---\n"
        (tmp_path / f"{number:02}.txt").write_text(f"{source}The same words about {topic} in each of them.\n")
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    with pytest.raises(ArchiveError, match="1 different text with it, 9 more needed"):
        learn(database, Source(with_given=True), "Ada")


def test_quality_by_time_and_at_random(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    decide(
        path,
        [Wish(keys[28], {"published": "2023-02"}, ["trade"]), Wish(keys[29], {"published": None}, ["trade"])],
        "Ada",
    )
    at_random = evaluate(path, Source(), seed=1)
    kinds = [row["kind"] for row in at_random.rows]
    assert kinds[:4] == ["topic", "topic", "micro", "macro"]
    assert set(kinds[4:]) <= {"confused"}
    assert (at_random.articles, at_random.undated, at_random.earlier) == (26, 0, None)
    micro = at_random.rows[2]
    assert micro["n"] == 26
    with pytest.raises(ArchiveError, match="cannot be split by time"):
        evaluate(path, Source(asked=Asked("date:2023-01-01..2023-01-24")), split="time", folds=1)
    for place, key in enumerate(keys[:24]):
        decide(path, [Wish(key, {"published": f"2023-01-{1 + place % 12:02}"})], "Ada")
    by_time = evaluate(path, Source(), split="time")
    assert by_time.undated == 2, "a month is no day, and nothing is none"
    assert by_time.earlier == (20, "2023-01-10")
    assert by_time.later == (4, "2023-01-11")
    assert by_time.rows[2]["n"] == 4
    assert not rows(path, "SELECT 1 FROM models")


def test_what_is_on_one_day_cannot_be_split(taught: tuple[Path, list[str]]) -> None:
    path, keys = taught
    decide(path, [Wish(key, {"published": "2023-01-01"}) for key in keys], "Ada")
    with pytest.raises(ArchiveError, match="no date that is known to the day, or all the same; --split random"):
        evaluate(path, Source(), split="time")


def test_a_damaged_model_is_not_applied(proposed: tuple[Path, list[str]]) -> None:
    path, _ = proposed
    with connected(path) as connection, connection:
        connection.execute("UPDATE models SET content = ?", (b"\0",))
    with pytest.raises(ArchiveError, match="the model is damaged"):
        suggest(path, Asked())
    assert rows(path, "SELECT count(*) FROM suggestions") != [(0,)]


def test_without_a_model_there_is_nothing_to_apply(taught: tuple[Path, list[str]]) -> None:
    path, _ = taught
    with pytest.raises(NotFoundError, match=r"no model of scheme local; `archive topics learn` makes one$"):
        suggest(path, Asked())
    learn(path, Source(), "Ada")
    with pytest.raises(NotFoundError, match="there are models of local: --scheme local"):
        suggest(path, Asked(), "medtop")


@pytest.mark.parametrize("name", ["sklearn", "numpy"])
def test_a_missing_extra_is_named(taught: tuple[Path, list[str]], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    for call in (
        lambda: learn(taught[0], Source(), "Ada"),
        lambda: evaluate(taught[0], Source()),
        lambda: suggest(taught[0], Asked()),
    ):
        with pytest.raises(ArchiveError, match=r"pip install 'archive\[learn\]'"):
            call()


def test_what_words_do_not_tell_makes_no_model(database: Path, tmp_path: Path) -> None:
    for number in range(24):
        topic = ("ferries", "bakeries")[number % 2]
        (tmp_path / f"{number:02}.txt").write_text(f"---\ntopics: [{topic}]\n---\nThe same few words, with {number}.\n")
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    with pytest.raises(ArchiveError, match="the words of its articles do not tell them from others"):
        learn(database, Source(with_given=True), "Ada")
    assert not rows(database, "SELECT 1 FROM models")


def test_splits_are_those_that_the_command_offers() -> None:
    assert learning.SPLITS == ("time", "random")
