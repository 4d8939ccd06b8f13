"""How much two texts have in common."""

from archive.normalize.tokens import tokenize


def shared_shingles(one: str, other: str) -> float:
    """Return how much of two texts agrees, 0 to 1: shared runs of three words against all of them (Jaccard).

    Of texts of fewer than three words, the words are compared. Broder, "On the resemblance and containment of
    documents" (1997), has the measure.

    >>> shared_shingles("the cat sat on the mat", "the cat sat on the rug")
    0.6
    """
    first, second = _shingles(one), _shingles(other)
    union = len(first | second)
    return len(first & second) / union if union else 1.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = tokenize(text)
    if len(words) < 3:
        return {(word,) for word in words}
    return set(zip(words, words[1:], words[2:], strict=False))
