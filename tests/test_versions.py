"""Which state of a text is the current one: by when it was changed, else by when it was saved, else as they came."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from tests.engines import NewArchive, assert_sound, connected, keys_with

FIRST = (
    "The bridge at the old harbour carries 12 tonnes, the council said on Monday, and lorries have to take the road "
    "by the quarry until the summer. Two crews look at every rivet of it, and what they find goes to the mayor."
)
SECOND = FIRST.replace("12 tonnes", "9 tonnes")
THIRD = FIRST.replace("12 tonnes", "no lorry")


def write(file: Path, text: str, **front_matter: str) -> Path:
    lines = [f"{key}: {value}" for key, value in front_matter.items()]
    file.write_text("\n".join(["---", *lines, "---", text] if lines else [text]))
    return file


def run(database: Location, *paths: Path) -> list[tuple[str, str | None]]:
    """Import and return outcome and reason of each unit."""
    number = import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0)).import_id
    return rows(database, f"SELECT outcome, reason FROM import_items WHERE import_id = {number} ORDER BY position")


def rows(database: Location, query: str) -> list[tuple[Any, ...]]:
    assert_sound(database)
    with connected(database) as connection:
        return connection.execute(query).fetchall()


def current(database: Location) -> list[tuple[Any, ...]]:
    """Return of each article the number of its current revision, and its body."""
    return rows(
        database,
        "SELECT r.number, r.body FROM articles a JOIN article_revisions r ON r.id = a.revision_id ORDER BY a.id",
    )


@pytest.mark.parametrize("at_once", [True, False], ids=["one import", "an import each"])
@pytest.mark.parametrize("places", [("a", "a", "a"), ("a", "b", "c")], ids=["one place", "three places"])
@pytest.mark.parametrize(
    "times",
    [
        ({"modified": "2023-01-01"}, {"modified": "2023-02-01"}, {"modified": "2023-03-01"}),
        ({"retrieved": "2023-01-01"}, {"accessed": "2023-02-01"}, {"saved": "2023-03-01T06:00"}),
        # what was changed later is later, whenever it was saved
        (
            {"dateModified": "2023-01-01", "crawled": "2023-09-01"},
            {"updated": "2023-01-01T06:30:00+02:00", "crawled": "2023-08-01"},
            {"lastmod": "2023-01-01T05:00:00Z", "crawled": "2023-07-01"},
        ),
        (
            {"modified": "2023-01-01", "crawled": "2023-07-01"},
            {"modified": "2023-01-01", "crawled": "2023-08-01"},
            {"modified": "2023-01-01", "crawled": "2023-09-01"},
        ),
    ],
    ids=["modified", "crawled", "modified before crawled", "crawled where modified is the same"],
)
def test_the_latest_version_is_current_in_any_order(
    new_archive: NewArchive, tmp_path: Path, times: tuple[dict[str, str], ...], places: tuple[str, ...], at_once: bool
) -> None:
    if at_once and len(set(places)) == 1:
        pytest.skip("an import reads a place once")
    versions = list(zip(places, (FIRST, SECOND, THIRD), times, strict=True))
    for order in itertools.permutations(versions):
        database = new_archive("empty", "archive.db")
        files = []
        for place, text, stated in order:
            files.append(write(tmp_path / f"{place}.md", text, id="1", **stated))
            if not at_once:
                run(database, files[-1])
        if at_once:
            run(database, *files)
        ((number, body),) = current(database)
        assert body == THIRD
        assert number == 1 + [text for _, text, _ in order].index(THIRD)
        assert rows(database, "SELECT number, body FROM article_revisions ORDER BY number") == [
            (number, text) for number, (_, text, _) in enumerate(order, 1)
        ]
        assert [len(keys_with(database, word)) for word in ("12", "9", "lorry")] == [0, 0, 1]


def test_an_older_version_that_comes_later_stays_in_its_place(database: Path, tmp_path: Path) -> None:
    """Also its tags, its headline and what it says of the article, where that was said later already."""
    (tmp_path / "topics.toml").write_text(
        '[[topics]]\nname = "Freight"\nphrases = ["lorries"]\n[[topics]]\nname = "Repairs"\nphrases = ["rivet"]\n'
    )
    load_vocabulary(database, tmp_path / "topics.toml", "topics")
    later = "Bridge closed\n\n" + THIRD.replace("lorries", "vans")
    run(database, write(tmp_path / "a.md", later, id="1", updated="2023-02-01", section="Town", title="Bridge closed"))
    older = write(tmp_path / "a.md", FIRST, id="1", updated="2023-01-01", section="Harbour", title="Bridge", page="3")
    ((outcome, reason),) = run(database, older)
    assert outcome == "revised"
    assert reason is not None
    assert reason.startswith(
        "other text; an older version (modified 2023-01-01), so not the current one (modified 2023-02-01); "
    )
    assert "page filled in" in reason
    assert rows(
        database,
        "SELECT r.number, headline, section, page FROM articles a JOIN article_revisions r ON r.id = a.revision_id",
    ) == [(1, "Bridge closed", "Town", "3")]
    assert rows(database, "SELECT text FROM article_values WHERE field = 'headline'") == [("Bridge closed",)]
    assert rows(database, "SELECT rule, passage FROM tag_overview") == [("rivet", "rivet")]
    assert rows(database, "SELECT number, modified_at, crawled_at FROM article_revisions") == [
        (1, "2023-02-01", None),
        (2, "2023-01-01", None),
    ]
    # again, from another place, and one that says nothing of its time
    assert [one for one, _ in run(database, older)] == ["unchanged"]
    assert [one for one, _ in run(database, write(tmp_path / "b.md", FIRST, id="1", title="Bridge"))] == ["duplicate"]
    assert current(database)[0][0] == 1
    assert [one for one, _ in run(database, write(tmp_path / "a.md", SECOND, id="1"))] == ["revised"]
    assert current(database) == [(3, SECOND)]


def test_a_text_that_is_stated_of_a_later_time_is_current_again(database: Path, tmp_path: Path) -> None:
    """Published, corrected, and taken back: the correction came from elsewhere."""
    run(database, write(tmp_path / "a.md", FIRST, id="1", updated="2023-01-01"))
    run(database, write(tmp_path / "b.md", SECOND, id="1", updated="2023-02-01"))
    ((outcome, reason),) = run(database, write(tmp_path / "c.md", FIRST, id="1", updated="2023-03-01"))
    assert (outcome, reason) == ("revised", "revision 1 is the current one again (modified 2023-03-01)")
    assert current(database) == [(1, FIRST)]
    assert rows(database, "SELECT number, modified_at FROM article_revisions ORDER BY number") == [
        (1, "2023-03-01"),
        (2, "2023-02-01"),
    ]
    assert keys_with(database, "9") == []
    # and what lies between does not come forward
    run(database, write(tmp_path / "b.md", THIRD, id="1", updated="2023-02-15"))
    assert current(database) == [(1, FIRST)]


def test_times_that_come_later_are_taken_for_a_text_that_had_none(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", SECOND, id="1"))
    run(database, write(tmp_path / "a.md", SECOND, id="1", updated="2023-02-01", saved="2023-05-01"))
    run(database, write(tmp_path / "b.md", SECOND, id="1", updated="2023-01-01"))
    assert rows(database, "SELECT modified_at, crawled_at FROM article_revisions") == [("2023-02-01", "2023-05-01")]
    run(database, write(tmp_path / "b.md", FIRST, id="1", updated="2023-01-01"))
    assert current(database) == [(1, SECOND)]


@pytest.mark.parametrize(
    ("stated", "kept", "note"),
    [
        ("2023-02-28", "2023-02-28", None),
        ("2023-02-28 06:30", "2023-02-28", None),
        ("2023-02-28T06:30:00+08:00", "2023-02-27T22:30:00.000000Z", None),
        ("2023-02", None, "modified '2023-02' was not used: only the month is known"),
        ("2023", None, "modified '2023' was not used: only the year is known"),
        ("soon", None, "modified 'soon' was not used: "),
    ],
)
def test_times_are_kept_as_far_as_they_can_put_versions_in_order(
    database: Path, tmp_path: Path, stated: str, kept: str | None, note: str | None
) -> None:
    ((_, reason),) = run(database, write(tmp_path / "a.md", FIRST, modified=stated))
    assert rows(database, "SELECT modified_at FROM article_revisions") == [(kept,)]
    assert (reason or "").startswith(note) if note else reason is None
    assert rows(database, "SELECT 1 FROM article_values WHERE field IN ('modified', 'crawled')") == []


def test_a_sidecar_and_a_folder_can_state_when_things_were_saved(database: Path, tmp_path: Path) -> None:
    (tmp_path / "archive.toml").write_text("saved = 2023-05-01\n")
    (tmp_path / "b.txt.meta.toml").write_text("lastmod = 2023-02-28T06:30:00Z\n")
    for name, text in (("a", FIRST), ("b", "Another text, of another matter.")):
        (tmp_path / f"{name}.txt").write_text(text)
    run(database, tmp_path)
    assert rows(database, "SELECT modified_at, crawled_at FROM article_revisions ORDER BY id") == [
        (None, "2023-05-01"),
        ("2023-02-28T06:30:00.000000Z", "2023-05-01"),
    ]


def test_a_version_met_again_where_another_stood_since_is_no_new_one(database: Path, tmp_path: Path) -> None:
    run(database, write(tmp_path / "a.md", FIRST, id="1", updated="2023-01-01"))
    run(database, write(tmp_path / "a.md", SECOND, id="1", updated="2023-02-01"))
    ((outcome, reason),) = run(database, write(tmp_path / "a.md", FIRST, id="1", updated="2023-01-01"))
    key = rows(database, "SELECT key FROM articles")[0][0]
    assert (outcome, reason) == ("duplicate", f"revision 1 of {key} again")
    assert current(database) == [(2, SECOND)]
    assert len(rows(database, "SELECT 1 FROM article_revisions")) == 2
    # without a time, it is a text that returns
    assert [one for one, _ in run(database, write(tmp_path / "a.md", SECOND, id="1"))] == ["revised"]
    assert current(database) == [(3, SECOND)]
