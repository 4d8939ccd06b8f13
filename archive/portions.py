"""How much of an import is read at once, and how much is written in one transaction."""

from collections.abc import Iterator, Sequence

from archive.documents import Article, Failure, Unchanged
from archive.prepare import Task
from archive.readers.file_bytes import file_size
from archive.readers.files import FoundFile
from archive.readers.unwrap import FoundRecord

BATCH = 1000  # units a transaction; MEASURED: a commit per article takes twice as long as one per thousand
UNCHANGED_WEIGHT = 8  # so many unchanged units are as much work as one that is written
LONG = 16_000  # characters of a text that weighs as much as two; with BATCH, what of texts is in memory at once
CHUNK = 500  # files or records handed to a worker at once
CHUNK_BYTES = 2_000_000  # or so many bytes of them: of pages, what takes a second
LARGE = 1_000_000  # bytes of a file that is a chunk of its own, so that what becomes of it costs no other file

# What was read of a unit, or that it is as it was.
Unit = Article | Failure | Unchanged


def take_some(found: Iterator[Task | FoundRecord]) -> Iterator[Task | FoundRecord]:
    """Yield what was found until it is enough to be looked up at once: of some, the bytes are in memory already."""
    total = 0
    for number, one in enumerate(found, 1):
        yield one
        total += len(one.content or b"")
        if number == CHUNK or total >= CHUNK_BYTES:
            return


def of_bounded_size(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield tasks in portions that hold not too many bytes to be read at once."""
    portion: list[Task] = []
    total = 0
    for task in tasks:
        size = _size(task)
        if portion and (size > LARGE or total + size > CHUNK_BYTES):
            yield portion
            portion, total = [], 0
        if size > LARGE:
            yield [task]
            continue
        portion.append(task)
        total += size
    if portion:
        yield portion


def _size(task: Task) -> int:
    if task.content is not None:
        return len(task.content)
    return file_size(task.found.path) if isinstance(task.found, FoundFile) else 0


def take_batch(results: Iterator[Unit]) -> Iterator[Unit]:
    """Yield units until there are enough of them for one transaction: unchanged ones weigh little, long ones much."""
    weight = 0
    for result in results:
        yield result
        if isinstance(result, Unchanged):
            weight += 1
        else:
            length = len(result.body) if isinstance(result, Article) else 0
            weight += UNCHANGED_WEIGHT * (1 + length // LONG)
        if weight >= BATCH * UNCHANGED_WEIGHT:
            return
