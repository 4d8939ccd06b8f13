"""What a query would tag as a rule, before it is one: how much, beside which topics, and where it is new."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, not_, select

from archive.db.tables import article_topics, articles, rejected_topics, topics
from archive.queries.articles import Article, count_articles
from archive.queries.left_out import LeftOut, count_left_out
from archive.queries.matching import Condition
from archive.queries.search import search_articles
from archive.queries.selection import Selection, select_articles
from archive.queries.topic_sets import Places, read_tree, topic_sets
from archive.query_language.rules import parse_rule
from archive.resolve.topics import find_topic

TOO_MUCH = 0.5  # of the archive: what is on most articles tells none apart


@dataclass(frozen=True)
class ForTopic:
    """What a rule would alter for the topic that it is meant for.

    Of the articles that the rule names `tagged` have the topic itself already, `new` would get it, and `rejected` go
    without it, as a person took it off. `others` have the topic and are not named by the rule.
    """

    topic: str
    name: str
    tagged: int
    new: int
    rejected: int
    others: int


@dataclass(frozen=True)
class Trial:
    """What a rule would tag: how many articles of how many, beside which topics, for example which.

    Each row of `overlap` is a topic that shares articles with the rule, as it is asked for: with what is below it.
    `both` have it and are named by the rule, `only_rule` and `only_topic` are one of the two; `jaccard` is the part
    that both are of all three. The topics that overlap most come first. `examples` are what a search gives, for a
    topic those that are new.
    """

    query: str
    articles: int
    of: int
    left_out: LeftOut
    overlap: list[dict[str, Any]]
    examples: list[Article]
    topic: ForTopic | None

    @property
    def share(self) -> float:
        """The part of the archive that it would tag, 0 to 1."""
        return self.articles / self.of if self.of else 0.0

    @property
    def is_too_much(self) -> bool:
        """Whether it would tag more than half of the archive."""
        return self.share > TOO_MUCH

    def as_row(self) -> dict[str, Any]:
        """Return it as one object of plain data."""
        return {
            "query": self.query,
            "articles": self.articles,
            "of": self.of,
            "share": round(self.share, 4),
            **self.left_out._asdict(),
            "topic": None if self.topic is None else vars(self.topic),
            "overlap": self.overlap,
            "examples": self.examples,
        }


def try_rule(
    connection: Connection,
    text: str,
    *,
    topic: str | None = None,
    limit: int | None = 5,
    include_hidden: bool = False,
) -> Trial:
    """Return what a query would tag as a rule, which is what a search for it finds; at most `limit` examples.

    `topic` names the topic that it is meant for. Raises QueryError for what no rule can ask for, and for a name that is
    not known; NotFoundError for a topic that is not.
    """
    rule = parse_rule(text)
    topic_id = None if topic is None else find_topic(connection, topic)
    selection = select_articles(connection, [rule], include_hidden=include_hidden)
    everything = (
        Selection() if selection.visible is None else Selection((selection.visible,), visible=selection.visible)
    )
    known = Places(connection, everything)
    named = known.set_of(known.places(connection.scalars(select(articles.c.id).where(*selection.as_conditions()))))
    new = selection
    meant = None
    if topic_id is not None:
        new = _new(selection, topic_id)
        meant = _for_topic(connection, topic_id, selection, new, everything)
    return Trial(
        query=" ".join(text.split()),
        articles=named.bit_count(),
        of=count_articles(connection, everything),
        left_out=count_left_out(connection, selection),
        overlap=_overlap(connection, known, named),
        examples=list(search_articles(connection, new, limit)),
        topic=meant,
    )


def _overlap(connection: Connection, known: Places, named: int) -> list[dict[str, Any]]:
    tree = read_tree(connection)
    rows = {node.topic.id: node.topic for node in tree}
    number = named.bit_count()
    found = []
    for one in topic_sets(connection, tree, known):
        both, all_of_topic = (one.articles & named).bit_count(), one.articles.bit_count()
        if both:
            topic = rows[one.topic_id]
            found.append(
                {
                    **{"topic": f"{topic.scheme}:{topic.code}", "name": topic.name, "retired": topic.retired},
                    **{"both": both, "only_rule": number - both, "only_topic": all_of_topic - both},
                    "jaccard": round(both / (number + all_of_topic - both), 4),
                }
            )
    return sorted(found, key=lambda row: (-row["jaccard"], -row["both"], row["topic"]))


def _new(selection: Selection, topic_id: int) -> Selection:
    """Return those of a selection that a rule would put a topic on."""
    without = [
        not_(articles.c.id.in_(select(table.c.article_id).where(table.c.topic_id == topic_id)))
        for table in (article_topics, rejected_topics)
    ]
    return selection.altered(conditions=(*selection.conditions, *without))


def _for_topic(
    connection: Connection, topic_id: int, selection: Selection, new: Selection, everything: Selection
) -> ForTopic:
    row = connection.execute(select(topics.c.scheme, topics.c.code, topics.c.name).where(topics.c.id == topic_id)).one()
    tag, rejected = article_topics.c, rejected_topics.c

    def number(of: Selection, condition: Condition) -> int:
        return count_articles(connection, of.altered(conditions=(*of.conditions, condition)))

    has_it = articles.c.id.in_(select(tag.article_id).where(tag.topic_id == topic_id))
    lost_it = articles.c.id.in_(select(rejected.article_id).where(rejected.topic_id == topic_id))
    tagged = number(selection, has_it)
    return ForTopic(
        topic=f"{row.scheme}:{row.code}",
        name=row.name,
        tagged=tagged,
        new=count_articles(connection, new),
        rejected=number(selection, lost_it),
        others=number(everything, has_it) - tagged,
    )
