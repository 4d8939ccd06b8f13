"""Agencies that a byline, a dateline or the last line of a text credits.

A name counts only where agencies stand, never in running text: as a part of its own in a byline, in brackets after the
place at the beginning of the first paragraph, or alone in brackets at the very end. Credits of pictures are none.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archive.normalize.names import name_key

ANY_LANGUAGE = "mul"  # as ISO 639-2 has it
HEAD = 240  # characters of a text within which its dateline stands
TAIL = 80  # and its last line

_LONGEST_SHORT = 4  # letters of a name that means different things in different languages, as AP and PA do
_AMBIGUOUS = 2
_MOST_WORDS = 8  # of a place with a date
_LONGEST_ROLE = 3  # words, as in "AP Business Writer"
_MOST_PARTS = 5  # of what stands in brackets

_BREAKS = re.compile(
    r"[;,/|()\[\]（）【】、，・·•+&=:]|\s[-–—]+\s|\n"
    r"|(?<!\w)(?:and|und|et|y|e|i|и|og|och|en|with|mit|avec|con|com|via|from|for|für|pour|med|met)(?!\w)",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"(?:(?:by|von|par|por|di|the|der|die|material|agency|nachrichtenagentur|agentur|agence|agencia|корр\.?)\s+|l['’]|©\s*)+",
    re.IGNORECASE,
)
_ROLES = frozenset(
    ("staff", "writer", "writers", "reporter", "reporters", "correspondent", "correspondents", "editor", "newsroom")
)
_PICTURE = re.compile(
    r"(?<!\w)(?:fotos?|photos?|bild(?:er)?|images?|pictures?|grafik|graphics?|illustrations?|video|фото|видео|рисунок"
    r"|zdjęci[ea]|kuvat?|foto\w{0,6})(?!\w)|图片|图[:：]|照片|写真|사진",
    re.IGNORECASE,
)
_END_OF_PICTURE = re.compile(r"[;|\n]")
_IN_A_PLACE = re.compile(r"\sin\s+\w", re.IGNORECASE)

_BRACKET = re.compile(r"(?P<before>[^()\[\]（）【】\n]{0,80})[(\[（【](?P<inside>[^()\[\]（）【】\n]{1,60})[)\]）】]")
_SLASHED = re.compile(r"[^/\n]{2,80}?\s*/(?P<inside>[^/\n]{2,40})/")
_DASHED = re.compile(
    r"(?:,\s+(?P<inside>[^,.()\n–—]{2,40}?)\s*[-–—]+\s|\s[-–—]+\s+(?P<last>[^,.()\n–—]{2,40}?)(?:\s+[-–—]+\s|\.\s))"
)
_CABLED = re.compile(r"[（(【]?(?P<inside>[^\W\d_]{2,8}?)(?:[^，。,.\n]{0,30})[电電訊讯]")
_DASH = re.compile(r"\s*(?:[.:]?\s*[-–—―−]|[:.]|\n|$)")
_PARTICLES = frozenset(
    (
        *("de", "la", "le", "les", "el", "al", "am", "an", "der", "di", "da", "do", "dos"),
        *("del", "den", "upon", "y", "and", "und", "et", "sur", "of"),
    )
)
_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"[^\W\d_]")


class Credit(NamedTuple):
    """An agency credited: where, and as what it is written there.

    `field` is byline or body, `method` byline, dateline or sign_off; `start` and `end` are offsets in that field.
    """

    source_id: int
    method: str
    field: str
    start: int
    end: int
    text: str


class Agencies:
    """Finds the agencies that are credited. `names` are what they are called: source, language (or `mul`), name.

    A name of up to four letters counts only in texts of a language it stands under, or of one that is not known;
    a longer one in any. Upper and lower case do not matter. A name that could mean two agencies means none.
    """

    def __init__(self, names: Iterable[tuple[int, str, str]]) -> None:
        self._names: dict[str, dict[str, int]] = {}
        for source_id, language, name in names:
            self._names.setdefault(name_key(name), {})[language] = source_id
        self._longest = max((len(key.split()) for key in self._names), default=0)

    def credited(self, byline: str | None, language: str | None, head: str, tail: str, length: int) -> list[Credit]:
        """Return the agencies that an article credits, each once per place.

        `head` is the beginning of its body (HEAD characters), `tail` the end (TAIL), of `length` characters in all.
        """
        if not self._names:
            return []
        found = [] if byline is None else list(self._in_byline(byline, language))
        found += self._in_dateline(head, language)
        found += self._at_the_end(tail, length, language)
        return found

    def _in_byline(self, byline: str, language: str | None) -> Iterator[Credit]:
        text = _without_pictures(byline)
        for start, end in _parts(text, 0, len(text)):
            place = self._named(text, start, end, language)
            if place is None or (_is_ambiguous(text[place[1] : place[2]]) and _IN_A_PLACE.search(text[:start])):
                continue
            yield _credit(place, "byline", "byline", byline)

    def _in_dateline(self, head: str, language: str | None) -> Iterator[Credit]:
        line = head.partition("\n")[0]
        if match := _BRACKET.match(line):
            found = self._in_brackets(line, *match.span("inside"), language)
            if found and self._is_dateline(match["before"], found, line, match.end(), language):
                yield from (_credit(place, "dateline", "body", head) for place in found)
                return
        match = _SLASHED.match(line) or _DASHED.search(line)
        while match:
            before = line[: match.start(match.lastgroup or 0)].rstrip(" ,–—-/")
            place = self._named(line, *match.span(match.lastgroup or 0), language)
            if place and _is_place(before) and not self._is_agency(before, language):
                if not _is_ambiguous(line[place[1] : place[2]]):
                    yield _credit(place, "dateline", "body", head)
                return
            match = _DASHED.search(line, match.start() + 1)
        if match := _CABLED.match(line):
            start = match.start("inside")
            for end in range(min(start + 8, len(line)), start + 1, -1):
                source_id = self._leads(line[start:end], language)
                if source_id is not None and end <= match.end():
                    yield _credit((source_id, start, end), "dateline", "body", head)
                    return

    def _at_the_end(self, tail: str, length: int, language: str | None) -> Iterator[Credit]:
        """Yield those that stand alone in brackets in the last paragraph of a text that has others."""
        first = tail.rfind("\n\n") + 2
        last = tail[first:]
        if first < 2 or len(last) < 4 or last[0] not in "([（【" or last[-1] not in ")]）】":
            return
        offset = length - len(tail)
        for source_id, start, end in self._in_brackets(tail, first + 1, len(tail) - 1, language):
            yield Credit(source_id, "sign_off", "body", offset + start, offset + end, tail[start:end])

    def _in_brackets(self, text: str, start: int, end: int, language: str | None) -> list[tuple[int, int, int]]:
        inside = text[start:end]
        if _PICTURE.search(inside) or any(mark in inside for mark in "。!?…"):
            return []
        parts = list(_parts(text, start, end))
        if len(parts) > _MOST_PARTS:
            return []
        found = [place for part in parts if (place := self._named(text, *part, language))]
        if not found and parts:  # a place and the agency in one, as in 【ソウル聯合ニュース】
            glued_start, glued_end = parts[-1]
            for at in range(glued_start + 1, glued_end - 1):
                source_id = self._leads(text[at:glued_end], language)
                if source_id is not None and not text[at:glued_end].isascii() and text[at - 1].isalpha():
                    return [(source_id, at, glued_end)]
        return found

    def _is_dateline(
        self, before: str, found: list[tuple[int, int, int]], line: str, end: int, language: str | None
    ) -> bool:
        """Tell whether brackets with agencies stand where a dateline ends."""
        place = before.strip()
        ends = bool(_DASH.match(line, end)) or (
            line[end - 1] in "）】" or (not line[:end].isascii() and "=" in line[:end])
        )
        if not place:
            return ends
        if not _is_place(place) or self._is_agency(place, language):
            return False
        if ends:
            return True
        if any(_is_ambiguous(line[start:to]) for _, start, to in found):
            return False
        # without a dash: a place in capitals, or a short one after which a sentence begins
        following = line[end : end + 2].strip()
        return place.isupper() or (len(place.split()) <= 2 and (not following or following[0].isupper()))

    def _is_agency(self, text: str, language: str | None) -> bool:
        return self._named(text, 0, len(text), language) is not None

    def _named(self, text: str, start: int, end: int, language: str | None) -> tuple[int, int, int] | None:
        """Return the agency that a part of a text is, and where its name stands; None where it is none."""
        before = _BEFORE_NAME.match(text[start:end])
        for at in (start,) if before is None else (start, start + before.end()):
            words = [one.span() for one in _WORD.finditer(text, at, end)]
            if not words or len(words) > self._longest + _LONGEST_ROLE:
                continue
            for number in range(min(len(words), self._longest), 0, -1):
                first, last = words[0][0], words[number - 1][1]
                if number < len(words) and text[slice(*words[-1])].strip(".").lower() not in _ROLES:
                    continue
                for to in dict.fromkeys((last, first + len(text[first:last].rstrip(".")))):
                    source_id = self._leads(text[first:to], language)
                    if source_id is not None:
                        return source_id, first, to
        return None

    def _leads(self, name: str, language: str | None) -> int | None:
        by_language = self._names.get(name_key(name))
        if by_language is None:
            return None
        own = None if language is None else by_language.get(language.partition("-")[0].lower())
        if own is not None:
            return own
        if ANY_LANGUAGE in by_language:
            return by_language[ANY_LANGUAGE]
        if language is not None and len(name) <= _LONGEST_SHORT and name.isascii():
            return None
        meant = set(by_language.values())
        return meant.pop() if len(meant) == 1 else None


def _credit(place: tuple[int, int, int], method: str, field: str, text: str) -> Credit:
    source_id, start, end = place
    return Credit(source_id, method, field, start, end, text[start:end])


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the parts of a line stand that separators part, without blanks around them."""
    at = start
    for match in (*_BREAKS.finditer(text, start, end), None):
        to = end if match is None else match.start()
        part = text[at:to]
        if part.strip():
            yield at + len(part) - len(part.lstrip()), to - len(part) + len(part.rstrip())
        at = to if match is None else match.end()


def _without_pictures(byline: str) -> str:
    """Return a byline in which credits of pictures are blank, each up to the next semicolon."""
    while match := _PICTURE.search(byline):
        ends = _END_OF_PICTURE.search(byline, match.end())
        end = ends.start() if ends else len(byline)
        byline = byline[: match.start()] + " " * (end - match.start()) + byline[end:]
    return byline


def _is_place(text: str) -> bool:
    """Tell whether a text can be a place, with a date behind it or before it: `MINSK, Feb 28`, `Berlin/Minsk`."""
    words = text.replace("/", " / ").split()
    if not words or len(words) > _MOST_WORDS or not _LETTER.search(text):
        return False
    place = re.split(r"[,.]\s|\d", text, maxsplit=1)
    if len(place) > 1 and not any(character.isdigit() for character in text) and len(words) > 5:
        return False
    named = [word for word in place[0].replace("/", " ").split() if _LETTER.match(word)]
    return all(word in _PARTICLES or not word[0].islower() for word in named) and (
        not named or not named[0][0].islower()
    )


def _is_ambiguous(name: str) -> bool:
    return len(name.strip()) <= _AMBIGUOUS
