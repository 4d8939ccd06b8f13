"""How quick an import is beside sqlite-utils, the same again beside reading and hashing, and how quick the start is.

    python benchmarks/bench_import.py [--files 20000] [--rounds 5] [--jobs N] [--folder FOLDER]

What is compared takes turns (A B A B …), each as a process of its own from start to end, since a machine is never the
same twice; a ratio is that of one round, and the median over the rounds counts. See benchmarks/README.md.
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import corpus
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.executable).parent
PHRASES = 300
FREQUENT_WORD = "the"
FOUND = f"SELECT count(*) FROM {{0}} WHERE {{0}} MATCH '{FREQUENT_WORD}'"
BUSY = 0.1  # processors: if others take more, they take part in what is measured

CLICK_PROGRAM = '''import click


@click.command()
@click.option("--count", default=1, help="How often.")
def hello(count: int) -> None:
    """Say hello."""
    click.echo("hello" * count)


hello()
'''

IMPORT, INSERT, INDEX = "archive import", "sqlite-utils insert-files", "sqlite-utils enable-fts"
PARTS = "its parts, bare"
XAPIAN = "words by Xapian"
AGAIN, BARE = "archive import, again", "read and hash"
AGAIN_WITHIN, BARE_WITHIN = "import_paths(), again", "read and hash, same process"
NOTHING, CLICK, HELP = "python -c pass", "a click program --help", "archive --help"

GOALS: tuple[Goal, ...] = (
    Goal("import", (INSERT, INDEX), (IMPORT,), "× the speed of sqlite-utils", at_least=0.5),
    Goal("bare parts", (PARTS,), (IMPORT,), "× the speed of its parts, bare, one after the other", at_least=0.5),
    Goal("again", (AGAIN_WITHIN,), (BARE_WITHIN,), "× the time of reading and hashing, in one process", at_most=2.22),
    Goal("again, as a whole", (AGAIN,), (BARE,), "× the time of reading and hashing, whole processes"),
    Goal("start", (HELP,), (CLICK,), "× the time of a click program", at_most=1.3),
)
if find_spec("xapian"):  # which is not to be had on all systems
    # asked of notmuch, which does what is measured here of its engine, and more
    GOALS = (*GOALS, Goal("Xapian", (XAPIAN,), (IMPORT,), "× the speed of Xapian with the words alone", at_least=5))


@dataclass(frozen=True)
class Collection:
    """The files to be imported, and what must be found in them."""

    folder: Path
    files: int
    size: int
    with_word: int  # files that have the frequent word
    texts_with_word: int  # the same, copies counted once


def main() -> None:
    options = _options()
    run_in_folder(options.folder, "bench-import", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=5, folder="where to put files and databases; the files stay, to be used again")
    parser.add_argument("--files", type=positive, default=20_000, help="how many texts (20000)")
    parser.add_argument("--starts", type=positive, default=20, help="how often for the start of programs (20)")
    parser.add_argument("--jobs", type=int, help="processes beside the one that writes (as the program chooses)")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    programs = {name: _program(name) for name in ("archive", "sqlite-utils")}
    load_before = os.getloadavg()
    _say(console, f"{options.files:,} files in {folder}, seed {options.seed}")
    collection = _prepare(folder, options)
    measured = Measured()
    sizes: dict[str, int] = {"texts": collection.size}
    _measure_starts(measured, programs["archive"], folder, options.starts)
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="round-", dir=folder) as place:
            large, found = _measure_round(
                measured, programs, collection, folder / "vocabulary.db", Path(place), options.jobs
            )
        sizes |= large
        _say(console, f"round {number + 1} of {options.rounds}")
    load = {"before": load_before, "after": os.getloadavg()}
    _print(console, measured, collection, sizes)
    record(
        "import",
        options,
        {
            "phrases": PHRASES,
            "load": load,
            "bytes": sizes,
            "found": found,
            "seconds": measured.seconds,
            "cpu_seconds": measured.cpu,
            "processors_of_others": measured.others,
            "compared": [judge(goal, measured.ratios(goal)) for goal in GOALS],
        },
        console,
    )


def _program(name: str) -> Path:
    program = PROGRAMS / name
    if not program.exists():
        raise WrongError(
            f"{name} is not installed beside {sys.executable}; `make bench-import` installs all that is needed"
        )
    return program


def _prepare(folder: Path, options: argparse.Namespace) -> Collection:
    """Write the files, unless they are there already, an archive that knows the phrases, and a click program.

    All files are read, so that each program finds them in the cache of the system.
    """
    files = corpus.files_of(folder, options.files, options.seed)
    corpus.write_topics(folder / "topics.toml", PHRASES, options.seed)
    (folder / "vocabulary.db").unlink(missing_ok=True)
    Measured().run(
        "archive topics load",
        [PROGRAMS / "archive", "--db", folder / "vocabulary.db", "topics", "load", folder / "topics.toml"],
    )
    (folder / "click_program.py").write_text(CLICK_PROGRAM)
    word = re.compile(rf"\b{FREQUENT_WORD}\b", re.IGNORECASE)
    texts = [file.read_text(encoding="utf-8") for file in files.rglob("*.txt")]
    having = [text for text in texts if word.search(text)]
    return Collection(
        files, len(texts), sum(len(text.encode()) for text in texts), len(having), len(dict.fromkeys(having))
    )


def _measure_starts(measured: Measured, archive: Path, folder: Path, times: int) -> None:
    commands: dict[str, list[str | Path]] = {
        NOTHING: [sys.executable, "-c", "pass"],
        CLICK: [sys.executable, folder / "click_program.py", "--help"],
        HELP: [archive, "--help"],
    }
    for command in commands.values():  # the first run compiles, and fills the cache
        Measured().run("a first run", command)
    for _ in range(times):
        for name, command in commands.items():
            measured.run(name, command)


def _measure_round(
    measured: Measured,
    programs: dict[str, Path],
    collection: Collection,
    vocabulary: Path,
    place: Path,
    jobs: int | None,
) -> tuple[dict[str, int], dict[str, int]]:
    """Take the time of everything once, check that it did its work, and return sizes and what is found."""
    ours, theirs, folder = place / "archive.db", place / "sqlite-utils.db", collection.folder
    chosen = [] if jobs is None else ["--jobs", str(jobs)]
    importing: list[str | Path] = [programs["archive"], "--db", ours, "import", folder, "-q", "-f", "json", *chosen]
    shutil.copy(vocabulary, ours)

    _quiet_disk()
    summary = json.loads(measured.run(IMPORT, importing))
    _quiet_disk()
    alone = _without_numpy(place)
    program = programs["sqlite-utils"]
    measured.run(INSERT, [program, "insert-files", theirs, "files", folder, "--text", "--silent"], alone)
    # the column is not called `content`: with that name, this command indexes nothing and ends well
    measured.run(INDEX, [program, "enable-fts", theirs, "files", "content_text"], alone)
    _quiet_disk()
    topics = vocabulary.with_name("topics.toml")
    script: list[str | Path]
    parts = json.loads(
        measured.run(PARTS, [sys.executable, HERE / "bare_parts.py", folder, topics, place / "parts.db"])
    )
    for part, seconds in parts["seconds"].items():
        measured.add(f"of these: {part}", seconds)
    _check(parts["files"], collection.files, "files taken in parts")
    _check(parts["found"], 1, "phrases found in them")
    if find_spec("xapian"):
        _quiet_disk()
        script = [sys.executable, HERE / "xapian_index.py", folder, place / "xapian"]
        _check(int(measured.run(XAPIAN, script)), collection.files, "files that Xapian took")
    sizes = {"archive": ours.stat().st_size, "sqlite-utils": theirs.stat().st_size}
    found = {
        "article_fts": _count(ours, FOUND.format("article_fts")),
        "tag_evidence": _count(ours, "SELECT count(*) FROM tag_evidence"),
        "files_fts": _count(theirs, FOUND.format("files_fts")),
    }
    _check(summary["added"] + summary["duplicate"], collection.files, "units that the archive took")
    _check(found["article_fts"], collection.texts_with_word, "articles that a search finds")
    _check(found["tag_evidence"], 1, "passages that tag")
    _check(found["files_fts"], collection.with_word, "rows of sqlite-utils that a search finds")

    _quiet_disk()
    summary = json.loads(measured.run(AGAIN, importing))
    _check(summary["unchanged"], collection.files, "units that are unchanged")
    script = [sys.executable, HERE / "read_and_hash.py", folder]
    _check(int(measured.run(BARE, script)), collection.files, "files read and hashed")
    _quiet_disk()
    beside = json.loads(Measured().run("both in one process", [*script, "--beside", ours, *chosen[1:]]))
    _check(beside["unchanged"], collection.files, "units that are unchanged")
    measured.add(AGAIN_WITHIN, beside["import"])
    measured.add(BARE_WITHIN, beside["bare"])
    return sizes, found


def _without_numpy(place: Path) -> dict[str, str]:
    """Return the environment in which sqlite-utils is as it is by itself: it loads NumPy where it is."""
    hiding = place / "without"
    hiding.mkdir()
    (hiding / "numpy.py").write_text('raise ImportError("hidden")\n')
    path = [str(hiding), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _quiet_disk() -> None:
    """Let what was written before come to the disk, so that the next does not wait for it."""
    os.sync()


def _check(number: int, least: int, what: str) -> None:
    if number < max(1, least):
        raise WrongError(f"{what}: {number:,}, but there should be {max(1, least):,}")


def _count(path: Path, question: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute(question).fetchone()
    return int(number)


def _print(console: Console, measured: Measured, collection: Collection, sizes: dict[str, int]) -> None:
    table = Table("seconds", box=None, header_style="bold")
    for heading in ("min", "median", "max", "of processors", "others"):
        table.add_column(heading, justify="right")
    for name, seconds in measured.seconds.items():
        shown = [f"{one:.3f}" for one in (min(seconds), statistics.median(seconds), max(seconds))]
        cpu, others = measured.cpu.get(name), measured.others.get(name)
        shown += [f"{statistics.median(cpu):.3f}" if cpu else "", f"{statistics.median(others):.2f}" if others else ""]
        table.add_row(name, *shown)
    console.print()
    console.print(table)
    console.print()
    for goal in GOALS:
        judged = judge(goal, measured.ratios(goal))
        verdict = {True: "met", False: "MISSED", None: "too few rounds to tell"}[judged["met"]]
        asked = f"; goal: {judged['asked']}, {verdict}" if goal.asked() else ""
        _say(
            console,
            f"{goal.name}: {judged['median']:.2f} {goal.says} ({judged['min']:.2f} to {judged['max']:.2f}){asked}",
        )
    busy = statistics.median(measured.others.get(IMPORT, [0.0]))
    if busy > BUSY:
        _say(
            console,
            f"Other programs kept {busy:.2f} processors busy during the import. It works in several processes and "
            "loses more by that than a program of one: repeat it on a machine that does nothing else.",
        )
    speed = collection.files / statistics.median(measured.seconds[IMPORT])
    of_text = {name: size / sizes["texts"] for name, size in sizes.items()}
    _say(
        console,
        f"{speed:,.0f} files a second; the archive is {of_text['archive']:.2f} × as large as the texts, "
        f"sqlite-utils' file {of_text['sqlite-utils']:.2f} ×",
    )


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
