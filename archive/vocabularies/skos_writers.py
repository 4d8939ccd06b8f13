"""SKOS written as Turtle, RDF/XML and JSON-LD, a concept at a time."""

import json
from collections.abc import Callable, Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from archive.vocabularies.concepts import Concept, Scheme
from archive.vocabularies.skos_terms import PREFIXES, PROPERTIES, RDF, XSD, Subject, Uris, Value, subjects

_ADDRESSES = ("inScheme", "broader", *(name for name in PROPERTIES if name.endswith("Match")))


def write_turtle(schemes: Iterable[Scheme], concepts: Iterable[Concept], uris: Uris) -> Iterator[str]:
    """Yield a vocabulary as SKOS in Turtle (RDF 1.1)."""
    yield "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    for subject in subjects(schemes, concepts, uris):
        lines = [f"\n<{subject.address}> a skos:{subject.type}"]
        lines += [
            f"    {PROPERTIES[name]}:{name} {', '.join(map(_in_turtle, values))}"
            for name, values in subject.values.items()
        ]
        yield " ;\n".join(lines) + " .\n"


def write_rdfxml(schemes: Iterable[Scheme], concepts: Iterable[Concept], uris: Uris) -> Iterator[str]:
    """Yield a vocabulary as SKOS in RDF/XML."""
    namespaces = "".join(f'\n    xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF\n    xmlns:rdf="{RDF}"{namespaces}>\n'
    for subject in subjects(schemes, concepts, uris):
        elements = [
            _in_xml(f"{PROPERTIES[name]}:{name}", value) for name, values in subject.values.items() for value in values
        ]
        start = f"  <skos:{subject.type} rdf:about={quoteattr(subject.address)}>\n"
        yield start + "".join(elements) + f"  </skos:{subject.type}>\n"
    yield "</rdf:RDF>\n"


def write_jsonld(schemes: Iterable[Scheme], concepts: Iterable[Concept], uris: Uris) -> Iterator[str]:
    """Yield a vocabulary as SKOS in JSON-LD, with its context in it."""
    types = {name: f"{PREFIXES['skos']}{name}" for name in ("Concept", "ConceptScheme")}
    properties = {
        name: {"@id": PREFIXES[prefix] + name, "@type": "@id"} if name in _ADDRESSES else PREFIXES[prefix] + name
        for name, prefix in PROPERTIES.items()
    }
    yield '{"@context": ' + json.dumps({**types, **properties}, indent=1) + ',\n"@graph": ['
    comma = ""
    for subject in subjects(schemes, concepts, uris):
        yield comma + "\n" + _in_json(subject)
        comma = ","
    yield "\n]}\n"


def _in_turtle(value: Value) -> str:
    if value.kind == "address":
        return f"<{value.text}>"
    if value.kind == "truth":
        return value.text
    # what JSON escapes, Turtle does in the same way
    text = json.dumps(value.text, ensure_ascii=False)
    return f"{text}@{value.language}" if value.language else text


def _in_xml(name: str, value: Value) -> str:
    if value.kind == "address":
        return f"    <{name} rdf:resource={quoteattr(value.text)}/>\n"
    stated = f' xml:lang="{value.language}"' if value.language else ""
    if value.kind == "truth":
        stated = f' rdf:datatype="{XSD}boolean"'
    return f"    <{name}{stated}>{escape(value.text)}</{name}>\n"


def _in_json(subject: Subject) -> str:
    values = {
        name: [_json_value(name, value) for value in several] if len(several) > 1 else _json_value(name, several[0])
        for name, several in subject.values.items()
    }
    return json.dumps({"@id": subject.address, "@type": subject.type, **values}, ensure_ascii=False)


def _json_value(name: str, value: Value) -> object:
    if value.kind == "address":
        return value.text if name in _ADDRESSES else {"@id": value.text}
    if value.kind == "truth":
        return True
    return {"@value": value.text, "@language": value.language} if value.language else value.text


WRITERS: dict[str, Callable[[Iterable[Scheme], Iterable[Concept], Uris], Iterator[str]]] = {
    "turtle": write_turtle,
    "rdfxml": write_rdfxml,
    "jsonld": write_jsonld,
}
