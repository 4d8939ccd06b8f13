"""Decisions as a file: an archive rebuilt from its originals and its decisions is the archive."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import UsageError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from tests.engines import NewArchive, connected

ARTICLES = Path(__file__).resolve().parents[1] / "seeds" / "articles"

Contents = Callable[[Location], dict[str, list[str]]]


def keys_of(archive: Path) -> list[str]:
    with connected(archive) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY id")]


def dumped(archive: Location) -> list[str]:
    with reading(archive) as connection:
        return [json.dumps(record, ensure_ascii=False) for record in dump_decisions(connection)]


@pytest.fixture
def decided(seeds_archive: Path) -> Path:
    """An archive in which two people decided much, and took some of it back."""
    first, second, third, *_ = keys_of(seeds_archive)
    decide(
        seeds_archive, [Wish(first, {"published": "2023-02", "source": "The Eel Post"}, ["Lace"], [], "imprint")], "Ada"
    )
    decide(seeds_archive, [Wish(second, {"headline": "渡轮", "authors": None}, [], ["trade", "belarus"])], "Bo")
    decide(seeds_archive, [Wish(third, {"translation_of": first, "language": "ru"})], "Ada")
    undo(seeds_archive, 1, "Bo", "the imprint is of the reprint")
    decide(seeds_archive, [Wish(second, {}, ["belarus"])], "Ada")
    undo(seeds_archive, undo(seeds_archive, 5, "Ada")[1].id, "Bo")
    return seeds_archive


def test_an_archive_made_anew_from_its_originals_and_its_decisions_is_the_same(
    decided: Path, new_archive: NewArchive, contents: Contents, tmp_path: Path
) -> None:
    anew = new_archive("empty", "anew.db")
    import_paths(anew, [str(ARTICLES)], ImportOptions(jobs=0))
    done = restore_decisions(anew, dumped(decided))
    assert (done.added, done.already, done.missing) == (13, 0, [])
    assert contents(anew) == contents(decided)
    assert dumped(anew) == dumped(decided)


def test_what_was_said_of_topics_and_sources_makes_the_same_archive_too(
    decided: Path, new_archive: NewArchive, contents: Contents, tmp_path: Path
) -> None:
    for verb, name, value in (
        ("topic_merge", "lace", "investment"),
        ("topic_merge", "investment", "trade"),
        ("source_rename", "lantern-wire", "The Lantern"),
        ("topic_move", "trade", "diplomacy"),
        ("topic_rename", "trade", "Commerce"),
        ("topic_merge", "belarus", "russia"),
        ("topic_alias", "russia", "The two of them"),
        ("topic_move", "minsk", None),
    ):
        assert decide_about(decided, verb, name, value, "Ada")
    undo(decided, 14, "Bo")
    anew = new_archive("empty", "anew.db")
    import_paths(anew, [str(ARTICLES)], ImportOptions(jobs=0))
    assert restore_decisions(anew, dumped(decided)).missing == []
    assert contents(anew) == contents(decided)
    assert dumped(anew) == dumped(decided)


def test_what_only_decisions_made_is_made_again_as_it_was(
    seeds_archive: Path, new_archive: NewArchive, contents: Contents, tmp_path: Path
) -> None:
    """A source and a topic that no input names, which got other names later; a source that nothing has any more."""
    first, second, *_ = keys_of(seeds_archive)
    decide(seeds_archive, [Wish(first, {"source": "Delta Post"}, ["Salt"]), Wish(second, {"source": "Eel"})], "Ada")
    for verb, name, value in (
        ("source_domain", "delta-post", "delta.example"),
        ("source_rename", "delta-post", "The Delta"),
        ("topic_rename", "local:salt", "Brine"),
        ("topic_rename", "local:salt", "Sea salt"),
    ):
        assert decide_about(seeds_archive, verb, name, value, "Ada")
    undo(seeds_archive, 3, "Ada")
    anew = new_archive("empty", "anew.db")
    import_paths(anew, [str(ARTICLES)], ImportOptions(jobs=0))
    assert restore_decisions(anew, dumped(seeds_archive)).missing == []
    assert contents(anew) == contents(seeds_archive)


def test_restored_again_nothing_is_added(decided: Path, contents: Contents) -> None:
    before = contents(decided)
    done = restore_decisions(decided, dumped(decided))
    assert (done.added, done.already, done.missing) == (0, 13, [])
    assert contents(decided) == before


def test_decisions_about_what_is_not_there_are_named_and_the_rest_applied(
    decided: Path, new_archive: NewArchive, tmp_path: Path
) -> None:
    part = new_archive("empty", "part.db")
    lines = dumped(decided)
    done = restore_decisions(part, lines)
    assert (done.added, done.already, len(done.missing)) == (0, 0, 13)
    first = keys_of(decided)[0]
    assert done.missing[0] == f"article {first} (line 1)"
    assert done.missing[7] == "article {} (line 8)".format(json.loads(lines[7])["article"])
    # once it is imported, the same file does the rest
    import_paths(part, [str(ARTICLES)], ImportOptions(jobs=0))
    assert restore_decisions(part, lines).missing == []


def test_taking_back_what_is_not_there_is_passed_over(decided: Path, contents: Contents) -> None:
    record = json.loads(dumped(decided)[0])
    before = contents(decided)
    done = restore_decisions(decided, [json.dumps({**record, "subject": "undo", "name": "77"})])
    assert done.missing == ["decision 77, which line 1 takes back"]
    assert contents(decided) == before


def test_an_article_that_has_another_key_is_found_by_what_identifies_it(decided: Path) -> None:
    known = f'"article": "{keys_of(decided)[0]}"'
    lines = [line.replace(known, '"article": "aaaaaaaaaaaa"') for line in dumped(decided)]
    record = json.loads(lines[0])
    assert record["article"] == "aaaaaaaaaaaa" and record["identifiers"]
    done = restore_decisions(decided, lines)
    assert (done.added, done.already, done.missing) == (0, 13, [])
    assert restore_decisions(decided, [json.dumps({**record, "identifiers": []})]).missing


def test_people_who_contradict_each_other_are_named(decided: Path) -> None:
    (told,) = restore_decisions(decided, dumped(decided)).contradicting
    second = keys_of(decided)[1]
    assert told == f"{second} local:belarus: Bo said 'rejected', Ada later 'accepted'; the later counts"


def test_the_later_word_counts_wherever_it_stands(decided: Path) -> None:
    """Also where the earlier one comes into the archive after it."""
    third = keys_of(decided)[2]
    earlier = {
        **{"number": 1, "made_at": "2020-01-01T00:00:00.000000Z", "who": "Cy", "article": third},
        **{"subject": "field", "name": "language", "value": "be", "reason": None},
    }
    assert restore_decisions(decided, [json.dumps(earlier)]).added == 1
    with connected(decided) as connection:
        assert connection.execute("SELECT language FROM articles WHERE key = ?", (third,)).fetchone() == ("ru",)


GOOD: dict[str, Any] = {
    **{"number": 1, "made_at": "2026-11-22T08:00:00.000000Z", "who": "Ada", "article": "aaaaaaaaaaaa"},
    **{"identifiers": [], "subject": "field", "name": "section", "value": "Sea", "reason": None},
}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ({"who": " "}, "no who"),
        ({"made_at": None}, "no made_at"),
        ({"made_at": "yesterday"}, "made_at is no time as the archive writes it"),
        ({"value": 7}, "value is no text"),
        ({"number": "1"}, "no number"),
        ({"reason": "\udce9"}, "half a character in it"),
        ({"identifiers": [["url", "x"]]}, "identifiers are not lists"),
        ({"name": "colour"}, "'colour' is no field that can be set"),
        ({"name": "published", "value": "soon"}, "published 'soon': "),
        ({"subject": "topic", "name": "trade", "value": "accepted"}, "a topic is named as scheme:code"),
        ({"subject": "topic", "name": "local:trade", "value": "perhaps"}, "a topic is named as scheme:code"),
        ({"subject": "undo", "name": "one"}, "subject 'undo' is none of"),
        ({"subject": "dream"}, "subject 'dream' is none of"),
        ({"article": None}, "no article"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_line_that_is_no_decision_is_told_and_nothing_is_changed(
    decided: Path, contents: Contents, line: str | dict[str, Any], told: str
) -> None:
    before = contents(decided)
    bad = line if isinstance(line, str) else json.dumps({**GOOD, **line})
    with pytest.raises(UsageError) as caught:
        restore_decisions(decided, [*dumped(decided), bad])
    assert str(caught.value).startswith("line 14 is no decision as `archive decisions dump` writes it: ")
    assert told in str(caught.value)
    assert contents(decided) == before
