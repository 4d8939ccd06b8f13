"""Many sequences of words, found in a text all at once."""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from itertools import repeat
from typing import TypeVar

# MEASURED: from so many on, the automaton of the extra `fast` is quicker than Python's dictionaries
MANY = 1000

_FILLER = " "  # stands for a word that is in none
_FIRST_CHARACTER, _SURROGATES, _LAST_CHARACTER = 0x80, 0xD800, 0x10FFFF

T = TypeVar("T")


def finder(
    wordings: Mapping[tuple[str, ...], T], *, by_automaton: bool | None = None
) -> Callable[[Sequence[str]], list[tuple[T, int, int]]]:
    """Return what finds sequences of words in the words of a text, in one pass: what each stands for, and where.

    A place is the number of the first word and that after the last one. Every occurrence is found, also where they
    overlap, in no certain order. Many are looked for by an automaton, where `ahocorasick_rs` is installed; it finds
    the same.

    >>> sorted(finder({("trade",): 1, ("trade", "war"): 2})(["a", "trade", "war"]))
    [(1, 1, 2), (2, 1, 3)]
    """
    if by_automaton is None:
        by_automaton = len(wordings) >= MANY and find_spec("ahocorasick_rs") is not None
    return _automaton(wordings) if by_automaton else _dictionaries(wordings)


def _dictionaries(wordings: Mapping[tuple[str, ...], T]) -> Callable[[Sequence[str]], list[tuple[T, int, int]]]:
    """Return what finds wordings by their first word, and longer ones by their second, too."""
    # by first word: what stands for it alone, and by second word what follows, how many words it is, what it stands for
    known: dict[str, tuple[list[T], dict[str, list[tuple[list[str], int, T]]]]] = {}
    for words, of in wordings.items():
        alone, longer = known.setdefault(words[0], ([], {}))
        if len(words) == 1:
            alone.append(of)
        else:
            longer.setdefault(words[1], []).append((list(words[2:]), len(words), of))
    firsts = frozenset(known)

    def find(words: Sequence[str]) -> list[tuple[T, int, int]]:
        present = firsts.intersection(words)
        if not present:
            return []
        found: list[tuple[T, int, int]] = []
        last = len(words) - 1
        for start in [place for place, word in enumerate(words) if word in present]:
            alone, longer = known[words[start]]
            if alone:
                found.append((alone[0], start, start + 1))
            if longer and start < last:
                for rest, length, of in longer.get(words[start + 1], ()):
                    if not rest or words[start + 2 : start + length] == rest:
                        found.append((of, start, start + length))
        return found

    return find


def _automaton(wordings: Mapping[tuple[str, ...], T]) -> Callable[[Sequence[str]], list[tuple[T, int, int]]]:
    """Return what finds wordings by the automaton of Aho and Corasick (1975), to which each word is one character.

    So places are numbers of words, and the text that it goes through is short.
    """
    from ahocorasick_rs import AhoCorasick, MatchKind

    characters: dict[str, str] = {}
    for words in wordings:
        for word in words:
            if word not in characters:
                point = _FIRST_CHARACTER + len(characters)
                point += 0x800 * (point >= _SURROGATES)
                if point > _LAST_CHARACTER:
                    return _dictionaries(wordings)
                characters[word] = chr(point)
    automaton = AhoCorasick(
        ["".join(characters[word] for word in words) for words in wordings], matchkind=MatchKind.Standard
    )
    of = list(wordings.values())
    character_of = characters.get

    def find(words: Sequence[str]) -> list[tuple[T, int, int]]:
        text = "".join(map(character_of, words, repeat(_FILLER)))
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
        return [(of[number], start, end) for number, start, end in hits]

    return find
