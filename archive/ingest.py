"""The whole way of an import: paths, documents, articles, outcomes, tables.

find_files ─▶ read, normalize, match (workers) ─▶ decide whose it is ─▶ write, a batch at a time
"""

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from archive.db import addresses, lookups, running_imports, schema, store, vocabulary
from archive.db.again import until_through
from archive.db.changes import Change, Failed, SameAsBefore
from archive.db.engine import errors_explained, open_engine, settle, trusting
from archive.db.ids import Ids
from archive.db.location import Location, files_of
from archive.db.others import Others
from archive.db.plain import plain_of
from archive.db.search.catching_up import CatchingUp
from archive.db.tombstones import find_forgotten
from archive.documents import Article, Failure, Given, LastItem, ReadContainer, Unchanged, Value
from archive.errors import ArchiveError
from archive.finding import Finder
from archive.import_options import ImportOptions
from archive.normalize.urls import RULES_VERSION, canonical_url
from archive.openers import Opener
from archive.portions import Unit, take_batch
from archive.prepare import Contexts, Settings
from archive.readers.field_map import FieldMap
from archive.readers.looking import ways_of_looking
from archive.resolve.decisions import apply_again
from archive.resolve.derived_tags import DerivedTags
from archive.resolve.identity import IdentityResolver
from archive.resolve.loaded import Loaded
from archive.resolve.seeds import load_seeds
from archive.resolve.sources import SourceResolver
from archive.resolve.topic_loading import LoadOptions, load_topics
from archive.resolve.topics import TopicResolver
from archive.resolve.vocabulary import load_sources, seeds_folder
from archive.running import seldom_collecting, signals_held, stopped_in_order, this_process
from archive.version import __version__
from archive.workers import Workers

__all__ = [
    "OUTCOMES",
    "Import",
    "ImportOptions",
    "ImportSummary",
    "Listener",
    "import_paths",
    "load_vocabulary",
    "open_for_writing",
]

T = TypeVar("T")

OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


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
        """A unit was taken, but something in it was mended or left out; or a sidecar that belongs to no file was."""

    def waits(self, reason: str) -> None:
        """The server did not let a batch through; it is tried again."""


def import_paths(
    location: Location,
    paths: Sequence[str],
    options: ImportOptions | None = None,
    listener: Listener | None = None,
    stdin: BinaryIO | None = None,
) -> ImportSummary:
    """Import files, folders and `-` (stdin) into the archive at `location`, which is made if it is missing.

    Every unit ends as added, revised, unchanged, duplicate or failed; a failed one stops nothing. Whole batches are
    written, so that an import which is stopped leaves nothing half done, and importing the same again goes on.
    Raises UsageError for options that do not parse, SchemaError for an archive of another version.
    """
    options = options or ImportOptions()
    values = options.values()
    fields = options.fields
    with seldom_collecting(), stopped_in_order(), errors_explained(location):
        open_for_writing(location)
        engine = open_engine(location)
        try:
            # two connections for all of it: what SQLite has cached of the file goes with the connection
            with trusting(engine) as writing, open_engine(location, read_only=True).connect() as reading:
                return Import(
                    location, writing, reading, paths, options, values, fields, listener or Listener(), stdin
                ).run()
        finally:
            settle(engine)


def load_vocabulary(
    location: Location, file: Path | None, kind: str, options: LoadOptions | None = None, stdin: BinaryIO | None = None
) -> Loaded:
    """Load a file of `sources` or `topics` into the archive at `location`, which is made if it is missing.

    With None it is the file that the program brings along; `options` are of topics, which can come by `-`, too.

    Raises VocabularyError, and changes nothing, where the file cannot be loaded as it is.
    """
    with seldom_collecting(), errors_explained(location):
        open_for_writing(location)
        engine = open_engine(location)
        with engine.begin() as connection:
            schema.require_unchanged(connection)
            file = file or seeds_folder() / f"{kind}.toml"
            loaded = (
                load_sources(connection, file) if kind == "sources" else load_topics(connection, file, options, stdin)
            )
    engine.dispose()
    return loaded


def open_for_writing(location: Location) -> None:
    """Make the archive if it is missing; raises SchemaError where its schema is not this program's."""
    try:
        is_there = not isinstance(location, Path) or location.exists()
    except PermissionError as error:
        raise ArchiveError(
            f"{location} cannot be written: {error.strerror}; allow its folder with chmod u+rwx"
        ) from error
    if not is_there or schema.current_revision(location) is None:
        schema.upgrade(location)
    schema.require_current(location)


class Import:
    """One import. Without a connection to read by, it is part of a transaction of its caller, and sees its rows."""

    def __init__(
        self,
        location: Location,
        writing: Connection,
        reading: Connection | None,
        paths: Sequence[str],
        options: ImportOptions,
        values: tuple[Value, ...],
        fields: FieldMap,
        listener: Listener,
        stdin: BinaryIO | None,
    ) -> None:
        self._location = location
        self._writing = writing
        self._reading = reading or writing
        self._is_part = reading is None
        self._paths = paths
        self._own_files = {str(file.absolute()) for file in files_of(location)}
        self._options = options
        self._listener = listener
        self._stdin = stdin
        self._position = 1
        self._values = values
        self._fields = fields
        self._catching_up = CatchingUp(None if self._is_part else location)
        self._ids: Ids | None = None  # of the batch before
        self._is_shared = False  # others were seen to write at the same time

    def run(self) -> ImportSummary:
        summary: ImportSummary | None = None
        try:
            with signals_held(), self._begin_writing():
                settings, summary = self._begin(self._writing)
            self._summary = summary
            with (
                errors_explained(self._location),
                Workers(settings, _jobs(self._options.jobs)) as workers,
                self._opener() as opener,
            ):
                finder = self._finder(opener, settings)
                results = chain.from_iterable(workers.prepare(finder.find(self._paths, self._own_files)))
                while batch := list(take_batch(results)):
                    self._write(batch)
                self._until_through(partial(self._finish, finder.containers))
        except BaseException as error:
            if summary is not None and not self._is_part:
                self._end_early(summary.import_id, error)
            raise
        self._catching_up.finish()
        summary.not_stated = self._until_through(self._count_not_stated)
        return summary

    def _until_through(self, work: Callable[[bool], T]) -> T:
        """Do a transaction, and again where a server did not let it through; a part of one is left to its caller."""
        return work(False) if self._is_part else until_through(work, self._listener.waits)

    def _finish(self, containers: Sequence[ReadContainer], is_again: bool) -> None:
        with signals_held(), self._begin_writing():
            if is_again and not self._take_up_again():
                return
            store.add_containers(self._writing, self._summary.import_id, containers)
            store.end_import(self._writing, self._summary.import_id, "finished")

    def _count_not_stated(self, _is_again: bool) -> dict[str, int]:
        with self._begin_reading():
            return lookups.count_not_stated(self._reading, self._summary.import_id)

    def _take_up_again(self) -> bool:
        """Go on with an import whose connection broke; returns whether it is not finished yet."""
        running_imports.hold(self._writing, self._summary.import_id)
        self._remember(self._writing)  # what the transaction that broke had made is gone
        status = store.take_up_again(self._writing, self._summary.import_id)
        if status not in ("running", "finished"):
            raise ArchiveError(
                f"the import was ended by others while the server was away: {status}; import the same again"
            )
        return status == "running"

    def _begin_writing(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._is_part else self._writing.begin()

    def _begin_reading(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._is_part else self._reading.begin()

    def _begin(self, connection: Connection) -> tuple[Settings, ImportSummary]:
        """Tidy up after imports that were killed, see to a vocabulary, and put on record that this import begins.

        Returns what files are prepared with, and the summary to be.
        """
        schema.require_unchanged(connection)
        for killed in running_imports.find_running(plain_of(connection))[1]:
            store.end_killed_import(connection, killed)
        if not vocabulary.has_sources(connection):
            load_seeds(connection)
        addresses.follow_rules(connection, canonical_url, RULES_VERSION)
        settings = Settings(
            options=Given(self._values, tuple(Value("topics", topic, "option") for topic in self._options.topics)),
            phrases=tuple(vocabulary.all_phrases(connection)),
            queries=tuple(vocabulary.all_queries(connection)),
            names=tuple(vocabulary.vocabulary_names(connection)),
            domains=tuple(sorted((at, source.slug) for at, source in vocabulary.source_domains(connection).items())),
            looking=ways_of_looking(self._fields),
            on_server=not isinstance(self._location, Path),
            max_bytes=self._options.max_bytes,
            max_characters=self._options.max_characters,
            max_seconds=self._options.max_seconds,
            max_memory=self._options.max_memory,
        )
        arguments = self._options.arguments(self._paths)
        import_id = store.begin_import(connection, arguments, __version__, this_process())
        running_imports.hold(connection, import_id)
        self._remember(connection)
        self._others = Others(connection)
        return settings, ImportSummary(import_id)

    def _remember(self, connection: Connection) -> None:
        """Look at sources, topics and rules as they are now, to know them from here on."""
        self._derived = DerivedTags(connection)
        self._sources = SourceResolver(connection)
        self._topics = TopicResolver(connection)

    def _look_up(self, locators: Collection[str]) -> dict[str, LastItem]:
        """Return what these places last gave."""

        def look(_is_again: bool) -> dict[str, LastItem]:
            # each look in a transaction of its own: one that stayed open would keep the WAL from being emptied
            with signals_held(), self._begin_reading():
                schema.require_unchanged(self._reading)
                return lookups.find_last_items(self._reading, locators)

        return self._until_through(look)

    def _opener(self) -> Opener:
        options = self._options
        return Opener(options.limits, options.max_seconds, options.max_memory, self._fields, here=options.jobs == 0)

    def _finder(self, opener: Opener, settings: Settings) -> Finder:
        contexts = Contexts(settings)
        noted, limits = self._listener.noted, self._options.limits
        return Finder(opener, contexts, self._look_up, noted, limits, self._fields, self._stdin)

    def _write(self, batch: Sequence[Unit]) -> None:
        outcomes: list[Change | SameAsBefore | Failed] = []
        self._until_through(partial(self._write_once, batch, outcomes))
        self._position += len(batch)
        self._tell(outcomes)
        self._catching_up.end_batch()

    def _write_once(
        self, batch: Sequence[Unit], outcomes: list[Change | SameAsBefore | Failed], is_again: bool
    ) -> None:
        """Write a batch and fill in what became of its units; of one that was written before, nothing is left to do."""
        connection = self._writing
        with signals_held(), self._begin_writing():
            schema.require_unchanged(connection)
            if is_again:
                self._take_up_again()
                if lookups.has_unit(connection, self._summary.import_id, self._position):
                    return  # only the word that it was written got lost
            elif self._others.have_written(connection):
                self._is_shared = True
                self._remember(connection)
            self._catching_up.begin_batch(connection)
            outcomes.clear()
            self._ids = ids = Ids(connection, like=self._ids)
            batch = _without_forgotten(connection, batch)
            units = [result for result in batch if isinstance(result, Article)]
            last = self._find_last_now(batch)
            resolver = IdentityResolver(connection, units, self._sources, self._topics, ids, self._derived.rules)
            for result in batch:
                item_id = ids.take("import_items")
                if isinstance(result, Article):
                    outcomes.append(resolver.decide(result, item_id))
                elif isinstance(result, Failure):
                    outcomes.append(Failed(item_id, result))
                else:
                    last_item_id = last.get(result.locator, result.last_item_id)
                    outcomes.append(SameAsBefore(item_id, result.locator, last_item_id))
            store.write_batch(connection, self._summary.import_id, self._position, outcomes, ids)
            changed = {outcome.article.key: outcome.article.id for outcome in outcomes if isinstance(outcome, Change)}
            apply_again(connection, changed.keys())
            self._derived.follow(connection, changed.values())
            self._others.own(connection)

    def _find_last_now(self, batch: Sequence[Unit]) -> dict[str, int]:
        """Return what places of unchanged units gave last, where others may have imported them since that was read.

        Such a unit comes before what others brought there, and so does not take their place.
        """
        unchanged = [result.locator for result in batch if isinstance(result, Unchanged)] if self._is_shared else []
        if not unchanged:
            return {}
        return {locator: one.id for locator, one in lookups.find_last_items(self._writing, unchanged).items()}

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
            else:
                counts["failed"] += 1
                self._listener.failed(outcome.failure)
        self._summary.outcomes += counts
        self._listener.units_done(len(outcomes), counts)

    def _end_early(self, import_id: int, error: BaseException) -> None:
        """Record how the import ended; if even that cannot be written, the next import will."""
        if isinstance(error, KeyboardInterrupt):
            status, reason = "interrupted", f"{str(error) or 'stopped by the user'}; import the same again to go on"
        elif isinstance(error, ArchiveError):
            status, reason = "failed", str(error)
        else:
            status, reason = "failed", f"{type(error).__name__}: {error}"[:1000]
        try:
            with signals_held(), self._writing.begin():
                store.end_import(self._writing, import_id, status, reason)
        except SQLAlchemyError:
            return


def _without_forgotten(connection: Connection, batch: Sequence[Unit]) -> Sequence[Unit]:
    """Return the units of a batch, those that people had forgotten as failures."""
    units = [(number, result) for number, result in enumerate(batch) if isinstance(result, Article)]
    forgotten = find_forgotten(connection, [unit for _, unit in units])
    failures = {units[at][0]: Failure(units[at][1].locator, stone.told()) for at, stone in forgotten.items()}
    return [failures.get(number, result) for number, result in enumerate(batch)] if failures else batch


def _jobs(asked: int | None) -> int:
    """Return how many processes prepare files: one writes, and more than four find nothing to do."""
    return min(4, max(1, (os.cpu_count() or 1) - 1)) if asked is None else asked
