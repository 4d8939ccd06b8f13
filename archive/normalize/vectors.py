"""What PostgreSQL's full-text search has of a text: its folded words in order, and a tsvector of them as text.

A tsvector keeps where a word stands only up to position 16,383, and 256 times, and takes 1 MB in all
(https://www.postgresql.org/docs/current/textsearch-limitations.html).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from archive.documents import Indexed

LONGEST_WORD = 500  # characters that lead to a word; the server takes 2,046 bytes

_LAST_POSITION = 16_383
_MOST_POSITIONS = 255
_LARGEST = 1_000_000  # bytes of a tsvector; a little less than the server's limit
_BETWEEN = 100  # positions between a headline and a body, of which nothing is a phrase


def indexed(headline: Sequence[str], body: Sequence[str]) -> Indexed:
    """Return what is indexed of a text, by its words as `tokenize` makes them."""
    return Indexed(in_order(headline), in_order(body), vector_of(headline, body))


def in_order(words: Sequence[str]) -> str:
    """Return words as a text in which each stands between single spaces, so that a phrase is a part of it.

    >>> in_order(["at", "t"])
    ' at t '
    """
    return f" {' '.join(words)} " if words else " "


def vector_of(headline: Sequence[str], body: Sequence[str]) -> str | None:
    """Return what PostgreSQL reads as a tsvector, words of the headline with weight A; None if it would be too large.

    >>> vector_of(["at", "t"], ["t"])
    "'at':1A 't':2A 't':103"
    """
    words = [*headline, *body]
    # of a usual text the server gathers the places of each word itself: making it takes a fifth of the time
    return _as_they_stand(words, len(headline)) if _is_usual(words) else _word_by_word(headline, body)


def _is_usual(words: Sequence[str]) -> bool:
    """Tell whether words are far from being too many, too often the same, or too long, and have nothing to quote."""
    times = Counter(words)
    longest = max(map(len, times), default=0)
    signs = "".join(times)
    return (
        0 < len(words) <= _LAST_POSITION - _BETWEEN
        and max(times.values()) <= _MOST_POSITIONS
        and longest <= LONGEST_WORD
        and len(words) * (4 * longest + 10) <= _LARGEST
        and "'" not in signs
        and "\\" not in signs
    )


def _as_they_stand(words: Sequence[str], of_headline: int) -> str:
    """Return words in order, each with its place: `'at':1A 't':2A 't':103`."""
    of_body = of_headline + _BETWEEN
    in_headline, in_body = _places()
    parts = [""] * (2 * len(words))
    parts[::2] = words
    parts[1::2] = in_headline[:of_headline] + in_body[of_body : of_body + len(words) - of_headline]
    return "'" + "".join(parts)[: -len(" '")]


@cache
def _places() -> tuple[list[str], list[str]]:
    """Return what stands between a word and the next, from the first place on: in a headline, in a body."""
    places = range(1, _LAST_POSITION + 1)
    return [f"':{number}A '" for number in places], [f"':{number} '" for number in places]


def _word_by_word(headline: Sequence[str], body: Sequence[str]) -> str | None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for number, word in enumerate(headline, 1):
        places[word[:LONGEST_WORD]].append(f"{min(number, _LAST_POSITION)}A")
    for number, word in enumerate(body, len(headline) + _BETWEEN + 1):
        places[word[:LONGEST_WORD]].append(str(min(number, _LAST_POSITION)))
    size = sum(len(word.encode()) + 8 + 2 * min(len(at), _MOST_POSITIONS) for word, at in places.items())
    if size > _LARGEST:
        return None
    return " ".join(f"{quoted(word)}:{','.join(_kept(at))}" for word, at in places.items())


def quoted(word: str) -> str:
    """Return a word as it stands in a tsvector or tsquery.

    >>> quoted("o'brien")
    "'o''brien'"
    """
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _kept(places: list[str]) -> list[str]:
    """Return the places that a tsvector can hold: the first, and one in the body where there is any."""
    if len(places) <= _MOST_POSITIONS:
        return places
    first = places[: _MOST_POSITIONS - 1]
    return [*first, next((one for one in reversed(places) if not one.endswith("A")), places[_MOST_POSITIONS - 1])]
