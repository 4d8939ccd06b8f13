"""SKOS as a graph of statements, read as schemes and concepts. What maps to what is in docs/vocabularies.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from archive.errors import VocabularyError
from archive.vocabularies.addresses import BASE, KNOWN, OWN, TERMS, address, last_part, parted, scheme_name
from archive.vocabularies.concepts import RELATIONS, Concept, Match, Scheme, Vocabulary
from archive.vocabularies.entries import Place, checked_concept, entry_name, is_address, language_of, scheme_of
from archive.vocabularies.skos_terms import DCTERMS, OWL, RDF, SKOS

if TYPE_CHECKING:
    from rdflib import Graph

_UNNAMED = "vocabulary"  # what a scheme is called that has neither address nor title
_TYPE = f"{RDF}type"
_CONCEPT, _SCHEME = f"{SKOS}Concept", f"{SKOS}ConceptScheme"
_COLLECTIONS = (f"{SKOS}Collection", f"{SKOS}OrderedCollection")
_TITLES = (
    *(f"{DCTERMS}title", "http://purl.org/dc/elements/1.1/title", f"{SKOS}prefLabel"),
    "http://www.w3.org/2000/01/rdf-schema#label",
)
_LICENCES = (
    *(f"{DCTERMS}license", "http://creativecommons.org/ns#license"),
    *(f"{DCTERMS}rights", "http://purl.org/dc/elements/1.1/rights"),
)
_RELATED = {f"{SKOS}{relation}Match": relation for relation in RELATIONS} | {f"{SKOS}related": "related"}

Values = Mapping[str, list[Any]]  # of one subject, by property


def read_skos(file: str, graph: "Graph") -> Vocabulary:
    """Return the concepts that a graph states, by scheme and code; raises VocabularyError, with the concept's name.

    A concept is what is typed so, or is in a scheme. Its code is its notation, else what its address ends with. Of
    several broader concepts the first by code is the parent, the others are mappings; so are related ones. Of several
    preferred labels in one language the first by letters is one, the others are aliases. Collections are left out.
    """
    reader = _Reader(file, graph)
    return Vocabulary(reader.concepts(), reader.schemes(), reader.notes())


class _Reader:
    def __init__(self, file: str, graph: "Graph") -> None:
        self._file = file
        self._values: dict[Any, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in graph:
            self._values[subject][str(predicate)].append(value)
        for values in self._values.values():
            for several in values.values():
                several.sort(key=lambda value: (str(value), str(getattr(value, "language", None) or "")))
        self._by_text = {str(node): node for node in self._values}
        self._mended: list[str] = []
        self._counts: Counter[str] = Counter()
        self._nodes = self._find_concepts()
        if not self._nodes:
            raise VocabularyError(f"{file} has no concept of SKOS in it")
        self._scheme_of = self._find_schemes()
        self._names = {scheme: self._name(scheme) for scheme in dict.fromkeys(self._scheme_of.values())}
        self._codes = {node: self._code(node) for node in self._nodes}
        self._found = self._describe_schemes()
        self._broader = self._find_broader()

    def concepts(self) -> list[Concept]:
        by_code = sorted(self._nodes, key=lambda node: (self._short(node), self._codes[node], str(node)))
        return [self._concept(node) for node in by_code]

    def schemes(self) -> tuple[Scheme, ...]:
        return tuple(self._found.values())

    def notes(self) -> tuple[str, ...]:
        collections = {node for node in self._values if self._types(node) & set(_COLLECTIONS)}
        self._counts["collections left out: they are no concepts"] += len(collections)
        return (*self._mended, *(f"{number} {what}" for what, number in self._counts.items() if number))

    def _types(self, node: Any) -> set[str]:
        return set(map(str, self._values[node].get(_TYPE, ()))) if node in self._values else set()

    def _find_concepts(self) -> list[Any]:
        """Return what is typed as a concept, or stands in a scheme or below one."""
        marks = (f"{SKOS}inScheme", f"{SKOS}broader", f"{SKOS}topConceptOf", f"{SKOS}narrower")
        no_concepts = {*_COLLECTIONS, _SCHEME}
        return [
            node
            for node, values in self._values.items()
            if _CONCEPT in (types := self._types(node))
            or (not types & no_concepts and any(mark in values for mark in marks))
        ]

    def _find_schemes(self) -> dict[Any, str]:
        """Return the address of each concept's scheme: of several the one with most concepts."""
        stated: dict[Any, list[str]] = {
            node: [
                str(one) for name in ("inScheme", "topConceptOf") for one in self._values[node].get(f"{SKOS}{name}", ())
            ]
            for node in self._nodes
        }
        for scheme, values in self._values.items():
            for node in values.get(f"{SKOS}hasTopConcept", ()):
                if node in stated:
                    stated[node].append(str(scheme))
        sizes = Counter(one for several in stated.values() for one in set(several))
        typed = sorted(str(node) for node in list(self._values) if _SCHEME in self._types(node))
        found = {}
        for node, several in stated.items():
            if several:
                found[node] = min(set(several), key=lambda one: (-sizes[one], one))
            elif len(typed) == 1:
                found[node] = typed[0]
            else:
                found[node] = str(node)[: -len(last_part(str(node)))] or str(node)
        return found

    def _name(self, scheme: str) -> str:
        values = self._of_address(scheme)
        own = values.get(f"{TERMS}scheme")
        uri = scheme if is_address(scheme) else _UNNAMED
        name = str(own[0]) if own else scheme_name(uri, _text(values, _TITLES))
        return scheme_of(Place(self._file, scheme), name)

    def _of_address(self, uri: str) -> Values:
        node = self._by_text.get(uri)
        return {} if node is None else self._values[node]

    def _short(self, node: Any) -> str:
        return self._names[self._scheme_of[node]]

    def _code(self, node: Any) -> str:
        """Return a concept's notation, without the scheme's name before it; else what its address ends with."""
        scheme = self._scheme_of[node]
        notations = self._values[node].get(f"{SKOS}notation")
        if notations:
            code = str(min(notations, key=lambda one: (one.datatype is not None, str(one))))
            is_ours = f"{TERMS}scheme" in self._of_address(scheme)
            return code if is_ours else code.removeprefix(f"{self._names[scheme]}:")
        if not is_address(str(node)):
            label = _text(self._values[node], (f"{SKOS}prefLabel",)) or "a concept without an address"
            raise VocabularyError(f"{self._file}: {label} has neither an address nor a notation, so no code")
        if str(node).startswith(scheme) and len(str(node)) > len(scheme):
            rest = str(node)[len(scheme) :]
            return last_part(rest) if "/" in rest[:-1] or "#" in rest[:-1] else last_part(rest.strip("/#"))
        return last_part(str(node))

    def _describe_schemes(self) -> dict[str, Scheme]:
        """Return the schemes by their short names."""
        found = {}
        beginnings: dict[str, Counter[str]] = defaultdict(Counter)
        for node, code in self._codes.items():
            tail = address("", code, "x:")[2:]
            if str(node).endswith(tail) and len(str(node)) > len(tail):
                beginnings[self._scheme_of[node]][str(node)[: -len(tail)]] += 1
        for uri, name in self._names.items():
            values = self._of_address(uri)
            begins = uri
            if uri.startswith((OWN, BASE)) or not is_address(uri):
                begins = ""
            elif f"{TERMS}scheme" not in values and beginnings[uri]:
                begins = min(beginnings[uri].items(), key=lambda one: (-one[1], one[0]))[0]
                begins = next((known[0] for known in KNOWN.values() if begins in known), begins)
            licence = next((str(values[one][0]) for one in _LICENCES if values.get(one)), None)
            found[name] = Scheme(name, _text(values, _TITLES), begins if is_address(begins) else None, licence)
        return found

    def _find_broader(self) -> dict[Any, list[Any]]:
        """Return what is right above each concept, stated from above or from below."""
        broader: dict[Any, set[Any]] = defaultdict(set)
        for node, values in list(self._values.items()):
            for above in values.get(f"{SKOS}broader", ()):
                broader[node].add(above)
            for below in values.get(f"{SKOS}narrower", ()):
                broader[below].add(node)
        return {node: sorted(several, key=self._where) for node, several in broader.items()}

    def _where(self, node: Any) -> tuple[str, str]:
        """Return scheme and code of a concept, be it in the file or not."""
        if node in self._codes:
            return self._short(node), self._codes[node]
        return parted(str(node), self._found.values())

    def _concept(self, node: Any) -> Concept:
        values = self._values[node]
        scheme, code = self._short(node), self._codes[node]
        place = Place(self._file, entry_name(_text(values, (f"{SKOS}prefLabel",)) or "", "") or f"{scheme}:{code}")
        labels, aliases = self._labels(place, values)
        above = [self._where(one) for one in self._broader.get(node, ())]
        parents = [other for of_scheme, other in above if of_scheme == scheme]
        mappings = [Match("broad", *one) for one in above if one != (scheme, next(iter(parents), None))]
        self._counts["concepts are below several others: the first by code is the parent"] += len(parents) > 1
        for name, relation in _RELATED.items():
            others = (self._where(other) for other in values.get(name, ()) if _is_resource(other))
            mappings += [Match(relation, *other) for other in others]
        uri = str(node) if is_address(str(node)) and not str(node).startswith(BASE) else None
        shown = values.get(f"{TERMS}shown")
        return checked_concept(
            place,
            scheme=scheme,
            code=code,
            name=str(shown[0]) if shown else None if labels else f"{code}",
            labels=labels,
            aliases=aliases,
            definitions=self._definitions(place, values),
            parent=parents[0] if parents else None,
            phrases=map(str, values.get(f"{TERMS}phrase", ())),
            rules=map(str, values.get(f"{TERMS}rule", ())),
            retired=_is_retired(values),
            retired_on=_retired_on(values),
            mappings=mappings,
            uri=None if uri == address(scheme, code, self._found[scheme].uri) else uri,
            notes=self._mended,
        )

    def _labels(self, place: Place, values: Values) -> tuple[dict[str, str], dict[str, list[str]]]:
        labels: dict[str, str] = {}
        aliases: dict[str, list[str]] = defaultdict(list)
        for label in _literals(values, f"{SKOS}prefLabel"):
            language = language_of(place, label.language or "")
            if labels.setdefault(language, str(label)) != str(label):
                aliases[language].append(str(label))
                self._counts["labels are aliases: their concept has another one in their language"] += 1
        for name in ("altLabel", "hiddenLabel"):
            for alias in _literals(values, f"{SKOS}{name}"):
                if str(alias).strip():
                    aliases[language_of(place, alias.language or "")].append(str(alias))
        if not labels:
            self._counts["concepts have no label and are named by their codes"] += 1
        return labels, aliases

    def _definitions(self, place: Place, values: Values) -> dict[str, str]:
        found: dict[str, list[str]] = defaultdict(list)
        for definition in _literals(values, f"{SKOS}definition"):
            found[language_of(place, definition.language or "")].append(str(definition))
        return {language: "\n\n".join(several) for language, several in found.items()}


def _literals(values: Values, name: str) -> Iterable[Any]:
    return (value for value in values.get(name, ()) if not _is_resource(value))


def _is_resource(value: Any) -> bool:
    from rdflib import Literal

    return not isinstance(value, Literal)


def _text(values: Values, names: Iterable[str]) -> str | None:
    """Return the first text of the first of several properties: one in no language, in English, or in any."""
    for name in names:
        texts = sorted(
            (str(value.language or "") not in ("", "en"), str(value.language or ""), " ".join(str(value).split()))
            for value in _literals(values, name)
        )
        if texts and texts[0][2]:
            return texts[0][2]
    return None


def _is_retired(values: Values) -> bool:
    stated = [*values.get(f"{OWL}deprecated", ())]
    return any(str(one).lower() in ("true", "1") for one in stated)


def _retired_on(values: Values) -> str | None:
    """Return since when a concept is retired; others than this program have a property of that name, too."""
    named = (f"{TERMS}retiredOn", *(name for name in values if last_part(name) == "retired"))
    return next((str(values[name][0]) for name in named if values.get(name)), None)
