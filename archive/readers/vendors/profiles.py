"""What the exports of each vendor look like: the labels, by language, of the TOML files in `profiles/`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

PROFILES = ("nexis", "nexis_uni", "factiva", "proquest", "europresse")

# Marks that order text from right to left stand around labels in exports in Arabic, Hebrew and Persian.
MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_NUMBER = r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+|\d+"
_MARK = re.compile(f"[{MARKS}]")


@dataclass(frozen=True)
class Words:
    """What means the same in all exports: words of any of the languages, as they are written."""

    length: re.Pattern[str]
    issue: re.Pattern[str]
    page: re.Pattern[str]
    correction: frozenset[str]
    no_headline: frozenset[str]
    rights: tuple[str, ...]
    reserved: tuple[str, ...]
    byline: tuple[str, ...]
    languages: Mapping[str, str]


@dataclass(frozen=True)
class Profile:
    """One layout of one vendor.

    labels      what a label gives, by the label as it is written; `aside` is known, and no value
    header      what labels before the text can give; any other stands after it
    multi       what labels can have several paragraphs under them
    separator   the line before each article, with its number and how many there are; None if there is none
    end         paragraphs that end an article; `body` those before its text, `after` those that head what follows it
    body_label  labels of the text itself
    document    words before the number that ends an article
    count       lines of the cover that say how many articles there are; `terms` labels of what was searched for
    names_inverted  whether bylines are written `Marchetti, Ilse`
    schemes     the vocabulary that a label's codes are of
    """

    name: str
    title: str
    scope: str
    labels: Mapping[str, str]
    header: frozenset[str]
    multi: frozenset[str]
    separator: re.Pattern[str] | None
    end: frozenset[str]
    body: frozenset[str]
    after: frozenset[str]
    body_label: frozenset[str]
    document: tuple[str, ...]
    count: re.Pattern[str]
    terms: tuple[str, ...]
    names_inverted: bool = False
    schemes: Mapping[str, str] = field(default_factory=dict)


@cache
def words() -> Words:
    """Return the words that all vendors use."""
    found = _read("words")
    length, issue, page = (sorted(_all(found[name]), key=len, reverse=True) for name in ("length", "issue", "page"))
    return Words(
        re.compile(rf"(?<![\w.,])({_NUMBER})\s*(?:{_either(length)})(?!\w)"),
        re.compile(rf"[\s,]+(?:{_either(issue)})\s*\d[\w/-]*\s*$"),
        re.compile(rf"(?<!\w)(?:{_either(page)})\s*(\S.*)"),
        frozenset(map(str.casefold, _all(found["correction"]))),
        frozenset(map(str.casefold, _all(found["no_headline"]))),
        _all(found["rights"]),
        _all(found["reserved"]),
        _all(found["byline"]),
        {name: code for code, names in found["languages"].items() for name in names},
    )


@cache
def profile(name: str) -> Profile:
    """Return a profile by its name; raises ValueError where its file gives one label two meanings."""
    found = _read(name)
    labels: dict[str, str] = {}
    for language, fields in found["labels"].items():
        for gives, written in fields.items():
            for label in written:
                if labels.setdefault(label, gives) != gives:
                    raise ValueError(f"{name}.toml, {language}: {label} gives {gives}, and {labels[label]}")
    separators = _all(found["separator"])
    cover = found["cover"]
    return Profile(
        name=name,
        title=found["title"],
        scope=found["scope"],
        labels=labels,
        header=frozenset(found["header"]),
        multi=frozenset(found["multi"]),
        separator=_template(separators) if separators else None,
        end=frozenset(_all(found.get("end", {}))),
        body=frozenset(_all(found.get("body", {}))),
        after=frozenset(_all(found.get("after", {}))),
        body_label=frozenset(_all(found.get("body_label", {}))),
        document=_all(found.get("document", {})),
        count=_template(_all(cover["count"])),
        terms=_all(cover["terms"]),
        names_inverted=found.get("names_inverted", False),
        schemes=found.get("schemes", {}),
    )


def unmarked(text: str) -> str:
    """Return a text without the marks that order it from right to left, and without spaces around it."""
    return _MARK.sub("", text).strip()


def _read(name: str) -> dict[str, Any]:
    import tomllib

    text = files(__package__).joinpath("profiles", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _all(by_language: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for written in by_language.values() for word in written))


def _either(written: Iterable[str]) -> str:
    return "|".join(map(re.escape, written))


def _template(templates: Iterable[str]) -> re.Pattern[str]:
    """Return what matches lines such as `{number} of {total} DOCUMENTS`, whatever spaces and case they have."""
    forms = []
    for position, template in enumerate(templates):
        form = re.escape(template).replace(r"\ ", r"[ \t\u00a0]+")
        for name, digits in (("number", r"\d{1,7}"), ("total", r"\d{1,7}"), ("count", r"\d[\d,;\s\u2013-]*")):
            form = form.replace(rf"\{{{name}\}}", rf"(?P<{name}_{position}>{digits})")
        forms.append(form)
    return re.compile(rf"[{MARKS}\s]*(?:{'|'.join(forms)})[{MARKS}\s]*", re.IGNORECASE)


def numbers(match: re.Match[str], name: str) -> str:
    """Return what stands for `{name}` in a line that matched a template, "" if nothing does."""
    return next((text for key, text in match.groupdict().items() if text and key.startswith(f"{name}_")), "")
