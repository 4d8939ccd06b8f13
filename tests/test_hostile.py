"""Files made to do harm: each ends as one unit with its reason, within time and memory, and costs no other."""

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.engines import connected

# A small process between: what a child took counts what its parent had, which of a process of pytest is much.
MEASURING = """
import json, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(json.dumps([usage.ru_maxrss, usage.ru_utime + usage.ru_stime]))
sys.exit(code)
"""

HOLE = 1_000_000_000  # bytes of a line, which are nowhere on the disk
SENTENCE = "The boat came into the harbour at noon, and nobody was there to see it."
P = f"<p>{SENTENCE}</p>"
SECONDS = 4


def page(body: str, head: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>Boats</title>{head}</head><body>{body}</body></html>".encode()


def message(body: str, *header: str) -> bytes:
    return "\n".join(
        ["From: a@b.example", "Subject: Boats", "Date: 1 May 2023 10:00 +0000", *header, "", body]
    ).encode()


def feed(entry: bytes, before: bytes = b"") -> bytes:
    return (
        b"<?xml version='1.0'?>"
        + before
        + b"<rss><channel><title>Post</title><item>"
        + entry
        + b"</item></channel></rss>"
    )


def nested_parts(depth: int) -> bytes:
    body = b"boat"
    for number in range(depth):
        body = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n" % (number, number, body, number)
    return b"From: a@b.example\nSubject: Boats\nDate: 1 May 2023\n" + body


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "../").replace("_", "."), content)
    return buffer.getvalue()


def nested_zips(depth: int) -> bytes:
    content = zipped(a_txt=SENTENCE.encode())
    for _ in range(depth):
        content = zipped(a_zip=content)
    return content


def linked() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, target in (
            ("a.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("b.txt", tarfile.LNKTYPE, "a.txt"),
            ("c.txt", tarfile.FIFOTYPE, ""),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    return buffer.getvalue()


ENTITIES = b"<!DOCTYPE rss [<!ENTITY a0 'boat '>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)
)
EXTERNAL = b"<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'><!ENTITY y SYSTEM 'http://203.0.113.9/'>]>"
ITEM = b"<title>Boats</title><description>%s " + SENTENCE.encode() + b"</description>"

ADDED = ""  # in place of a reason

# What each file is, and of each unit in it a part of the reason why it fails; a unit of '' is the file itself.
CASES: dict[str, tuple[bytes, dict[str, str]]] = {
    # pages
    "divs.html": (page("<div>" * 100_000 + P), {"": "no article in it"}),
    "divs-closed.html": (page("<div>" * 100_000 + P + "</div>" * 100_000), {"": "no article in it"}),
    "paragraphs.html": (page(P * 50_000), {"": ADDED}),
    "attributes.html": (
        page("<p " + " ".join(f"a{number}=x" for number in range(200_000)) + ">boat</p>" + P),
        {"": f"reading it takes more than {SECONDS} seconds; raise the limit with `--max-seconds`"},
    ),
    "marks.html": (page("<" * 1_000_000), {"": ADDED}),
    "comments.html": (page("<!-- " * 500_000 + P), {"": "no article in it"}),
    "json-ld.html": (page(P * 3, "<script type='application/ld+json'>" + "[" * 100_000 + "</script>"), {"": ADDED}),
    "long.html": (page("<p>" + "boat " * 2_100_000), {"": "a page of 10,5"}),
    # feeds
    "entities.xml": (feed(ITEM % b"&a9;", ENTITIES), {"#entry=1": ADDED}),
    "external.xml": (feed(ITEM % b"&x;&y;", EXTERNAL), {"#entry=1": ADDED}),
    "type.xml": (feed(ITEM % b"", b"<!DOCTYPE rss [" + b"<!ENTITY a 'x'>" * 100_000 + b"]>"), {"": "XML"}),
    "html.xml": (page("<ul><li>boat"), {"": "no article in it"}),
    "html.rss": (
        b"<rss><!DOCTYPE html><html><body><p>" + SENTENCE.encode(),
        {"#entry=1": "the feed breaks off before"},
    ),
    "deep.xml": (feed(b"<a>" * 100_000), {"#entry=1": "nested"}),
    "quotes.xml": (b"<rss><channel><item>" + b"<a b='" * 300_000, {"#entry=1": "breaks off"}),
    "people.xml": (
        b"<rss><channel>"
        + b"".join(
            b"<wp:author><wp:author_login>u%d</wp:author_login></wp:author>" % number for number in range(10_000)
        )
        + b"<item><title>a</title></item>" * 300,
        {f"#entry={number}": ADDED for number in range(1, 301)} | {"#entry=301": "breaks off"},
    ),
    "deep.json": (
        b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        {"#entry=1": "nested too deeply"},
    ),
    # records
    "records.jsonl": (
        b"\n".join(
            (
                b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
                b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
                b'{"text": "Boats came in.", "n": ' + b"9" * 1_000_000 + b"}",
                b'{"text": "Nets were mended.", "n": 1e' + b"9" * 1_000_000 + b"}",
                ('{"text": "Twice"' + "".join(f', "a{one}": 1, "a{one}": 2' for one in range(20_000)) + "}").encode(),
                b'{"text": "Quays were built."}',
            )
        ),
        {
            "#line=1": "nested more than 100 deep",
            "#line=2": "nested more than 100 deep",
            **dict.fromkeys(("#line=3", "#line=4", "#line=5", "#line=6"), ADDED),
        },
    ),
    # mail
    "parts.eml": (
        message("--x\n\nboat\n" * 10_000 + "--x--\n", "Content-Type: multipart/mixed; boundary=x"),
        {"": "a message of more than 1,000 parts"},
    ),
    "nested.eml": (nested_parts(200), {"": "nested more than 20 deep"}),
    "header.eml": (message(SENTENCE, *(f"X-{number}: y" for number in range(100_000))), {"": "a header of more than"}),
    "divs.eml": (message("<div>" * 100_000 + P, "Content-Type: text/html"), {"": ADDED}),
    "quoted.eml": (message(">" * 1_000_000 + " boat"), {"": ADDED}),
    "postmarks.mbox": (
        b"From a@b 10:00\nSubject: Boats\n\n" + b"From x 10:00\n" * 500_000,
        {"#message=1": "over the limit of 5,000,000"},
    ),
    # texts
    "marks.md": (b"[" * 900_000, {"": ADDED}),
    "emphasis.md": (b"*a **a " * 100_000, {"": ADDED}),
    "aliases.md": (b"---\na: &a [x,x]\nb: &b [*a,*a]\ntitle: *b\n---\n" + SENTENCE.encode(), {"": ADDED}),
    "spaces.txt": (b"boat" + b" " * 4_000_000 + b"boat", {"": ADDED}),
    # packed
    "bomb.txt.gz": (gzip.compress(bytes(10_000_000)) * 100, {"": "over the limit of 20 MB"}),
    "bomb.zip": (
        zipped(**{f"{number}_txt": bytes(15_000_000) for number in range(9)}),
        {**{f"#member={number}.txt": "not text" for number in range(7)}, "": "it unpacks to more than"},
    ),
    "nested.zip": (
        nested_zips(9),
        {"#member=a.zip#member=a.zip#member=a.zip#member=a.zip": "packed more than 4 times"},
    ),
    "paths.zip": (
        zipped(__escaped_txt=SENTENCE.encode(), plain_txt=f"{SENTENCE} It left.".encode()),
        {"#member=../escaped.txt": ADDED, "#member=plain.txt": ADDED},
    ),
    "links.tar": (linked(), {f"#member={name}.txt": "" if name == "z" else "a " for name in "abc"}),
    "lines.jsonl.gz": (
        gzip.compress(b"\n" * 10_000_000) * 20,
        {"": f"taking it apart takes more than {SECONDS} seconds for one unit; raise the limit with `--max-seconds`"},
    ),
    "cut.txt.gz": (gzip.compress(os.urandom(100_000))[:5_000], {"": "its gzip data breaks off"}),
    # and one that does no harm
    "z.txt": (b"Nobody saw that the last boat had gone.", {"": ADDED}),
}
HOLES = {
    "hole.jsonl": (b'{"text": "', {"#line=1": "a line of 1,000,000,010 bytes is over the limit of 20,000,000"}),
    "hole.txt": (b"boat", {"": "1,000 MB is over the limit of 20 MB"}),
    "hole.html": (b"<html><p>boat", {"": "1,000 MB is over the limit of 20 MB"}),
    "hole.xml": (b"<rss><channel><item><title>", {"#entry=1": "breaks off"}),
    "hole.mbox": (b"From a@b 10:00\nSubject: ", {"#message=1": "over the limit of 20,000,000"}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, (content, _) in CASES.items():
        (folder / name).write_bytes(content)
    for name, (content, _) in HOLES.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            # what is looked through byte by byte is a test with less, too
            file.truncate(len(content) + (HOLE // 10 if name in ("hole.xml", "hole.mbox") else HOLE))
    return folder


def test_each_ends_with_its_reason_within_time_and_memory(folder: Path, database: Path) -> None:
    limits = ["--max-size", "20", "--max-unpacked", "100", "--max-seconds", str(SECONDS), "--max-memory", "900"]
    used = folder.parent / "used.json"
    importing = [sys.executable, "-m", "archive", "--db", str(database), "import", "-q", "-f", "json", *limits]
    process = subprocess.run(
        [sys.executable, "-c", MEASURING, str(used), *importing, str(folder)],
        capture_output=True,
        text=True,
    )
    said, summary = process.stderr, json.loads(process.stdout)
    assert process.returncode == 1
    assert "Traceback" not in said and "defect" not in said, said

    with connected(database) as connection:
        rows = connection.execute("SELECT locator, outcome, coalesce(reason, '') FROM import_items").fetchall()
        bodies = "\n".join(body for (body,) in connection.execute("SELECT body FROM article_revisions"))
    found = {place.removeprefix(f"{folder}/"): (outcome, reason) for place, outcome, reason in rows}
    assert len(found) == len(rows) == summary["units"]
    assert found.keys() == {name + unit for name, (_, units) in (CASES | HOLES).items() for unit in units}
    for name, (_, units) in (CASES | HOLES).items():
        for unit, reason in units.items():
            outcome, said = found[name + unit]
            assert (outcome, reason in said) == ("failed" if reason else outcome, True), (name + unit, outcome, said)
            assert reason or outcome in ("added", "duplicate"), (name + unit, outcome, said)
    assert "root:" not in bodies  # of /etc/passwd
    assert not list(folder.parent.rglob("escaped.txt"))
    # of the largest of all processes; others may take processors, so that only what they cannot take is bounded
    largest, seconds = json.loads(used.read_text())
    assert largest * (1 if sys.platform == "darwin" else 1024) < 1_000_000_000
    assert seconds < 90
