"""A model that was learned: how sure it is that a text is about a topic, and by which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from archive.learning.features import HEADLINE, Floats, Terms, Text, count_terms
from archive.normalize.tokens import passage_spans, tokenize

MOST_WORDS = 5  # that are named for a score
MOST_PASSAGES = 3  # of one word


@dataclass(frozen=True)
class TopicModel:
    """What was learned of one topic.

    A text's margin is the sum of its terms' weights and the intercept; its score is 1 / (1 + exp(-(slope * margin +
    offset))). `threshold` is the score from which on the text is best taken to be about the topic. `accepted` and
    `rejected` count the texts that it was fitted to.
    """

    topic: str
    weights: Floats
    intercept: float
    slope: float
    offset: float
    threshold: float
    accepted: int
    rejected: int


class Word(NamedTuple):
    """A passage that carried a score: field, place in it (code points, half-open), and what it added to the margin."""

    field: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Model:
    """Models of several topics over the same terms; `about` says what they were learned from, and with what."""

    terms: Terms
    topics: tuple[TopicModel, ...]
    about: Mapping[str, object] = field(default_factory=dict)

    def scores(self, texts: Sequence[Text]) -> Floats:
        """Return for each text (row) and each topic (column) how sure the model is that it is about it, 0 to 1."""
        weights = np.array([topic.weights for topic in self.topics])
        intercepts = np.array([topic.intercept for topic in self.topics])
        slopes, offsets = (np.array([getattr(one, name) for one in self.topics]) for name in ("slope", "offset"))
        found = np.empty((len(texts), len(self.topics)))
        for row, text in enumerate(texts):
            numbers, values = self.terms.vector(count_terms(text))
            margins = weights[:, numbers] @ values + intercepts
            found[row] = calibrated(margins, slopes, offsets)
        return found

    def words(self, text: Text, topic: int) -> list[Word]:
        """Return the words of a text that speak most for a topic (by its column), each where it stands.

        What a word adds is divided evenly over where it stands; in the headline it adds what it does as a word of the
        headline, too. The five words that add most, and of each the three passages that do; by place.
        """
        counts = count_terms(text)
        numbers, values = self.terms.vector(counts)
        weights = self.topics[topic].weights
        per_term = {
            self.terms.terms[number]: weights[number] * value for number, value in zip(numbers, values, strict=True)
        }
        passages: dict[str, list[Word]] = {}
        for name, content in (("headline", text.headline), ("body", text.body)):
            words = tokenize(content)
            wanted: list[tuple[str, float, tuple[int, int]]] = []
            for place, word in enumerate(words):
                each = per_term.get(word, 0.0) / counts[word]
                if name == "headline":
                    each += per_term.get(HEADLINE + word, 0.0) / counts[HEADLINE + word]
                if each:
                    wanted.append((word, float(each), (place, place + 1)))
            spans = passage_spans(content, words, [one for *_, one in wanted])
            for (word, each, _), (start, end) in zip(wanted, spans, strict=True):
                passages.setdefault(word, []).append(Word(name, start, end, each))
        added = {word: sum(one.weight for one in of_word) for word, of_word in passages.items()}
        best = sorted((word for word in added if added[word] > 0), key=lambda word: (-added[word], word))[:MOST_WORDS]
        kept = []
        for word in best:
            by_weight = sorted(passages[word], key=lambda one: (-one.weight, one.field != "headline", one.start))
            kept += [one for one in by_weight[:MOST_PASSAGES] if one.weight > 0]
        return sorted(kept, key=lambda one: (one.field != "headline", one.start))


def calibrated(margins: Floats, slopes: Floats | float, offsets: Floats | float) -> Floats:
    """Return margins as scores between 0 and 1, never quite either."""
    return np.asarray(1 / (1 + np.exp(-np.clip(slopes * margins + offsets, -30, 30))))
