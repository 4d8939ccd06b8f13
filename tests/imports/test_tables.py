"""Tables and JSON, imported: each row and object a unit that can be read again without its file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.errors import UsageError
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.reparse import survey
from tests.engines import NewArchive, connected

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"
TEXT = "The ferry at the mill left number {} people behind on Monday, since its landing stage had broken in the storm."


def run(database: Location, *paths: object, stdin: bytes = b"", **options: Any) -> ImportSummary:
    return import_paths(
        database, [str(path) for path in paths], ImportOptions(**{"jobs": 0, **options}), stdin=io.BytesIO(stdin)
    )


def rows(database: Location, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "table.csv"
    lines = [f'Ferry {n};"{TEXT.format(n)}";2023-02-0{n};Häfen' for n in range(1, 4)]
    file.write_bytes("\r\n".join(["Titel;Text;Datum;Ressort", *lines, "short;row"]).encode("cp1252"))
    return file


MAPS = ("headline=Titel", "published=Datum", "topics=Ressort")


def test_each_row_has_an_outcome_a_place_and_an_original(database: Path, table: Path) -> None:
    assert run(database, table, maps=MAPS).outcomes == {"added": 3, "failed": 1}
    assert rows(database, "SELECT locator, outcome, reader FROM import_items ORDER BY position") == [
        *((f"{table}#row={n}", "added", "table_row") for n in (2, 3, 4)),
        (f"{table}#row=5", "failed", None),
    ]
    assert rows(database, "SELECT DISTINCT media_type FROM originals") == [("text/x-table-row",)]
    assert rows(database, "SELECT media_type, records FROM containers") == [("text/csv", 4)]
    assert rows(database, "SELECT published FROM articles ORDER BY id") == [(f"2023-02-0{n}",) for n in (1, 2, 3)]
    assert rows(database, "SELECT DISTINCT name FROM topics WHERE origin = 'import'") == [("Häfen",)]
    (arguments,) = rows(database, "SELECT arguments FROM imports")[0]
    assert arguments.endswith("--map headline=Titel --map published=Datum --map topics=Ressort")


def test_a_second_import_finds_all_unchanged_and_reparse_makes_the_same(database: Path, table: Path) -> None:
    run(database, table, maps=MAPS)
    assert run(database, table, maps=MAPS).outcomes == {"unchanged": 3, "failed": 1}
    table.unlink()
    assert survey(database).rows() == []


def test_another_map_makes_something_else_of_a_row(database: Path, table: Path) -> None:
    run(database, table)
    assert rows(database, "SELECT count(*) FROM articles WHERE published IS NOT NULL") == [(0,)]
    assert run(database, table, maps=MAPS).outcomes == {"revised": 3, "failed": 1}
    assert rows(database, "SELECT count(*) FROM articles WHERE published IS NOT NULL") == [(3,)]


def test_columns_hold_for_standard_input(database: Path) -> None:
    content = "".join(f'3,Ferry {n},"{TEXT.format(n)}"\n' for n in range(3)).encode()
    assert run(database, "-", stdin=content, columns="topics,headline,body").outcomes == {"added": 3}
    assert rows(database, "SELECT locator FROM import_items")[0] == ("-#row=1",)
    assert rows(database, "SELECT headline FROM article_revisions")[0] == ("Ferry 0",)


def test_nested_keys_are_read_again_as_they_were_mapped(database: Path, tmp_path: Path) -> None:
    records = [{"meta": {"date": f"2023-0{n}"}, "body": TEXT.format(n)} for n in (1, 2)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "b.json").write_text(
        json.dumps({"articles": [record | {"title": "B"} for record in records]}, indent=1)
    )
    run(database, tmp_path, maps=["published=meta.date"])
    assert rows(database, "SELECT DISTINCT published FROM articles ORDER BY 1") == [("2023-01",), ("2023-02",)]
    assert survey(database).rows() == []
    assert run(database, tmp_path, maps=["published=meta.date"]).outcomes == {"unchanged": 4}


def test_what_names_no_field_begins_no_import(database: Path, table: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'headline'"):
        run(database, table, maps=["titel=Titel"])
    assert rows(database, "SELECT count(*) FROM imports") == [(0,)]


@pytest.mark.parametrize("form", ["jsonl", "ninjs", "jsonld", "csv"])
def test_exports_import_back(
    database: Location, table: Path, tmp_path: Path, new_archive: NewArchive, form: str
) -> None:
    run(database, table, maps=MAPS, source="Mill Post", language="de")
    file = tmp_path / f"export.{form.replace('ninjs', 'json').replace('jsonld', 'json')}"
    export_to(database, file, form)
    other = new_archive("empty", "other.db")
    assert run(other, file).outcomes == {"added": 3}
    columns = (
        "SELECT headline, body, published, a.language, s.name FROM articles a "
        "JOIN article_revisions r ON r.id = a.revision_id JOIN sources s ON s.id = a.source_id ORDER BY 1"
    )
    assert rows(other, columns) == rows(database, columns)
    topics = "SELECT count(*) FROM article_topics"
    assert rows(other, topics) == rows(database, topics)


def export_to(database: Location, file: Path, form: str) -> None:
    from click.testing import CliRunner

    from archive.cli import cli

    answer = CliRunner().invoke(cli, ["--db", str(database), "export", "-f", form, "-o", str(file)])
    assert answer.exit_code == 0, answer.output


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared data beside the checkout")
@pytest.mark.parametrize(
    ("name", "options", "units"),
    [
        ("csv-jsonl/agnews_header.csv", {}, 1389),
        ("csv-jsonl/agnews_no_header.csv", {"columns": "topics,headline,body"}, 291),
        ("csv-jsonl/bbc_250_labeled.csv", {}, 125),
        ("csv-jsonl/agnews.jsonl", {}, 500),
    ],
)
def test_tables_of_news_have_their_labels_as_topics(
    database: Path, name: str, options: dict[str, Any], units: int
) -> None:
    import csv

    path = SHARED / name
    assert run(database, path, **options).units == units
    assert run(database, path, **options).outcomes == {"unchanged": units}
    if path.suffix == ".jsonl":
        labels = [json.loads(line)["Class Index"] for line in path.read_text("utf-8").splitlines()]
    else:
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.reader(file))
        labels = [row[-1 if "bbc" in name else 0] for row in (table if options else table[1:])]
    given = rows(
        database,
        "SELECT i.locator, e.given_text FROM import_items i JOIN article_topics x ON x.article_id = i.article_id "
        "JOIN topics t ON t.id = x.topic_id JOIN tag_evidence e ON e.article_topic_id = x.id AND e.given_by = 'record' "
        "WHERE i.import_id = 1",
    )
    found = {(int(locator.rpartition("=")[2]), topic) for locator, topic in given}
    first = 1 if options or path.suffix == ".jsonl" else 2
    assert {(number, label) for number, label in enumerate(labels, first)} <= found
    assert survey(database).rows() == []
