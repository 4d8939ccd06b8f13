"""Many sequences of words, found in a text all at once."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from itertools import repeat
from typing import TypeAlias

# MEASURED: from so many on, the automaton of the extra `fast` is quicker than Python's dictionaries
MANY = 1000

_FILLER = " "  # stands for a word that is in none
_FIRST_CHARACTER, _SURROGATES, _LAST_CHARACTER = 0x80, 0xD800, 0x10FFFF

# Found: the number of the wording, that of its first word in the text, and that after its last one.
Finder: TypeAlias = Callable[[Sequence[str]], list[tuple[int, int, int]]]


def finder(wordings: Sequence[tuple[str, ...]], *, by_automaton: bool | None = None) -> Finder:
    """Return what finds different sequences of words in the words of a text, in one pass.

    What it returns has for each occurrence which wording it is, by its number, and where: the number of its first word
    and that after its last one. Every occurrence is found, also where they overlap, in no certain order. Many wordings
    are looked for by an automaton, where `ahocorasick_rs` is installed; it finds the same.

    >>> sorted(finder([("trade",), ("trade", "war")])(["a", "trade", "war"]))
    [(0, 1, 2), (1, 1, 3)]
    """
    if by_automaton is None:
        by_automaton = len(wordings) >= MANY and find_spec("ahocorasick_rs") is not None
    return _automaton(wordings) if by_automaton else _dictionaries(wordings)


def _dictionaries(wordings: Sequence[tuple[str, ...]]) -> Finder:
    """Return what finds wordings by their first word, and longer ones by their second, too."""
    # by first word: the wording of it alone, and by second word what follows, how many words it is, which one it is
    known: dict[str, tuple[list[int], dict[str, list[tuple[list[str], int, int]]]]] = {}
    for number, words in enumerate(wordings):
        alone, longer = known.setdefault(words[0], ([], {}))
        if len(words) == 1:
            alone.append(number)
        else:
            longer.setdefault(words[1], []).append((list(words[2:]), len(words), number))
    firsts = frozenset(known)

    def find(words: Sequence[str]) -> list[tuple[int, int, int]]:
        present = firsts.intersection(words)
        if not present:
            return []
        found: list[tuple[int, int, int]] = []
        last = len(words) - 1
        for start in [place for place, word in enumerate(words) if word in present]:
            alone, longer = known[words[start]]
            if alone:
                found.append((alone[0], start, start + 1))
            if longer and start < last:
                for rest, length, number in longer.get(words[start + 1], ()):
                    if not rest or words[start + 2 : start + length] == rest:
                        found.append((number, start, start + length))
        return found

    return find


def _automaton(wordings: Sequence[tuple[str, ...]]) -> Finder:
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
    character_of = characters.get

    def find(words: Sequence[str]) -> list[tuple[int, int, int]]:
        text = "".join(map(character_of, words, repeat(_FILLER)))
        return automaton.find_matches_as_indexes(text, overlapping=True)

    return find
