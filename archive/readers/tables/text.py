"""Tables in text: comma, tab, semicolon or bar separated. https://www.rfc-editor.org/rfc/rfc4180"""

from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, Remark, UnreadableError
from archive.readers.decode import decode, looks_binary
from archive.readers.field_map import FieldMap
from archive.readers.recoded import recoded
from archive.readers.tables.dialect import find_dialect, sample_rows, separator_line, split_cells
from archive.readers.tables.header import known_names, read_header, unused_columns
from archive.readers.tables.row import RowReader, row_header
from archive.readers.tables.rows import Rows

SAMPLE = 1 << 18  # bytes at the start, by which delimiter, quotes, header and encoding are found

_NAMED = (".csv", ".tsv", ".tab", ".psv")
_TABBED = (".txt", ".xls")  # how spreadsheets call text with tabs, and what offers itself to them
_PACKED = (b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")  # also workbooks
_FEW = 50
_MARK = b"\xef\xbb\xbf"


class TextTables:
    """CSV, TSV and the like: each row that is not blank is a record."""

    name = "table"
    media_type = "text/csv"
    endings = (*_NAMED, ".txt")
    reader: Reader = RowReader()
    seeks = False

    def __init__(self, fields: FieldMap = FieldMap()) -> None:  # noqa: B008 - it is immutable
        self._fields = fields

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a table: by its name; of a text with tabs, because its first line names columns.

        Standard input is a table too where its columns were named, and each of its first lines has so many cells.
        """
        lower = name.lower()
        for ending in _NAMED:
            if lower.endswith(ending) and not head.startswith(_PACKED):
                return f"its name ends in {ending}"
        is_tabbed = lower.endswith(_TABBED) and b"\t" in head.partition(b"\n")[0]
        if not (name == "-" or is_tabbed) or looks_binary(head) is not None:
            return None
        try:
            text = decode(head)[0]
        except UnreadableError:
            return None
        text = text[: text.rfind("\n") + 1] or text + "\n"
        columns = len(self._fields.columns)
        dialect = find_dialect(text, known_names(self._fields), columns)
        rows = [cells for cells, _ in sample_rows(text, dialect)]
        if not rows or not dialect.delimiter or any(len(row) != len(rows[0]) for row in rows):
            return None
        if columns:
            return "its lines have the columns that were named" if len(rows[0]) == columns else None
        known = known_names(self._fields)
        named = sum(cell.strip().casefold() in known for cell in rows[0])
        return "its first line names columns" if named > 1 and named * 2 >= len(rows[0]) else None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord | Remark]:
        """Yield the rows that are not blank; `row=1` is the first, with a header the second is `row=2`.

        Line breaks within quotes end no row, and blank rows count, as a spreadsheet counts them. Each record says first
        what its columns are. Raises UnreadableError for what is no table, and for one of which no column is known.
        """
        sample = stream.read(SAMPLE)
        binary = looks_binary(sample)
        if binary is not None:
            raise UnreadableError(f"not a table of text: {binary}", "save it as CSV from the program that made it")
        is_cut = len(sample) == SAMPLE
        text, encoding = _decoded(sample, is_cut=is_cut)
        if encoding is not None and encoding.startswith(("utf-16", "utf-32")):
            stream = recoded(sample, stream, encoding)
            sample, encoding = stream.read(SAMPLE), "utf-8"
        sample = sample.removeprefix(_MARK)
        text = text.removeprefix("\ufeff")
        dialect = find_dialect(text, known_names(self._fields), len(self._fields.columns))
        _, start = separator_line(text)
        others = [cells for cells, _ in list(sample_rows(text[start:], dialect))[1:_FEW]]
        rows = Rows(sample[start:], stream, dialect, encoding or "utf-8", limit)
        header: bytes | None = None
        columns: tuple[str, ...] = ()
        for number, row in rows.read():
            place = f"row={number}"
            if encoding is None and isinstance(row, bytes) and not row.isascii():
                encoding = _encoding(row, rows.ahead)
                header = header and row_header(columns, self._fields, dialect, encoding)
            if header is None:
                if isinstance(row, UnreadableError):
                    raise UnreadableError(f"its first row: {row.reason}", row.cure)
                first = split_cells(_text(row, encoding), dialect)
                columns = read_header(first, self._fields, others)
                header = row_header(columns, self._fields, dialect, encoding)
                if (remark := unused_columns(columns, self._fields)) is not None:
                    yield remark
                if not self._fields.columns:
                    continue
            yield BadRecord(place, row) if isinstance(row, UnreadableError) else Record(place, header + row)


def _decoded(sample: bytes, *, is_cut: bool) -> tuple[str, str | None]:
    """Return the start of a table as text, and its encoding, None where all of it is ASCII and says nothing."""
    if is_cut and (end := max(sample.rfind(b"\n"), sample.rfind(b"\r"))) > 0 and b"\x00" not in sample[:4096]:
        sample = sample[: end + 1]
    text, encoding, _ = decode(sample)
    if not is_cut and not text.endswith(("\n", "\r")):
        text += "\n"
    return text, None if encoding == "utf-8" and sample.isascii() else encoding


def _encoding(row: bytes, following: bytes) -> str:
    """Return the encoding of the first row that is not ASCII, by what follows it too."""
    try:
        row.decode()
    except UnicodeDecodeError:
        whole = following[: following.rfind(b"\n") + 1][:SAMPLE]
        return decode(row + b"\n" + whole)[1]
    return "utf-8"


def _text(row: bytes, encoding: str | None) -> str:
    return decode(row)[0] if encoding is None else row.decode(encoding, "replace")
