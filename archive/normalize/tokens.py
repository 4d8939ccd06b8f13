"""What a word is: one meaning for search, topic rules, evidence and fingerprints.

A word is what SQLite's FTS5 tokenizer `unicode61 remove_diacritics 2` makes of a text, computed here without SQLite
from tables read out of it (`fold_table`). Scripts that put no spaces between words (Chinese, Japanese, Thai, Lao,
Khmer, Burmese) are cut into one word per character, on both sides: `index_text` is what is indexed of such a text.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from archive.normalize.fold_table import DROPPED, FOLDS, SEPARATORS

_MARK = "\x01"  # stands for a combining mark that vanishes; itself a separator, so no folded text has it otherwise

# what a character class of a regular expression has for the scripts without spaces
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_UNSPACED_RANGES = tuple(zip(UNSPACED[::3], UNSPACED[2::3], strict=True))
_ASCII = bytes(range(128))
_TOKEN = re.compile(r"\S+")
_HANDFUL = 24  # kinds of characters that are looked at one by one


def _code_points(table: str) -> list[int]:
    points: list[int] = []
    for entry in table.split():
        first, _, last = entry.partition("-")
        points.extend(range(int(first, 16), int(last or first, 16) + 1))
    return points


@cache
def _fold_map() -> dict[int, str]:
    """Return what each code point that does not fold to itself becomes; always one character."""
    table = dict.fromkeys(_code_points(SEPARATORS), " ")
    for entry in FOLDS.split():
        source, target = entry.rsplit(":", 1)
        span, _, step = source.partition("/")
        first, _, last = span.partition("-")
        distance = int(target, 16) - int(first, 16)
        for point in range(int(first, 16), int(last or first, 16) + 1, int(step or 1)):
            table[point] = chr(point + distance)
    table.update(dict.fromkeys(_code_points(DROPPED), _MARK))
    return table


@cache
def _ascii_table() -> bytes:
    """Return what each byte becomes where only ASCII is folded; of a character that is none each byte stays.

    That is the part of `_fold_map` for ASCII, which most texts do with, without making the rest of it.
    """
    folded = [chr(point).lower() if chr(point).isalnum() else " " for point in range(128)]
    return "".join(folded).encode() + bytes(range(128, 256))


@cache
def _is_unspaced(character: str) -> bool:
    return any(first <= character <= last for first, last in _UNSPACED_RANGES)


@cache
def _unspaced_character() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")  # late: it takes two milliseconds, and most texts do without


def _fold_ascii(text: str) -> str:
    return text.encode(errors="surrogatepass").translate(_ascii_table()).decode(errors="surrogatepass")


# The same text is asked for its words, its spans and what is indexed of it, one after the other.
@lru_cache(maxsize=4)
def _other_characters(text: str) -> frozenset[str]:
    if text.isascii():
        return frozenset()
    # taking out of the bytes what is ASCII leaves the others whole, and takes half as long as looking for them
    return frozenset(text.encode(errors="surrogatepass").translate(None, _ASCII).decode(errors="surrogatepass"))


@lru_cache(maxsize=4)
def _fold(text: str) -> str:
    """Return the text folded, character by character: as long as before, separators as spaces."""
    others = _other_characters(text)
    if not others:
        return _fold_ascii(text)
    folds = _fold_map()
    if len(others) > _HANDFUL or any(folds.get(ord(other)) == _MARK for other in others):
        return text.translate(folds)
    # A handful of accents and curly quotes is the common case; replacing them one by one lets the rest
    # take the path for ASCII, which is many times as fast as str.translate's way through a dict.
    for other in others:
        text = text.replace(other, folds.get(ord(other), other))
    return _fold_ascii(text)


def has_unspaced_script(text: str) -> bool:
    """Tell whether the text has a character of a script that puts no spaces between words."""
    return any(map(_is_unspaced, _other_characters(text)))


def is_nfkc(text: str) -> bool:
    """Tell whether a text is in NFKC: the same as going through all of it, but by the characters that occur."""
    others = _other_characters(text)
    return (len(others) <= _HANDFUL and all(map(_stays, others))) or unicodedata.is_normalized("NFKC", text)


@cache
def _stays(character: str) -> bool:
    """Tell whether NFKC leaves a character as it is, whatever stands before it: no mark, no end of a syllable."""
    is_second = unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"
    return not is_second and unicodedata.is_normalized("NFKC", character)


def index_text(text: str) -> str | None:
    """Return what is indexed in place of a text that has an unspaced script, or None where the text itself is.

    Every character of such a script stands between spaces, so that FTS5 makes a word of each.

    >>> index_text("北京 today")
    ' 北  京  today'
    >>> index_text("Beijing today") is None
    True
    """
    return _unspaced_character().sub(r" \g<0> ", text) if has_unspaced_script(text) else None


def tokenize(text: str) -> list[str]:
    """Return the words of a text in order, folded: lower case, without diacritics.

    >>> tokenize("AT&T's Café in 北京")
    ['at', 't', 's', 'cafe', 'in', '北', '京']
    """
    folded = _fold(index_text(text) or text)
    if _MARK in folded:
        return [word for word in folded.replace(_MARK, "").split() if word]
    return folded.split()


def token_spans(text: str) -> list[tuple[int, int]]:
    """Return where each word of `tokenize(text)` stands: start and end, 0-based, half-open, in code points.

    >>> token_spans("in 北京")
    [(0, 2), (3, 4), (4, 5)]
    """
    folded = _fold(text)
    unspaced = has_unspaced_script(text)
    if not unspaced and _MARK not in folded:
        return [match.span() for match in _TOKEN.finditer(folded)]
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(folded):
        cut, end = match.span()
        for character in _unspaced_character().finditer(text, cut, end) if unspaced else ():
            spans.extend(_unmarked(folded, cut, character.start()))
            spans.append(character.span())
            cut = character.end()
        spans.extend(_unmarked(folded, cut, end))
    return spans


def _unmarked(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return a stretch without the combining marks it begins with, which vanish; nothing, if there is nothing else."""
    while start < end and folded[start] == _MARK:
        start += 1
    return [(start, end)] if start < end else []


def passage_spans(text: str, words: Sequence[str], passages: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where passages stand in a text that are known by the numbers of their words: first, and last exclusive.

    `words` are `tokenize(text)`. The same as taking the start of the first and the end of the last word from
    `token_spans`, but without finding all the others.

    >>> passage_spans("a cat, the cat", ["a", "cat", "the", "cat"], [(1, 2), (2, 4), (3, 4)])
    [(2, 5), (7, 14), (11, 14)]
    """
    if not passages:
        return []
    folded = _fold(text)
    if has_unspaced_script(text) or _MARK in folded:
        spans = token_spans(text)
        return [(spans[first][0], spans[last - 1][1]) for first, last in passages]
    padded = f" {folded} "
    firsts = {words[first] for first, _ in passages}
    places: dict[str, list[int]] = {}
    for place in [place for place, word in enumerate(words) if word in firsts]:
        places.setdefault(words[place], []).append(place)
    starts: dict[int, int] = {}
    for word in firsts:
        position = -1
        for place in places[word]:
            position = padded.find(f" {word} ", position + 1)
            starts[place] = position
    found = []
    for first, last in passages:
        start = end = starts[first]
        for following in words[first:last]:
            end = padded.index(following, end) + len(following)
        found.append((start, end - 1))
    return found
