"""What any format states of a concept, checked and brought into one form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from archive.errors import VocabularyError
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.normalize.text import clean_text
from archive.vocabularies.addresses import parted
from archive.vocabularies.concepts import RELATIONS, URI, Concept, Match

T = TypeVar("T")

LONGEST_NAME = 1_000  # characters of a name, an alias, a phrase
LONGEST_CODE = 500  # of a code, of the short name of a scheme
LONGEST_RULE = 20_000
LONGEST_DEFINITION = 100_000
_LONGEST_SHOWN = 80

# White space becomes single spaces; these have no place in what is compared, printed and typed.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f-\x9f\ud800-\udfff]+")
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?")
_PRIVATE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Place:
    """Where something is stated: the file, what people would call the entry, and its line if that is known."""

    file: str
    entry: str
    line: int | None = None

    def error(self, reason: str) -> VocabularyError:
        """Return the error that says what is wrong, with the file and the line; the reason names the entry."""
        line = "" if self.line is None else f" (line {self.line})"
        return VocabularyError(f"{self.file}: {reason}{line}")


def checked_concept(
    place: Place,
    *,
    scheme: str,
    code: str,
    name: str | None = None,
    labels: Mapping[str, str] | None = None,
    aliases: Mapping[str, Iterable[str]] | None = None,
    definitions: Mapping[str, str] | None = None,
    parent: str | None = None,
    phrases: Iterable[str] = (),
    rules: Iterable[str] = (),
    retired: bool = False,
    retired_on: str | None = None,
    mappings: Iterable[Match] = (),
    uri: str | None = None,
    notes: list[str] | None = None,
) -> Concept:
    """Return a concept of what a file states, in the form in which two that say the same are equal.

    White space becomes single spaces; of what stands twice one stays, and of a name that is also an alias the name.
    What had to be mended in a definition is noted. Raises VocabularyError, naming the entry, for control characters in
    anything but a definition, for what is empty or too long, and for a language, date or address that is none.
    """
    named = {language: _name(place, label, "name") for language, label in (labels or {}).items()}
    shown = None if name is None else _name(place, name, "name")
    if shown is not None and shown not in named.values():
        if "" in named:
            raise place.error(f"{place.entry} has two names in no language, '{shown}' and '{named['']}'; keep one")
        named[""] = shown
    others = {language: _aliases(place, written, named.get(language)) for language, written in (aliases or {}).items()}
    return Concept(
        scheme=scheme_of(place, scheme),
        code=checked_text(place, code, "code", LONGEST_CODE),
        name=shown,
        labels=_sorted(named),
        aliases=_sorted({language: written for language, written in others.items() if written}),
        definitions=_definitions(place, definitions or {}, notes),
        parent=None if parent is None else checked_text(place, parent, "parent", LONGEST_CODE),
        phrases=_each(place, phrases, "phrase", LONGEST_NAME),
        rules=_each(place, rules, "rule", LONGEST_RULE),
        retired=retired or retired_on is not None,
        retired_on=None if retired_on is None else _day(place, retired_on),
        mappings=tuple(sorted({_match(place, one) for one in mappings})),
        uri=None if uri is None else checked_address(place, uri, "uri"),
        line=place.line,
    )


def checked_text(place: Place, text: str, what: str, longest: int) -> str:
    """Return a text on one line; raises VocabularyError, naming the entry, where it cannot be kept as it is."""
    a = "an" if what[0] in "aeiou" else "a"
    if control := _CONTROL.search(text):
        raise place.error(
            f"{a} {what} of {place.entry} has a control character in it (U+{ord(control[0]):04X}); take it out"
        )
    line = " ".join(text.split())
    if not line:
        raise place.error(f"{a} {what} of {place.entry} is empty")
    if len(line) > longest:
        raise place.error(f"{a} {what} of {place.entry} is longer than {longest:,} characters; shorten it")
    return line


def scheme_of(place: Place, text: str) -> str:
    """Return the short name of a scheme: a text without spaces and colons, as it stands before the colon of a code."""
    scheme = checked_text(place, text, "scheme", LONGEST_CODE)
    if not is_scheme(scheme):
        raise place.error(
            f"the scheme '{scheme}' of {place.entry} cannot be a scheme's name; take a word without spaces and colons"
            + (", another one" if scheme == URI else "")
        )
    return scheme


def is_scheme(text: str) -> bool:
    """Tell whether a text can be the short name of a scheme."""
    return text != URI and len(text) <= LONGEST_CODE and re.search(r"[:\s]", text) is None and text.isprintable()


def checked_address(place: Place, text: str, what: str) -> str:
    """Return the address (URI) of a concept or scheme; raises VocabularyError for what is none."""
    if not is_address(text):
        raise place.error(f"the {what} of {place.entry} is no address such as https://words.example/boats/")
    return text


def entry_name(shown: str, otherwise: str) -> str:
    """Return what an entry is called in messages: its name, cut; what stands there otherwise, if that cannot be shown.

    >>> entry_name("Ferries", "row 3")
    'Ferries'
    """
    return shown[:_LONGEST_SHOWN] if shown.isprintable() else otherwise


def is_address(text: str) -> bool:
    """Tell whether a text is an address (URI, or IRI), and not too long for one."""
    return len(text) <= LONGEST_NAME and _ADDRESS.fullmatch(text) is not None


def language_of(place: Place, text: str) -> str:
    """Return a language in the form in which languages are compared; "" stays, private ones (x-…) are lower case."""
    if not text:
        return ""
    try:
        return language_tag(text)
    except ValueError as error:
        if _PRIVATE.fullmatch(text):
            return text.lower()
        raise place.error(f"a language of {place.entry}, '{text}': {error}") from error


def read_match(place: Place, text: str) -> Match:
    """Return what "exact subj:01000000" says; without a relation it is the same concept."""
    relation, _, other = text.strip().partition(" ")
    if relation not in RELATIONS:
        relation, other = "exact", text
    scheme, _, code = other.strip().partition(":")
    if " " in scheme or not (scheme and code):
        raise place.error(
            f"the mapping '{text}' of {place.entry} is none; write relation ({', '.join(RELATIONS)}) and scheme:code, "
            'as in "close subj:01000000"'
        )
    return Match(relation, scheme, code)


def read_retired(place: Place, value: object) -> tuple[bool, str | None]:
    """Return whether a concept is retired, and when, from true, false, a date, or a text that is one of these."""
    if isinstance(value, bool):
        return value, None
    if isinstance(value, datetime | date):
        return True, value.isoformat()
    text = str(value).strip()
    if text.lower() in ("", "false", "no", "0"):
        return False, None
    if text.lower() in ("true", "yes", "1"):
        return True, None
    return True, _day(place, text)


def _day(place: Place, text: str) -> str:
    if not _DAY.fullmatch(text):
        raise place.error(f"'{text}', when {place.entry} was retired, is no date such as 2021-09-30")
    return text


def _name(place: Place, text: str, what: str) -> str:
    return checked_text(place, text, what, LONGEST_NAME)


def _aliases(place: Place, written: Iterable[str], label: str | None) -> tuple[str, ...]:
    """Return the aliases of one language, of those that are matched alike the first in order."""
    found = {} if label is None else {name_key(label): label}
    for alias in sorted(_name(place, one, "alias") for one in written):
        found.setdefault(name_key(alias), alias)
    return tuple(sorted(alias for key, alias in found.items() if label is None or key != name_key(label)))


def _each(place: Place, texts: Iterable[str], what: str, longest: int) -> tuple[str, ...]:
    return tuple(sorted({checked_text(place, text, what, longest) for text in texts}))


def _definitions(place: Place, definitions: Mapping[str, str], notes: list[str] | None) -> dict[str, str]:
    found = {}
    for language, definition in definitions.items():
        text, mended = clean_text(definition)
        text = text.replace("\ufffe", "").replace("\uffff", "").strip()  # which XML cannot have
        if len(text) > LONGEST_DEFINITION:
            raise place.error(f"the definition of {place.entry} is longer than {LONGEST_DEFINITION:,} characters")
        if mended and notes is not None:
            notes.append(f"in the definition of {place.entry}: {', '.join(mended)}")
        if text:
            found[language] = text
    return _sorted(found)


def _match(place: Place, match: Match) -> Match:
    scheme, code = match.scheme, match.code.strip()
    if scheme == URI:
        scheme, code = parted(checked_address(place, code, "mapping"))
    if scheme == URI:
        return Match(match.relation, scheme, code)
    return Match(match.relation, scheme_of(place, scheme), checked_text(place, code, "mapping", LONGEST_CODE))


def _sorted(texts: Mapping[str, T]) -> dict[str, T]:
    return {language: texts[language] for language in sorted(texts)}
