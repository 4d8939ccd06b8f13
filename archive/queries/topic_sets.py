"""Which articles each topic has, with those of the topics below it, as sets that are joined from the bottom up.

A set is one integer with a bit for each article. A SELECT that joins each tag with each topic above it takes a second
for 600,000 tags, two more for their months, and a row for every pair of a deep chain of topics; bits take a tenth of
that, and how many articles two topics share is counted in the same way.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Text, case, cast, func, select

from archive.db.lookups import chunks
from archive.db.tables import article_topics, articles, topics
from archive.queries.selection import Selection

_NOWHERE = -1


class Node(NamedTuple):
    """A topic in the tree: its row of `topics`, and how deep it stands (0 at the top)."""

    topic: Any
    depth: int


class TopicSet(NamedTuple):
    """The articles of a topic: how many have the topic itself, and the set of those that have it or one below it."""

    topic_id: int
    own: int
    articles: int


class Places:
    """The articles of a selection in the order of their dates, each with its bit in a set; a month begins with a byte.

    An article is of the month in which its local date lies with all that it can mean: one that is known to the year
    alone stands before those of January and is of no month, nor is one without a date, which stand at the end.
    """

    def __init__(self, connection: Connection, selection: Selection) -> None:
        article = articles.c
        self._place = array("q", [_NOWHERE]) * ((connection.scalar(select(func.max(article.id))) or 0) + 1)
        self._ids = array("q")
        self._months: list[tuple[str, int, int]] = []
        self._undated: int | None = None
        month = func.substr(article.published_from, 1, 7)
        statement = (
            select(article.id, month, article.published_precision == "year")
            .where(*selection.as_conditions())
            .order_by(article.published_from.asc().nulls_last(), article.published, article.id)
        )
        for (of_month, is_year), rows in groupby(connection.execute(statement), key=itemgetter(1, 2)):
            first = len(self._ids)
            of_block = [row[0] for row in rows]
            for place, article_id in enumerate(of_block, first):
                self._place[article_id] = place
            self._ids.extend(of_block)
            self._ids.extend([_NOWHERE] * (-len(self._ids) % 8))
            if of_month is None:
                self._undated = first
            elif not is_year:
                self._months.append((of_month, first // 8, len(self._ids) // 8))

    def places(self, article_ids: Iterable[int]) -> "array[int]":
        """Return where those of some articles stand that are of the selection."""
        place = self._place
        return array("q", [at for one in article_ids if (at := place[one]) != _NOWHERE])

    def set_of(self, places: Sequence[int]) -> int:
        """Return the set of the articles at some places."""
        bits = bytearray(max(places, default=0) // 8 + 1)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def by_month(self, found: int) -> dict[str, int]:
        """Return how many articles of a set are of each month that has any, in order."""
        data = found.to_bytes(len(self._ids) // 8, "little")
        counts = (
            (month, int.from_bytes(data[first:last], "little").bit_count()) for month, first, last in self._months
        )
        return {month: number for month, number in counts if number}

    def ends(self, found: int) -> tuple[int | None, int | None]:
        """Return the first and the last dated article of a set, by id; None where none has a date."""
        dated = found if self._undated is None else found & ((1 << self._undated) - 1)
        if not dated:
            return None, None
        return self._ids[(dated & -dated).bit_length() - 1], self._ids[dated.bit_length() - 1]


def read_tree(connection: Connection, topic_id: int | None = None) -> list[Node]:
    """Return all topics, each before those below it, or one topic and those below it.

    Local topics come first, then the other schemes; siblings stand in the order of their names. Topics that stand
    below each other are of no tree, unless it begins with one of them.
    """
    topic = topics.c
    by_scheme = case((topic.scheme == "local", 0), else_=1)
    below: dict[int | None, list[Any]] = {}
    waiting: list[Node] = []
    for row in connection.execute(select(topics).order_by(by_scheme, topic.scheme, topic.name, topic.id)):
        below.setdefault(row.parent_id, []).append(row)
        if row.id == topic_id:
            waiting.append(Node(row, 0))
    if topic_id is None:
        waiting = [Node(row, 0) for row in reversed(below.get(None, []))]
    tree: list[Node] = []
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node.topic.id in seen:
            continue
        seen.add(node.topic.id)
        tree.append(node)
        waiting.extend(Node(row, node.depth + 1) for row in reversed(below.get(node.topic.id, [])))
    return tree


def topic_sets(connection: Connection, tree: Sequence[Node], known: Places) -> Iterator[TopicSet]:
    """Yield the articles of each topic of a tree, those below before those above."""
    tag = article_topics.c
    own: dict[int, Sequence[int]] = {}
    for some in chunks([node.topic.id for node in tree]):
        # one text for each topic: rows of numbers take three times as long to come
        listed = func.aggregate_strings(cast(tag.article_id, Text), ",")
        tagged = select(tag.topic_id, listed).where(tag.topic_id.in_(some)).group_by(tag.topic_id)
        own |= {topic_id: known.places(map(int, text.split(","))) for topic_id, text in connection.execute(tagged)}
    from_below: dict[int, int] = {}
    for node in reversed(tree):
        topic = node.topic
        places = own.get(topic.id, ())
        found = known.set_of(places) | from_below.pop(topic.id, 0)
        from_below[topic.parent_id] = from_below.get(topic.parent_id, 0) | found
        yield TopicSet(topic.id, len(places), found)
