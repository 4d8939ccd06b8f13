"""Articles forgotten: nothing of them is left in any byte of the archive, and they do not come again."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import URL

from archive.db import wiping
from archive.db.backups import backup
from archive.db.location import Location
from archive.decide import Wish, decide, undo
from archive.decisions_file import dump_decisions, restore_decisions
from archive.errors import ArchiveError, ForgottenError, NotFoundError, UsageError
from archive.forget import foresee, forget
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.articles import find_article_id
from archive.queries.decisions import list_decisions
from archive.queries.imports import list_import_items
from archive.queries.verification import verify
from archive.repair import repair
from tests.engines import connected, rows, state

SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "articles"

Contents = Callable[[Location], dict[str, list[str]]]

# each stands in one place of the article, and shares its beginning with no other word
SECRETS = {
    "headline": "xqheadlinexq",
    "body": "qzbodyqz",
    "revised": "jvrevisedjv",
    "author": "kzauthorkz",
    "url": "vjurlvj",
    "source": "wqsourcewq",
    "topic": "gxtopicgx",
    "section": "zfsectionzf",
    "comment": "bvcommentbv",
    "decided": "fkdecidedfk",
    "because": "pqbecausepq",
    "tagged": "hjtaggedhj",
}
WORDS = ("old", "new", "far", "near", "cold", "warm", "low", "high")
LONG = " ".join(f"The {word} harbour kept its own count of boats." for word in WORDS)


def piece(headline: str, body: str, **values: str) -> str:
    front = "".join(f"{name}: {value}\n" for name, value in values.items())
    return f"---\n{front}---\n\n# {headline}\n\n{body}\n"


SECRET = piece(
    SECRETS["headline"],
    f"{LONG} Nobody saw the {SECRETS['body']} leave.",
    url=f"https://{SECRETS['url']}.example/piece",
    author=SECRETS["author"],
    source=SECRETS["source"],
    section=SECRETS["section"],
    tags=f"[{SECRETS['topic']}]",
    comment=SECRETS["comment"],
    published="2023-02-28",
)


def import_all(path: Location, folder: Path) -> dict[str, int]:
    return dict(import_paths(path, [str(folder)], ImportOptions(jobs=0)).outcomes)


def key_of(path: Location, file: str) -> str:
    ((key,),) = rows(
        path,
        "SELECT DISTINCT a.key FROM articles a JOIN import_items i ON i.article_id = a.id "
        f"WHERE i.locator LIKE '%/{file}'",
    )
    return str(key)


def files_of(archive: Location) -> dict[str, bytes]:
    """Return all bytes that an archive is kept in: a file and those beside it, or the files of a database."""
    if isinstance(archive, Path):
        files = {suffix: archive.with_name(archive.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")}
        return {suffix: file.read_bytes() for suffix, file in files.items() if file.exists()}
    with connected(archive) as connection:
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone()
        (number,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return {"": b"".join(file.read_bytes() for file in Path(folder, "base", str(number)).iterdir())}


def traces(archive: Location, frames: list[bytes]) -> list[str]:
    """Return which secrets, or original bytes, or frames of them, stand anywhere in what an archive is kept in."""
    found = []
    for suffix, content in files_of(archive).items():
        # the index leaves out what a word shares with the one before it: its end is enough
        found += [f"{name}{suffix}" for name, word in SECRETS.items() if word[2:].encode() in content]
        found += [f"frame{suffix}" for frame in frames if frame[8:60] in content]
    return found


def frames_of(path: Location) -> list[bytes]:
    return [content for (content,) in rows(path, "SELECT content FROM originals") if b"xq" in unpacked(content)]


def unpacked(content: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "secret.md").write_text(SECRET)
    (folder / "other.md").write_text(piece("Eels counted twice", "Eels were counted twice, and once by boat."))
    return folder


@pytest.fixture
def archive(seeds_archive: Location, folder: Path) -> Location:
    """An archive with much else, in which an article was imported, revised, decided about, and so written often."""
    import_all(seeds_archive, folder)
    (folder / "secret.md").write_text(SECRET.replace("leave.", f"leave, {SECRETS['revised']} said."))
    import_all(seeds_archive, folder)
    key = key_of(seeds_archive, "secret.md")
    decide(
        seeds_archive, [Wish(key, {"headline": SECRETS["decided"]}, [SECRETS["tagged"]], [], SECRETS["because"])], "A"
    )
    return seeds_archive


def test_nothing_is_left_in_any_byte(archive: Location, folder: Path) -> None:
    frames = frames_of(archive)
    assert len(frames) == 2
    with connected(archive) as connection:
        connection.execute("ANALYZE")  # notes samples of values
        connection.commit()
    assert len(traces(archive, frames)) >= len(SECRETS) + 2 - 1
    key = key_of(archive, "secret.md")
    done = forget(archive, [key[:7]], "a court said so", "Ada")
    assert [(one.article_key, one.reason, one.who) for one in done.made] == [(key, "a court said so", "Ada")]
    assert traces(archive, frames) == []
    assert rows(archive, "SELECT wiped FROM tombstones") == [(1,)]
    if isinstance(archive, Path):
        assert not archive.with_name(archive.name + "-wal").exists()
        assert rows(archive, "PRAGMA freelist_count") == [(0,)]
        assert rows(archive, "PRAGMA foreign_key_check") == []
        assert rows(archive, "SELECT v FROM article_fts_config WHERE k = 'hashsize'") == [(67_108_864,)]
    assert verify(archive, deep=True).findings == ()
    assert rows(archive, "SELECT kind, count(*) FROM forgotten_hashes GROUP BY kind ORDER BY kind") == [
        ("fingerprint", 2),
        ("original", 2),
        ("text", 2),
    ]


def test_deleting_rows_alone_leaves_traces(archive: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above looks where they are: without the writing anew, words are still in the index."""
    frames = frames_of(archive)

    def leave(_connection: object) -> None:
        raise ArchiveError("killed")

    monkeypatch.setattr(wiping, "wipe", leave)
    with pytest.raises(ArchiveError, match="traces may be left"):
        forget(archive, [key_of(archive, "secret.md")], "a court said so", "Ada")
    assert "body" in traces(archive, frames)


def test_units_stay_counted_and_say_so(archive: Location, folder: Path) -> None:
    before = rows(archive, "SELECT import_id, position, locator, outcome FROM import_items ORDER BY id")
    forget(archive, [key_of(archive, "secret.md")], "a court said so", "Ada")
    assert rows(archive, "SELECT import_id, position, locator, outcome FROM import_items ORDER BY id") == before
    with reading(archive) as connection:
        (unit,) = [one for one in list_import_items(connection, 2) if one["locator"].endswith("secret.md")]
    assert (unit["outcome"], unit["key"], unit["reason"]) == ("added", None, "forgotten: a court said so")
    assert {unit[name] for name in ("source_as_read", "id_as_read", "url_as_read", "published_as_read")} == {None}


def test_what_was_forgotten_does_not_come_again(archive: Location, folder: Path) -> None:
    key = key_of(archive, "secret.md")
    forget(archive, [key], "a court said so", "Ada")
    (folder / "first.md").write_text(SECRET)  # the first state, at another place
    (folder / "plain.md").write_text(f"# {SECRETS['headline']}\n\n{LONG} Nobody saw the {SECRETS['body']} leave.\n")
    (folder / "upper.md").write_text(f"# X\n\n{LONG.upper()} NOBODY SAW THE {SECRETS['body']} LEAVE.\n")
    assert import_all(archive, folder) == {"failed": 4, "unchanged": 1}
    with reading(archive) as connection:
        failed = list(list_import_items(connection, 4, "failed"))
    ((made_at,),) = rows(archive, "SELECT max(made_at) FROM decisions")
    assert {one["reason"] for one in failed} == {f"{key} was forgotten on {made_at[:10]} by Ada: a court said so"}
    assert verify(archive).findings == ()


def test_another_text_at_the_same_url_is_another_text(archive: Location, folder: Path) -> None:
    key = key_of(archive, "secret.md")
    forget(archive, [key], "a court said so", "Ada")
    (folder / "secret.md").write_text(
        piece("Corrected", "All was otherwise.", url=f"https://{SECRETS['url']}.example/piece")
    )
    assert import_all(archive, folder) == {"added": 1, "unchanged": 1}
    assert key_of(archive, "secret.md") == key  # the same piece, in a lawful state
    # what was decided of it before is not decided of it now
    assert rows(archive, f"SELECT decided_headline FROM articles WHERE key = '{key}'") == [(None,)]
    assert verify(archive).findings == ()
    decide(archive, [Wish(key, {"section": "Sea"})], "Bo")
    forget(archive, [key], "the same again", "Ada")
    assert len(rows(archive, "SELECT key FROM tombstones")) == 2
    assert verify(archive).findings == ()


def test_a_key_that_was_forgotten_says_so(archive: Location) -> None:
    key = key_of(archive, "secret.md")
    forget(archive, [key], "a court said so", "Ada")
    with (
        reading(archive) as connection,
        pytest.raises(ForgottenError, match=f"{key} was forgotten on .* by Ada: a court"),
    ):
        find_article_id(connection, key[:8])
    with reading(archive) as connection:
        listed = list_decisions(connection, key)
    assert [(one["subject"], one["name"], one["value"], one["reason"], one["wiped"]) for one in listed] == [
        ("forget", "article", None, "a court said so", False),
        ("topic", "forgotten", None, None, True),
        ("field", "headline", None, None, True),
    ]


def test_bytes_that_another_article_has_are_not_taken_from_it(archive: Location, tmp_path: Path) -> None:
    clip = tmp_path / "clip.txt"
    clip.write_text(f"{LONG}\n")
    again = Path(shutil.copy(clip, tmp_path / "again.txt"))
    for file, source in ((clip, "North Mole"), (again, "South Mole")):
        import_paths(archive, [str(file)], ImportOptions(source=source, jobs=0))
    first, second = (key for (key,) in rows(archive, "SELECT key FROM articles ORDER BY id DESC LIMIT 2"))
    before = state(archive)
    for act in (foresee, lambda path, keys: forget(path, keys, "why", "Ada")):
        with pytest.raises(UsageError, match=f"{first} was made of the same bytes as {second}; name {second} too"):
            act(archive, [first])
    assert state(archive) == before
    assert len(forget(archive, [first, second], "why", "Ada").made) == 2
    assert verify(archive, deep=True).findings == ()


def test_copies_translations_and_backups_are_named_and_stay(archive: Location, folder: Path) -> None:
    (folder / "copy.md").write_text(SECRET.replace(f"{SECRETS['url']}.example", "elsewhere.example"))
    import_all(archive, folder)
    key, copy, other = (key_of(archive, f"{name}.md") for name in ("secret", "copy", "other"))
    decide(archive, [Wish(other, {"translation_of": key})], "Ada")
    beside: list[str] = []
    if isinstance(archive, Path):
        backup(archive, archive.with_name("kept.db"))
        archive.with_name(f"{archive.stem}.before-x.db").write_bytes(b"")
        archive.with_name("notes.txt").write_text("no archive")
        beside = ["kept.db", f"{archive.stem}.before-x.db"]
    found = foresee(archive, [key])
    assert [one["key"] for one in found.articles] == [key]
    assert (found.copies, found.resting) == ([copy], [other])
    assert [file.name for file in found.backups] == beside
    forget(archive, [key], "why", "Ada")
    assert rows(archive, f"SELECT translation_of FROM articles WHERE key = '{other}'") == [(key,)]
    # a copy that stays goes on being imported, also where it was changed beside its text
    assert import_all(archive, folder)["unchanged"] == 2
    (folder / "copy.md").write_text((folder / "copy.md").read_text().replace("2023-02-28", "2023-03-01"))
    assert import_all(archive, folder)["revised"] == 1
    (finding,) = verify(archive).findings
    assert (finding.severity, finding.check) == ("note", "forgotten_texts")


def test_an_unknown_key_forgets_nothing(archive: Location) -> None:
    before = state(archive)
    with pytest.raises(NotFoundError, match="there is no article 'nosuchkey'"):
        forget(archive, [key_of(archive, "secret.md"), "nosuchkey"], "why", "Ada")
    for reason, who in ((" ", "Ada"), ("why", "")):
        with pytest.raises(UsageError, match="stands on record"):
            forget(archive, [key_of(archive, "secret.md")], reason, who)
    assert state(archive) == before


@pytest.mark.postgresql
def test_who_is_connected_and_in_no_transaction_is_not_waited_for(
    archive: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, key = frames_of(archive), key_of(archive, "secret.md")
    with monkeypatch.context() as patched:
        patched.setattr(wiping, "wipe", lambda connection: None)
        forget(archive, [key], "why", "Ada")
    with connected(archive) as idle:
        idle.execute("SELECT count(*) FROM articles").fetchone()
        assert wiping.finish(archive) == [key]
    assert traces(archive, frames) == []


@pytest.mark.postgresql
def test_only_who_owns_a_database_can_wipe(archive: Location) -> None:
    key = key_of(archive, "secret.md")
    with connected(archive) as connection:
        (name,) = connection.execute("SELECT current_database()").fetchone()
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
        try:
            assert isinstance(archive, URL)
            with pytest.raises(ArchiveError, match=r"only the owner of the database can wipe .* nothing was done"):
                forget(archive.set(username=name), [key], "why", "Ada")
        finally:
            connection.execute(f"DROP OWNED BY {name}")
            connection.execute(f"DROP ROLE {name}")
    assert rows(archive, "SELECT count(*) FROM tombstones") == [(0,)]


def test_while_others_read_nothing_is_done(archive: Location) -> None:
    key = key_of(archive, "secret.md")
    with connected(archive) as reader:
        reader.execute("BEGIN" if isinstance(archive, Path) else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        with pytest.raises(ArchiveError, match=r"others have .* open.*nothing was done"):
            forget(archive, [key], "why", "Ada")
    assert rows(archive, "SELECT count(*) FROM tombstones") == [(0,)]
    forget(archive, [key], "why", "Ada")
    assert traces(archive, []) == []


KILLED = """
import os, sys
from pathlib import Path
from archive.db import tombstones, wiping
from archive.db.location import locate
from archive.forget import forget
path, key, step = locate(sys.argv[1]), sys.argv[2], sys.argv[3]
if step == "commit":
    wiping.wipe = lambda connection: os._exit(9)
elif not isinstance(path, Path):
    from archive.db.wiping import postgresql
    if step == "vacuum":
        tombstones.mark_wiped = lambda connection: os._exit(9)
    else:
        def wipe(connection):
            with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as apart:
                apart.exec_driver_sql("VACUUM (FULL) article_revisions")
            os._exit(9)
        wiping.wipe = wipe
elif step == "index":
    def wipe(connection):
        with connection.begin():
            connection.exec_driver_sql("INSERT INTO article_fts(article_fts) VALUES ('rebuild')")
        os._exit(9)
    wiping.wipe = wipe
else:
    wiping.sqlite._empty_log = lambda driver: os._exit(9)
forget(path, [key], "why", "Ada")
"""


@pytest.mark.parametrize("step", ["commit", "index", "vacuum"])
@pytest.mark.parametrize("how", ["again", "repair"])
def test_killed_between_the_steps_it_is_finished_later(archive: Location, step: str, how: str) -> None:
    key, frames = key_of(archive, "secret.md"), frames_of(archive)
    checkout = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(archive), key, step], env={**os.environ, "PYTHONPATH": checkout}, timeout=60
    )
    assert done.returncode == 9
    with reading(archive) as connection, pytest.raises(ForgottenError):
        find_article_id(connection, key)
    assert [one.check for one in verify(archive).findings] == ["unwiped"]
    if how == "again":
        again = forget(archive, [key], "why", "Ada")
        assert (again.made, again.finished) == ([], [key])
    else:
        assert [one.what for one in repair(archive, dry_run=True).mended] == [
            f"what was left of 1 forgotten article wiped: {key}"
        ]
        assert [one.check for one in verify(archive).findings] == ["unwiped"]
        repaired = repair(archive)
        assert [one.rows for one in repaired.mended] == [1]
        assert repaired.left == []
    assert traces(archive, frames) == []
    assert verify(archive, deep=True).findings == ()
    assert forget(archive, [key], "why", "Ada").finished == []


def test_a_repair_that_cannot_wipe_says_why(archive: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiping, "wipe", lambda connection: None)
    forget(archive, [key_of(archive, "secret.md")], "why", "Ada")
    with connected(archive) as reader:
        reader.execute("BEGIN" if isinstance(archive, Path) else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM articles").fetchone()
        (left,) = repair(archive).left
    assert (left.severity, left.check) == ("error", "unwiped")
    assert "others have" in left.message


def test_it_cannot_be_taken_back(archive: Location) -> None:
    key = key_of(archive, "secret.md")
    number = forget(archive, [key], "a court said so", "Ada").made[0].id
    with pytest.raises(UsageError, match=rf"{key} was forgotten \(a court said so\); its text is gone for good"):
        undo(archive, number, "Bo")
    with pytest.raises(UsageError, match="as it was before it was forgotten"):
        undo(archive, 1, "Bo")


def dumped(archive: Location) -> list[str]:
    with reading(archive) as connection:
        return [json.dumps(record) for record in dump_decisions(connection)]


@pytest.mark.parametrize("first", ["import", "restore"])
def test_an_archive_made_anew_forgets_the_same(
    archive: Location, folder: Path, new_archive: Callable[..., Location], contents: Contents, first: str
) -> None:
    (folder / "secret.md").write_text(SECRET)
    shutil.copy(folder / "secret.md", folder / "once-more.md")
    key = key_of(archive, "secret.md")
    lines_before = dumped(archive)
    forget(archive, [key], "a court said so", "Ada")
    lines = dumped(archive)
    assert not any(word in line for line in lines for word in SECRETS.values())
    anew = new_archive("empty", "anew.db")
    steps: list[Callable[[], object]] = [
        lambda: import_paths(
            anew, [str(Path(__file__).parents[1] / "seeds" / "articles"), str(folder)], ImportOptions(jobs=0)
        ),
        lambda: restore_decisions(anew, lines),
    ]
    for step in steps if first == "import" else reversed(steps):
        step()
    assert contents(anew) == contents(archive)
    assert dumped(anew) == lines
    assert traces(anew, []) == []
    assert verify(anew, deep=True).findings == ()
    # nor does an older file bring back what was said
    assert restore_decisions(archive, lines_before).added == 0
    assert dumped(archive) == lines


def test_a_restore_that_cannot_wipe_says_so(
    archive: Location, folder: Path, new_archive: Callable[..., Location]
) -> None:
    forget(archive, [key_of(archive, "secret.md")], "a court said so", "Ada")
    anew = new_archive("empty", "anew.db")
    import_all(anew, folder)
    with connected(anew) as reader:
        reader.execute("BEGIN" if isinstance(anew, Path) else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM articles").fetchone()
        done = restore_decisions(anew, dumped(archive))
    assert done.unfinished is not None and "`archive repair`" in done.unfinished
    assert len(done.forgotten) == 1
    repair(anew)
    assert verify(anew).findings == ()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": " "}, "names it and says why"),
        ({"article": None}, "names it and says why"),
        ({"forgotten": None}, "forgotten is not SHA-256"),
        ({"forgotten": {"text": ["zz"]}}, "forgotten is not SHA-256"),
        ({"forgotten": {"page": []}}, "forgotten is not SHA-256"),
        ({"wiped": 1}, "wiped is neither"),
        ({"wiped": True}, "says nothing more"),
    ],
    ids=str,
)
def test_lines_that_forget_nothing_are_refused(archive: Location, change: dict[str, Any], told: str) -> None:
    forget(archive, [key_of(archive, "secret.md")], "a court said so", "Ada")
    record = json.loads(dumped(archive)[-1])
    with pytest.raises(UsageError, match=re.escape(told)):
        restore_decisions(archive, [json.dumps({**record, **change})])


def test_authors_sources_and_topics_of_others_stay(archive: Location, folder: Path) -> None:
    """Only what nobody else has goes."""
    (folder / "shared.md").write_text(
        piece("Lace sold", "Lace was sold.", author="Mara Quill", source="Lace Post", tags="[lacework]")
    )
    (folder / "stays.md").write_text(
        piece("Lace bought", "Lace was bought.", author="Mara Quill", source="Lace Post", tags="[lacework]")
    )
    import_all(archive, folder)
    forget(archive, [key_of(archive, "shared.md"), key_of(archive, "secret.md")], "why", "Ada")
    assert rows(archive, "SELECT count(*) FROM authors WHERE name = 'Mara Quill'") == [(1,)]
    assert rows(archive, "SELECT count(*) FROM sources WHERE name = 'Lace Post'") == [(1,)]
    assert rows(archive, "SELECT count(*) FROM topics WHERE name = 'lacework'") == [(1,)]
    assert rows(archive, "SELECT count(*) FROM topics WHERE code LIKE '%gx%'") == [(0,)]


def test_a_source_that_only_its_input_named_goes_too(archive: Location) -> None:
    """People decided on another one, which an author would have been replaced by, too."""
    key = key_of(archive, "secret.md")
    decide(archive, [Wish(key, {"source": "Lantern Wire", "authors": "Mara Quill"})], "A")
    forget(archive, [key], "a court said so", "Ada")
    assert rows(archive, f"SELECT name FROM sources WHERE name = '{SECRETS['source']}'") == []
    assert traces(archive, []) == []
