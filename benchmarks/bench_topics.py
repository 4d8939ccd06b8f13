"""How fast the phrases of a vocabulary are found in texts, beside the bare automaton of ahocorasick_rs.

    python benchmarks/bench_topics.py [--texts 5000] [--phrases 5000] [--rounds 9] [--seed 1]

Made-up texts of about 3.3 KB, and phrases of one to three of their words. All begin with the folded words of a text,
which an import has anyway: the bare automaton joins them by spaces and finds phrases between spaces. What is compared
takes turns in one process, and must find the same. The time of processors counts, and the median over the rounds.
"""

import argparse
import gc
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind
from corpus import write_files, write_topics
from measured import Goal, Measured, WrongError, judge, positive, run_in_folder
from recorded import options_of, record
from rich.console import Console
from rich.table import Table

from archive.normalize.phrases import Phrase, PhraseMatcher
from archive.normalize.tokens import tokenize
from archive.query_language.rule_matching import Rule, RuleMatcher

BARE, DICTIONARIES, AUTOMATON, QUERIES = (
    "ahocorasick_rs alone",
    "phrases, plain Python",
    "phrases, extra fast",
    "queries",
)
GOALS = (
    Goal("plain Python", (BARE,), (DICTIONARIES,), "× the speed of ahocorasick_rs alone", at_least=0.4),
    Goal("extra fast", (BARE,), (AUTOMATON,), "× the speed of ahocorasick_rs alone", at_least=0.9),
    Goal("as queries", (BARE,), (QUERIES,), "× the speed of ahocorasick_rs alone"),
)


def main() -> None:
    options = _options()
    run_in_folder(None, "bench-topics", lambda folder: _bench(folder, options, Console()))


def _options() -> argparse.Namespace:
    parser = options_of(__doc__, rounds=9, folder=None)
    parser.add_argument("--texts", type=positive, default=5000, help="so many texts (5000)")
    parser.add_argument("--phrases", type=positive, default=5000, help="so many phrases (5000)")
    return parser.parse_args()


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    words = _texts(folder, options.texts, options.seed)
    phrases = _phrases(folder, options.phrases, options.seed)
    bare = _Bare(phrases)
    ours = {name: PhraseMatcher(phrases, by_automaton=name == AUTOMATON) for name in (DICTIONARIES, AUTOMATON)}
    queries = RuleMatcher(Rule(topic_id, f'"{text}"') for topic_id, text in phrases)
    _check_same(words, bare, ours, queries)
    found = sum(len(bare.find(text)) for text in words)
    ways: dict[str, Callable[[Sequence[str]], Any]] = {
        BARE: bare.find,
        **{name: matcher.find for name, matcher in ours.items()},
        QUERIES: lambda text: queries.find({"body": text}),
    }
    measured = Measured()
    gc.disable()  # what is found is kept by nobody, and cycles there are none
    for _ in range(options.rounds):
        for name, find in ways.items():
            start = time.process_time()
            for text in words:
                find(text)
            measured.add(name, time.process_time() - start)
    judged = [judge(goal, measured.ratios(goal)) for goal in GOALS]
    table = Table("way", "µs a text", "× speed of the bare one", "asked", "met")
    table.add_row(BARE, f"{1e6 * min(measured.seconds[BARE]) / len(words):.0f}", "1", "", "")
    for goal, result in zip(GOALS, judged, strict=True):
        each = f"{1e6 * min(measured.seconds[goal.to[0]]) / len(words):.0f}"
        spread = f"{result['median']:.2f} ({result['min']:.2f} to {result['max']:.2f})"
        met = {True: "yes", False: "no", None: ""}[result["met"]]
        table.add_row(goal.to[0], each, spread, result["asked"], met)
    each_has = found / len(words)
    console.print(
        f"{len(words):,} texts, {len(phrases):,} phrases, {each_has:.0f} found in each", table, highlight=False
    )
    record(
        "topics",
        options,
        {
            "found": found,
            "seconds": measured.seconds,
            "compared": judged,
        },
        console,
    )


class _Bare:
    """Nothing but the automaton: numbers of wordings, with where they stand in the words joined by spaces."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self.wordings = list(dict.fromkeys(f" {' '.join(tokenize(text))} " for _, text in phrases))
        self._automaton = AhoCorasick(self.wordings, matchkind=MatchKind.Standard)

    def find(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes(f" {' '.join(words)} ", overlapping=True)


def _texts(folder: Path, number: int, seed: int) -> list[list[str]]:
    with tempfile.TemporaryDirectory(dir=folder) as texts:
        write_files(Path(texts), number, seed)
        return [tokenize(path.read_text(encoding="utf-8")) for path in sorted(Path(texts).rglob("*.txt"))]


def _phrases(folder: Path, number: int, seed: int) -> list[Phrase]:
    write_topics(folder / "topics.toml", number, seed)
    topics = tomllib.loads((folder / "topics.toml").read_text(encoding="utf-8"))["topics"]
    return [Phrase(at, text) for at, topic in enumerate(topics) for text in topic["phrases"]]


def _check_same(words: list[list[str]], bare: _Bare, ours: dict[str, PhraseMatcher], queries: RuleMatcher) -> None:
    """Raise WrongError where anything finds other phrases, or at other places, than the bare automaton."""
    for text in words[:500]:
        starts = {at: number for number, at in enumerate(accumulate((len(word) + 1 for word in text), initial=0))}
        expected = {
            (bare.wordings[number].strip(), starts[start], starts[end - 1]) for number, start, end in bare.find(text)
        }
        for name, matcher in ours.items():
            found = {
                (" ".join(tokenize(matcher.phrases[number][0].text)), start, end)
                for number, start, end in matcher.find(text)
            }
            if found != expected:
                raise WrongError(f"{name} finds other phrases than the bare automaton")
        by_queries = {
            (" ".join(tokenize(one.rule.text)), passage.first, passage.last)
            for one in queries.find({"body": text})
            for passage in one.passages
        }
        if by_queries != expected:
            raise WrongError("queries find other phrases than the bare automaton")


if __name__ == "__main__":
    main()
