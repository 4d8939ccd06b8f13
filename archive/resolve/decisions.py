"""From what people decided to what an article is. Nothing automatic overrides it, and all of it can be taken back."""

from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from archive.db import credited, decided, decisions, tables, vocabulary
from archive.db.article_columns import embargo_columns, published_columns
from archive.db.decided import BY_DECISION, Automatic
from archive.db.decided_tags import settle_tags
from archive.db.decisions import FIELD, TOPIC, Decision
from archive.db.evidence import find_tags
from archive.db.lookups import chunks
from archive.db.precedence import precedence, standing
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


class Changed(NamedTuple):
    """How many tags were put on articles, and how many taken off."""

    put_on: int
    taken_off: int


class Applier:
    """Makes articles what people decided they are; one serves one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._precedence = precedence(connection)
        self._sources: SourceResolver | None = None
        self._topics: dict[str, int] | None = None

    def apply(self, keys: Collection[str]) -> None:
        """Make these articles what stands decided of them; where nothing stands any more, what inputs say.

        Articles that are not in the archive, and topics that are not, are passed over.
        """
        followed: set[int] = set()
        stands = self._standing(keys)
        for article_id, of_article in stands.items():
            for (subject, name), decision in of_article.items():
                if subject == FIELD:
                    self._apply_field(article_id, name, decision)
                    followed |= {article_id} if name in credited.FOLLOWED else set()
        credited.credit_again(self._connection, followed)
        self._apply_topics(stands)

    def apply_rule(self) -> Changed:
        """Make the tags of all articles what the archive's rule makes of what people said; returns how many changed."""
        stands = self._standing(decisions.keys_with_tags_decided(self._connection))
        before = find_tags(self._connection, stands)
        self._apply_topics(stands)
        after = find_tags(self._connection, stands)
        return Changed(len(after - before), len(before - after))

    def _standing(self, keys: Collection[str]) -> dict[int, Mapping[tuple[str, str], Decision | None]]:
        """Return what stands decided of these articles, as far as they are in the archive."""
        article = tables.articles.c
        made = decisions.of_articles(self._connection, keys)
        stands: dict[int, Mapping[tuple[str, str], Decision | None]] = {}
        for some in chunks(made):
            rows = self._connection.execute(select(article.key, article.id).where(article.key.in_(some)))
            stands |= {article_id: standing(made[key], self._precedence) for key, article_id in rows}
        return stands

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

    def _apply_topics(self, stands: Mapping[int, Mapping[tuple[str, str], Decision | None]]) -> None:
        wanted = {}
        for article_id, of_article in stands.items():
            for (subject, name), decision in of_article.items():
                if subject != TOPIC:
                    continue
                if self._topics is None:
                    self._topics = vocabulary.topic_labels(self._connection)
                if name in self._topics:
                    wanted[article_id, self._topics[name]] = decision
        settle_tags(self._connection, wanted)
        if stands:
            DerivedTags(self._connection).follow(self._connection, list(stands))


def apply_again(connection: Connection, keys: Collection[str]) -> None:
    """Make articles that an import wrote to what people decided they are."""
    if keys and decisions.there_are_any(connection):
        Applier(connection).apply(keys)
