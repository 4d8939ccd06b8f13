"""Concepts and schemes as every format of vocabularies states them, whatever it calls them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

LOCAL = "local"

# How a concept lies to one of another scheme, as SKOS tells them apart: the other one is the same, nearly so, …
RELATIONS = ("exact", "close", "broad", "narrow", "related")

URI = "uri"  # the scheme of what is known by its address alone: then that is the code

Texts = Mapping[str, str]  # by language; "" where none is stated
ManyTexts = Mapping[str, tuple[str, ...]]


class Match(NamedTuple):
    """What a concept is in another vocabulary: the relation, and scheme and code of the other concept."""

    relation: str
    scheme: str
    code: str


@dataclass(frozen=True)
class Scheme:
    """A vocabulary: its short name, its title, the address that its concepts' begin with, and its licence."""

    scheme: str
    name: str | None = None
    uri: str | None = None
    licence: str | None = None


@dataclass(frozen=True)
class Concept:
    """A concept of a scheme. What there can be many of is sorted, so that two that say the same are equal.

    `name` is the label that is shown, None where the vocabulary leaves that to whoever reads it. `uri` is None where it
    follows from the scheme's. `line` is where the file states it, `rule_lines` where its rules, if that is known.
    """

    scheme: str
    code: str
    name: str | None = None
    labels: Texts = field(default_factory=dict)
    aliases: ManyTexts = field(default_factory=dict)
    definitions: Texts = field(default_factory=dict)
    parent: str | None = None
    phrases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    retired: bool = False
    retired_on: str | None = None
    mappings: tuple[Match, ...] = ()
    uri: str | None = None
    line: int | None = field(default=None, compare=False)
    rule_lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def label(self) -> str:
        """Scheme and code, as commands name a topic."""
        return f"{self.scheme}:{self.code}"

    def shown(self, language: str | None = None) -> str:
        """Return the label that is shown: in that language, if one is asked for and there is one; else as stated.

        Where nothing is stated it is the one in no language, in English, or in the language that comes first.

        >>> Concept("own", "1", labels={"en-US": "labor", "de": "Arbeit"}).shown()
        'labor'
        """
        wanted = None if language is None else _in_language(self.labels, language)
        return wanted or self.name or self.shown_by_itself()

    def shown_by_itself(self) -> str:
        """Return the label that would be shown if the vocabulary stated nothing about that."""
        in_none = self.labels.get("")
        return in_none or _in_language(self.labels, "en") or next(iter(self.labels.values()), self.code)


@dataclass(frozen=True)
class Vocabulary:
    """What a file holds: its schemes, its concepts in its order, and what was mended or left out, in words."""

    concepts: list[Concept]
    schemes: tuple[Scheme, ...] = ()
    notes: tuple[str, ...] = ()


def languages_of(concepts: Iterable[Concept]) -> list[str]:
    """Return the languages that anything is stated in.

    None ("") is among them only if a concept has a label in it beside others: elsewhere it is what is shown.
    """
    found: set[str] = set()
    for concept in concepts:
        stated = {*concept.labels, *concept.aliases, *concept.definitions} - {""}
        found |= stated | ({""} if "" in concept.labels and len(concept.labels) > 1 else set())
    return sorted(found)


def _in_language(labels: Texts, language: str) -> str | None:
    """Return the label in a language, or else in the first of its regions and scripts; None where there is none."""
    near = (one for one in sorted(labels) if one == language or one.startswith(f"{language}-"))
    return next((labels[one] for one in near), None)
