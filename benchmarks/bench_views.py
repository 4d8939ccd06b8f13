"""How long the views of an archive take beside the same asked of the tables by hand, and by key beside all of it.

    python benchmarks/bench_views.py [--articles 100000] [--rounds 5] [--lookups 1000] [--folder FOLDER]

The archive is a real one: made-up texts with made-up sources, authors and dates of every precision, imported with a
vocabulary of 300 phrases. What is compared takes turns (A B A B …) in one process, after all of it was read once; both
must give the same rows. Looking up is done for so many articles, drawn by the seed. The median over the rounds counts.
"""

import argparse
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from dated_archive import prepare
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table


class Compared(NamedTuple):
    """A statement on a view, and one on the tables that gives the same; with `:key` they are asked of many articles."""

    name: str
    view: str
    tables: str


COMPARED = (
    Compared(
        "documents by key",
        "SELECT doc_id, source, headline, published, words, fingerprint FROM documents WHERE doc_id = :key",
        "SELECT a.key, s.name, r.headline, a.published, r.words, r.fingerprint FROM articles a "
        "JOIN article_revisions r ON r.id = a.revision_id LEFT JOIN sources s ON s.id = a.source_id WHERE a.key = :key",
    ),
    Compared(
        "tag_overview by key",
        "SELECT scheme, code, method, field, start, passage FROM tag_overview WHERE doc_id = :key",
        'SELECT t.scheme, t.code, e.method, e.field, e.start, substr(r.body, e.start + 1, e."end" - e.start) '
        "FROM articles a JOIN article_topics tg ON tg.article_id = a.id JOIN topics t ON t.id = tg.topic_id "
        "JOIN tag_evidence e ON e.article_topic_id = tg.id JOIN article_revisions r ON r.id = e.revision_id "
        "WHERE a.key = :key AND e.field = 'body' UNION ALL "
        'SELECT t.scheme, t.code, e.method, e.field, e.start, substr(r.headline, e.start + 1, e."end" - e.start) '
        "FROM articles a JOIN article_topics tg ON tg.article_id = a.id JOIN topics t ON t.id = tg.topic_id "
        "JOIN tag_evidence e ON e.article_topic_id = tg.id JOIN article_revisions r ON r.id = e.revision_id "
        "WHERE a.key = :key AND e.field = 'headline'",
    ),
    Compared(
        "document_topics by key",
        "SELECT scheme, code, topic FROM document_topics WHERE doc_id = :key",
        "SELECT t.scheme, t.code, t.name FROM articles a JOIN article_topics tg ON tg.article_id = a.id "
        "JOIN topics t ON t.id = tg.topic_id WHERE a.key = :key",
    ),
    Compared(
        "monthly_counts, by month",
        "SELECT month, sum(articles) FROM monthly_counts WHERE month IS NOT NULL GROUP BY month",
        "SELECT substr(published_from, 1, 7), count(*) FROM articles "
        "WHERE published_precision <> 'year' GROUP BY substr(published_from, 1, 7)",
    ),
    Compared(
        "monthly_counts, one month",
        "SELECT source_slug, articles FROM monthly_counts WHERE month = '2013-02'",
        "SELECT s.slug, count(*) FROM articles a LEFT JOIN sources s ON s.id = a.source_id WHERE "
        "published_from >= '2013-02' AND published_until <= '2013-03-01T00:00:00' GROUP BY s.slug",
    ),
    Compared(
        "source_counts",
        "SELECT slug, articles FROM source_counts WHERE articles > 0",
        "SELECT s.slug, count(*) FROM articles a LEFT JOIN sources s ON s.id = a.source_id GROUP BY a.source_id",
    ),
    Compared(
        "topic_counts",
        "SELECT code, articles FROM topic_counts WHERE articles > 0",
        "SELECT t.code, count(*) FROM article_topics tg JOIN topics t ON t.id = tg.topic_id GROUP BY tg.topic_id",
    ),
)


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-views", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=5, folder="where to put the archive, which stays there to be used again")
    parser.add_argument("--articles", type=positive, default=100_000, help="so many units (100000)")
    parser.add_argument("--lookups", type=positive, default=1000, help="articles that are looked up (1000)")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    archive = prepare(folder, options.articles, options.seed)
    measured = Measured()
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY id")]
        looked_up = Random(options.seed).sample(keys, min(options.lookups, len(keys)))
        rows = {one.name: _check_same(connection, one, looked_up) for one in COMPARED}
        for _ in range(options.rounds):
            for one in COMPARED:
                for name, statement in ((one.name, one.view), (_by_hand(one), one.tables)):
                    start = time.perf_counter()
                    _ask(connection, statement, looked_up)
                    measured.add(name, time.perf_counter() - start)
    judged = [judge(goal, measured.ratios(goal)) for goal in map(_goal, COMPARED)]
    table = Table("view", "rows", "ms", "by hand, ms", "× by hand")
    for one, result in zip(COMPARED, judged, strict=True):
        milliseconds = [f"{1000 * min(measured.seconds[name]):.1f}" for name in (one.name, _by_hand(one))]
        table.add_row(one.name, f"{rows[one.name]:,}", *milliseconds, f"{result['median']:.2f}")
    console.print(f"{len(keys):,} articles; by key: {len(looked_up):,} lookups", table, highlight=False)
    record(
        "views",
        options,
        {
            "articles": len(keys),
            "rows": rows,
            "seconds": measured.seconds,
            "compared": judged,
        },
        console,
    )


def _by_hand(one: Compared) -> str:
    return f"{one.name}, by hand"


def _goal(one: Compared) -> Goal:
    return Goal(one.name, (one.name,), (_by_hand(one),), "× the time of the same by hand")


def _ask(connection: sqlite3.Connection, statement: str, keys: list[str]) -> list[Any]:
    if ":key" not in statement:
        return connection.execute(statement).fetchall()
    return [row for key in keys for row in connection.execute(statement, {"key": key})]


def _check_same(connection: sqlite3.Connection, one: Compared, keys: list[str]) -> int:
    """Return how many rows there are; raises WrongError where the view gives others than the tables do."""
    rows = _ask(connection, one.view, keys)
    if sorted(map(repr, rows)) != sorted(map(repr, _ask(connection, one.tables, keys))):
        raise WrongError(f"{one.name}: the view gives other rows than the tables")
    return len(rows)


if __name__ == "__main__":
    main()
