"""Several people decide about the same tags: each for themselves, and the archive's rule says whose word is shown."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from archive.db import decisions
from archive.db.location import Location
from archive.db.precedence import Rule
from archive.decide import Wish, decide, decide_about, set_rule, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import ArchiveError, UsageError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.article import explain_article
from archive.queries.decisions import deciding_rule
from archive.queries.verification import verify
from archive.undoing import survey
from tests.engines import NewArchive, connected

Contents = Callable[[Location], dict[str, list[str]]]

TEXT = "Ropes and eels\n\nThe harbour of Quillmere sells ropes and eels again, and the sanctions on rope are gone.\n"
MAJORITY, LATEST = Rule("majority"), Rule("latest")


def person(name: str) -> Rule:
    return Rule("person", name)


@pytest.fixture
def archive(database: Path, tmp_path: Path) -> Path:
    """An archive with one article, which a rule tags with sanctions."""
    take(database, tmp_path / "eels.txt")
    return database


def take(archive: Location, file: Path) -> None:
    file.write_text(TEXT)
    import_paths(archive, [str(file)], ImportOptions(jobs=0))


def key_of(archive: Location) -> str:
    with connected(archive) as connection:
        return str(connection.execute("SELECT key FROM articles ORDER BY id").fetchone()[0])


def say(archive: Location, who: str, *tags: str) -> list[int]:
    """Let somebody say +TOPIC or -TOPIC of the one article; returns the numbers of the decisions."""
    on, off = ([tag[1:] for tag in tags if tag[0] == sign] for sign in "+-")
    return [one.id for one in decide(archive, [Wish(key_of(archive), {}, on, off)], who).made]


def tags(archive: Location) -> set[str]:
    with connected(archive) as connection:
        rows = connection.execute("SELECT t.code FROM article_topics g JOIN topics t ON t.id = g.topic_id")
        return {code for (code,) in rows}


def explained(archive: Path) -> dict[str, Any]:
    with reading(archive) as connection:
        return explain_article(connection, key_of(archive))


def dumped(archive: Location) -> list[str]:
    with reading(archive) as connection:
        return [json.dumps(record, ensure_ascii=False) for record in dump_decisions(connection)]


def is_sound(archive: Location) -> bool:
    return verify(archive, deep=True).findings == ()


def test_what_another_says_too_is_recorded_as_that_persons(archive: Path) -> None:
    assert say(archive, "Ann", "-sanctions") == [1]
    assert say(archive, "Ben", "-sanctions") == [2]
    assert say(archive, " BEN ", "-sanctions") == []  # that is Ben, who said so
    assert say(archive, "Ｂｅｎ", "-sanctions") == []
    undo(archive, 2, "Ben")
    assert "sanctions" not in tags(archive)
    undo(archive, 1, "Ann")
    assert "sanctions" in tags(archive)


def test_what_each_says_is_taken_back_for_that_person_alone(archive: Path) -> None:
    say(archive, "Ann", "+lace")
    say(archive, "Ben", "-lace")
    say(archive, "Ben", "+lace")
    say(archive, "Cy", "-lace")
    set_rule(archive, MAJORITY, "Ed")
    assert "lace" in tags(archive)
    undo(archive, 3, "Ben")  # now Ben's earlier no stands again
    assert "lace" not in tags(archive)
    undo(archive, 2, "Ben")
    undo(archive, 4, "Cy")
    assert "lace" in tags(archive)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Ann+ Ben+ Cy-", {"latest": "Cy", "majority": "Ben", "Ann": "Ann", "ann": "Ann"}),
        ("Cy- Ann+ Ben+", {"latest": "Ben", "majority": "Ben", "Cy": "Cy"}),
        ("Ann+ Ben-", {"latest": "Ben", "majority": "Ben", "Ann": "Ann"}),  # a tie: the latest
        ("Ben- Ann+", {"latest": "Ann", "majority": "Ann", "Ben": "Ben"}),
        ("Ann- Ben+ Ann+ Cy- Dee-", {"latest": "Dee", "majority": "Dee", "Ann": "Ann"}),
        ("Ann+ Ben- Cy-", {"majority": "Cy", "Dee": None}),
    ],
)
def test_the_rule_says_whose_word_is_shown(archive: Path, said: str, shown: dict[str, str | None]) -> None:
    """Also in the evidence: the latest decision of the side that won. Of tags that nothing else speaks for."""
    numbers, values = {}, {}
    for one in said.split():
        (numbers[one[:-1]],) = say(archive, one[:-1], f"{one[-1]}lace")
        values[one[:-1]] = one[-1]
    say(archive, "Dee", "+trade")  # of whom nothing else may be known
    for name, wins in shown.items():
        set_rule(archive, Rule(name) if name in ("latest", "majority") else person(name), "Ed")
        why = explained(archive)
        on = [one for one in why["evidence"] if one["code"] == "lace"]
        off = [one["decision"] for one in why["rejected_topics"] if one["code"] == "lace"]
        (coders,) = [one for one in why["said_of_topics"] if one["code"] == "lace"]
        assert {*coders["yes"]} == {who for who, value in values.items() if value == "+"}
        assert coders["decision"] == (None if wins is None else numbers[wins])
        assert (len(on), len(off)) == ((0, 0) if wins is None else (1, 0) if values[wins] == "+" else (0, 1))
        assert off in ([], [numbers[wins or ""]] if wins else [])
        assert is_sound(archive)


def test_who_says_yes_and_who_says_no_is_told(archive: Path) -> None:
    say(archive, "Ann", "+sanctions", "+trade")
    say(archive, "Ben", "-sanctions")
    say(archive, "Cy", "+sanctions")
    set_rule(archive, MAJORITY, "Ed")
    said = {one["code"]: one for one in explained(archive)["said_of_topics"]}
    assert (said["sanctions"]["yes"], said["sanctions"]["no"]) == (["Ann", "Cy"], ["Ben"])
    assert (said["sanctions"]["decision"], said["sanctions"]["rule"]) == (4, "the majority counts")
    assert (said["trade"]["yes"], said["trade"]["no"]) == (["Ann"], [])


def test_the_rule_is_a_decision_and_taken_back_as_one(archive: Path, contents: Contents) -> None:
    say(archive, "Ann", "-sanctions", "+lace")
    say(archive, "Ben", "+sanctions", "-lace")
    before = {**contents(archive), "decisions": []}
    decision, settled = set_rule(archive, person("ANN"), "Ed", "she leads")
    assert decision is not None
    assert (decision.subject, decision.name, decision.value, decision.reason) == (
        "deciding",
        "person",
        "Ann",
        "she leads",
    )
    assert settled == (1, 1)
    assert tags(archive) == {"lace"}
    with reading(archive) as connection:
        told = deciding_rule(connection)
    assert (told["rule"], told["person"], told["decision"], told["who"]) == ("person", "Ann", 5, "Ed")
    assert set_rule(archive, person(" ann"), "Ed") == (None, (0, 0))
    _, undone = undo(archive, decision.id, "Ed")
    assert {**contents(archive), "decisions": []} == before
    undo(archive, undone.id, "Ed")
    assert tags(archive) == {"lace"}
    set_rule(archive, LATEST, "Ed")
    assert tags(archive) == {"sanctions"}
    assert is_sound(archive)


def test_nobody_is_made_the_one_who_counts_by_a_slip(archive: Path) -> None:
    with pytest.raises(UsageError, match="'Zoe' decided about no topic; nobody did"):
        set_rule(archive, person("Zoe"), "Ed")
    say(archive, "Ann", "+lace")
    decide(archive, [Wish(key_of(archive), {"section": "Sea"})], "Zoe")
    with pytest.raises(UsageError, match="'Zoe' decided about no topic; Ann did"):
        set_rule(archive, person("Zoe"), "Ed")
    assert tags(archive) == {"sanctions", "lace"}


def test_of_values_the_latest_counts_whatever_the_rule(archive: Path) -> None:
    say(archive, "Ann", "+lace")
    set_rule(archive, person("Ann"), "Ed")
    for who, section in (("Ann", "Sea"), ("Ben", "Sky")):
        decide(archive, [Wish(key_of(archive), {"section": section})], who)
    with connected(archive) as connection:
        assert connection.execute("SELECT section FROM articles").fetchone() == ("Sky",)
    assert decide(archive, [Wish(key_of(archive), {"section": "Sky"})], "Cy").already == 1


def test_saying_it_again_counts_where_the_latest_does(archive: Path) -> None:
    say(archive, "Ann", "+lace")
    say(archive, "Ben", "-lace")
    assert say(archive, "Ann", "+lace") == [3]
    assert "lace" in tags(archive)
    set_rule(archive, person("Ben"), "Ed")
    assert say(archive, "Ann", "+lace") == []  # which would alter nothing
    set_rule(archive, MAJORITY, "Ed")  # a tie, and Ann's is the latest
    assert "lace" in tags(archive)
    assert say(archive, "Ben", "-lace") == [6]
    assert "lace" not in tags(archive)


def test_what_was_said_of_a_merged_topic_is_of_the_one_it_leads_to(archive: Path) -> None:
    say(archive, "Ann", "+lace")
    say(archive, "Ben", "-trade")
    say(archive, "Cy", "-lace")
    set_rule(archive, MAJORITY, "Ed")
    decision = decide_about(archive, "topic_merge", "lace", "trade", "Ed")
    assert decision is not None
    (said,) = [one for one in explained(archive)["said_of_topics"] if one["code"] == "trade"]
    assert (said["yes"], said["no"], said["decision"]) == (["Ann"], ["Ben", "Cy"], 3)
    assert is_sound(archive)
    undo(archive, 3, "Cy")  # a tie, and Ben's is the latest
    assert [one["decision"] for one in explained(archive)["rejected_topics"]] == [2]
    undo(archive, 2, "Ben")
    assert "trade" in tags(archive)
    undo(archive, decision.id, "Ed")
    assert tags(archive) == {"sanctions", "lace"}
    assert is_sound(archive)


def test_no_import_overrides_the_rule(archive: Path, tmp_path: Path) -> None:
    say(archive, "Ann", "-sanctions")
    say(archive, "Ben", "+sanctions")
    set_rule(archive, person("Ann"), "Ed")
    (tmp_path / "eels.txt").write_text(TEXT.replace("gone", "not gone: sanctions, sanctions"))
    import_paths(archive, [str(tmp_path / "eels.txt")], ImportOptions(jobs=0))
    assert tags(archive) == set()
    assert is_sound(archive)


def test_an_import_is_not_undone_below_what_anybody_said(archive: Path) -> None:
    say(archive, "Ann", "+lace")
    say(archive, "Ben", "-lace")
    set_rule(archive, person("Ann"), "Ed")
    assert survey(archive, 1).resting == [f"decisions 1, 2 about {key_of(archive)}, which it brought"]


def test_what_is_forgotten_is_said_by_nobody(archive: Path, tmp_path: Path) -> None:
    say(archive, "Ann", "+lace")
    set_rule(archive, MAJORITY, "Ed")
    forget(archive, [key_of(archive)], "asked for", "Ed")
    assert is_sound(archive)
    with reading(archive) as connection:
        assert deciding_rule(connection)["rule"] == "majority"
    lines = dumped(archive)
    assert restore_decisions(archive, lines).added == 0


def test_a_file_of_decisions_carries_the_rule(archive: Path, new_archive: NewArchive, tmp_path: Path) -> None:
    say(archive, "Ann", "-sanctions", "+lace")
    say(archive, "Ben", "+sanctions", "-lace")
    set_rule(archive, person("Ann"), "Ed")
    anew = new_archive("empty", "anew.db")
    take(anew, tmp_path / "eels.txt")
    done = restore_decisions(anew, dumped(archive))
    assert (done.added, done.missing) == (5, [])
    assert [one.partition("; ")[2] for one in done.contradicting] == ["what Ann says counts"] * 2
    assert tags(anew) == tags(archive) == {"lace"}
    assert dumped(anew) == dumped(archive)
    assert is_sound(anew)
    undo(archive, 5, "Ed")
    assert restore_decisions(anew, dumped(archive)).added == 1
    assert tags(anew) == tags(archive) == {"sanctions"}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "eldest"},
        {"name": "person"},
        {"name": "person", "value": " "},
        {"name": "latest", "value": "Ann"},
        {"article": "aaaaaaaaaaaa"},
    ],
)
def test_a_rule_that_is_none_is_refused(archive: Path, changed: dict[str, Any]) -> None:
    record: dict[str, Any] = {
        **{"number": 1, "made_at": "2026-11-22T08:00:00.000000Z", "who": "Ed", "article": None, "identifiers": []},
        **{"subject": "deciding", "name": "majority", "value": None, "reason": None},
    }
    with pytest.raises(UsageError, match="which decisions count is latest, majority, person, the last with a name"):
        restore_decisions(archive, [json.dumps({**record, **changed})])
    assert restore_decisions(archive, [json.dumps(record)]).added == 1


@contextmanager
def statements() -> Iterator[list[str]]:
    """Give a list in which all statements come to stand that are executed, and those for many rows once."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_thousands_of_tags_change_in_few_statements(seeds_archive: Path) -> None:
    """16 articles and 300 topics, of which two people say the opposite each time."""
    with connected(seeds_archive) as connection:
        columns = "scheme, code, name, origin, created_at"
        old = "SELECT count(*) FROM article_topics"
        (before,) = connection.execute(old).fetchone()
        connection.executemany(
            f"INSERT INTO topics ({columns}) VALUES ('x', ?, 'x', 'vocabulary', '2026-11-22T08:00:00.000000Z')",
            [(f"c{number}",) for number in range(300)],
        )
        for second, who, value in ((1, "Ann", "accepted"), (2, "Ben", "rejected")):
            connection.execute(
                "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
                "SELECT ?, ?, a.key, 'topic', 'x:' || t.code, ? FROM articles a, topics t WHERE t.scheme = 'x'",
                (f"2026-11-22T08:00:0{second}.000000Z", who, value),
            )
        connection.commit()
        assert set_rule(seeds_archive, LATEST, "Ed")[1] == (0, 0)
        for rule, settled in ((person("Ann"), (4800, 0)), (MAJORITY, (0, 4800)), (person("Ann"), (4800, 0))):
            with statements() as seen:
                assert set_rule(seeds_archive, rule, "Ed")[1] == settled
            assert len(seen) < 60
        assert connection.execute(old).fetchone() == (before + 4800,)
    assert is_sound(seeds_archive)


PEOPLE = ("Ann", "Ben", "Cy")
TOPICS = ("sanctions", "lace", "trade")
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(PEOPLE), st.sampled_from(TOPICS), st.booleans()),
        st.tuples(st.just("rule"), st.sampled_from(("latest", "majority", *PEOPLE))),
        st.tuples(st.just("undo"), st.integers(1, 8)),
        st.tuples(st.just("merge"), st.sampled_from(TOPICS), st.sampled_from(TOPICS)),
    ),
    max_size=10,
)


@settings(max_examples=25)
@given(operations=OPERATIONS)
def test_whatever_is_said_in_whatever_order_the_rule_holds(
    operations: list[tuple[Any, ...]], new_archive: NewArchive, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Against an evaluator that counts hands; and an archive made anew from the log is the same."""
    folder = tmp_path_factory.mktemp("people")
    archive = new_archive("empty", "archive.db")
    take(archive, folder / "eels.txt")
    say(archive, "Ann", "+lace", "+trade")  # both are known from here on
    for operation, *what in operations:
        try:
            if operation == "say":
                say(archive, what[0], f"{'+' if what[2] else '-'}{what[1]}")
            elif operation == "rule":
                set_rule(archive, Rule(what[0]) if what[0] in ("latest", "majority") else person(what[0]), "Ed")
            elif operation == "undo":
                undo(archive, what[0], "Ed")
            else:
                decide_about(archive, "topic_merge", what[0], what[1], "Ed")
        except ArchiveError:
            assert operation != "say"
    assert is_sound(archive)
    assert tags(archive) == by_hand(archive)
    anew = new_archive("empty", "anew.db")
    take(anew, folder / "eels.txt")
    assert restore_decisions(anew, dumped(archive)).missing == []
    assert tags(anew) == tags(archive)


def by_hand(archive: Location) -> set[str]:
    """Return the tags of the one article, by counting hands; `sanctions` are put on by a rule."""
    with reading(archive) as connection:
        gone, merged = decisions.undone(connection), decisions.merged_topics(connection)
        log = [one for one in decisions.find_all(connection) if one.id not in gone]
    rule = next((one for one in reversed(log) if one.subject == "deciding"), None)
    hands: dict[str, dict[str, tuple[int, str]]] = {merged.get("local:sanctions", "local:sanctions"): {}}
    for one in log:
        if one.subject == "topic":
            assert one.value
            hands.setdefault(merged.get(one.name, one.name), {})[one.who] = (one.id, one.value)
    found = set()
    for name, votes in hands.items():
        shown = max(votes.values(), default=None)
        if rule is not None and rule.name == "person":
            shown = votes.get(rule.value or "")
        elif rule is not None and rule.name == "majority" and shown is not None:
            yes = sum(value == "accepted" for _, value in votes.values())
            if 2 * yes != len(votes):
                shown = (0, "accepted" if 2 * yes > len(votes) else "rejected")
        by_itself = name == merged.get("local:sanctions", "local:sanctions")
        if shown[1] == "accepted" if shown else by_itself:
            found.add(name.removeprefix("local:"))
    return found


def test_what_follows_from_a_tag_follows_the_rule(database: Path, tmp_path: Path) -> None:
    """A topic that is on the article since another one is, which the input gives."""
    with connected(database) as connection:
        connection.execute(
            "INSERT INTO topics (id, scheme, code, name, origin, created_at) "
            "VALUES (900, 'x', 'eels', 'Eels', 'vocabulary', '2026-11-22T08:00:00.000000Z')"
        )
        connection.execute(
            "INSERT INTO topic_mappings (topic_id, relation, scheme, code) VALUES (900, 'exact', 'local', 'fish')"
        )
        connection.commit()
    file = tmp_path / "eels.md"
    file.write_text(f"---\ntags: [Fish]\n---\n\n{TEXT}")
    import_paths(database, [str(file)], ImportOptions(jobs=0))
    assert tags(database) == {"fish", "sanctions", "eels"}
    say(database, "Ann", "+fish")
    say(database, "Ben", "-fish")
    assert tags(database) == {"sanctions"}
    assert set_rule(database, person("Ann"), "Ed")[1] == (2, 0)
    assert tags(database) == {"fish", "sanctions", "eels"}
    assert is_sound(database)
