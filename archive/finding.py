"""What there is to be read at the paths of an import, found: files, and what is in those that hold many units.

A unit that is as it was at its last import is known again by its bytes: only what is new is looked into.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from archive.documents import Failure, LastItem, ReadContainer, Unchanged
from archive.errors import ReadError
from archive.openers import Opener
from archive.portions import CHUNK, of_bounded_size, take_some
from archive.prepare import Contexts, Task
from archive.readers.field_map import FieldMap
from archive.readers.file_bytes import read_stdin
from archive.readers.files import FoundFile, LeftOut, find_files, read_bytes
from archive.readers.unwrap import FoundRecord, Limits, Taken, unwrap_stream

Listed = FoundFile | Failure | LeftOut


class Finder:
    """Finds the units at paths, in their order; `-` is `stdin`.

    `look_up` returns what locators last gave; `noted` hears what is to be said of a place. `containers` are the files
    of many units that were read to their end by now.
    """

    def __init__(
        self,
        opener: Opener,
        contexts: Contexts,
        look_up: Callable[[Collection[str]], Mapping[str, LastItem]],
        noted: Callable[[str, Sequence[str]], None],
        limits: Limits,
        fields: FieldMap,
        stdin: BinaryIO | None,
    ) -> None:
        self._opener = opener
        self._contexts = contexts
        self._look_up = look_up
        self._noted = noted
        self._limits = limits
        self._fields = fields
        self._stdin = stdin
        self.containers: list[ReadContainer] = []

    def find(self, paths: Sequence[str], leave_out: Collection[str]) -> Iterator[list[Task]]:
        """Yield the units at these paths in portions; `leave_out` are files that are none, as `find_files` has them."""
        found = self._looked_into(paths, leave_out)
        while some := list(take_some(found)):
            records = [one.locator for one in some if isinstance(one, FoundRecord)]
            last = self._look_up(records) if records else {}
            yield from of_bounded_size([self._task(one, last) if isinstance(one, FoundRecord) else one for one in some])

    def _task(self, record: FoundRecord, last: Mapping[str, LastItem]) -> Task:
        found, content, reader = record
        return self._unchanged(found, content, last.get(found.locator)) or Task(found, content, reader)

    def _looked_into(self, paths: Sequence[str], leave_out: Collection[str]) -> Iterator[Task | FoundRecord]:
        """Yield what is at the paths, and what is in it; of records it is not looked up yet what they were."""
        listed = _listed(paths, leave_out)
        while some := list(islice(listed, CHUNK)):
            last = self._look_up([one.locator for one in some])
            for one in some:
                if isinstance(one, LeftOut):
                    self._noted(one.locator, [f"{one.reason}; {one.cure}"])
                elif isinstance(one, Failure):
                    yield Task(one)
                elif one.path == "-":
                    yield from self._of_stdin(one, last.get(one.locator))
                else:
                    known = last.get(one.locator)
                    content = None if known is None else self._content(one)
                    unchanged = self._unchanged(one, content, known)
                    if unchanged is not None:
                        yield unchanged
                    else:
                        yield from self._of_file(one, content)

    def _of_file(self, found: FoundFile, content: bytes | None) -> Iterator[Task | FoundRecord]:
        taken = self._opener.take_apart(found, content)
        if taken is None:
            yield Task(found)
            return
        for one in self._units(taken):
            # what is one document itself is what was looked up
            yield Task(found, one.content) if isinstance(one, FoundRecord) and one.found is found else one

    def _of_stdin(self, found: FoundFile, known: LastItem | None) -> Iterator[Task | FoundRecord]:
        if self._stdin is None:
            yield Task(Failure("-", "there is no standard input to read"))
            return
        taken, self._stdin = unwrap_stream(found, self._stdin, self._limits, fields=self._fields)
        if taken is not None:
            yield from self._units(taken)
            return
        try:
            content = read_stdin(self._stdin, self._limits.unit)
        except ReadError as error:
            yield Task(Failure("-", str(error), getattr(error, "cure", None)))
        else:
            yield self._unchanged(found, content, known) or Task(found, content)

    def _units(self, taken: Iterator[Taken]) -> Iterator[Task | FoundRecord]:
        for one in taken:
            if isinstance(one, ReadContainer):
                self.containers.append(one)
                if one.notes:
                    self._noted(one.locator, one.notes)
            else:
                yield Task(one) if isinstance(one, Failure) else one

    def _content(self, found: FoundFile) -> bytes | None:
        """Return the bytes of a file; None where it cannot be read, which is for its reader to tell."""
        try:
            return read_bytes(found, self._limits.unit)
        except ReadError:
            return None

    def _unchanged(self, found: FoundFile, content: bytes | None, known: LastItem | None) -> Task | None:
        """Return that a unit is what its place last gave, by the digests of its bytes and of what it is read with."""
        if known is None or content is None or hashlib.sha256(content).hexdigest() != known.original_sha256:
            return None
        try:
            _, context = self._contexts.of(found)
        except Exception:  # a defect is the failure of one unit, and told where it is read
            return None
        return Task(Unchanged(found.locator, known.id)) if context == known.context_sha256 else None


def _listed(paths: Sequence[str], leave_out: Collection[str]) -> Iterator[Listed]:
    for path in paths:
        if path == "-":
            yield FoundFile("-", "-", str(Path.cwd()), None)
        else:
            yield from find_files([path], leave_out)
