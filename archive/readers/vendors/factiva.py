"""Exports of Factiva: HTML with a table of coded rows for each article, RTF whose articles end with `Document AN`."""

import re
from collections.abc import Sequence

from archive.readers.markup import read_attributes
from archive.readers.vendors.cover import read_cover
from archive.readers.vendors.dates import split_date
from archive.readers.vendors.export import Export
from archive.readers.vendors.found import Found
from archive.readers.vendors.labelled import is_rights
from archive.readers.vendors.paragraphs import Para, blocks, layout_of, read_rendering, render
from archive.readers.vendors.profiles import profile, unmarked, words
from archive.readers.vendors.tables import Row, plain_lines, rows_of

NAME = "factiva"

_CELL = r"<td[^>]{0,500}>(?:\s|<[^>]{0,500}>|&nbsp;){0,20}"
_CELL_END = r"(?:\s|</[^>]{0,20}>|&nbsp;){0,20}</td"
_CODE_CELL = re.compile(rf"{_CELL}(HD|SN|PD|WC|AN|LP|TD){_CELL_END}", re.IGNORECASE)
_HEAD_CELL = re.compile(rf"{_CELL}HD{_CELL_END}", re.IGNORECASE)
_TABLE = re.compile(r"<(/?)table\b[^>]{0,2000}>", re.I)
_ARTICLE = re.compile(r"<div\b[^>]*\bclass\s*=\s*[\"']?[^\"'>]*\barticle\b[^>]*>(?:\s|<p>|</p>|<br/?>)*\Z", re.I)
_ARTICLE_LANGUAGE = re.compile(r"\b([a-z]{2})Article\b")
_CODED = re.compile(r"([A-Z]{2,3})(?:\t| \| |[ \u00a0]{2,}|\n)\s*(\S.*)", re.DOTALL)
_NUMBER = re.compile(r"(?=\S*\d)[A-Z]{2,}[A-Za-z0-9]{10,}")
_TIME = re.compile(r"\d{1,2}[:h.]\d{2}(?:[:.]\d{2})?(?: ?[APap]\.?[Mm]\.?)?(?: ?(?:GMT|UTC|[A-Z]{2,5}))?")
_SOURCE_CODE = re.compile(r"[A-Z][A-Z0-9]{2,9}")
_PAGE = re.compile(r"[A-Z]{0,3}-?\d{1,4}[A-Z]?(?:[-,/ ]+[A-Z]?\d{1,4})*")
_MOST_ON_TOP = 12
_LONGEST_NAME = 6  # words of a byline that does not begin with "By"


def has_marks(content: bytes) -> bool:
    """Tell, without reading it, whether a page can be such an export: it has a cell `HD`."""
    return re.search(rb">\s*HD\s*(?:&nbsp;|\s)*<", content, re.I) is not None


def split(text: str) -> Export | None:
    """Return the articles of a page, each as its own table, and what stands outside of them; None if there is none."""
    ranges = list(_tables(text))
    if not ranges:
        return None
    articles, outside, at = [], [], 0
    for start, end in ranges:
        if match := _ARTICLE.search(text, max(at, start - 400), start):
            start = match.start()
        outside.append(text[at:start])
        articles.append(text[start:end])
        at = end
    outside.append(text[at:])
    lines = [line for piece in outside for line in plain_lines(piece)]
    return Export(NAME, articles, read_cover(profile(NAME), lines))


def split_paragraphs(paragraphs: Sequence[Para]) -> Export | None:
    """Return the articles of an RTF document; None if no paragraph ends an article.

    What follows the last end is an article that is cut off, if it begins as one does.
    """
    ends = [number for number, one in enumerate(paragraphs) if _accession(_row_text(one)) is not None]
    if not ends or _length_at(paragraphs[: ends[0]]) is None:
        return None
    starts = [_first(paragraphs[: ends[0]]), *(end + 1 for end in ends[:-1])]
    pieces = [paragraphs[start : end + 1] for start, end in zip(starts, ends, strict=True)]
    rest = paragraphs[ends[-1] + 1 :]
    lines = [line for one in paragraphs[: starts[0]] for line in one.text.split("\n")]
    if _length_at(rest) is not None:
        pieces.append(rest)
    else:
        lines += [line for one in rest for line in (": ".join(one.cells) or one.text).split("\n")]
    return Export(NAME, [render(NAME, piece) for piece in pieces], read_cover(profile(NAME), lines))


def owns(text: str) -> bool:
    """Tell whether a record is of such an export."""
    return layout_of(text) == NAME or _HEAD_CELL.search(text) is not None


def read(found: Found, text: str) -> None:
    """Take an article apart: rows with codes, or paragraphs in Factiva's order."""
    if layout_of(text) != NAME:
        tag = re.match(r"<div\b([^>]*)>", text, re.I)
        language = _ARTICLE_LANGUAGE.search(read_attributes(tag[1]).get("class", "")) if tag else None
        _take_rows(found, rows_of(text))
        if language and not found.has("language"):
            found.set("language", language[1])
        if "</table" not in text.lower():
            found.is_cut = "its table does not end"
        return
    paragraphs = read_rendering(text)
    coded = [
        match for one in paragraphs if (match := _CODED.fullmatch(_row_text(one))) and match[1] in found.profile.labels
    ]
    if len(coded) >= 3:
        _take_coded(found, paragraphs)
    else:
        _take_lines(found, paragraphs)


def _tables(text: str) -> list[tuple[int, int]]:
    """Return where the tables stand that have a cell HD of their own."""
    found: list[tuple[int, int]] = []
    heads = [match.start() for match in _HEAD_CELL.finditer(text)]
    open_tables: list[int] = []
    taken = 0  # cells HD that belong to a table found before
    for match in _TABLE.finditer(text):
        if not match[1]:
            open_tables.append(match.start())
        elif open_tables:
            start = open_tables.pop()
            if taken < len(heads) and start < heads[taken] < match.start():
                found.append((start, match.end()))
                while taken < len(heads) and heads[taken] < match.end():
                    taken += 1
    if taken < len(heads) and open_tables:
        before = [one for one in open_tables if one < heads[taken]]
        if before:
            found.append((max(before), len(text)))
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if len(_CODE_CELL.findall(text[start:end])) >= 3 and (not apart or start >= apart[-1][1]):
            apart.append((start, end))
    return apart


def _take_rows(found: Found, rows: Sequence[Row]) -> None:
    """Take rows of a code and what stands under it."""
    date = time = ""
    for code, paragraphs in rows:
        gives = found.profile.labels.get(code)
        text = "\n".join(paragraphs)
        if gives in ("lead", "text"):
            found.write(paragraphs)
        elif gives == "published":
            date = text
        elif gives == "time":
            time = text
        elif gives == "id":
            found.give("id", code, text.split()[-1] if text.split() else "")
        elif code:
            found.take(code, text, after=bool(found.paragraphs))
        elif text:
            found.set_aside("furniture", text, "beside_codes", after=bool(found.paragraphs))
    _take_date(found, date, time)


def _take_date(found: Found, date: str, time: str) -> None:
    """Take the date with its time of day, if both can be read together."""
    if time:
        clock = _TIME.search(time)
        if clock and date and split_date(f"{date} {clock[0]}", whole=True):
            parted = split_date(f"{date} {clock[0]}", whole=True)
            if parted and not parted[1]:
                found.set("published", parted[0])
                return
        found.set_aside("furniture", f"ET: {time}", "label", after=False)
    if date:
        found.date(date)


def _code_of(found: Found, one: Para) -> str | None:
    match = _CODED.fullmatch(_row_text(one))
    return match[1] if match and match[1] in found.profile.labels else None


def _row_text(one: Para) -> str:
    return "\t".join(one.cells) if one.cells else one.text


def _take_coded(found: Found, paragraphs: Sequence[Para]) -> None:
    """Take paragraphs that begin with a code; those without one go on with what stands before them."""
    rows: list[tuple[str, list[str]]] = []
    for one in paragraphs:
        text = _row_text(one)
        match = _CODED.fullmatch(text)
        if match and (match[1] in found.profile.labels or len(match[1]) == 2):
            rows.append((match[1], match[2].split("\n")))
        elif accession := _accession(text):
            rows.append(("AN", [accession]))
        elif rows:
            rows[-1][1].extend(text.split("\n"))
        else:
            rows.append(("", text.split("\n")))
    _take_rows(found, [Row(code, lines) for code, lines in rows])


def _accession(text: str) -> str | None:
    """Return the accession number of what ends an article: `Document MILL000020100111e61b00005`, also as row `AN`."""
    parts = unmarked(text).removeprefix("AN").split()
    if len(parts) == 2 and parts[0] in profile(NAME).document and _NUMBER.fullmatch(parts[1]):
        return parts[1]
    return None


def _length_at(paragraphs: Sequence[Para]) -> int | None:
    """Return which of the paragraphs that an article begins with says how long it is; None if none does."""
    for number, one in enumerate(paragraphs[-500:] if len(paragraphs) > 500 else paragraphs):
        text = unmarked(one.text)
        is_row = _CODED.fullmatch(_row_text(one))
        if (words().length.fullmatch(text) and number) or (is_row and is_row[1] in ("WC", "HD")):
            return number
    return None


def _first(paragraphs: Sequence[Para]) -> int:
    """Return where the first article begins: where a page does, else after what reads as a cover."""
    length = _length_at(paragraphs) or 0
    for number in range(length, 0, -1):
        if paragraphs[number].begins_page:
            return number
    known = profile(NAME)
    for number in range(length - 1, -1, -1):
        text = unmarked(paragraphs[number].text)
        label = text.partition(":")[0].strip()
        if known.count.fullmatch(text) or (":" in text and label in known.terms):
            return number + 1
    return 0


def _take_lines(found: Found, paragraphs: list[Para]) -> None:
    """Take paragraphs in the order in which Factiva prints them: headline, byline, length, date, source, …, text."""
    if paragraphs and (accession := _accession(paragraphs[-1].text)):
        found.give("id", "AN", accession)
        paragraphs = paragraphs[:-1]
    else:
        found.is_cut = "no accession number stands at its end"
    length = _length_at(paragraphs) or 0
    _take_names(found, paragraphs[:length])
    if length:
        found.length(paragraphs[length].text)
    rest = paragraphs[length + 1 :] if length else paragraphs
    at = 0
    date = time = ""
    while at < min(len(rest), _MOST_ON_TOP):
        line = unmarked(rest[at].text)
        if not date and (parted := split_date(line)) and not parted[1]:
            date = line
        elif date and not time and not found.has("source") and _TIME.fullmatch(line):
            time = line
        elif date and not found.has("source"):
            found.source(line)
        elif is_rights(line):
            found.rights(line, after=False)
            at += 1
            break
        elif not found.has("source") or not _take_detail(found, line):
            break
        at += 1
    _take_date(found, date, time)
    found.paragraphs += list(blocks(rest[at:]))


def _take_detail(found: Found, line: str) -> bool:
    """Take a line between source and copyright, by what it looks like; return whether it is one."""
    if line.casefold() in words().languages:
        found.language(line)
    elif _SOURCE_CODE.fullmatch(line) and not found.has("page") and not found.has("language"):
        found.set_aside("furniture", f"SC: {line}", "label", after=False)
    elif _PAGE.fullmatch(line):
        found.set("page", line)
    elif found.has("language") or len(line.split()) > 8 or line.endswith("."):
        return False
    else:
        found.set("edition", line)
    return True


def _take_names(found: Found, top: Sequence[Para]) -> None:
    """Take section, headline and byline: what stands before the length."""
    texts = [one.text for one in top]
    if len(texts) > 1 and (texts[-1].startswith(tuple(f"{word} " for word in words().byline)) or _is_name(texts[-1])):
        found.set("authors", texts.pop())
    if len(texts) > 1 and not top[0].is_bold and (top[1].is_bold or len(texts[0].split()) <= 3):
        found.set("section", texts.pop(0))
    if texts:
        found.headline(" ".join(texts))


def _is_name(text: str) -> bool:
    """Tell whether a line looks like a name rather than a part of a headline: few words, each with a capital."""
    parts = text.split()
    return 2 <= len(parts) <= _LONGEST_NAME and all(part[0].isupper() for part in parts) and not text.isupper()
