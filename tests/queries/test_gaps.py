"""What lacks a source, a date, a language; and what could fill it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from archive.decide import Wish, decide, undo
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.filters import Asked, Filters
from archive.queries.gaps import FIELDS, count_gaps, list_gaps

Make = Callable[[dict[str, str]], Path]

FERRY = (
    "The night ferry left Port Lintel with two hundred crates of apples and came back with the same crates, "
    "since nobody on the other side had ordered any of them, said the captain who had signed for the apples "
    "and who will now have to eat them, or find a school that takes what is left before the week is over and done."
)


@pytest.fixture
def make(database: Path, tmp_path: Path) -> Make:
    """Return what makes an archive of files given as path: text, all below one folder, imported as a whole."""

    def make(files: dict[str, str]) -> Path:
        for name, written in files.items():
            file = tmp_path / "found" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written, encoding="utf-8")
        import_paths(database, [str(tmp_path / "found")], ImportOptions(jobs=0))
        return database

    return make


def piece(body: str, **given: str) -> str:
    front = "".join(f"{name}: '{value}'\n" for name, value in given.items())
    return f"---\n{front or 'kind: news'}\n---\n{body}\n"


def gaps(path: Path, *fields: str, **how: Any) -> list[dict[str, Any]]:
    with reading(path) as connection:
        return list(list_gaps(connection, fields=fields or FIELDS, **how))


def gap(path: Path, field: str, **how: Any) -> dict[str, Any]:
    (found,) = gaps(path, field, **how)
    return found


def keys(path: Path) -> dict[str, str]:
    """Return the key of the article that each file gave, by its name."""
    with reading(path) as connection:
        found = connection.execute(
            text("SELECT i.locator, a.key FROM import_items i JOIN articles a ON a.id = i.article_id")
        )
        return {locator.rpartition("/")[2]: key for locator, key in found}


def values(found: dict[str, Any]) -> list[tuple[str | None, str, str, int]]:
    return [(one["key"], one["value"], one["by"], one["times"]) for one in found["candidates"]]


def test_the_collection_of_seeds(ask: Connection) -> None:
    found = list(list_gaps(ask))
    counted = {(one["field"], one["folder"].rpartition("/")[2]): one["articles"] for one in found}
    assert counted == {("published", "articles"): 4, ("source", "articles"): 3, ("published", "lintel"): 2}
    assert [one["articles"] for one in found] == sorted(counted.values(), reverse=True)
    assert count_gaps(ask) == 3
    assert all(list(one) == ["field", "folder", "articles", "keys", "candidates", "command"] for one in found)


def test_only_the_fields_and_articles_asked_for(ask: Connection) -> None:
    assert {one["field"] for one in list_gaps(ask, fields=["published"])} == {"published"}
    assert count_gaps(ask, fields=["published", "source"]) == 3
    of_one = Asked(filters=Filters(source="radio-lintel")).selection(ask)
    assert [(one["field"], one["articles"]) for one in list_gaps(ask, of_one)] == [("published", 2), ("published", 1)]
    assert count_gaps(ask, of_one) == 2
    assert len(list(list_gaps(ask, limit=2))) == 2


def test_a_date_is_proposed_from_the_headline_and_the_first_paragraph(make: Make) -> None:
    path = make(
        {
            "a.md": piece(
                "# What the ferry did\n\nMINSK, 4 March 2021 - It left. It came back on 4 March 2021.\n\n"
                "Nobody counted on 5 March 2021.\n",
                title="The ferry of 2 May 2020",
            ),
        }
    )
    key = keys(path)["a.md"]
    found = gap(path, "published")
    assert values(found) == [(key, "2020-05-02", "headline", 1), (key, "2021-03-04", "opening", 2)]
    assert [one["because"] for one in found["candidates"]] == [
        "'2 May 2020' in the headline",
        "'4 March 2021' in the first paragraph, 2 times in the text",
    ]
    assert found["command"] == f"archive set {key} published=2020-05-02"


@pytest.mark.parametrize(
    "body",
    [
        "It left in March 2021.",
        "It left in 2021.",
        "It left on 4 March.",
        "It left on 3/4/2021.",
        "It left.\n\nIt came back on 4 March 2021.",
    ],
)
def test_no_date_is_proposed_that_is_not_known_to_the_day_or_stands_further_down(body: str, make: Make) -> None:
    path = make({"a.md": piece(body)})
    found = gap(path, "published")
    assert found["candidates"] == []
    assert found["command"] == f"archive set {keys(path)['a.md']} published=<DATE>"


def test_a_text_that_was_replaced_proposes_nothing(make: Make) -> None:
    make({"a.md": piece("It left on 4 March 2021.", url="https://ferry.example/1")})
    path = make({"a.md": piece("It left on 5 March 2021.", url="https://ferry.example/1")})
    assert [one["value"] for one in gap(path, "published")["candidates"]] == ["2021-03-05"]


def test_a_source_is_proposed_by_copies(make: Make) -> None:
    path = make(
        {
            "found/a.md": piece(FERRY, title="Apples"),
            "wire/b.md": piece(FERRY, title="Crates", source="Lantern Wire", id="1"),
            "wire/c.md": piece(FERRY.upper(), source="Lantern Wire", id="2"),
            "radio/d.md": piece(FERRY, source="Radio Lintel"),
            "radio/e.md": piece("Other words.", source="Night Ferry"),
        }
    )
    key = keys(path)
    found = gap(path, "source")
    assert values(found) == [
        (key["a.md"], "Lantern Wire", "copy", 2),
        (key["a.md"], "Radio Lintel", "copy", 1),
    ]
    first = min(key["b.md"], key["c.md"])
    assert found["candidates"][0]["because"] == f"its copy {first} has source Lantern Wire, and 1 more"
    assert found["candidates"][1]["because"] == f"its copy {key['d.md']} has source Radio Lintel"
    assert found["command"] == f"archive set {key['a.md']} source='Lantern Wire'"


def test_texts_without_a_word_are_no_copies(make: Make) -> None:
    path = make({"a/a.md": piece("", title="One"), "b/b.md": piece("", title="Two", source="Quay")})
    assert gap(path, "source")["candidates"] == []


def test_a_source_is_proposed_by_domains(make: Make) -> None:
    path = make(
        {
            "a.md": piece(
                "[One](https://quay.example/1), [two](https://quay.example/2), [three](https://radiolintel.example/),"
                " [four](https://b.example/), [five](https://c.example/) and [six](mailto:a@quay.example).",
                url="https://pier.example/a",
            )
        }
    )
    key = keys(path)["a.md"]
    assert values(gap(path, "source")) == [
        *((key, "pier.example", "url", 1), (key, "quay.example", "link", 2)),
        *((key, "b.example", "link", 1), (key, "c.example", "link", 1)),
    ]
    with_source = {"b.md": piece("[One](https://harbourcourier.example/1).")}
    found = gap(make(with_source), "source", examples=None)
    (known,) = [one for one in found["candidates"] if one["because"].endswith("harbourcourier.example")]
    assert (known["value"], known["because"]) == ("The Harbour Courier", "1 link to harbourcourier.example")


def test_clear_cases_come_first_among_the_examples(make: Make) -> None:
    path = make(
        {
            "1.md": piece("Nothing is said of the day."),
            "2.md": piece("Between 4 March 2021 and 5 April 2021."),
            "3.md": piece("It was 6 May 2021."),
            "4.md": piece("Nothing is said of this day either."),
        }
    )
    key = keys(path)
    assert gap(path, "published", examples=2)["keys"] == [key["3.md"], key["2.md"]]
    assert gap(path, "published", examples=None)["keys"] == [key[f"{n}.md"] for n in (3, 2, 1, 4)]
    assert gap(path, "published")["articles"] == 4


def test_what_a_person_decided_to_be_unknown_is_no_gap(make: Make) -> None:
    path = make({"a.md": piece("One text."), "b.md": piece("Another text.")})
    key = keys(path)
    assert {one["field"]: one["articles"] for one in gaps(path)} == dict.fromkeys(FIELDS, 2)
    decided = decide(path, [Wish(key["a.md"], {"published": None, "language": "en"})], "Ada")
    assert {one["field"]: one["articles"] for one in gaps(path)} == {"source": 2, "published": 1, "language": 1}
    assert gap(path, "published")["keys"] == [key["b.md"]]
    undo(path, next(one.id for one in decided.made if one.name == "published"), "Ada")
    assert gap(path, "published")["articles"] == 2
    decide(path, [Wish(key["b.md"], dict.fromkeys(FIELDS))], "Ada")
    assert [one["articles"] for one in gaps(path)] == [1, 1]


def test_what_the_whole_folder_states_is_a_line_of_its_archive_toml(make: Make, tmp_path: Path) -> None:
    """The command is run, as a person would."""
    path = make(
        {
            "o'clock & more/a.md": piece("One text.", source='The "Quay" & Co', language="en"),
            "o'clock & more/b.md": piece("Another text.", source='The "Quay" & Co', language="en"),
            "o'clock & more/c.md": piece("A third text.", language="en"),
        }
    )
    found = gap(path, "source", program=f"archive --db {path}")
    assert values(found) == [(None, 'The "Quay" & Co', "folder", 2)]
    assert found["candidates"][0]["because"] == "2 other articles of the folder"
    (tmp_path / "found/o'clock & more/archive.toml").write_text("topics = ['Diplomacy']")  # its line has no end
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if shutil.which("archive", path=binaries) is None:
        pytest.skip("the program is not installed as `archive`")
    done = subprocess.run(
        ["sh", "-c", found["command"]], env={**os.environ, "PATH": binaries}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [one["field"] for one in gaps(path)] == ["published"]


@pytest.mark.parametrize(
    "others",
    [
        {"in/d.md": piece("A fourth text.", source="Pier")},  # another source in the folder
        {"in/below/d.md": piece("A fourth text.", source="Pier")},  # or below it
        {"in/d.md": piece("A fourth text."), "in/e.md": piece("A fifth text.")},  # most of it states none
        {"in/d.md": piece("A fourth text.", url="https://pier.example/a")},  # something else speaks of one of them
    ],
)
def test_a_folder_is_not_filled_where_something_speaks_against_it(others: dict[str, str], make: Make) -> None:
    stated = {f"in/{name}.md": piece(f"Text {name}.", source="Quay") for name in "ab"}
    path = make({**stated, "in/c.md": piece("A third text.")})
    assert " >> " in gap(path, "source")["command"]
    path = make(others)
    assert gap(path, "source")["command"].startswith("archive set ")


def test_a_language_is_proposed_by_the_folder_only(make: Make) -> None:
    path = make(
        {
            "a.md": piece("One text.", language="en"),
            "b.md": piece("Ein Text.", language="de"),
            "c.md": piece("Noch ein Text.", language="de"),
            "d.md": piece("Et un texte encore."),
            "e/f.md": piece("A text elsewhere."),
        }
    )
    of_folder, elsewhere = gaps(path, "language")
    assert values(of_folder) == [(None, "de", "folder", 2), (None, "en", "folder", 1)]
    assert of_folder["command"] == f"archive set {keys(path)['d.md']} language=de"
    assert elsewhere["candidates"] == []
    assert elsewhere["command"] == f"archive set {keys(path)['f.md']} language=<TAG>"


def test_what_came_from_standard_input_has_no_folder(database: Path) -> None:
    from io import BytesIO

    import_paths(database, ["-"], ImportOptions(jobs=0, source="Quay"), stdin=BytesIO(b"One text."))
    assert {(one["field"], one["folder"]) for one in gaps(database)} == {("published", "-"), ("language", "-")}


def test_a_path_that_is_no_utf8_is_not_written_into_a_command(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "found" / os.fsdecode(b"caf\xe9")
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(piece("One text.", source="Quay"))
    (folder / "b.md").write_text(piece("Another text."))
    found = gap(make({}), "source")
    assert found["folder"].endswith("caf\\xe9")
    assert found["command"].startswith("archive set ")


def test_an_archive_without_articles(database: Path) -> None:
    assert gaps(database) == []
