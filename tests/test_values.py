"""Where each value of an article comes from, what wins, and what is said of the values that did not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.normalize.tokens import tokenize
from tests.engines import connected

TEXT = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. "
    "The water stood five centimetres below the mark, and two crews worked until late at night to mend the planks. "
    "People crossed by the bridge instead, which took them an hour, and some of them said they would rather wait. "
    "The council told Xinhua News Agency that it meets again on Thursday to decide about a second boat."
)


def write(file: Path, text: str = TEXT, **front_matter: str) -> Path:
    lines = [f"{key}: {value}" for key, value in front_matter.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes("\n".join(["---", *lines, "---", text] if lines else [text]).encode())
    return file


def run(database: Path, *paths: Path, **options: Any) -> ImportSummary:
    return import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0, **options))


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def last(database: Path) -> tuple[str, str | None]:
    """Return outcome and reason of the last unit."""
    ((outcome, reason),) = rows(database, "SELECT outcome, reason FROM import_items ORDER BY id DESC LIMIT 1")
    return outcome, reason


def source(database: Path) -> list[tuple[Any, ...]]:
    """Return name, and method of the source of each article."""
    return rows(
        database,
        "SELECT s.name, v.method FROM articles a LEFT JOIN sources s ON s.id = a.source_id "
        "LEFT JOIN article_values v ON v.article_id = a.id AND v.field = 'source' ORDER BY a.id",
    )


PUBLISHED = (
    "published, published_from, published_until, published_on, published_at, published_precision, published_method"
)

# From the nearest to the farthest; each layer alone would give the source "S" and its number.
LAYERS = ("front matter", "sidecar", "nearer folder", "farther folder", "option", "domain")


def lay(folder: Path, layers: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """Write a file and what stands beside it, and return what to import with which options."""
    front = {}
    if "domain" in layers:
        front["url"] = "https://news.belta.by/mill"
    if "front matter" in layers:
        front |= {"source": "S0", "section": "front", "tags": "Ferries"}
    file = write(folder / "near" / "a.md", **front)
    if "sidecar" in layers:
        file.with_name("a.md.meta.toml").write_text('source = "S1"\nsection = "side"\ntopics = ["Storms"]\n')
    if "nearer folder" in layers:
        (folder / "near" / "archive.toml").write_text('source = "S2"\nsection = "near"\ntopics = ["Mills"]\n')
    if "farther folder" in layers:
        (folder / "archive.toml").write_text('source = "S3"\nsection = "far"\ntopics = ["Bridges"]\n')
    return folder, {"source": "S4"} if "option" in layers else {}


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_the_nearest_value_wins(database: Path, tmp_path: Path, number: int) -> None:
    folder, options = lay(tmp_path / "in", LAYERS[number:])
    assert run(database, folder, **options).outcomes == {"added": 1}
    expected = [
        ("S0", "front_matter"),
        ("S1", "sidecar"),
        ("S2", "archive_toml"),
        ("S3", "archive_toml"),
        ("S4", "option"),
        ("BelTA", "domain"),
    ]
    assert source(database) == [expected[number]]
    assert rows(database, "SELECT section FROM articles") == [
        (("front", "side", "near", "far", None, None)[number],),
    ]


def test_topics_of_all_layers_add_up(database: Path, tmp_path: Path) -> None:
    folder, _ = lay(tmp_path / "in", LAYERS)
    run(database, folder, topics=("Rivers", "Ferries"))
    assert rows(database, "SELECT topic, given_by FROM tag_overview WHERE method = 'given' ORDER BY 1, 2") == [
        ("Bridges", "archive_toml"),
        ("Ferries", "front_matter"),
        ("Ferries", "option"),
        ("Mills", "archive_toml"),
        ("Rivers", "option"),
        ("Storms", "sidecar"),
    ]
    assert rows(
        database, "SELECT count(*) FROM article_topics g JOIN topics t ON t.id = g.topic_id WHERE t.origin = 'import'"
    ) == [(5,)]


def test_a_later_import_of_the_place_fills_in_what_was_not_known(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.md")
    run(database, file)
    assert source(database) == [(None, None)]
    run(database, file, source="Xinhua", language="EN", published="2023-02")
    assert last(database) == ("revised", "source filled in; language now given by option; published filled in")
    assert source(database) == [("Xinhua News Agency", "option")]
    assert rows(database, "SELECT language, published FROM articles") == [("en", "2023-02")]
    assert rows(database, "SELECT text, method, chosen FROM article_dates WHERE kind = 'published'") == [
        ("2023-02", "option", 1)
    ]
    run(database, file)
    assert last(database) == ("unchanged", None)
    assert source(database) == [("Xinhua News Agency", "option")]


@pytest.mark.parametrize("same", [{"id": "17"}, {"url": "https://mill.example/a"}])
def test_a_later_import_of_the_id_or_url_fills_in_what_was_not_known(
    database: Path, tmp_path: Path, same: dict[str, str]
) -> None:
    run(database, write(tmp_path / "a.md", **same))
    run(
        database, write(tmp_path / "b.md", **same, date="2023-02-28", author="A. Okoro", section="Harbour", kind="news")
    )
    outcome, reason = last(database)
    assert outcome == "revised"
    for name in ("published", "authors", "section", "kind"):
        assert f"{name} filled in" in (reason or "")
    assert rows(database, "SELECT published, byline, section, kind FROM articles") == [
        ("2023-02-28", "A. Okoro", "Harbour", "news")
    ]
    assert rows(database, "SELECT authors FROM documents") == [("A. Okoro",)]


def test_an_id_alone_that_comes_later_is_filled_in(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md"))
    run(database, write(tmp_path / "a.md", id="17"))
    assert last(database) == ("revised", "id filled in")
    assert rows(database, "SELECT scheme, value FROM article_identifiers WHERE scheme = 'id'") == [("id", "17")]
    run(database, write(tmp_path / "b.md", TEXT.replace("Monday", "Friday"), id="17"))
    assert last(database) == ("revised", "other text")


def test_a_nearer_value_replaces_a_farther_one_and_never_the_other_way(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    sidecar = tmp_path / "a.md.meta.toml"
    run(database, write(file), source="Xinhua", published="2023")
    sidecar.write_text('source = "TASS"\npublished = "2023-02"\n')
    run(database, file)
    assert last(database) == ("revised", "published changed; source changed")
    assert source(database) == [("TASS", "sidecar")]
    sidecar.unlink()
    run(database, file, source="Reuters", published="2024-01-01")
    assert last(database) == (
        "unchanged",
        "source 'Reuters' (option) was not taken: sidecar said 'TASS'; "
        "published '2024-01-01' (option) was not taken: sidecar said '2023-02'",
    )
    assert source(database) == [("TASS", "sidecar")]
    assert rows(database, f"SELECT {PUBLISHED} FROM articles") == [
        ("2023-02", "2023-02-01T00:00:00", "2023-03-01T00:00:00", None, None, "month", "sidecar")
    ]
    assert rows(
        database, "SELECT text, method, chosen, reason FROM article_dates WHERE kind = 'published' ORDER BY id"
    ) == [
        ("2023", "option", 0, "a later import gave another"),
        ("2023-02", "sidecar", 1, None),
        ("2024-01-01", "option", 0, "the article had a date already"),
    ]


def test_a_value_that_changes_where_it_stood_is_changed(database: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    run(database, write(file, author="A. Okoro", date="2023-02"))
    run(database, write(file, author="Li Wei; A. Okoro", date="2023-02-28"))
    assert last(database)[0] == "revised"
    assert sorted((last(database)[1] or "").split("; ")) == ["authors changed", "published changed"]
    assert rows(database, "SELECT authors, published FROM documents") == [("Li Wei; A. Okoro", "2023-02-28")]
    assert rows(database, "SELECT count(*) FROM article_authors") == [(2,)]


def test_another_place_as_near_does_not_replace_a_value(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", id="17", date="2023-02"))
    run(database, write(tmp_path / "b.md", id="17", date="2023-03"))
    assert last(database) == (
        "duplicate",
        f"the text of {rows(database, 'SELECT key FROM articles')[0][0]} at another place; "
        "published '2023-03' (front_matter) was not taken: front_matter said '2023-02'",
    )


def test_a_value_confirmed_from_nearer_is_not_replaced_from_farther(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", url="https://mill.example/a"), published="2023-02")
    run(database, write(tmp_path / "a.md", url="https://mill.example/a", date="2023-02"))
    assert last(database) == ("revised", "published now given by front_matter")
    other = write(tmp_path / "b" / "b.md", url="https://mill.example/a")
    (tmp_path / "b" / "archive.toml").write_text('published = "2024"\n')
    run(database, other)
    assert "was not taken: front_matter said '2023-02'" in (last(database)[1] or "")
    assert rows(database, "SELECT published, published_method FROM articles") == [("2023-02", "front_matter")]


def test_the_same_value_written_otherwise_elsewhere_is_no_contradiction(database: Path, tmp_path: Path) -> None:
    run(
        database,
        write(
            tmp_path / "a.md",
            url="https://belta.by/a",
            date="2023-02-28",
            author="By A. Okoro",
            lang="zh-Hant",
            source="BelTA",
        ),
    )
    run(
        database,
        write(
            tmp_path / "b.md",
            url="http://www.belta.by/a/?utm_medium=y",
            date="28 February 2023",
            author="A. Okoro",
            lang="zh_hant",
            source="БелТА",
        ),
    )
    outcome, reason = last(database)
    assert outcome == "duplicate"
    assert "not taken" not in (reason or "")
    assert len(rows(database, "SELECT id FROM articles")) == 1


def test_a_known_value_that_is_none_by_now_is_another(database: Path, tmp_path: Path) -> None:
    """As where an older program took a text for a date that this one does not."""
    run(database, write(tmp_path / "a.md", id="17", date="2023-02"))
    with connected(database) as connection:
        connection.execute("UPDATE article_values SET text = 'the day before' WHERE field = 'published'")
        connection.commit()
    run(database, write(tmp_path / "b.md", id="17", date="2023"))
    assert "published '2023' (front_matter) was not taken: front_matter said 'the day before'" in (
        last(database)[1] or ""
    )


@pytest.mark.parametrize(
    ("key", "bad", "note"),
    [
        ("date", "the day before", "date 'the day before' was not used"),
        ("lang", "plain English", "language 'plain English' was not used"),
        ("url", "mill dot example", "url 'mill dot example' was not used"),
    ],
)
def test_a_bad_value_alone_does_not_fail_a_unit(database: Path, tmp_path: Path, key: str, bad: str, note: str) -> None:
    file = write(tmp_path / "a.md", **{key: bad, "section": "Harbour"})
    assert run(database, file).outcomes == {"added": 1}
    assert note in (last(database)[1] or "")
    assert rows(database, "SELECT section, published, language, url FROM articles") == [("Harbour", None, "en", None)]


def test_a_bad_value_leaves_the_next_farther_one(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", date="soon", lang="plain English"), published="2023-02", language="en")
    assert rows(database, "SELECT published, published_method, language FROM articles") == [("2023-02", "option", "en")]
    dates = rows(database, "SELECT text, value, precision, chosen, reason FROM article_dates WHERE kind = 'published'")
    assert dates[0][:4] == ("soon", None, None, 0)
    assert dates[0][4].startswith("not usable: ")
    assert dates[1:] == [("2023-02", "2023-02", "month", 1, None)]


def test_a_bad_date_that_comes_later_is_kept_once(database: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "a.md", date="2023")
    run(database, file)
    for date in ("soon", "soon ", "2023", "soon"):
        run(database, write(file, date=date))
    assert rows(database, "SELECT text, chosen FROM article_dates WHERE kind = 'published'") == [
        ("2023", 1),
        ("soon", 0),
    ]
    assert rows(database, "SELECT published FROM articles") == [("2023",)]


def test_a_farther_date_is_kept_with_the_reason_why_it_was_not_chosen(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", date="2023-02-28"), published="2024")
    assert rows(database, "SELECT text, method, chosen, reason FROM article_dates WHERE kind = 'published'") == [
        ("2023-02-28", "front_matter", 1, None),
        ("2024", "option", 0, "front_matter is nearer"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023", ("2023", "2023-01-01T00:00:00", "2024-01-01T00:00:00", None, None, "year")),
        ("2023-02", ("2023-02", "2023-02-01T00:00:00", "2023-03-01T00:00:00", None, None, "month")),
        ("Feb 2023", ("2023-02", "2023-02-01T00:00:00", "2023-03-01T00:00:00", None, None, "month")),
        (
            "2024-02-28",
            ("2024-02-28", "2024-02-28T00:00:00", "2024-02-29T00:00:00", "2024-02-28", None, "day"),
        ),
        (
            "2023-12-05T09:15",
            ("2023-12-05T09:15", "2023-12-05T09:15:00", "2023-12-05T09:16:00", "2023-12-05", None, "minute"),
        ),
        (
            "2023-03-01T06:30:00+08:00",
            (
                "2023-03-01T06:30:00+08:00",
                "2023-03-01T06:30:00",
                "2023-03-01T06:30:01",
                "2023-03-01",
                "2023-02-28T22:30:00.000000Z",
                "second",
            ),
        ),
    ],
)
def test_a_time_of_publication_stays_as_exact_as_it_is_given(
    database: Path, tmp_path: Path, text: str, expected: tuple[str | None, ...]
) -> None:
    run(database, write(tmp_path / "a.md", date=text))
    assert rows(database, f"SELECT {PUBLISHED} FROM articles") == [(*expected, "front_matter")]
    has_zone = expected[4] is not None
    assert rows(
        database, "SELECT text, value, precision, has_zone, chosen FROM article_dates WHERE kind = 'published'"
    ) == [(text, expected[0], expected[5], has_zone, 1)]
    assert rows(database, "SELECT published_as_read FROM import_items") == [(text,)]


@pytest.mark.parametrize(
    ("named", "name", "origin"),
    [
        ("Xinhua News Agency", "Xinhua News Agency", "vocabulary"),
        ("  xinhua\tNEWS agency", "Xinhua News Agency", "vocabulary"),
        ("新华社", "Xinhua News Agency", "vocabulary"),
        ("www.News.cn", "Xinhua News Agency", "vocabulary"),
        ("https://english.news.cn/home", "Xinhua News Agency", "vocabulary"),
        ("The Mill Post", "The Mill Post", "import"),
        ("St. Orla News", "St. Orla News", "import"),
    ],
)
def test_a_source_is_found_by_name_alias_or_domain_or_made(
    database: Path, tmp_path: Path, named: str, name: str, origin: str
) -> None:
    run(database, write(tmp_path / "a.txt"), source=named)
    assert rows(database, "SELECT s.name, s.origin FROM articles a JOIN sources s ON s.id = a.source_id") == [
        (name, origin)
    ]
    made = rows(database, "SELECT count(*) FROM sources WHERE origin = 'import'")
    assert made == [(int(origin == "import"),)]


def test_a_source_that_was_made_is_found_again_however_it_is_spelled(database: Path, tmp_path: Path) -> None:
    files = [write(tmp_path / f"{name}.md", f"{TEXT} {name}", source=name) for name in ("Mill Post", "MILL  post")]
    run(database, files[0])
    run(database, files[1])
    assert len(rows(database, "SELECT DISTINCT source_id FROM articles")) == 1
    run(database, write(tmp_path / "c.md", f"{TEXT} c", source="Mill-Post"))
    assert rows(database, "SELECT slug FROM sources WHERE origin = 'import' ORDER BY id") == [
        ("mill-post",),
        ("mill-post-2",),
    ]


def test_the_domain_of_a_url_gives_the_source_where_nothing_nearer_does(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", url="https://eng.belta.by/a"))
    run(database, write(tmp_path / "b.md", url="https://notbelta.by/b"))
    assert source(database) == [("BelTA", "domain"), (None, None)]


def test_an_agency_quoted_in_a_text_is_not_its_source(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.txt"))
    assert "Xinhua News Agency" in TEXT
    assert source(database) == [(None, None)]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("Belarus", "belarus"),
        ("republic of BELARUS", "belarus"),
        ("白俄罗斯", "belarus"),
        ("local:belarus", "belarus"),
        ("hong-kong", "hong-kong"),
        ("places", "places"),
    ],
)
def test_a_given_topic_is_found_by_name_alias_or_code(database: Path, tmp_path: Path, named: str, code: str) -> None:
    run(database, write(tmp_path / "a.txt", "Short."), topics=(named,))
    assert rows(database, "SELECT scheme, code, method, passage, given_by FROM tag_overview") == [
        ("local", code, "given", named, "option")
    ]
    assert rows(database, "SELECT count(*) FROM topics WHERE origin = 'import'") == [(0,)]


def test_given_topics_that_are_not_known_are_made_once(database: Path, tmp_path: Path) -> None:
    names = ("Old mills", "old-mills", "OLD MILLS", "C++", "C", "C#", "!?", "medtop:20000574")
    run(database, write(tmp_path / "a.txt", "Short."), topics=names)
    run(database, write(tmp_path / "b.txt", "Another."), topics=names)
    assert rows(database, "SELECT scheme, code, name FROM topics WHERE origin = 'import' ORDER BY id") == [
        ("local", "old-mills", "Old mills"),
        ("local", "c", "C++"),
        ("local", "c-2", "C"),
        ("local", "c-3", "C#"),
        ("local", "x", "!?"),
        ("local", "medtop-20000574", "medtop:20000574"),
    ]
    assert rows(database, "SELECT count(*) FROM article_topics GROUP BY article_id") == [(6,), (6,)]


def test_every_passage_of_the_seeds_is_what_stands_at_its_offsets(seeds_archive: Path) -> None:
    evidence = rows(
        seeds_archive,
        'SELECT e.rule, e.field, e.start, e."end", o.passage, r.headline, r.body, s.text '
        "FROM tag_evidence e LEFT JOIN article_revisions r ON r.id = e.revision_id "
        "LEFT JOIN set_aside s ON s.id = e.set_aside_id "
        "JOIN article_topics g ON g.id = e.article_topic_id JOIN articles a ON a.id = g.article_id "
        "JOIN topics t ON t.id = g.topic_id JOIN tag_overview o ON o.doc_id = a.key AND o.code = t.code "
        'AND o.field = e.field AND o.start = e.start AND o."end" = e."end" AND o.rule = e.rule '
        "WHERE e.field != 'topics'",
    )
    assert len(evidence) > 50
    assert {row[1] for row in evidence} == {"headline", "body", "set_aside"}
    for rule, field, start, end, passage, headline, body, aside in evidence:
        text = {"headline": headline, "body": body, "set_aside": aside}[field]
        assert text[start:end] == passage
        assert tokenize(passage) == tokenize(rule)


def test_every_date_of_the_seeds_is_what_stands_at_its_offsets(seeds_archive: Path) -> None:
    dates = rows(
        seeds_archive,
        "SELECT d.text, substr(CASE d.field WHEN 'headline' THEN r.headline ELSE r.body END, d.start + 1, "
        'd."end" - d.start) '
        "FROM article_dates d JOIN article_revisions r ON r.id = d.revision_id WHERE d.kind = 'mentioned'",
    )
    assert len(dates) > 5
    assert all(text == passage for text, passage in dates)


@pytest.mark.parametrize(
    ("field", "stands", "other", "column"),
    [
        ("section", "Harbour", "Town", "section"),
        ("date", "2023-02-28", "2023-01", "published"),
        ("date", "2023-02-27", "2023-02-28", "published"),
        ("author", "A. Okoro", "By Li Wei", "byline"),
        ("source", "Alpha Post", "Beta News", "(SELECT name FROM sources WHERE id = source_id)"),
        ("lang", "be", "EN", "language"),
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
def test_of_two_values_equally_near_the_same_stands_in_any_order(
    database: Path, tmp_path: Path, field: str, stands: str, other: str, column: str, first: bool
) -> None:
    said = (stands, other) if first else (other, stands)
    for number, text in enumerate(said):
        run(database, write(tmp_path / f"{number}.md", url="https://mill.example/a", **{field: text}))
    assert rows(database, f"SELECT {column} FROM articles") == [(stands,)]
    outcome, reason = last(database)
    assert outcome == ("duplicate" if first else "revised")
    assert (f"'{other}' (front_matter) was not taken" if first else f"changed from '{other}'") in (reason or "")
    # a place that corrects its own value is believed
    run(database, write(tmp_path / f"{said.index(stands)}.md", url="https://mill.example/a", **{field: "2024"}))
    if field == "date":
        assert rows(database, f"SELECT {column} FROM articles") == [("2024",)]
