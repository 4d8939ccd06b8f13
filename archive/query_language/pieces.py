"""What is typed, cut into words, phrases, facts and what joins them."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from archive.frozen import Frozen
from archive.normalize.tokens import tokenize
from archive.query_language.mistakes import QueryError
from archive.query_language.tree import Everything, Fact, Leaf, Near, Published, Span, Words

TEXT_FIELDS = ("headline", "body")
FACTS = (
    *("source", "credited", "topic", "author", "language", "section", "url", "key", "kind", "status"),
    *("has", "import", "query", "corpus"),
)
FIELDS = (*TEXT_FIELDS, "date", *FACTS)

# Fields as other tools name them.
_MEANT = {
    **dict.fromkeys(("title", "ti", "hl", "hlead"), "headline"),
    **dict.fromkeys(("text", "content", "bdy"), "body"),
    **dict.fromkeys(("published", "year", "pubdate", "since", "until", "before", "after"), "date"),
    **dict.fromkeys(("outlet", "publisher", "publication", "site", "domain"), "source"),
    **dict.fromkeys(("agency", "agencies", "credit", "credits"), "credited"),
    **dict.fromkeys(("tag", "tags", "subject", "keyword", "topics"), "topic"),
    **dict.fromkeys(("by", "byline", "au", "authors"), "author"),
    **dict.fromkeys(("lang", "la"), "language"),
    **dict.fromkeys(("id", "doc_id"), "key"),
    **dict.fromkeys(("is", "with"), "has"),
    **dict.fromkeys(("type",), "kind"),
    **dict.fromkeys(("pubstatus",), "status"),
}

_QUOTES = str.maketrans("“”„‟«»", '""""""')
_NO_TEXT = re.compile("[\ud800-\udfff]")  # what the bytes of a command line become that are no text
_NAME = re.compile(r"([A-Za-z_]+):")
_WORD = re.compile(r'[^\s()"]+')
_BLANK = re.compile(r"\s+")
_REACH = re.compile(r"~([0-9]{1,3})(?![0-9])")
_WEIGHT = re.compile(r"\^[0-9.]+")
_RANGE = re.compile(r"[\[{](\S+) TO ([^\s\]}]+)[\]}]")  # as Lucene has it
_COMPARED = re.compile(r"([<>])=?(\S+)")
_OPERATORS = ("AND", "OR", "NOT")
_LONGEST = 200_000  # characters of a query

Kind = Literal["leaf", "AND", "OR", "NOT", "(", ")"]


class Piece(Frozen):
    """A part of a query; of a leaf what it means, None where there is no word in it."""

    kind: Kind
    span: Span
    leaf: Leaf | None = None


def literal_pieces(text: str) -> list[Piece]:
    """Return what is typed as words and nothing else: each stretch between spaces is one."""
    _check_length(text)
    plain = _NO_TEXT.sub(" ", text)
    # a star at the end of a word means nothing here
    return [
        Piece("leaf", one.span(), _words(one[0].rstrip("*"), None, one.span())) for one in re.finditer(r"\S+", plain)
    ]


def cut(text: str, today: date) -> list[Piece]:
    """Return the pieces of a query in order; raises QueryError for what cannot be one."""
    _check_length(text)
    return list(_Cutter(text, today).pieces())


def _check_length(text: str) -> None:
    if len(text) > _LONGEST:
        raise QueryError(f"the query is longer than {_LONGEST:,} characters; save parts of it", text[:80], (0, 80))


class _Cutter:
    def __init__(self, text: str, today: date) -> None:
        self._text = text
        self._plain = _NO_TEXT.sub(" ", text).translate(_QUOTES)
        self._today = today
        self._at = 0
        self._fields: list[str | None] = [None]  # of the parentheses that are open

    def pieces(self) -> Iterator[Piece]:
        while blank := _BLANK.match(self._plain, self._at) or self._at < len(self._plain):
            if blank is not True:
                self._at = blank.end()
                continue
            yield from self._piece()

    def _piece(self) -> Iterator[Piece]:
        start, character = self._at, self._plain[self._at]
        if character == "(":
            self._at += 1
            self._fields.append(self._fields[-1])
            yield Piece("(", (start, self._at))
        elif character == ")":
            self._at += 1
            if len(self._fields) > 1:
                self._fields.pop()
            yield Piece(")", (start, self._at))
        elif character == '"':
            yield self._leaf(self._fields[-1], start)
        elif character in "+-" and self._stands_before_something():
            self._at += 1
            if character == "-":
                yield Piece("NOT", (start, self._at))
            yield from self._piece()
        else:
            yield from self._word(start)

    def _stands_before_something(self) -> bool:
        before = self._plain[self._at - 1 : self._at] if self._at else ""
        after = self._plain[self._at + 1 : self._at + 2]
        return (
            (not before or before.isspace() or before == "(")
            and bool(after)
            and not after.isspace()
            and (after not in "+-)")
        )

    def _word(self, start: int) -> Iterator[Piece]:
        name = _NAME.match(self._plain, start)
        if name and (known := self._field(name[1], name.end())):
            self._at = name.end()
            following = self._plain[self._at : self._at + 1]
            if not following or following.isspace():
                raise self._mistake(f"nothing stands after {known}:; write {known}:{_EXAMPLES[known]}", name.span())
            if following == "(":
                self._at += 1
                self._fields.append(known)
                yield Piece("(", (start, self._at))
            else:
                yield self._leaf(known, start)
            return
        word = _WORD.match(self._plain, start)
        if word is None:  # cannot be: whatever is no word was met before
            raise self._mistake("this cannot be read", (start, start + 1))
        if word[0] in _OPERATORS:
            self._at = word.end()
            kind: Kind = word[0]  # type: ignore[assignment]
            yield Piece(kind, word.span())
            return
        if word[0] in ("||", "&&"):
            raise self._mistake(f"write {'OR' if word[0] == '||' else 'AND'}", word.span())
        yield self._leaf(self._fields[-1], start)

    def _field(self, name: str, end: int) -> str | None:
        """Return the field of a prefix; None where it is a word with a colon behind it."""
        if name in FIELDS:
            return name
        following = self._plain[end : end + 1]
        if not following or following.isspace() or following in '/:\\)"':
            return None
        from difflib import get_close_matches

        lower = name.lower()
        near = get_close_matches(lower, (*FIELDS, *_MEANT), n=1, cutoff=0.8)
        if not near:
            return None
        meant = _MEANT.get(near[0], near[0])
        at = end - len(name) - 1
        raise self._mistake(f"there is no field {name}:; write {meant}:, or quote it as words", (at, end))

    def _leaf(self, name: str | None, start: int) -> Piece:
        """Return the word, phrase or value that begins here."""
        is_fact = name is not None and name not in TEXT_FIELDS
        if is_fact and self._plain.startswith('="', self._at):
            self._at += 1
            return self._quoted(name, start, "=")
        if self._plain.startswith('"', self._at):
            return self._quoted(name, start)
        end = self._end_of_word() if name in TEXT_FIELDS or name is None else self._end_of_value()
        value = self._plain[self._at : end]
        value_span = (self._at, end)
        self._at = end
        span = (start, end)
        if name is not None and name not in TEXT_FIELDS:
            return Piece("leaf", span, self._fact(name, value, value_span, span))
        if value == "*" and name is None:
            return Piece("leaf", span, Everything(span))
        self._refuse_wildcards(value, value_span)
        return Piece("leaf", span, _words(value, name, span))

    def _quoted(self, name: str | None, start: int, before: str = "") -> Piece:
        opening = self._at
        closing = self._plain.find('"', opening + 1)
        if closing < 0:
            raise self._mistake('this phrase has no end; write another " where it ends', (opening, opening + 1))
        inside = self._plain[opening + 1 : closing]
        self._at = closing + 1
        if name is not None and name not in TEXT_FIELDS:
            span = (start, self._at)
            if not inside.strip():
                raise self._mistake(f"nothing stands after {name}:; write {name}:{_EXAMPLES[name]}", span)
            return Piece("leaf", span, self._fact(name, before + inside, (opening, self._at), span))
        reach = _REACH.match(self._plain, self._at)
        if reach:
            self._at = reach.end()
            span = (start, self._at)
            return Piece("leaf", span, self._near(inside, int(reach[1]), name, span, opening + 1))
        if weight := _WEIGHT.match(self._plain, self._at):
            raise self._mistake(_NO_WEIGHTS, weight.span())
        if self._plain.startswith("~", self._at):
            raise self._mistake('after ~ stands how many words may be between: "a b"~5', (self._at, self._at + 1))
        self._refuse_wildcards(inside.rstrip(), (opening + 1, closing))
        span = (start, self._at)
        return Piece("leaf", span, _words(inside, name, span))

    def _near(self, inside: str, distance: int, name: str | None, span: Span, offset: int) -> Leaf | None:
        terms: dict[tuple[tuple[str, ...], bool], Words] = {}
        for one in re.finditer(r"\S+", inside):
            at = (one.start() + offset, one.end() + offset)
            self._refuse_wildcards(one[0], at)
            term = _words(one[0], name, at)
            if term is not None:
                terms.setdefault((term.words, term.is_prefix), term)
        if len(terms) > 1:
            return Near(tuple(terms.values()), distance, name, span)
        # one word is near itself
        return next((Words(one.words, one.is_prefix, name, span) for one in terms.values()), None)

    def _end_of_word(self) -> int:
        word = _WORD.match(self._plain, self._at)
        return word.end() if word else self._at + 1

    def _end_of_value(self) -> int:
        """Return where a value ends: at a blank, or at a parenthesis that was not opened in it."""
        depth = 0
        for at in range(self._at, len(self._plain)):
            character = self._plain[at]
            depth += (character == "(") - (character == ")")
            if character.isspace() or depth < 0:
                return at
        return len(self._plain)

    def _fact(self, name: str, value: str, value_span: Span, span: Span) -> Leaf:
        value = " ".join(value.split())
        if name != "date":
            return Fact(name, value, span)
        from archive.query_language.days import parse_days  # late: reading dates is dear to load

        try:
            return Published(*parse_days(value, self._today), span)
        except ValueError as error:
            meant = self._span_meant(value_span)
            if meant is not None:
                raise self._mistake(f"a span of time is written date:{meant[0]}, both included", meant[1]) from error
            message = str(error)
            if message == "this is no date":
                message = f"this is no date; write {_EXAMPLES['date']}"
            raise self._mistake(message, value_span) from error

    def _span_meant(self, value_span: Span) -> tuple[str, Span] | None:
        """Return a span of time as it is written here, and its place, where it stands as other programs have it."""
        if between := _RANGE.match(self._plain, value_span[0]):
            first, last = ("" if one == "*" else one for one in between.groups())
            return f"{first}..{last}", between.span()
        if compared := _COMPARED.fullmatch(self._plain[slice(*value_span)]):
            return f"{compared[2]}.." if compared[1] == ">" else f"..{compared[2]}", value_span
        return None

    def _refuse_wildcards(self, value: str, span: Span) -> None:
        """Refuse what other search engines mean by a character, where taking it for punctuation would mislead."""
        star = value.find("*")
        if 0 <= star < len(value) - 1 and value[star + 1 :].strip("*") and tokenize(value[:star] + value[star + 1 :]):
            at = span[0] + star
            raise self._mistake("a * stands at the end of a word: econom*", (at, at + 1))
        weight = _WEIGHT.search(value)
        if weight and weight.end() == len(value) and value[: weight.start()].isalpha():
            raise self._mistake(_NO_WEIGHTS, (span[0] + weight.start(), span[1]))
        tilde = re.search(r"\w~[0-9.]*$", value)
        if tilde:
            at = span[0] + tilde.start() + 1
            raise self._mistake('~ stands after a phrase: "a b"~5; like words are found with econom*', (at, at + 1))

    def _mistake(self, reason: str, span: Span) -> QueryError:
        return QueryError(reason, self._text, span)


def _words(text: str, name: str | None, span: Span) -> Words | None:
    words = tuple(tokenize(text))
    # a star after punctuation says nothing of a word
    is_prefix = bool(words) and text.endswith("*") and bool(tokenize(text.rstrip("*")[-1:]))
    return Words(words, is_prefix, name, span) if words else None


_NO_WEIGHTS = "words have no weights here; leave it out"
_EXAMPLES = {
    "headline": "sanctions",
    "body": "sanctions",
    "date": "2023-02, 2023-02..2023-12, 2023.. or -3w..",
    "source": "radio-lintel",
    "credited": "reuters",
    "topic": "diplomacy",
    "author": "okoro",
    "language": "en",
    "section": "politics",
    "url": "lantern.example",
    "key": "4h7q",
    "kind": "opinion",
    "status": "canceled",
    "has": "date",
    "import": "1",
    "query": "NAME",
    "corpus": "NAME",
}
