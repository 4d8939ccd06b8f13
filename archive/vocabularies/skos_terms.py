"""A vocabulary as statements of SKOS, one concept after the other: what all formats of RDF say, each in its own way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from archive.vocabularies.addresses import TERMS, address, mapped_address, scheme_address
from archive.vocabularies.concepts import RELATIONS, Concept, Scheme
from archive.vocabularies.entries import is_address

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"

PREFIXES = {"skos": SKOS, "dcterms": DCTERMS, "owl": OWL, "archive": TERMS}

# The properties that are written, by the prefixes of their namespaces. Those of our own say what SKOS cannot: the short
# name of a scheme, which label is shown where that does not follow, phrases and rules, since when one is retired.
PROPERTIES = {
    **dict.fromkeys(("inScheme", "notation", "prefLabel", "altLabel", "definition", "broader"), "skos"),
    **{f"{relation}Match": "skos" for relation in RELATIONS},
    **{"title": "dcterms", "license": "dcterms", "deprecated": "owl"},
    **dict.fromkeys(("scheme", "shown", "phrase", "rule", "retiredOn"), "archive"),
}

Uris = Mapping[tuple[str, str], str]  # of the concepts that have an address of their own, by scheme and code


class Value(NamedTuple):
    """The object of a statement: an address, a text in a language or in none, or what is true."""

    text: str
    kind: str = "text"  # or `address`, `truth`
    language: str = ""


class Subject(NamedTuple):
    """All that is stated of one concept or scheme: its address, its type, and by property the values."""

    address: str
    type: str
    values: dict[str, list[Value]]


def subjects(schemes: Iterable[Scheme], concepts: Iterable[Concept], uris: Uris) -> Iterator[Subject]:
    """Yield what is to be said, the schemes first; concepts as they come."""
    known = {scheme.scheme: scheme for scheme in schemes}
    for scheme in known.values():
        yield _scheme(scheme)
    for concept in concepts:
        if concept.scheme not in known:
            known[concept.scheme] = Scheme(concept.scheme)
            yield _scheme(known[concept.scheme])
        yield _concept(concept, known, uris)


def _scheme(scheme: Scheme) -> Subject:
    licence = scheme.licence
    values = {
        "scheme": [Value(scheme.scheme)],
        "title": [Value(scheme.name)] if scheme.name else [],
        "license": [Value(licence, "address" if is_address(licence) else "text")] if licence else [],
    }
    return Subject(scheme_address(scheme), "ConceptScheme", _stated(values))


def _concept(concept: Concept, schemes: Mapping[str, Scheme], uris: Uris) -> Subject:
    scheme = schemes[concept.scheme]

    def of(code: str) -> str:
        return uris.get((concept.scheme, code)) or address(concept.scheme, code, scheme.uri)

    shown = concept.shown()
    values = {
        "inScheme": [Value(scheme_address(scheme), "address")],
        "notation": [Value(concept.code)],
        "prefLabel": [Value(label, language=language) for language, label in concept.labels.items()],
        "altLabel": [Value(name, language=language) for language, names in concept.aliases.items() for name in names],
        "definition": [Value(text, language=language) for language, text in concept.definitions.items()],
        "broader": [Value(of(concept.parent), "address")] if concept.parent else [],
        "deprecated": [Value("true", "truth")] if concept.retired else [],
        "retiredOn": [Value(concept.retired_on)] if concept.retired_on else [],
        "shown": [Value(shown)] if shown != concept.shown_by_itself() else [],
        "phrase": [Value(phrase) for phrase in concept.phrases],
        "rule": [Value(rule) for rule in concept.rules],
    }
    for relation, of_scheme, code in concept.mappings:
        other = uris.get((of_scheme, code)) or mapped_address(of_scheme, code, schemes.values())
        values.setdefault(f"{relation}Match", []).append(Value(other, "address"))
    return Subject(concept.uri or of(concept.code), "Concept", _stated(values))


def _stated(values: Mapping[str, list[Value]]) -> dict[str, list[Value]]:
    return {name: several for name, several in values.items() if several}
