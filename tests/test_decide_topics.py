"""What people say of topics: two that are one, another name, another place; it holds, and is taken back."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import ArchiveError, NotFoundError, UsageError, VocabularyError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries import reading
from archive.queries.articles import list_articles
from archive.queries.filters import Asked, Filters
from archive.queries.topics import list_topics
from archive.queries.verification import verify
from archive.reparse import survey
from tests.engines import Archives, NewArchive, connected

Contents = Callable[[Location], dict[str, list[str]]]

SOURCES = '[[sources]]\nname = "Orla Post"\n'
TOPICS = """
[[topics]]
name = "Water"
phrases = ["water"]

[[topics]]
name = "Rivers"
parent = "water"
aliases = ["Streams", "Brook"]
phrases = ["river", "water", "Stream"]

[[topics]]
name = "Ferries"
code = "boats"
parent = "rivers"
phrases = ["ferry", "river ferry"]

[[topics]]
name = "Waterways"
aliases = ["streams", "Canals"]
phrases = ["river", "canal", "stream"]

[[topics]]
name = "Canals and locks"
code = "2:7"
scheme = "own"
phrases = ["lock"]
"""

BODY = "The council of the small harbour town met on {day} and spoke of the {thing}, of which nobody knew much. "
TEXTS = {
    "ferry.md": ("", "river ferry at the landing stage", ""),
    "canal.md": ("tags: [Canals, Tolls]", "canal and of its water", "Brook** and ferries"),
    "rope.md": ("tags: [streams, boats]", "rope", ""),
    "lock.md": ("tags: Harbours", "lock by the river stream", "Streams** and canals"),
}


def text(more: str, thing: str, trail: str) -> str:
    body = "".join(BODY.format(day=day, thing=thing) for day in ("Monday", "Tuesday", "Friday"))
    trail = f"\n\n{trail}" if trail else ""
    return f"---\ntitle: Of {thing}\nsource: Orla Post\n{more}\n---\n\n{body}{trail}\n"


def imports(archive: Location, *paths: Path) -> dict[str, int]:
    return dict(import_paths(archive, [str(path) for path in paths], ImportOptions(jobs=0)).outcomes)


def load(archive: Location, content: str) -> None:
    with tempfile.TemporaryDirectory() as here:
        file = Path(here) / "vocabulary.toml"
        file.write_text(content)
        load_vocabulary(archive, file, "topics")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("news")
    for name, parts in TEXTS.items():
        (folder / name).write_text(text(*parts))
    (folder / "lock.txt").write_text(text(*TEXTS["lock.md"]).split("---")[2].strip())
    return folder


@pytest.fixture(scope="module")
def imported(engine: str, archives: Archives, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Location:
    made = tmp_path_factory.mktemp("topics")
    path = archives.copy(engine, "empty", made / "archive.db")
    (made / "sources.toml").write_text(SOURCES)
    load_vocabulary(path, made / "sources.toml", "sources")
    load(path, TOPICS)
    imports(path, folder)
    return path


@pytest.fixture
def archive(imported: Location, new_archive: NewArchive) -> Location:
    """An archive with articles tagged by rules, by what they give, and by lines at their end."""
    return new_archive(imported)


def say(archive: Location, verb: str, topic: str, value: str | None) -> int:
    decision = decide_about(archive, f"topic_{verb}", topic, value, "Ada", "as I know")
    assert decision is not None
    assert verify(archive, deep=True).findings == ()
    return decision.id


def ask(archive: Location, query: str) -> list[tuple[Any, ...]]:
    with connected(archive) as connection:
        return connection.execute(query).fetchall()


def evidence(archive: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Return by topic what puts it on which article."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for label, *row in ask(
        archive,
        "SELECT DISTINCT o.scheme || ':' || o.code, substr(coalesce(r.headline, r.body), 4, 12), o.method, "
        "coalesce(o.rule, o.passage) FROM tag_overview o JOIN articles a ON a.key = o.doc_id "
        "JOIN article_revisions r ON r.id = a.revision_id ORDER BY 1, 2, 3, 4",
    ):
        found.setdefault(label, []).append(tuple(row))
    return found


def tree(archive: Path, *, all_known: bool = False) -> list[str]:
    with reading(archive) as connection:
        return [f"{'.' * row['depth']}{row['code']}" for row in list_topics(connection, all_known=all_known)]


def on_topic(archive: Path, topic: str) -> set[str]:
    with reading(archive) as connection:
        return {
            row["headline"]
            for row in list_articles(connection, Asked(filters=Filters(topic=topic)).selection(connection))
        }


def dumped(archive: Location) -> list[str]:
    with reading(archive) as connection:
        return [json.dumps(record, ensure_ascii=False) for record in dump_decisions(connection)]


def but_the_log(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    return {table: rows for table, rows in contents.items() if table not in ("decisions", "earlier_states")}


def key_of(archive: Path, headline: str) -> str:
    ((key,),) = ask(archive, f"SELECT doc_id FROM documents WHERE headline LIKE 'Of {headline}%'")
    return str(key)


@pytest.mark.parametrize(
    ("verb", "topic", "value"),
    [
        ("merge", "rivers", "Waterways"),
        ("merge", "waterways", "local:rivers"),
        ("merge", "tolls", "boats"),
        ("merge", "rivers", "water"),
        ("merge", "boats", "own:2:7"),
        ("merge", "own:2:7", "boats"),
        ("rename", "rivers", "Running water"),
        ("rename", "rivers", "RIVERS"),
        ("rename", "rivers", "BROOK"),
        ("alias", "rivers", "Becks"),
        ("move", "boats", "waterways"),
        ("move", "rivers", None),
    ],
)
def test_what_is_taken_back_leaves_nothing_behind(
    archive: Path, contents: Contents, verb: str, topic: str, value: str | None
) -> None:
    before = but_the_log(contents(archive))
    number = say(archive, verb, topic, value)
    assert but_the_log(contents(archive)) != before
    undo(archive, number, "Bo")
    assert but_the_log(contents(archive)) == before
    assert verify(archive, deep=True).findings == ()


def test_a_merged_topic_is_on_nothing_and_all_that_led_to_it_leads_to_the_other(archive: Path, folder: Path) -> None:
    before = evidence(archive)
    say(archive, "merge", "rivers", "waterways")
    after = evidence(archive)
    assert "local:rivers" not in after
    # what both had is there once
    both = {*before["local:rivers"], *before["local:waterways"]}
    assert {one[1:] for one in both - set(after["local:waterways"])} == {("trailing_tags", "Streams")}  # as `streams`
    assert set(after["local:waterways"]) < both
    assert {one[1] for one in before["local:rivers"]} == {"rule", "trailing_tags", "given"}
    what = "doc_id, code, method, rule, field, start, passage"
    assert ask(archive, f"SELECT {what} FROM tag_overview GROUP BY {what} HAVING count(*) > 1") == []
    # the tree, and the ways to ask for it
    assert ".boats" in tree(archive)
    assert "rivers" not in tree(archive) and "rivers" in tree(archive, all_known=True)
    assert on_topic(archive, "rivers") == on_topic(archive, "local:rivers") == on_topic(archive, "Brook")
    assert on_topic(archive, "rivers") == on_topic(archive, "waterways") != set()
    # imports follow: the same is unchanged, and new texts are tagged so
    assert imports(archive, folder) == {"unchanged": 5}
    assert evidence(archive) == after
    new = Path("new.md").absolute()
    new.write_text(text("tags: [local:rivers, Brook]", "Stream of news", "Streams** and canals"))
    assert imports(archive, new) == {"added": 1}
    rules = {one[1:] for one in evidence(archive)["local:waterways"] if one[0].startswith("Stream")}
    assert {("given", "local:rivers"), ("given", "Brook"), ("rule", "Stream"), ("rule", "stream")} <= rules
    # and so does reading originals again
    assert survey(archive).rows() == []
    # it comes apart again, what came in since too
    undo(archive, 1, "Ada")
    again = evidence(archive)
    rivers = {one[1:] for one in again["local:rivers"] if one[0].startswith("Stream")}
    assert rivers == {("given", "local:rivers"), ("given", "Brook"), ("rule", "Stream")}
    assert {name: [one for one in rows if not one[0].startswith("Stream")] for name, rows in again.items()} == before
    assert imports(archive, folder, new) == {"unchanged": 6}


def test_what_was_decided_of_articles_follows_the_topic(archive: Path, contents: Contents) -> None:
    ferry, canal, rope = (key_of(archive, name) for name in ("river ferry", "canal", "rope"))
    decide(archive, [Wish(ferry, {}, ["tolls"], ["rivers"]), Wish(canal, {}, ["waterways"], ["rivers"])], "Ada")
    decide(archive, [Wish(rope, {}, [], ["waterways"])], "Bo")
    before = but_the_log(contents(archive))
    number = say(archive, "merge", "rivers", "waterways")
    tags = "SELECT a.key FROM article_topics g JOIN articles a ON a.id = g.article_id WHERE topic_id = {}"
    ((waterways,),) = ask(archive, "SELECT id FROM topics WHERE code = 'waterways'")
    tagged = {key for (key,) in ask(archive, tags.format(waterways))}
    # of two that contradict each other now the latest counts, on whichever of the two it was said
    assert ferry not in tagged and rope not in tagged
    assert canal not in tagged
    assert ask(archive, f"SELECT count(*) FROM rejected_topics WHERE topic_id = {waterways}") == [(3,)]
    decide(archive, [Wish(canal, {}, ["local:rivers"])], "Cy")
    assert "local:waterways" in json.loads(dumped(archive)[-1])["name"]
    assert canal in {key for (key,) in ask(archive, tags.format(waterways))}
    decide(archive, [Wish(canal, {}, [], ["rivers"])], "Cy")
    undo(archive, 8, "Cy")
    undo(archive, 7, "Cy")
    undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before
    undo(archive, 1, "Ada")


def test_merges_lead_on_through_one_another(archive: Path, contents: Contents, folder: Path) -> None:
    before = but_the_log(contents(archive))
    rope = key_of(archive, "rope")
    decide(archive, [Wish(rope, {}, [], ["tolls"])], "Ada")
    say(archive, "merge", "tolls", "rivers")
    say(archive, "merge", "rivers", "waterways")
    say(archive, "move", "boats", None)
    say(archive, "merge", "waterways", "own:2:7")
    after = evidence(archive)
    assert set(after) == {"local:boats", "local:harbours", "local:water", "own:2:7"}
    assert on_topic(archive, "tolls") == on_topic(archive, "Canals") == on_topic(archive, "own:2:7") != set()
    assert imports(archive, folder) == {"unchanged": 5}
    for number in (5, 4, 3, 2, 1):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


@pytest.mark.parametrize(
    ("verb", "topic", "value", "error", "told"),
    [
        ("merge", "rivers", "Streams", UsageError, "local:rivers cannot be merged into itself"),
        ("merge", "rivers", "boats", UsageError, "local:boats stands below local:rivers; move it first"),
        ("merge", "water", "boats", UsageError, "local:boats stands below local:water; move it first"),
        ("merge", "rivers", "own:2:7", UsageError, "topics stand below local:rivers, and cannot below one of another"),
        ("merge", "nobody", "rivers", NotFoundError, "there is no topic 'nobody'"),
        ("merge", "rivers", "nobody", NotFoundError, "there is no topic 'nobody'"),
        ("merge", "rivers", "\udce9", UsageError, "it is not UTF-8"),
        ("merge", "local:tolls", "rivers", UsageError, "local:tolls was merged into local:boats already; name that"),
        ("rename", "tolls", "x", UsageError, "local:tolls was merged into local:boats already; name that"),
        ("rename", "rivers", " \0 ", UsageError, "nothing is named"),
        ("rename", "rivers", "", UsageError, "nothing is named"),
        ("rename", "rivers", None, UsageError, "nothing is named"),
        ("rename", "rivers", "canals", UsageError, "leads to local:waterways; `archive topics merge local:waterways"),
        ("alias", "rivers", "Water", UsageError, "leads to local:water"),
        ("alias", "rivers", "own:2:7", UsageError, "leads to own:2:7"),
        ("alias", "rivers", " ", UsageError, "nothing is named"),
        ("move", "rivers", "Rivers", UsageError, "local:rivers cannot stand below itself"),
        ("move", "water", "boats", UsageError, "local:boats stands below local:water itself"),
        ("move", "rivers", "own:2:7", UsageError, "local:rivers cannot stand below own:2:7, of another scheme"),
        ("move", "rivers", " ", UsageError, "nothing is named"),
    ],
)
def test_what_cannot_be_is_refused(
    archive: Path, contents: Contents, verb: str, topic: str, value: str | None, error: type[ArchiveError], told: str
) -> None:
    say(archive, "merge", "tolls", "boats")
    before = contents(archive)
    with pytest.raises(error) as caught:
        decide_about(archive, f"topic_{verb}", topic, value, "Ada")
    assert told in str(caught.value)
    assert contents(archive) == before


@pytest.mark.parametrize(
    ("verb", "topic", "value"),
    [
        ("rename", "rivers", "Rivers"),
        ("alias", "rivers", "BROOK"),
        ("move", "boats", "rivers"),
        ("move", "water", None),
    ],
)
def test_what_is_so_already_is_not_decided(archive: Path, verb: str, topic: str, value: str | None) -> None:
    assert decide_about(archive, f"topic_{verb}", topic, value, "Ada") is None
    assert ask(archive, "SELECT count(*) FROM decisions") == [(0,)]


def test_what_later_decisions_rest_on_is_not_taken_back_before_them(archive: Path, contents: Contents) -> None:
    say(archive, "move", "rivers", None)
    say(archive, "alias", "rivers", "Becks")
    say(archive, "merge", "water", "rivers")
    say(archive, "rename", "rivers", "Running water")
    say(archive, "move", "waterways", "water")
    before = contents(archive)
    with pytest.raises(UsageError, match="what was decided later rests on decision 1; take back 3 first"):
        undo(archive, 1, "Ada")
    assert contents(archive) == before
    # what nothing rests on goes, whatever came later
    undo(archive, 3, "Ada")
    assert ask(archive, "SELECT name, parent_id FROM topics WHERE code = 'water'") == [("Water", None)]
    (parent,) = ask(
        archive, "SELECT p.code FROM topics t JOIN topics p ON p.id = t.parent_id WHERE t.code = 'waterways'"
    )
    assert parent == ("rivers",)
    undo(archive, 1, "Ada")
    with pytest.raises(UsageError, match="is of a topic; decide that again instead"):
        undo(archive, 6, "Ada")
    for number in (5, 4, 2):
        undo(archive, number, "Ada")
    assert ask(archive, "SELECT count(*) FROM earlier_states") == [(0,)]


def test_a_name_that_was_decided_twice_outlives_the_first_decision(archive: Path) -> None:
    for name in ("Becks", "Burns", "Becks"):
        say(archive, "rename", "rivers", name)
    undo(archive, 2, "Ada")
    undo(archive, 1, "Ada")
    assert ask(archive, "SELECT name FROM topics WHERE code = 'rivers'") == [("Becks",)]
    undo(archive, 3, "Ada")
    assert ask(archive, "SELECT name FROM topics WHERE code = 'rivers'") == [("Rivers",)]


DECIDED = [
    ("merge", "rivers", "waterways"),
    ("rename", "waterways", "Running water"),
    ("alias", "boats", "Barges"),
    ("move", "waterways", "water"),
]


def test_loading_the_file_again_changes_nothing_that_was_decided(archive: Path, contents: Contents) -> None:
    before = but_the_log(contents(archive))
    for verb, topic, value in DECIDED:
        say(archive, verb, topic, value)
    decided = contents(archive)
    load(archive, TOPICS)
    assert contents(archive) == decided
    for number in (4, 3, 2, 1):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


def test_a_file_that_has_changed_is_loaded_below_what_was_decided(
    new_archive: NewArchive, archive: Path, imported: Path, contents: Contents, tmp_path: Path
) -> None:
    changed = TOPICS.replace('"Brook"', '"Becks"').replace(
        'name = "Waterways"', 'name = "Water roads"\ncode = "waterways"'
    )
    changed = changed.replace('"canal"', '"canal", "dyke"').replace('["ferry"', '["barge", "ferry"')
    first = new_archive(imported, "first.db")
    load(first, changed)
    loaded = but_the_log(contents(first))
    for path in (archive, first):
        for verb, topic, value in DECIDED:
            say(path, verb, topic, value)
    load(archive, changed)
    # evidence of the name that is gone stays until its text is met again
    assert but_the_log(contents(archive)) == but_the_log(contents(first))
    names = dict(ask(archive, "SELECT n.name, t.code FROM topic_names n JOIN topics t ON t.id = n.topic_id"))
    assert {names[name] for name in ("Becks", "Water roads", "Running water", "Rivers")} == {"waterways"}
    assert "Brook" not in names
    for number in (4, 3, 2, 1):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == loaded


def test_a_file_upon_which_a_decision_cannot_stand_changes_nothing(archive: Path, contents: Contents) -> None:
    say(archive, "move", "water", "waterways")
    before = contents(archive)
    with pytest.raises(
        VocabularyError, match=r"decision 1 about local:water cannot stand \(local:waterways stands below"
    ):
        load(archive, TOPICS.replace('name = "Waterways"', 'name = "Waterways"\nparent = "water"'))
    assert contents(archive) == before


KNOWN = ["water", "rivers", "boats", "waterways", "own:2:7", "tolls", "local:harbours"]
LABELS = st.sampled_from([*KNOWN, "Becks"])
NAMES = st.sampled_from(["Becks", "Burns", "RIVERS", "streams", "brook", "Tolls"])
KEYS = st.integers(0, 4)
SAID = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), LABELS, LABELS),
        st.tuples(st.just("merge"), LABELS, LABELS),
        st.tuples(st.just("rename"), LABELS, NAMES),
        st.tuples(st.just("alias"), LABELS, NAMES),
        st.tuples(st.just("move"), LABELS, st.one_of(LABELS, st.none())),
        st.tuples(st.just("tag"), st.sampled_from(KNOWN), KEYS),
        st.tuples(st.just("untag"), st.sampled_from(KNOWN), KEYS),
        st.tuples(st.just("undo"), st.integers(1, 8), st.none()),
        st.tuples(st.just("load"), st.none(), st.none()),
        st.tuples(st.just("import"), st.none(), st.none()),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(said=SAID)
@example(said=[("rename", "rivers", "streams"), ("import", None, None)])  # a name that it has, spelled otherwise
def test_all_that_was_said_comes_apart_in_reverse_and_is_the_same_in_an_archive_made_anew(
    said: list[tuple[str, Any, Any]],
    imported: Path,
    folder: Path,
    contents: Contents,
    new_archive: NewArchive,
) -> None:
    archive, anew = (new_archive(imported, name) for name in ("archive.db", "anew.db"))
    before = but_the_log(contents(archive))
    keys = [key for (key,) in ask(archive, "SELECT key FROM articles ORDER BY key")]
    for verb, about, value in said:
        try:
            if verb in ("tag", "untag"):
                key = keys[value]
                wish = Wish(key, topics=[about]) if verb == "tag" else Wish(key, not_topics=[about])
                decide(archive, [wish], "Ada")
            elif verb == "undo":
                undo(archive, about, "Bo")
            elif verb == "load":
                load(archive, TOPICS)
            elif verb == "import":
                assert imports(archive, folder) == {"unchanged": 5}
            else:
                decide_about(archive, f"topic_{verb}", about, value, "Ada")
        except (UsageError, NotFoundError):
            continue
    assert verify(archive, deep=True).findings == ()
    lines = dumped(archive)
    assert restore_decisions(anew, lines).added == len(lines)
    assert contents(anew) == contents(archive)
    made = {number for (number,) in ask(archive, "SELECT id FROM decisions WHERE subject <> 'undo'")}
    gone = {int(name) for (name,) in ask(archive, "SELECT name FROM decisions WHERE subject = 'undo'")}
    for number in sorted(made - gone, reverse=True):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


def test_what_came_in_between_is_the_same_in_an_archive_made_anew(
    archive: Path, new_archive: NewArchive, folder: Path, contents: Contents, tmp_path: Path
) -> None:
    say(archive, "merge", "rivers", "tolls")
    say(archive, "alias", "boats", "Barges")
    say(archive, "rename", "water", "The water")
    new = tmp_path / "new"
    new.mkdir()
    (new / "barge.md").write_text(text("tags: [barges, The Water, local:rivers]", "barge on a river", ""))
    (new / "kite.md").write_text(text("tags: [Barges, kites]", "kite", ""))
    assert imports(archive, new) == {"added": 2}
    say(archive, "merge", "boats", "kites")
    undo(archive, 4, "Bo")
    anew = new_archive("empty", "anew.db")
    (tmp_path / "sources.toml").write_text(SOURCES)
    load_vocabulary(anew, tmp_path / "sources.toml", "sources")
    load(anew, TOPICS)
    imports(anew, folder, new)
    assert ask(anew, "SELECT count(*) FROM topics WHERE code IN ('barges', 'the-water')") == [(2,)]
    lines = dumped(archive)
    assert restore_decisions(anew, lines).added == 5
    assert contents(anew) == contents(archive)
    for path in (archive, anew):
        for number in (3, 2, 1):
            undo(path, number, "Ada")
    assert but_the_log(contents(anew)) == but_the_log(contents(archive))


def test_a_topic_of_which_more_is_known_than_a_name_is_not_taken_in(
    new_archive: NewArchive, archive: Path, imported: Path, tmp_path: Path
) -> None:
    say(archive, "alias", "boats", "Barges")
    lines = dumped(archive)
    anew = new_archive(imported, "anew.db")
    load(anew, TOPICS + '\n[[topics]]\nname = "Barges"\n')
    (missing,) = restore_decisions(anew, lines).missing
    assert "'Barges' leads to local:barges; `archive topics merge" in missing


def test_taking_back_comes_with_the_file_too(
    new_archive: NewArchive, archive: Path, imported: Path, contents: Contents, tmp_path: Path
) -> None:
    say(archive, "merge", "rivers", "waterways")
    say(archive, "move", "water", "waterways")
    undo(archive, 1, "Bo")
    say(archive, "move", "rivers", None)
    lines = dumped(archive)
    anew = new_archive(imported, "anew.db")
    assert restore_decisions(anew, lines).added == 4
    assert contents(anew) == contents(archive)
    assert restore_decisions(anew, lines).already == 4
    bad = json.dumps({**json.loads(lines[0]), "name": "local:nobody", "number": 9})
    (missing,) = restore_decisions(anew, [bad]).missing
    assert missing == "way to do what line 1 says (there is no topic 'local:nobody'; `archive topics` lists them)"
    with pytest.raises(UsageError, match="no value"):
        restore_decisions(anew, [json.dumps({**json.loads(lines[0]), "value": None})])
