"""A record of an article: one JSON object, written by `archive export`, a news agency, a crawler or anyone else.

ninjs and schema.org's articles are read as these formats mean them. The keys of any other are those of `KNOWN_KEYS`,
or those that a person said to give a field: then they stand in a line of JSON before the object, so that it can be read
again. Other keys stay in the original only.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from archive.documents import Document
from archive.readers.base import UnreadableError, shown
from archive.readers.decode import decode
from archive.readers.field_map import FieldMap, mapped
from archive.readers.records.exported import NotAsExportedError, read_exported, without_derived
from archive.readers.records.ninjs import read_ninjs
from archive.readers.records.objects import read_object
from archive.readers.records.plain import TEXT_KEYS, Said, field_of_column, read_plain
from archive.readers.records.schema_org import read_schema_org

_FIELDS_KEY = "archive:fields"
_BEGINS_FIELDS = f'{{"{_FIELDS_KEY}"'.encode()

# In objects that say nothing of an article themselves, it stands under one of these keys.
_AROUND = ("item", "_source", "article", "document", "attributes", "fields", "data", "result", "response", "node")
_DEEPEST_AROUND = 4


def record_header(fields: FieldMap) -> bytes:
    """Return the line that stands before a record whose keys a person said to give fields; else nothing.

    >>> record_header(FieldMap((("published", "meta.date"),)))
    b'{"archive:fields": {"published": ["meta.date"]}}\\n'
    """
    if not fields.fields:
        return b""
    return json.dumps({_FIELDS_KEY: fields.by_field()}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class RecordReader:
    """One JSON object: one document."""

    name = "record"
    media_type = "application/json"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is a record, only a part of one
        """Return None: a record comes out of a container, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the record as one Document; raises UnreadableError for what is no JSON object, or says nothing."""
        fields, own = _fields(content)
        text, _, notes = decode(own)
        record, doubled = read_object(text)
        notes += tuple(f"key {shown(key)} stands there twice; the last one is used" for key in doubled)
        said = _exported(record) if "blocks" in record and not fields else None
        said = said or _said(record, fields)
        metadata = said.metadata
        if said.text is None and said.layout is None and not metadata.values:
            keys = ", ".join(TEXT_KEYS[:3])
            raise UnreadableError(
                f"a record without a text ({keys}) or a value: its keys are {_told(record)}",
                "name its text `body`, or say which key has it: --map body=KEY",
            )
        yield Document(
            locator,
            self.name,
            "application/jsonl" if fields else self.media_type,
            content,
            said.text if said.layout is not None else said.text or "",
            said.layout,
            metadata.values,
            metadata.topics,
            (*notes, *metadata.notes, *said.notes),
        )


def _fields(content: bytes) -> tuple[Mapping[str, Sequence[str]], bytes]:
    """Return which paths give which fields, as the line before a record says, and the record."""
    if not content.startswith(_BEGINS_FIELDS):
        return {}, content
    first, _, own = content.partition(b"\n")
    if not own:
        return {}, content
    try:
        return json.loads(first)[_FIELDS_KEY], own
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}, content


def _said(record: dict[str, Any], fields: Mapping[str, Sequence[str]]) -> Said:
    inner = record
    given = mapped(record, fields)
    if not given:
        inner = _inner(record)
        given = mapped(inner, fields)
    said = read_ninjs(inner) or read_schema_org(inner)
    if said is None:
        return read_plain(without_derived(inner), fields)
    return _with_given(said, read_plain(given), fields) if given else said


def _with_given(said: Said, given: Said, fields: Mapping[str, Sequence[str]]) -> Said:
    """Return what a record says, but of the fields that a person named what they said."""
    metadata = replace(
        said.metadata,
        values=(*given.metadata.values, *(value for value in said.metadata.values if value.field not in fields)),
        topics=given.metadata.topics if "topics" in fields else said.metadata.topics,
        notes=(*said.metadata.notes, *given.metadata.notes),
    )
    if given.text is None and given.layout is None:
        return said._replace(metadata=metadata)
    return Said(metadata, given.text, given.layout, (*said.notes, *given.notes))


def _inner(record: dict[str, Any]) -> dict[str, Any]:
    """Return the object that tells of an article, where others are around it, as in answers of a search engine."""
    for _ in range(_DEEPEST_AROUND):
        if any(_tells(key, item) for key, item in record.items()):
            return record
        within = [record[key] for key in _AROUND if isinstance(record.get(key), dict)]
        if len(within) != 1:
            return record
        record = within[0]
    return record


def _tells(key: str, item: object) -> bool:
    return field_of_column(key) in ("headline", "body", "summary") and bool(item) and not isinstance(item, dict)


def _exported(record: dict[str, Any]) -> Said | None:
    plain = read_plain(without_derived(record))
    try:
        layout, values = read_exported(record, plain.text or "", plain.metadata)
    except NotAsExportedError as error:
        note = f"{error}; the body was laid out as plain text"
        return plain._replace(notes=(*plain.notes, note))
    return Said(replace(plain.metadata, values=values), None, layout, plain.notes)


def _told(record: Mapping[str, Any]) -> str:
    more = f" and {len(record) - 8} more" if len(record) > 8 else ""
    return (", ".join(shown(key, 30) for key in list(record)[:8]) or "none") + more
