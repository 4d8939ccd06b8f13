"""CSV (RFC 4180): a concept a row, several values of a cell parted by " | " or line breaks; languages are columns."""

import csv
import io
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
)

COLUMNS = (
    *("scheme", "code", "name", "parent", "aliases", "phrases", "rules", "definition", "retired", "mappings", "uri"),
    *("scheme_name", "scheme_uri", "scheme_licence"),
)
BY_LANGUAGE = ("name", "aliases", "definition")

_BETWEEN = " | "
_DELIMITERS = ",;\t"
_LARGEST_CELL = 100_000_000  # the file has a limit
_Column = tuple[str, str | None]
_LIMIT = threading.Lock()  # of the cells of all readers of CSV in this process


def read_csv(file: str, text: str) -> Vocabulary:
    """Return what a table says; raises VocabularyError, with the line, for what it cannot mean."""
    with _LIMIT:
        before = csv.field_size_limit(_LARGEST_CELL)
        try:
            return _read(file, text)
        finally:
            csv.field_size_limit(before)


def write_csv(schemes: Iterable[Scheme], concepts: Iterable[Concept], languages: Sequence[str]) -> Iterator[str]:
    """Yield a table that says the same, a row at a time; `languages` are as `languages_of` has them."""
    of_schemes = {scheme.scheme: scheme for scheme in schemes}
    stated = any(scheme.name or scheme.uri or scheme.licence for scheme in of_schemes.values())
    columns = [
        *COLUMNS[: COLUMNS.index("aliases")],
        *(f"{name}@{language}" for name in BY_LANGUAGE for language in languages if language or name == "name"),
        *COLUMNS[COLUMNS.index("aliases") : None if stated else COLUMNS.index("scheme_name")],
    ]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for concept in concepts:
        writer.writerow(_row(concept, of_schemes.pop(concept.scheme, None)))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()  # the header, where there was no concept


def _read(file: str, text: str) -> Vocabulary:
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count), strict=True)
    columns = _columns(Place(file, "the header", 1), next(_rows(file, reader), []))
    concepts, notes, schemes = list[Concept](), list[str](), dict[str, Scheme]()
    line = reader.line_num + 1
    for cells in _rows(file, reader):
        if any(cell.strip() for cell in cells):
            place = Place(file, f"row {len(concepts) + 1}", line)
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise place.error(f"{place.entry} has more cells than the header has columns; put texts into quotes")
            row = {column: cell for column, cell in zip(columns, cells, strict=False) if cell.strip()}
            concepts.append(_concept(place, row, notes))
            _take_scheme(place, schemes, concepts[-1].scheme, row)
        line = reader.line_num + 1
    return Vocabulary(concepts, tuple(schemes.values()), tuple(notes))


def _rows(file: str, reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise VocabularyError(f"{file} is not valid CSV: {error} (line {reader.line_num})") from error


def _columns(place: Place, header: Sequence[str]) -> list[_Column]:
    columns: list[_Column] = []
    for cell in header:
        name, at, language = cell.strip().partition("@")
        if name not in COLUMNS or (at and name not in BY_LANGUAGE):
            known = ", ".join((*COLUMNS, *(f"{one}@LANGUAGE" for one in BY_LANGUAGE)))
            raise place.error(f"there is no column '{cell.strip()}' (known: {known})")
        # a name without @ is what is shown, whatever its language; an alias without is one in no language
        column = (name, language_of(place, language) if at or name in BY_LANGUAGE[1:] else None)
        if column in columns:
            raise place.error(f"the column {cell.strip()} stands twice in {place.entry}")
        columns.append(column)
    if not any(name == "name" for name, _ in columns):
        raise place.error(f"{place.entry} has no column 'name'")
    return columns


def _concept(place: Place, row: Mapping[_Column, str], notes: list[str]) -> Concept:
    name, labels = row.get(("name", None)), _by_language(row, "name")
    if name is None and not labels:
        raise place.error(f"{place.entry} has no name")
    shown = name or next(iter(labels.values()))
    place = Place(place.file, entry_name(shown, place.entry), place.line)
    retired, retired_on = read_retired(place, row.get(("retired", None), ""))
    return checked_concept(
        place,
        scheme=row.get(("scheme", None), LOCAL),
        code=row.get(("code", None)) or slug(shown),
        name=name,
        labels=labels,
        aliases={language: _values(cell) for language, cell in _by_language(row, "aliases").items()},
        definitions=_by_language(row, "definition"),
        parent=row.get(("parent", None)),
        phrases=_values(row.get(("phrases", None), "")),
        rules=_values(row.get(("rules", None), "")),
        retired=retired,
        retired_on=retired_on,
        mappings=[read_match(place, one) for one in _values(row.get(("mappings", None), ""))],
        uri=row.get(("uri", None), "").strip() or None,
        notes=notes,
    )


def _by_language(row: Mapping[_Column, str], name: str) -> dict[str, str]:
    return {language: cell for (column, language), cell in row.items() if column == name and language is not None}


def _take_scheme(place: Place, schemes: dict[str, Scheme], scheme: str, row: Mapping[_Column, str]) -> None:
    """Keep what a row says of its scheme; it stands in the first row of it, or in all."""
    known = schemes.setdefault(scheme, Scheme(scheme))
    stated = {key: row[f"scheme_{key}", None] for key in ("name", "uri", "licence") if (f"scheme_{key}", None) in row}
    for key, cell in stated.items():
        value = checked_text(place, cell, f"scheme_{key}", LONGEST_NAME)
        if key == "uri":
            checked_address(place, value, "scheme_uri")
        if getattr(known, key) not in (None, value):
            raise place.error(f"the scheme {scheme} of {place.entry} has another scheme_{key} further up")
        known = schemes[scheme] = replace(known, **{key: value})


def _values(cell: str) -> list[str]:
    """Return the values of a cell: a line each, or where it is one line, what " | " parts."""
    return [value for value in cell.split("\n" if "\n" in cell else _BETWEEN) if value.strip()]


def _cell(values: Iterable[str]) -> str:
    """Return a cell that `_values` takes apart to these values."""
    texts = list(values)
    joined = _BETWEEN.join(texts)
    return joined if _values(joined) == texts else "".join(f"{text}\n" for text in texts)


def _row(concept: Concept, scheme: Scheme | None) -> dict[str, str]:
    cells = {
        "scheme": concept.scheme,
        "code": concept.code,
        "name": concept.name or concept.shown(),
        "parent": concept.parent or "",
        "phrases": _cell(concept.phrases),
        "rules": _cell(concept.rules),
        "retired": concept.retired_on or ("true" if concept.retired else ""),
        "mappings": _cell(f"{one.relation} {one.scheme}:{one.code}" for one in concept.mappings),
        "uri": concept.uri or "",
    }
    cells |= {f"name@{language}": label for language, label in concept.labels.items() if _is_written(concept, language)}
    cells |= {_column("aliases", language): _cell(names) for language, names in concept.aliases.items()}
    cells |= {_column("definition", language): text for language, text in concept.definitions.items()}
    if scheme is not None:
        cells |= {f"scheme_{key}": getattr(scheme, key) for key in ("name", "uri", "licence") if getattr(scheme, key)}
    return cells


def _column(name: str, language: str) -> str:
    return f"{name}@{language}" if language else name


def _is_written(concept: Concept, language: str) -> bool:
    """Tell whether a label needs a cell of its own language: one in no language is in the column `name`, if shown."""
    return language != "" or len(concept.labels) > 1
