"""Which articles a question is about."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, not_, select

from archive.db.tables import article_topics, articles, topics
from archive.db.vocabulary import find_source, find_source_by_slug
from archive.errors import NotFoundError, UsageError
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.normalize.text import can_be_stored
from archive.resolve.topics import find_topic


@dataclass(frozen=True)
class Filters:
    """Articles of a source, on a topic or one below it, published within a span, in a language; all that are given.

    `since` and `until` are dates as exact as one likes (`2023`, `2023-02`, `2023-02-28`), both included. An article is
    within the span if all that its date can mean is: one known only as 2023 is not within February.

    `left_out` asks instead for those that the span leaves out for want of a date: `undated` have none, `imprecise` have
    one that can be within the span, or not.
    """

    source: str | None = None
    topic: str | None = None
    since: str | None = None
    until: str | None = None
    language: str | None = None
    left_out: Literal["undated", "imprecise"] | None = None

    @property
    def by_date(self) -> bool:
        """Whether articles without a date are left out."""
        return self.since is not None or self.until is not None

    def leaving_out(self, kind: Literal["undated", "imprecise"]) -> "Filters":
        """Return the filters of those that these leave out for want of a date."""
        return replace(self, left_out=kind)

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on `articles`; raises for names that are not known and dates that are none."""
        conditions: list[ColumnElement[bool]] = []
        article = articles.c
        if self.source is not None:
            source = None
            if can_be_stored(self.source):
                source = find_source_by_slug(connection, self.source) or find_source(connection, name_key(self.source))
            if source is None:
                raise NotFoundError(f"there is no source '{self.source}'; `archive sources` lists them")
            conditions.append(article.source_id == source.id)
        if self.topic is not None:
            below = _with_below(find_topic(connection, self.topic))
            tagged = select(article_topics.c.article_id).where(article_topics.c.topic_id.in_(below))
            conditions.append(article.id.in_(tagged))
        conditions += self._within_span()
        if self.language is not None:
            try:
                tag = language_tag(self.language)
            except ValueError as error:
                raise UsageError(f"--language {self.language}: {error}") from error
            # a language covers its variants: en finds en-GB
            conditions.append((article.language == tag) | article.language.startswith(f"{tag}-", autoescape=True))
        return conditions

    def _within_span(self) -> list[ColumnElement[bool]]:
        first, last = articles.c.published_from, articles.c.published_until
        within: list[ColumnElement[bool]] = []
        touching: list[ColumnElement[bool]] = []
        if self.since is not None:
            starts = _date("--since", self.since)[0]
            within.append(first >= starts)
            touching.append(last > starts)
        if self.until is not None:
            ends = _date("--until", self.until)[1]
            within.append(last <= ends)
            touching.append(first < ends)
            if self.since is not None and ends <= _date("--since", self.since)[0]:
                raise UsageError(f"--since {self.since} is later than --until {self.until}; swap them")
        if self.left_out is None:
            return within
        return [first.is_(None)] if self.left_out == "undated" else [*touching, not_(and_(*within))]


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
