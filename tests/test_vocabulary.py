"""Vocabularies, loaded into an archive: again and again, changed, refused; and what they do to the next import."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.errors import VocabularyError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.resolve.loaded import Loaded
from archive.resolve.vocabulary import seeds_folder
from tests.engines import connected

TEXT = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The water stood five centimetres below the mark, and two crews worked until late at night to mend the planks. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council meets again on Thursday to decide whether a second boat can be paid for this year."
)

SOURCES = """
[[sources]]
name = "Orla Post"
slug = "orla"
kind = "newspaper"
country = "XO"
language = "EN"
aliases = ["The Post", "Орла пост"]
domains = ["WWW.orla.example"]

[[sources]]
name = "Mill Radio"
"""

TOPICS = """
[[topics]]
name = "Rivers"
aliases = ["Streams"]
phrases = ["river", "water"]

[[topics]]
name = "Ferries"
code = "boats"
parent = "rivers"
phrases = ["ferry", "river ferry"]
"""

Load = Callable[[str, str], Loaded]


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def dump(database: Path) -> list[str]:
    with connected(database) as connection:
        return list(connection.iterdump())


@pytest.fixture
def load(database: Path, tmp_path: Path) -> Load:
    """What loads a text as a vocabulary of `sources` or `topics`."""

    def load(kind: str, content: str) -> Loaded:
        file = tmp_path / f"{kind}.toml"
        file.write_text(content, "utf-8")
        return load_vocabulary(database, file, kind)

    return load


def names(database: Path, table: str = "topic") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for owner, name in rows(
        database, f"SELECT o.name, n.name FROM {table}s o JOIN {table}_names n ON n.{table}_id = o.id"
    ):
        found.setdefault(owner, set()).add(name)
    return found


def test_sources_are_loaded(database: Path, load: Load) -> None:
    assert load("sources", SOURCES) == Loaded(added=2)
    assert rows(database, "SELECT slug, name, kind, country, language, origin FROM sources ORDER BY id") == [
        ("orla", "Orla Post", "newspaper", "XO", "en", "vocabulary"),
        ("mill-radio", "Mill Radio", None, None, None, "vocabulary"),
    ]
    assert names(database, "source") == {
        "Orla Post": {"Orla Post", "The Post", "Орла пост"},
        "Mill Radio": {"Mill Radio"},
    }
    assert rows(database, "SELECT domain FROM source_domains") == [("orla.example",)]


def test_topics_are_loaded_in_any_order(database: Path, load: Load) -> None:
    first, second = TOPICS.split("[[topics]]")[1:]
    assert load("topics", f"[[topics]]{second}[[topics]]{first}") == Loaded(added=2)
    assert rows(
        database,
        "SELECT t.scheme, t.code, t.name, p.code, t.origin FROM topics t LEFT JOIN topics p ON p.id = t.parent_id "
        "ORDER BY t.code",
    ) == [
        ("local", "boats", "Ferries", "rivers", "vocabulary"),
        ("local", "rivers", "Rivers", None, "vocabulary"),
    ]
    assert names(database) == {"Rivers": {"Rivers", "Streams"}, "Ferries": {"Ferries"}}
    assert sorted(rows(database, "SELECT kind, expression FROM topic_rules")) == [
        ("phrase", "ferry"),
        ("phrase", "river"),
        ("phrase", "river ferry"),
        ("phrase", "water"),
    ]


@pytest.mark.parametrize("kind", ["sources", "topics"])
def test_loading_twice_changes_nothing(database: Path, load: Load, kind: str) -> None:
    content = {"sources": SOURCES, "topics": TOPICS}[kind]
    load(kind, content)
    before = dump(database)
    assert load(kind, content) == Loaded(unchanged=2)
    assert dump(database) == before


@pytest.mark.parametrize("kind", ["sources", "topics"])
def test_the_seeds_load_twice(database: Path, kind: str) -> None:
    file = seeds_folder() / f"{kind}.toml"
    loaded = load_vocabulary(database, file, kind)
    assert loaded.added > 30
    assert loaded == Loaded(added=loaded.added)
    before = dump(database)
    assert load_vocabulary(database, file, kind) == Loaded(unchanged=loaded.added)
    assert dump(database) == before


def test_names_and_domains_of_a_source_add_up_and_single_values_are_replaced(database: Path, load: Load) -> None:
    load("sources", SOURCES)
    changed = """
[[sources]]
name = "The Orla Post"
slug = "orla"
kind = "website"
aliases = ["Orla online"]
domains = ["orla.example", "post.example"]

[[sources]]
name = "mill RADIO"
language = "ru"
"""
    assert load("sources", changed) == Loaded(changed=2)
    assert rows(database, "SELECT slug, name, kind, country, language FROM sources ORDER BY id") == [
        ("orla", "The Orla Post", "website", "XO", "en"),
        ("mill-radio", "mill RADIO", None, None, "ru"),
    ]
    assert names(database, "source")["The Orla Post"] == {
        "Orla Post",
        "The Post",
        "Орла пост",
        "The Orla Post",
        "Orla online",
    }
    assert sorted(rows(database, "SELECT domain FROM source_domains")) == [("orla.example",), ("post.example",)]
    assert load("sources", changed) == Loaded(unchanged=2)


def test_a_topic_is_what_the_file_says_it_is(database: Path, load: Load) -> None:
    load("topics", TOPICS)
    changed = TOPICS.replace('"Streams"', '"Waters", "RIVERS"').replace(', "river ferry"', "").replace("parent", "# ")
    assert load("topics", changed) == Loaded(changed=2)
    assert names(database)["Rivers"] == {"Rivers", "Waters"}
    assert ("river ferry",) not in rows(database, "SELECT expression FROM topic_rules")
    assert rows(database, "SELECT count(*) FROM topics WHERE parent_id IS NOT NULL") == [(0,)]
    assert load("topics", '[[topics]]\nname = "Boats"\ncode = "boats"\n') == Loaded(changed=1)
    assert rows(database, "SELECT code, name FROM topics ORDER BY id") == [("rivers", "Rivers"), ("boats", "Boats")]
    assert names(database)["Boats"] == {"Boats"}
    assert load("topics", '[[topics]]\nname = "Boats"\nscheme = "own"\n') == Loaded(added=1)


ENTRY = '[[{kind}]]\nname = "A"\n'

REFUSED = {
    "no entries": ("sources", "", r"has no \[\[sources\]\] in it"),
    "another kind": ("topics", SOURCES, r"has no \[\[topics\]\] in it"),
    "a table instead of a list": ("topics", '[topics]\nname = "A"\n', r"has no \[\[topics\]\] in it"),
    "broken TOML": ("topics", "[[topics]]\nname = \n", "is not valid TOML"),
    "nested too deep": ("topics", "a = " + "[" * 5000, "is not valid TOML"),
    "no name": ("sources", SOURCES + '[[sources]]\nslug = "x"\n', r"entry 3 of \[\[sources\]\] has no name"),
    "a blank name": ("topics", '[[topics]]\nname = " "\n', r"entry 1 of \[\[topics\]\] has no name"),
    "a number as a name": ("topics", "[[topics]]\nname = 5\n", r"entry 1 of \[\[topics\]\] has no name"),
    "an unknown key": ("sources", ENTRY + 'alias = ["B"]\n', "A has an unknown key 'alias' .known: aliases, country"),
    "a key of the other kind": ("topics", ENTRY + 'domains = ["b.example"]\n', "A has an unknown key 'domains'"),
    "a text for a list": ("topics", ENTRY + 'aliases = "B"\n', "aliases of A must be a list of texts"),
    "a blank in a list": ("topics", ENTRY + 'phrases = ["b", ""]\n', "phrases of A must be a list of texts"),
    "a list for a text": ("sources", ENTRY + 'kind = ["b"]\n', "kind of A must be a text"),
    "a language that is none": ("sources", ENTRY + 'language = "Martian"\n', "language of A: not a language tag"),
    "a name that leads elsewhere": (
        "sources",
        ENTRY + '[[sources]]\nname = "B"\naliases = ["a"]\n',
        "the name 'a' of B already leads to A",
    ),
    "a name that leads elsewhere in the archive": (
        "sources",
        '[[sources]]\nname = "B"\naliases = ["THE POST"]\n',
        "the name 'THE POST' of B already leads to Orla Post",
    ),
    "a domain that leads elsewhere": (
        "sources",
        ENTRY + 'domains = ["orla.example"]\n',
        "the domain orla.example of A already leads to Orla Post",
    ),
    "a slug that stands twice": (
        "sources",
        ENTRY + '[[sources]]\nname = "B"\nslug = "a"\n',
        "A and B are one source",
    ),
    "a source that stands twice": (
        "sources",
        '[[sources]]\nname = "Orla Post"\n[[sources]]\nname = "The Post"\n',
        "Orla Post and The Post are one source",
    ),
    "a code that stands twice": (
        "topics",
        '[[topics]]\nname = "C++"\n[[topics]]\nname = "C"\n',
        r"C\+\+ and C have one code, c",
    ),
    "a parent that is not there": ("topics", ENTRY + 'parent = "b"\n', "no topic with the code b, the parent of A"),
    "a parent in another scheme": (
        "topics",
        ENTRY + 'scheme = "own"\nparent = "rivers"\n',
        "no topic with the code rivers, the parent of A",
    ),
    "its own parent": ("topics", ENTRY + 'parent = "a"\n', "the topic a stands below itself"),
    "a circle": (
        "topics",
        ENTRY + 'parent = "b"\n[[topics]]\nname = "B"\nparent = "c"\n[[topics]]\nname = "C"\nparent = "a"\n',
        "the topic . stands below itself",
    ),
    "a circle by way of the archive": (
        "topics",
        '[[topics]]\nname = "Rivers"\nparent = "boats"\n',
        "the topic rivers stands below itself",
    ),
    "a phrase without a word": (
        "topics",
        ENTRY + 'phrases = ["b", "?!"]\n',
        r"the phrase '\?!' of A has no word in it",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_loaded_changes_nothing(database: Path, load: Load, case: str) -> None:
    kind, content, message = REFUSED[case]
    load("sources", SOURCES)
    load("topics", TOPICS)
    before = dump(database)
    with pytest.raises(VocabularyError, match=message) as caught:
        load(kind, content.replace("{kind}", kind))
    assert f"{kind}.toml" in str(caught.value)
    assert dump(database) == before


def test_a_file_that_is_not_utf_8_or_not_there_changes_nothing(database: Path, tmp_path: Path) -> None:
    before = dump(database)
    file = tmp_path / "topics.toml"
    file.write_bytes('[[topics]]\nname = "Café"\n'.encode("latin-1"))
    with pytest.raises(VocabularyError, match="is not UTF-8; save it as UTF-8"):
        load_vocabulary(database, file, "topics")
    with pytest.raises(VocabularyError, match="cannot be read: No such file or directory"):
        load_vocabulary(database, tmp_path / "none.toml", "topics")
    with pytest.raises(VocabularyError, match="cannot be read: Is a directory"):
        load_vocabulary(database, tmp_path, "sources")
    assert dump(database) == before


def test_loading_makes_an_archive_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES)
    assert load_vocabulary(tmp_path / "new.db", file, "sources") == Loaded(added=2)


def test_own_sources_loaded_first_keep_the_seeds_out(database: Path, load: Load, tmp_path: Path) -> None:
    load("sources", SOURCES)
    (tmp_path / "a.txt").write_text(TEXT)
    import_paths(database, [str(tmp_path / "a.txt")], ImportOptions(jobs=0))
    assert rows(database, "SELECT count(*) FROM sources") == [(2,)]


@pytest.fixture
def imported(database: Path, tmp_path: Path) -> Callable[[], list[tuple[Any, ...]]]:
    """What imports one text, and returns outcome and reason."""
    file = tmp_path / "in" / "a.txt"
    file.parent.mkdir()
    file.write_text(TEXT + " Streams** and boats")

    def imported() -> list[tuple[Any, ...]]:
        number = import_paths(database, [str(file)], ImportOptions(jobs=0)).import_id
        return rows(database, "SELECT outcome, reason FROM import_items WHERE import_id = ?", number)

    return imported


def tags(database: Path) -> list[tuple[Any, ...]]:
    return rows(database, "SELECT code, method, rule, passage FROM tag_overview ORDER BY code, method, start, rule")


def test_topics_loaded_later_tag_at_the_next_import(
    database: Path, load: Load, imported: Callable[[], list[tuple[Any, ...]]]
) -> None:
    load("sources", SOURCES)
    assert imported() == [("added", None)]
    assert tags(database) == []
    load("topics", TOPICS)
    assert imported() == [("revised", "tags changed, as the vocabulary has")]
    expected = [
        ("boats", "rule", "river ferry", "river ferry"),
        ("boats", "rule", "ferry", "ferry"),
        ("rivers", "rule", "river", "river"),
        ("rivers", "rule", "water", "water"),
        ("rivers", "trailing_tags", "Streams", "Streams"),
    ]
    assert tags(database) == expected
    assert rows(database, "SELECT count(*) FROM article_revisions") == [(1,)]
    assert imported() == [("unchanged", None)]

    load("topics", TOPICS.replace('"river", ', "").replace("Streams", "Brooks"))
    assert imported() == [("revised", "tags changed, as the vocabulary has")]
    assert tags(database) == [row for row in expected if row[2] not in ("river", "Streams")]

    load(
        "topics", TOPICS.replace('name = "Rivers"', 'name = "Waterways"\ncode = "rivers"').replace("Streams", "Brooks")
    )
    assert imported()[0][0] == "revised"
    load("topics", '[[topics]]\nname = "Ferries"\ncode = "boats"\n[[topics]]\nname = "R"\ncode = "rivers"\n')
    assert imported() == [("revised", "tags changed, as the vocabulary has")]
    assert tags(database) == []
    assert rows(database, "SELECT count(*) FROM article_topics") == [(0,)]


def test_a_vocabulary_that_tags_nothing_new_leaves_a_text_unchanged(
    database: Path, load: Load, imported: Callable[[], list[tuple[Any, ...]]]
) -> None:
    load("topics", TOPICS)
    imported()
    load("topics", '[[topics]]\nname = "Deserts"\nphrases = ["desert"]\n')
    assert imported() == [("unchanged", None)]


def test_new_topics_tag_the_text_that_is_kept_and_not_where_a_copy_has_its_words(
    database: Path, load: Load, imported: Callable[[], list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    load("sources", SOURCES)
    imported()
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "spaced.txt").write_text("A river\n\n« " + TEXT + " » Water** river")
    (copies / "bare.txt").write_text(TEXT)
    load("topics", TOPICS)
    assert import_paths(database, [str(copies)], ImportOptions(jobs=0)).outcomes == {"duplicate": 2}
    assert tags(database) == []
    assert imported() == [("revised", "tags changed, as the vocabulary has")]
    assert ("rivers", "trailing_tags", "Streams", "Streams") in tags(database)


def test_a_topic_that_an_import_made_is_adopted_by_a_vocabulary(
    database: Path, load: Load, tmp_path: Path, imported: Callable[[], list[tuple[Any, ...]]]
) -> None:
    load("sources", SOURCES)
    (tmp_path / "b.md").write_text("---\ntags: Streams\n---\nShort.")
    import_paths(database, [str(tmp_path / "b.md")], ImportOptions(jobs=0))
    assert imported() == [("added", None)]
    assert rows(database, "SELECT code, origin FROM topics") == [("streams", "import")]
    assert tags(database) == [("streams", "given", None, "Streams")]
    adopting = '[[topics]]\nname = "Streams"\n'
    assert load("topics", adopting) == Loaded(changed=1)
    assert load("topics", adopting) == Loaded(unchanged=1)
    assert rows(database, "SELECT code, origin FROM topics") == [("streams", "vocabulary")]
    assert imported() == [("revised", "tags changed, as the vocabulary has")]
    assert ("streams", "trailing_tags", "Streams", "Streams") in tags(database)


def test_a_message_names_the_file_and_what_is_wrong_with_it(load: Load, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=f"^{re.escape(str(tmp_path))}/topics.toml: A has an unknown key 'x'"):
        load("topics", '[[topics]]\nname = "A"\nx = "B"\n')


def test_a_new_name_of_a_source_is_its_label_and_the_old_one_an_alias(database: Path, load: Load) -> None:
    load("sources", SOURCES)
    load("sources", '[[sources]]\nname = "The Orla Post"\nslug = "orla"\n[[sources]]\nname = "mill RADIO"\n')
    labels = rows(database, "SELECT name FROM source_names WHERE kind = 'label' ORDER BY id")
    assert sorted(labels) == [("The Orla Post",), ("mill RADIO",)]
    assert ("Orla Post",) in rows(database, "SELECT name FROM source_names WHERE kind = 'alias'")


def test_a_domain_loaded_later_gives_its_articles_their_source_at_the_next_import(
    database: Path, load: Load, tmp_path: Path
) -> None:
    load("sources", SOURCES)
    folder = tmp_path / "pieces"
    folder.mkdir()
    (folder / "ferry.md").write_text(f"---\nurl: https://river.example/ferry\n---\n{TEXT}\n")
    import_paths(database, [str(folder)], ImportOptions(jobs=0))
    source = "SELECT s.slug FROM articles a JOIN sources s ON s.id = a.source_id"
    assert rows(database, source) == []
    load("sources", '[[sources]]\nname = "River News"\nslug = "river"\ndomains = ["river.example"]\n')
    assert import_paths(database, [str(folder)], ImportOptions(jobs=0)).outcomes == {"revised": 1}
    assert rows(database, source) == [("river",)]
    assert import_paths(database, [str(folder)], ImportOptions(jobs=0)).outcomes == {"unchanged": 1}
