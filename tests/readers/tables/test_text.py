"""Tables in text: what delimits, quotes and encodes them is found, and each row comes out as it was written."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.readers.base import BadRecord, Record, Remark, UnreadableError
from archive.readers.field_map import FieldMap, read_field_map
from archive.readers.tables.dialect import Dialect, find_dialect, patterns, split_cells
from archive.readers.tables.header import looks_like_header
from archive.readers.tables.row import RowReader
from archive.readers.tables.rows import LONGEST
from archive.readers.tables.text import SAMPLE, TextTables

Said = Record | BadRecord | Remark

LIMIT = 256_000_000
BODY = "The ferry left the mill on Monday, and nobody saw it again."


def records(content: bytes | str, fields: FieldMap | None = None, limit: int = LIMIT) -> list[Said]:
    data = content if isinstance(content, bytes) else content.encode()
    return list(TextTables(fields or FieldMap()).records(io.BytesIO(data), limit))


def read(record: Said) -> Document:
    assert isinstance(record, Record), record
    (document,) = RowReader().read(f"a.csv#{record.place}", record.content)
    assert (document.reader, document.content) == ("table_row", record.content)
    return document


def told(record: Said) -> dict[str, Any]:
    """Return what a row says: its place, its text, its values, its topics; or why it cannot be read."""
    if isinstance(record, BadRecord):
        return {"place": record.place, "failed": record.error.reason}
    assert isinstance(record, Record), record
    try:
        document = read(record)
    except UnreadableError as error:
        return {"place": record.place, "failed": error.reason}
    said: dict[str, Any] = {"place": record.place, "body": document.text}
    said |= {value.field: value.text for value in document.values}
    if document.topics:
        said["topics"] = [topic.text for topic in document.topics]
    return said


def rows(content: bytes | str, fields: FieldMap | None = None) -> list[dict[str, Any]]:
    return [told(record) for record in records(content, fields)]


def refused(content: bytes | str, fields: FieldMap | None = None, limit: int = LIMIT) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        records(content, fields, limit)
    assert caught.value.cure
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter: str, end: str) -> None:
    lines = (("Title", "Text", "Date"), ("Ferry", f'"{BODY}"', "2023-02-28"), ("Mill", "Closed; sold", "2023"))
    content = end.join(delimiter.join(line) for line in lines)
    if delimiter == ";":
        content = content.replace("Closed; sold", '"Closed; sold"')
    assert rows(content) == [
        {"place": "row=2", "body": BODY, "headline": "Ferry", "published": "2023-02-28"},
        {"place": "row=3", "body": "Closed; sold", "headline": "Mill", "published": "2023"},
    ]


def test_a_record_says_what_its_columns_are_and_has_the_bytes_of_its_row() -> None:
    (record,) = records('Title;Text\n"Café";"A ""b"""\n'.encode("cp1252"))
    assert isinstance(record, Record)
    header, _, row = record.content.partition(b"\n")
    assert row == '"Café";"A ""b"""'.encode("cp1252")
    assert json.loads(header) == {
        "columns": ["Title", "Text"],
        "delimiter": ";",
        "quote": '"',
        "encoding": "windows-1252",
    }
    document = read(record)
    assert (document.text, document.values[0].text) == ('A "b"', "Café")
    assert document.media_type == "text/x-table-row"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "gb18030"]
)
def test_the_encoding_is_found(encoding: str) -> None:
    text = (
        "Паром ушёл в понедельник, и никто его больше не видел."
        if encoding != "gb18030"
        else "渡船星期一离开磨坊，村里的人都说这是今年的第一次。"
    )
    content = f"title,text\nA,{text.replace(',', ';')}\n" + "".join(f"B,{text[:20]}\n" for _ in range(30))
    found = rows(content.encode(encoding))
    assert found[0] == {"place": "row=2", "headline": "A", "body": text.replace(",", ";")}
    assert len(found) == 31


def test_what_is_in_another_encoding_far_below_is_read_by_itself() -> None:
    start = b"title,text\n" + b"Ferry,It left.\n" * (SAMPLE // 15 + 10)
    text = "The café at the mill was closed on Monday and it is not known when it will be open again. Größe."
    *_, last, after = records(start + f"Mill,{text}\nA,b\n".encode("cp1252"))
    assert (read(last).text, read(after).text) == (text, "b")
    assert read(records(start + f"Mill,{text}\n".encode())[-1]).text == text


def test_damage_in_utf_8_is_noted() -> None:
    rows_of_text = "".join(f"Café {number},Größe und Preise\n" for number in range(20)).encode()
    *_, last = records(b"title,text\n" + rows_of_text + b"Mill,Gr\xf6sse\n")
    assert read(last).text == "Gr\ufffdsse"
    assert read(last).notes == ("1 place that is not utf-8 replaced with U+FFFD",)


def test_rows_count_as_a_spreadsheet_counts_them() -> None:
    content = 'sep=;\r\ntitle;text\r\n\r\nA;"one\r\n\r\ntwo"\r\n;;\r\nB;three\r\n'
    assert [(row["place"], row["body"]) for row in rows(content)] == [("row=3", "one\r\n\r\ntwo"), ("row=5", "three")]


def test_a_row_with_too_few_or_too_many_cells_is_one_failure() -> None:
    assert rows("title,text,date\nA,b\nC,d,2023\nE,f,2023,g\nH,i,2023,,\n") == [
        {"place": "row=2", "failed": "2 cells where its table has 3 columns"},
        {"place": "row=3", "headline": "C", "body": "d", "published": "2023"},
        {"place": "row=4", "failed": "4 cells where its table has 3 columns"},
        {"place": "row=5", "headline": "H", "body": "i", "published": "2023"},
    ]


def test_an_unclosed_quote_costs_its_own_line() -> None:
    content = 'title,text\n1,"open\n2,plain\n3,"closed"\n4,"a ""b"" c"\n5,"late\n'
    assert rows(content) == [
        {"place": "row=2", "failed": "a quote at the beginning of a cell that is not closed"},
        {"place": "row=3", "headline": "2", "body": "plain"},
        {"place": "row=4", "headline": "3", "body": "closed"},
        {"place": "row=5", "headline": "4", "body": 'a "b" c'},
        {"place": "row=6", "failed": "a quote at the beginning of a cell that is not closed"},
    ]


def test_a_quote_within_a_cell_is_a_character() -> None:
    assert rows('title,text\nA,5" of snow\nB,"so" they said\nC,"x"\nD,"y"\n')[:2] == [
        {"place": "row=2", "headline": "A", "body": '5" of snow'},
        {"place": "row=3", "headline": "B", "body": "so they said"},
    ]


def test_nothing_is_quoted_where_quotes_would_not_fit() -> None:
    content = "title\ttext\n" + '"Ferry" leaves\tIt "left\nMill\t"Closed for good\n' * 3
    assert rows(content)[:2] == [
        {"place": "row=2", "headline": '"Ferry" leaves', "body": 'It "left'},
        {"place": "row=3", "headline": "Mill", "body": '"Closed for good'},
    ]


def test_quotes_are_quotes_where_rows_would_fit_without_them_too() -> None:
    content = "".join(f'{number},Ferry {number},"It left, they said, at dawn."\n' for number in range(3))
    assert find_dialect(content, frozenset()) == Dialect()


def test_backslashes_escape_where_they_do() -> None:
    content = 'title,text\nA,"He said \\"no\\", twice"\nB,"dwindling\\\\band"\n'
    assert [row["body"] for row in rows(content)] == ['He said "no", twice', "dwindling\\band"]
    assert rows("title,text\nA,dwindling\\band\n")[0]["body"] == "dwindling\\band"


def test_a_space_can_stand_before_a_quote() -> None:
    assert rows('title, text\nA, "b, c"\nD, "e"\n')[0] == {"place": "row=2", "headline": "A", "body": "b, c"}


def test_html_in_a_cell_is_laid_out() -> None:
    (record,) = records('title,content\nA,"<p>The <b>ferry</b> left.</p><p>It sank.</p>"\n')
    document = read(record)
    assert document.text is None
    assert document.layout is not None
    assert [block.text for block in document.layout.blocks] == ["The ferry left.", "It sank."]


def test_columns_are_known_by_name() -> None:
    header = "Class Index,Title,Description\n"
    (record,) = records(header + f"3,Ferry leaves,{BODY.replace(',', ';')}\n")
    assert told(record) == {
        "place": "row=2",
        "headline": "Ferry leaves",
        "body": BODY.replace(",", ";"),
        "topics": ["3"],
    }
    assert read(record).notes == ("its text is what it has as 'Description', maybe only a summary",)


def test_a_table_of_one_column_is_one() -> None:
    assert [row["body"] for row in rows('Text\nOne, two\n"Three\nfour"\n')] == ["One, two", "Three\nfour"]


def test_columns_that_give_nothing_are_named() -> None:
    first: object = records("Titel;text;Datum\nA;b;3.4.2023\n")[0]
    assert first == Remark("columns not used: 'Titel', 'Datum'; --map FIELD=COLUMN says what one gives")
    mapped: list[object] = [
        *records("Titel;text;Datum\nA;b;3.4.2023\n", read_field_map(["headline=titel", "published=Datum"], None))
    ]
    assert not any(isinstance(one, Remark) for one in mapped)


def test_columns_can_be_mapped() -> None:
    fields = read_field_map(["headline=Überschrift", "body=Artikel", "topics=Ressort", "topics=ort"], None)
    content = f"Überschrift;Artikel;Ressort;Ort;Title\nFähre fährt;{BODY};Wirtschaft;Hafen;Ferry\n"
    (record,) = records(content, fields)
    assert told(record) == {
        "place": "row=2",
        "headline": "Fähre fährt",
        "body": BODY,
        "topics": ["Wirtschaft", "Hafen"],
    }


def test_a_table_without_a_header_has_the_columns_that_are_named() -> None:
    content = f'3,Ferry leaves,"{BODY}",x\n2,Mill closes,"{BODY}",y\n'
    assert rows(content, read_field_map([], "topics,headline,body,-")) == [
        {"place": f"row={number}", "headline": headline, "body": BODY, "topics": [topic]}
        for number, headline, topic in ((1, "Ferry leaves", "3"), (2, "Mill closes", "2"))
    ]


@pytest.mark.parametrize(
    ("content", "fields", "reason", "cure"),
    [
        (
            f"3,Ferry leaves the mill,{BODY.replace(',', '')}\n",
            FieldMap(),
            "a table without a header: its first row is '3', 'Ferry leaves the mill', "
            "'The ferry left the mill on Monday and n…'",
            "say what its 3 columns are, such as --columns -,headline,body (- skips one)",
        ),
        (
            f"Nr;Überschrift;Artikel\n1;Die Fähre fährt ab;{BODY}\n",
            FieldMap(),
            "no column of it is known to have a headline or a text: 'Nr', 'Überschrift', 'Artikel'",
            "say which has, such as --map headline='Überschrift' --map body=Artikel",
        ),
        (
            "title,text\nA,b\n",
            FieldMap((("headline", "Titel"),)),
            "it has no column 'Titel', only 'title', 'text'",
            "did you mean title?",
        ),
        (
            "title,text\nA,b\n",
            FieldMap((("headline", "XYZ"),)),
            "it has no column 'XYZ', only 'title', 'text'",
            "name one of these with --map FIELD=COLUMN",
        ),
        (
            "3,A,b\n",
            FieldMap((), ("headline", "body")),
            "its first row has 3 cells, and --columns names 2",
            "name each column, with - for one that is skipped",
        ),
        (
            b"\x89PNG\r\n\x1a\n",
            FieldMap(),
            "not a table of text: a PNG image",
            "save it as CSV from the program that made it",
        ),
        (
            'title,"text\nA,b\n',
            FieldMap(),
            "its first row: a quote at the beginning of a cell that is not closed",
            None,
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_table_of_which_nothing_is_known_is_one_failure(
    content: bytes | str, fields: FieldMap, reason: str, cure: str | None
) -> None:
    error = refused(content, fields)
    assert error.reason == reason
    assert cure in (None, error.cure)


@pytest.mark.parametrize(
    ("name", "content", "fields", "why"),
    [
        ("a.csv", b"anything", FieldMap(), "its name ends in .csv"),
        ("a.csv", b"PK\x03\x04 a workbook", FieldMap(), None),
        ("a.csv", b"\x1f\x8b\x08 a packed table", FieldMap(), None),
        ("/news/A.TSV", b"anything", FieldMap(), "its name ends in .tsv"),
        ("-", b"title,text\nA,b\n", FieldMap(), "its first line names columns"),
        (
            "-",
            b"3;A;b\n3;C;d\n",
            FieldMap((), ("topics", "headline", "body")),
            "its lines have the columns that were named",
        ),
        ("-", b"3;A\n", FieldMap((), ("topics", "headline", "body")), None),
        ("-", b"Minsk, Monday\n\nThe talks, they said, go on.\n", FieldMap(), None),
        ("-", b"Title, text\n\nAnd prose.\n", FieldMap(), None),
        ("-", b"\x89PNG\r\n\x1a\n", FieldMap(), None),
        ("a.log", b"title,text\nA,b\n", FieldMap(), None),
        ("a.txt", b"title,text\nA,b\n", FieldMap(), None),
        ("a.txt", b"title\ttext\nA\tb\n", FieldMap(), "its first line names columns"),
        ("a.txt", "title\ttext\nA\tb\n".encode("utf-16"), FieldMap(), "its first line names columns"),
        ("a.xls", b"title\ttext\nA\tb\n", FieldMap(), "its first line names columns"),
        ("a.txt", b"Minsk,\tMonday\n\nThe talks go on.\n", FieldMap(), None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_table_is_known_by_name_or_by_its_first_line(
    name: str, content: bytes, fields: FieldMap, why: str | None
) -> None:
    assert TextTables(fields).identify(content, name) == why


def test_a_name_tells_a_header_from_a_row() -> None:
    assert looks_like_header(["id", "", "Überschrift"])
    assert not looks_like_header(["a", "A"])
    assert not looks_like_header(["https://mill.example/1", "Ferry"])
    assert not looks_like_header([])


class _Long(io.RawIOBase):
    """A stream of so many bytes that are made as they are read."""

    def __init__(self, start: bytes, part: bytes, times: int, end: bytes = b"") -> None:
        self._parts = iter((start, *(part for _ in range(times)), end))
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


@pytest.mark.parametrize("start", [b"title,text\nA,b\n", b'title,text\nA,"b\n'], ids=["plain", "quoted"])
def test_a_row_of_a_gigabyte_is_one_failure_in_little_memory(start: bytes) -> None:
    stream = _Long(start + b"B,", b"x" * (1 << 20), 1_000, b"\nC,d\n")
    tracemalloc.start()
    try:
        found = [told(record) for record in TextTables().records(stream, LIMIT)]  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if start.count(b'"'):
        assert found == [
            {
                "place": "row=2",
                "failed": f"a quote that is not closed within {LONGEST:,} bytes; nothing after it was read",
            }
        ]
    else:
        assert [row.get("failed", row.get("body")) for row in found] == [
            "b",
            f"a row of {1_000 * (1 << 20) + 2:,} bytes is over the limit of {LONGEST:,}",
            "d",
        ]
    assert peak < 6 * LONGEST


def test_a_first_line_of_a_gigabyte_fails_the_table() -> None:
    with pytest.raises(UnreadableError, match="its first row: a row of"):
        list(TextTables().records(_Long(b"", b"x" * (1 << 20), 100), 1_000_000))  # type: ignore[arg-type]


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\t,;|\"'\\ "), max_size=12)
LINES = CELLS.filter(lambda cell: "\r" not in cell)
TABLES_OF_LINES = st.lists(st.tuples(LINES, LINES, LINES), min_size=1, max_size=8)
TABLES = st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8)


@settings(max_examples=300)
@given(
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_as_python_writes_it_has_the_same_cells(
    table: list[tuple[str, str, str]], delimiter: str, quoting: Any, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([("title", "text", "section"), *table])
    content = out.getvalue()
    wanted = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))[1:]
    dialect = Dialect(delimiter)
    assert find_dialect(content, frozenset(("title", "text", "section"))).delimiter == delimiter
    rows_read = [
        split_cells(record.content.partition(b"\n")[2].decode(), dialect)
        for record in records(content)
        if isinstance(record, Record) and _dialect(record) == dialect
    ]
    blank = [row for row in wanted if not "".join(row).strip(" \t\r\n\v\f,;|'\"")]
    kept = [row for row in wanted if row not in blank]
    if all(isinstance(record, Record) and _dialect(record) == dialect for record in records(content)):
        assert rows_read == kept


def _dialect(record: Record) -> Dialect:
    said = json.loads(record.content.partition(b"\n")[0])
    return Dialect(said["delimiter"], said["quote"], said.get("escape", ""), said.get("spaced", False))


@settings(max_examples=200)
@given(
    TABLES_OF_LINES, st.sampled_from(list(",;\t|")), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONE])
)
def test_cells_with_escapes_come_back_when_the_dialect_is_known(
    table: list[tuple[str, str, str]], delimiter: str, quoting: Any
) -> None:
    out = io.StringIO(newline="")
    quote = None if quoting == csv.QUOTE_NONE else '"'
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        quoting=quoting,
        escapechar="\\",
        doublequote=False,
        lineterminator="\n",
    )
    dialect = Dialect(delimiter, quote or "", "\\")
    for row in table:
        out.seek(0)
        out.truncate()
        writer.writerow(row)
        assert split_cells(out.getvalue()[:-1], dialect) == list(row)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_reasons(content: bytes) -> None:
    for start in (b"", b"title,text\n"):
        try:
            for record in records(start + content):
                told(record)
        except UnreadableError as error:
            assert error.cure


@given(st.text(st.sampled_from('a,"\\\n\r '), max_size=30), st.sampled_from(["", "\\"]), st.sampled_from(['"', ""]))
def test_what_is_no_row_yet_can_become_one_or_is_none(text: str, escape: str, quote: str) -> None:
    import re

    found = patterns(Dialect(",", quote, escape))
    row, unfinished = re.compile(found.row), re.compile(found.unfinished)
    if row.match(text) is None and unfinished.match(text) is None:
        assert row.match(text + '"\n') is None or '"' in text
