"""Files of many documents, taken apart into units as they are read; never is a whole one in memory.

What is packed is unpacked on the way, a bundle's members are what they would be outside of it, and either can hold the
other. Nothing is written to disk but temporary files without a name, for what cannot be read in one pass.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import BufferedReader
from itertools import chain
from typing import BinaryIO, NamedTuple

from archive.documents import Failure, ReadContainer
from archive.readers.base import (
    BadMember,
    BadRecord,
    Bundle,
    Conclusion,
    Container,
    NotThisContainerError,
    Remark,
    UnreadableError,
    storable,
    unreadable,
)
from archive.readers.bundles.names import is_configuration, unused_configuration
from archive.readers.bundles.packed import Packing, find_packing, unpacked, unpacked_name
from archive.readers.containers import BUNDLES, containers
from archive.readers.field_map import FieldMap
from archive.readers.file_bytes import SIZE_LIMIT, open_path
from archive.readers.files import FoundFile
from archive.readers.looking import asked_of, is_read_whole
from archive.readers.source import Source
from archive.readers.streams import BUFFER, Watched

_NOTHING_SAID = FieldMap()


@dataclass(frozen=True)
class Limits:
    """How much may be read of what was packed.

    unit       bytes of one document
    unpacked   bytes that one named file may be unpacked to, beside a hundred times its size
    members    files in one bundle
    depth      bundles and packed files within each other
    """

    unit: int = SIZE_LIMIT
    unpacked: int = 1_000_000_000
    members: int = 1_000_000
    depth: int = 4


class FoundRecord(NamedTuple):
    """A unit to be imported that is no file: where it stands, its own bytes, and the name of the reader for it.

    A member of a bundle has none (None): what reads it is looked for as for a file.
    """

    found: FoundFile
    content: bytes
    reader: str | None

    @property
    def locator(self) -> str:
        """The place of the unit: `FILE#line=17`."""
        return self.found.locator


Taken = FoundRecord | Failure | ReadContainer


class Opening(NamedTuple):
    """That a file or a member is taken apart: its place, by what (name and media type), and why by that."""

    locator: str
    name: str
    media_type: str
    why: str


def _not_told(_: Opening) -> None:
    return None


def unwrap_file(
    found: FoundFile,
    limits: Limits,
    told: Callable[[Opening], None] = _not_told,
    fields: FieldMap = _NOTHING_SAID,
) -> Iterator[Taken] | None:
    """Return what takes a file apart, or None if it is a single document, or cannot be opened: that is for its reader.

    Many files are told by their name alone; so they are not opened twice. `told` hears of each file and member that
    is taken apart, before the first unit in it comes; of what is packed twice, once as packed and once as what it is.
    """
    asked = asked_of(found.path)
    if asked is not None and not asked:
        return None
    try:
        file = open_path(found.path)
    except UnreadableError:
        return None
    taken = None
    try:
        taken = _Unwrapping(limits, os.fstat(file.fileno()).st_size, told, fields).take_apart(found, Source(file, file))
    except OSError:  # it cannot be read: its reader says why
        return None
    finally:
        if taken is None:
            file.close()
    return _until_read(taken, file) if taken is not None else None


def unwrap_stream(
    found: FoundFile,
    stream: BinaryIO,
    limits: Limits,
    told: Callable[[Opening], None] = _not_told,
    fields: FieldMap = _NOTHING_SAID,
) -> tuple[Iterator[Taken] | None, BinaryIO]:
    """Return what takes standard input apart, or None if it is a single document; and the stream from its start."""
    source = Source(stream)
    try:
        taken = _Unwrapping(limits, None, told, fields).take_apart(found, source)
    except (OSError, ValueError):
        source.close()
        return None, stream
    if taken is None:
        return None, source.given_back(limits.unit)
    return _until_read(taken, source), source.stream


def _until_read(taken: Iterator[Taken], file: "BinaryIO | Source") -> Iterator[Taken]:
    with closing(file):
        yield from taken


class _TooMuchError(UnreadableError):
    """All that was unpacked of a named file is more than may be."""


class _Unwrapping:
    """The taking apart of one named file, with all that is in it."""

    def __init__(self, limits: Limits, size: int | None, told: Callable[[Opening], None], fields: FieldMap) -> None:
        self._containers = containers(fields)
        self._limits = limits
        self._size = size
        self._told = told
        self._unpacked = 0
        self._outermost: Source | None = None

    def take_apart(self, found: FoundFile, source: "Source", depth: int = 0) -> Iterator[Taken] | None:
        """Return the units in a file or member, or None if it is one document."""
        if self._outermost is None:
            self._outermost = source
        head, name = source.head, found.known_as
        if not head:
            return None
        asked = asked_of(name)
        for container in self._containers if asked is None else asked:
            why = container.identify(head, name)
            if why is None:
                continue
            records = self._records(found, container, source)
            try:
                if container.seeks:
                    records = chain((next(records),), records)
                self._told(Opening(found.locator, container.name, container.media_type, why))
                return records
            except NotThisContainerError:
                source.rewind()
            except StopIteration:  # it yields something always
                return None
        if asked is not None or is_read_whole(head, name):
            return None
        for bundle in BUNDLES:
            why = bundle.identify(head, name)
            if why is not None:
                self._told(Opening(found.locator, bundle.name, bundle.media_type, why))
                return self._members(found, bundle, source, depth + 1)
        packing = find_packing(head)
        if packing is None:
            return None
        self._told(Opening(found.locator, packing.name, packing.media_type, f"it begins as {packing.name} does"))
        return self._unpacked_file(found, packing, source, depth + 1)

    def _records(self, found: FoundFile, container: Container, source: "Source") -> Iterator[Taken]:
        """Yield the records of a container, then the container; where it breaks off, what was read, then a Failure."""
        number = 0
        notes: list[str] = []
        conclusion = Conclusion()
        try:
            stream = source.file() if container.seeks else source.stream
            for record in container.records(stream, self._limits.unit):
                if isinstance(record, Conclusion):
                    conclusion = record
                    continue
                if isinstance(record, Remark):
                    notes.append(record.text)
                    continue
                number += 1
                place = f"{found.locator}#{record.place}"
                if isinstance(record, BadRecord):
                    yield record.error.failure(place)
                else:
                    file = found._replace(locator=place, is_part=True)
                    yield FoundRecord(file, record.content, container.reader.name)
        except UnreadableError as error:
            yield self._failure(error, found, source)
            return
        except (OSError, ValueError) as error:
            yield unreadable(error).failure(found.locator)
            return
        if not number:
            yield Failure(found.locator, f"no record in it ({container.name})", "remove it, or fill it")
            return
        if conclusion.error is not None:
            yield conclusion.error.failure(found.locator)
        media_type = conclusion.media_type or container.media_type
        read = source.read_container(found.locator, media_type, number, tuple(notes))
        yield read._replace(search_terms=conclusion.search_terms)

    def _members(self, found: FoundFile, bundle: Bundle, source: "Source", depth: int) -> Iterator[Taken]:
        """Yield the units of the members of a bundle, then the bundle."""
        number = 0
        notes: list[str] = []
        try:
            self._require_not_too_deep(depth)
            stream = source.file() if bundle.seeks else source.stream
            for member in bundle.members(stream, self._limits.members):
                if isinstance(member, Remark):
                    notes.append(member.text)
                    continue
                number += 1
                place = f"{found.locator}#member={storable(member.name)}"
                file = found._replace(locator=place, name=storable(member.name), is_part=True)
                if isinstance(member, BadMember):
                    yield member.error.failure(place)
                elif is_configuration(member.name):
                    error = unused_configuration()
                    notes.append(f"{storable(member.name)}: {error.reason}; {error.cure}")
                else:
                    yield from self._member(file, self._counted(member.stream), depth)
                self._require_within_bounds()
        except UnreadableError as error:
            yield self._failure(error, found, source)
            return
        except (OSError, ValueError) as error:
            yield unreadable(error).failure(found.locator)
            return
        if not number:
            yield Failure(found.locator, f"no file in it ({bundle.name})", "remove it, or fill it")
            return
        yield source.read_container(found.locator, bundle.media_type, number, tuple(notes))

    def _member(self, found: FoundFile, stream: BinaryIO, depth: int) -> Iterator[Taken]:
        """Yield the units of a member: itself, or what is in it."""
        source = Source(stream)
        with closing(source):
            try:
                taken = self.take_apart(found, source, depth)
                if taken is None:
                    yield FoundRecord(found, source.read(self._limits.unit), None)
                    return
            except UnreadableError as error:
                yield self._failure(error, found, source)
                return
            yield from taken

    def _unpacked_file(self, found: FoundFile, packing: Packing, source: "Source", depth: int) -> Iterator[Taken]:
        """Yield the units of a packed file: itself, or what is in it; then the packed file."""
        stream = self._counted(unpacked(source.stream, packing))
        file = found._replace(name=unpacked_name(found.known_as))
        number = 0
        try:
            self._require_not_too_deep(depth)
            for one in self._member(file, stream, depth):
                if isinstance(one, Failure) and one.locator == found.locator:
                    yield one
                    return
                if isinstance(one, ReadContainer) and one.locator == found.locator:
                    number = one.records
                    yield source.read_container(found.locator, one.media_type, one.records, one.notes)
                else:
                    yield one
        except UnreadableError as error:
            yield self._failure(error, found, source)
            return
        if not number:
            yield source.read_container(found.locator, packing.media_type, 1)

    def _failure(self, error: UnreadableError, found: FoundFile, source: "Source") -> Failure:
        """Return the outcome of what cannot be read on; where there is too much of it, nothing outside of it is."""
        if isinstance(error, _TooMuchError) and source is not self._outermost:
            raise error
        return error.failure(found.locator)

    def _counted(self, stream: BinaryIO) -> BinaryIO:
        return BufferedReader(Watched(stream, self._count), BUFFER)

    def _count(self, data: bytes) -> None:
        self._unpacked += len(data)
        self._require_within_bounds()

    def _require_within_bounds(self) -> None:
        read = self._size if self._size is not None else self._outermost.size if self._outermost else 0
        if self._unpacked > self._limits.unpacked + 100 * read:
            raise _TooMuchError(
                f"it unpacks to more than {self._limits.unpacked + 100 * read:,} bytes",
                "raise the limit with --max-unpacked if it is no bomb, or unpack it",
            )

    def _require_not_too_deep(self, depth: int) -> None:
        if depth > self._limits.depth:
            raise UnreadableError(
                f"packed more than {self._limits.depth} times over", "unpack it, or raise the limit with --max-depth"
            )
