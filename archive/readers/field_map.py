"""Which columns and keys give which fields, where a person says so: `--map FIELD=COLUMN` and `--columns`."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from archive.documents import FIELDS, VERSION_TIMES
from archive.errors import UsageError
from archive.readers.base import shown
from archive.readers.metadata import METADATA_KEYS, field_of

# What a column or a key can give.
MAPPED = ("body", "topics", *FIELDS, *VERSION_TIMES)

_ADDING_UP = ("body", "topics", "authors")
_SKIPPED = ("", "-")
_DEEPEST = 20


class FieldMap(NamedTuple):
    """What a person says of columns and keys.

    `fields` are pairs of a field and the column, or the path of keys with dots, that gives it; `columns` name those of
    a table without a header, in order, "" for one that is skipped.
    """

    fields: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()

    def by_field(self) -> dict[str, list[str]]:
        """Return the columns or paths of each field, in the order in which they were named."""
        found: dict[str, list[str]] = {}
        for field, path in self.fields:
            found.setdefault(field, []).append(path)
        return found


def read_field_map(pairs: Iterable[str], columns: str | None) -> FieldMap:
    """Return what `--map` (each `FIELD=COLUMN`) and `--columns` (`FIELD,FIELD,…`) say.

    Raises UsageError for what names no field, with the one that was probably meant.

    >>> read_field_map(["published=meta.date"], "topics,-,body")
    FieldMap(fields=(('published', 'meta.date'),), columns=('topics', '', 'body'))
    """
    fields = []
    for pair in pairs:
        field, equals, path = (part.strip() for part in pair.partition("="))
        if not equals or not path:
            raise UsageError(f"--map {pair}: write FIELD=COLUMN, such as headline=Title")
        if field not in MAPPED:
            turned = f"; the field comes first: --map {path}={field}" if path in MAPPED else ""
            raise UsageError(f"--map {pair}: {_no_field(field)}{turned}")
        fields.append((field, path))
    if columns is None:
        return FieldMap(tuple(fields))
    names = tuple("" if name.strip() in _SKIPPED else name.strip() for name in columns.split(","))
    for name in names:
        if name and name not in MAPPED:
            raise UsageError(f"--columns {columns}: {_no_field(name)}; - skips a column")
    if not any(names):
        raise UsageError(f"--columns {columns}: names nothing; write one name a column, such as topics,headline,body")
    return FieldMap(tuple(fields), names)


def _no_field(name: str) -> str:
    meant = field_of(name) or nearest(name, MAPPED) or field_of(nearest(name, METADATA_KEYS) or "")
    return f"{shown(name)} is no field" + (
        f" (did you mean '{meant}'?)" if meant else f": they are {', '.join(MAPPED)}"
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return which of the known names was probably meant, in any case, or None.

    >>> nearest("titel", ["Date", "Title"])
    'Title'
    """
    by_key = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold()[:60], by_key, n=1)
    return by_key[near[0]] if near else None


def mapped(record: Mapping[str, Any], fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what a record says under the paths of each field, by field; a field of which it says nothing is left out.

    Texts, topics and authors of several paths add up; of all else the first that says something counts.

    >>> record = {"meta": {"date": "2023"}, "by": [{"name": "A. Okoro"}]}
    >>> mapped(record, {"published": ["meta.date"], "authors": ["by.name"]})
    {'published': '2023', 'authors': ['A. Okoro']}
    """
    found = {}
    for field, paths in fields.items():
        items = [item for path in paths if (item := _at(record, path, 0)) not in (None, "", [], {})]
        if not items:
            continue
        if field in _ADDING_UP and len(items) > 1:
            found[field] = [one for item in items for one in (item if isinstance(item, list) else [item])]
        else:
            found[field] = items[0]
    return found


def top_keys(record: Mapping[str, Any], fields: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the keys of a record that the paths begin with."""
    return {next(_heads(record, path), path) for paths in fields.values() for path in paths}


def _at(item: Any, path: str, depth: int) -> Any:
    """Return what stands under a path: keys, and numbers from 0, with dots between; of a list, what each in it has."""
    if depth > _DEEPEST:
        return None
    if isinstance(item, list):
        first, _, rest = path.partition(".")
        if first.isdecimal() and len(first) < 10:
            inner = item[int(first)] if int(first) < len(item) else None
            return _at(inner, rest, depth + 1) if rest else inner
        return [inner for one in item if (inner := _at(one, path, depth + 1)) not in (None, "")]
    if not isinstance(item, Mapping):
        return None
    for key in _heads(item, path):
        rest = path[len(key) + 1 :]
        inner = _at(item[key], rest, depth + 1) if rest else item[key]
        if inner is not None:
            return inner
    return None


def _heads(item: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the keys with which a path can begin, the longest first: a key can have dots in it."""
    key = path
    while key:
        if key in item:
            yield key
        key = key.rpartition(".")[0]
