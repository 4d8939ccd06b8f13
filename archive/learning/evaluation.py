"""How good what was learned is on texts it was not learned from."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.learning.features import Floats, Text
from archive.learning.fitting import UNKNOWN, Labels, Watch, fit, unwatched
from archive.learning.folds import Numbers, divide, rarest


class Quality(NamedTuple):
    """Precision, recall and F1 of `n` articles that have a topic; NaN where nothing was taken, or nothing was there."""

    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Tested:
    """Texts that were tested: what is so, what was taken to be so, and the scores; texts by topics.

    What was in no test, or is not known, is UNKNOWN in `truth` and does not count.
    """

    topics: tuple[str, ...]
    truth: Labels
    taken: NDArray[np.bool_]
    scores: Floats

    def of_topics(self) -> list[Quality]:
        """Return how good each topic is."""
        return [_quality(self.truth[:, column], self.taken[:, column]) for column in range(len(self.topics))]

    def micro(self) -> Quality:
        """Return how good all verdicts are, each counting once."""
        return _quality(self.truth.ravel(), self.taken.ravel())

    def macro(self) -> Quality:
        """Return the mean over the topics that some text has; where precision or F1 is not defined, it counts 0."""
        qualities = [one for one in self.of_topics() if one.n]
        precision, recall, f1 = (
            float(np.nan_to_num([getattr(one, name) for one in qualities]).mean()) if qualities else float("nan")
            for name in ("precision", "recall", "f1")
        )
        return Quality(sum(one.n for one in qualities), precision, recall, f1)

    def confused(self) -> list[tuple[str, str, int]]:
        """Return pairs of topics, and how many texts of the first were taken to be of the second instead; most first.

        Instead: the first was not taken, and the second is known not to be so.
        """
        pairs: Counter[tuple[str, str]] = Counter()
        for truth, taken in zip(self.truth, self.taken, strict=True):
            missed, wrong = np.flatnonzero((truth == 1) & ~taken), np.flatnonzero((truth == 0) & taken)
            pairs.update((self.topics[one], self.topics[other]) for one in missed for other in wrong)
        return [(*pair, number) for pair, number in sorted(pairs.items(), key=lambda one: (-one[1], one[0]))]


def cross_validate(
    texts: Sequence[Text],
    labels: Labels,
    topics: Sequence[str],
    *,
    groups: Sequence[Hashable],
    folds: int,
    seed: int,
    watch: Watch = unwatched,
) -> Tested:
    """Return how each text is judged by a model that was fitted, calibrated and tuned on the other parts alone."""
    parts = outer_parts(labels, groups, folds, seed)
    tested = _untested(texts, topics)
    for part in range(folds):
        test(tested, texts, labels, np.flatnonzero(parts != part), np.flatnonzero(parts == part), groups, seed)
        watch(part + 1, folds)
    return tested


def outer_parts(labels: Labels, groups: Sequence[Hashable], folds: int, seed: int) -> Numbers:
    """Return in which part of a cross-validation each text is tested."""
    return divide(rarest(labels), groups, folds, seed)


def split(
    texts: Sequence[Text],
    labels: Labels,
    topics: Sequence[str],
    earlier: Sequence[int],
    later: Sequence[int],
    *,
    groups: Sequence[Hashable],
    seed: int,
) -> Tested:
    """Return how the later texts are judged by a model fitted to the earlier ones."""
    tested = _untested(texts, topics)
    test(tested, texts, labels, np.array(earlier, dtype=np.intp), np.array(later, dtype=np.intp), groups, seed)
    return tested


def test(
    tested: Tested,
    texts: Sequence[Text],
    labels: Labels,
    train: Numbers,
    held_out: Numbers,
    groups: Sequence[Hashable],
    seed: int,
) -> None:
    """Judge the texts held out by a model fitted to the others; a topic that cannot be learned of is never taken."""
    fitted = fit(
        [texts[place] for place in train],
        labels[train],
        tested.topics,
        groups=[groups[place] for place in train],
        seed=seed,
    )
    tested.truth[held_out] = labels[held_out]
    if not fitted.model.topics or not len(held_out):
        return
    scores = fitted.model.scores([texts[place] for place in held_out])
    for place, topic in enumerate(fitted.model.topics):
        column = tested.topics.index(topic.topic)
        tested.scores[held_out, column] = scores[:, place]
        tested.taken[held_out, column] = scores[:, place] >= topic.threshold


def _untested(texts: Sequence[Text], topics: Sequence[str]) -> Tested:
    shape = (len(texts), len(topics))
    return Tested(tuple(topics), np.full(shape, UNKNOWN, dtype=np.int8), np.zeros(shape, dtype=bool), np.zeros(shape))


def _quality(truth: Labels, taken: NDArray[np.bool_]) -> Quality:
    there = int((truth == 1).sum())
    hits = int(((truth == 1) & taken).sum())
    wrong = int(((truth == 0) & taken).sum())
    return Quality(
        there,
        hits / (hits + wrong) if hits + wrong else float("nan"),
        hits / there if there else float("nan"),
        2 * hits / (hits + wrong + there) if hits + wrong + there else float("nan"),
    )
