"""A model fitted to texts of which people said what they are about.

One linear support vector machine per topic over TF-IDF (Joachims, Text Categorization with Support Vector Machines,
1998), by LIBLINEAR through scikit-learn. Scores are calibrated with a sigmoid on margins of texts that the machine was
not fitted to (Platt, Probabilistic Outputs for Support Vector Machines, 1999). The threshold is halfway between the one
that is best for the topic and the one that is best for all topics together, on the same margins (Yang, A Study on
Thresholding Strategies for Text Categorization, 2001): the first alone is a matter of luck where texts are few.
"""

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from archive.learning.features import Floats, Terms, Text, count_terms, rounded
from archive.learning.folds import divide
from archive.learning.model import Model, TopicModel, calibrated

FOLDS = 5
_C = 2.0  # how dear a text on the wrong side is; measured in docs/learning.md
UNKNOWN = -1  # of a text it is not known whether it is about a topic

Labels = NDArray[np.int8]  # texts by topics: 1, 0, or UNKNOWN
Watch = Callable[[int, int], None]  # topics done, topics in all


def unwatched(done: int, total: int) -> None:
    """Watch nothing."""


@dataclass
class Fitted:
    """What came of fitting: the model, and by topic why nothing was learned of it."""

    model: Model
    left_out: dict[str, str] = field(default_factory=dict)


def fit(
    texts: Sequence[Text],
    labels: Labels,
    topics: Sequence[str],
    *,
    groups: Sequence[Hashable],
    seed: int,
    about: Mapping[str, object] | None = None,
    watch: Watch = unwatched,
) -> Fitted:
    """Return a model of these topics, the same for the same texts and seed.

    Texts of one group are repeats of each other. A topic is left out, with the reason, where fewer than five groups
    have it or fewer than five do not, and where the words of the texts do not tell it.
    """
    counted = [count_terms(text) for text in texts]
    terms = Terms.of(counted, groups)
    matrix = _matrix(terms, counted)
    fitted = Fitted(Model(terms, (), about or {}))
    margins: dict[int, tuple[Floats, Labels]] = {}
    sigmoids: dict[int, tuple[float, float]] = {}
    for column, topic in enumerate(topics):
        watch(column, len(topics))
        known = np.flatnonzero(labels[:, column] != UNKNOWN)
        truth = labels[known, column]
        own = [groups[int(place)] for place in known]
        if reason := _too_few(truth, own):
            fitted.left_out[topic] = reason
            continue
        found = _held_out(matrix[known], truth, own, seed)
        sigmoids[column] = _sigmoid(found, truth)
        if sigmoids[column][0] <= 0:
            fitted.left_out[topic] = "the words of its articles do not tell them from others"
            continue
        margins[column] = (found, truth)
    if margins:
        pooled = best_threshold(*(np.concatenate(parts) for parts in zip(*margins.values(), strict=True)))
    learned = []
    for column, (found, truth) in margins.items():
        known = np.flatnonzero(labels[:, column] != UNKNOWN)
        machine = _machine(matrix[known], truth, seed)
        slope, offset = sigmoids[column]
        threshold = (best_threshold(found, truth) + pooled) / 2
        learned.append(
            TopicModel(
                topics[column],
                rounded(machine.coef_[0]),
                float(machine.intercept_[0]),
                slope,
                offset,
                float(calibrated(np.array(threshold), slope, offset)),
                int((truth == 1).sum()),
                int((truth == 0).sum()),
            )
        )
    watch(len(topics), len(topics))
    fitted.model = Model(terms, tuple(learned), about or {})
    return fitted


def best_threshold(margins: Floats, truth: Labels) -> float:
    """Return the margin from which on taking texts to be about a topic gives the highest F1; of several the highest.

    >>> best_threshold(np.array([3.0, 2.0, 1.0]), np.array([1, 1, 0], dtype=np.int8))
    1.5
    """
    order = np.argsort(-margins, kind="stable")
    sorted_margins, hits = margins[order], np.cumsum(truth[order] == 1)
    taken = np.arange(1, len(order) + 1)
    quality = 2 * hits / (taken + hits[-1])
    following = np.append(sorted_margins[1:], sorted_margins[-1] - 2)
    quality[sorted_margins == following] = -1  # texts with one margin are taken together
    best = int(np.argmax(quality))
    return float((sorted_margins[best] + following[best]) / 2)


def _too_few(truth: Labels, groups: Sequence[Hashable]) -> str | None:
    for verdict, what in ((1, "with"), (0, "without")):
        number = len({group for group, one in zip(groups, truth, strict=True) if one == verdict})
        if number < FOLDS:
            return f"{number} different texts {what} it, at least {FOLDS} are needed"
    return None


def _matrix(terms: Terms, counted: Sequence[Mapping[str, int]]) -> csr_array:
    numbers: list[NDArray[np.intp]] = []
    values: list[Floats] = []
    ends = [0]
    for counts in counted:
        of_text, weights = terms.vector(counts)
        numbers.append(of_text)
        values.append(weights)
        ends.append(ends[-1] + len(of_text))
    shape = (len(counted), max(1, len(terms.terms)))
    # LIBLINEAR takes no indices of 64 bits
    places = np.concatenate([np.empty(0), *numbers]).astype(np.int32)
    joined = (np.concatenate([np.empty(0), *values]), places, np.array(ends, dtype=np.int32))
    return csr_array(joined, shape=shape)


def _machine(matrix: csr_array, truth: Labels, seed: int) -> LinearSVC:
    machine = LinearSVC(C=_C, dual=True, random_state=seed, max_iter=10_000)
    with warnings.catch_warnings():
        # repeats that people tagged otherwise each time converge slowly; the last state is as good as any
        warnings.simplefilter("ignore", ConvergenceWarning)
        return machine.fit(matrix, truth)


def _held_out(matrix: csr_array, truth: Labels, groups: Sequence[Hashable], seed: int) -> Floats:
    """Return the margin of each text by a machine fitted without its part."""
    parts = divide(truth.tolist(), groups, FOLDS, seed)
    margins = np.empty(len(truth))
    for part in range(FOLDS):
        rest, held_out = np.flatnonzero(parts != part), np.flatnonzero(parts == part)
        margins[held_out] = _machine(matrix[rest], truth[rest], seed).decision_function(matrix[held_out])
    return margins


def _sigmoid(margins: Floats, truth: Labels) -> tuple[float, float]:
    """Return slope and offset of the sigmoid that makes scores of margins; targets are Platt's, kept off 0 and 1."""
    accepted, rejected = int((truth == 1).sum()), int((truth == 0).sum())
    target = np.where(truth == 1, (accepted + 1) / (accepted + 2), 1 / (rejected + 2))
    both = np.concatenate([margins, margins])[:, None]
    verdicts = np.repeat([1, 0], len(margins))
    fitted = LogisticRegression(C=np.inf, max_iter=1000).fit(
        both, verdicts, sample_weight=np.concatenate([target, 1 - target])
    )
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
