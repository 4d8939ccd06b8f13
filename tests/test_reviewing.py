"""Going through what is proposed: what is asked in which order, what is on record, what happens meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from archive.db.decisions import ACCEPTED, REJECTED
from archive.decide import Wish, decide, undo
from archive.errors import NotFoundError, UsageError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.decisions import list_decisions
from archive.queries.filters import Asked
from archive.queries.verification import verify
from archive.reviewing import Review, Told
from tests.engines import connected

ROPE = """\
---
title: Sanctions on rope
date: 2023-03-02
source: Lantern Wire
tags: [Harbours]
---

The ferry to Quarry Bay is open for trade with Lintel again, which grows. The sanctions on rope do not touch it.
"""
EELS = "---\ntitle: Eels\ndate: 2023-03-01\n---\n\nNobody trades eels for lace now, since sanctions on eels began.\n"

Kinds = list[tuple[str, str]]


@pytest.fixture
def archive(database: Path, tmp_path: Path) -> Path:
    """An archive with an article on rope and an older one on eels."""
    (tmp_path / "rope.md").write_text(ROPE)
    (tmp_path / "eels.md").write_text(EELS)
    take(database, tmp_path)
    return database


def take(archive: Path, folder: Path) -> None:
    import_paths(archive, [str(folder / "rope.md"), str(folder / "eels.md")], ImportOptions(jobs=0))


@pytest.fixture
def keys(archive: Path) -> dict[str, str]:
    with connected(archive) as connection:
        rows = connection.execute(
            "SELECT r.headline, a.key FROM articles a JOIN article_revisions r ON r.id = a.revision_id"
        )
        return {"eels" if headline == "Eels" else "rope": key for headline, key in rows}


def review(archive: Path, who: str = "Ben", query: str = "", **options: Any) -> Review:
    return Review(archive, Asked(query), who, **options)


def asked(work: Review) -> tuple[str, str]:
    proposal = work.proposal()
    assert proposal is not None
    return proposal.article["headline"], proposal.topic["code"]


def all_asked(work: Review) -> Kinds:
    """Return all that is asked, when everything is skipped."""
    found = []
    while work.proposal() is not None:
        found.append(asked(work))
        work.answer(None)
    return found


def log(archive: Path) -> list[tuple[str, str, str | None]]:
    with reading(archive) as connection:
        rows = [one for one in reversed(list_decisions(connection)) if one["subject"] == "topic"]
        return [(row["who"], row["name"].removeprefix("local:"), row["value"]) for row in rows if not row["undone_by"]]


ALL: Kinds = [
    ("Sanctions on rope", "trade"),  # by a rule, once
    ("Sanctions on rope", "sanctions"),  # by a rule, in the headline and in the body
    ("Sanctions on rope", "harbours"),  # given
    ("Eels", "sanctions"),
]


def test_articles_are_asked_by_date_and_of_each_the_weakest_first(archive: Path) -> None:
    work = review(archive)
    assert work.total == len(ALL)
    assert all_asked(work) == ALL
    assert work.told == Told(0, 0, 4, 0)
    assert log(archive) == []


def test_answers_are_on_record_at_once_and_it_goes_on_there(archive: Path, keys: dict[str, str]) -> None:
    work = review(archive, reason="March")
    assert work.answer(ACCEPTED) == 1
    assert log(archive) == [("Ben", "trade", "accepted")]
    assert work.answer(REJECTED) == 2
    assert log(archive)[1:] == [("Ben", "sanctions", "rejected")]
    assert work.told == Told(1, 1, 0, 2)
    with reading(archive) as connection:
        assert {one["reason"] for one in list_decisions(connection, keys["rope"])} == {"March"}
    again = review(archive, " BEN ")
    assert (again.total, all_asked(again)) == (2, ALL[2:])
    assert verify(archive, deep=True).findings == ()


def test_what_is_shown_is_what_a_coder_needs(archive: Path) -> None:
    work = review(archive, topic="sanctions")
    proposal = work.proposal()
    assert proposal is not None
    article, topic = proposal.article, proposal.topic
    assert (proposal.number, article["source"], article["published"]) == (1, "Lantern Wire", "2023-03-02")
    assert (topic["topic"], topic["place"]) == ("Sanctions", ["Conflict and security"])
    passages = [(one["field"], one["passage"], one["method"]) for one in topic["evidence"]]
    assert ("headline", "Sanctions", "rule") in passages
    (body,) = [one for one in topic["evidence"] if one["field"] == "body"]
    assert body["before"].endswith("again, which grows. The ")
    assert body["after"] == " on rope do not touch it."


def test_topics_can_be_chosen(archive: Path) -> None:
    assert all_asked(review(archive, topic="=trade")) == ALL[:1]
    assert all_asked(review(archive, topic="economy")) == ALL[:1]  # which trade is below
    assert [code for _, code in all_asked(review(archive, topic="local:harbours"))] == ["harbours"]
    assert len(all_asked(review(archive, scheme="local"))) == 4
    assert all_asked(review(archive, query="eels")) == ALL[3:]
    with pytest.raises(NotFoundError, match="there is no topic 'nosuch'"):
        review(archive, topic="nosuch")
    with pytest.raises(NotFoundError, match="there is no scheme 'medtop'"):
        review(archive, scheme="medtop")
    with pytest.raises(UsageError, match="nobody is named who decides"):
        review(archive, " ")


def test_what_others_said_is_asked_and_not_told(archive: Path, keys: dict[str, str]) -> None:
    """What Ann took off and what she put on: Ben is asked as if she had said nothing, but for where she named it."""
    decide(archive, [Wish(keys["eels"], {}, [], ["sanctions"]), Wish(keys["rope"], {}, [], ["trade"])], "Ann")
    assert all_asked(review(archive)) == ALL
    decide(archive, [Wish(keys["eels"], {}, ["lace"], ["ferries"])], "Ann")
    work = review(archive, query="eels")
    assert [code for _, code in all_asked(work)] == ["sanctions", "ferries", "lace"]
    shown = work._read(0)
    assert shown is not None
    assert [one["evidence"] for one in shown["proposed"][1:]] == [[], []]
    assert all_asked(review(archive, "Ann", query="eels")) == []


def test_the_last_answers_are_taken_back_one_by_one(archive: Path) -> None:
    work = review(archive)
    assert not work.undo()
    order = []
    for value in (ACCEPTED, None, REJECTED, ACCEPTED):
        order.append(asked(work))
        work.answer(value)
    assert work.proposal() is None
    assert work.answer(ACCEPTED) is None
    for number, place in enumerate(reversed(order)):
        assert work.undo()
        assert asked(work) == place
        assert work.told.left == number + 1
    assert not work.undo()
    assert log(archive) == []
    assert work.told == Told(0, 0, 0, 4)
    assert verify(archive, deep=True).findings == ()


def test_an_answer_taken_back_elsewhere_stays_and_the_one_before_is_the_last(archive: Path) -> None:
    work = review(archive)
    place = asked(work)
    work.answer(ACCEPTED)
    number = work.answer(REJECTED)
    assert number is not None
    undo(archive, number, "Ed")
    with pytest.raises(UsageError, match="was taken back already"):
        work.undo()
    assert work.undo()
    assert asked(work) == place


def test_an_article_forgotten_meanwhile_is_passed_over(archive: Path, keys: dict[str, str]) -> None:
    work = review(archive)
    work.answer(ACCEPTED)
    asked(work)
    forget(archive, [keys["rope"]], "asked for", "Ed")
    assert work.answer(ACCEPTED) is None
    assert work.gone == [keys["rope"]]
    assert asked(work) == ALL[3]
    assert work.told == Told(1, 0, 0, 1)
    with pytest.raises(UsageError, match="before it was forgotten"):
        work.undo()
    assert asked(work) == ALL[3]
    assert not work.undo()


def test_an_article_forgotten_before_it_is_shown_is_passed_over(archive: Path, keys: dict[str, str]) -> None:
    work = review(archive)
    for key in keys.values():
        forget(archive, [key], "asked for", "Ed")
    assert work.proposal() is None
    assert sorted(work.gone) == sorted(keys.values())
    assert work.answer(ACCEPTED) is None
    assert review(archive).total == 0


def test_nothing_is_kept_open_between_answers(archive: Path, tmp_path: Path) -> None:
    """An import takes an article's words away, and its topics are still asked about in their order."""
    work = review(archive)
    first = asked(work)
    work.answer(None)
    (tmp_path / "rope.md").write_text(ROPE.replace("trade with", "other").replace("anctions on rope do", "trings do"))
    (tmp_path / "eels.md").write_text(EELS.replace("sanctions", "customs"))
    take(archive, tmp_path)
    second = asked(work)
    assert second != first
    work.answer(ACCEPTED)
    work.undo()
    assert asked(work) == second
    assert verify(archive, deep=True).findings == ()


def test_who_said_so_already_meanwhile_is_not_recorded_twice(archive: Path, keys: dict[str, str]) -> None:
    work = review(archive, query="eels")
    asked(work)
    decide(archive, [Wish(keys["eels"], {}, [], ["sanctions"])], "Ben")
    assert work.answer(REJECTED) is None
    assert work.told == Told(0, 1, 0, 0)
    assert work.undo()  # nothing of this session was recorded
    assert log(archive) == [("Ben", "sanctions", "rejected")]


def test_definitions_are_in_the_language_of_the_article(archive: Path) -> None:
    with connected(archive) as connection:
        connection.executemany(
            "INSERT INTO topic_definitions (topic_id, language, text) "
            "SELECT id, ?, ? FROM topics WHERE code = 'harbours'",
            [("de", "Häfen"), ("en", "Where ships lie"), ("ru", "Порты")],
        )
        connection.commit()

        def defined() -> str:
            proposal = review(archive, topic="harbours").proposal()
            assert proposal is not None
            return str(proposal.topic["definition"])

        assert defined() == "Where ships lie"
        connection.execute("UPDATE articles SET language = 'ru'")
        connection.commit()
        assert defined() == "Порты"
        connection.execute("DELETE FROM topic_definitions WHERE language <> 'de'")
        connection.commit()
        assert defined() == "Häfen"


def test_topics_that_stand_in_a_circle_have_an_end(archive: Path) -> None:
    with connected(archive) as connection:
        connection.execute("UPDATE topics SET parent_id = id WHERE code = 'harbours'")
        connection.commit()
    proposal = review(archive, topic="harbours").proposal()
    assert proposal is not None
    assert proposal.topic["place"] == []


@pytest.fixture
def suggested(archive: Path) -> Path:
    """The same with what a model suggests: lace on the article on eels, with words, and tourism, hardly and without."""
    with connected(archive) as connection:
        connection.execute(
            "INSERT INTO models (id, scheme, number, trained_at, who, query, seed, articles, topics, parameters, "
            "program_version, sha256, content) "
            "VALUES (1, 'local', 1, '2026-11-22T08:00:00.000000Z', 'Ada', '', 0, 9, 2, '', '', '', ?)",
            (b"",),
        )
        connection.executemany(
            "INSERT INTO suggestions (article_id, topic_id, model_id, score, revision_id) "
            "SELECT a.id, t.id, 1, ?, a.revision_id FROM articles a JOIN article_revisions r ON r.id = a.revision_id "
            "JOIN topics t ON t.code = ? WHERE r.headline = 'Eels'",
            [(0.9, "film"), (0.3, "tourism"), (0.8, "sanctions")],
        )
        connection.execute(
            'INSERT INTO suggestion_words (suggestion_id, field, start, "end", weight) '
            "VALUES (1, 'body', 23, 27, 2), "
            "(1, 'headline', 0, 4, 1)"
        )
        connection.commit()
    return archive


def test_what_a_model_suggests_is_asked_first_with_its_words(suggested: Path) -> None:
    work = review(suggested, min_score=0.5)
    found = all_asked(work)
    assert found[:3] == ALL[:3]
    assert found[3:] == [("Eels", "film"), ("Eels", "sanctions")]  # which a rule names too
    work = review(suggested, topic="film")
    proposal = work.proposal()
    assert proposal is not None
    words = [(one["method"], one["score"], one["field"], one["passage"]) for one in proposal.topic["evidence"]]
    assert words == [("model", 0.9, "body", "lace"), ("model", 0.9, "headline", "Eels")]
    work.answer(REJECTED)
    assert all_asked(review(suggested, topic="film")) == []
    assert ("Ben", "film", "rejected") in log(suggested)


def test_what_a_model_is_less_sure_of_is_not_asked(suggested: Path) -> None:
    assert review(suggested, topic="tourism", min_score=0.5).total == 0
    work = review(suggested, topic="tourism")
    proposal = work.proposal()
    assert proposal is not None
    assert [(one["score"], one["passage"]) for one in proposal.topic["evidence"]] == [(0.3, None)]


def test_what_a_model_suggests_of_an_earlier_text_is_not_asked(suggested: Path, tmp_path: Path) -> None:
    (tmp_path / "eels.md").write_text(EELS.replace("lace", "twine"))
    take(suggested, tmp_path)
    assert review(suggested, topic="film").total == 0


def test_what_a_model_suggests_follows_a_merge(suggested: Path) -> None:
    from archive.decide import decide_about

    decide_about(suggested, "topic_merge", "film", "museums-and-heritage", "Ed")
    proposal = review(suggested, topic="museums-and-heritage").proposal()
    assert proposal is not None
    assert [one["passage"] for one in proposal.topic["evidence"]] == ["lace", "Eels"]
