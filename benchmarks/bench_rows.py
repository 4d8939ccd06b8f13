"""How quick articles that come as records are in the archive, beside the driver alone and beside sqlite-utils.

    python benchmarks/bench_rows.py [--articles 100000] [--added 5000] [--rounds 3] [--folder FOLDER]

- All into an empty archive: `archive import FILE.jsonl`, beside `raw_rows.py` (rows by executemany, the index of words
  built once with 64 MB) and beside `sqlite-utils insert --nl` with `enable-fts`.
- A thousand more, several times: `archive import` of files of 1,000 records into that archive, beside
  `raw_rows.py --triggers` into that database. Both have all articles before.
- Sizes: the archive without originals beside the text and its words in a bare FTS5 table; originals beside zstd of the
  records.

Each is a process of its own from start to end; what is compared takes turns. The records have ids, sources, dates, URLs
and topics; the archive keeps of each the record as received, texts, identifiers, dates, tags and their evidence.
"""

import argparse
import json
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import corpus
import zstandard
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent
BATCH = 1000
SOURCES, TOPICS = 60, 40

ALL, RAW, INSERT, INDEX = "archive import", "raw rows and one rebuild", "sqlite-utils insert", "sqlite-utils enable-fts"
MORE, RAW_MORE = "archive import, 1,000 more", "raw rows, 1,000 more by triggers"
GOALS = (
    Goal("records", (RAW,), (ALL,), "× the speed of the driver alone", at_least=0.6),
    Goal("records, peer", (INSERT, INDEX), (ALL,), "× the speed of sqlite-utils", at_least=1.3),
    Goal("1,000 more", (RAW_MORE,), (MORE,), "× the speed of the driver with triggers", at_least=1.5),
)


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-rows", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=3, folder="where to put records and databases; the records stay")
    parser.add_argument("--articles", type=positive, default=100_000, help="records of the first import (100000)")
    parser.add_argument("--added", type=positive, default=5, help="so many times a thousand more (5)")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    first, *more = _prepare(folder, options)
    measured, sizes = Measured(), dict[str, int]()
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="round-", dir=folder) as place:
            sizes = _measure_round(measured, Path(place), first, more, options.articles, number)
    _tell(console, options, measured, sizes)


def _prepare(folder: Path, options: argparse.Namespace) -> list[Path]:
    """Return the files of records, made if they are not there: one of all, and those of a thousand more."""
    marker, made_with = (
        folder / "records.json",
        {name: getattr(options, name) for name in ("articles", "added", "seed")},
    )
    files = [folder / "records.jsonl", *(folder / f"more-{number}.jsonl" for number in range(options.added))]
    if marker.exists():
        if json.loads(marker.read_text()) != made_with:
            raise WrongError(f"{folder} has other records; name another folder, or remove this one")
        return files
    draw = random.Random(options.seed)
    texts = iter(texts_of(folder / "texts", options.articles + BATCH * options.added, options.seed))
    number = 0
    for file, size in zip(files, [options.articles, *[BATCH] * options.added], strict=True):
        with file.open("w", encoding="utf-8") as out:
            for _ in range(size):
                out.write(json.dumps(record_of(number, next(texts), draw), ensure_ascii=False) + "\n")
                number += 1
    shutil.rmtree(folder / "texts")
    marker.write_text(json.dumps(made_with))
    return files


def texts_of(folder: Path, number: int, seed: int) -> list[str]:
    """Return so many made-up texts, which are written into a folder."""
    corpus.write_files(folder, number, seed)
    return [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.txt"))]


def record_of(number: int, text: str, draw: random.Random) -> dict[str, Any]:
    """Return a text as the record of a made-up source, with a date, a URL and topics."""
    title, _, body = text.partition("\n\n")
    source = int(SOURCES * draw.random() ** 2)
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=draw.randrange(25 * 365 * 24 * 60))
    return {
        "id": f"item-{number:07}",
        "url": f"https://post-{source}.example/{moment:%Y/%m}/{number}",
        "source": f"Post {source}",
        "published": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "title": title,
        "body": body,
        "topics": [f"Given topic {draw.randrange(TOPICS)}" for _ in range(draw.randrange(3))],
    }


def _measure_round(
    measured: Measured, place: Path, first: Path, more: list[Path], articles: int, turn: int
) -> dict[str, int]:
    ours, bare, theirs = place / "archive.db", place / "raw.db", place / "sqlite-utils.db"
    importing: list[str | Path] = [PROGRAMS / "archive", "--db", ours, "import", "-q", "-f", "json"]
    raw: list[str | Path] = [sys.executable, HERE / "raw_rows.py"]

    def all_of_ours() -> None:
        _check(json.loads(measured.run(ALL, [*importing, first]))["units"], articles, "units of the archive")

    def all_of_raw() -> None:
        _check(int(measured.run(RAW, [*raw, first, bare])), articles, "raw rows")

    def all_of_theirs() -> None:
        utils = PROGRAMS / "sqlite-utils"
        measured.run(INSERT, [utils, "insert", theirs, "records", first, "--nl", "--silent"])
        measured.run(INDEX, [utils, "enable-fts", theirs, "records", "title", "body"])
        _check(_count(theirs, "SELECT count(*) FROM records_fts WHERE records_fts MATCH 'the'"), 1, "found by a peer")

    for run in (all_of_ours, all_of_raw, all_of_theirs)[:: 1 if turn % 2 else -1]:
        run()
    sizes = _sizes(ours, place / "bare.db", first)
    for number, file in enumerate(more):
        for mine in (True, False) if (turn + number) % 2 else (False, True):
            if mine:
                _check(json.loads(measured.run(MORE, [*importing, file]))["units"], BATCH, "units of the archive")
            else:
                total = int(measured.run(RAW_MORE, [*raw, file, bare, "--triggers"]))
                _check(total, articles + BATCH * (number + 1), "raw rows")
    _check(_count(ours, "SELECT count(*) FROM article_fts WHERE article_fts MATCH 'the'"), articles // 2, "found")
    return sizes


def _sizes(ours: Path, bare: Path, records: Path) -> dict[str, int]:
    """Return bytes: the archive, its originals, the records packed one by one, texts and words in a bare table."""
    with closing(sqlite3.connect(ours)) as connection:
        total = connection.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[
            0
        ]
        originals = connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'originals'").fetchone()[0]
        connection.execute("ATTACH ? AS bare", (str(bare),))
        connection.execute("CREATE VIRTUAL TABLE bare.texts USING fts5(headline, body)")
        connection.execute("INSERT INTO bare.texts SELECT headline, body FROM article_text")
        connection.commit()
        connection.execute("INSERT INTO bare.texts (texts) VALUES ('optimize')")
        connection.commit()
        connection.execute("VACUUM bare")
    packed = zstandard.ZstdCompressor()
    with records.open("rb") as lines:
        alone = sum(len(packed.compress(line)) for line in lines)
    return {"archive": total, "originals": originals, "packed": alone, "bare": bare.stat().st_size}


def _check(number: int, least: int, what: str) -> None:
    if number < least:
        raise WrongError(f"{what}: {number:,}, but there should be {least:,}")


def _count(path: Path, question: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(question).fetchone()[0])


def _tell(console: Console, options: argparse.Namespace, measured: Measured, sizes: dict[str, int]) -> None:
    table = Table("seconds", box=None, header_style="bold")
    for heading in ("min", "median", "max", "of processors"):
        table.add_column(heading, justify="right")
    for name, seconds in measured.seconds.items():
        shown = [min(seconds), statistics.median(seconds), max(seconds), statistics.median(measured.cpu[name])]
        table.add_row(name, *(f"{one:.2f}" for one in shown))
    console.print(table)
    judged = [judge(goal, measured.ratios(goal)) for goal in GOALS]
    for goal, result in zip(GOALS, judged, strict=True):
        met = {True: "met", False: "MISSED", None: "too few rounds to tell"}[result["met"]]
        console.print(
            f"{goal.name}: {result['median']:.2f} {goal.says} ({result['min']:.2f} to {result['max']:.2f}); "
            f"goal: {goal.asked()}, {met}",
            highlight=False,
            soft_wrap=True,
        )
    rest = sizes["archive"] - sizes["originals"]
    console.print(
        f"size: without originals {rest / sizes['bare']:.2f} × text and words in a bare FTS5 table (goal: at most "
        f"1.25); originals {sizes['originals'] / sizes['packed']:.2f} × the records packed by zstd "
        "(goal: at most 1.02)",
        highlight=False,
        soft_wrap=True,
    )
    record(
        "rows",
        options,
        {
            "bytes": sizes,
            "seconds": measured.seconds,
            "cpu_seconds": measured.cpu,
            "processors_of_others": measured.others,
            "compared": judged,
        },
        console,
    )


if __name__ == "__main__":
    main()
