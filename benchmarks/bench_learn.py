"""How well topics are learned, beside the usual baselines, in the same folds.

    python benchmarks/bench_learn.py [--shared ../shared] [--seeds 3] [--quick]

Reuters: the articles of reut2-017.sgm as `archive import` reads them, topics of at least 10, several per article.
BBC: 256 texts, the folder is the topic, one per text, the highest score decides. Both in five folds; exact repeats are
in one fold. All that is fitted, calibrated or tuned is so without the fold that is tested: the baselines get thresholds
per topic that are best on margins of five inner folds, or one for all topics, whichever is better in the end. `--quick`
leaves logistic regression out.
"""

import argparse
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from archive.ingest import ImportOptions, import_paths
from archive.learning.evaluation import cross_validate, outer_parts
from archive.learning.features import Text
from archive.learning.fitting import best_threshold
from archive.learning.folds import divide, rarest

FOLDS = 5
FEWEST = 10  # articles of a topic
TFIDF: dict[str, dict[str, Any]] = {
    "TF-IDF": {},
    "TF-IDF, sublinear, without stop words": {"sublinear_tf": True, "stop_words": "english"},
}
MACHINES: dict[str, Callable[[], Any]] = {
    "linear SVM": LinearSVC,
    "logistic regression": lambda: LogisticRegression(max_iter=1000),
}


class Collection(NamedTuple):
    """Texts with their topics: which of them each has, and which texts are repeats of each other."""

    texts: list[Text]
    topics: list[str]
    labels: np.ndarray[Any, np.dtype[np.int8]]
    groups: list[Hashable]


class Outcome(NamedTuple):
    """How good a method was: micro-F1 where several topics can be, accuracy where one is."""

    micro: float
    accuracy: float


def reuters(shared: Path) -> Collection:
    """Return the Reuters articles, imported as anybody's are, with the topics of which there are enough."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "archive.db"
        import_paths(database, [str(shared / "corpora/text-reuters/reut2-017.sgm")], ImportOptions(jobs=0))
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute(
                "SELECT a.id, coalesce(r.headline, ''), r.body FROM articles a "
                "JOIN article_revisions r ON r.id = a.revision_id ORDER BY a.id"
            ).fetchall()
            tags = connection.execute(
                "SELECT g.article_id, t.code FROM article_topics g JOIN topics t ON t.id = g.topic_id "
                "WHERE t.scheme = 'reuters'"
            ).fetchall()
    number = Counter(code for _, code in tags)
    return _collection(
        [(article_id, Text(headline, body)) for article_id, headline, body in rows],
        sorted(code for code in number if number[code] >= FEWEST),
        set(tags),
    )


def bbc(shared: Path) -> Collection:
    """Return the BBC texts; the first line is the headline, the folder the topic."""
    texts, tags = [], set()
    for file in sorted((shared / "corpora/text-bbc").glob("*/*.txt")):
        content = file.read_bytes()
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = content.decode("cp1252")
        headline, _, body = text.partition("\n")
        tags.add((len(texts), file.parent.name))
        texts.append((len(texts), Text(headline, body)))
    return _collection(texts, sorted({topic for _, topic in tags}), tags)


def _collection(texts: Sequence[tuple[int, Text]], topics: list[str], tags: set[tuple[int, str]]) -> Collection:
    labels = np.array([[(number, topic) in tags for topic in topics] for number, _ in texts], dtype=np.int8)
    groups = [" ".join(text.body.split()) or number for number, text in texts]
    return Collection([text for _, text in texts], topics, labels, groups)


def learned(of: Collection, seed: int) -> Outcome:
    """Return how good the archive's own models are."""
    tested = cross_validate(of.texts, of.labels, of.topics, groups=of.groups, folds=FOLDS, seed=seed)
    right = tested.scores.argmax(axis=1) == of.labels.argmax(axis=1)
    return Outcome(tested.micro().f1, float(right.mean()))


def baseline(of: Collection, seed: int, tfidf: dict[str, Any], machine: Callable[[], Any]) -> Outcome:
    """Return how good one-vs-rest machines over scikit-learn's TF-IDF are."""
    texts = np.array([f"{text.headline}\n\n{text.body}" for text in of.texts], dtype=object)
    parts = outer_parts(of.labels, of.groups, FOLDS, seed)
    scores = np.zeros(of.labels.shape)
    taken = {tune: np.zeros(of.labels.shape, dtype=bool) for tune in (_per_topic, _for_all)}
    for part in range(FOLDS):
        rest, held_out = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        truth = of.labels[rest]
        inner = divide(rarest(truth), [of.groups[place] for place in rest], FOLDS, seed)
        margins = np.zeros(truth.shape)
        for one in range(FOLDS):
            margins[inner == one] = _margins(
                texts[rest[inner != one]], truth[inner != one], texts[rest[inner == one]], tfidf, machine
            )
        scores[held_out] = _margins(texts[rest], truth, texts[held_out], tfidf, machine)
        for tune, verdicts in taken.items():
            verdicts[held_out] = scores[held_out] >= tune(margins, truth)
    right = scores.argmax(axis=1) == of.labels.argmax(axis=1)
    return Outcome(max(_micro(of.labels, verdicts) for verdicts in taken.values()), float(right.mean()))


def _margins(known: Any, truth: Any, asked: Any, tfidf: dict[str, Any], machine: Callable[[], Any]) -> Any:
    vectorizer = TfidfVectorizer(**tfidf)
    matrix, wanted = vectorizer.fit_transform(known), vectorizer.transform(asked)
    found = np.full((len(asked), truth.shape[1]), -9.0)
    for column in range(truth.shape[1]):
        if truth[:, column].any():
            found[:, column] = machine().fit(matrix, truth[:, column]).decision_function(wanted)
    return found


def _per_topic(margins: Any, truth: Any) -> Any:
    return np.array([best_threshold(margins[:, column], truth[:, column]) for column in range(truth.shape[1])])


def _for_all(margins: Any, truth: Any) -> Any:
    return best_threshold(margins.ravel(), truth.ravel())


def _micro(truth: Any, taken: Any) -> float:
    return float(2 * ((truth == 1) & taken).sum() / (taken.sum() + (truth == 1).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    parser.add_argument("--seeds", type=int, default=3, help="how often, in other folds each time")
    parser.add_argument("--quick", action="store_true", help="without logistic regression")
    options = parser.parse_args()
    table = Table("method", "Reuters: micro-F1", "of each seed", "BBC: accuracy", "of each seed")
    collections = (reuters(options.shared), bbc(options.shared))
    methods: dict[str, Callable[[Collection, int], Outcome]] = {"archive topics learn": learned}
    for name, tfidf in TFIDF.items():
        for machine, made in MACHINES.items():
            if not (options.quick and made is not LinearSVC):
                methods[f"{name} + {machine}"] = lambda of, seed, tfidf=tfidf, made=made: baseline(
                    of, seed, tfidf, made
                )
    for name, method in methods.items():
        several, single = ([method(of, seed) for seed in range(options.seeds)] for of in collections)
        micro, right = [one.micro for one in several], [one.accuracy for one in single]
        cells = (
            f"{sum(values) / len(values):.3f}|" + " ".join(f"{one:.3f}" for one in values) for values in (micro, right)
        )
        table.add_row(name, *(part for cell in cells for part in cell.split("|")))
    of_all, of_one = collections
    console = Console()
    console.print(
        f"Reuters: {len(of_all.texts):,} articles, {len(of_all.topics)} topics; BBC: {len(of_one.texts)} texts"
    )
    console.print(table)


if __name__ == "__main__":
    main()
