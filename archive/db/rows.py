"""From what was decided about a batch of units to the rows that say so, table by table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from archive.db import lookups, tables
from archive.db.article_columns import NOT_CHOSEN_ANY_MORE, values_of_article
from archive.db.changes import Change, Failed, SameAsBefore
from archive.db.clock import now
from archive.db.credited import Credited
from archive.db.ids import Ids
from archive.db.inserting import Row, insert_rows, insert_unchanged, insert_values
from archive.db.statements import TOPICS, Statement, is_kept, rows_of, stated_by
from archive.documents import Article, RuleMatch
from archive.errors import ArchiveError


class _Evidence(NamedTuple):
    """A row of `tag_evidence`, as an import writes it."""

    article_topic_id: int
    method: str
    field: str
    rule: str | None = None
    start: int | None = None
    end: int | None = None
    revision_id: int | None = None
    set_aside_id: int | None = None
    given_text: str | None = None
    given_by: str | None = None
    import_item_id: int | None = None


class Rows:
    """Collects the rows of a batch, in which later units may change what earlier ones brought."""

    def __init__(self, connection: Connection, import_id: int | None, ids: Ids, cause: str) -> None:
        self._import_id = import_id
        self._cause = cause  # of new states of texts
        self._ids = ids
        self._now = now()
        self._connection = connection
        self._original_ids: dict[str, int] = {}
        self._unchanged: list[tuple[int, int, int]] = []  # of units that are as before: id, position, the item it was
        self._articles: dict[int, Row] = {}
        self._tag_ids: dict[tuple[int, int], int] = {}
        self._tagged_by_rule: dict[int, Change] = {}  # the last change that says what rules tag in an article
        self._set_aside_ids: dict[int, list[int]] = {}  # by revision
        self._given: list[Change] = []
        self._values: dict[tuple[int, str], Row] = {}
        self._credited: dict[int, Sequence[tuple[str, str]]] = {}
        self._given_dates: set[tuple[int, str, str]] = set()  # article, date as given, where it was given
        self._chosen_dates: dict[int, Row] = {}  # by article, where this batch chose one
        self._rows: dict[str, list[Row]] = {
            name: []
            for name in (
                "originals",
                "other_values",
                "article_revisions",
                "import_items",
                "article_identifiers",
                "body_blocks",
                "set_aside",
                "article_links",
                "article_dates",
            )
        }

    @property
    def retagged(self) -> set[int]:
        """The articles whose tags by rule are written anew."""
        return set(self._tagged_by_rule)

    def originals(self, changes: Iterable[Change], known: Mapping[str, int]) -> None:
        """Add the bytes of all units whose bytes the archive does not have."""
        self._original_ids.update(known)
        for change in changes:
            original = change.unit.original
            if original.sha256 not in self._original_ids:
                original_id = self._original_ids[original.sha256] = self._ids.take("originals")
                self._rows["originals"].append(
                    {
                        "id": original_id,
                        "sha256": original.sha256,
                        "media_type": original.media_type,
                        "size": original.size,
                        "content": original.content,
                    }
                )

    def known(self, article_ids: Collection[int], revision_ids: Collection[int]) -> None:
        """Learn which tags these articles have, which dates they were given, and what was set aside of these texts."""
        tags, dates, passages = tables.article_topics.c, tables.article_dates.c, tables.set_aside.c
        if article_ids:
            for article_id, topic_id, tag_id in self._connection.execute(
                select(tags.article_id, tags.topic_id, tags.id).where(tags.article_id.in_(article_ids))
            ):
                self._tag_ids[article_id, topic_id] = tag_id
            given = select(dates.article_id, dates.text, dates.method).where(
                dates.article_id.in_(article_ids), dates.kind == "published"
            )
            self._given_dates.update(
                (article_id, text, method) for article_id, text, method in self._connection.execute(given)
            )
        if revision_ids:
            for revision_id, passage_id in self._connection.execute(
                select(passages.revision_id, passages.id)
                .where(passages.revision_id.in_(revision_ids))
                .order_by(passages.revision_id, passages.position)
            ):
                self._set_aside_ids.setdefault(revision_id, []).append(passage_id)

    def item(self, outcome: Change | SameAsBefore | Failed, position: int) -> None:
        """Add the unit itself with its outcome."""
        if isinstance(outcome, SameAsBefore):
            self._unchanged.append((outcome.item_id, position, outcome.last_item_id))
            return
        row: Row = dict.fromkeys(_ITEM_COLUMNS)
        row |= {"id": outcome.item_id, "import_id": self._import_id, "position": position}
        if isinstance(outcome, Change):
            unit = outcome.unit
            text_sha256 = None if unit.text_sha256 == outcome.revision.text_sha256 else unit.text_sha256
            row |= {
                "locator": unit.locator,
                "original_id": self._original_ids[unit.original.sha256],
                "context_sha256": unit.context_sha256,
                "reader": unit.reader,
                "source_as_read": _text(unit, "source"),
                "id_as_read": _text(unit, "id"),
                "url_as_read": _text(unit, "url"),
                "published_as_read": _text(unit, "published"),
                "outcome": outcome.outcome,
                "article_id": outcome.article.id,
                "revision_id": outcome.revision.id,
                "text_sha256": text_sha256,
                "reason": "; ".join([*outcome.reasons, *unit.notes]) or None,
                "stated_in_id": outcome.repeats or outcome.item_id,
                "modified_at": unit.modified_at,
                "crawled_at": unit.crawled_at,
            }
        else:
            failure = outcome.failure
            reason = f"{failure.reason}; {failure.cure}" if failure.cure else failure.reason
            row |= {"locator": failure.locator, "outcome": "failed", "reason": reason}
        self._rows["import_items"].append(row)

    def article(self, change: Change) -> None:
        """Add a new article."""
        self._articles[change.article.id] = {
            **dict.fromkeys(_ARTICLE_COLUMNS),
            "id": change.article.id,
            "key": change.article.key,
            "created_at": self._now,
            **values_of_article(change),
        }

    def change_new_article(self, change: Change) -> bool:
        """Set values on an article that this very batch brought; False if it did not."""
        row = self._articles.get(change.article.id)
        if row is None:
            return False
        row |= values_of_article(change)
        return True

    def credited(self, article_id: int, revision_id: int, body: str) -> Credited:
        """Return what credits follow from of an article that this very batch brought."""
        row = self._articles[article_id]
        return Credited(revision_id, row["byline"], row["language"], body)

    def revision(self, change: Change) -> None:
        """Add a new state of an article's text, with all that is in it."""
        unit, revision_id = change.unit, change.revision.id
        self._rows["article_revisions"].append(
            {
                "id": revision_id,
                "article_id": change.article.id,
                "number": change.revision.number,
                "headline": unit.headline,
                "headline_method": unit.headline_method,
                "headline_index": unit.headline_index,
                "body": unit.body,
                "body_index": unit.body_index,
                "words": unit.words,
                "text_sha256": unit.text_sha256,
                "fingerprint": unit.fingerprint,
                "fingerprint_version": unit.fingerprint_version,
                "normalizer_version": unit.normalizer_version,
                "cause": self._cause,
                "original_id": self._original_ids[unit.original.sha256],
                "seen_at": self._now,
                "modified_at": unit.modified_at,
                "crawled_at": unit.crawled_at,
            }
        )
        self._rows["body_blocks"].extend(
            {"revision_id": revision_id, "position": number, "kind": kind, "level": level, "start": start, "end": end}
            for number, kind, level, start, end in unit.blocks
        )
        passage_ids = self._set_aside_ids[revision_id] = [self._ids.take("set_aside") for _ in unit.set_aside]
        self._rows["set_aside"].extend(
            {
                "id": passage_id,
                "revision_id": revision_id,
                "after_block": passage.after_block,
                "position": number,
                "kind": passage.kind,
                "text": passage.text,
                "rule": passage.rule,
                "rule_version": passage.rule_version,
            }
            for number, (passage_id, passage) in enumerate(zip(passage_ids, unit.set_aside, strict=True))
        )
        self._rows["article_links"].extend(
            {"revision_id": revision_id, "position": number, "kind": link.kind, "text": link.text, "url": link.url}
            for number, link in enumerate(unit.links)
        )

    def metadata(self, change: Change) -> None:
        """Add all that a unit says of its article beside the text."""
        unit, article_id = change.unit, change.article.id
        values = dict(change.set_values)
        if change.moves:
            self._replace(article_id, "headline")
            if "headline" in unit.values:
                values["headline"] = unit.values["headline"]
        for field, value in values.items():
            self._replace(article_id, field)
            self._values[article_id, field] = {
                "article_id": article_id,
                "field": field,
                "text": value.text,
                "method": value.method,
                "import_item_id": change.item_id,
            }
        if "authors" in change.set_values:
            self._credited[article_id] = unit.authors
        if change.moves or change.retag:
            self._tagged_by_rule[article_id] = change
        if change.new_topics:
            self._given.append(change)
        self._rows["article_identifiers"].extend(
            {"article_id": article_id, **identifier._asdict()} for identifier in change.new_identifiers
        )
        stand = {Statement(field, value.text, value.method) for field, value in values.items()}
        stand.update(Statement(TOPICS, text, method) for _, text, method in change.new_topics)
        stand |= self._dates(change)
        if not (change.is_new_article or change.repeats or self._import_id is None):
            self._rows["other_values"] += rows_of(article_id, change.item_id, sorted(stated_by(unit) - stand))

    def _replace(self, article_id: int, field: str) -> None:
        """Keep a value that an earlier unit of the batch gave, and that no longer stands."""
        row = self._values.pop((article_id, field), None)
        if row is not None and is_kept(field, row["method"]):
            self._rows["other_values"].append(row)

    def _dates(self, change: Change) -> set[Statement]:
        """Add the dates found in a new text, and the publication dates that the article was not given before.

        Returns those publication dates.
        """
        article_id = change.article.id
        added = set()
        for date in change.unit.dates:
            is_mentioned = date.kind == "mentioned"
            if is_mentioned and not change.is_new_revision:
                continue
            row: Row = {
                "article_id": article_id,
                "revision_id": change.revision.id if is_mentioned else None,
                **date._asdict(),
                "import_item_id": None if is_mentioned else change.item_id,
            }
            if not is_mentioned:
                given = (article_id, date.text, date.method)
                if date.chosen and "published" in change.set_values:
                    self._chosen_dates.get(article_id, {}).update(NOT_CHOSEN_ANY_MORE)
                    self._chosen_dates[article_id] = row
                elif given in self._given_dates:
                    continue
                elif date.chosen:
                    row |= {"chosen": False, "reason": "the article had a date already"}
                self._given_dates.add(given)
                added.add(Statement("published", date.text, date.method))
            self._rows["article_dates"].append(row)
        return added

    def insert_texts(self) -> None:
        """Insert originals, articles and their texts."""
        self._insert("originals", self._rows["originals"])
        self._insert("articles", list(self._articles.values()))
        self._insert("article_revisions", self._rows["article_revisions"])

    def insert_rest(self) -> None:
        """Insert all that points to articles and texts."""
        if self._unchanged:
            self._insert_unchanged()
        for name in (
            *("import_items", "article_identifiers", "body_blocks", "set_aside", "article_links", "other_values"),
        ):
            self._insert(name, self._rows[name])
        self._insert("article_values", list(self._values.values()))
        self._insert("article_dates", self._rows["article_dates"])
        self._insert_authors()
        self._insert_tags()

    def _insert(self, name: str, rows: list[Row]) -> None:
        insert_rows(self._connection, name, rows)

    def _insert_unchanged(self) -> None:
        written = insert_unchanged(self._connection, self._import_id or 0, self._unchanged)
        if written != len(self._unchanged):
            raise ArchiveError("articles were taken out while they were imported again; import the same once more")

    def _insert_authors(self) -> None:
        names: dict[str, str] = {}  # by name key, as first written
        for credited in self._credited.values():
            for name, key in credited:
                names.setdefault(key, name)
        ids = lookups.find_authors(self._connection, names)
        new = {key: name for key, name in names.items() if key not in ids}
        ids |= {key: self._ids.take("authors") for key in new}
        self._insert("authors", [{"id": ids[key], "name": name, "name_key": key} for key, name in new.items()])
        self._insert(
            "article_authors",
            [
                {"article_id": article_id, "author_id": ids[key], "position": position}
                for article_id, credited in self._credited.items()
                for position, (_, key) in enumerate(credited)
            ],
        )

    def _insert_tags(self) -> None:
        new_tags: list[Row] = []
        evidence: list[_Evidence] = []

        def tag_id(article_id: int, topic_id: int) -> int:
            known = self._tag_ids.get((article_id, topic_id))
            if known is None:
                known = self._tag_ids[article_id, topic_id] = self._ids.take("article_topics")
                new_tags.append({"id": known, "article_id": article_id, "topic_id": topic_id})
            return known

        for change in self._given:
            for topic_id, text, by in change.new_topics:
                evidence.append(
                    _Evidence(
                        tag_id(change.article.id, topic_id),
                        method="given",
                        field="topics",
                        given_text=text,
                        given_by=by,
                        import_item_id=change.item_id,
                    )
                )
        for article_id, change in self._tagged_by_rule.items():
            evidence.extend(
                _Evidence(
                    *(tag_id(article_id, match.topic_id), match.method, match.field, match.rule),
                    *(match.start, match.end, *self._of_text(match, change.revision.id)),
                )
                for match in change.unit.matches
            )
        self._insert("article_topics", new_tags)
        if evidence:
            insert_values(self._connection, "tag_evidence", _Evidence._fields, evidence)

    def _of_text(self, match: RuleMatch, revision_id: int) -> tuple[int | None, int | None]:
        """Return of which text a match is, or of which passage that was set aside."""
        if match.set_aside is None:
            return revision_id, None
        return None, self._set_aside_ids[revision_id][match.set_aside]


_ITEM_COLUMNS = [column.name for column in tables.import_items.columns]
_ARTICLE_COLUMNS = [column.name for column in tables.articles.columns if column.name != "revision_id"]


def _text(unit: Article, field: str) -> str | None:
    value = unit.values.get(field)
    return None if value is None else value.text
