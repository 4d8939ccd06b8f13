"""How soon the best 20 articles of a word are found beside FTS5, in an archive of your own; nothing is written to it.

    python benchmarks/bench_best.py ARCHIVE [--words 15] [--rounds 5]

Words are taken by how many articles have them, evenly over each class. What is compared takes turns (A B B A …) on one
connection, after both were asked once, and must give the same articles with the same scores.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench_search import BM25, TOP
from measured import WrongError, positive
from recorded import options_of, record
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from archive.db.search.fts5 import vocabulary
from archive.db.sqlite import driver_of
from archive.queries import reading
from archive.queries.best import find_best, way_to_best
from archive.queries.filters import Asked

CLASSES = ((0.4, 1.0), (0.1, 0.4), (0.03, 0.1), (0.01, 0.03))  # of the articles
FTS5 = f"SELECT rowid, -{BM25} FROM article_fts WHERE article_fts MATCH ? ORDER BY 2 DESC, 1 LIMIT {TOP}"


def main() -> None:
    parser = options_of(__doc__, rounds=5, folder=None)
    parser.add_argument("archive", type=Path, help="the file; make bench-growth leaves one")
    parser.add_argument("--words", type=positive, default=15, help="words of each class (15)")
    options = parser.parse_args()
    console = Console()
    table = Table("words in", "asked", "by impact", "ours, ms", "FTS5, ms", "× as soon")
    with reading(options.archive) as connection:
        articles = connection.exec_driver_sql("SELECT count(*) FROM articles").scalar() or 0
        try:
            compared = [_compare(connection, articles, one, options) for one in CLASSES]
        except WrongError as error:
            sys.exit(f"bench-best: {error}")
    for one in compared:
        least, most = one["share"]
        shown = [_spread([1000 * seconds for seconds in one[name]]) for name in ("ours", "fts5")]
        ratios = _spread([theirs / ours for ours, theirs in zip(one["ours"], one["fts5"], strict=True)])
        table.add_row(
            f"{100 * least:g} to {100 * most:g} %", str(len(one["words"])), str(one["by_impact"]), *shown, ratios
        )
    console.print(f"{articles:,} articles", highlight=False)
    console.print(table, highlight=False)
    record("best", options, {"articles": articles, "classes": compared}, console)


def _compare(
    connection: Connection, articles: int, share: tuple[float, float], options: argparse.Namespace
) -> dict[str, Any]:
    """Return the medians of each word, in seconds, of both; and of how many words the index of impacts sufficed."""
    driver = driver_of(connection)
    least, most = (one * articles for one in share)
    asked = f"SELECT term FROM {vocabulary(driver, 'article_fts', 'row')} WHERE doc BETWEEN ? AND ? ORDER BY doc, term"
    known = [word for (word,) in driver.execute(asked, (least, most)) if word.isalpha()]
    words = known[:: max(1, len(known) // options.words)][: options.words]
    found: dict[str, Any] = {"share": share, "words": words, "by_impact": 0, "ours": [], "fts5": []}
    for word in words:
        selection = Asked(word, words_only=True).selection(connection)
        match = selection.match
        assert match is not None
        ways: tuple[Callable[[], list[Any]], ...] = (
            partial(find_best, connection, selection, match, TOP),
            partial(_by_fts5, connection, word),
        )
        ours, theirs = (way() for way in ways)
        if ours != theirs:
            raise WrongError(f"{word}: the answers differ")
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(options.rounds):
            for number in (0, 1) if turn % 2 else (1, 0):
                start = time.perf_counter()
                ways[number]()
                times[number].append(time.perf_counter() - start)
        found["ours"].append(statistics.median(times[0]))
        found["fts5"].append(statistics.median(times[1]))
        found["by_impact"] += way_to_best(connection, selection, TOP, "relevance") == "by impact"
    return found


def _by_fts5(connection: Connection, word: str) -> list[Any]:
    return driver_of(connection).execute(FTS5, (f'"{word}"',)).fetchall()


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})" if values else "no words"


if __name__ == "__main__":
    main()
