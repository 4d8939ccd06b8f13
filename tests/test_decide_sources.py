"""What people say of sources: two that are one, another name, one that is two; it holds, and is taken back."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.decide import Wish, decide, decide_about, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.queries import reading
from archive.queries.verification import verify
from tests.engines import Archives, NewArchive, connected

Contents = Callable[[Location], dict[str, list[str]]]

BODY = "The council of the small harbour town met on {day} and spoke of {thing}, of which nobody knew much. "
TEXTS = {
    "wire.md": ("Lantern Wire", "url: https://lantern.example/1", "ferries"),
    "wyre.md": ("Lantern Wyre", "", "rope"),
    "evening.md": ("Lantern Evening", "", "eels"),
    "radio.md": ("Radio Lintel", "url: https://lintel.example/2", "lace"),
}


def text(source: str, more: str, thing: str) -> str:
    body = "".join(BODY.format(day=day, thing=thing) for day in ("Monday", "Tuesday", "Friday"))
    return f"---\ntitle: Of {thing}\nsource: {source}\n{more}\n---\n\n{body}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("news")
    for name, parts in TEXTS.items():
        (folder / name).write_text(text(*parts))
    return folder


@pytest.fixture(scope="module")
def imported(engine: str, archives: Archives, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Location:
    made = tmp_path_factory.mktemp("sources")
    path = archives.copy(engine, "empty", made / "archive.db")
    import_paths(path, [str(folder)], ImportOptions(jobs=0))
    return path


@pytest.fixture
def archive(imported: Location, new_archive: NewArchive) -> Location:
    """An archive with an article of each of four sources."""
    return new_archive(imported)


def say(archive: Path, verb: str, source: str, value: str) -> int:
    decision = decide_about(archive, f"source_{verb}", source, value, "Ada", "as I know")
    assert decision is not None
    assert verify(archive, deep=True).findings == ()
    return decision.id


def ask(archive: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(archive) as connection:
        return connection.execute(query).fetchall()


def sources(archive: Path) -> dict[str, str]:
    """Return the source of each article, by what it is about."""
    return dict(
        ask(
            archive,
            "SELECT substr(r.headline, 4), s.slug FROM articles a JOIN article_revisions r ON r.id = a.revision_id "
            "LEFT JOIN sources s ON s.id = a.source_id",
        )
    )


def but_the_log(contents: dict[str, list[str]]) -> dict[str, list[str]]:
    return {table: rows for table, rows in contents.items() if table not in ("decisions", "earlier_states")}


BEFORE = {"ferries": "lantern-wire", "rope": "lantern-wyre", "eels": "lantern-evening", "lace": "radio-lintel"}


@pytest.mark.parametrize(
    ("verb", "source", "value"),
    [
        ("merge", "lantern-wyre", "Lantern Wire"),
        ("merge", "Radio Lintel", "lantern-wire"),
        ("rename", "lantern-wire", "The Lantern"),
        ("rename", "lantern-wire", "LANTERN wire"),
        ("alias", "lantern-wire", "L. Wire"),
        ("domain", "lantern-wire", "www.Lantern.example"),
    ],
)
def test_what_is_taken_back_leaves_nothing_behind(
    archive: Path, contents: Contents, verb: str, source: str, value: str
) -> None:
    before = but_the_log(contents(archive))
    number = say(archive, verb, source, value)
    assert but_the_log(contents(archive)) != before
    undo(archive, number, "Bo")
    assert but_the_log(contents(archive)) == before
    assert verify(archive, deep=True).findings == ()


def test_a_merged_source_has_no_articles_and_its_names_lead_to_the_other(archive: Path, folder: Path) -> None:
    say(archive, "merge", "lantern-wyre", "lantern-wire")
    assert sources(archive) == {**BEFORE, "rope": "lantern-wire"}
    scopes = "SELECT scope FROM article_identifiers WHERE scheme = 'text' AND scope LIKE 'lantern-w%'"
    assert ask(archive, scopes) == [("lantern-wire",)]
    # the same again is unchanged, a copy a duplicate, and another piece the other's
    import_paths(archive, [str(folder)], ImportOptions(jobs=0))
    assert ask(archive, "SELECT DISTINCT outcome FROM import_items WHERE import_id = 2") == [("unchanged",)]
    Path("copy.md").write_text(text(*TEXTS["wyre.md"]))
    Path("new.md").write_text(text("lantern wyre", "", "kites"))
    import_paths(archive, ["copy.md", "new.md"], ImportOptions(jobs=0))
    outcomes = "SELECT outcome FROM import_items WHERE import_id = 3 ORDER BY position"
    assert ask(archive, outcomes) == [("duplicate",), ("added",)]
    assert sources(archive)["kites"] == "lantern-wire"
    # and all of it comes apart again, what came in since too
    undo(archive, 1, "Ada")
    assert sources(archive) == {**BEFORE, "kites": "lantern-wyre"}
    assert ask(archive, f"{scopes} ORDER BY 1") == [("lantern-wyre",), ("lantern-wyre",)]


def test_a_name_that_is_split_off_takes_its_articles_along(archive: Path, contents: Contents) -> None:
    merged = say(archive, "merge", "lantern-evening", "lantern-wire")
    between = but_the_log(contents(archive))
    number = say(archive, "split", "lantern-wire", "lantern evening")
    assert sources(archive) == {**BEFORE, "eels": "lantern-evening-2"}
    undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == between
    undo(archive, merged, "Ada")
    assert sources(archive) == BEFORE


def test_a_renamed_source_keeps_its_slug_and_its_old_name(archive: Path, folder: Path) -> None:
    say(archive, "rename", "lantern-wire", "The Lantern")
    assert ask(archive, "SELECT DISTINCT source FROM documents WHERE headline = 'Of ferries'") == [("The Lantern",)]
    names = (
        "SELECT n.name, n.kind FROM source_names n JOIN sources s ON s.id = n.source_id WHERE s.slug = 'lantern-wire'"
    )
    assert {("Lantern Wire", "alias"), ("The Lantern", "label")} < set(ask(archive, names))
    import_paths(archive, [str(folder)], ImportOptions(jobs=0))
    assert sources(archive) == BEFORE


def test_a_name_that_was_an_alias_stays_one_when_the_renaming_is_taken_back(archive: Path, contents: Contents) -> None:
    say(archive, "alias", "lantern-wire", "L. Wire")
    before = but_the_log(contents(archive))
    number = say(archive, "rename", "lantern-wire", "L. Wire")
    undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


def test_where_the_source_of_an_article_was_decided_that_counts(archive: Path) -> None:
    (key,) = next(iter(ask(archive, "SELECT doc_id FROM documents WHERE headline = 'Of rope'")))
    decide(archive, [Wish(key, {"source": "Radio Lintel"})], "Ada")
    number = say(archive, "merge", "lantern-wyre", "lantern-wire")
    assert sources(archive)["rope"] == "radio-lintel"
    say(archive, "merge", "radio-lintel", "lantern-evening")
    assert sources(archive)["rope"] == "lantern-evening"
    undo(archive, number, "Ada")
    assert sources(archive)["rope"] == "lantern-evening"
    undo(archive, 3, "Ada")
    undo(archive, 1, "Ada")
    assert sources(archive) == BEFORE


@pytest.mark.parametrize(
    ("verb", "source", "value", "error", "told"),
    [
        ("merge", "lantern-wire", "Lantern Wire", UsageError, "cannot be merged into itself"),
        ("merge", "nobody", "lantern-wire", NotFoundError, "there is no source 'nobody'"),
        ("merge", "lantern-wire", "nobody", NotFoundError, "there is no source 'nobody'"),
        ("rename", "lantern-wire", "radio lintel", UsageError, "leads to radio-lintel; `archive sources merge radio"),
        ("rename", "lantern-wire", "  ", UsageError, "nothing is named"),
        ("alias", "lantern-wire", "Radio Lintel", UsageError, "leads to radio-lintel"),
        ("domain", "lantern-wire", "lantern", UsageError, "'lantern' is no domain"),
        ("split", "lantern-wire", "Radio", UsageError, "'Radio' is no name of lantern-wire, which has Lantern Wire"),
        ("split", "lantern-wire", "Lantern Wire", UsageError, "is the name of lantern-wire itself; rename it first"),
    ],
)
def test_what_cannot_be_is_refused(
    archive: Path, contents: Contents, verb: str, source: str, value: str, error: type[ArchiveError], told: str
) -> None:
    before = contents(archive)
    with pytest.raises(error) as caught:
        decide_about(archive, f"source_{verb}", source, value, "Ada")
    assert told in str(caught.value)
    assert contents(archive) == before


@pytest.mark.parametrize(
    ("verb", "value"), [("rename", "Lantern Wire"), ("alias", "lantern WIRE"), ("domain", "lantern.example")]
)
def test_what_is_so_already_is_not_decided(archive: Path, verb: str, value: str) -> None:
    say(archive, "domain", "lantern-wire", "lantern.example")
    assert decide_about(archive, f"source_{verb}", "lantern-wire", value, "Ada") is None


def test_a_domain_of_another_source_is_refused(archive: Path) -> None:
    say(archive, "domain", "lantern-wire", "lantern.example")
    with pytest.raises(UsageError, match=r"lantern\.example leads to lantern-wire"):
        decide_about(archive, "source_domain", "radio-lintel", "lantern.example", "Ada")


def test_what_later_decisions_rest_on_is_not_taken_back_before_them(archive: Path, contents: Contents) -> None:
    say(archive, "merge", "lantern-wyre", "lantern-wire")
    say(archive, "merge", "lantern-wire", "radio-lintel")
    say(archive, "rename", "radio-lintel", "Radio")
    say(archive, "rename", "radio-lintel", "Lintel FM")
    say(archive, "split", "radio-lintel", "Lantern Wyre")
    say(archive, "domain", "lantern-wyre-2", "wyre.example")
    before = contents(archive)
    for number, told in (
        (1, "what was of lantern-wyre is no longer lantern-wire's"),
        (3, "radio-lintel has another name since"),
        (5, "lantern-wyre-2 has domains since"),
    ):
        with pytest.raises(UsageError, match=told):
            undo(archive, number, "Ada")
    assert contents(archive) == before
    for number in (6, 5, 4, 3, 2, 1):
        undo(archive, number, "Ada")
    assert sources(archive) == BEFORE
    with pytest.raises(UsageError, match="is of a source; decide that again instead"):
        undo(archive, 7, "Ada")
    say(archive, "merge", "lantern-wyre", "lantern-wire")
    with pytest.raises(UsageError, match="lantern-wyre was merged already"):
        decide_about(archive, "source_merge", "lantern-wyre", "radio-lintel", "Ada")


SLUGS = st.sampled_from(sorted(BEFORE.values()))
SAID = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), SLUGS, SLUGS),
        st.tuples(st.just("rename"), SLUGS, st.sampled_from(["Gull", "Tern"])),
        st.tuples(st.just("alias"), SLUGS, st.sampled_from(["Gull", "Tern"])),
        st.tuples(st.just("split"), SLUGS, st.sampled_from(["Gull", "Lantern Wyre"])),
    ),
    max_size=5,
)


@settings(max_examples=25)
@given(said=SAID)
def test_all_that_was_said_comes_apart_in_reverse_and_is_the_same_in_an_archive_made_anew(
    said: list[tuple[str, str, str]], imported: Path, contents: Contents, new_archive: NewArchive
) -> None:
    archive, anew = (new_archive(imported, name) for name in ("archive.db", "anew.db"))
    before = but_the_log(contents(archive))
    made = []
    for verb, source, value in said:
        try:
            decision = decide_about(archive, f"source_{verb}", source, value, "Ada")
        except UsageError:
            continue
        made += [decision.id] if decision else []
    assert verify(archive, deep=True).findings == ()
    with reading(archive) as connection:
        import json

        lines = [json.dumps(record) for record in dump_decisions(connection)]
    assert restore_decisions(anew, lines).added == len(made)
    assert contents(anew) == contents(archive)
    for number in reversed(made):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


def test_taking_back_comes_with_the_file_too(
    new_archive: NewArchive, archive: Path, imported: Path, contents: Contents, tmp_path: Path
) -> None:
    import json

    say(archive, "merge", "lantern-wyre", "lantern-wire")
    undo(archive, 1, "Bo")
    say(archive, "rename", "lantern-wyre", "Wyre")
    with reading(archive) as connection:
        lines = [json.dumps(record) for record in dump_decisions(connection)]
    anew = new_archive(imported, "anew.db")
    assert restore_decisions(anew, lines).added == 3
    assert contents(anew) == contents(archive)
    assert restore_decisions(anew, lines).already == 3
    bad = json.dumps({**json.loads(lines[0]), "name": "nobody", "number": 9})
    (missing,) = restore_decisions(anew, [bad]).missing
    assert missing == "way to do what line 1 says (there is no source 'nobody'; `archive sources --all` lists them)"


FILE = """
[[sources]]
name = "Lantern Wire"
kind = "agency"
aliases = ["L. Wire", "Lantern Evening Wire"]
domains = ["lantern.example"]

[[sources]]
name = "Lantern Wyre"
country = "XO"
domains = ["wyre.example"]

[[sources]]
name = "Radio Lintel"
"""


def load(archive: Location, content: str) -> None:
    with tempfile.TemporaryDirectory() as here:
        file = Path(here) / "vocabulary.toml"
        file.write_text(content)
        load_vocabulary(archive, file, "sources")
    assert verify(archive, deep=True).findings == ()


SAID_OF_FILE = [
    ("merge", "lantern-wyre", "lantern-wire"),
    ("split", "lantern-wire", "Lantern Evening Wire"),
    ("merge", "lantern-wire", "radio-lintel"),
    ("rename", "radio-lintel", "Lintel FM"),
    ("rename", "radio-lintel", "Lintel"),
    ("domain", "lantern-evening", "fm.example"),
    ("alias", "lantern-evening", "Evening"),
]


def test_loading_the_file_again_changes_nothing_that_was_decided(archive: Path, contents: Contents) -> None:
    load(archive, FILE)
    before = but_the_log(contents(archive))
    for verb, source, value in SAID_OF_FILE:
        say(archive, verb, source, value)
    decided = contents(archive)
    load(archive, FILE)
    assert contents(archive) == decided
    for number in range(len(SAID_OF_FILE), 0, -1):
        undo(archive, number, "Ada")
    assert but_the_log(contents(archive)) == before


def test_what_a_changed_file_says_is_so_where_nobody_decided_and_when_that_is_taken_back(
    new_archive: NewArchive, archive: Path, imported: Path, contents: Contents, tmp_path: Path
) -> None:
    changed = FILE.replace('"L. Wire"', '"L. Wire", "Wire"').replace('"wyre.example"', '"wyre.example", "w.example"')
    changed = changed.replace('"XO"', '"XO"\naliases = ["Wyre"]')
    changed = changed.replace(
        'name = "Radio Lintel"', 'slug = "radio-lintel"\nname = "Radio Lintel One"\nkind = "radio"'
    )
    first = new_archive(imported, "first.db")
    load(first, FILE)
    load(first, changed)
    load(archive, FILE)
    for verb, source, value in SAID_OF_FILE:
        say(archive, verb, source, value)
    changed += '\n[[sources]]\nname = "Gull"\naliases = ["EVENING", "lintel fm"]\ndomains = ["fm.example"]\n'
    load(archive, changed)
    load(archive, changed)
    names = dict(ask(archive, "SELECT n.name, s.slug FROM source_names n JOIN sources s ON s.id = n.source_id"))
    assert {names[name] for name in ("Wire", "Wyre", "Lantern Wyre", "Radio Lintel One", "Lintel")} == {"radio-lintel"}
    assert names["Evening"] == "lantern-evening"
    assert ask(archive, "SELECT name, kind FROM sources WHERE slug = 'radio-lintel'") == [("Lintel", "radio")]
    for number in range(len(SAID_OF_FILE), 0, -1):
        undo(archive, number, "Ada")
    with connected(archive) as connection, connection:
        connection.execute("DELETE FROM source_names WHERE source_id = (SELECT id FROM sources WHERE slug = 'gull')")
        connection.execute("DELETE FROM sources WHERE slug = 'gull'")
    assert but_the_log(contents(archive)) == but_the_log(contents(first))
