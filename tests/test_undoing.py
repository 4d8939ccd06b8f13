"""An import is taken out, and the archive is as if it had never been."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archive.db import removal, running_imports, schema, undone
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.decide import Wish, decide, decide_about
from archive.decide import undo as take_back
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.normalize import layout
from archive.queries import reading, verification
from archive.queries.articles import count_articles
from archive.queries.filters import Asked
from archive.queries.imports import list_import_items, list_imports
from archive.reparse import reparse
from archive.reparse import survey as survey_reparse
from archive.running import this_process
from archive.undoing import survey, undo_import
from tests.engines import Archives, NewArchive, assert_sound, connected, examples

Contents = Callable[[Location], dict[str, list[str]]]

SOURCES = """
[[sources]]
name = "Alpha Post"
aliases = ["Alpha"]
domains = ["alpha.example"]
"""

TOPICS = """
[[topics]]
name = "Rivers"
phrases = ["river"]

[[topics]]
name = "Weather"
phrases = ["storm"]
"""

LONG = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The upper river stood -5 centimetres below the mark, and two crews worked until late at night on 3 March 2021. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council meets again on Thursday to decide whether a second ferry can be paid for this year."
)
SHORT = "The ferry runs again. Nobody knows for how long the storm will spare it."
TEXTS = (
    LONG,
    LONG.upper(),
    LONG.replace("Monday", "Tuesday"),
    "Ferry stops on the upper river\n\n" + LONG,
    LONG + " Rivers** on the ferry",
    LONG + "\n- A storm is coming\n- The mill is sold\n- Ninety years of bread",
    SHORT,
    SHORT.replace("again", "anew"),
)


@dataclass(frozen=True)
class Unit:
    """What a file holds when it is imported, and what its sidecar says."""

    place: str
    text: str
    front_matter: tuple[tuple[str, str], ...] = ()
    sidecar: tuple[tuple[str, str], ...] = field(default=())

    def lay(self, folder: Path) -> str:
        """Write the file and return its path."""
        file = folder / self.place
        lines = [f"{key}: {value}" for key, value in self.front_matter]
        file.write_text("\n".join(["---", *lines, "---", self.text] if lines else [self.text]))
        sidecar = folder / f"{self.place}.meta.toml"
        sidecar.unlink(missing_ok=True)
        if self.sidecar:
            sidecar.write_text("".join(f'{key} = "{value}"\n' for key, value in self.sidecar))
        return str(file)


def _some(key: str, *values: str) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    return st.sampled_from(((), (), *(((key, value),) for value in values)))


STATED = st.builds(
    lambda *parts: sum(parts, ()),
    _some("id", "1", "2"),
    _some("url", "https://alpha.example/1", "https://www.alpha.example/1?utm_source=x", "https://else.example/2"),
    _some("source", "Alpha", "Beta", "Gamma"),
    _some("modified", "2023-03-01", "2023-03-02T06:30:00Z", "2023"),
    _some("saved", "2023-03-05", "2023-03-06"),
    _some("date", "2023-02", "2023-02-28", "28 February 2023", "soon"),
    _some("author", "A. Okoro", "Li Wei and A. Okoro"),
    _some("tags", "Rivers", "Bread"),
    _some("title", "A title", "Ferry stops in the storm"),
    _some("section", "Harbour", "Town"),
)
UNITS = st.builds(
    Unit,
    st.sampled_from(("a.txt", "b.txt", "c.md")),
    st.sampled_from(TEXTS),
    STATED | st.just(()),
    _some("section", "Sport") | _some("date", "2022") | st.just(()),
)
IMPORTS = st.lists(st.lists(UNITS, min_size=1, max_size=3), min_size=1, max_size=4)


@pytest.fixture(scope="session")
def model(engine: str, archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Location:
    """An archive with a vocabulary that is small, and so quick to load."""
    folder = tmp_path_factory.mktemp("model")
    path = archives.copy(engine, "empty", folder / "archive.db")
    for kind, content in (("sources", SOURCES), ("topics", TOPICS)):
        (folder / f"{kind}.toml").write_text(content)
        load_vocabulary(path, folder / f"{kind}.toml", kind)
    return path


def import_units(path: Location, folder: Path, units: Sequence[Unit]) -> int:
    """Import what these files hold; of those at one place the last counts. Returns the import's number."""
    folder.mkdir(exist_ok=True)
    paths = dict.fromkeys(unit.lay(folder) for unit in units)
    return import_paths(path, list(paths), ImportOptions(jobs=0)).import_id


def undo(path: Location, number: int, **options: Any) -> None:
    undo_import(path, number, "Ada", **options)
    assert_sound(path)
    assert [one for one in verification.verify(path).findings if one.severity == "error"] == []


def test_undoing_the_last_import_is_as_before_it(
    engine: str, new_archive: NewArchive, model: Path, contents: Contents, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And so on, back to the beginning."""

    @settings(max_examples=examples(engine, 60))
    @given(imports=IMPORTS)
    def undo_all(imports: list[list[Unit]]) -> None:
        folder = tmp_path_factory.mktemp("undo")
        path = new_archive(model, "archive.db")
        before = []
        numbers = []
        for units in imports:
            before.append(contents(path))
            numbers.append(import_units(path, folder / "files", units))
        for number, expected in zip(reversed(numbers), reversed(before), strict=True):
            undo(path, number)
            assert contents(path) == expected

    undo_all()


def unnumbered(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return contents without numbers of revisions and media types, which stay as they came first."""
    kept = re.compile(r"\('number', \d+\)|\('media_type', '[^']*'\)")
    return {table: sorted(kept.sub("", row) for row in rows) for table, rows in contents.items()}


# Pieces that are known by an id: what depends on the order of units otherwise, does not hide what does not.
KNOWN = st.lists(
    st.builds(
        lambda unit, number: Unit(
            unit.place,
            unit.text,
            (("id", number), *(one for one in unit.front_matter if one[0] not in ("id", "source"))),
            (("source", "Alpha"), *unit.sidecar),
        ),
        UNITS,
        st.sampled_from(("1", "2")),
    ),
    min_size=1,
    max_size=3,
)


_FERRY = Unit("a.txt", LONG, (("id", "1"),), (("source", "Alpha"),))
_DATED = Unit("b.txt", LONG, (("id", "1"), ("date", "2023-02")), (("source", "Alpha"),))


def test_undoing_the_first_of_two_is_as_if_only_the_later_had_been(
    engine: str, model: Location, new_archive: NewArchive, contents: Contents, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=examples(engine, 80))
    @given(first=KNOWN, later=KNOWN)
    @example(first=[_FERRY], later=[_DATED, _FERRY])  # the bytes stay, but are not those that the text came with
    def undo_first(first: list[Unit], later: list[Unit]) -> None:
        folder = tmp_path_factory.mktemp("undo")
        path, alone = (new_archive(model, name) for name in ("archive.db", "alone.db"))
        undone = import_units(path, folder / "files", first)
        import_units(path, folder / "files", later)
        undo(path, undone)
        # a text that was news only beside what is gone stays a revision of its own, as the design says
        again = "SELECT 1 FROM article_revisions GROUP BY article_id, text_sha256 HAVING count(*) > 1"
        assume(rows(path, again) == [])
        import_units(alone, folder / "files", later)
        assert unnumbered(contents(path)) == unnumbered(contents(alone))

    undo_first()


def rows(path: Location, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connected(path) as connection:
        return connection.execute(statement, values).fetchall()


def alter(path: Path, *statements: str) -> None:
    with connected(path) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def archive(model: Location, new_archive: NewArchive) -> Location:
    return new_archive(model, "archive.db")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "files"


FERRY = Unit("a.txt", LONG, (("source", "Gamma"), ("author", "Li Wei"), ("tags", "Bread"), ("section", "Harbour")))


def key_of(path: Path) -> str:
    ((key,),) = rows(path, "SELECT key FROM articles")
    return str(key)


def test_what_was_undone_comes_back_under_the_same_keys(archive: Path, files: Path, contents: Contents) -> None:
    import_units(archive, files, [FERRY])
    import_units(archive, files, [FERRY, Unit("b.txt", SHORT), Unit("c.md", LONG.upper(), (("section", "Town"),))])
    expected = contents(archive)
    undo(archive, 2)
    assert import_units(
        archive, files, [FERRY, Unit("b.txt", SHORT), Unit("c.md", LONG.upper(), (("section", "Town"),))]
    )
    assert contents(archive) == expected
    undo(archive, 1)
    undo(archive, 3)
    assert rows(archive, "SELECT count(*) FROM articles") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM originals") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM sources WHERE origin = 'import'") == [(0,)]
    assert rows(archive, "SELECT count(*) FROM topics WHERE origin = 'import'") == [(0,)]
    import_units(archive, files, [FERRY])
    import_units(archive, files, [FERRY, Unit("b.txt", SHORT), Unit("c.md", LONG.upper(), (("section", "Town"),))])
    assert contents(archive) == expected


def test_how_far_it_is_is_told(archive: Path, files: Path) -> None:
    numbered = (("id", "1"), ("source", "Gamma"))
    import_units(archive, files, [Unit("a.txt", LONG, numbered)])
    import_units(archive, files, [Unit("a.txt", LONG.replace("Monday", "Friday"), numbered), Unit("c.md", SHORT)])
    steps: list[tuple[str, int, int | None]] = []
    undo_import(archive, 2, "Ada", watch=lambda *step: steps.append(step))
    assert steps == [
        ("what other imports met", 0, 1),
        ("what it alone brought", 0, None),
        ("tags, authors, topics, sources", 0, None),
        ("references, commit", 0, None),
    ]


def test_an_undone_import_stays_on_record(archive: Path, files: Path) -> None:
    import_units(archive, files, [FERRY, Unit("b.txt", "")])
    undo(archive, 1, because="the wrong folder")
    with reading(archive) as connection:
        (run,) = list_imports(connection)
        units = list(list_import_items(connection, 1))
    assert (run["status"], run["undone_by"], run["undone_because"]) == ("undone", "Ada", "the wrong folder")
    assert run["undone_at"] > run["finished_at"]
    assert (run["units"], run["added"]) == (len(units), 1)
    assert (units[0]["outcome"], units[0]["key"], units[0]["source_as_read"]) == ("added", None, "Gamma")
    assert rows(archive, "SELECT * FROM import_items WHERE article_id IS NOT NULL") == []


def test_what_cannot_be_undone(archive: Path, files: Path) -> None:
    import_units(archive, files, [FERRY])
    for number in (0, 2, -1, 2**70):
        with pytest.raises(NotFoundError, match=f"there is no import {number}; `archive imports` lists them"):
            survey(archive, number)
    for who in ("", " \t"):
        with pytest.raises(UsageError, match="nobody is named who undoes it"):
            undo_import(archive, 1, who)
    with pytest.raises(UsageError, match="--because"):
        undo_import(archive, 1, "Ada", "\udcff")
    alter(archive, f"UPDATE imports SET status = 'running', process = '{this_process()}'")
    with open_engine(archive).connect() as holding, holding.begin():
        running_imports.hold(holding, 1)  # on a server this says that it runs, in a file its process
        with pytest.raises(UsageError, match="import 1 is still running; undo when it has ended"):
            survey(archive, 1)
    if isinstance(archive, Path):
        alter(archive, "UPDATE imports SET process = 'elsewhere 1 1'")
        with pytest.raises(UsageError, match="import 1 is still running"):
            survey(archive, 1)
    alter(archive, f"UPDATE imports SET process = '{this_process().split()[0]} 999999999 1'")  # it was killed
    undo(archive, 1)
    with pytest.raises(UsageError, match="import 1 was undone by Ada at 2"):
        undo_import(archive, 1, "Eve")


def test_decisions_about_what_would_go_speak_against_it(archive: Path, files: Path, contents: Contents) -> None:
    import_units(archive, files, [Unit("b.txt", SHORT)])
    other = key_of(archive)
    import_units(archive, files, [FERRY])
    ((key,),) = rows(archive, "SELECT key FROM articles WHERE key <> ?", other)
    decide(archive, [Wish(key, {"section": "Town"}, ("Rivers",), ("Weather",))], "Ada")
    decide(archive, [Wish(other, {"translation_of": key})], "Ada")
    decide_about(archive, "source_alias", "gamma", "G.", "Ada")
    before = contents(archive)
    with pytest.raises(ArchiveError) as refused:
        undo_import(archive, 2, "Ada")
    assert str(refused.value) == (
        f"import 2 is not undone: decisions 1, 2, 3 about {key}, which it brought; decision 4 says that {other} "
        f"translates {key}, which it brought. --force undoes it all the same"
    )
    assert contents(archive) == before
    undo(archive, 2, force=True)
    assert rows(archive, "SELECT key FROM articles") == [(other,)]
    assert rows(archive, "SELECT count(*) FROM decisions") == [(5,)]
    assert rows(archive, "SELECT slug FROM sources WHERE origin = 'import'") == [("gamma",)]
    import_units(archive, files, [FERRY])
    assert contents(archive) == before


def test_a_decision_that_was_taken_back_does_not(archive: Path, files: Path) -> None:
    import_units(archive, files, [FERRY])
    decide(archive, [Wish(key_of(archive), {"section": "Town"})], "Ada")
    take_back(archive, 1, "Ada")
    assert survey(archive, 1).refusal() is None
    undo(archive, 1)


def test_a_source_that_people_decided_about_speaks_against_it(archive: Path, files: Path, contents: Contents) -> None:
    import_units(archive, files, [FERRY])
    decide_about(archive, "source_alias", "gamma", "G.", "Ada")
    before = contents(archive)
    assert survey(archive, 1).refusal() is None  # what a source is left with is known when all else is out
    with pytest.raises(ArchiveError, match="decision 1 about source gamma, which no other import names"):
        undo_import(archive, 1, "Ada")
    assert contents(archive) == before
    undo(archive, 1, force=True)
    assert rows(archive, "SELECT slug FROM sources WHERE origin = 'import'") == [("gamma",)]


def test_sources_and_topics_that_something_else_uses_stay(archive: Path, files: Path) -> None:
    import_units(archive, files, [Unit("b.txt", SHORT, (("source", "Alpha"), ("tags", "Bread")))])
    import_units(archive, files, [FERRY, Unit("c.md", SHORT.upper(), (("source", "Delta"), ("tags", "Salt")))])
    decide(
        archive,
        [
            Wish(key, {"source": "Gamma"}, ("Salt",))
            for (key,) in rows(archive, "SELECT key FROM articles ORDER BY id LIMIT 1")
        ],
        "Ada",
    )
    undo(archive, 2)
    assert rows(archive, "SELECT slug FROM sources WHERE origin = 'import'") == [("gamma",)]
    assert rows(archive, "SELECT code FROM topics WHERE origin = 'import' ORDER BY code") == [("bread",), ("salt",)]
    assert rows(archive, "SELECT name FROM authors") == []


@pytest.mark.parametrize(
    ("verb", "name", "value"),
    [
        ("topic_rename", "local:bread", "Loaves"),
        ("topic_alias", "local:bread", "Loaves"),
        ("topic_merge", "local:bread", "local:salt"),
        ("topic_move", "local:rivers", "local:bread"),
    ],
)
def test_topics_that_people_decided_about_stay(archive: Path, files: Path, verb: str, name: str, value: str) -> None:
    """Else nobody could take the decision back."""
    import_units(archive, files, [Unit("a.txt", LONG, (("tags", "Bread, Salt"),))])
    before = rows(archive, "SELECT scheme, code, name FROM topics ORDER BY 1, 2")
    decide_about(archive, verb, name, value, "Ada")
    undo(archive, 1)
    take_back(archive, 1, "Ada")
    left = rows(archive, "SELECT scheme, code, name FROM topics ORDER BY 1, 2")
    assert [one for one in before if one not in left] in ([], [("local", "salt", "Salt")])


def test_a_name_that_led_to_a_topic_which_went_leads_to_the_one_that_has_it(archive: Path, files: Path) -> None:
    """Two topics had one name; one of them was merged, and the other only the import knew."""
    import_units(archive, files, [Unit("a.txt", LONG, (("tags", "Bread"),))])
    topic = {"scheme": "crafts", "code": "1", "name": "Bread"}
    line = {"body": SHORT, "tags": [topic], "source": "Gamma"}
    (files / "b.jsonl").write_text(json.dumps(line) + "\n")
    import_paths(archive, [str(files / "b.jsonl")], ImportOptions(jobs=0))
    decide_about(archive, "topic_merge", "crafts:1", "local:weather", "Ada")
    undo(archive, 1)
    import_units(archive, files, [Unit("a.txt", LONG, (("tags", "Bread"),))])
    assert rows(archive, "SELECT DISTINCT topic FROM tag_overview WHERE method = 'given'") == [("Weather",)]


def test_what_people_decided_of_what_stays_holds(archive: Path, files: Path, contents: Contents) -> None:
    """A revision, a value and a topic go; what was said of headline, date, topic and section stays said."""
    import_units(archive, files, [FERRY])
    key = key_of(archive)
    wish = Wish(key, {"headline": "Ferry", "published": "2021", "section": None}, ("Weather",), ("Bread", "Rivers"))
    decide(archive, [wish], "Ada")
    before = contents(archive)
    stated = (("source", "Gamma"), ("title", "No ferry"), ("date", "2023-02-28"), ("tags", "Bread, Salt"))
    import_units(archive, files, [Unit("a.txt", LONG.replace("Monday", "Tuesday"), stated)])
    assert rows(archive, "SELECT count(*) FROM article_revisions") == [(2,)]
    undo(archive, 2)
    assert contents(archive) == before


def test_the_number_of_a_revision_stays_as_it_was_cited(archive: Path, files: Path) -> None:
    """Of three states the second goes; the next one is the fourth."""
    for number, word in enumerate(("Monday", "Tuesday", "Sunday"), 1):
        assert import_units(archive, files, [Unit("a.txt", LONG.replace("Monday", word))]) == number
    undo(archive, 2)
    numbers = "SELECT r.number, r.id = a.revision_id FROM article_revisions r JOIN articles a ON a.id = r.article_id"
    assert rows(archive, f"{numbers} ORDER BY 1") == [(1, 0), (3, 1)]
    import_units(archive, files, [Unit("a.txt", LONG.replace("Monday", "Friday"))])
    assert rows(archive, f"{numbers} ORDER BY 1") == [(1, 0), (3, 0), (4, 1)]


def test_a_text_that_came_again_stays_another_revision(archive: Path, files: Path) -> None:
    """What stood between the two goes; alone, the second time would have been no news."""
    for word in ("Monday", "Tuesday", "Monday"):
        import_units(archive, files, [Unit("a.txt", LONG.replace("Monday", word))])
    undo(archive, 2)
    assert rows(archive, "SELECT number FROM article_revisions ORDER BY 1") == [(1,), (3,)]


def test_the_key_and_what_is_one_piece_stay(archive: Path, files: Path) -> None:
    """The first import says that an id and a URL are one piece; without it, the second brings two."""
    both = (("source", "Alpha"), ("id", "1"), ("url", "https://alpha.example/1"))
    import_units(archive, files, [Unit("a.txt", LONG, both)])
    key = key_of(archive)
    import_units(archive, files, [Unit("b.txt", LONG, both[:2]), Unit("c.txt", SHORT, both[::2])])
    undo(archive, 1)
    assert key_of(archive) == key
    assert rows(archive, "SELECT scheme, value FROM article_identifiers ORDER BY 1") == [
        ("id", "1"),
        ("url", "https://alpha.example/1"),
    ]


def test_an_identifier_that_only_it_stated_goes(archive: Path, files: Path) -> None:
    by_url = ("url", "https://alpha.example/1")
    import_units(archive, files, [Unit("a.txt", LONG, (("source", "Alpha"), ("id", "1"), by_url))])
    import_units(archive, files, [Unit("b.txt", LONG, (by_url,))])
    undo(archive, 1)
    assert rows(archive, "SELECT scheme, value FROM article_identifiers") == [by_url]


def test_of_two_copies_the_one_that_is_left_is_kept_to_the_letter(archive: Path, files: Path) -> None:
    import_units(archive, files, [Unit("a.txt", LONG)])
    import_units(archive, files, [Unit("b.txt", LONG.upper())])
    undo(archive, 1)
    assert rows(archive, "SELECT number, body FROM article_revisions") == [(2, LONG.upper())]
    assert rows(archive, "SELECT locator, text_sha256 FROM import_items WHERE article_id IS NOT NULL") == [
        (str(files / "b.txt"), None)
    ]
    with reading(archive) as connection:
        assert count_articles(connection, Asked("ferry").selection(connection)) == 1


def test_how_names_are_written_and_what_kind_bytes_are_stays_as_it_came_first(archive: Path, files: Path) -> None:
    import_units(archive, files, [Unit("a.txt", LONG, (("source", "Gamma"), ("author", "Li Wei"), ("tags", "Bread")))])
    other = (("source", "GAMMA"), ("author", "LI WEI"), ("tags", "BREAD"))
    import_units(archive, files, [Unit("b.txt", SHORT, other)])
    undo(archive, 1)
    assert rows(archive, "SELECT name FROM sources WHERE origin = 'import'") == [("Gamma",)]
    assert rows(archive, "SELECT name FROM authors") == [("Li Wei",)]
    assert rows(archive, "SELECT name FROM topics WHERE origin = 'import'") == [("Bread",)]
    import_units(archive, files, [Unit("c.md", SHORT, other)])
    undo(archive, 2)
    assert rows(archive, "SELECT media_type FROM originals") == [("text/plain",)]


def test_tags_by_rule_are_those_of_the_vocabulary_as_it_is_now(archive: Path, files: Path) -> None:
    """A text that is current again is tagged anew, as whenever an article is met."""
    import_units(archive, files, [Unit("a.txt", LONG)])
    (files / "topics.toml").write_text('[[topics]]\nname = "Mills"\nphrases = ["mill"]\n')
    load_vocabulary(archive, files / "topics.toml", "topics")
    import_units(archive, files, [Unit("a.txt", LONG.replace("mill", "bakery"))])
    undo(archive, 2)
    names = "SELECT DISTINCT topic FROM tag_overview ORDER BY 1"
    assert rows(archive, names) == [("Mills",), ("Rivers",), ("Weather",)]


def test_what_a_reparse_made_of_it_goes_too(
    archive: Path, files: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_units(archive, files, [Unit("a.txt", TEXTS[3])])
    before = contents(archive)
    import_units(archive, files, [Unit("a.txt", TEXTS[3].replace("Monday", "Tuesday"))])
    monkeypatch.setattr(layout, "_is_headline", lambda paragraphs, parted: False)
    reparse(archive, survey_reparse(archive))
    assert rows(archive, "SELECT number, cause FROM article_revisions ORDER BY 1")[-1] == (3, "reparse")
    undo(archive, 2)
    assert contents(archive) == before


def test_what_a_reparse_made_of_what_stays_is_current(
    archive: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_units(archive, files, [Unit("a.txt", TEXTS[3])])
    monkeypatch.setattr(layout, "_is_headline", lambda paragraphs, parted: False)
    reparse(archive, survey_reparse(archive))
    import_units(archive, files, [Unit("b.txt", SHORT), Unit("a.txt", TEXTS[3].replace("Monday", "Tuesday"))])
    undo(archive, 2)
    current = "SELECT r.number, r.cause FROM article_revisions r JOIN articles a ON a.revision_id = r.id"
    assert rows(archive, current) == [(2, "reparse")]


def test_nothing_is_changed_where_it_is_stopped(
    archive: Path, files: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_units(archive, files, [FERRY])
    import_units(archive, files, [FERRY, Unit("b.txt", SHORT), Unit("c.md", LONG.upper())])
    before = contents(archive)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for module, name in ((undone, "close"), (removal, "remove_articles"), (removal, "remove_unused_topics")):
        for number in (1, 2):
            with monkeypatch.context() as patched:
                patched.setattr(module, name, stop)
                with pytest.raises(KeyboardInterrupt):
                    undo_import(archive, number, "Ada")
    assert contents(archive) == before


@pytest.mark.sqlite("a server looks after references itself")
def test_references_that_are_broken_already_stop_it(archive: Path, files: Path) -> None:
    import_units(archive, files, [FERRY])
    alter(
        archive, "INSERT INTO body_blocks (revision_id, position, kind, start, \"end\") VALUES (999, 0, 'quote', 0, 1)"
    )
    with pytest.raises(ArchiveError, match="nothing was changed: rows would point nowhere"):
        undo_import(archive, 1, "Ada")
    assert rows(archive, "SELECT count(*) FROM articles") == [(1,)]


def forget_what_did_not_stand(path: Path) -> None:
    """Let the archive be one that an older program filled, brought up to date."""
    schema.downgrade(path, "20261122_decided_sources")
    schema.upgrade(path)


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_import_of_an_older_program_is_undone_where_all_is_known(
    archive: Path, files: Path, contents: Contents
) -> None:
    """Articles of its own go; those that others met unchanged stay."""
    import_units(archive, files, [FERRY, Unit("b.txt", SHORT)])
    import_units(archive, files, [FERRY])
    forget_what_did_not_stand(archive)
    before = contents(archive)
    import_units(archive, files, [Unit("a.txt", LONG, (("section", "Town"), ("date", "2023-02")))])
    undo(archive, 3)
    assert contents(archive) == before
    undo(archive, 1)
    assert rows(archive, "SELECT section, byline FROM articles") == [("Harbour", "Li Wei")]


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_import_of_an_older_program_is_refused_where_not_all_is_known(archive: Path, files: Path) -> None:
    """Of two places that gave the same section, only the first is on record."""
    import_units(archive, files, [FERRY])
    import_units(archive, files, [Unit("c.md", LONG, FERRY.front_matter)])
    forget_what_did_not_stand(archive)
    key = key_of(archive)
    with pytest.raises(ArchiveError, match=f"what other imports stated of {key} was not kept by an older program"):
        undo_import(archive, 1, "Ada")
    undo(archive, 1, force=True)
    assert rows(archive, "SELECT key, section FROM articles") == [(key, None)]


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_import_after_what_an_older_program_did_is_undone(archive: Path, files: Path, contents: Contents) -> None:
    """What stood before is known, whatever else was stated."""
    import_units(archive, files, [FERRY, Unit("c.md", LONG, (("source", "Gamma"), ("date", "2023-02-28")))])
    forget_what_did_not_stand(archive)
    before = contents(archive)
    stated = (("source", "Gamma"), ("section", "A"), ("date", "2023-02-01"), ("tags", "Bread, Salt"))
    import_units(archive, files, [Unit("b.txt", LONG, stated), Unit("a.txt", LONG.replace("old", "new"), stated)])
    undo(archive, 2)
    assert contents(archive) == before
