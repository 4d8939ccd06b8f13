"""How much of an import is read at once, and how much is written in one transaction."""

from collections.abc import Iterator, Mapping, Sequence

from archive.db.lookups import LastItem
from archive.documents import Article, Failure, Unchanged
from archive.readers.file_bytes import file_size
from archive.readers.files import FoundFile
from archive.readers.unwrap import FoundRecord

BATCH = 1000  # units a transaction; MEASURED: a commit per article takes twice as long as one per thousand
UNCHANGED_WEIGHT = 8  # so many unchanged units are as much work as one that is written
LONG = 16_000  # characters of a text that weighs as much as two; with BATCH, what of texts is in memory at once
CHUNK = 500  # files or records handed to a worker at once
CHUNK_BYTES = 2_000_000  # or so many bytes of them: of pages, what takes a second
LARGE = 1_000_000  # bytes of a file that is a chunk of its own, so that what becomes of it costs no other file

# What there is to be read: a file, a record of one, or why there is nothing.
Found = FoundFile | FoundRecord | Failure

# What was read of a unit; of one that is unchanged, which item its place gave last.
Unit = Article | Failure | tuple[Unchanged, int]


def take_some(found: Iterator[Found]) -> Iterator[Found]:
    """Yield what was found until it is enough to be looked up at once: of records the bytes are in memory already."""
    total = 0
    for number, one in enumerate(found, 1):
        yield one
        total += len(one.content) if isinstance(one, FoundRecord) else 0
        if number == CHUNK or total >= CHUNK_BYTES:
            return


def of_bounded_size(found: Sequence[Found], known: Mapping[str, LastItem]) -> Iterator[list[Found]]:
    """Yield files in portions that hold not too many bytes to be read at once; a file seen before counts as it was."""
    portion: list[Found] = []
    total = 0
    for one in found:
        last = known.get(one.locator)
        if isinstance(one, FoundRecord):
            size = len(one.content)
        else:
            size = 0 if isinstance(one, Failure) else file_size(one.path) if last is None else last.size
        if portion and (size > LARGE or total + size > CHUNK_BYTES):
            yield portion
            portion, total = [], 0
        if size > LARGE:
            yield [one]
            continue
        portion.append(one)
        total += size
    if portion:
        yield portion


def take_batch(results: Iterator[Unit]) -> Iterator[Unit]:
    """Yield units until there are enough of them for one transaction: unchanged ones weigh little, long ones much."""
    weight = 0
    for result in results:
        yield result
        if isinstance(result, tuple):
            weight += 1
        else:
            length = len(result.body) if isinstance(result, Article) else 0
            weight += UNCHANGED_WEIGHT * (1 + length // LONG)
        if weight >= BATCH * UNCHANGED_WEIGHT:
            return
