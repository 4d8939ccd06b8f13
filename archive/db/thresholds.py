"""From which score on a model's suggestion is a tag: what people decided, and the tags that follow from it.

Nothing here knows a model: a suggestion has its score and its words, and what is a tag follows from them.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, select

from archive.db import decisions, tables, vocabulary
from archive.db.decisions import THRESHOLD
from archive.db.enumerations import BY_MODEL
from archive.db.evidence import Evidence, find_evidence, settle_evidence
from archive.db.lookups import chunks

OFF = "off"
ALL_OF_SCHEME = "*"  # as a code
LOWEST = 0.2  # suggestions of which a model is less sure are not kept, unless it takes them to be right


class Followed(NamedTuple):
    """How many tags came to rest on a model, and how many do not any more."""

    added: int
    removed: int


def find_thresholds(connection: Connection) -> dict[str, float | None]:
    """Return the thresholds that stand, by `scheme:code` or, for all of a scheme, `scheme:*`; None where it is off."""
    merged = decisions.merged_topics(connection)
    made = decisions.standing_of(connection, (THRESHOLD,))
    return {
        merged.get(one.name, one.name): None if one.value in (OFF, None) else float(one.value)
        for one in sorted(made, key=lambda one: (one.made_at, one.id))
    }


def is_threshold(value: str | None) -> bool:
    """Tell whether a decision says a threshold: `off`, or a score that a model can give and that is kept.

    >>> is_threshold("0.8"), is_threshold("off"), is_threshold("0.1"), is_threshold("nan"), is_threshold("80%")
    (True, True, False, False, False)
    """
    try:
        return value == OFF or LOWEST <= float(value or "") <= 1
    except ValueError:
        return False


def follow_thresholds(connection: Connection, article_ids: Collection[int] | None = None) -> Followed:
    """Let those suggestions be tags that reach the threshold of their topic, or else of its scheme, and no others.

    Of these articles, or of all. What a person took off stays off: the words are kept apart, as for rules. A topic that
    was merged into another counts for that one; of several suggestions the surest does.
    """
    thresholds = find_thresholds(connection)
    if article_ids is None:
        article_ids = _find_tagged(connection)
        if thresholds:
            article_ids = {*article_ids, *connection.scalars(select(tables.suggestions.c.article_id).distinct())}
    wanted = _wanted(connection, article_ids, thresholds) if thresholds else set()
    there = find_evidence(connection, article_ids, (BY_MODEL,))
    settle_evidence(connection, there, wanted)
    before, after = ({(one.article_id, one.topic_id) for one in of} for of in (there.values(), wanted))
    return Followed(len(after - before), len(before - after))


def _find_tagged(connection: Connection) -> set[int]:
    """Return the articles of which a tag rests on a model, or would, had not a person taken it off."""
    evidence = tables.tag_evidence.c
    found: set[int] = set()
    for of, owner in (
        (tables.article_topics, evidence.article_topic_id),
        (tables.rejected_topics, evidence.rejected_topic_id),
    ):
        owners = select(owner).where(evidence.model_id.is_not(None), owner.is_not(None))
        found.update(connection.scalars(select(of.c.article_id).where(of.c.id.in_(owners)).distinct()))
    return found


def _wanted(connection: Connection, article_ids: Collection[int], thresholds: dict[str, float | None]) -> set[Evidence]:
    suggestion, topic, article = tables.suggestions.c, tables.topics.c, tables.articles.c
    merged = vocabulary.merged_topics(connection)
    labels = {topic_id: label for label, topic_id in vocabulary.topic_labels(connection).items()}
    best: dict[tuple[int, int], tuple[float, int, int, int]] = {}
    for some in chunks(article_ids):
        rows = connection.execute(
            select(
                *(suggestion.id, suggestion.article_id, suggestion.topic_id),
                *(suggestion.score, suggestion.model_id, suggestion.revision_id),
            )
            .join(tables.articles, article.id == suggestion.article_id)
            .join(tables.topics, topic.id == suggestion.topic_id)
            .where(suggestion.article_id.in_(some), article.revision_id == suggestion.revision_id)
        )
        for row in rows:
            leads = merged.get(row.topic_id, row.topic_id)
            label = labels[leads]
            of_scheme = thresholds.get(f"{label.partition(':')[0]}:{ALL_OF_SCHEME}")
            threshold = thresholds.get(label, of_scheme)
            if threshold is not None and row.score >= threshold:
                one = (row.score, row.id, row.model_id, row.revision_id)
                best[row.article_id, leads] = max(one, best.get((row.article_id, leads), one))
    of_suggestion = {one[1]: (about, one) for about, one in best.items()}
    word = tables.suggestion_words.c
    wanted = set()
    for some in chunks(of_suggestion):
        passages = connection.execute(
            select(word.suggestion_id, word.field, word.start, word.end).where(word.suggestion_id.in_(some))
        )
        for suggestion_id, field, start, end in passages:
            (article_id, topic_id), (score, _, model_id, revision_id) = of_suggestion[suggestion_id]
            wanted.add(
                Evidence(
                    article_id,
                    topic_id,
                    BY_MODEL,
                    revision_id=revision_id,
                    field=field,
                    start=start,
                    end=end,
                    score=score,
                    model_id=model_id,
                )
            )
    return wanted
