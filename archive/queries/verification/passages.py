"""Whether something stands in a text where it is said to stand."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from archive.normalize.tokens import tokenize
from archive.query_language.hits import Hit, find_hits
from archive.query_language.mistakes import QueryError
from archive.query_language.rules import parse_rule
from archive.query_language.tree import Near, Text, Words, leaves


def has_place(field: object, start: object, end: object) -> bool:
    """Tell whether these say a place in a headline or body; where they do not, that is another finding."""
    return field in ("headline", "body") and isinstance(start, int) and isinstance(end, int)


def is_passage(text: str, start: int, end: int, rule: str) -> bool:
    """Tell whether the words of a rule, and whole words, stand at a place of a text.

    >>> is_passage("The trade war", 4, 9, "Trade"), is_passage("The traders", 4, 9, "trade")
    (True, False)
    """
    if not 0 <= start < end <= len(text):
        return False
    words = _words(rule)
    return (text[start:end] == rule or tokenize(text[start:end]) == words) and _is_whole(text, start, end, words)


def is_hit(text: str, start: int, end: int, rule: str) -> bool:
    """Tell whether a place of a text is one that a query, as a rule, asks for: whole words, all of a word or phrase.

    >>> is_hit("The trade war", 4, 13, "trade war OR ferry"), is_hit("The trade war", 4, 13, '"trade war" OR ferry')
    (False, True)
    """
    if not 0 <= start < end <= len(text):
        return False
    words = tokenize(text[start:end])
    whole = Hit(0, len(words))
    return any(whole in find_hits(leaf, words) for leaf in _asked(rule)) and _is_whole(text, start, end, words)


def _is_whole(text: str, start: int, end: int, words: list[str]) -> bool:
    """Tell whether a place of a text, which has these words, neither begins nor ends within a word."""
    passage, before, after = text[start:end], text[max(start - 1, 0) : start], text[end : end + 1]
    return (_surely_parts(before) or tokenize(before + passage)[-len(words) :] == words) and (
        _surely_parts(after) or tokenize(passage + after)[: len(words)] == words
    )


def stands_at(text: str, start: int, end: int, written: str) -> bool:
    """Tell whether these very characters stand at a place of a text."""
    return 0 <= start < end <= len(text) and text[start:end] == written


def is_block(body: str, start: int, end: int) -> bool:
    """Tell whether a block is parted from what stands around it by empty lines."""
    return (
        0 <= start <= end <= len(body)
        and (start == 0 or body[start - 2 : start] == "\n\n")
        and (end == len(body) or body[end : end + 2] == "\n\n")
    )


class ByText:
    """Rows that begin with the id of the text they belong to, sorted by it, handed out text by text."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def take(self, text_id: int) -> list[tuple[Any, ...]]:
        """Return what belongs to this text, without its id; what belongs to earlier ones is passed over."""
        taken = []
        while self._next is not None and self._next[0] <= text_id:
            if self._next[0] == text_id:
                taken.append(self._next[1:])
            self._next = next(self._rows, None)
        return taken


def _surely_parts(character: str) -> bool:
    """Tell whether a character parts words, as far as that can be told without making words of it."""
    return character == "" or character in " \n,.;:'\"?!()-"


@lru_cache(maxsize=10_000)
def _words(rule: str) -> list[str]:
    return tokenize(rule)


@lru_cache(maxsize=10_000)
def _asked(rule: str) -> tuple[Text, ...]:
    try:
        tree = parse_rule(rule).tree
    except QueryError:
        return ()
    return tuple(leaf for leaf, is_wanted in leaves(tree) if is_wanted and isinstance(leaf, (Words, Near)))
