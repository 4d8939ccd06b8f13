"""The project's TOML: `[[topics]]`, and `[[schemes]]` of which they are. What it says is in docs/vocabularies.md."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from archive.errors import VocabularyError
from archive.normalize.names import slug
from archive.vocabularies.concepts import LOCAL, Concept, Scheme, Vocabulary
from archive.vocabularies.entries import (
    LONGEST_NAME,
    Place,
    checked_address,
    checked_concept,
    checked_text,
    entry_name,
    language_of,
    read_match,
    read_retired,
    scheme_of,
)

DEEPEST = 20
_DOTS = 4_000_000
_FEW_DOTS = 50  # on a line of text; more than that is a key that was made to cost time

TOPIC_KEYS = (
    *("name", "code", "scheme", "parent", "aliases", "phrases", "rules", "definition", "names", "retired"),
    *("mappings", "uri"),
)
SCHEME_KEYS = ("scheme", "name", "uri", "licence")
_TABLES = ("schemes", "sources", "topics")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*topics[ \t]*\]\]", re.MULTILINE)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 120


def read_toml(file: str, text: str) -> Vocabulary:
    """Return what a TOML file says; raises VocabularyError, with the entry, for what it cannot mean."""
    content = _parsed(file, text)
    entries = content.get("topics")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VocabularyError(f"{file} has no [[topics]] in it")
    for table in content:
        if table not in _TABLES:
            raise VocabularyError(f"{file} has an unknown table or key '{table}' (known: {', '.join(_TABLES)})")
    notes: list[str] = []
    lines = _lines(text, len(entries))
    concepts = [_concept(file, number, entry, lines, notes) for number, entry in enumerate(entries, 1)]
    if lines:
        concepts = _with_rule_lines(text, concepts)
    return Vocabulary(concepts, _schemes(file, content.get("schemes", [])), tuple(notes))


def write_toml(schemes: Iterable[Scheme], concepts: Iterable[Concept]) -> Iterator[str]:
    """Yield a TOML file that says the same, a concept at a time."""
    for scheme in schemes:
        values = {key: getattr(scheme, key) for key in SCHEME_KEYS}
        if scheme == Scheme(scheme.scheme):  # nothing is known of it
            continue
        yield "[[schemes]]\n" + "".join(f"{key} = {_text(value)}\n" for key, value in values.items() if value) + "\n"
    for concept in concepts:
        yield "[[topics]]\n" + "".join(f"{line}\n" for line in _lines_of(concept)) + "\n"


def _parsed(file: str, text: str) -> dict[str, Any]:
    import tomllib

    # tomllib copies every prefix of a dotted key: 30,000 dots on a line take 15 s and 3 GB
    if sum(dots**2 for line in text.split("\n") if (dots := line.count(".")) > _FEW_DOTS) > _DOTS:
        raise VocabularyError(f"{file} has too many dots on a line; write keys without dots")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number can be too long for Python, too
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise VocabularyError(f"{file} is not valid TOML: {reason}") from error
    level: list[object] = [content]
    for _ in range(DEEPEST):
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [one for several in inner for one in several]
    if level:
        raise VocabularyError(f"{file} is nested more than {DEEPEST} deep; write it flat")
    return content


def _lines(text: str, number: int) -> list[int] | None:
    """Return on which line each entry begins; None where that cannot be told."""
    found = [match.start() for match in _HEADER.finditer(text)]
    if len(found) != number:
        return None
    lines, line, last = [], 1, 0
    for start in found:
        line += text.count("\n", last, start)
        last = start
        lines.append(line)
    return lines


def _with_rule_lines(text: str, concepts: Sequence[Concept]) -> list[Concept]:
    """Return the concepts with the lines on which their rules stand: the first of the entry that has the rule in it."""
    written = text.split("\n")
    ends = [concept.line or 1 for concept in concepts[1:]] + [len(written) + 1]
    found = []
    for concept, end in zip(concepts, ends, strict=True):
        first = concept.line or 1
        entry = written[first - 1 : end - 1]
        lines = {
            rule: next((at for at, line in enumerate(entry, first) if rule in line or _text(rule) in line), first)
            for rule in concept.rules
        }
        found.append(replace(concept, rule_lines=lines) if lines else concept)
    return found


def _schemes(file: str, entries: object) -> tuple[Scheme, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VocabularyError(f"{file}: write schemes as [[schemes]]")
    found = {}
    for number, entry in enumerate(entries, 1):
        place = Place(file, f"entry {number} of [[schemes]]")
        for key, value in entry.items():
            _require_known(place, key, SCHEME_KEYS)
            if not isinstance(value, str):
                raise place.error(f"{key} of {place.entry} must be a text")
        if "scheme" not in entry:
            raise place.error(f"{place.entry} has no scheme")
        texts = {key: checked_text(place, entry[key], key, LONGEST_NAME) for key in ("name", "licence") if key in entry}
        uri = checked_address(place, entry["uri"], "uri") if "uri" in entry else None
        scheme = scheme_of(place, entry["scheme"])
        if scheme in found:
            raise place.error(f"the scheme {scheme} stands twice in [[schemes]]")
        found[scheme] = Scheme(scheme, texts.get("name"), uri, texts.get("licence"))
    return tuple(found.values())


def _concept(file: str, number: int, entry: Mapping[str, Any], lines: list[int] | None, notes: list[str]) -> Concept:
    place = Place(file, f"entry {number} of [[topics]]", lines[number - 1] if lines else None)
    name, names = entry.get("name"), entry.get("names", {})
    if "name" in entry and not _is_text(name):
        raise place.error(f"{place.entry} has no name")
    if not names and name is None:
        raise place.error(f"{place.entry} has no name")
    if not isinstance(names, dict) or not all(map(_is_text, names.values())):
        raise place.error(f'names of {name or place.entry} must be texts by language, as in {{ de = "Fähren" }}')
    shown = name or next(iter(names.values()))
    place = Place(file, entry_name(shown, place.entry), place.line)
    for key, value in entry.items():
        _require_known(place, key, TOPIC_KEYS)
        if not _CHECKS.get(key, _is_text)(value):
            raise place.error(f"{key} of {place.entry} must be {_EXPECTED.get(key, 'a text')}")
    retired, retired_on = read_retired(place, entry.get("retired", False))
    aliases, definition = entry.get("aliases", []), entry.get("definition", {})
    return checked_concept(
        place,
        scheme=entry.get("scheme", LOCAL),
        code=entry.get("code") or slug(shown),
        name=name,
        labels=_by_language(place, names),
        aliases=_by_language(place, aliases if isinstance(aliases, dict) else {"": aliases}),
        definitions=_by_language(place, definition if isinstance(definition, dict) else {"": definition}),
        parent=entry.get("parent"),
        phrases=entry.get("phrases", ()),
        rules=entry.get("rules", ()),
        retired=retired,
        retired_on=retired_on,
        mappings=[read_match(place, one) for one in entry.get("mappings", ())],
        uri=entry.get("uri"),
        notes=notes,
    )


def _require_known(place: Place, key: str, known: Iterable[str]) -> None:
    if key not in known:
        raise place.error(f"{place.entry} has an unknown key '{key}' (known: {', '.join(sorted(known))})")


def _by_language(place: Place, texts: Mapping[str, Any]) -> dict[str, Any]:
    found = {language_of(place, language): text for language, text in texts.items()}
    if len(found) < len(texts):
        raise place.error(f"a language of {place.entry} stands twice, written in two ways")
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_aliases(value: object) -> bool:
    return _is_list(value) or (isinstance(value, dict) and all(map(_is_list, value.values())))


def _is_definition(value: object) -> bool:
    return _is_text(value) or (isinstance(value, dict) and all(map(_is_text, value.values())))


def _is_names(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_retired(value: object) -> bool:
    return isinstance(value, bool | date | datetime) or _is_text(value)


_CHECKS = {
    **{"phrases": _is_list, "rules": _is_list, "mappings": _is_list},
    **{"aliases": _is_aliases, "definition": _is_definition, "names": _is_names, "retired": _is_retired},
}
_EXPECTED = {
    **{"phrases": "a list of texts", "rules": "a list of texts", "mappings": "a list of texts"},
    "aliases": 'a list of texts, or lists by language, as in { de = ["Fähre"] }',
    "definition": 'a text, or texts by language, as in { en = "A boat" }',
    "retired": "true, false or a date",
}


def _lines_of(concept: Concept) -> Iterator[str]:
    shown = concept.name or concept.shown()
    names = dict(concept.labels)
    if list(names.values()).count(shown) == 1 and names.get("") == shown:
        del names[""]
    yield f"name = {_text(shown)}"
    if names:
        yield f"names = {_table({language: _text(name) for language, name in names.items()})}"
    yield f"code = {_text(concept.code)}"
    for key in ("scheme", "parent", "uri"):
        value = getattr(concept, key)
        if value and (key, value) != ("scheme", LOCAL):
            yield f"{key} = {_text(value)}"
    if concept.retired:
        yield f"retired = {_text(concept.retired_on) if concept.retired_on else 'true'}"
    if list(concept.aliases) == [""]:
        yield _list("aliases", concept.aliases[""])
    elif concept.aliases:
        written = {language: f"[{', '.join(map(_text, names))}]" for language, names in concept.aliases.items()}
        yield f"aliases = {_table(written)}"
    if list(concept.definitions) == [""]:
        yield f"definition = {_text(concept.definitions[''])}"
    elif concept.definitions:
        yield f"definition = {_table({language: _text(text) for language, text in concept.definitions.items()})}"
    mappings = [f"{one.relation} {one.scheme}:{one.code}" for one in concept.mappings]
    for key, values in (("phrases", concept.phrases), ("rules", concept.rules), ("mappings", mappings)):
        if values:
            yield _list(key, values)


def _text(text: str) -> str:
    """Return a TOML string: JSON's escapes are TOML's, which besides wants one for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(values: Mapping[str, str]) -> str:
    keys = {key: key if _BARE.fullmatch(key) else _text(key) for key in values}
    return "{ " + ", ".join(f"{keys[key]} = {value}" for key, value in values.items()) + " }"


def _list(key: str, values: Iterable[str]) -> str:
    """Return a list on one line, or on lines that are not too wide."""
    texts = [_text(value) for value in values]
    if len(line := f"{key} = [{', '.join(texts)}]") <= _WIDTH:
        return line
    lines = [""]
    for text in texts:
        if lines[-1] and len(lines[-1]) + len(text) > _WIDTH - 6:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{text},"
    return "\n".join([f"{key} = [", *(f"    {line}" for line in lines), "]"])
