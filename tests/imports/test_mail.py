"""Mail and news posts, imported: one Message-ID is one article."""

import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.queries import reading
from archive.queries.article import read_original
from archive.reparse import survey
from tests.engines import NewArchive, connected

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "mail"


def run(database: Location, *paths: object, stdin: bytes = b"", **options: Any) -> ImportSummary:
    return import_paths(
        database, [str(path) for path in paths], ImportOptions(**{"jobs": 0, **options}), stdin=io.BytesIO(stdin)
    )


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Messages as files and a mailbox without an ending."""
    folder = tmp_path / "mail"
    folder.mkdir()
    for path in ORIGINALS.iterdir():
        if path.suffix in ("", ".eml"):
            shutil.copy(path, folder / path.name)
    shutil.copy(ORIGINALS / "news.mbox", folder / "Inbox")
    return folder


def test_messages_have_outcomes_places_and_values(database: Path, folder: Path) -> None:
    assert run(database, folder).outcomes == {"added": 7}
    items = dict(rows(database, "SELECT locator, reader FROM import_items"))
    assert items.pop(f"{folder}/Inbox#message=1") == items.pop(f"{folder}/Inbox#message=2") == "mailbox_message"
    assert set(items.values()) == {"mail"}
    methods = "SELECT DISTINCT method FROM article_values WHERE field"
    assert rows(database, f"{methods} != 'language'") == [("header",)]
    assert rows(database, f"{methods} = 'language' ORDER BY method") == [("detected",), ("header",)]
    assert rows(
        database, "SELECT published, published_precision, published_at FROM articles WHERE published LIKE '1993%'"
    ) == [("1993-04-18T15:01:00-07:00", "minute", "1993-04-18T22:01:00.000000Z")]
    assert rows(database, "SELECT text, reason FROM article_dates WHERE kind = 'published' AND NOT chosen") == [
        ("the day after the storm", "not usable: this is no date")
    ]
    assert rows(database, "SELECT kind, count(*) FROM set_aside GROUP BY kind ORDER BY kind") == [
        ("list_footer", 1),
        ("signature", 4),
    ]
    assert rows(database, "SELECT DISTINCT media_type FROM originals") == [("message/rfc822",)]
    assert rows(database, "SELECT locator, media_type, records FROM containers") == [
        (f"{folder}/Inbox", "application/mbox", 2)
    ]
    key = rows(
        database,
        "SELECT key FROM articles a JOIN article_revisions r ON r.id = a.revision_id WHERE headline = 'Second'",
    )
    with reading(database) as connection:
        assert (ORIGINALS / "news.mbox").read_bytes().endswith(read_original(connection, key[0][0]))


def test_a_second_import_finds_all_unchanged(database: Path, folder: Path) -> None:
    run(database, folder)
    assert run(database, folder).outcomes == {"unchanged": 7}
    assert rows(database, "SELECT count(*) FROM article_revisions") == [(7,)]


def test_today_s_readers_make_the_same_of_what_is_kept(database: Path, folder: Path) -> None:
    run(database, folder)
    assert survey(database).rows() == []


def test_a_mailbox_is_its_messages_one_by_one(
    database: Location, new_archive: NewArchive, contents: Callable[[Location], dict[str, list[str]]]
) -> None:
    box = b"".join(b"From - \n" + path.read_bytes() + b"\n" for path in sorted(ORIGINALS.glob("*.eml")))
    assert run(database, "-", stdin=box).outcomes == {"added": 4}
    other = new_archive("empty", "other.db")
    for path in sorted(ORIGINALS.glob("*.eml")):
        assert run(other, path).outcomes == {"added": 1}
    one, two = contents(database), contents(other)
    for table in ("articles", "article_revisions", "article_values", "article_dates", "set_aside", "body_blocks"):
        assert one[table] == two[table], table
    assert run(other, "-", stdin=box).outcomes == {"duplicate": 4}


def test_one_message_id_is_one_article(database: Path, tmp_path: Path) -> None:
    post = (ORIGINALS / "post").read_bytes()
    for group in ("ferries", "mills"):
        (tmp_path / group).mkdir()
        (tmp_path / group / "17").write_bytes(b"Xref: news local." + group.encode() + b":17\n" + post)
    assert run(database, tmp_path / "ferries", tmp_path / "mills").outcomes == {"added": 1, "duplicate": 1}


def test_hostile_mail_fails_with_a_reason(database: Path, tmp_path: Path) -> None:
    header = b"From: a@quill.invalid\nSubject: A\nContent-Type: multipart/mixed; boundary=b\n\n"
    (tmp_path / "parts.eml").write_bytes(header + b"--b\n\nx\n" * 10_000)
    (tmp_path / "long.eml").write_bytes(header + b"x" * 3_000)
    (tmp_path / "none.eml").write_bytes(b"Only a text.")
    assert run(database, tmp_path / "parts.eml", tmp_path / "none.eml").outcomes == {"failed": 2}
    assert run(database, tmp_path / "long.eml", max_bytes=2_000).outcomes == {"failed": 1}
    assert {reason.partition(";")[0] for (reason,) in rows(database, "SELECT reason FROM import_items")} == {
        "a message of more than 1,000 parts",
        "not a message: it has no header",
        "3,076 bytes is over the limit of 2 kB",
    }


@pytest.mark.shared
def test_every_news_post_has_what_its_header_says(shared: Path, database: Path) -> None:
    folder = shared / "corpora" / "news-posts"
    if not folder.is_dir():
        pytest.skip("no news posts beside the checkout (../shared/corpora/news-posts)")
    groups = sorted(path for path in folder.iterdir() if path.is_dir())
    posts = [post for group in groups for post in sorted(group.iterdir())]
    summary = run(database, *groups)
    assert sum(summary.outcomes.values()) == summary.units == len(posts)
    assert set(summary.outcomes) <= {"added", "duplicate"}
    headers = {str(post): _header(post) for post in posts}
    found = {
        locator: values
        for locator, *values in rows(
            database,
            "SELECT i.locator, i.article_id, r.headline, s.slug, a.published_on "
            "FROM import_items i JOIN articles a ON a.id = i.article_id "
            "JOIN article_revisions r ON r.id = a.revision_id JOIN sources s ON s.id = a.source_id",
        )
    }
    assert set(found) == set(headers)
    for locator, header in headers.items():
        _, headline, slug, day = found[locator]
        assert (headline or "") == " ".join(header["subject"].split())
        first = header["newsgroups"].split(",")[0].strip()
        assert slug == re.sub("[^a-z0-9]+", "-", first.lower()).strip("-")
        date = re.search(r"(\d{1,2}) ([A-Z][a-z]{2}) (?:19)?(\d\d) ", header["date"])
        assert date is not None
        assert (
            day == f"19{date[3]}-{'JanFebMarAprMayJunJulAugSepOctNovDec'.index(date[2]) // 3 + 1:02}-{int(date[1]):02}"
        )
    by_id = Counter(header["message-id"] for header in headers.values())
    assert rows(database, "SELECT count(*) FROM articles") == [(len(by_id),)]
    for copies in json.loads((folder / "duplicates.json").read_text()):
        assert len({found[str(folder / copy)][0] for copy in copies}) == 1
    assert run(database, *groups).outcomes == {"unchanged": len(posts)}


def _header(post: Path) -> dict[str, str]:
    head = re.split(r"\r?\n\r?\n", post.read_bytes().decode("utf-8", "replace"), maxsplit=1)[0]
    lines = re.sub(r"\r?\n[ \t]+", " ", head).splitlines()
    return {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}


@pytest.mark.shared
def test_every_real_mail_has_an_outcome(shared: Path, database: Path) -> None:
    folder = shared / "corpora" / "email"
    if not folder.is_dir():
        pytest.skip("no mail beside the checkout (../shared/corpora/email)")
    summary = run(database, folder)
    assert sum(summary.outcomes.values()) == summary.units
    assert summary.outcomes["failed"] == 1  # a piece of a message
    assert rows(database, "SELECT reason FROM import_items WHERE outcome = 'failed'")[0][0].startswith("one piece of a")
    found = {
        Path(locator).name: (headline, published)
        for locator, headline, published in rows(
            database,
            "SELECT i.locator, r.headline, a.published FROM import_items i JOIN articles a ON a.id = i.article_id "
            "JOIN article_revisions r ON r.id = a.revision_id",
        )
    }
    assert found["mimekit__startrek.eml"] == ("Star Trek Party!", "1991-09-19T12:41:43-04:00")
    assert found["mimekit__ukr.eml"] == ("rr test 7", "2017-11-13T08:01:13Z")
    assert found["superdesk__charset_in_subject_email.txt"] == (
        "Google Apps News March 2015",
        "2015-02-19T17:18:40+11:00",
    )
    assert found["superdesk__odd_charset_email.txt"][0] == "TravTalk’s Special for TAAI convention"
    assert len([name for name in found if name.startswith("mimekit__simple.mbox.txt#message=")]) == 3
    assert rows(database, "SELECT DISTINCT slug FROM sources JOIN articles ON source_id = sources.id") == [
        ("gnupg-announce-gnupg-org",)
    ]
    assert set(run(database, folder).outcomes) == {"unchanged", "failed"}
