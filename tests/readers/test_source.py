"""The bytes of a file as those want them who take it apart: how much is read of it, and what is told of it."""

import hashlib
import io

from archive.readers.base import HEAD
from archive.readers.source import Source

CONTENT = bytes(range(256)) * 10_000


class Counting(io.BytesIO):
    """A file that counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


def told(source: Source) -> tuple[int, str]:
    container = source.read_container("a", "text/plain", 1)
    return container.size, container.sha256


def test_who_looks_for_marks_and_finds_none_reads_no_more_of_a_file_than_that() -> None:
    file = Counting(CONTENT)
    source = Source(file, file)
    assert source.head == CONTENT[:HEAD]
    assert source.file().read(10) == CONTENT[:10]
    assert file.count == HEAD + 10
    source.rewind()
    assert source.stream.read() == CONTENT, "the next has it from its start"


def test_a_file_read_in_any_order_is_told_by_all_of_its_bytes() -> None:
    whole = (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    for places in ((), (0, 5), (2_000_000, 1_000, 0), (len(CONTENT),)):
        for file in (None, io.BytesIO(CONTENT)):  # standard input is written to a file
            source = Source(file or io.BytesIO(CONTENT), file)
            assert source.head
            sought = source.file()
            for place in places:
                sought.seek(place)
                assert sought.read(100) == CONTENT[place : place + 100]
            assert told(source) == whole
            source.close()


def test_a_stream_is_told_by_all_of_its_bytes_however_few_were_asked_for() -> None:
    for read in (0, 1, 100_000, len(CONTENT)):
        source = Source(io.BytesIO(CONTENT))
        assert source.stream.read(read) == CONTENT[:read]
        assert told(source) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
