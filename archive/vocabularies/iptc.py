"""IPTC's NewsCodes as they are offered for download in JSON: `conceptSet`, with `qcode` and `retired`.

It is JSON-LD whose context stands on the network; read for what it is, none is needed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from archive.vocabularies.addresses import KNOWN, address, parted, scheme_name
from archive.vocabularies.concepts import RELATIONS, Concept, Match, Scheme, Vocabulary
from archive.vocabularies.entries import (
    LONGEST_NAME,
    Place,
    checked_address,
    checked_concept,
    checked_text,
    language_of,
    scheme_of,
)

_Where = tuple[str, str]  # scheme and code


def is_newscodes(stated: Any) -> bool:
    """Tell whether a JSON text is one of IPTC's vocabularies."""
    return isinstance(stated, dict) and isinstance(stated.get("conceptSet"), list)


def read_newscodes(file: str, stated: Mapping[str, Any]) -> Vocabulary:
    """Return the concepts of a file of IPTC's; raises VocabularyError, with the concept's code, for what is odd in it.

    Codes are taken as they are. Retired concepts are among the others, marked.
    """
    scheme = _scheme(file, stated)
    notes: list[str] = []
    above = _above(stated["conceptSet"], scheme)
    concepts = [_concept(file, number, one, scheme, above, notes) for number, one in enumerate(stated["conceptSet"], 1)]
    return Vocabulary(concepts, (scheme,), tuple(notes))


def _scheme(file: str, stated: Mapping[str, Any]) -> Scheme:
    place = Place(file, "the scheme")
    uri = checked_address(place, _text(place, stated, "uri") or "", "uri")
    uri = next((known[0] for known in KNOWN.values() if uri in known), uri)
    titles = _by_language(place, stated, "prefLabel")
    title = titles.get("en") or next(iter(titles.values()), None)
    licence = _text(place, stated, "licenceLink")
    return Scheme(
        scheme_of(place, _text(place, stated, "prefSchemeAlias") or scheme_name(uri, title)),
        None if title is None else checked_text(place, title, "name", LONGEST_NAME),
        uri,
        None if licence is None else checked_text(place, licence, "licence", LONGEST_NAME),
    )


def _above(stated: Iterable[Any], scheme: Scheme) -> dict[_Where, list[str]]:
    """Return what is above each concept because that says so."""
    above: dict[_Where, list[str]] = {}
    for one in stated:
        if isinstance(one, dict) and isinstance(one.get("uri"), str):
            for below in _list(one.get("narrower")):
                above.setdefault(_where(below, scheme), []).append(one["uri"])
    return above


def _concept(
    file: str, number: int, stated: Any, scheme: Scheme, above: Mapping[_Where, list[str]], notes: list[str]
) -> Concept:
    place = Place(file, f"concept {number} of conceptSet")
    if not isinstance(stated, dict):
        raise place.error(f"{place.entry} is no object")
    qcode, uri = _text(place, stated, "qcode"), _text(place, stated, "uri")
    if not (qcode or uri):
        raise place.error(f"{place.entry} has neither qcode nor uri")
    place = Place(file, qcode or uri or "")
    of_scheme, code = _where(qcode or uri or "", scheme)
    if of_scheme != scheme.scheme:
        raise place.error(f"{place.entry} is of another scheme than the file's, {scheme.scheme}")
    stated_above = (*_list(stated.get("broader")), *above.get((of_scheme, code), ()))
    broader = sorted({_where(one, scheme) for one in stated_above})
    parents = [other for of, other in broader if of == scheme.scheme]
    mappings = [Match("broad", *one) for one in broader if one != (scheme.scheme, next(iter(parents), None))]
    for relation in RELATIONS:
        mappings += [Match(relation, *_where(one, scheme)) for one in _list(stated.get(f"{relation}Match"))]
    labels = _by_language(place, stated, "prefLabel")
    if not labels:
        raise place.error(f"{place.entry} has no prefLabel")
    retired = _text(place, stated, "retired")
    return checked_concept(
        place,
        scheme=scheme.scheme,
        code=code,
        labels=labels,
        aliases={
            language_of(place, language): [name for name in _list(names) if name.strip()]
            for language, names in _object(place, stated, "altLabel").items()
        },
        definitions=_by_language(place, stated, "definition"),
        parent=parents[0] if parents else None,
        retired_on=retired,
        mappings=mappings,
        uri=None if uri is None or uri == address(scheme.scheme, code, scheme.uri) else uri,
        notes=notes,
    )


def _where(name: str, scheme: Scheme) -> _Where:
    """Return scheme and code of what is named by its qcode or by its address."""
    beginning = f"{scheme.scheme}:"
    if name.startswith(beginning):
        return scheme.scheme, name[len(beginning) :]
    if "://" not in name and ":" in name:
        of, _, code = name.partition(":")
        return of, code
    return parted(name, [scheme])


def _list(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]


def _text(place: Place, stated: Mapping[str, Any], key: str) -> str | None:
    value = stated.get(key)
    if value is not None and not isinstance(value, str):
        raise place.error(f"{key} of {place.entry} is no text")
    return value or None


def _object(place: Place, stated: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = stated.get(key) or {}
    if not isinstance(value, dict):
        raise place.error(f"{key} of {place.entry} is not by language")
    return value


def _by_language(place: Place, stated: Mapping[str, Any], key: str) -> dict[str, str]:
    texts = {}
    for language, value in _object(place, stated, key).items():
        several = _list(value)
        if several and several[0].strip():
            texts[language_of(place, language)] = several[0]
    return texts
