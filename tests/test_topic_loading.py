"""Vocabularies loaded into an archive: what changes, what stays, what is refused; before and after imports."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from archive.db.engine import open_engine
from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.errors import NotFoundError, UsageError, VocabularyError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries import reading
from archive.queries.vocabularies import find_vocabulary
from archive.rehearsal import rehearse_load
from archive.resolve.loaded import Change, Loaded
from archive.resolve.topic_loading import LoadOptions
from archive.resolve.topics import TopicResolver
from archive.vocabularies import FORMATS, Vocabulary, write_vocabulary
from tests.engines import NewArchive, connected
from tests.vocabularies.made_up import vocabularies
from tests.vocabularies.made_up import written as written_text

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpora"

BOATS = """
[[schemes]]
scheme = "boats"
name = "Words of boats"
uri = "https://words.example/boats/"

[[topics]]
name = "Boat"
scheme = "boats"
code = "b"
names = { de = "Boot", en = "Boat" }
aliases = { de = ["Kahn"] }

[[topics]]
name = "Ferry"
scheme = "boats"
code = "f"
parent = "b"
phrases = ["ferry"]
rules = ["ferry AND river"]
definition = "A boat that crosses."
mappings = ["subj:04015003", "close wikidata:Q25653"]
"""

Load = Callable[..., Loaded]


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def dump(database: Location) -> list[str]:
    with connected(database) as connection:
        return list(connection.iterdump())


@pytest.fixture
def load(database: Path, tmp_path: Path) -> Load:
    """What loads a text as topics."""

    def load(content: str, name: str = "words.toml", **options: Any) -> Loaded:
        file = tmp_path / name
        file.write_text(content, "utf-8", newline="")
        return load_vocabulary(database, file, "topics", LoadOptions(**options))

    return load


def test_all_of_a_vocabulary_is_in_the_tables(database: Path, load: Load) -> None:
    assert load(BOATS) == Loaded(added=2)
    assert rows(database, "SELECT scheme, name, uri, licence, loaded_at IS NULL FROM schemes ORDER BY scheme") == [
        ("boats", "Words of boats", "https://words.example/boats/", None, 0),
        ("subj", None, "http://cv.iptc.org/newscodes/subjectcode/", None, 1),
        ("wikidata", None, "http://www.wikidata.org/entity/", None, 1),
    ]
    assert rows(database, "SELECT code, name, origin, uri, retired, retired_on FROM topics ORDER BY id") == [
        ("b", "Boat", "vocabulary", None, 0, None),
        ("f", "Ferry", "vocabulary", None, 0, None),
    ]
    assert rows(
        database, "SELECT kind, name, name_key, language FROM topic_names ORDER BY topic_id, language, kind"
    ) == [
        ("alias", "Kahn", "kahn", "de"),
        ("label", "Boot", "boot", "de"),
        ("label", "Boat", "boat", "en"),
        ("label", "Ferry", "ferry", ""),
    ]
    assert rows(database, "SELECT language, text FROM topic_definitions") == [("", "A boat that crosses.")]
    assert rows(database, "SELECT kind, expression FROM topic_rules ORDER BY kind") == [
        ("phrase", "ferry"),
        ("query", "ferry AND river"),
    ]
    assert rows(database, "SELECT relation, scheme, code FROM topic_mappings ORDER BY relation") == [
        ("close", "wikidata", "Q25653"),
        ("exact", "subj", "04015003"),
    ]


def test_loading_again_changes_nothing_at_all(database: Path, load: Load) -> None:
    load(BOATS)
    before = dump(database)
    assert load(BOATS) == Loaded(unchanged=2)
    assert dump(database) == before


FIELDS = {
    "name": ('name = "Ferry"', 'name = "Car ferry"', ("name", "names")),
    "names": ('name = "Ferry"', 'name = "Ferry"\nnames = { fr = "Bac" }', ("names",)),
    "aliases": ('name = "Ferry"', 'name = "Ferry"\naliases = ["Boat across"]', ("aliases",)),
    "parent": ('parent = "b"\n', "", ("parent",)),
    "phrases": ('["ferry"]', '["ferry", "ferries"]', ("phrases",)),
    "rules": ("AND river", "AND lake", ("rules",)),
    "definition": ("A boat that", "What", ("definition",)),
    "mappings": ("close wikidata", "exact wikidata", ("mappings",)),
    "uri": ('code = "f"', 'code = "f"\nuri = "https://words.example/ferry"', ("uri",)),
}


@pytest.mark.parametrize("field", FIELDS)
def test_what_changed_is_told_by_field(field: str, load: Load) -> None:
    before, after, fields = FIELDS[field]
    load(BOATS)
    loaded = load(BOATS.replace(before, after))
    assert loaded == Loaded(changed=1, unchanged=1)
    assert [(one.what, one.topic, one.fields) for one in loaded.changes] == [("change", "boats:f", fields)]
    assert load(BOATS.replace(before, after)) == Loaded(unchanged=2)


def test_a_topic_that_is_retired_stays_and_is_marked(database: Path, load: Load) -> None:
    load(BOATS)
    retired = BOATS.replace('parent = "b"', 'parent = "b"\nretired = 2024-05-01')
    loaded = load(retired)
    assert loaded == Loaded(changed=1, unchanged=1, retired=1)
    assert loaded.changes == [Change("retire", "boats:f", "Ferry", ("retired",))]
    assert rows(database, "SELECT retired, retired_on FROM topics WHERE code = 'f'") == [(1, "2024-05-01")]
    assert load(BOATS) == Loaded(changed=1, unchanged=1)


def test_the_name_that_is_shown_is_in_the_language_asked_for(database: Path, load: Load) -> None:
    shown = "SELECT name FROM topics ORDER BY id"
    load(BOATS, language="DE")
    assert rows(database, shown) == [("Boot",), ("Ferry",)]
    assert load(BOATS) == Loaded(changed=1, unchanged=1)
    assert rows(database, shown) == [("Boat",), ("Ferry",)]
    with pytest.raises(UsageError, match="--language 1 2: not a language tag"):
        load(BOATS, language="1 2")


def test_a_vocabulary_under_another_name(database: Path, load: Load) -> None:
    content = BOATS.replace('"subj:04015003"', '"related boats:b"')
    assert load(content, scheme="ships") == Loaded(added=2)
    assert rows(database, "SELECT DISTINCT scheme FROM topics") == [("ships",)]
    assert rows(database, "SELECT scheme, uri FROM schemes WHERE scheme = 'ships'") == [
        ("ships", "https://words.example/boats/")
    ]
    assert ("related", "ships", "b") in rows(database, "SELECT relation, scheme, code FROM topic_mappings")
    with pytest.raises(VocabularyError, match=r"words.toml has several schemes \(boats, local\); they cannot all be x"):
        load(BOATS + '[[topics]]\nname = "A"\n', scheme="x")
    with pytest.raises(UsageError, match="--scheme a b: take a word without spaces and colons"):
        load(BOATS, scheme="a b")


def test_topics_that_the_file_has_not_stay_and_are_counted(database: Path, load: Load) -> None:
    load(BOATS + '[[topics]]\nname = "Local"\n')
    without = BOATS.partition('[[topics]]\nname = "Ferry"')[0]
    loaded = load(without)
    assert (loaded.lacking, loaded.removed) == (1, 0)
    assert len(rows(database, "SELECT 1 FROM topics")) == 3


def test_prune_removes_what_the_file_has_not_and_nothing_rests_on(database: Path, load: Load) -> None:
    more = '[[topics]]\nname = "Raft"\nscheme = "boats"\nparent = "f"\nphrases = ["raft"]\n[[topics]]\nname = "Local"\n'
    load(BOATS + more)
    without = BOATS.partition('[[topics]]\nname = "Ferry"')[0]
    loaded = load(without, prune=True)
    assert loaded == Loaded(unchanged=1, removed=2)
    assert [(one.what, one.topic) for one in loaded.changes] == [("remove", "boats:f"), ("remove", "boats:raft")]
    assert rows(database, "SELECT code FROM topics ORDER BY code") == [("b",), ("local",)]
    for table in ("topic_names", "topic_rules", "topic_definitions", "topic_mappings"):
        assert rows(database, f"SELECT * FROM {table} WHERE topic_id NOT IN (SELECT id FROM topics)") == []
    assert load(BOATS) == Loaded(added=1, unchanged=1)


def test_prune_lets_topics_be_that_only_imports_made(
    database: Path, load: Load, tmp_path: Path, without_seeds: None
) -> None:
    load(BOATS)
    (tmp_path / "a.md").write_text("---\ntags: [Night boats]\n---\nA text.\n")
    import_paths(database, [str(tmp_path / "a.md")], ImportOptions(jobs=0))
    assert load('[[topics]]\nname = "Local"\n', prune=True) == Loaded(added=1)
    assert rows(database, "SELECT origin FROM topics WHERE code = 'night-boats'") == [("import",)]


@pytest.fixture
def without_seeds(database: Path, tmp_path: Path) -> None:
    """An archive that has sources of its own, so that an import brings no others, nor topics."""
    file = tmp_path / "sources.toml"
    file.write_text('[[sources]]\nname = "Orla Post"\n')
    load_vocabulary(database, file, "sources")


@pytest.fixture
def tagged(database: Path, load: Load, tmp_path: Path, without_seeds: None) -> str:
    """The key of an article that is tagged with boats:f, and given boats:b."""
    load(BOATS)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.md").write_text("---\ntags: ['boats:b']\n---\nThe ferry crossed the river at noon.\n")
    import_paths(database, [str(folder)], ImportOptions(jobs=0))
    ((key,),) = rows(database, "SELECT key FROM articles")
    return str(key)


def test_prune_is_refused_where_topics_are_in_use(database: Path, load: Load, tagged: str) -> None:
    decide(database, [Wish(tagged, {}, (), ["boats:f"])], "Ada")
    before = dump(database)
    with pytest.raises(VocabularyError) as caught:
        load('[[topics]]\nname = "Raft"\nscheme = "boats"\nparent = "b"\n', prune=True)
    assert str(caught.value).partition("words.toml: ")[2] == (
        "2 topics that it has not would have to go, and are in use; load it without --prune, or merge them into others "
        "first (archive topics merge)\n"
        "  boats:b Boat (1 article, 1 topic below it)\n"
        "  boats:f Ferry (1 article that it was taken off, 1 decision)"
    )
    assert dump(database) == before


REFUSED = {
    "a rule that does not parse": (
        '[[topics]]\nname = "A"\nrules = [\n  "ferry",\n  "river AND (boat",\n]\n',
        "a rule of A cannot be understood (line 5): this parenthesis is not closed; write ) where it ends\n"
        "  river AND (boat\n            ^",
    ),
    "a rule that asks for tags": (
        '[[topics]]\nname = "A"\nrules = ["ferry topic:boats"]\n',
        "a rule of A cannot be understood (line 3): a rule cannot ask for topic: (tags would depend on tags)",
    ),
    "one name twice": (
        '[[topics]]\nname = "Ferry"\n[[topics]]\nname = "FERRY"\ncode = "g"\n',
        "Ferry (ferry) and FERRY (g) have one name in the scheme local, 'FERRY'; give one of them another, or say that "
        "one is retired (line 3)",
    ),
    "one name twice in one language": (
        '[[topics]]\nname = "A"\nnames = { de = "Bock" }\n[[topics]]\nname = "B"\nnames = { de = "BOCK" }\n',
        "A (a) and B (b) have one name in the scheme local, 'BOCK'",
    ),
    "a name that another topic of the archive has": (
        '[[topics]]\nname = "Ferry"\nscheme = "boats"\ncode = "g"\n',
        "Ferry (f) and Ferry (g) have one name in the scheme boats, 'Ferry'",
    ),
    "one address twice": (
        '[[topics]]\nname = "A"\nuri = "x:y"\n[[topics]]\nname = "B"\nuri = "x:y"\n',
        "local:a and local:b have one address, x:y",
    ),
    "a long circle": (
        "".join(f'[[topics]]\nname = "T{one}"\nparent = "t{(one + 1) % 3000}"\n' for one in range(3000)),
        "the topic t0 stands below itself (line 1)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_loaded_changes_nothing(case: str, database: Path, load: Load) -> None:
    content, message = REFUSED[case]
    load(BOATS)
    before = dump(database)
    with pytest.raises(VocabularyError, match=rf"words\.toml: {re.escape(message)}"):
        load(content)
    assert dump(database) == before


def test_names_that_may_be_alike(load: Load) -> None:
    """In two languages, of retired topics, in two schemes, of aliases, and of what the file itself calls otherwise."""
    assert load(
        """
        [[topics]]
        name = "Poison"
        names = { de = "Gift" }
        [[topics]]
        name = "Gift"
        names = { en = "Gift" }
        [[topics]]
        name = "Gift"
        code = "gift-once"
        retired = true
        [[topics]]
        name = "Gift"
        scheme = "other"
        [[topics]]
        name = "Present"
        aliases = ["Gift", "Poison"]
        """.replace("\n        ", "\n")
    ) == Loaded(added=5)
    swapped = '[[topics]]\nname = "Gift"\ncode = "poison"\n[[topics]]\nname = "Poison"\ncode = "gift"\n'
    assert load(swapped) == Loaded(changed=2)


def test_a_name_leads_to_the_topic_that_is_not_retired_whatever_its_language(database: Path, load: Load) -> None:
    load(
        """
[[topics]]
name = "Ferry"
code = "old"
scheme = "boats"
retired = true
[[topics]]
name = "Ferry"
code = "new"
scheme = "boats"
names = { en = "Ferry", zh = "渡船" }
aliases = { de = ["Fähre"] }
"""
    )
    with reading(database) as connection:
        resolver = TopicResolver(connection)
        found = {name: resolver.find(connection, name) for name in ("Ferry", "渡船", "FÄHRE", "boats:old")}
    ids = dict(rows(database, "SELECT code, id FROM topics"))
    assert found == {"Ferry": ids["new"], "渡船": ids["new"], "FÄHRE": ids["new"], "boats:old": ids["old"]}


def test_mappings_to_addresses_follow_when_their_vocabulary_comes(database: Path, load: Load) -> None:
    mapped = '[[topics]]\nname = "A"\nmappings = ["uri:https://words.example/boats/f", "exact boats:f", "uri:x:y"]\n'
    mappings = "SELECT relation, scheme, code FROM topic_mappings WHERE topic_id = 1 ORDER BY scheme"
    assert load(mapped) == Loaded(added=1)
    load(BOATS)
    assert rows(database, mappings) == [("exact", "boats", "f"), ("exact", "uri", "x:y")]
    assert load(mapped) == Loaded(unchanged=1)


def test_a_rehearsal_tells_all_and_changes_nothing(database: Path, load: Load, tmp_path: Path) -> None:
    load(BOATS)
    before = dump(database)
    file = tmp_path / "words.toml"
    file.write_text('[[topics]]\nname = "Boat"\ncode = "b"\nscheme = "boats"\n[[topics]]\nname = "Raft"\n')
    loaded = rehearse_load(database, file, LoadOptions(prune=True))
    assert loaded == Loaded(added=1, changed=1, removed=1)
    assert [one.what for one in loaded.changes] == ["add", "change", "remove"]
    assert dump(database) == before
    missing = tmp_path / "none.db"
    assert rehearse_load(missing, file) == Loaded(added=2)
    assert not missing.exists()


def state(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: sorted(rows(database, f"SELECT {columns} FROM {table}"), key=repr)
        for table, columns in {
            "topics": "id, scheme, code, name, parent_id, origin, uri, retired, retired_on",
            "topic_names": "topic_id, kind, name, name_key, language",
            "topic_rules": "topic_id, kind, expression",
            "topic_definitions": "topic_id, language, text",
            "topic_mappings": "topic_id, relation, scheme, code",
            "article_topics": "article_id, topic_id",
            "tag_evidence": 'article_topic_id, method, rule, given_text, field, start, "end"',
        }.items()
    }


def test_what_people_decided_stays_when_the_file_is_loaded_again(database: Path, load: Load, tagged: str) -> None:
    decide(database, [Wish(tagged, {}, ["local:noon"], ["boats:f"])], "Ada")
    for verb, name, value in (
        ("topic_rename", "boats:b", "Vessel"),
        ("topic_alias", "boats:f", "Crossing"),
        ("topic_move", "boats:f", None),
        ("topic_merge", "boats:f", "boats:b"),
    ):
        assert decide_about(database, verb, name, value, "Ada")
    before = state(database)
    assert load(BOATS) == Loaded(unchanged=2)
    assert state(database) == before
    loaded = load(BOATS.replace('phrases = ["ferry"]', 'phrases = ["ferry", "crossing"]'))
    assert loaded == Loaded(changed=1, unchanged=1)
    target = "(SELECT id FROM topics WHERE code = 'b')"
    assert rows(database, f"SELECT expression FROM topic_rules WHERE topic_id = {target} ORDER BY expression") == [
        *[("crossing",), ("ferry",), ("ferry AND river",)],
    ]
    assert rows(database, f"SELECT name FROM topics WHERE id = {target}") == [("Vessel",)]


def test_a_rename_replaces_the_label_that_was_shown_and_leaves_other_languages(database: Path, load: Load) -> None:
    names = "SELECT kind, name, language FROM topic_names WHERE topic_id = 1 ORDER BY language, kind, name"
    load(BOATS)
    before = state(database)
    decide_about(database, "topic_rename", "boats:b", "Vessel", "Ada")
    assert rows(database, names) == [
        ("alias", "Kahn", "de"),
        ("label", "Boot", "de"),
        ("alias", "Boat", "en"),
        ("label", "Vessel", "en"),
    ]
    decide_about(database, "topic_rename", "boats:b", "Boot", "Ada")
    assert rows(database, "SELECT name FROM topics WHERE id = 1") == [("Boot",)]
    assert ("label", "Vessel", "en") in rows(database, names)
    undo(database, 2, "Ada")
    undo(database, 1, "Ada")
    assert state(database) == before


def test_rules_go_along_with_a_merge_and_come_back(database: Path, load: Load, tagged: str) -> None:
    before = state(database)
    decide_about(database, "topic_merge", "boats:f", "boats:b", "Ada")
    assert rows(database, "SELECT topic_id, kind, expression FROM topic_rules ORDER BY kind") == [
        (1, "phrase", "ferry"),
        (1, "query", "ferry AND river"),
    ]
    assert {method for (method,) in rows(database, "SELECT method FROM tag_evidence")} == {"given", "rule", "query"}
    undo(database, 1, "Ada")
    after = state(database)
    tables = ("topics", "topic_names", "topic_rules", "topic_definitions", "topic_mappings")
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}
    told = "SELECT code, method, rule, passage FROM tag_overview ORDER BY code, method, start"
    assert rows(database, told) == [
        ("b", "given", None, "boats:b"),
        ("f", "query", "ferry AND river", "ferry"),
        ("f", "query", "ferry AND river", "river"),
        ("f", "rule", "ferry", "ferry"),
    ]


def test_states_that_earlier_versions_kept_are_taken_back(database: Path, load: Load) -> None:
    """They know names without languages, and no rules that are queries."""
    load('[[topics]]\nname = "Boat"\ncode = "b"\naliases = ["Kahn"]\n')
    decide_about(database, "topic_rename", "b", "Vessel", "Ada")
    kept = '[{"topic": "local:b", "name": "Boat", "names": [["alias", "Kahn"], ["label", "Boat"]]}]'
    with connected(database) as connection:
        connection.execute("UPDATE earlier_states SET text = ?", (kept,))
        connection.commit()
    undo(database, 1, "Ada")
    assert rows(database, "SELECT kind, name, language FROM topic_names ORDER BY kind") == [
        ("alias", "Kahn", ""),
        ("label", "Boat", ""),
    ]


def written(database: Location, form: str, scheme: str | None = None, *, all_known: bool = False) -> str:
    with reading(database) as connection:
        known = find_vocabulary(connection, scheme, all_known=all_known)
        return "".join(
            write_vocabulary(form, known.schemes, known.concepts(), languages=known.languages, uris=known.uris)
        )


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_loads_back_to_the_same(form: str, database: Path, load: Load, tmp_path: Path) -> None:
    content = BOATS + (
        '[[topics]]\nname = "Über"\nnames = { de = "Über", "" = "Above" }\ncode = "ü | \\"x"\n'
        'uri = "https://words.example/u"\nretired = 2020-01-01\naliases = { fr = ["a | b", "c"] }\n'
        'mappings = ["related boats:f", "uri:https://nowhere.example/a"]\n'
    )
    load(content)
    text = written(database, form)
    before = dump(database)
    name = f"words.{ {'turtle': 'ttl', 'rdfxml': 'rdf'}.get(form, form) }"
    assert load(text, name) == Loaded(unchanged=3)
    assert dump(database) == before
    again = tmp_path / "again.db"
    load_vocabulary(again, tmp_path / name, "topics")
    assert written(again, form) == text


@given(made_up=vocabularies())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_exported_loads_back_to_the_same(
    made_up: Vocabulary, new_archive: NewArchive, tmp_path: Path
) -> None:
    """Each has names of its own, as a vocabulary must."""
    archive = new_archive("empty", "made-up.db")
    concepts = [
        replace(
            one,
            name=f"{one.name} {number}",
            labels={language: f"{label} {number}" for language, label in one.labels.items()},
            phrases=tuple(sorted({f"{phrase} word" for phrase in one.phrases})),
            rules=("ferry", "river AND (boat OR raft)")[: len(one.rules)],
        )
        for number, one in enumerate(made_up.concepts)
    ]
    file = tmp_path / "made-up"
    file.write_text(written_text("toml", Vocabulary(concepts, made_up.schemes)), "utf-8", newline="")
    assert load_vocabulary(archive, file, "topics") == Loaded(added=len(concepts))
    before = dump(archive)
    for form in FORMATS:
        file.write_text(written(archive, form), "utf-8", newline="")
        assert load_vocabulary(archive, file, "topics") == Loaded(unchanged=len(concepts))
        assert dump(archive) == before


def test_what_only_imports_made_is_exported_when_asked_for(
    database: Path, load: Load, tmp_path: Path, without_seeds: None
) -> None:
    load(BOATS)
    (tmp_path / "a.md").write_text("---\ntags: [Rope, Night]\n---\nA text.\n")
    import_paths(database, [str(tmp_path / "a.md")], ImportOptions(jobs=0))
    codes = re.compile('^code = "(.*)"', re.MULTILINE)
    assert codes.findall(written(database, "toml")) == ["b", "f"]
    assert codes.findall(written(database, "toml", all_known=True)) == ["b", "f", "night", "rope"]
    with pytest.raises(NotFoundError, match="only imports made the topics of the scheme 'local'; --all has them"):
        written(database, "toml", "local")
    load('[[topics]]\nname = "Moon"\n')
    decide_about(database, "topic_move", "moon", "night", "Ada")
    assert codes.findall(written(database, "toml", "local")) == ["moon", "night"]
    assert load(written(database, "toml", all_known=True)) == Loaded(changed=3, unchanged=2)


def test_an_export_is_what_people_made_of_it(database: Path, load: Load) -> None:
    load(BOATS)
    decide_about(database, "topic_rename", "boats:b", "Vessel", "Ada")
    decide_about(database, "topic_merge", "boats:f", "boats:b", "Ada")
    text = written(database, "toml", "boats")
    assert 'name = "Vessel"' in text
    assert 'code = "f"' not in text
    before = state(database)
    load(text)
    assert state(database) == before


@pytest.mark.shared
@pytest.mark.parametrize("first", ["vocabulary", "articles"])
def test_codes_of_the_wire_are_media_topics(first: str, database: Path) -> None:
    if not SHARED.exists():
        pytest.skip(f"there is no {SHARED}")
    (file,) = (SHARED / "vocabulary").glob("*.json")

    def take() -> None:
        import_paths(database, [str(SHARED / "wire")], ImportOptions(jobs=0))

    if first == "articles":
        take()
        given = rows(database, "SELECT count(*) FROM topics WHERE scheme = 'medtop'")[0][0]
        assert given > 30
        loaded = load_vocabulary(database, file, "topics")
        assert loaded == replace(Loaded(), added=1350 - given, changed=given, retired=loaded.retired)
    else:
        assert load_vocabulary(database, file, "topics") == Loaded(added=1350)
        take()
    assert rows(
        database,
        "SELECT count(*), count(CASE WHEN origin = 'vocabulary' THEN 1 END) FROM topics WHERE scheme = 'medtop'",
    ) == [(1350, 1350)]
    named = rows(database, "SELECT DISTINCT code, topic FROM document_topics WHERE scheme = 'medtop' AND given > 0")
    assert ("20000082", "crime") in named
    assert not [name for code, name in named if code in name]
    assert load_vocabulary(database, file, "topics") == Loaded(unchanged=1350)


def test_a_large_vocabulary_takes_few_statements(database: Path, load: Load, tmp_path: Path) -> None:
    from sqlalchemy import event

    from archive.resolve.topic_loading import load_topics

    file = tmp_path / "words.toml"
    file.write_text(
        "".join(f'[[topics]]\nname = "T{one}"\nparent = "t{one // 2}"\n' for one in range(2, 1500))
        + '[[topics]]\nname = "T1"\n'
    )
    engine = open_engine(database)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    with engine.begin() as connection:
        assert load_topics(connection, file) == Loaded(added=1499)
        first = len(statements)
        assert load_topics(connection, file) == Loaded(unchanged=1499)
    engine.dispose()
    assert first < 40
    assert len(statements) - first < 40
