"""An article without the units of one import: what it is by those that are left."""

from collections.abc import Collection, Sequence
from typing import Any

import zstandard
from sqlalchemy import Connection, select

from archive.db import lookups, remaining, store, vocabulary
from archive.db.changes import Change
from archive.db.ids import Ids
from archive.db.left_behind import NO_BYTES, is_left, require
from archive.db.lookups import Identifier, KnownArticle, KnownRevision
from archive.db.remaining import MetUnit, Text
from archive.db.removal import remove_revisions
from archive.db.statements import TOPICS, Statement, find_stated, rows_of
from archive.db.tables import articles
from archive.db.unfinished import ORIGINALS, TEXTS
from archive.documents import WITHIN_THE_BYTES, Article, Given, Original, SetAside, Value
from archive.normalize.article import NORMALIZER_VERSION, Usable
from archive.normalize.urls import canonical_url
from archive.prepare import Preparer, Settings
from archive.resolve.decisions import Applier
from archive.resolve.identity import MIN_WORDS_OF_IDENTITY
from archive.resolve.replay import Left, Replayed, replay
from archive.resolve.sources import SourceResolver
from archive.resolve.versions import surroundings


class Restorer:
    """Takes the units of one import out of articles that other imports met too; serves one transaction."""

    def __init__(self, connection: Connection, import_id: int) -> None:
        self._connection = connection
        self._import_id = import_id
        self._ids = Ids(connection)
        self._sources = SourceResolver(connection)
        self._applier = Applier(connection)
        self._preparer = Preparer(
            Settings(
                options=Given(),
                phrases=tuple(vocabulary.all_phrases(connection)),
                queries=tuple(vocabulary.all_queries(connection)),
                names=tuple(vocabulary.vocabulary_names(connection)),
            )
        )

    def restore(self, article_id: int) -> None:
        """Make an article what the units of other imports make of it; then, what people decided of it."""
        work = _Article(self._connection, self._import_id, article_id, self._sources, self._preparer, self._ids)
        key = work.restore()
        self._applier.follow_inputs(article_id, work.changed)
        self._applier.apply([key])


class _Article:
    """One article, in the middle of being restored."""

    def __init__(
        self,
        connection: Connection,
        import_id: int,
        article_id: int,
        sources: SourceResolver,
        preparer: Preparer,
        ids: Ids,
    ) -> None:
        self.changed: set[str] = set()  # fields of which another value stands than before
        self._connection = connection
        self._import_id = import_id
        self._id = article_id
        self._sources = sources
        self._preparer = preparer
        self._ids = ids
        units = remaining.find_units(connection, article_id)
        self._taken = [unit for unit in units if unit.import_id == import_id]
        self._left = [unit for unit in units if unit.import_id != import_id]
        self._texts = {text.revision.id: text for text in remaining.find_texts(connection, article_id)}
        self._stated = find_stated(connection, [article_id])
        left = {unit.id for unit in self._left}
        self._heirs: dict[int, int] = {}  # of a record that goes, the first unit left that states the same
        for unit in self._left:
            if _record(unit) not in left:
                self._heirs.setdefault(_record(unit), unit.id)
        self._again: dict[int, Article | None] = {}
        self._made: dict[int, Article] = {}  # texts that are made of what is left, by revision
        self._moved: dict[int, dict[str, Any]] = {}  # units that gave a text which another takes the place of

    def restore(self) -> str:
        """Write what the article is, but for the columns that follow from its values; returns its key."""
        connection, article_id = self._connection, self._id
        key, current_id = connection.execute(
            select(articles.c.key, articles.c.revision_id).where(articles.c.id == article_id)
        ).one()
        before = remaining.values_before(connection, article_id)
        gone = self._settle_texts()
        known = [text.revision for number, text in sorted(self._texts.items()) if number not in gone]
        known.sort(key=lambda revision: revision.number)
        times = {one.id: (one.modified_at, one.crawled_at) for one in known}
        article = KnownArticle(article_id, key, None, "", known, {}, set(), set(), set())
        of_nobody = remaining.find_dates_of_nobody(connection, article_id)
        met = {unit.id: unit for unit in self._left}
        done = replay(article, self._events(known), of_nobody, lambda unit: self._has_surroundings(met[unit.id]))
        store.write_restored(connection, self._changes(article, current_id), self._ids)
        for unit_id, given in self._moved.items():
            remaining.set_unit(connection, unit_id, given)
        for revision in known:
            if (revision.modified_at, revision.crawled_at) != times[revision.id]:
                changed = {"modified_at": revision.modified_at, "crawled_at": revision.crawled_at}
                remaining.set_text(connection, revision.id, changed)
        self._write(done, of_nobody)
        remaining.remove_identifiers(connection, self._lost_identifiers())
        remaining.detach(connection, self._import_id, article_id)
        remove_revisions(connection, sorted(gone))
        store.drop_tags_without_evidence(connection, [article_id])
        now = {name: (value.text, value.method) for name, (value, _) in done.values.items()}
        then = {name: (given.value.text, given.value.method) for name, given in before.items()}
        self.changed = {name for name in {*now, *then} if now.get(name) != then.get(name)}
        return str(key)

    def _settle_texts(self) -> set[int]:
        """Find which texts are left; returns those that go.

        A text is of the first unit left that gives it. Where that has other bytes it is made anew of these: as the same
        revision where headline and body are the same, else as another one.
        """
        originals = {unit.original_id for unit in self._left}
        gone = set()
        for revision_id, text in list(self._texts.items()):
            givers = [unit for unit in self._left if unit.revision_id == revision_id]
            if not givers:
                if text.cause == "import" or text.original_id not in originals:
                    gone.add(revision_id)
                continue
            to_the_letter = [unit for unit in givers if unit.text_sha256 is None]
            heir = (to_the_letter or givers)[0]
            if self._has_bytes_of(heir, text):
                continue
            is_of_today = text.normalizer_version == NORMALIZER_VERSION
            again = self._read_again(heir) if is_of_today or not to_the_letter else None
            if again is None or (again.text_sha256 == text.revision.text_sha256 and self._has_surroundings(heir)):
                if to_the_letter:
                    remaining.set_text(self._connection, revision_id, {"original_id": heir.original_id})
                    self._texts[revision_id] = text._replace(original_id=heir.original_id)
                continue
            self._make(text, heir, again)
            gone.add(revision_id)
        return gone

    def _make(self, text: Text, heir: MetUnit, again: Article) -> None:
        """Put a text made of the bytes that are left in place of one that goes."""
        number = text.revision.number
        if again.text_sha256 != text.revision.text_sha256:
            number = max(one.revision.number for one in self._texts.values()) + 1
        else:
            remaining.set_number(self._connection, text.revision.id, -number)
        times = (heir.modified_at, heir.crawled_at)
        made = KnownRevision(self._ids.take("article_revisions"), number, again.text_sha256, again.fingerprint, *times)
        self._made[made.id] = again
        self._texts[made.id] = Text(made, "import", heir.original_id, again.normalizer_version, "", again.words)
        for at, unit in enumerate(self._left):
            if unit.revision_id == text.revision.id:
                sha256 = unit.text_sha256 or text.revision.text_sha256
                sha256_if_other = None if sha256 == again.text_sha256 else sha256
                self._left[at] = unit._replace(revision_id=made.id, text_sha256=sha256_if_other)
                self._moved[unit.id] = {"revision_id": made.id, "text_sha256": sha256_if_other}

    def _events(self, known: Sequence[KnownRevision]) -> list[Left | KnownRevision]:
        """Return the units that are left, and between them the texts that a reparse made of theirs, as they came."""
        made_anew = [self._texts[one.id] for one in known if self._texts[one.id].cause == "reparse"]
        events: list[Left | KnownRevision] = []
        for unit in self._left:
            while made_anew and events and made_anew[0].seen_at < unit.started_at:
                events.append(made_anew.pop(0).revision)
            events.append(self._as_left(unit))
        return [*events, *(text.revision for text in made_anew)]

    def _as_left(self, unit: MetUnit) -> Left:
        stated = self._stated.get(_record(unit), set())
        usable = Usable(_values(stated), [])
        values = dict(usable.chosen)
        source = self._sources.of_values(values, usable.url)
        named: tuple[int | None, str] = (None, "")
        if source is not None:
            values["source"] = source
            named = self._sources.named(self._connection, source.text)[:2]
        return Left(
            id=unit.id,
            locator=unit.locator,
            outcome=unit.outcome,
            record=self._heirs.get(_record(unit), _record(unit)),
            revision_id=unit.revision_id,
            is_to_the_letter=unit.text_sha256 is None,
            given=KnownRevision(0, 0, "", "", unit.modified_at, unit.crawled_at),
            stated=stated,
            values=values,
            dates=usable.dates,
            source=named,
        )

    def _changes(self, article: KnownArticle, current_id: int) -> list[Change]:
        """Return what is to be written of texts: those made anew, and which is the current one if it is another."""
        changes = []
        unit_id = self._left[0].id
        for revision in article.revisions:
            if revision.id in self._made:
                unit = self._made[revision.id]
                is_current = revision.id == article.current_id
                changes.append(
                    Change(unit, unit_id, "revised", article, revision, is_new_revision=True, moves=is_current)
                )
        if article.current_id != current_id and article.current_id not in self._made:
            unit = self._stored(article.current.id)
            changes.append(Change(unit, unit_id, "revised", article, article.current, moves=True, retag=True))
        return changes

    def _write(self, done: Replayed, of_nobody: Collection[tuple[str, str]]) -> None:
        """Write what is stated of the article, and by which unit."""
        article_id = self._id
        given = {(row["text"], row["method"]) for row in done.dates}
        by_taken = {
            (one.text, one.method)
            for unit in self._taken
            for one in self._stated.get(_record(unit), ())
            if one.field == "published"
        }
        remaining.write_statements(
            self._connection,
            article_id,
            [
                row
                for name, (value, by) in done.values.items()
                for row in rows_of(article_id, by, [Statement(name, value.text, value.method)])
            ],
            [row for one, by in done.others for row in rows_of(article_id, by, [one])],
            done.dates,
            {date for date in of_nobody if date not in given and date not in by_taken},
        )
        remaining.give_evidence_to(
            self._connection,
            {
                evidence_id: done.topics.get((text, method))
                for evidence_id, _, text, method, _ in remaining.find_given_topics(self._connection, article_id)
            },
        )
        for unit in self._left:
            if unit.stated_in_id in self._heirs:
                remaining.set_unit(self._connection, unit.id, {"stated_in_id": self._heirs[unit.stated_in_id]})

    def _lost_identifiers(self) -> list[int]:
        """Return the identifiers that only units which go gave; one that nobody knows who gave stays."""
        left = {one for unit in self._left for one in self._identifies(unit)}
        taken = {one for unit in self._taken for one in self._identifies(unit)}
        known = remaining.find_identifiers(self._connection, self._id)
        return [row_id for identifier, row_id in known.items() if identifier in taken - left]

    def _identifies(self, unit: MetUnit) -> list[Identifier]:
        """Return what identifies a unit: as in an import, of what is on record of it."""
        url = _canonical(unit.url_as_read)
        as_read = {"source": unit.source_as_read, "url": unit.url_as_read}
        values = {name: Value(name, text, "option") for name, text in as_read.items() if text}
        source = self._sources.of_values(values, url)
        scope = "" if source is None else self._sources.named(self._connection, source.text).slug
        found = []
        if unit.id_as_read:
            found.append(Identifier("id", scope, unit.id_as_read))
        if url:
            found.append(Identifier("url", "", url))
        text = self._texts[unit.revision_id]
        if not found and text.words >= MIN_WORDS_OF_IDENTITY:
            found.append(Identifier("text", scope, text.revision.fingerprint))
        return found

    def _has_bytes_of(self, unit: MetUnit, text: Text) -> bool:
        """Tell whether a unit has the bytes that a text was made of, and the reader that made it."""
        if unit.original_id != text.original_id:
            return False
        units = sorted((*self._taken, *self._left), key=lambda one: one.id)
        return unit.reader == next(one.reader for one in units if one.original_id == text.original_id)

    def _has_surroundings(self, unit: MetUnit) -> bool:
        """Tell whether a unit's bytes have the headings, links and passages set aside of the text that it gave."""
        if unit.revision_id in self._made or self._has_bytes_of(unit, self._texts[unit.revision_id]):
            return True
        again = self._read_again(unit)
        found = lookups.find_surroundings(self._connection, {unit.revision_id})
        return again is None or surroundings(again) == found[unit.revision_id]

    def _read_again(self, unit: MetUnit) -> Article | None:
        """Return what today's reader makes of a unit's bytes; None where it makes nothing of them."""
        if unit.id not in self._again:
            row = remaining.find_original(self._connection, unit.original_id)
            if row["content"] == NO_BYTES:
                require(self._connection, ORIGINALS, f"what is left of {unit.locator} cannot be read again")
            original = Original(row["sha256"], row["media_type"], row["size"], row["content"])
            content = zstandard.ZstdDecompressor().decompress(original.content, max_output_size=original.size)
            stated = _values(self._stated.get(_record(unit), ()))
            beside = [value for value in stated if value.method not in WITHIN_THE_BYTES]
            made = self._preparer.prepare_again(unit.locator, original, content, Given(tuple(beside)), unit.reader)
            self._again[unit.id] = made if isinstance(made, Article) else None
        return self._again[unit.id]

    def _stored(self, revision_id: int) -> Article:
        """Return a text as it is stored, with what the vocabulary tags in it today."""
        text = remaining.find_text(self._connection, revision_id)
        if is_left(text["headline"], text["body"]):
            require(self._connection, TEXTS, "an article cannot be given back an earlier text")
        original = remaining.find_original(self._connection, text["original_id"])
        passages = [
            SetAside(row["kind"], row["text"], row["after_block"], row["rule"], row["rule_version"])
            for row in remaining.find_set_aside(self._connection, revision_id)
        ]
        names = (
            *("headline", "headline_method", "headline_index", "body", "body_index", "words", "text_sha256"),
            *("fingerprint", "fingerprint_version", "normalizer_version", "modified_at", "crawled_at"),
        )
        return Article(
            locator="",
            reader="",
            original=Original(original["sha256"], original["media_type"], original["size"], original["content"]),
            context_sha256="",
            blocks=(),
            set_aside=tuple(passages),
            links=(),
            dates=(),
            published=None,
            authors=(),
            url=None,
            language=None,
            values={},
            matches=self._preparer.matches(text["headline"], text["body"], passages),
            **{name: text[name] for name in names},
        )


def _record(unit: MetUnit) -> int:
    """Return the unit on whose record stands what a unit states, as far as that is known."""
    return unit.stated_in_id or unit.id


def _values(stated: Collection[Statement]) -> list[Value]:
    return [Value(*one) for one in sorted(stated) if one.field != TOPICS]


def _canonical(url: str | None) -> str | None:
    try:
        return canonical_url(url) if url else None
    except ValueError:
        return None
