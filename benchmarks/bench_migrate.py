"""How long an upgrade of a large archive takes beside copying its file: backup, more columns, a table rebuilt, and all.

    python benchmarks/bench_migrate.py [--articles 100000] [--rounds 5] [--jobs N] [--folder FOLDER]

The archive is a real one: so many made-up texts are written as files and imported, and then the schema is taken back
to the first released one, which the downgrades do without losing anything, and prove. What is compared takes turns
(A B A B …), each on a fresh copy of that archive, whose file is then in the cache of the system. The time of making
these copies, flushed to the disk, is what all is compared with: in each round the median of those made in it. What is
measured ends with what it wrote in the file itself, and not in its log. The median over the rounds counts.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import corpus
import sqlalchemy as sa
from measured import FEWEST_ROUNDS, Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table

from archive.db import backups, engine, proof, schema, upgrades
from archive.db.rebuild import rebuild_table
from archive.ingest import ImportOptions, import_paths, load_vocabulary

FIRST = "20261122_first_archive"
PHRASES = 300
DISTINCT = 0.9  # of the texts of the corpus: the others are copies, which become no articles of their own

COPY = "copy of the file"
BACKUP, COLUMNS, REBUILD, REBUILD_TEXTS = "backup", "columns added", "articles rebuilt", "texts rebuilt"
UPGRADE, UPGRADE_KEPT = "upgrade --no-backup", "upgrade"
BEFORE, KEEPING, MIGRATIONS = "inventory before", "backup before", "migrations"
KEYS, SEARCH, AFTER = "foreign keys", "search index", "inventory after"
EMPTYING, OTHER = "log into the file", "the rest: commit, invariants, Alembic"
PARTS = (KEEPING, BEFORE, MIGRATIONS, KEYS, SEARCH, AFTER, EMPTYING, OTHER)


def part(name: str) -> str:
    """Return what a part of the whole upgrade with its backup is called."""
    return f"  {name}"


GOALS = tuple(
    Goal(name, (name,), (COPY,), "× the time of copying the file", at_most=at_most)
    for name, at_most in ((BACKUP, 3), (REBUILD, 8), (REBUILD_TEXTS, 8), (UPGRADE, 35), (UPGRADE_KEPT, 35))
)
MOST_FOR_COLUMNS = 0.050  # seconds, however large the archive


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-migrate", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=5, folder="where to put the archive, which stays there to be used again")
    parser.add_argument("--articles", type=positive, default=100_000, help="at least so many articles (100000)")
    parser.add_argument("--jobs", type=int, help="processes that import beside the one that writes")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    old, building = _prepare(folder, options, console)
    with closing(sqlite3.connect(old)) as connection:
        count = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("articles", "article_revisions", "import_items", "tag_evidence", "originals")
        }
    _check(count["articles"] >= options.articles, f"{count['articles']:,} articles, and not {options.articles:,}")
    size = old.stat().st_size
    console.print(
        f"{count['articles']:,} articles in {size / 1e6:,.0f} MB at {FIRST}, {old}", highlight=False, soft_wrap=True
    )
    load_before = os.getloadavg()
    measured = Measured()
    copies: list[float] = []
    logs: dict[str, int] = {}
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="round-", dir=folder) as place:
            copies += _measure_round(measured, logs, old, Path(place))
        console.print(f"round {number + 1} of {options.rounds}", highlight=False)
    judged = [judge(goal, measured.ratios(goal)) for goal in GOALS] + [_judge_columns(measured)]
    _print(console, measured, judged, size)
    record(
        "migrate",
        options,
        {
            "phrases": PHRASES,
            "load": {"before": load_before, "after": os.getloadavg()},
            "rows": count,
            "bytes": size,
            "bytes_of_log": logs,
            "from": FIRST,
            "to": schema.HEAD,
            "seconds_of_building": building,
            "seconds": measured.seconds,
            "seconds_of_each_copy": copies,
            "compared": judged,
        },
        console,
    )


def _prepare(folder: Path, options: argparse.Namespace, console: Console) -> tuple[Path, float | None]:
    """Return an archive at the first schema, and in how many seconds it was made; None where it was there already."""
    archive, marker = folder / "first.db", folder / "archive.json"
    made_with = {"articles": options.articles, "seed": options.seed}
    if marker.exists():
        if json.loads(marker.read_text()) != made_with:
            raise WrongError(
                f"{archive} is another one ({marker.read_text()}); name another folder, or remove this one"
            )
        return archive, None
    if archive.exists():
        raise WrongError(f"{archive} is there, and this benchmark did not finish it; name another folder, or remove it")
    start = time.perf_counter()
    number = int(options.articles / DISTINCT + options.articles**0.5) + 20  # which texts are copies is left to chance
    with tempfile.TemporaryDirectory(prefix="files-", dir=folder) as files:
        corpus.write_files(Path(files), number, options.seed)
        corpus.write_topics(folder / "topics.toml", PHRASES, options.seed)
        console.print(f"{number:,} texts written in {time.perf_counter() - start:.0f} s", highlight=False)
        load_vocabulary(archive, folder / "topics.toml", "topics")
        begun = time.perf_counter()
        summary = import_paths(archive, [files], ImportOptions(jobs=options.jobs))
        _check(summary.outcomes["failed"] == 0, f"{summary.outcomes['failed']} texts failed")
        console.print(f"imported in {time.perf_counter() - begun:.0f} s", highlight=False)
    schema.downgrade(archive, FIRST)
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("VACUUM")  # the pages that going back freed are in no archive of that schema
    marker.write_text(json.dumps(made_with))
    return archive, time.perf_counter() - start


def _measure_round(measured: Measured, logs: dict[str, int], old: Path, place: Path) -> list[float]:
    """Take the time of everything once, check that it did its work, and return the seconds that the copies took.

    `logs` gets how many bytes the logs had.
    """
    copies: list[float] = []
    with _on_copy(copies, old, place) as archive:
        target = place / "backup.db"
        _take(measured, BACKUP, lambda: backups.backup(archive, target))
        _check(target.stat().st_size == old.stat().st_size, "the backup has another size than the archive")
    with _on_copy(copies, old, place) as archive:
        logs[COLUMNS] = _measure_statements(measured, COLUMNS, archive, _add_columns)
        _check("rights" in _columns(archive, "articles"), "no column was added")
    for name, table in ((REBUILD, "articles"), (REBUILD_TEXTS, "article_revisions")):
        with _on_copy(copies, old, place) as archive:
            rows = _count(archive, table)
            logs[name] = _measure_statements(measured, name, archive, _rebuilding(table))
            _check("worth" in _columns(archive, table), f"{table} was not rebuilt")
            _check(_count(archive, table) == rows, f"{table} has other rows")
    with _on_copy(copies, old, place) as archive:
        _take(measured, UPGRADE, lambda: upgrades.upgrade(archive, keep_backup=False))
        _check(schema.current_revision(archive) == schema.HEAD, "it was not upgraded")
    with _on_copy(copies, old, place) as archive:
        seconds = _in_parts(lambda: upgrades.upgrade(archive))
        measured.add(UPGRADE_KEPT, sum(seconds.values()))
        for name in PARTS:
            measured.add(part(name), seconds[name])
        kept = archive.with_name(f"{archive.stem}.before-{FIRST}.db")
        _check(schema.current_revision(archive) == schema.HEAD, "it was not upgraded")
        _check(schema.current_revision(kept) == FIRST, "there is no backup of it")
    measured.add(COPY, statistics.median(copies))
    return copies


@contextmanager
def _on_copy(copies: list[float], old: Path, place: Path) -> Iterator[Path]:
    """Give a copy of the archive, add the seconds that it took, and take it away afterwards with all beside it."""
    os.sync()
    archive = place / "archive.db"
    start = time.perf_counter()
    shutil.copyfile(old, archive)
    _flush(archive)
    copies.append(time.perf_counter() - start)
    try:
        yield archive
    finally:
        for file in place.iterdir():
            file.unlink()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(measured: Measured, name: str, what: Callable[[], object]) -> None:
    start = time.perf_counter()
    what()
    measured.add(name, time.perf_counter() - start)


def _measure_statements(measured: Measured, name: str, archive: Path, what: Callable[[sa.Connection], None]) -> int:
    """Take the time of statements in a transaction as migrations have it, from BEGIN until the log is in the file.

    Returns how many bytes the log had.
    """
    opened = engine.open_engine(archive)
    with opened.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is None:
            raise WrongError("no connection")
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        start = time.perf_counter()
        with connection.begin():
            what(connection)
        log = archive.with_name(f"{archive.name}-wal").stat().st_size
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        measured.add(name, time.perf_counter() - start)
    return log


def _add_columns(connection: sa.Connection) -> None:
    """Run what `20261122_page_edition_rights` does to the table, without its backfill."""
    for name in ("page", "edition", "rights"):
        connection.exec_driver_sql(f"ALTER TABLE articles ADD COLUMN {name} TEXT")


def _rebuilding(name: str) -> Callable[[sa.Connection], None]:
    """Return what makes a table anew with a column more that may not be NULL, which SQLite cannot add in place."""

    def rebuild(connection: sa.Connection) -> None:
        table = sa.Table(name, known := sa.MetaData(), autoload_with=connection, resolve_fks=False)
        for key in list(table.foreign_key_constraints):
            for element in key.elements:
                other, _, column = element.target_fullname.partition(".")
                if other not in known.tables:
                    sa.Table(other, known, sa.Column(column, sa.Integer, primary_key=True))
        table.append_column(sa.Column("worth", sa.Integer, nullable=False))
        rebuild_table(connection, table, {"worth": "length(id)"})

    return rebuild


def _in_parts(upgrade: Callable[[], object]) -> dict[str, float]:
    """Return in how many seconds each part of an upgrade was done; they add up to the whole."""
    seconds = dict.fromkeys(PARTS, 0.0)
    inventories = iter((BEFORE, AFTER))
    replaced: list[tuple[Any, str, Any]] = []

    def watch(where: Any, function: str, name: Callable[[], str]) -> None:
        original = getattr(where, function)

        def timed(*words: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return original(*words, **named)
            finally:
                seconds[name()] += time.perf_counter() - start

        replaced.append((where, function, original))
        setattr(where, function, timed)

    def migrating(connection: Any) -> None:
        seconds[MIGRATIONS] += time.perf_counter() * (-1 if connection is not None else 1)

    original_upgrade = schema.upgrade
    replaced.append((schema, "upgrade", original_upgrade))
    schema.upgrade = lambda path, revision, **hooks: original_upgrade(path, revision, **hooks, at_migrations=migrating)
    # each is looked up in its module when it is called: migrations/env.py is read anew for each upgrade
    watch(upgrades, "backup", lambda: KEEPING)
    watch(proof, "take_inventory", lambda: next(inventories))
    watch(proof, "check_foreign_keys", lambda: KEYS)
    watch(proof, "check_search", lambda: SEARCH)
    watch(engine, "settle", lambda: EMPTYING)
    start = time.perf_counter()
    try:
        upgrade()
    finally:
        whole = time.perf_counter() - start
        for where, function, original in reversed(replaced):
            setattr(where, function, original)
    for name in PARTS:
        if name not in (OTHER, EMPTYING) and not seconds[name]:
            raise WrongError(f"{name}: was not seen; what is measured here is built otherwise now")
    seconds[OTHER] = whole - sum(seconds.values())
    return seconds


def _check(well: bool, what: str) -> None:
    if not well:
        raise WrongError(what)


def _count(archive: Path, table: str) -> int:
    with closing(sqlite3.connect(archive)) as connection:
        (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)


def _columns(archive: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(archive)) as connection:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def _judge_columns(measured: Measured) -> dict[str, Any]:
    """Return what is said of adding columns, which is asked in seconds and not beside the copy."""
    each = measured.seconds[COLUMNS]
    return {
        "name": COLUMNS,
        "is": "s",
        "asked": f"at most {MOST_FOR_COLUMNS:g}",
        "median": statistics.median(each),
        "min": min(each),
        "max": max(each),
        "each": each,
        "met": statistics.median(each) <= MOST_FOR_COLUMNS if len(each) >= FEWEST_ROUNDS else None,
    }


def _print(console: Console, measured: Measured, judged: list[dict[str, Any]], size: int) -> None:
    table = Table("seconds", box=None, title_justify="left", header_style="bold")
    for heading in ("min", "median", "max"):
        table.add_column(heading, justify="right")
    for name in sorted(measured.seconds, key=lambda name: name != COPY):
        table.add_row(name, *_shown(measured.seconds[name]))
    console.print()
    console.print(table)
    console.print()
    for one in judged:
        verdict = {True: "met", False: "MISSED", None: "too few rounds to tell"}[one["met"]]
        console.print(
            f"{one['name']}: {one['median']:.3g} {one['is']} ({one['min']:.3g} to {one['max']:.3g}); "
            f"goal: {one['asked']}, {verdict}",
            highlight=False,
            soft_wrap=True,
        )
    speed = size / 1e6 / statistics.median(measured.seconds[COPY])
    console.print(f"the copy: {speed:,.0f} MB a second, flushed to the disk", highlight=False)


def _shown(seconds: list[float]) -> list[str]:
    return [f"{one:.3f}" for one in (min(seconds), statistics.median(seconds), max(seconds))]


if __name__ == "__main__":
    main()
