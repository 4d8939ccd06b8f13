"""What can be derived in an archive, derived anew where it is wrong. Nothing that came from outside is touched."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy.exc import DBAPIError

from archive.db import wiping
from archive.db.left_behind import left_behind
from archive.db.location import Location
from archive.db.plain import Plain
from archive.db.running_imports import find_running
from archive.db.unfinished import TEXTS
from archive.errors import ArchiveError
from archive.queries import verification
from archive.queries.verification import database, records, texts, values
from archive.queries.verification.engines import engine_of
from archive.queries.verification.findings import Finding, counted, guarded, listed, shortened
from archive.repair.base import Engine
from archive.running import Watch, unwatched

INTERRUPTED = "its process ended before it was done; import the same again to go on"

_NEWEST = "(SELECT r.id FROM article_revisions r WHERE r.article_id = articles.id ORDER BY r.number DESC LIMIT 1)"
_SHOWN = 5  # places that are named


@dataclass(frozen=True)
class Mended:
    """One thing that was derived anew: in words, and in how many rows."""

    what: str
    rows: int


@dataclass
class Repair:
    """What a repair did, and what is wrong afterwards all the same."""

    mended: list[Mended] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)
    unwiped: list[str] = field(default_factory=list)  # keys of forgotten articles of which traces may be left


def repair(location: Location, *, dry_run: bool = False, watch: Watch = unwatched) -> Repair:
    """Derive anew what is wrong among what can be derived, in one transaction; with `dry_run`, undo it again.

    That is: the search index and what is indexed in place of a text, counts of words, fingerprints, the columns that
    follow from a date, the current text of an article that has lost it, keys of names, imports whose process is gone,
    views and indexes. Originals, texts, decisions, tags and evidence are never written to, nor by a user's triggers,
    which are not set off. A tag that has lost its evidence stays, and is named: what was given cannot be derived. A
    text that is not the one that came in keeps the words and fingerprint of the one that did. Originals are not read.

    In a file that is damaged as such nothing is written: that could damage more. Of an archive with an older schema
    only indexes and the search index are repaired. Raises SchemaError for what is no archive, or one of a newer
    program, and ArchiveError, with nothing changed, where the file cannot be written.
    """
    list(database.check_schema(location))
    engine, checking = _engine_of(location), engine_of(location)
    with engine.writing(location) as (connection, commit):
        older = list(database.check_schema(location))  # an upgrade may have come first
        work = _Work(connection, engine, checking, watch, is_current=not older)
        work.run()
        if any(finding.check == "integrity" for finding in work.done.left):
            work.done.mended.clear()  # as the file was, or worse
        elif work.done.mended and not dry_run:
            commit()
    done = work.done
    done.left = [verification.cured(finding, checking) for finding in (*older, *done.left)]
    if done.unwiped:
        _finish_wiping(location, done, dry_run=dry_run)
    return done


def _engine_of(location: Location) -> Engine:
    if isinstance(location, Path):
        from archive.repair import sqlite

        return cast(Engine, sqlite)
    from archive.repair import postgresql

    return cast(Engine, postgresql)


def _finish_wiping(location: Location, done: Repair, *, dry_run: bool) -> None:
    """Wipe what is left of articles that were forgotten; what keeps it from being done is among what is left."""
    keys = done.unwiped
    if not dry_run:
        try:
            keys = wiping.finish(location)
        except ArchiveError as error:
            done.left.append(Finding("error", "unwiped", len(keys), str(error), None))
            return
    told = f"what was left of {counted(len(keys), 'forgotten article')} wiped: {listed(keys[:_SHOWN], len(keys))}"
    done.mended.append(Mended(told, len(keys)))


class _Work:
    """One repair, within its transaction."""

    def __init__(
        self, connection: Plain, engine: Engine, checking: verification.Engine, watch: Watch, *, is_current: bool
    ) -> None:
        self.done = Repair()
        self._connection = connection
        self._engine = engine
        self._checking = checking
        self._watch = watch
        self._is_current = is_current

    def run(self) -> None:
        connection, watch = self._connection, self._watch
        watch("integrity", 0, None)
        damage, indexes = self._checking.integrity(connection, deep=True)
        if damage:
            self.done.left.extend(database.check_integrity(connection, self._checking, deep=True))
            return
        # a user's triggers are about edits, and could write to what is never written to here
        triggers = self._engine.set_triggers_aside(connection)
        self._mend_indexes(indexes)
        if self._is_current:
            for mend in (
                *(self._make_indexes, self._mend_views, self._mend_imports, self._mend_current_texts),
                *(self._mend_texts, self._mend_published, self._mend_embargo, self._mend_name_keys),
            ):
                self._attempt(mend)
        watch("search index", 0, None)
        self._mend_search()
        if problems := self._engine.put_triggers_back(connection, triggers):
            raise ArchiveError(f"nothing was repaired: {'; '.join(problems)}")
        self._look_again()

    def _look_again(self) -> None:
        """Find what is wrong all the same."""
        connection, checking, left = self._connection, self._checking, self.done.left
        examined = verification.examine if self._is_current else verification.examine_file
        left.extend(examined(connection, checking, self._watch))
        if self._is_current and any(finding.check == "unwiped" for finding in left):
            unwiped = connection.execute("SELECT key FROM tombstones WHERE NOT wiped")
            self.done.unwiped = [key for (key,) in unwiped]
            left[:] = [finding for finding in left if finding.check != "unwiped"]
        found = {finding.check for finding in left}
        for name, check in checking.check_writing(connection, is_current=self._is_current):
            if name != "search" or name not in found:
                left.extend(guarded(name, check, checking.attempted(connection)))

    def _attempt(self, mend: Callable[[], object], *, mind_damage: bool = True) -> bool:
        """Do one thing as a whole or not at all; what stays wrong is found once more afterwards."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            mend()
        except (sqlite3.DatabaseError, DBAPIError) as error:
            if not self._engine.is_passed_over(error, mind_damage=mind_damage):
                raise
        except UnicodeEncodeError:  # a name in a damaged file, which is no UTF-8
            pass
        else:
            self._connection.execute("RELEASE attempt")
            return True
        self._connection.execute("ROLLBACK TO attempt")
        self._connection.execute("RELEASE attempt")
        return False

    def _did(self, done: str, thing: str, places: Sequence[str]) -> None:
        """Tell what was done to these things, if there are any."""
        if places:
            named = listed([shortened(place) for place in places[:_SHOWN]], len(places))
            self.done.mended.append(Mended(f"{counted(len(places), thing)} {done}: {named}", len(places)))

    def _set(self, table: str, row_id: int, columns: Mapping[str, object]) -> None:
        names = ", ".join(f"{column} = ?" for column in columns)
        self._connection.execute(f"UPDATE {table} SET {names} WHERE id = ?", (*columns.values(), row_id))

    def _mend_indexes(self, told: Iterable[str]) -> None:
        names = sorted({line.rpartition(" index ")[2] for line in told})
        reindex = partial(self._engine.reindex, self._connection)
        self._did("made anew", "index", [name for name in names if self._attempt(partial(reindex, name))])

    def _make_indexes(self) -> None:
        missing = self._checking.missing_indexes(self._connection)
        made = [name for name, statement in missing if self._attempt(partial(self._connection.execute, statement))]
        self._did("made anew", "index", made)

    def _mend_views(self) -> None:
        missing = self._checking.missing_views(self._connection)
        for _, statement in missing:
            self._connection.execute(statement)
        self._did("made anew", "view", [name for name, _ in missing])

    def _mend_imports(self) -> None:
        _, ended = find_running(self._connection)
        for import_id in ended:
            self._set("imports", import_id, {"status": "interrupted", "reason": INTERRUPTED})
        self._did("marked as interrupted", "import", [f"import {import_id}" for import_id in ended])

    def _mend_current_texts(self) -> None:
        wrong = self._connection.execute(
            f"SELECT id, key FROM articles WHERE id IN ({records.WITHOUT_CURRENT_TEXT})"
        ).fetchall()
        for article_id, _ in wrong:
            self._connection.execute(f"UPDATE articles SET revision_id = {_NEWEST} WHERE id = ?", (article_id,))
        self._did("given back the newest text", "article", [key for _, key in wrong])

    def _mend_texts(self) -> None:
        (total,) = self._connection.execute("SELECT count(*) FROM article_revisions").fetchone()
        altered = texts.altered_texts()
        wrong: list[tuple[int, str, bool]] = []
        may_be_left = TEXTS in left_behind(self._connection).parts
        for number, text in enumerate(texts.texts(self._connection)):
            if number % texts.STEP == 0:
                self._watch("texts", number, total)
            if may_be_left and text.is_left_behind():
                continue
            is_text = text.is_text()
            is_as_it_came = is_text and text.is_as_it_came()
            if not is_as_it_came:
                altered.add(text.place)
            if is_text and text.unlike(counted=is_as_it_came):
                wrong.append((text.id, text.place, is_as_it_came))
        for revision_id, _, is_as_it_came in wrong:
            for text in list(texts.texts(self._connection, revision_id)):
                self._set("article_revisions", revision_id, text.unlike(counted=is_as_it_came))
        self._did("counted, fingerprinted and indexed anew", "text", [place for _, place, _ in wrong])
        self.done.left.extend(altered.findings())

    def _mend_embargo(self) -> None:
        wrong = [row for row in values.unlike_embargo(self._connection) if row.right is not None]
        for row in wrong:
            self._set("articles", row.article_id, row.right or {})
        self._did("given the columns that follow from its embargo", "article", [row.key for row in wrong])

    def _mend_published(self) -> None:
        wrong = [row for row in values.unlike_published(self._connection) if row.right is not None]
        for row in wrong:
            self._set("articles", row.article_id, dict(zip(values.PUBLISHED, row.right or (), strict=True)))
        self._did("given the columns that follow from its date", "article", [row.key for row in wrong])

    def _mend_name_keys(self) -> None:
        for table in values.NAMED:
            mended = []
            for row_id, name, key in list(values.unlike_keys(self._connection, table)):
                # where another row has that key already, neither is touched
                if self._attempt(partial(self._set, table, row_id, {"name_key": key})):
                    mended.append(name)
            self._did(f"of {table} given the key that inputs are matched on", "name", mended)

    def _mend_search(self) -> None:
        connection, engine = self._connection, self._engine
        if not self._is_search_wrong():
            return
        # FTS5 calls the file malformed where only its own tables are
        ways = (engine.fill_search, engine.make_search)
        if any(self._attempt(partial(way, connection), mind_damage=False) for way in ways):
            number = engine.indexed(connection)
            self.done.mended.append(Mended(f"search index built anew of {counted(number, 'article')}", number))

    def _is_search_wrong(self) -> bool:
        connection, checking = self._connection, self._checking
        checks = [checking.check_indexed(connection)]
        checks += [check for name, check in checking.check_writing(connection, is_current=True) if name == "search"]
        return any(list(guarded("search", check, checking.attempted(connection))) for check in checks)
