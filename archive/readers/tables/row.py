"""A row of a table: one document. It says by itself what it is, so that it can be read without its table.

Its first line is JSON: `columns` are the names of the cells, "" for one that is skipped; `fields` which columns were
said to give which field. Then comes the row: with a `delimiter`, its own bytes as they stood in the file, written in
`encoding` (where that is missing, the row shows it); without one, a JSON list of what the cells say.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.decode import decode
from archive.readers.field_map import FieldMap
from archive.readers.records.plain import read_plain
from archive.readers.tables.dialect import Dialect, has_open_quote, split_cells
from archive.readers.tables.header import fields_of_columns

MEDIA_TYPE = "text/x-table-row"


def row_header(
    columns: Sequence[str], fields: FieldMap, dialect: Dialect | None = None, encoding: str | None = None
) -> bytes:
    """Return the first line of the records of a table, which says what their cells are."""
    said: dict[str, Any] = {"columns": list(columns)}
    if fields.fields:
        said["fields"] = fields_of_columns(columns, fields)
    if dialect is not None:
        said |= {"delimiter": dialect.delimiter, "quote": dialect.quote}
        said |= {"escape": dialect.escape} if dialect.escape else {}
        said |= {"spaced": True} if dialect.spaced else {}
    if encoding is not None:
        said["encoding"] = encoding
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class RowReader:
    """One row: one document."""

    name = "table_row"
    media_type = MEDIA_TYPE

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is a row, only a part of one
        """Return None: a row comes out of a table, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the row as one Document; raises UnreadableError where its cells do not fit its columns."""
        said, row = _header(content)
        columns = said["columns"]
        notes: tuple[str, ...] = ()
        if "delimiter" in said:
            cells, notes = _cells(row, said)
        else:
            cells = json.loads(row)
        record = _record(columns, cells)
        found = read_plain(record, said.get("fields"))
        metadata = found.metadata
        if found.text is None and found.layout is None and not metadata.values:
            raise UnreadableError("a row without a text or a value", "say what its columns are with --map")
        text = found.text if found.layout else found.text or ""
        yield Document(
            locator,
            self.name,
            MEDIA_TYPE,
            content,
            text,
            found.layout,
            metadata.values,
            metadata.topics,
            (*notes, *metadata.notes, *found.notes),
        )


def _header(content: bytes) -> tuple[dict[str, Any], bytes]:
    first, _, row = content.partition(b"\n")
    try:
        said = json.loads(first)
        if isinstance(said, dict) and isinstance(said["columns"], list):
            return said, row
    except (ValueError, KeyError, RecursionError):
        pass
    raise UnreadableError("a row whose first line does not say what its columns are", "import its table again")


def _cells(row: bytes, said: Mapping[str, Any]) -> tuple[list[str], tuple[str, ...]]:
    encoding = said.get("encoding")
    notes: tuple[str, ...] = ()
    if encoding is None:
        text, _, notes = decode(row)
    else:
        text = row.decode(encoding, "replace")
        lost = text.count("\ufffd") - (row.count(b"\xef\xbf\xbd") if encoding == "utf-8" else 0)
        if lost > 0:
            notes = (
                f"{lost} {'place that is' if lost == 1 else 'places that are'} not {encoding} replaced with U+FFFD",
            )
    dialect = Dialect(said["delimiter"], said["quote"], said.get("escape", ""), said.get("spaced", False))
    cells = split_cells(text, dialect)
    if has_open_quote(text, dialect):
        notes += ("a quote that is not closed is taken as it stands",)
    return cells, notes


def _record(columns: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return the cells by the names of their columns; what has a name twice is a list."""
    extra = len(cells) - len(columns)
    if extra < 0:
        raise UnreadableError(
            f"{_number(len(cells))} where its table has {len(columns)} columns",
            "look for a line break or a quote that should not be there",
        )
    if extra > 0 and any(map(str.strip, map(str, cells[len(columns) :]))):
        raise UnreadableError(
            f"{len(cells)} cells where its table has {_columns(len(columns))}",
            "put what has the delimiter in it into quotes",
        )
    record: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        if not name or cell in ("", None):
            continue
        if name in record:
            record[name] = [*(record[name] if isinstance(record[name], list) else [record[name]]), cell]
        else:
            record[name] = cell
    return record


def _number(cells: int) -> str:
    return "1 cell" if cells == 1 else f"{cells} cells"


def _columns(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"
