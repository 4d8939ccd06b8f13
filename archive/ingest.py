"""The whole way of an import: paths, documents, articles, outcomes, tables.

find_files ─▶ read, normalize, match (workers) ─▶ decide whose it is ─▶ write, a batch at a time
"""

import gc
import os
import shlex
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from archive import __version__
from archive.db import lookups, schema, store, vocabulary
from archive.db.changes import Change, Failed, SameAsBefore
from archive.db.engine import open_engine, truncate_wal
from archive.db.ids import Ids
from archive.db.lookups import LastItem
from archive.documents import Article, Failure, Given, Unchanged, Value
from archive.errors import ArchiveError, ReadError, UsageError
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.prepare import MAX_BYTES, MAX_CHARACTERS, Known, Prepared, Settings, Task
from archive.readers.files import FoundFile, find_files, read_stdin
from archive.resolve.identity import IdentityResolver
from archive.resolve.sources import SourceResolver
from archive.resolve.topics import TopicResolver
from archive.resolve.vocabulary import Loaded, load_seeds, load_sources, load_topics
from archive.workers import Workers

BATCH = 1000  # units a transaction; MEASURED: a commit per article takes twice as long as one per thousand
UNCHANGED_WEIGHT = 8  # so many unchanged units are as much work as one that is written
CHUNK = 500  # files handed to a worker at once

OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


@dataclass(frozen=True)
class ImportOptions:
    """What holds for all files of an import that do not say otherwise themselves, and how much may be read."""

    source: str | None = None
    topics: Sequence[str] = ()
    language: str | None = None
    published: str | None = None
    max_bytes: int = MAX_BYTES
    max_characters: int = MAX_CHARACTERS
    jobs: int | None = None

    def values(self) -> tuple[Value, ...]:
        """Return the options as values; raises UsageError for one that does not parse."""
        for option, text, parse in (
            ("--language", self.language, language_tag),
            ("--published", self.published, parse_published),
        ):
            if text is not None:
                try:
                    parse(text)
                except ValueError as error:
                    raise UsageError(f"{option} {text}: {error}") from error
        given = (("source", self.source), ("language", self.language), ("published", self.published))
        return tuple(Value(name, text, "option") for name, text in given if text)


@dataclass
class ImportSummary:
    """What became of an import: how many units ended how, and what is not known of the articles they belong to."""

    import_id: int
    outcomes: Counter[str] = field(default_factory=Counter)
    not_stated: dict[str, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """How many units were read; the outcomes add up to it."""
        return sum(self.outcomes.values())


class Listener:
    """What an import tells while it runs; a caller overrides what it wants to hear."""

    def units_done(self, number: int, outcomes: Counter[str]) -> None:
        """A batch is safely written: so many units since the last call."""

    def failed(self, failure: Failure) -> None:
        """A unit could not be read."""

    def noted(self, locator: str, notes: Sequence[str]) -> None:
        """A unit was taken, but something in it was mended or left out."""


def import_paths(
    path: Path,
    paths: Sequence[str],
    options: ImportOptions | None = None,
    listener: Listener | None = None,
    stdin: BinaryIO | None = None,
) -> ImportSummary:
    """Import files, folders and `-` (stdin) into the archive at `path`, which is made if it is missing.

    Every unit ends as added, revised, unchanged, duplicate or failed; a failed one stops nothing. Whole batches are
    written, so that an import which is stopped leaves nothing half done, and importing the same again goes on.
    Raises UsageError for options that do not parse, SchemaError for an archive of another version.
    """
    options = options or ImportOptions()
    values = options.values()
    open_for_writing(path)
    engine = open_engine(path)
    try:
        # two connections for all of it: what SQLite has cached of the file goes with the connection
        with (
            _seldom_collecting(),
            _full_disk_explained(path),
            _trusting(engine) as writing,
            open_engine(path, read_only=True).connect() as reading,
        ):
            return _Import(path, writing, reading, paths, options, values, listener or Listener(), stdin).run()
    finally:
        truncate_wal(engine)


def load_vocabulary(path: Path, file: Path, kind: str) -> Loaded:
    """Load a file of `sources` or `topics` into the archive at `path`, which is made if it is missing.

    Raises VocabularyError, and changes nothing, where the file cannot be loaded as it is.
    """
    open_for_writing(path)
    engine = open_engine(path)
    with engine.begin() as connection:
        loaded = (load_sources if kind == "sources" else load_topics)(connection, file)
    engine.dispose()
    return loaded


def open_for_writing(path: Path) -> None:
    """Make the archive if it is missing; raises SchemaError where its schema is not this program's."""
    if not path.exists() or schema.current_revision(path) is None:
        schema.upgrade(path)
    schema.require_current(path)


class _Import:
    def __init__(
        self,
        path: Path,
        writing: Connection,
        reading: Connection,
        paths: Sequence[str],
        options: ImportOptions,
        values: tuple[Value, ...],
        listener: Listener,
        stdin: BinaryIO | None,
    ) -> None:
        self._writing = writing
        self._reading = reading
        self._paths = paths
        self._own_files = {str(path.absolute()) + suffix for suffix in ("", "-wal", "-shm", "-journal")}
        self._options = options
        self._listener = listener
        self._stdin = stdin
        self._position = 1
        self._known: dict[str, LastItem] = {}
        with writing.begin():
            self._settings = self._begin(writing, values)
            self._sources = SourceResolver(writing)
            self._topics = TopicResolver(writing)
            self._summary = ImportSummary(
                store.begin_import(writing, _arguments(paths, options), __version__, _this_process())
            )

    def run(self) -> ImportSummary:
        import_id = self._summary.import_id
        try:
            with Workers(self._settings, _jobs(self._options.jobs)) as workers:
                results = (result for chunk in workers.prepare(self._chunks()) for result in chunk)
                while batch := list(_take_batch(results)):
                    self._write(batch)
        except BaseException as error:
            self._end_early(error)
            raise
        with self._writing.begin():
            store.end_import(self._writing, import_id, "finished")
        with self._reading.begin():
            self._summary.not_stated = lookups.count_not_stated(self._reading, import_id)
        return self._summary

    def _begin(self, connection: Connection, values: tuple[Value, ...]) -> Settings:
        """Tidy up after imports that were killed, see to a vocabulary, and return what files are prepared with."""
        for import_id, process in store.running_imports(connection):
            if not _still_runs(process):
                store.end_killed_import(connection, import_id)
        if not vocabulary.has_sources(connection):
            load_seeds(connection)
        return Settings(
            options=Given(values, tuple(Value("topics", topic, "option") for topic in self._options.topics)),
            phrases=tuple(vocabulary.all_phrases(connection)),
            names=tuple(vocabulary.vocabulary_names(connection)),
            max_bytes=self._options.max_bytes,
            max_characters=self._options.max_characters,
        )

    def _chunks(self) -> Iterator[list[Task]]:
        found = self._find()
        while chunk := list(islice(found, CHUNK)):
            # each look in a transaction of its own: one that stayed open would keep the WAL from being emptied
            with self._reading.begin():
                known = lookups.find_last_items(self._reading, [one.locator for one in chunk])
            self._known.update(known)
            yield [self._task(one, known.get(one.locator)) for one in chunk]

    def _task(self, found: FoundFile | Failure, last: LastItem | None) -> Task:
        if isinstance(found, Failure):
            return Task(found, None)
        known = None if last is None else Known(last.original_sha256, last.context_sha256)
        if found.path != "-":
            return Task(found, known)
        if self._stdin is None:
            return Task(Failure("-", "there is no standard input to read"), None)
        try:
            return Task(found, known, read_stdin(self._stdin, self._options.max_bytes))
        except ReadError as error:
            return Task(Failure("-", str(error), getattr(error, "cure", None)), None)

    def _find(self) -> Iterator[FoundFile | Failure]:
        for path in self._paths:
            if path == "-":
                yield FoundFile("-", "-", str(Path.cwd()), None)
            else:
                yield from find_files([path], leave_out=self._own_files)

    def _write(self, batch: Sequence[Prepared]) -> None:
        connection = self._writing
        with connection.begin():
            ids = Ids(connection)
            units = [result for result in batch if isinstance(result, Article)]
            resolver = IdentityResolver(connection, units, self._sources, self._topics, ids)
            outcomes: list[Change | SameAsBefore | Failed] = []
            for result in batch:
                item_id = ids.take("import_items")
                if isinstance(result, Article):
                    outcomes.append(resolver.decide(result, item_id))
                elif isinstance(result, Unchanged):
                    outcomes.append(SameAsBefore(item_id, result.locator, self._known[result.locator].id))
                else:
                    outcomes.append(Failed(item_id, result))
            store.write_batch(connection, self._summary.import_id, self._position, outcomes, ids)
        self._position += len(batch)
        self._tell(outcomes)

    def _tell(self, outcomes: Sequence[Change | SameAsBefore | Failed]) -> None:
        """Count and report what is safely written."""
        counts: Counter[str] = Counter()
        for outcome in outcomes:
            if isinstance(outcome, Change):
                counts[outcome.outcome] += 1
                if outcome.unit.notes:
                    self._listener.noted(outcome.unit.locator, outcome.unit.notes)
            elif isinstance(outcome, SameAsBefore):
                counts["unchanged"] += 1
                self._known.pop(outcome.locator, None)
            else:
                counts["failed"] += 1
                self._listener.failed(outcome.failure)
        self._summary.outcomes += counts
        self._listener.units_done(len(outcomes), counts)

    def _end_early(self, error: BaseException) -> None:
        """Record how the import ended; if even that cannot be written, the next import will."""
        if isinstance(error, KeyboardInterrupt):
            status, reason = "interrupted", "stopped by the user; import the same again to go on"
        else:
            status, reason = "failed", f"{type(error).__name__}: {error}"[:1000]
        try:
            with self._writing.begin():
                store.end_import(self._writing, self._summary.import_id, status, reason)
        except OperationalError:
            return


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles seldom: an import makes hundreds of thousands of small objects and no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _trusting(engine: Engine) -> Connection:
    """Return a connection that does not look up, for each row it writes, whether what it points to is there.

    That would be a third of all time where nothing has changed. Rows of an import point to rows of the same
    transaction, whose ids are taken under the write lock, or to articles that were looked up in it.
    """
    connection = engine.connect()
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute("PRAGMA foreign_keys = OFF")
    return connection


@contextmanager
def _full_disk_explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file itself into errors that say what to do."""
    try:
        yield
    except OperationalError as error:
        raise ArchiveError(
            f"{path} cannot be written: {error.orig}; what was imported before is safe, import the same again to go on"
        ) from error


def _take_batch(results: Iterator[Prepared]) -> Iterator[Prepared]:
    """Yield units until there are enough of them for one transaction; those that are unchanged weigh little."""
    weight = 0
    for result in results:
        yield result
        weight += 1 if isinstance(result, Unchanged) else UNCHANGED_WEIGHT
        if weight >= BATCH * UNCHANGED_WEIGHT:
            return


def _jobs(asked: int | None) -> int:
    """Return how many processes prepare files: one writes, and more than four find nothing to do."""
    return min(4, max(1, (os.cpu_count() or 1) - 1)) if asked is None else asked


def _arguments(paths: Sequence[str], options: ImportOptions) -> str:
    words = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]
    for name, value in (
        ("--source", options.source),
        ("--language", options.language),
        ("--published", options.published),
    ):
        if value:
            words += [name, value]
    for topic in options.topics:
        words += ["--topic", topic]
    return shlex.join(words)


def _this_process() -> str:
    """Return what tells this process from all others, also from a later one with its number."""
    return f"{socket.gethostname()} {os.getpid()} {_start_of(os.getpid())}"


def _still_runs(process: str) -> bool:
    """Tell whether a process still runs; of another machine nobody knows, so it does."""
    host, number, start = process.rsplit(" ", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return start == _start_of(int(number))


def _start_of(number: int) -> str:
    """Return when a process started, in the kernel's ticks; '' where the system does not say."""
    try:
        return (
            Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19] if sys.platform == "linux" else ""
        )
    except (OSError, IndexError):
        return ""
