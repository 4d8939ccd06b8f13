"""How imports, memory, size and questions change as an archive grows.

    python benchmarks/bench_growth.py [--articles 1000000] [--step 100000] [--folder FOLDER]

Step by step, `archive import` brings so many JSON records more into one archive. After each step: how long it took, the
most memory of all its processes together, the size of the file, and the median time of finding the best 20, the newest
20 and the number by month of words in 1 to 3 and 10 to 40 % of the articles, beside FTS5 alone. A picture of it stands
beside the JSON.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import corpus
import psutil
from bench_rows import record_of, texts_of
from bench_search import BM25, TOP, frequent_words
from measured import WrongError, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from sqlalchemy import Connection

from archive.queries import reading
from archive.queries.best import find_best
from archive.queries.by_date import ids_in_order
from archive.queries.counts import count_by
from archive.queries.filters import Asked

PROGRAM = Path(sys.executable).with_name("archive")
OFTEN = 9  # of each question
FREQUENT = ("1 to 3 %", "10 to 40 %")
PHRASES = 300
MEMORY = 600e6  # bytes that all processes of an import may take


def main() -> None:
    parser = options_of(__doc__, rounds=None, folder="where to put records and archive")
    parser.add_argument("--articles", type=positive, default=1_000_000, help="records in the end (1000000)")
    parser.add_argument("--step", type=positive, default=100_000, help="records of an import (100000)")
    options = parser.parse_args()
    run_in_folder(options.folder, "bench-growth", lambda folder: _bench(folder, options, Console()))


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    archive = folder / "growing.db"
    for left in folder.glob("growing.db*"):
        left.unlink()
    corpus.write_topics(folder / "topics.toml", PHRASES, options.seed)
    subprocess.run(
        [PROGRAM, "--db", archive, "topics", "load", folder / "topics.toml"], check=True, capture_output=True
    )
    steps = []
    for number in range(options.articles // options.step):
        with tempfile.TemporaryDirectory(prefix="step-", dir=folder) as place:
            file = _records(Path(place), number, options)
            steps.append(_import(archive, file, options.step))
        steps[-1] |= {"bytes": archive.stat().st_size, "milliseconds": dict(_ask(archive))}
        steps[-1]["articles"] = steps[-1].pop("articles") + (steps[-2]["articles"] if number else 0)
        console.print(_told(steps[-1]), highlight=False, soft_wrap=True)
    file = record("growth", options, {"steps": steps}, console)
    _draw(steps, file.with_suffix(".png"))
    most = max(step["memory"] for step in steps)
    console.print(
        f"most memory of an import: {most / 1e6:,.0f} MB (goal: at most {MEMORY / 1e6:,.0f}; "
        f"{'met' if most <= MEMORY else 'MISSED'}); a picture: {file.with_suffix('.png').name}",
        highlight=False,
        soft_wrap=True,
    )


def _records(place: Path, number: int, options: argparse.Namespace) -> Path:
    file, draw = place / "records.jsonl", random.Random(options.seed * 1_000_003 + number)
    with file.open("w", encoding="utf-8") as out:
        for position, text in enumerate(texts_of(place / "texts", options.step, options.seed + 1000 * number)):
            record = record_of(number * options.step + position, text, draw)
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return file


def _import(archive: Path, file: Path, units: int) -> dict[str, Any]:
    """Import a file; returns seconds, bytes of memory, and how many articles came."""
    start = time.perf_counter()
    command = [PROGRAM, "--db", archive, "import", file, "-q", "-f", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        memory, process = 0, psutil.Process(running.pid)
        while running.poll() is None:
            memory = max(memory, _memory_of(process))
            time.sleep(0.05)
        seconds = time.perf_counter() - start
        said, errors = running.communicate()
    if running.returncode or json.loads(said)["units"] != units:
        raise WrongError(f"an import ended with {running.returncode}: {errors[-2000:]}")
    return {"seconds": seconds, "memory": memory, "articles": json.loads(said)["added"]}


def _memory_of(process: psutil.Process) -> int:
    """Return the bytes that a process and those it began hold alone: what they share counts once."""
    total = 0
    for one in [process, *_children(process)]:
        try:
            total += one.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = process.children(recursive=True)
    except psutil.Error:
        return []
    return found


def _ask(archive: Path) -> Iterator[tuple[str, float]]:
    with reading(archive) as connection:
        for name, word in frequent_words(connection, FREQUENT).items():
            for what, run in _questions(connection, word).items():
                run()
                times = []
                for _ in range(OFTEN):
                    start = time.perf_counter()
                    run()
                    times.append(time.perf_counter() - start)
                yield f"{what}, {name}", 1000 * statistics.median(times)


def _questions(connection: Connection, word: str) -> dict[str, Callable[[], object]]:
    selection = Asked(word).selection(connection)
    match = selection.match
    assert match is not None
    bare = f"SELECT rowid, {BM25} FROM article_fts WHERE article_fts MATCH ? ORDER BY 2 LIMIT {TOP}"
    return {
        "the best 20": lambda: find_best(connection, selection, match, TOP),
        "FTS5 alone": lambda: connection.exec_driver_sql(bare, (f'"{word}"',)).all(),
        "the newest 20": lambda: ids_in_order(connection, selection, "newest", TOP),
        "by month": lambda: list(count_by(connection, selection, "month")),
    }


def _told(step: dict[str, Any]) -> str:
    asked = "; ".join(f"{what} {one:.1f}" for what, one in step["milliseconds"].items())
    return (
        f"{step['articles']:>9,} articles: {step['seconds']:.0f} s, {step['memory'] / 1e6:,.0f} MB of memory, "
        f"{step['bytes'] / 1e9:.2f} GB; ms: {asked}"
    )


def _draw(steps: list[dict[str, Any]], file: Path) -> None:
    from matplotlib.figure import Figure
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    figure = Figure(figsize=(11, 9), layout="constrained")
    (speed, memory), (size, questions) = figure.subplots(2, 2)
    articles = [step["articles"] for step in steps]
    new = [now - before for now, before in zip(articles, [0, *articles[:-1]], strict=True)]
    drawn = (
        (
            speed,
            "articles imported in a second",
            [many / step["seconds"] for many, step in zip(new, steps, strict=True)],
        ),
        (memory, "most memory of an import, all processes, MB", [step["memory"] / 1e6 for step in steps]),
        (size, "size of the archive, GB", [step["bytes"] / 1e9 for step in steps]),
    )
    for axes, title, values in drawn:
        axes.plot(articles, values, marker="o")
        axes.set_title(title)
        axes.set_ylim(0, 1.1 * max(values))
    for number, what in enumerate(steps[0]["milliseconds"]):
        # of each question, which has a colour, rarer words are drawn dashed
        known = [(step["articles"], step["milliseconds"][what]) for step in steps if what in step["milliseconds"]]
        dash = "--" if what.endswith(FREQUENT[0]) else "-"
        colour = f"C{number % (len(steps[0]['milliseconds']) // len(FREQUENT))}"
        questions.plot(*zip(*known, strict=True), dash, color=colour, marker=".", label=f"{what} of articles")
    questions.set_title("questions of one word, ms")
    questions.set_yscale("log")
    questions.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    questions.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    questions.yaxis.set_minor_formatter(NullFormatter())
    questions.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    for axes in (speed, memory, size, questions):
        axes.set_xlim(left=0)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_xlabel("articles in the archive")
        axes.grid(alpha=0.3)
    figure.savefig(file, dpi=100)


if __name__ == "__main__":
    main()
