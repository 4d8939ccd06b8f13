"""How long questions take beside the bare statements that answer them, and commands beside a bare program.

    python benchmarks/bench_search.py [--articles 100000] [--rounds 9] [--folder FOLDER]

The archive is that of bench_views: made-up texts with made-up sources, authors and dates of every precision. Words are
taken by how many articles have them. What is compared takes turns (A B B A …) in one process on one connection, after
all of it was read once, and must find the same. What takes less than 20 ms is run several times in a row, and its mean
is one measurement; commands are whole processes. The median over the rounds counts.

- Finding: what `archive search` does to find the best 20, beside the same in FTS5's own words through the driver; with
  filters, beside the statement that ranks all without. What is shown of the 20 (texts, authors) comes on top.
- Newest first: the statement that `archive search --sort newest` runs, with what it asks to choose a plan, beside the
  better of two: join and sort all matches; go back along the dates and look each up.
- Commands: `archive search`, `list` and `count` beside a click program that runs one SQLAlchemy query; also, where
  installed, beside `sqlite-utils search` over the same texts and ripgrep over the files.
- Counts: what `archive count --by` prints, read from the archive, beside match and join by hand through the index that
  holds nothing but id, source and date.
"""

import argparse
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from dated_archive import prepare
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from archive.db.search.fts5 import vocabulary
from archive.db.sqlite import driver_of
from archive.db.tables.article import COUNTING
from archive.queries import reading
from archive.queries.best import best_matches, find_best, way_to_best
from archive.queries.by_date import ids_in_order
from archive.queries.counts import count_by
from archive.queries.filters import Asked
from archive.queries.search import search_articles
from archive.queries.selection import Selection

TOP = 20
PEERS = ("sqlite-utils search", "ripgrep")
CLASSES = {"rare": (0.0001, 0.0009), "1 to 3 %": (0.01, 0.03), "10 to 40 %": (0.1, 0.4)}  # of the articles
BM25 = "bm25(article_fts, 5.0, 1.0)"

# what is compared with each other
_TOGETHER = (
    ("search", "search, bare", "search, all ranked", "search with filters", "search with passages"),
    ("newest", "newest, sorted", "newest, looked up"),
    ("by month", "by month, bare"),
    ("by source", "by source, bare"),
)
_LONG_ENOUGH = 0.02  # seconds

CLICK = """
import click, sys
from sqlalchemy import create_engine, select, table, column
@click.command()
@click.argument("path")
def main(path):
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        print(connection.execute(select(column("key")).select_from(table("articles")).limit(10)).all())
main()
"""


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-search", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=9, folder="where to put the archive, which stays there to be used again")
    parser.add_argument("--articles", type=positive, default=100_000, help="so many units (100000)")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    archive = prepare(folder, options.articles, options.seed)
    measured, goals = Measured(), []
    with reading(archive) as connection:
        words = frequent_words(connection)
        (source,) = connection.exec_driver_sql(
            "SELECT slug FROM sources s JOIN articles a ON a.source_id = s.id GROUP BY s.id ORDER BY count(*) DESC"
        ).first() or ("",)
        for name, word in words.items():
            goals += _measure(connection, measured, name, word, source, options.rounds)
    goals += _commands(archive, folder, words, measured, options.rounds)
    judged = [judge(goal, measured.ratios(goal)) for goal in goals]
    _tell(console, options, words, measured, goals, judged)


def frequent_words(connection: Connection, classes: Collection[str] = tuple(CLASSES)) -> dict[str, str]:
    """Return a word of each class: of those in it, the one nearest the middle."""
    total = connection.exec_driver_sql("SELECT count(*) FROM articles").scalar() or 0
    driver = driver_of(connection)
    words = vocabulary(driver, "article_fts", "row")
    rows = driver.execute(f"SELECT term, doc FROM {words} ORDER BY doc DESC, term").fetchall()
    found = {}
    for name in classes:
        least, most = CLASSES[name]
        inside = [term for term, number in rows if least * total <= number <= most * total and term.isalpha()]
        if not inside:
            raise WrongError(f"no word stands in {name} of the articles")
        found[name] = inside[len(inside) // 2]
    return found


def _measure(connection: Connection, measured: Measured, name: str, word: str, source: str, rounds: int) -> list[Goal]:
    by_hand = connection.connection.driver_connection
    assert by_hand is not None
    plain = Asked(word).selection(connection)
    filtered = Asked(f"{word} source:{source} date:2005..2020").selection(connection)
    match = f'"{word}"'

    assert plain.match is not None
    ranked = best_matches(plain, plain.match, TOP)

    def found(asked: Selection) -> Callable[[], list[Any]]:
        assert asked.match is not None
        match, statement = asked.match, best_matches(asked, asked.match, TOP)
        if asked.conditions and way_to_best(connection, asked, TOP, "relevance") == "by the statement":
            return lambda: list(connection.execute(statement))  # what differs from query to query is made beforehand
        return lambda: find_best(connection, asked, match, TOP)

    def bare(sql: str) -> Callable[[], list[Any]]:
        return lambda: by_hand.execute(sql, (match,)).fetchall()

    def counted(by: str) -> Callable[[], list[Any]]:
        return lambda: list(count_by(connection, plain, by))

    joined = (
        f"FROM article_fts f CROSS JOIN articles a INDEXED BY {COUNTING} ON a.id = f.rowid WHERE article_fts MATCH ?"
    )
    month = "CASE WHEN a.published_precision NOT IN ('year') THEN substr(a.published_from, 1, 7) END"
    things: dict[str, Callable[[], list[Any]]] = {
        "search": found(plain),
        "search, bare": bare(f"SELECT rowid, {BM25} FROM article_fts WHERE article_fts MATCH ? ORDER BY 2 LIMIT {TOP}"),
        "search, all ranked": lambda: list(connection.execute(ranked)),
        "search with filters": found(filtered),
        "newest": lambda: list(ids_in_order(connection, plain, "newest", TOP)),
        "newest, sorted": bare(
            "SELECT a.id FROM article_fts f JOIN articles a ON a.id = f.rowid WHERE article_fts MATCH ? "
            f"ORDER BY a.published_from DESC, a.id DESC LIMIT {TOP}"
        ),
        "newest, looked up": bare(
            "SELECT a.id FROM articles a WHERE EXISTS (SELECT 1 FROM article_fts WHERE article_fts MATCH ? AND "
            f"rowid = a.id) ORDER BY a.published_from DESC, a.id DESC LIMIT {TOP}"
        ),
        "by month": counted("month"),
        "by month, bare": bare(f"SELECT {month}, count(*) {joined} GROUP BY 1"),
        "by source": counted("source"),
        "by source, bare": bare(f"SELECT a.source_id, count(*) {joined} GROUP BY 1"),
        "search with passages": lambda: list(search_articles(connection, plain, TOP)),
    }
    results = {thing: run() for thing, run in things.items()}
    _check(name, results)
    often = {thing: _how_often(run) for thing, run in things.items()}
    for turn in range(rounds):
        for together in _TOGETHER:
            # who comes second finds the processor's caches as the first one left them, so they take turns
            for thing in together if turn % 2 else together[::-1]:
                start = time.perf_counter()
                for _ in range(often[thing]):
                    things[thing]()
                measured.add(f"{thing}, {name}", (time.perf_counter() - start) / often[thing])
    better = min(
        ("newest, sorted", "newest, looked up"),
        key=lambda thing: sorted(measured.seconds[f"{thing}, {name}"])[rounds // 2],
    )
    # a rare word takes FTS5 a tenth of a millisecond; what Python does before and after is all there is to see
    is_judged = name != "rare"
    return [
        Goal(
            f"{thing}, {name}",
            (f"{thing}, {name}",),
            (f"{other}, {name}",),
            says,
            at_most=at_most if is_judged else None,
        )
        for thing, other, says, at_most in (
            ("search", "search, bare", "× bare FTS5", 1.15),
            ("search with filters", "search, all ranked", "× ranking all without", 1.3),
            ("newest", better, f"× {better}", 1.3),
            ("by month", "by month, bare", "× bare", 1.2),
            ("by source", "by source, bare", "× bare", 1.2),
            ("search with passages", "search", "× finding them", None),
        )
    ]


def _how_often(run: Callable[[], list[Any]]) -> int:
    """Return how many runs in a row take long enough to be timed together."""
    start = time.perf_counter()
    run()
    return 1 + int(_LONG_ENOUGH / (time.perf_counter() - start))


def _check(name: str, results: dict[str, list[Any]]) -> None:
    """Raise WrongError where what is compared does not find the same."""
    scores = [[round(abs(row[1]), 6) for row in results[thing]] for thing in ("search", "search, bare")]
    dates = [results["newest"], *([row[0] for row in results[f"newest, {how}"]] for how in ("sorted", "looked up"))]
    counted = [tuple(row.values()) for row in results["by month"]]
    months = [sorted((str(month), number) for month, number in rows) for rows in (counted, results["by month, bare"])]
    counted = [tuple(row.values()) for row in results["by source"]]
    sources = [sorted(number for _, number in rows) for rows in (counted, results["by source, bare"])]
    for what, found in (("search", scores), ("newest", dates), ("by month", months), ("by source", sources)):
        if any(one != found[0] for one in found) or not found[0]:
            raise WrongError(f"{what}, {name}: the answers differ")


def _commands(archive: Path, folder: Path, words: dict[str, str], measured: Measured, rounds: int) -> list[Goal]:
    program = folder / "click_program.py"
    program.write_text(CLICK)
    own = [sys.executable, "-m", "archive", "--db", str(archive)]
    commands = {
        "click and SQLAlchemy": [sys.executable, str(program), str(archive)],
        "archive search": [*own, "search", words["rare"], "-f", "json"],
        "archive list": [*own, "list", "-f", "json", "--limit", "10"],
        "archive count": [*own, "count", words["rare"]],
    }
    commands |= _peers(folder, archive, words["rare"])
    for _ in range(rounds):
        for name, command in commands.items():
            if not measured.run(name, command).strip():
                raise WrongError(f"{name} found nothing")
    return [
        Goal(name, (name,), ("click and SQLAlchemy",), "× click and one SQLAlchemy query", at_most=1.15)
        for name in commands
        if name.startswith("archive ")
    ] + [
        Goal(f"archive search beside {name}", ("archive search",), (name,), f"× {name}")
        for name in commands
        if name in PEERS
    ]


def _peers(folder: Path, archive: Path, word: str) -> dict[str, list[str]]:
    """Return the commands of peers that are installed, over the same texts."""
    found = {}
    utils = Path(sys.executable).with_name("sqlite-utils")
    if utils.exists():
        texts = folder / "texts.db"
        if not texts.exists():
            with closing(sqlite3.connect(folder / "texts.tmp")) as connection:
                connection.execute("ATTACH ? AS archive", (str(archive),))
                connection.execute("CREATE TABLE texts AS SELECT id, headline, body FROM archive.article_text")
                connection.commit()
            subprocess.run([utils, "enable-fts", folder / "texts.tmp", "texts", "headline", "body"], check=True)
            (folder / "texts.tmp").rename(texts)
        found[PEERS[0]] = [str(utils), "search", str(texts), "texts", word, "--limit", "10"]
    ripgrep = shutil.which("rg")
    if ripgrep and (folder / "files").is_dir():
        found[PEERS[1]] = [ripgrep, "--max-count", "1", "--word-regexp", word, str(folder / "files")]
    return found


def _tell(
    console: Console,
    options: argparse.Namespace,
    words: dict[str, str],
    measured: Measured,
    goals: list[Goal],
    judged: list[dict[str, Any]],
) -> None:
    table = Table("what", "ms", "ratio", "of", "goal", "met")
    for goal, result in zip(goals, judged, strict=True):
        seconds = sorted(measured.seconds[goal.of[0]])
        met = {True: "yes", False: "no", None: ""}[result["met"]]
        table.add_row(
            goal.name,
            f"{1000 * seconds[len(seconds) // 2]:.2f}",
            f"{result['median']:.2f}",
            goal.says,
            goal.asked(),
            met,
        )
    console.print(table, highlight=False)
    record(
        "search",
        options,
        {
            "words": words,
            "seconds": measured.seconds,
            "others": measured.others,
            "compared": judged,
        },
        console,
    )


if __name__ == "__main__":
    main()
