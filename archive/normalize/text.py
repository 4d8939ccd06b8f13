"""Text as every later stage takes it for granted: clean, in NFC, with one kind of line end; and where sentences end."""

import re
import unicodedata
from collections.abc import Iterator

from archive.errors import UsageError
from archive.normalize.tokens import has_unspaced_script, tokenize

SENTENCE_ENDS = ".!?…。！？．｡؟۔।"
_UNSPACED_ENDS = "。！？．｡"  # no space need follow these
CLOSERS = "\"'”’“‘»«›‹)]}」』）】》〉〗］＂＇"
_OPENERS = CLOSERS + "([{「『（【《〈〖［„‚¿¡"

_C0 = bytes(point for point in (*range(32), 127) if point not in (9, 10))
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = "\v\f\x85\u2028\u2029"
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_RUN_OF_MARKS = re.compile(r"[^\w\s\x00-\x7f]{64,}")

# A full stop, or several with question marks, ends a sentence before a space; a full stop of Chinese or Japanese
# anywhere; other marks also where such a script follows without a space.
_END = re.compile(
    f"[.!?…؟۔।]++[{re.escape(CLOSERS)}]*+(?=\\s|\\Z)"
    f"|[{_UNSPACED_ENDS}]++[{re.escape(CLOSERS)}]*+"
    f"|[!?…]++[{re.escape(CLOSERS)}]*+(?=[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff])"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")  # U.S  a.m  Ph.D  т.е

_GERMAN_MONTH = re.compile(r"(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)")  # am 5. März
_BEFORE_NAMES = """
mr mrs ms messrs dr prof st gen col lt sgt capt maj cmdr adm gov sen rep hon rev pres supt insp jr sr mme mlle mgr sra
inc ltd co corp bros plc vs ca cf eg ie al dept est approx mt ft fr hr nr bzw vgl
им ул проф акад ген полк тыс млн млрд руб др пр гл см обл
"""
_BEFORE_NUMBERS = """
no nos art fig vol sec ch p pp para jan feb mar apr jun jul aug sep sept oct nov dec ст стр рис т № n°
"""
_NAME_ABBREVIATIONS = frozenset(_BEFORE_NAMES.split())
_NUMBER_ABBREVIATIONS = frozenset(_BEFORE_NUMBERS.split())


def clean_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text in NFC with LF as its only line end, and what had to be mended, in words.

    A leading byte order mark and spaces at the ends of lines go; CR, VT, FF, NEL and the Unicode line and paragraph
    separators become LF. Other control characters but the tab are removed, and a lone surrogate becomes U+FFFD: these
    are noted. Marks that order text from right to left stay. Cleaning a clean text changes nothing.

    >>> clean_text("Minsk\\x00,\\r\\n28 February ")
    ('Minsk,\\n28 February', ('1 NUL character removed',))
    """
    notes: list[str] = []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        data = text.encode()
    except UnicodeEncodeError:
        text = _mend_surrogates(text, notes)
        data = text.encode()
    if len(data.translate(None, _C0)) < len(data) or b"\xc2" in data or "\u2028" in text or "\u2029" in text:
        text = _mend_controls(text, notes)
    if not text.isascii():
        text = text.lstrip("\ufeff")
        if not unicodedata.is_normalized("NFC", text):
            # CPython sorts a run of combining marks by insertion: a hostile one would take hours.
            text = unicodedata.normalize("NFC", _LONG_RUN_OF_MARKS.sub(_sort_marks, text))
    return "\n".join([line.rstrip() for line in text.split("\n")]), tuple(notes)


def can_be_stored(name: str) -> bool:
    """Tell whether a name can be in the archive: bytes of a command line that are no text come as lone surrogates."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def require_utf8(what: str, *texts: str | None) -> None:
    """Raise UsageError where a text that was typed is not UTF-8: its other bytes come as lone surrogates."""
    for text in texts:
        try:
            (text or "").encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{what} {text}: it is not UTF-8; write it in UTF-8") from error


def count_words(text: str) -> int:
    """Return the number of words; in a script without spaces each character is one.

    >>> count_words("Trade rose 33 percent.")
    4
    """
    return len(tokenize(text))


def ends_sentence(text: str) -> bool:
    """Tell whether the text ends as a sentence does, closing quotes and brackets aside.

    >>> ends_sentence('He said: "Nothing is lost."'), ends_sentence("Conclusion")
    (True, False)
    """
    end = text.rstrip(CLOSERS + " ")
    return end != "" and end[-1] in SENTENCE_ENDS


def sentence_ends(text: str) -> Iterator[int]:
    """Yield where each sentence ends, as an offset after its closing quotes and brackets.

    Initials, abbreviations ("Mr.", "U.S.", "No. 5", "Feb. 28", "5. März"), decimals, a number that starts a sentence,
    and whatever goes on in lower case do not end one. In doubt a sentence goes on: "in the U.S. He" is not parted.

    >>> list(sentence_ends("Mr. A. Okoro paid 3.5 million. Why? Nobody knows"))
    [30, 35]
    """
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        after = text[end : end + 20].lstrip()
        if after:
            before = text[max(start, match.start() - 200) : match.start()]
            if after[0].islower() or (match[0] == "." and _is_abbreviated(before, after)):
                continue
        start = end
        yield end


def after_last_sentence(text: str) -> int | None:
    """Return where the text goes on after its last sentence, or None where no sentence surely ends in it.

    A text that ends with a sentence gives its own length.

    >>> after_last_sentence("He left. More on this"), after_last_sentence("Home of the U.S. Army")
    (9, None)
    """
    stop = max(map(text.rfind, SENTENCE_ENDS))
    if stop < 0:
        return None
    rest = text[stop + 1 :].lstrip(CLOSERS)
    after = rest.lstrip()
    if after and (
        (len(after) == len(rest) and text[stop] not in _UNSPACED_ENDS)
        or (text[stop] == "." and _is_abbreviated(text[max(0, stop - 200) : stop], after[:20]))
    ):
        return None
    return len(text) - len(after)


def first_sentence(text: str, limit: int = 160) -> str:
    """Return the first sentence of a body on one line: the headline shown of an article that has none.

    It ends at the first empty line at the latest. A longer one is cut at a word, with "…", to `limit` characters in
    all. A blank text gives "".

    >>> first_sentence("The U.S. envoy met Mr. Orlov on Feb. 3. They spoke of trade.")
    'The U.S. envoy met Mr. Orlov on Feb. 3.'
    """
    text = text.lstrip()
    end = text.find("\n\n")
    line = " ".join(text[: end if end >= 0 else None].split(None, limit)[:limit])
    end = next(sentence_ends(line[: limit + 40]), len(line))  # room for the quotes and brackets that close it
    if end <= limit:
        return line[:end]
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    if space > 0 and line[limit - 1] != " " and not has_unspaced_script(cut[space:]):
        cut = cut[:space]
    return cut.rstrip(" ,;:，；：、-–—") + "…"


def _mend_surrogates(text: str, notes: list[str]) -> str:
    """Join the halves of a pair, and replace those that have no other half."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if len(joined) < len(text):
        notes.append(_count(len(text) - len(joined), "split surrogate pair", "joined"))
    mended, number = _SURROGATE.subn("\ufffd", joined)
    if number:
        notes.append(_count(number, "lone surrogate", "replaced"))
    return mended


def _mend_controls(text: str, notes: list[str]) -> str:
    for line_end in _LINE_ENDS:
        text = text.replace(line_end, "\n")
    nul = text.count("\x00")
    if nul:
        notes.append(_count(nul, "NUL character", "removed"))
    text, number = _CONTROL.subn("", text)
    if number > nul:
        notes.append(_count(number - nul, "control character", "removed"))
    return text


def _count(number: int, thing: str, done: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'} {done}"


def _sort_marks(match: re.Match[str]) -> str:
    """Return a run of marks in canonical order, so that normalizing it finds nothing left to sort."""
    ordered: list[str] = []
    marks: list[str] = []
    for mark in "".join([unicodedata.normalize("NFD", character) for character in match[0]]):
        if unicodedata.combining(mark):
            marks.append(mark)
        else:
            ordered += sorted(marks, key=unicodedata.combining)
            ordered.append(mark)
            marks = []
    return "".join(ordered + sorted(marks, key=unicodedata.combining))


def _is_abbreviated(sentence: str, after: str) -> bool:
    """Tell whether a full stop between a sentence and what stands after it belongs to the word before it."""
    words = sentence.rsplit(None, 1)
    word = words[-1].lstrip(_OPENERS) if words else ""
    if len(word) == 1 and word.isalpha():
        return True
    if word.isdecimal():
        return len(word) <= 3 and (len(words) == 1 or _GERMAN_MONTH.match(after) is not None)
    lower = word.lower()
    return (
        lower in _NAME_ABBREVIATIONS
        or (lower in _NUMBER_ABBREVIATIONS and after[0].isdecimal())
        or _DOTTED.fullmatch(word) is not None
    )
