"""What agencies send on its way into an archive: items, their subjects, their versions, what is hidden."""

from pathlib import Path
from typing import Any

from archive.decide import decide_about
from archive.ingest import ImportOptions, import_paths
from archive.queries.verification import verify
from tests.engines import connected

GOLDEN = Path(__file__).resolve().parents[1] / "originals" / "wire"


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def run(database: Path, *paths: Path) -> dict[str, int]:
    return dict(import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0)).outcomes)


def test_items_become_articles_and_come_again_unchanged(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    files = [path for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json")]
    assert run(database, *files) == {"added": 10, "failed": 1}
    assert run(database, *files) == {"unchanged": 10, "failed": 1}
    assert verify(database, deep=True).findings == ()
    assert rows(
        database,
        "SELECT a.status, a.embargo, a.slugline, a.dateline, a.published, r.modified_at FROM articles a "
        "JOIN article_revisions r ON r.id = a.revision_id JOIN article_identifiers i ON i.article_id = a.id "
        "WHERE i.value = 'urn:newsml:lantern.example:20230228:bridge'",
    ) == [
        (
            "usable",
            "2023-03-01T12:00:00+01:00",
            "BRIDGE-QUILLMERE/CLOSED",
            "QUILLMERE (Lantern)",
            "2023-02-28T18:05:00+01:00",
            "2023-03-01T08:00:00.000000Z",
        )
    ]
    assert rows(database, "SELECT count(*) FROM articles WHERE status = 'canceled'") == [(1,)]


def test_codes_are_topics_of_their_scheme_and_others_are_known_by_name(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    run(database, GOLDEN / "newsml_g2.xml", GOLDEN / "nitf.xml")
    of_iptc = "SELECT scheme || ':' || code, name FROM topics WHERE scheme IN ('medtop', 'subj') ORDER BY 1"
    assert rows(database, of_iptc) == [
        ("medtop:04000000", "economy"),
        ("medtop:06000000", "medtop:06000000"),
        ("medtop:20000763", "bridges"),
        ("subj:03015000", "subj:03015000"),
        ("subj:03015001", "Shipping"),
        ("subj:04000000", "Economy"),
        ("subj:04015000", "Transport"),
        ("subj:04015001", "subj:04015001"),
        ("subj:04015002", "subj:04015002"),
    ]
    given = "SELECT name FROM topics WHERE scheme = 'local' AND origin = 'import' ORDER BY name"
    assert [name for (name,) in rows(database, given)] == ["Bridges", "River works", "Rivers", "ferries"]
    assert rows(database, "SELECT DISTINCT scheme FROM topics ORDER BY 1") == [("local",), ("medtop",), ("subj",)]


def item(code: str, name: str = "") -> str:
    named = f"<name>{name}</name>" if name else ""
    subject = f'<subject qcode="{code}">{named}</subject>'
    return (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/">'
        f"<contentMeta><headline>On {code} and {name}</headline>{subject}</contentMeta></newsItem>"
    )


def test_a_code_gets_the_first_name_that_is_known(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    names = ("", "", "rivers", "streams")
    files = [tmp_path / f"{number}.xml" for number in range(len(names))]
    for file, name in zip(files, names, strict=True):
        file.write_text(item("subj:06000001", name))
    named = (
        "SELECT t.name, n.kind, n.name FROM topics t JOIN topic_names n ON n.topic_id = t.id WHERE t.scheme = 'subj'"
    )
    run(database, *files[:2])
    assert rows(database, named) == [("subj:06000001", "label", "subj:06000001")]
    run(database, *files[2:])
    assert rows(database, named) == [("rivers", "label", "rivers")]
    at_once = tmp_path / "b.db"
    run(at_once, *files)
    assert rows(at_once, named) == [("rivers", "label", "rivers")]
    assert verify(database, deep=True).findings == ()


def test_a_code_that_a_person_gave_another_name_keeps_its_names(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    for number, name in enumerate(("", "rivers")):
        file = tmp_path / f"{number}.xml"
        file.write_text(item("subj:06000001", name))
        run(database, file)
        if not name:
            decide_about(database, "topic_alias", "subj:06000001", "waters", "Anna")
    assert rows(database, "SELECT name FROM topics WHERE scheme = 'subj'") == [("subj:06000001",)]
    assert verify(database, deep=True).findings == ()


def test_versions_of_an_item_are_one_article_whichever_comes_first(tmp_path: Path) -> None:
    old = GOLDEN / "newsml_g2.xml"
    new = tmp_path / "later.xml"
    text = old.read_text("utf-8").replace('version="3"', 'version="4"').replace("a crack in pier 2", "two cracks")
    new.write_text(text.replace("2023-03-01T09:00:00+01:00", "2023-03-01T11:00:00+01:00"), "utf-8")
    body = "SELECT count(*), max(d.text) FROM documents d WHERE d.headline = 'Bridge stays closed until May'"
    for number, order in enumerate(((old, new), (new, old))):
        database = tmp_path / f"{number}.db"
        for path in order:
            run(database, path)
        ((articles, current),) = rows(database, body)
        assert articles == 1
        assert "two cracks" in current
