"""Workbooks: rows as records, dates as dates, further sheets, and what is damaged or hostile."""

import io
import json
import sys
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from archive.readers.base import BadRecord, Record, Remark, UnreadableError
from archive.readers.field_map import FieldMap
from archive.readers.tables.row import RowReader
from archive.readers.tables.workbook import Workbooks

Said = Record | BadRecord | Remark

HEADER = ["Title", "Text", "Date", "Category"]


def saved(*sheets: list[list[Any]], names: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else None)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                sheet.cell(at, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def records(content: bytes, fields: FieldMap | None = None, limit: int = 1_000_000) -> list[Said]:
    return list(Workbooks(fields or FieldMap()).records(io.BytesIO(content), limit))


def told(record: Said) -> dict[str, Any]:
    assert isinstance(record, Record)
    (document,) = RowReader().read(f"a.xlsx#{record.place}", record.content)
    said: dict[str, Any] = {"place": record.place, "body": document.text}
    said |= {value.field: value.text for value in document.values}
    return said | ({"topics": [topic.text for topic in document.topics]} if document.topics else {})


def refused(content: bytes, fields: FieldMap | None = None) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        records(content, fields)
    assert caught.value.cure
    return caught.value


def test_rows_are_records_with_dates_as_dates() -> None:
    content = saved(
        [
            HEADER,
            ["Ferry", "It left.", date(2023, 2, 28), "Trade"],
            [],
            ["Mill", "It closed.", datetime(2023, 2, 28, 6, 30), 17],
            ["Snow", "It fell.", "28 February 2023", None],
        ]
    )
    found = records(content)
    assert [told(record) for record in found] == [
        {"place": "row=2", "headline": "Ferry", "body": "It left.", "published": "2023-02-28", "topics": ["Trade"]},
        {"place": "row=4", "headline": "Mill", "body": "It closed.", "published": "2023-02-28T06:30", "topics": ["17"]},
        {"place": "row=5", "headline": "Snow", "body": "It fell.", "published": "28 February 2023"},
    ]
    assert isinstance(found[0], Record)
    header, _, row = found[0].content.partition(b"\n")
    assert json.loads(header) == {"columns": HEADER}
    assert json.loads(row) == ["Ferry", "It left.", "2023-02-28", "Trade"]


def test_further_sheets_count_where_their_header_is_the_same() -> None:
    content = saved(
        [],
        [["Title", "Text"], ["A", "One."]],
        [["Name", "Sum"], ["B", 2]],
        [["Title", "Text"], ["C", "Three."]],
        names=("Cover", "January", "Costs", "März"),
    )
    assert [told(record)["place"] for record in records(content)] == ["row=2", "sheet=März&row=2"]


def test_columns_are_mapped_and_named() -> None:
    mapped = saved([["Titel", "Artikel"], ["Fähre", "Sie fuhr."]])
    assert told(records(mapped, FieldMap((("headline", "titel"), ("body", "Artikel"))))[0])["body"] == "Sie fuhr."
    named = saved([["3", "Ferry", "It left on Monday."]])
    assert told(records(named, FieldMap((), ("topics", "headline", "body")))[0]) == {
        "place": "row=1",
        "headline": "Ferry",
        "body": "It left on Monday.",
        "topics": ["3"],
    }


def test_a_cell_at_the_far_end_costs_nothing() -> None:
    rows: list[list[Any]] = [["Title", "Text"], ["A", "One."]]
    content = saved(rows)
    book = zipfile.ZipFile(io.BytesIO(content))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for entry in book.infolist():
            data = book.read(entry)
            if "sheet1" in entry.filename:
                data = data.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"')
                data = data.replace(b"</sheetData>", b'<row r="9000"><c r="XFD9000"><v>1</v></c></row></sheetData>')
            again.writestr(entry.filename, data)
    found = records(out.getvalue())
    places = []
    for record in found:
        assert not isinstance(record, Remark)
        places.append(record.place)
    assert places == ["row=2", "row=9000"]


def test_a_row_over_the_limit_is_one_failure() -> None:
    first, second = records(saved([["Title", "Text"], ["A", "x" * 500], ["B", "y"]]), limit=200)
    assert isinstance(first, BadRecord)
    assert first.error.reason == "a row of 509 bytes is over the limit of 200"
    assert isinstance(second, Record)


def _packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_what_is_damaged_or_a_bomb_is_refused() -> None:
    whole = saved([["Title", "Text"], ["A", "One."]])
    assert refused(whole[: len(whole) // 2]).reason.startswith("a workbook that is damaged")
    assert refused(_packed(**{"a.txt": b"x"})).reason.startswith("a workbook that is damaged")
    bomb = _packed(**{"xl/sharedStrings.xml": b"<sst>" + b" " * 20_000_000})
    assert refused(bomb).reason == "a workbook with a part that unpacks to 20,000,005 bytes"
    assert refused(_packed(**{f"{number}.xml": b"" for number in range(10_001)})).reason == "a workbook of 10,001 parts"


def test_entities_are_not_expanded() -> None:
    book = zipfile.ZipFile(io.BytesIO(saved([["Title", "Text"], ["A", "One."]])))
    entities = b'<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">' + b"".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 12)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for entry in book.infolist():
            data = book.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = entities + b"]>" + data.replace(b"One.", b"&a11;")
            again.writestr(entry.filename, data)
    assert refused(out.getvalue()).reason == "a workbook with a part that no spreadsheet would write"


def test_texts_that_a_workbook_keeps_once_are_read() -> None:
    book = zipfile.ZipFile(io.BytesIO(saved([["Title", "Text"], ["A", "One."]])))
    texts = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Title</t></si>'
        b"<si><r><t>Te</t></r><r><t>xt</t></r></si></sst>"
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for entry in book.infolist():
            data = book.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                for at, cell in ((0, "A1"), (1, "B1")):
                    start = data.index(f'<c r="{cell}"'.encode())
                    end = data.index(b"</c>", start) + 4
                    data = data[:start] + f'<c r="{cell}" t="s"><v>{at}</v></c>'.encode() + data[end:]
            if entry.filename == "[Content_Types].xml":
                part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
                data = data.replace(b"</Types>", part.encode())
            again.writestr(entry.filename, data)
        again.writestr("xl/sharedStrings.xml", texts)
    (record,) = records(out.getvalue())
    assert told(record) == {"place": "row=2", "headline": "A", "body": "One."}


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved([["Title", "Text"], ["A", "One."]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    error = refused(content)
    assert (error.reason, error.cure) == (
        "reading workbooks needs an extra that is not installed (openpyxl)",
        "pip install 'archive[office]'",
    )


def test_a_workbook_of_which_nothing_is_known_is_one_failure() -> None:
    assert refused(saved([["Nr", "Artikel"], [1, "Die Fähre fuhr am Montag ab."]])).reason == (
        "no column of it is known to have a headline or a text: 'Nr', 'Artikel'"
    )


def test_a_workbook_is_known_by_its_name_or_its_members() -> None:
    content = saved([["Title", "Text"]])
    assert Workbooks().identify(content, "a.XLSX") == "its name ends in .xlsx"
    assert Workbooks().identify(content[:8192], "a") in ("its first members are those of a workbook", None)
    assert Workbooks().identify(b"title,text", "a.xlsx") is None
