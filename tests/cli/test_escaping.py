"""Nothing that stands in an article or in a file's name is obeyed by a terminal."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from archive.db.location import Location
from tests.engines import Archives, NewArchive, connected

Run = Callable[..., Result]

MARKUP = "[link=https://evil.example]here[/link] [bold]bold[/bold] :smile:"
NASTY = f"\x1b]0;title\x07 \x9b31m {MARKUP} \x85\u202eright\u2066\r\x00"
STORED = {"sqlite": NASTY, "postgresql": NASTY.replace("\0", "")}  # a server keeps no text with NUL in it
LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(scope="module")
def nasty_once(archives: Archives, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Location]:
    """An archive in which every text that comes from outside has all that is nasty in it."""
    from archive.ingest import ImportOptions, import_paths

    folder = tmp_path_factory.mktemp("nasty")
    archive = archives.copy(engine, "empty", tmp_path_factory.mktemp("archive") / "archive.db")
    place = folder / "a\x1b]0;title\x07\nb.md"
    place.write_text(
        "---\ntitle: T\nsource: S\nauthor: A\ntags: [G]\nurl: https://a.example/x\n---\nThe trade body, 2023.\n"
    )
    (folder / "\x1b[31mred\n.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    import_paths(archive, [str(folder)], ImportOptions(jobs=0))
    with connected(archive) as connection, connection:
        # straight into the tables: what an import mends today it may not have mended when an archive was made
        for table, columns in {
            "article_revisions": ("headline", "body"),
            "articles": ("url", "section", "language", "byline"),
            "sources": ("name", "slug", "kind", "country"),
            "topics": ("name", "code", "scheme"),
            "authors": ("name",),
            "imports": ("arguments", "reason"),
            "import_items": ("reason",),
            "article_values": ("text",),
            "article_dates": ("text", "reason", "value"),
            "tag_evidence": ("given_text",),
        }.items():
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = coalesce({column}, '') || ? || id", (STORED[engine],)
                )
        revision = connection.execute("SELECT revision_id FROM articles").fetchone()[0]
        connection.execute(
            "INSERT INTO set_aside (revision_id, after_block, position, kind, text, rule, rule_version)"
            " VALUES (?, 0, 9, 'caption', ?, 'r', 1)",
            (revision, STORED[engine]),
        )
        for kind in ("link", "related_headline"):
            connection.execute(
                "INSERT INTO article_links (revision_id, position, kind, text, url) VALUES (?, ?, ?, ?, ?)",
                (revision, 90 + len(kind), kind, STORED[engine], STORED[engine]),
            )
    yield archive
    archives.gone(archive)


@pytest.fixture
def nasty(nasty_once: Location, new_archive: NewArchive, run: Run) -> Run:
    archive = new_archive(nasty_once, "nasty.db")
    return lambda *words, **how: run("--db", archive, *words, **how)


def key(nasty: Run) -> str:
    return str(json.loads(nasty("list", "-f", "json").stdout)[0]["key"])


@pytest.mark.parametrize(
    "call",
    [
        ["list"],
        ["search", "trade"],
        ["show", "KEY"],
        ["why", "KEY"],
        ["sources"],
        ["topics"],
        ["imports"],
        ["imports", "show", "1"],
        ["sql", 'SELECT headline, body, 1 AS "\x1b[31m\x07[bold]x", 2 AS "\n" FROM article_revisions'],
    ],
    ids=lambda call: call[0],
)
@pytest.mark.parametrize("form", ["table", "json", "jsonl"])
@pytest.mark.parametrize("width", [40, 120])
def test_nothing_is_obeyed(call: list[str], form: str, width: int, nasty: Run) -> None:
    words = [key(nasty) if word == "KEY" else word for word in call]
    answer = nasty(*words, "-f", form, width=width)
    assert answer.exit_code == 0, answer.stderr
    assert not LIVE.search(answer.stdout + answer.stderr)
    if call[0] != "imports" or call[1:]:
        shown = re.sub(r"\s+", "", answer.stdout)
        assert "title" in shown
        assert "\\x07" in shown or "\\u0007" in shown
    if form == "table" and call[0] in ("show", "why", "search"):
        shown = re.sub(r"\s+", "", answer.stdout)
        assert MARKUP.replace(" ", "") in shown


def test_json_says_all_the_same(nasty: Run, engine: str) -> None:
    article = json.loads(nasty("show", key(nasty), "-f", "json").stdout)
    assert STORED[engine] in article["body"]
    assert STORED[engine] in article["headline"]
    assert STORED[engine] in [passage["text"] for passage in article["set_aside"]]


def test_csv_for_a_file_has_what_is_there(nasty: Run, engine: str) -> None:
    assert STORED[engine].encode() in nasty("sql", "SELECT headline FROM article_revisions", "-f", "csv").stdout_bytes


@pytest.mark.parametrize(
    "words", [["show", NASTY], ["list", "--source", NASTY], ["list", "--since", NASTY], ["sql", NASTY]]
)
def test_errors_are_not_obeyed(words: list[str], nasty: Run) -> None:
    answer = nasty(*words)
    assert answer.exit_code in (1, 2)
    assert answer.stderr
    assert not LIVE.search(answer.stdout + answer.stderr)


def test_what_an_import_says_is_not_obeyed_and_stays_on_its_line(run: Run, database: Location, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "\x1b]0;title\x07\nfailed: forged.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (folder / "note\x9b\n.md").write_text('---\ndate: "\\e]0;title\\a"\nsource: "\\x9b31m\\n"\n---\nA body.\n')
    answer = run("--db", database, "import", folder)
    assert answer.exit_code == 1
    assert not LIVE.search(answer.stdout + answer.stderr)
    lines = answer.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == ["failed", "note"]
    assert "\\x1b]0;title\\x07" in lines[0]
    assert "failed: forged.png: not text" in lines[0]
    assert ".md: date" in lines[1]


def test_an_archive_with_a_nasty_name(run: Run, tmp_path: Path) -> None:
    answer = run("--db", tmp_path / "\x1b]0;title\x07.db", "list")
    assert answer.exit_code == 1
    assert "\\x1b]0;title\\x07.db" in answer.stderr
    assert not LIVE.search(answer.stderr)
