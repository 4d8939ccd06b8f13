"""Workbooks (XLSX). Formulas are not computed: what was saved with them counts."""

import json
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from archive.readers.base import BadRecord, Reader, Record, Remark, UnreadableError, shown, storable
from archive.readers.decode import zipped_kind
from archive.readers.field_map import FieldMap
from archive.readers.tables.header import known_names, read_header, unused_columns
from archive.readers.tables.row import RowReader, row_header

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

LARGEST_TEXTS = 128_000_000  # bytes of all texts of a workbook, which are held while it is read
LARGEST_SHEET = 1_000_000_000  # bytes of one sheet, of which a row is held
MOST_MEMBERS = 10_000
_RATIO = 400
_BEGINNING = 8_192  # bytes of a part in which its first element has to begin
_ROOT = re.compile(rb"<[A-Za-z_]")

_FEW = 50


class Workbooks:
    """XLSX: each row that is not blank is a record; of further sheets too, where they have a header like the first."""

    name = "workbook"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    endings = (".xlsx", ".xlsm")
    reader: Reader = RowReader()
    seeks = True

    def __init__(self, fields: FieldMap = FieldMap()) -> None:  # noqa: B008 - it is immutable
        self._fields = fields

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a workbook: it is packed, and its name or its first members say so."""
        if not head.startswith(b"PK\x03\x04"):
            return None
        if name.lower().endswith(self.endings):
            return f"its name ends in {name[-5:].lower()}"
        kind = zipped_kind(head)
        return "its first members are those of a workbook" if kind is not None and "XLSX" in kind else None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord | Remark]:
        """Yield the rows that are not blank; `row=1` is the first of the first sheet, `sheet=NAME&row=1` of another.

        Raises UnreadableError for a workbook that is damaged, protected by a password or a bomb, and for one of whose
        first sheet no column is known.
        """
        _require_no_bomb(stream)
        workbook = _opened(stream)
        first: tuple[str, ...] | None = None
        try:
            for sheet in workbook.worksheets:
                if first is None:
                    columns, rows = self._begun(sheet)
                    if columns is None:  # a cover or an empty sheet
                        continue
                    first, before = columns, ""
                    if (remark := unused_columns(columns, self._fields)) is not None:
                        yield remark
                else:
                    columns, rows = self._begun(sheet, first)
                    if columns is None:
                        continue
                    before = f"sheet={storable(sheet.title)}&"
                header = row_header(columns, self._fields)
                for number, cells in rows:
                    row = json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace")
                    place = f"{before}row={number}"
                    if len(row) > limit:
                        yield BadRecord(place, _too_long(len(row), limit))
                    else:
                        yield Record(place, header + row)
        except UnreadableError:
            raise
        except Exception as error:  # whatever stands in it that its program would not write
            raise _damaged(error) from error
        finally:
            workbook.close()

    def _begun(
        self, sheet: "ReadOnlyWorksheet", wanted: tuple[str, ...] | None = None
    ) -> tuple[tuple[str, ...] | None, Iterator[tuple[int, list[str | None]]]]:
        """Return the columns of a sheet, and its rows after the header; None where it has none that are wanted."""
        sheet.reset_dimensions()  # what a file says of its size may be anything
        rows = _rows(sheet)
        first = next(rows, None)
        if first is None:
            return None, rows
        names = [cell or "" for cell in first[1]]
        if wanted is not None:
            if self._fields.columns:
                return (wanted, _chained([first], rows)) if len(names) == len(wanted) else (None, rows)
            return (wanted, _padded(rows, len(wanted))) if tuple(map(str.strip, names)) == wanted else (None, rows)
        few = list(islice(rows, _FEW))
        if not few and not self._fields.columns and not known_names(self._fields) & {one.casefold() for one in names}:
            return None, iter(())  # a line alone, such as a title
        columns = read_header(names, self._fields, [[cell or "" for cell in cells] for _, cells in few])
        data = _chained([first, *few] if self._fields.columns else few, rows)
        return columns, _padded(data, len(columns))


def _rows(sheet: "ReadOnlyWorksheet") -> Iterator[tuple[int, list[str | None]]]:
    """Yield the rows of a sheet that are not blank, with their numbers, without the blank cells at their ends."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_text(cell.value) for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, cells


def _chained(
    some: Sequence[tuple[int, list[str | None]]], rest: Iterator[tuple[int, list[str | None]]]
) -> Iterator[tuple[int, list[str | None]]]:
    yield from some
    yield from rest


def _padded(rows: Iterator[tuple[int, list[str | None]]], width: int) -> Iterator[tuple[int, list[str | None]]]:
    for number, cells in rows:
        yield number, cells + [None] * (width - len(cells))


def _text(value: Any) -> str | None:
    """Return what a cell says as text: dates as ISO 8601, a day without a time where that is midnight."""
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(timespec="seconds" if value.second or value.microsecond else "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value) if isinstance(value, int | float | timedelta) else None


def _require_no_bomb(stream: BinaryIO) -> None:
    """Raise UnreadableError for what says that it unpacks to too much (zipfile holds it to that), or has a DTD."""
    try:
        with zipfile.ZipFile(stream) as packed:
            entries = packed.infolist()
            parts = [entry for entry in entries[: MOST_MEMBERS + 1] if entry.filename.endswith((".xml", ".rels"))]
            begins = [_begins(packed, entry) for entry in parts if not entry.flag_bits & 0x1]
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError, RuntimeError) as error:
        raise _damaged(error) from error
    if len(entries) > MOST_MEMBERS:
        raise UnreadableError(f"a workbook of {len(entries):,} parts", "save the sheet as CSV, and import that")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise UnreadableError("a workbook that is encrypted", "save it without a password")
        is_sheet = "worksheets/" in entry.filename
        most = LARGEST_SHEET if is_sheet else LARGEST_TEXTS
        is_bomb = entry.file_size > 10_000_000 and entry.file_size > _RATIO * max(1, entry.compress_size)
        if entry.filename.endswith((".xml", ".rels")) and (entry.file_size > most or is_bomb):
            raise UnreadableError(
                f"a workbook with a part that unpacks to {entry.file_size:,} bytes", "save it as CSV, and import that"
            )
    if any(b"<!DOCTYPE" in begin or not _ROOT.search(begin) for begin in begins):
        raise UnreadableError(
            "a workbook with a part that no spreadsheet would write", "save it as CSV, and import that"
        )
    stream.seek(0)


def _begins(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with packed.open(entry) as part:
        return part.read(_BEGINNING)


def _opened(stream: BinaryIO) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise UnreadableError(
            f"reading workbooks needs an extra that is not installed ({error.name})", "pip install 'archive[office]'"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it does not know of styles and validations
            return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # whatever stands in it that its program would not write
        raise _damaged(error) from error


def _damaged(error: Exception) -> UnreadableError:
    return UnreadableError(
        f"a workbook that is damaged ({type(error).__name__}: {shown(str(error), 80)})",
        "open it in a spreadsheet and save it, or save it as CSV, and import that",
    )


def _too_long(size: int, limit: int) -> UnreadableError:
    return UnreadableError(f"a row of {size:,} bytes is over the limit of {limit:,}", "split it, or leave it out")
