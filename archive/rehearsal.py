"""What an import or a load would do, with no trace left of it: all of it in one transaction, which is undone."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from archive.db import schema
from archive.db.engine import errors_explained, open_engine, settle, trusting
from archive.db.location import Location
from archive.errors import ArchiveError
from archive.ingest import Import, ImportOptions, ImportSummary, Listener, open_for_writing
from archive.queries.imports import list_import_items
from archive.resolve.loaded import Loaded
from archive.resolve.topic_loading import LoadOptions, load_topics
from archive.running import seldom_collecting, signals_held, stopped_in_order


@dataclass(frozen=True)
class Rehearsal:
    """What an import would do: its summary, and its units as `list_import_items` gives them of a real one."""

    summary: ImportSummary
    units: list[dict[str, Any]]


def rehearse_import(
    location: Location,
    paths: Sequence[str],
    options: ImportOptions | None = None,
    listener: Listener | None = None,
    stdin: BinaryIO | None = None,
) -> Rehearsal:
    """Return what `import_paths` would do with the same arguments; nothing of it stays, and no archive is made.

    While it runs, others can read the archive and not write to it. Raises what `import_paths` raises.
    """
    options = options or ImportOptions()
    values = options.values()
    fields = options.fields
    with seldom_collecting(), stopped_in_order(), errors_explained(location), _place(location) as place:
        engine = open_engine(place)
        try:
            with trusting(engine) as connection:
                with signals_held():
                    transaction = connection.begin()
                try:
                    run = Import(
                        location, connection, None, paths, options, values, fields, listener or Listener(), stdin
                    )
                    summary = run.run()
                    return Rehearsal(summary, list(list_import_items(connection, summary.import_id)))
                finally:
                    with signals_held():
                        transaction.rollback()
        finally:
            settle(engine)
            engine.dispose()


def rehearse_load(
    location: Location, file: Path, options: LoadOptions | None = None, stdin: BinaryIO | None = None
) -> Loaded:
    """Return what loading a file of topics would do; nothing of it stays, and no archive is made.

    Raises VocabularyError where the file could not be loaded as it is.
    """
    with seldom_collecting(), errors_explained(location), _place(location) as place:
        engine = open_engine(place)
        try:
            with engine.connect() as connection:
                with signals_held():
                    transaction = connection.begin()
                try:
                    return load_topics(connection, file, options, stdin)
                finally:
                    with signals_held():
                        transaction.rollback()
        finally:
            settle(engine)
            engine.dispose()


@contextmanager
def _place(location: Location) -> Iterator[Location]:
    """Give the archive to work in: the one that is meant, or where there is none yet, a new one elsewhere, for a while.

    Raises ArchiveError where none could be made.
    """
    if schema.is_there(location) and schema.current_revision(location) is not None:
        schema.require_current(location)
        yield location
        return
    if isinstance(location, Path) and not location.parent.is_dir():
        raise ArchiveError(f"there is no folder {location.parent} to make the archive in")
    if isinstance(location, Path) and not os.access(location if location.exists() else location.parent, os.W_OK):
        raise ArchiveError(
            f"{location} cannot be written; allow it with chmod u+w (the file, and u+rwx for its folder)"
        )
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        new = Path(folder) / "archive.db"
        open_for_writing(new)
        yield new
