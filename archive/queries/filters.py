"""Which articles a question is about."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, select

from archive.db.tables import article_topics, articles, topic_names, topics
from archive.db.vocabulary import find_source, find_source_by_slug
from archive.errors import NotFoundError, UsageError
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.names import name_key


@dataclass(frozen=True)
class Filters:
    """Articles of a source, on a topic or one below it, published within a span, in a language; all that are given.

    `since` and `until` are dates as exact as one likes (`2023`, `2023-02`, `2023-02-28`), both included. An article is
    within the span if all it can mean is: one known only as 2023 is not within February.
    """

    source: str | None = None
    topic: str | None = None
    since: str | None = None
    until: str | None = None
    language: str | None = None

    @property
    def by_date(self) -> bool:
        """Whether articles without a date are left out."""
        return self.since is not None or self.until is not None

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on `articles`; raises for names that are not known and dates that are none."""
        conditions: list[ColumnElement[bool]] = []
        article = articles.c
        if self.source is not None:
            source = find_source_by_slug(connection, self.source) or find_source(connection, name_key(self.source))
            if source is None:
                raise NotFoundError(f"there is no source '{self.source}'; `archive sources` lists them")
            conditions.append(article.source_id == source.id)
        if self.topic is not None:
            below = _with_below(find_topic(connection, self.topic))
            tagged = select(article_topics.c.article_id).where(article_topics.c.topic_id.in_(below))
            conditions.append(article.id.in_(tagged))
        if self.since is not None:
            conditions.append(article.published_from >= _date("--since", self.since)[0])
        if self.until is not None:
            conditions.append(article.published_until <= _date("--until", self.until)[1])
        if self.language is not None:
            try:
                tag = language_tag(self.language)
            except ValueError as error:
                raise UsageError(f"--language {self.language}: {error}") from error
            # a language covers its variants: en finds en-GB
            conditions.append((article.language == tag) | article.language.startswith(f"{tag}-", autoescape=True))
        return conditions


def find_topic(connection: Connection, name: str) -> int:
    """Return the topic that `scheme:code`, a code, a name or an alias leads to; raises NotFoundError if none does."""
    scheme, _, code = name.rpartition(":")
    by_code = select(topics.c.id).where(topics.c.code == (code or name), topics.c.scheme == (scheme or "local"))
    by_name = select(topic_names.c.topic_id).where(topic_names.c.name_key == name_key(name)).limit(1)
    topic_id: int | None = connection.scalar(by_code)
    if topic_id is None:
        topic_id = connection.scalar(by_name)
    if topic_id is None:
        raise NotFoundError(f"there is no topic '{name}'; `archive topics` lists them")
    return topic_id


def _with_below(topic_id: int) -> Select[tuple[int]]:
    """Return a topic and all below it, as a subquery of ids."""
    tree = select(topics.c.id).where(topics.c.id == topic_id).cte("below", recursive=True)
    tree = tree.union(select(topics.c.id).join(tree, topics.c.parent_id == tree.c.id))
    return select(tree.c.id)


def _date(option: str, text: str) -> tuple[str, str]:
    try:
        time = parse_published(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: {error}") from error
    return time.starts, time.ends
