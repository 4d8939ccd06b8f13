"""What becomes of each unit of an import, and what then stands in the tables."""

import io
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard

from archive.db.location import Location
from archive.db.tables import metadata
from archive.documents import Failure
from archive.errors import UsageError
from archive.ingest import ImportOptions, ImportSummary, Listener, import_paths, load_vocabulary
from archive.prepare import Settings
from archive.queries import reading
from archive.queries.article import read_original
from archive.workers import Workers
from tests.engines import assert_sound, connected, keys_with

HEADLINE = "Ferry stops at the old mill"
TEXT = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The water stood -5 centimetres below the mark, and two crews worked until late at night to mend the planks. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council meets again on Thursday to decide whether a second boat can be paid for this year."
)
OTHER = (
    "A bakery in the harbour town has baked the same dark bread for ninety years and will not change it now. "
    "Its owner sold the recipe to nobody, although three firms asked for it and one came back every single spring. "
    "When the shop burned, the neighbours carried the sourdough out before they carried the till. "
    "The oven was rebuilt from the old bricks, and the first loaves were given away on the market square."
)
SHORT = "The ferry runs again since noon. Nobody at the old mill can say for how long its planks will hold this time."


def write(file: Path, text: str = TEXT, **front_matter: str) -> Path:
    lines = [f"{key}: {value}" for key, value in front_matter.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("\n".join(["---", *lines, "---", text] if lines else [text]).encode())
    return file


def run(database: Path, *paths: Path, **options: Any) -> ImportSummary:
    return import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0, **options))


def outcomes(database: Path, *paths: Path, **options: Any) -> list[str]:
    """Import and return the outcome of each unit, in order."""
    number = run(database, *paths, **options).import_id
    return column(database, "SELECT outcome FROM import_items WHERE import_id = ? ORDER BY position", number)


def rows(database: Location, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def column(database: Path, query: str, *parameters: Any) -> list[Any]:
    return [value for (value,) in rows(database, query, *parameters)]


def reason(database: Path) -> str | None:
    """Return the reason of the last unit."""
    (text,) = column(database, "SELECT reason FROM import_items ORDER BY id DESC LIMIT 1")
    assert text is None or isinstance(text, str)
    return text


def found(database: Path, query: str) -> list[str]:
    """Return the keys of the articles that search finds."""
    return keys_with(database, query)


def everything_but_imports(database: Location) -> dict[str, list[tuple[Any, ...]]]:
    names = {*metadata.tables, "article_fts_data" if isinstance(database, Path) else "article_search"}
    return {
        name: rows(database, f'SELECT * FROM "{name}" ORDER BY 1')
        for name in sorted(names - {"imports", "import_items"})
    }


def test_a_new_text_is_added(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "in" / "ferry.txt", f"{HEADLINE}\n{TEXT}")
    summary = run(database, tmp_path / "in")
    assert summary.outcomes == {"added": 1}
    assert rows(database, "SELECT import_id, position, locator, outcome, reader, reason FROM import_items") == [
        (summary.import_id, 1, str(file), "added", "text", None)
    ]
    assert rows(
        database,
        "SELECT r.number, r.headline, r.headline_method, r.body, r.cause, a.source_id, a.published, a.language "
        "FROM articles a JOIN article_revisions r ON r.id = a.revision_id",
    ) == [(1, HEADLINE, "first_line", TEXT, "import", None, None, "en")]
    assert column(database, "SELECT field || ' ' || method FROM article_values") == ["language detected"]
    ((content, size),) = rows(database, "SELECT content, size FROM originals")
    assert zstandard.ZstdDecompressor().decompress(content) == file.read_bytes()
    assert size == file.stat().st_size
    assert len(found(database, "landing")) == len(found(database, "headline: ferry")) == 1
    assert_sound(database)


def test_what_was_seen_before_is_unchanged_and_writes_only_the_import_and_its_items(
    database: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    write(
        folder / "a.md", f"# {HEADLINE}\n\n{TEXT}", id="17", date="2023-02", tags="ferries, storms", author="A. Okoro"
    )
    write(folder / "b.txt", f"{TEXT} Storm** on the river\n- One\n- Two\n- Three")
    write(folder / "copy" / "b.txt", f"{TEXT} Storm** on the river\n- One\n- Two\n- Three")
    write(folder / "c.txt", SHORT)
    assert outcomes(database, folder, topics=("Rivers",)) == ["added", "added", "added", "duplicate"]
    before = everything_but_imports(database)
    items = column(database, "SELECT count(*) FROM import_items")
    for _ in range(2):
        assert run(database, folder, topics=("Rivers",)).outcomes == {"unchanged": 4}
    assert everything_but_imports(database) == before
    assert column(database, "SELECT count(*) FROM import_items") == [items[0] + 8]
    assert column(database, "SELECT count(*) FROM imports WHERE status = 'finished'") == [3]
    same = "locator, original_id, context_sha256, reader, id_as_read, published_as_read, article_id, revision_id"
    assert rows(database, f"SELECT {same} FROM import_items WHERE import_id = 1 ORDER BY position") == rows(
        database, f"SELECT {same} FROM import_items WHERE import_id = 3 ORDER BY position"
    )


def test_a_copy_elsewhere_is_a_duplicate_that_adds_its_place_and_its_topics(database: Path, tmp_path: Path) -> None:
    first, copy = write(tmp_path / "a.txt"), write(tmp_path / "old" / "b.txt")
    run(database, first)
    before = everything_but_imports(database)
    assert outcomes(database, copy) == ["duplicate"]
    # what language its words are in is on record of the copy too, in case the first goes
    assert column(database, "SELECT field || ' ' || method FROM other_values") == ["language detected"]
    assert everything_but_imports(database) | {"other_values": before["other_values"]} == before
    (key,) = column(database, "SELECT key FROM articles")
    assert reason(database) == f"the text of {key} at another place"
    assert outcomes(database, write(tmp_path / "old" / "c.txt"), topics=("Ferries", "Storms")) == ["duplicate"]
    assert reason(database) == f"the text of {key} at another place; topics given: Ferries, Storms"
    assert column(database, "SELECT locator FROM import_items WHERE article_id = 1 ORDER BY id") == [
        str(first),
        str(copy),
        str(tmp_path / "old" / "c.txt"),
    ]
    assert column(database, "SELECT topics FROM documents") == ["Ferries; Storms"]
    assert column(database, "SELECT count(*) FROM originals") == [1]
    assert_sound(database)


def test_a_copy_may_differ_in_case_accents_punctuation_and_headline(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.txt", f"{HEADLINE}\n{TEXT}"))
    copy = f"Another headline\n\n“{TEXT.upper().replace(',', ' –')}”"
    assert outcomes(database, write(tmp_path / "b.txt", copy)) == ["duplicate"]
    assert column(database, "SELECT headline FROM article_revisions") == [HEADLINE]
    assert len(column(database, "SELECT sha256 FROM originals")) == 2
    (variant,) = column(database, "SELECT text_sha256 FROM import_items WHERE outcome = 'duplicate'")
    assert variant not in (None, *column(database, "SELECT text_sha256 FROM article_revisions"))
    assert outcomes(database, tmp_path / "b.txt") == ["unchanged"]


def test_a_copy_with_other_punctuation_leaves_the_passages_of_tags_alone(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.txt", TEXT + " The Belt and Road is discussed in Beijing."))
    evidence = rows(database, "SELECT * FROM tag_evidence")
    copy = "Belarus has a ferry\n\n“" + TEXT + "” — The Belt and Road is discussed in Beijing."
    assert outcomes(database, write(tmp_path / "b.txt", copy)) == ["duplicate"]
    assert rows(database, "SELECT * FROM tag_evidence") == evidence
    assert {"Belt and Road", "Beijing"} <= set(column(database, "SELECT passage FROM tag_overview"))


def test_a_text_changed_in_place_is_a_new_revision(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", f"{HEADLINE}\n{TEXT}")
    run(database, file)
    (key,) = column(database, "SELECT key FROM articles")
    write(file, f"{HEADLINE}\n{TEXT.replace('storm', 'hurricane')}")
    assert outcomes(database, file) == ["revised"]
    assert reason(database) == "other text"
    assert rows(database, "SELECT number, body FROM article_revisions ORDER BY number") == [
        (1, TEXT),
        (2, TEXT.replace("storm", "hurricane")),
    ]
    assert column(database, "SELECT key FROM articles") == [key]
    assert found(database, "hurricane") == [key]
    assert found(database, "storm") == []
    assert column(database, "SELECT count(*) FROM originals") == [2]
    assert_sound(database)


def test_a_sign_that_no_word_has_is_a_change_too(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt")
    run(database, file)
    write(file, TEXT.replace("-5", "5"))
    assert outcomes(database, file) == ["revised"]
    fingerprints = column(database, "SELECT fingerprint FROM article_revisions")
    assert len(fingerprints) == 2
    assert len(set(fingerprints)) == 1


def test_a_text_that_returns_is_a_new_revision(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    texts = [TEXT, TEXT.replace("Monday", "Tuesday"), TEXT]
    assert [outcomes(database, write(file, text)) for text in texts] == [["added"], ["revised"], ["revised"]]
    assert column(database, "SELECT body FROM article_revisions ORDER BY number") == texts
    assert len(found(database, "monday")) == 1
    assert found(database, "tuesday") == []
    assert outcomes(database, file) == ["unchanged"]
    assert_sound(database)


@pytest.mark.parametrize(("text", "other"), [(TEXT, OTHER), (SHORT, "A bakery burned. The bread was saved by all.")])
def test_a_wholly_different_text_at_the_same_place_is_another_article(
    database: Path, tmp_path: Path, text: str, other: str
) -> None:
    file = tmp_path / "today.txt"
    assert outcomes(database, write(file, text)) == ["added"]
    assert outcomes(database, write(file, other)) == ["added"]
    keys = column(database, "SELECT key FROM articles ORDER BY id")
    assert len(set(keys)) == 2
    assert found(database, "ferry") == keys[:1]
    assert found(database, "bakery") == keys[1:]
    assert outcomes(database, file) == ["unchanged"]
    assert outcomes(database, write(file, text)) == (["duplicate"] if text == TEXT else ["added"])


def test_short_texts_at_two_places_are_two_articles(database: Path, tmp_path: Path) -> None:
    assert outcomes(database, write(tmp_path / "a.txt", SHORT), write(tmp_path / "b.txt", SHORT)) == ["added", "added"]
    assert len(set(column(database, "SELECT key FROM articles"))) == 2
    assert len(set(column(database, "SELECT fingerprint FROM article_revisions"))) == 1


def test_a_short_text_that_grows_stays_one_article(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert [outcomes(database, write(file, text)) for text in ("Ferry stops", "Ferry stops again")] == [
        ["added"],
        ["revised"],
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "17"}, {"id": "17"}),
        ({"id": "17", "source": "Xinhua"}, {"id": "17", "source": "新华社"}),
        ({"url": "http://www.mill.example/a/?utm_source=x"}, {"url": "https://mill.example/a#top"}),
        ({"id": "17", "url": "https://mill.example/a"}, {"url": "https://mill.example/a"}),
    ],
)
def test_other_text_with_the_same_id_or_url_elsewhere_is_a_revision(
    database: Path, tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    run(database, write(tmp_path / "a.md", TEXT, **first))
    other = write(tmp_path / "elsewhere" / "b.md", OTHER, **second)
    assert outcomes(database, other) == ["revised"]
    assert column(database, "SELECT body FROM article_revisions ORDER BY number") == [TEXT, OTHER]
    # each place still gives what it gave
    assert outcomes(database, tmp_path / "a.md", other) == ["unchanged", "unchanged"]
    assert len(found(database, "bakery")) == 1
    assert found(database, "ferry") == []
    assert_sound(database)


def test_one_id_in_two_sources_is_two_articles(database: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a.md", TEXT, id="17", source="Harbour Courier")
    second = write(tmp_path / "b.md", OTHER, id="17", source="Radio Lintel")
    assert outcomes(database, first, second) == ["added", "added"]


def test_two_ids_at_one_url_are_two_articles(database: Path, tmp_path: Path) -> None:
    url = "https://mill.example/live"
    first = write(tmp_path / "a.md", TEXT, id="1", url=url)
    second = write(tmp_path / "b.md", OTHER, id="2", url=url)
    assert outcomes(database, first) == ["added"]
    assert outcomes(database, second) == ["added"]
    assert rows(database, "SELECT scheme, value FROM article_identifiers ORDER BY article_id, scheme") == [
        ("id", "1"),
        ("url", url),
        ("id", "2"),
        ("url", url),
    ]
    write(second, OTHER.replace("ninety", "eighty"), id="2", url=url)
    assert outcomes(database, second) == ["revised"]
    assert column(database, "SELECT article_id FROM article_revisions ORDER BY id") == [1, 2, 2]


def test_another_url_at_the_same_place_is_another_article(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "front page.md"
    assert outcomes(database, write(file, TEXT, url="https://mill.example/a")) == ["added"]
    assert outcomes(database, write(file, TEXT, url="https://mill.example/b")) == ["added"]


def test_the_same_text_at_two_sources_is_two_articles_and_one_text(database: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a.md", TEXT, source="Harbour Courier")
    second = write(tmp_path / "b.md", TEXT, source="Radio Lintel")
    assert outcomes(database, first, second) == ["added", "added"]
    assert rows(database, "SELECT count(*), count(DISTINCT fingerprint) FROM article_revisions") == [(2, 1)]


def test_a_copy_without_a_source_stays_an_article_of_its_own(database: Path, tmp_path: Path) -> None:
    first, second = write(tmp_path / "a.md", TEXT, source="Radio Lintel"), write(tmp_path / "b.md")
    assert outcomes(database, first) == ["added"]
    assert outcomes(database, second) == ["added"]
    assert column(database, "SELECT count(DISTINCT fingerprint) FROM article_revisions") == [1]
    assert outcomes(database, write(tmp_path / "c.md")) == ["duplicate"]
    assert column(database, "SELECT article_id FROM import_items ORDER BY id DESC LIMIT 1") == [2]


def test_one_path_named_twice_is_read_twice(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "in" / "a.txt", SHORT)
    assert outcomes(database, file, file) == ["added", "unchanged"]
    assert outcomes(database, file, file.parent) == ["unchanged", "unchanged"]
    assert column(database, "SELECT position FROM import_items ORDER BY id") == [1, 2, 1, 2]


def test_what_comes_after_a_text_is_part_of_its_state(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    run(database, write(file, TEXT))
    assert outcomes(database, write(file, f"{TEXT} Belarus** Minsk")) == ["revised"]
    assert column(database, "SELECT method FROM tag_overview WHERE topic = 'Belarus'") == ["trailing_tags"]
    assert outcomes(database, write(file, f"{TEXT}\n- First\n- Second\n- Third")) == ["revised"]
    assert reason(database) == "other headings, links or passages set aside"
    assert outcomes(database, write(file, f"{TEXT}\n- First\n- Second\n- Last")) == ["revised"]
    assert column(database, "SELECT topic FROM tag_overview") == []
    assert rows(
        database,
        "SELECT number, text FROM set_aside s JOIN article_revisions r ON r.id = s.revision_id ORDER BY 1, position",
    ) == [
        (2, "Belarus** Minsk"),
        *[(3, text) for text in ("First", "Second", "Third")],
        *[(4, text) for text in ("First", "Second", "Last")],
    ]
    assert_sound(database)


def test_links_and_headings_are_part_of_the_state_of_a_text(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    run(database, write(file, f"{TEXT}\n\n[The mill](https://mill.example/1)\n\n{OTHER}"))
    assert outcomes(database, write(file, f"{TEXT}\n\n[The mill](https://mill.example/2)\n\n{OTHER}")) == ["revised"]
    assert column(database, "SELECT url FROM article_links ORDER BY id") == [
        "https://mill.example/1",
        "https://mill.example/2",
    ]
    assert outcomes(database, write(file, f"{TEXT}\n\n## [The mill](https://mill.example/2)\n\n{OTHER}")) == ["revised"]
    assert rows(database, "SELECT kind, level FROM body_blocks") == [("heading", 2)]


def test_other_bytes_of_the_same_text_are_unchanged_and_kept(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", f"{HEADLINE}\n{TEXT}")
    run(database, file)
    file.write_bytes(f"\ufeff{HEADLINE}\r\n{TEXT}\r\n".encode())
    assert outcomes(database, file) == ["unchanged"]
    assert column(database, "SELECT count(*) FROM article_revisions") == [1]
    assert column(database, "SELECT original_id FROM import_items ORDER BY id") == [1, 2]


def test_an_article_added_and_revised_within_one_batch(database: Path, tmp_path: Path) -> None:
    first = write(
        tmp_path / "1.md",
        f"{TEXT} China was not there.",
        id="17",
        author="A. Okoro and Li Wei",
        tags="Ferries",
        section="Harbour",
    )
    second = write(
        tmp_path / "2.md",
        f"{OTHER} Belarus was not there.",
        id="17",
        date="2023-02-28",
        author="B. Kamau",
        tags="Bread",
    )
    sidecar = tmp_path / "1.md.meta.toml"
    sidecar.write_text('published = "2023-02"\n')
    assert outcomes(database, first, second) == ["added", "revised"]
    assert rows(database, "SELECT section, published, published_method, byline FROM articles") == [
        ("Harbour", "2023-02-28", "front_matter", "A. Okoro and Li Wei")
    ]
    assert "authors 'B. Kamau' (front_matter) was not taken" in (reason(database) or "")
    assert rows(database, "SELECT text, method, chosen, reason FROM article_dates WHERE kind = 'published'") == [
        ("2023-02", "sidecar", 0, "a later import gave another"),
        ("2023-02-28", "front_matter", 1, None),
    ]
    assert column(database, "SELECT topics FROM documents") == ["Belarus; Bread; Ferries"]
    assert rows(database, "SELECT passage FROM tag_overview WHERE method = 'rule'") == [("Belarus",)]
    assert column(database, "SELECT count(*) FROM article_revisions") == [2]
    assert len(found(database, "bakery")) == 1
    assert found(database, "ferry") == []
    assert_sound(database)


def test_a_known_article_may_be_revised_twice_within_one_batch(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "0.md", TEXT, id="17"), published="2021")
    files = [write(tmp_path / f"{number}.md", f"{OTHER} {number}", id="17", date="2023-02") for number in (1, 2)]
    (tmp_path / "2.md.meta.toml").write_text('published = "2024"\n')
    assert outcomes(database, *files) == ["revised", "revised"]
    assert column(database, "SELECT number FROM article_revisions ORDER BY id") == [1, 2, 3]
    assert rows(database, "SELECT text, chosen FROM article_dates WHERE kind = 'published' ORDER BY id") == [
        ("2021", 0),
        ("2023-02", 1),
        ("2024", 0),
    ]
    assert column(database, "SELECT text FROM documents") == [f"{OTHER} 2"]
    assert_sound(database)


def test_a_unit_that_cannot_be_read_fails_alone(database: Path, tmp_path: Path) -> None:
    class Heard(Listener):
        def __init__(self) -> None:
            self.failures: list[Failure] = []
            self.units = 0

        def units_done(self, number: int, outcomes: object) -> None:
            self.units += number

        def failed(self, failure: Failure) -> None:
            self.failures.append(failure)

    folder = tmp_path / "in"
    good = write(folder / "b.txt")
    (folder / "a.txt").write_bytes(b"")
    (folder / "c.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    heard = Heard()
    summary = import_paths(database, [str(folder), str(tmp_path / "none")], ImportOptions(jobs=0), heard)
    assert summary.outcomes == {"added": 1, "failed": 3}
    assert summary.units == heard.units == 4
    assert [failure.locator for failure in heard.failures] == [
        str(folder / "a.txt"),
        str(folder / "c.txt"),
        str(tmp_path / "none"),
    ]
    failed = rows(
        database,
        "SELECT position, article_id, original_id, reason FROM import_items WHERE outcome = 'failed' ORDER BY 1",
    )
    assert [row[:3] for row in failed] == [(1, None, None), (3, None, None), (4, None, None)]
    assert all(failure.reason in row[3] for failure, row in zip(heard.failures, failed, strict=True))
    assert column(database, "SELECT status FROM imports") == ["finished"]
    assert run(database, folder).outcomes == {"unchanged": 1, "failed": 2}
    good.unlink()
    write(folder / "a.txt", OTHER)
    assert run(database, folder).outcomes == {"added": 1, "failed": 1}


def test_a_place_that_failed_for_a_while_goes_on_where_it_was(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", SHORT)
    run(database, file)
    file.write_bytes(b"")
    assert outcomes(database, file) == ["failed"]
    assert outcomes(database, write(file, SHORT)) == ["unchanged"]
    file.write_bytes(b"")
    assert outcomes(database, file) == ["failed"]
    assert outcomes(database, write(file, SHORT.replace("again", "anew"))) == ["revised"]


def test_standard_input_is_a_unit(database: Path) -> None:
    def imported(content: bytes | None) -> list[str]:
        stdin = None if content is None else io.BytesIO(content)
        number = import_paths(database, ["-"], ImportOptions(jobs=0), stdin=stdin).import_id
        return column(database, "SELECT outcome FROM import_items WHERE import_id = ?", number)

    assert imported(TEXT.encode()) == ["added"]
    assert imported(TEXT.encode()) == ["unchanged"]
    assert imported(TEXT.replace("Monday", "Friday").encode()) == ["revised"]
    assert imported(b"") == ["failed"]
    assert imported(None) == ["failed"]
    assert set(column(database, "SELECT locator FROM import_items")) == {"-"}


def test_an_archive_in_the_folder_that_is_imported_is_no_unit(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    database = tmp_path / "archive.db"
    assert run(database, tmp_path).outcomes == {"added": 1}
    assert run(database, tmp_path).outcomes == {"unchanged": 1}


def test_the_summary_says_what_is_not_known_of_the_articles_met(database: Path, tmp_path: Path) -> None:
    write(tmp_path / "in" / "a.md", TEXT, source="Radio Lintel", date="2023-02", lang="en")
    write(tmp_path / "in" / "b.md", OTHER, date="2023", lang="en")
    assert run(database, tmp_path / "in").not_stated == {"source": 1, "only a month": 1, "only a year": 1}
    assert run(database, write(tmp_path / "c.txt", SHORT)).not_stated == {"source": 1, "date": 1}
    few = "The ferry runs again since noon. Nobody knows for how long."
    assert run(database, write(tmp_path / "d.txt", few)).not_stated == {"source": 1, "date": 1, "language": 1}
    assert run(database, tmp_path / "in" / "a.md").not_stated == {"only a month": 1}


@pytest.mark.parametrize(
    ("options", "named"), [({"language": "Martian tongue"}, "--language"), ({"published": "soon"}, "--published")]
)
def test_an_option_that_does_not_parse_is_refused(
    database: Path, tmp_path: Path, options: dict[str, str], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        run(database, write(tmp_path / "a.txt"), **options)
    assert column(database, "SELECT count(*) FROM imports") == [0]


def test_an_import_records_what_was_asked_of_it(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "it's.txt")
    run(database, file, source="Radio Lintel", topics=("A b",), language="en", published="2023")
    assert column(database, "SELECT arguments FROM imports") == [
        f"'{tmp_path}/it'\"'\"'s.txt' --source 'Radio Lintel' --language en --published 2023 --topic 'A b'"
    ]


def _collection(folder: Path) -> Sequence[Path]:
    for number in range(24):
        text = (TEXT, OTHER)[number % 2].replace("the", f"the number {number % 7}")
        write(folder / str(number % 3) / f"{number:02}.md", text, id=str(number % 11), tags=f"t{number % 4}")
    (folder / "0" / "00.md").write_bytes(b"")
    write(folder / "zh.txt", "北京的大学今天开学。" * 12)
    return sorted(folder.rglob("*.*"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_tables_are_the_same_with_workers_and_without(
    new_archive: Callable[..., Location], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    folder = tmp_path / "in"
    _collection(folder)
    monkeypatch.setattr("archive.portions.CHUNK", 4)
    tables = []
    for number in (0, jobs):
        path = new_archive("empty", f"{number}.db")
        summary = import_paths(path, [str(folder)], ImportOptions(jobs=number))
        assert summary.units == 25
        with connected(path) as connection:
            connection.execute("UPDATE articles SET created_at = ''")
            connection.execute("UPDATE article_revisions SET seen_at = ''")
            connection.execute("UPDATE sources SET created_at = ''")
            connection.execute("UPDATE topics SET created_at = ''")
            connection.execute("UPDATE schemes SET loaded_at = ''")
            connection.commit()
        items = rows(path, "SELECT * FROM import_items ORDER BY id")
        tables.append({**everything_but_imports(path), "import_items": items})
    assert tables[0] == tables[1]


REAL = ("000_cf927555115b56f1.txt", "002_92a20fb3fc943b69.txt")


@pytest.fixture
def real(shared: Path, tmp_path: Path) -> tuple[Path, Path]:
    """The two real documents, in a folder of their own where they may be changed."""
    files = [tmp_path / "real" / name for name in REAL]
    files[0].parent.mkdir()
    for file in files:
        if not (shared / "seeds" / file.name).is_file():
            pytest.skip("no real documents beside the checkout (../shared/seeds)")
        file.write_bytes((shared / "seeds" / file.name).read_bytes())
    return files[0], files[1]


@pytest.mark.shared
def test_the_real_report_comes_out_as_it_is(database: Path, real: tuple[Path, Path]) -> None:
    assert outcomes(database, real[0]) == ["added"]
    lines = real[0].read_text("utf-8").split("\n")
    ((headline, method, body),) = rows(database, "SELECT headline, headline_method, body FROM article_revisions")
    assert (headline, method) == (lines[0], "first_line")
    assert body.split("\n\n") == lines[1:13]
    related = [line.removeprefix("- ") for line in lines[13:]]
    assert len(related) == 6
    assert rows(database, "SELECT kind, text, position, after_block FROM set_aside ORDER BY position") == [
        ("related_headline", text, number, 12) for number, text in enumerate(related)
    ]
    assert rows(database, "SELECT kind, text, url FROM article_links ORDER BY position") == [
        ("related_headline", text, None) for text in related
    ]
    assert found(database, "Zhuhai") == found(database, '"box office"') == []
    assert rows(database, "SELECT source_id, published, published_precision, byline, url, language FROM articles") == [
        (*(None,) * 5, "en")
    ]
    dates = rows(database, "SELECT text, value, kind, chosen FROM article_dates ORDER BY start")
    assert {("Feb 16", "XXXX-02-16"), ("Sept 15", "XXXX-09-15")} <= {date[:2] for date in dates}
    assert {date[2:] for date in dates} == {("mentioned", 0)}
    assert "Belarus" in column(database, "SELECT topic FROM tag_overview")
    assert column(database, "SELECT name FROM sources WHERE origin = 'import'") == []


@pytest.mark.shared
def test_the_real_commentary_comes_out_as_it_is(database: Path, real: tuple[Path, Path]) -> None:
    assert outcomes(database, real[1]) == ["added"]
    ((headline, method, body),) = rows(database, "SELECT headline, headline_method, body FROM article_revisions")
    assert (headline, method) == (None, None)
    headings = rows(database, 'SELECT kind, start, "end" FROM body_blocks ORDER BY position')
    texts = [body[start:end] for _, start, end in headings]
    assert [kind for kind, _, _ in headings] == ["heading"] * 4
    assert (texts[0], texts[-1]) == ("Time of visit: Sudden", "Conclusion")
    tags = "Belarus** Lukashenko visited China"
    assert rows(database, "SELECT kind, text FROM set_aside") == [("trailing_tags", tags)]
    assert "goods and services**" in body
    assert tags not in body
    evidence = rows(database, "SELECT topic, passage, context FROM tag_overview WHERE method = 'trailing_tags'")
    assert {("Belarus", "Belarus", tags), ("China", "China", tags)} <= set(evidence)
    assert column(database, "SELECT count(*) FROM article_dates WHERE chosen") == [0]


@pytest.mark.shared
def test_the_real_documents_again_copied_and_changed(database: Path, real: tuple[Path, Path], tmp_path: Path) -> None:
    folder = real[0].parent
    assert outcomes(database, folder) == ["added", "added"]
    before = everything_but_imports(database)
    assert outcomes(database, folder) == ["unchanged", "unchanged"]
    copies = [tmp_path / "copies" / file.name for file in real]
    copies[0].parent.mkdir()
    for file, copy in zip(real, copies, strict=True):
        copy.write_bytes(file.read_bytes())
    assert outcomes(database, tmp_path / "copies") == ["duplicate", "duplicate"]
    assert everything_but_imports(database) | {"other_values": before["other_values"]} == before
    assert rows(database, "SELECT count(DISTINCT locator) FROM import_items GROUP BY article_id") == [(2,), (2,)]

    received = real[0].read_bytes()
    real[0].write_bytes(received.replace(b"post-pandemic", b"postpandemic"))
    assert outcomes(database, folder) == ["revised", "unchanged"]
    earlier, later = column(database, "SELECT body FROM article_revisions WHERE article_id = 1 ORDER BY number")
    assert earlier.replace("post-pandemic", "postpandemic") == later
    (key,) = column(database, "SELECT key FROM articles WHERE id = 1")
    assert found(database, "postpandemic") == [key]
    assert found(database, '"post pandemic"') == []
    assert_sound(database)
    content = column(
        database,
        "SELECT o.content FROM article_revisions r JOIN originals o ON o.id = r.original_id WHERE r.article_id = 1 "
        "ORDER BY r.number",
    )
    assert [zstandard.ZstdDecompressor().decompress(one) for one in content] == [received, real[0].read_bytes()]
    with reading(database) as connection:
        assert read_original(connection, key) == real[0].read_bytes()


def test_processes_that_read_are_not_made_to_load_sqlalchemy(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over: list[bytes] = []

    class Heard(Workers):
        def __init__(self, settings: Settings, jobs: int) -> None:
            handed_over.append(pickle.dumps(settings))
            super().__init__(settings, jobs)

    monkeypatch.setattr("archive.ingest.Workers", Heard)
    (tmp_path / "a.txt").write_text("The ferry left.\n")
    load_vocabulary(database, None, "topics")
    import_paths(database, [str(tmp_path)])
    (settings,) = handed_over
    assert pickle.loads(settings).names
    assert b"sqlalchemy" not in settings
