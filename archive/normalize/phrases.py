"""Phrases of the vocabulary, found in a text all at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import repeat
from typing import NamedTuple, Protocol, TypeAlias

from archive.normalize.tokens import tokenize

MOST = 1000  # passages of one phrase in one text that are kept: who wants to know why a topic is there looks at a few

# MEASURED: from so many phrases on, the automaton of the extra `fast` is quicker than Python's dictionaries
MANY = 1000

_FILLER = " "  # stands for a word that no phrase has
_FIRST_CHARACTER, _SURROGATES, _LAST_CHARACTER = 0x80, 0xD800, 0x10FFFF


class Phrase(NamedTuple):
    """Words that stand for a topic."""

    topic_id: int
    text: str


# Phrases of the same words, sorted, and where they were found: from which word to which, exclusive.
Found: TypeAlias = tuple[tuple[Phrase, ...], int, int]


class Queries(Protocol):
    """Rules that are queries: which of them name a text."""

    def find(
        self, fields: Mapping[str, Sequence[str]], /
    ) -> Sequence[tuple[tuple[int, str], Sequence[tuple[str, int, int]]]]:
        """Return by topic and query where their words stand: field, first word, last word, exclusive.

        The text is given by field as its folded words.
        """


class PhraseMatcher:
    """Finds many phrases in one pass over the words of a text.

    Phrases are compared word by word as `tokenize` makes them. Every occurrence is found, also where phrases overlap.
    Many phrases are looked for by an automaton, where `ahocorasick_rs` is installed; it finds the same.
    """

    def __init__(self, phrases: Iterable[Phrase], *, by_automaton: bool | None = None) -> None:
        by_words: dict[tuple[str, ...], list[Phrase]] = {}
        for phrase in phrases:
            if words := tuple(tokenize(phrase.text)):
                by_words.setdefault(words, []).append(phrase)
        wordings = {words: tuple(sorted(of)) for words, of in by_words.items()}
        if by_automaton is None:
            by_automaton = len(wordings) >= MANY and find_spec("ahocorasick_rs") is not None
        self._find = _automaton(wordings) if by_automaton else _dictionaries(wordings)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Return what was found, in no certain order.

        >>> found = PhraseMatcher([Phrase(1, "trade"), Phrase(2, "Trade war")]).find(["a", "trade", "war"])
        >>> sorted((phrases[0].text, start, end) for phrases, start, end in found)
        [('Trade war', 1, 3), ('trade', 1, 2)]
        """
        return self._find(words)


_Finder: TypeAlias = Callable[[Sequence[str]], list[Found]]


def _dictionaries(wordings: Mapping[tuple[str, ...], tuple[Phrase, ...]]) -> _Finder:
    """Return what finds wordings by their first word, and longer ones by their second, too."""
    # by first word: the phrases of it alone, and by second word what follows, how many words it is, whose it is
    known: dict[str, tuple[tuple[Phrase, ...], dict[str, list[tuple[list[str], int, tuple[Phrase, ...]]]]]] = {}
    for words, phrases in wordings.items():
        alone, longer = known.get(words[0], ((), {}))
        if len(words) == 1:
            alone = phrases
        else:
            longer.setdefault(words[1], []).append((list(words[2:]), len(words), phrases))
        known[words[0]] = (alone, longer)
    firsts = frozenset(known)

    def find(words: Sequence[str]) -> list[Found]:
        present = firsts.intersection(words)
        if not present:
            return []
        found: list[Found] = []
        last = len(words) - 1
        for start in [place for place, word in enumerate(words) if word in present]:
            alone, longer = known[words[start]]
            if alone:
                found.append((alone, start, start + 1))
            if longer and start < last:
                for rest, length, phrases in longer.get(words[start + 1], ()):
                    if not rest or words[start + 2 : start + length] == rest:
                        found.append((phrases, start, start + length))
        return found

    return find


def _automaton(wordings: Mapping[tuple[str, ...], tuple[Phrase, ...]]) -> _Finder:
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

    def find(words: Sequence[str]) -> list[Found]:
        text = "".join(map(character_of, words, repeat(_FILLER)))
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
        return [(of[number], start, end) for number, start, end in hits]

    return find
