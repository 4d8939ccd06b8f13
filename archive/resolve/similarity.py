"""How much two texts have in common."""

from collections.abc import Sequence

from archive.normalize.tokens import tokenize


def shared_shingles(one: str, other: str) -> float:
    """Return how much of two texts agrees, 0 to 1: shared runs of three words against all of them (Jaccard).

    Where one has fewer than three words, the words of both are compared. Broder, "On the resemblance and containment
    of documents" (1997), has the measure.

    >>> shared_shingles("the cat sat on the mat", "the cat sat on the rug")
    0.6
    """
    words, others = tokenize(one), tokenize(other)
    length = 3 if min(len(words), len(others)) >= 3 else 1
    first, second = _runs(words, length), _runs(others, length)
    union = len(first | second)
    return len(first & second) / union if union else 1.0


def _runs(words: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return set(zip(*(words[start:] for start in range(length)), strict=False))
