"""From what people decided to what an article is. Nothing automatic overrides it, and all of it can be taken back."""

from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from archive.db import credited, decided, decisions, tables, vocabulary
from archive.db.article_columns import embargo_columns, published_columns
from archive.db.decided import BY_DECISION, Automatic
from archive.db.decisions import ACCEPTED, FIELD, TOPIC, Decision
from archive.errors import UsageError
from archive.normalize.bylines import split_byline
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.normalize.status import publication_status
from archive.normalize.text import clean_text, require_utf8
from archive.normalize.tokens import index_text
from archive.normalize.urls import canonical_url
from archive.resolve.derived_tags import DerivedTags
from archive.resolve.sources import SourceResolver

_PUBLISHED = (
    *("published", "published_from", "published_until", "published_on", "published_at"),
    *("published_precision", "published_method"),
)
_AS_WRITTEN = ("section", "page", "edition", "rights", "kind", "slugline", "dateline", "translation_of")

# What a person can say of an article.
SETTABLE = ("source", "published", "headline", "language", "authors", "url", "status", "embargo", *_AS_WRITTEN)

_PARSE: Mapping[str, Callable[[str], object]] = {
    "published": parse_published,
    "language": language_tag,
    "url": canonical_url,
    "status": publication_status,
    "embargo": parse_published,
}


def cleaned(field: str, value: str | None) -> str | None:
    """Return a value as it is kept: clean text on one line, None where there is nothing in it.

    Raises UsageError for a field that nobody can set, and for a value that does not parse or is meant to be none.
    """
    if field not in SETTABLE:
        raise UsageError(f"'{field}' is no field that can be set; there are {', '.join(SETTABLE)}")
    require_utf8(field, value)
    text = " ".join(clean_text(value)[0].split()) if value else ""
    if not text:
        return None
    if text == "NULL":
        raise UsageError(f"{field} 'NULL': nothing after the = says that none is known; in a CSV, a cell with only =")
    try:
        if field in _PARSE:
            _PARSE[field](text)
    except ValueError as error:
        raise UsageError(f"{field} '{text}': {error}") from error
    if field == "authors" and not split_byline(text):
        raise UsageError(f"authors '{text}': no name in it")
    return text


def one_line(text: str | None) -> str:
    """Return what a person names, clean and on one line; raises UsageError where nothing is named."""
    line = " ".join(clean_text(text or "")[0].split())
    if not line:
        raise UsageError("nothing is named; name it")
    return line


class Said(NamedTuple):
    """What a person says of a source or a topic, made so: what is to be put on record, and what takes it back.

    `keys` are of articles on which what was decided of them is to be applied again once it is on record.
    """

    name: str
    value: str | None
    before: str
    keys: Collection[str] = ()


class Applier:
    """Makes articles what people decided they are; one serves one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._gone = decisions.undone(connection)
        self._merged = decisions.merged_topics(connection)
        self._sources: SourceResolver | None = None
        self._topics: dict[tuple[str, str], int] | None = None

    def apply(self, keys: Collection[str]) -> None:
        """Make these articles what stands decided of them; where nothing stands any more, what inputs say.

        Articles that are not in the archive, and topics that are not, are passed over.
        """
        made = decisions.of_articles(self._connection, keys)
        if not made:
            return
        article = tables.articles.c
        rows = self._connection.execute(select(article.key, article.id).where(article.key.in_(made))).all()
        followed: set[int] = set()
        for key, article_id in rows:
            for (subject, name), decision in decisions.standing(made[key], self._gone, self._merged).items():
                if subject == FIELD:
                    self._apply_field(article_id, name, decision)
                    followed |= {article_id} if name in credited.FOLLOWED else set()
                elif subject == TOPIC:
                    self._apply_topic(article_id, name, decision)
        credited.credit_again(self._connection, followed)
        DerivedTags(self._connection).follow(self._connection, [article_id for _, article_id in rows])

    def follow_inputs(self, article_id: int, fields: AbstractSet[str]) -> None:
        """Make what an article is in these fields what inputs say, whatever people decided."""
        for field in sorted(fields):
            if field in SETTABLE and field != "headline":
                self._apply_field(article_id, field, None)
        if not fields.isdisjoint(credited.FOLLOWED):
            credited.credit_again(self._connection, [article_id])

    def _apply_field(self, article_id: int, field: str, decision: Decision | None) -> None:
        given: Automatic | None
        if decision is None:
            given = decided.automatic_values(self._connection, article_id).get(field)
        else:
            given = None if decision.value is None else Automatic(decision.value, BY_DECISION)
        if field == "headline":
            headline = None if decision is None else decision.value or ""
            decided.set_headline(self._connection, article_id, headline, index_text(headline) if headline else None)
            return
        decided.set_columns(self._connection, article_id, self._columns(field, given))
        if field == "authors":
            names = split_byline(given.text) if given else []
            decided.set_authors(self._connection, article_id, [(name, name_key(name)) for name in names])
        elif field == "published" and (decision is not None or given is not None):
            decided.choose_date(self._connection, article_id, None if decision is not None else given)

    def _columns(self, field: str, given: Automatic | None) -> dict[str, Any]:
        """Return the columns of an article that a value of a field sets; all NULL for none."""
        if field == "source":
            return {"source_id": self._source(given.text) if given else None}
        if field == "published":
            if given is None:
                return dict.fromkeys(_PUBLISHED)
            return published_columns(parse_published(given.text), given.method)
        if field == "embargo":
            return embargo_columns(parse_published(given.text) if given else None)
        text = given.text if given else None
        if text is not None and field == "url":
            text = canonical_url(text)
        elif text is not None and field == "language":
            text = language_tag(text)
        elif text is not None and field == "status":
            text = publication_status(text)
        return {"byline" if field == "authors" else field: text}

    def _source(self, name: str) -> int:
        if self._sources is None:
            self._sources = SourceResolver(self._connection)
        return self._sources.named(self._connection, name).id

    def _apply_topic(self, article_id: int, name: str, decision: Decision | None) -> None:
        if self._topics is None:
            self._topics = vocabulary.topic_codes(self._connection)
        scheme, _, code = name.partition(":")
        topic_id = self._topics.get((scheme, code))
        if topic_id is None:
            return
        if decision is None:
            decided.leave_topic(self._connection, article_id, topic_id)
        elif decision.value == ACCEPTED:
            decided.accept_topic(self._connection, article_id, topic_id, decision.id, decision.name)
        else:
            decided.reject_topic(self._connection, article_id, topic_id, decision.id)


def apply_again(connection: Connection, keys: Collection[str]) -> None:
    """Make articles that an import wrote to what people decided they are."""
    if keys and decisions.there_are_any(connection):
        Applier(connection).apply(keys)
