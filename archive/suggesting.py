"""Topics proposed by models, and from which score on people take them for tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, insert, select

from archive.db import decisions, removal, tables, vocabulary
from archive.db.clock import now
from archive.db.decisions import THRESHOLD, Decision
from archive.db.enumerations import BY_MODEL
from archive.db.ids import Ids
from archive.db.left_behind import require
from archive.db.location import Location
from archive.db.thresholds import ALL_OF_SCHEME, LOWEST, OFF, Followed, find_thresholds, follow_thresholds
from archive.db.unfinished import TEXTS
from archive.decide import deciding, require_name
from archive.errors import NotFoundError, UsageError
from archive.learning import require_extra
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.suggestions import StoredModel, find_latest_model, list_suggestions
from archive.queries.tagged import find_texts
from archive.queries.topics import unknown_scheme
from archive.resolve.topics import find_topic
from archive.running import Watch, unwatched

if TYPE_CHECKING:
    from archive.learning.model import Model

_BATCH = 500


@dataclass
class Suggested:
    """What a model proposes: the rows that are shown, how many there are, of how many articles, by which model.

    `followed`: what became a tag, or is none any more, by thresholds that people set.
    """

    rows: list[dict[str, Any]]
    number: int
    articles: int
    model: int
    followed: Followed


def suggest(
    location: Location,
    asked: Asked,
    scheme: str = "local",
    topic: str | None = None,
    *,
    min_score: float | None = None,
    limit: int | None = None,
    watch: Watch = unwatched,
) -> Suggested:
    """Let the latest model of a scheme judge the articles asked for, keep what it proposes, and return that.

    What was proposed before for these articles and topics goes. Proposed is a topic that the article does not have and
    of which no person said anything about it; kept is what reaches the model's own threshold, or a score of 0.2.
    Shown is what reaches `min_score`, else the model's own threshold. Whole batches are written: stopped, it can be
    begun again. Raises NotFoundError where there is no model or topic, ArchiveError where the model is damaged.
    """
    require_extra()
    with reading(location) as connection:
        require(connection, TEXTS, "no model can judge these articles")
        selection = asked.selection(connection)
        stored = find_latest_model(connection, scheme)
        topic_id = None if topic is None else find_topic(connection, topic)
        statement = selection.of(select(tables.articles.c.id)).order_by(tables.articles.c.id)
        ids = list(connection.scalars(statement))
        judge = _Judge(connection, stored, topic_id)
    followed = Followed(0, 0)
    for first in range(0, len(ids), _BATCH):
        watch("articles", first, len(ids))
        some = ids[first : first + _BATCH]
        judged = judge.judge(location, some)
        with deciding(location) as connection:
            _write(connection, some, judge, judged)
            now_followed = follow_thresholds(connection, some)
        followed = Followed(followed.added + now_followed.added, followed.removed + now_followed.removed)
    with reading(location) as connection:
        rows, number = list_suggestions(
            connection,
            asked.selection(connection),
            scheme=scheme,
            topic_id=topic_id,
            at_least=judge.thresholds() if min_score is None else min_score,
            limit=limit,
        )
    return Suggested(rows, number, len(ids), stored.number, followed)


def set_threshold(
    location: Location, topic: str | None, scheme: str | None, value: str, who: str, reason: str | None = None
) -> tuple[Decision | None, Followed]:
    """Put on record from which score on suggestions of a topic, or of a scheme, are tags; `off`: never. Makes it so.

    A topic's own threshold counts, whatever that of its scheme is. Returns no decision where it is so already. Raises
    NotFoundError for a topic or scheme that is not there, UsageError for what is no score from 0.2 to 1.
    """
    require_name(who, reason)
    said = _score(value)
    with deciding(location) as connection:
        name = _named(connection, topic, scheme)
        known = find_thresholds(connection)
        if name in known and _said(known[name]) == said:
            return None, Followed(0, 0)
        because = (reason or "").strip() or None
        decision = decisions.add(connection, now(), who.strip(), None, THRESHOLD, name, said, because)
        return decision, follow_thresholds(connection)


def _score(value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        if value.strip().lower() == OFF:
            return OFF
        number = -1
    if not LOWEST <= number <= 1:
        raise UsageError(f"'{value}' is no threshold: a score from {LOWEST} to 1, or off")
    return _said(number)


def _said(number: float | None) -> str:
    return OFF if number is None else f"{number:g}"


def _named(connection: Connection, topic: str | None, scheme: str | None) -> str:
    if topic is not None:
        topic_id = find_topic(connection, topic)
        return next(label for label, one in vocabulary.topic_labels(connection).items() if one == topic_id)
    statement = select(tables.topics.c.id).where(tables.topics.c.scheme == scheme).limit(1)
    if scheme is None or connection.execute(statement).first() is None:
        raise unknown_scheme(connection, scheme or "")
    return f"{scheme}:{ALL_OF_SCHEME}"


class _Judge:
    """A model, and which topics of the archive its topics are; None for those gone, retired, or not asked for.

    `replaced` is the condition of the suggestions that go: of topics of the scheme, or of the one that is asked for.
    """

    def __init__(self, connection: Connection, stored: StoredModel, topic_id: int | None) -> None:
        from archive.learning.stored import load_model

        self.stored = stored
        self.model: Model = load_model(stored.content, stored.sha256)
        labels, merged = vocabulary.topic_labels(connection), vocabulary.merged_topics(connection)
        topic = tables.topics.c
        retired = set(connection.scalars(select(topic.id).where(topic.scheme == stored.scheme, topic.retired)))
        self.ids: list[int | None] = []
        for one in self.model.topics:
            known = labels.get(one.topic)
            leads = None if known is None else merged.get(known, known)
            self.ids.append(leads if leads not in retired and topic_id in (None, leads) else None)
        known_ids = {one for one in self.ids if one is not None}
        of_scheme = select(topic.id).where(topic.scheme == stored.scheme)
        self.replaced: ColumnElement[bool] = tables.suggestions.c.topic_id.in_(known_ids)
        if topic_id is None:
            self.replaced |= tables.suggestions.c.topic_id.in_(of_scheme)
        elif not known_ids:
            raise NotFoundError(
                f"model {stored.number} of scheme {stored.scheme} did not learn this topic, or it is retired since; "
                "`archive topics learn` says which it could learn"
            )

    def thresholds(self) -> dict[int, float]:
        """Return by topic the score from which on the model takes it to be right."""
        found: dict[int, float] = {}
        for topic_id, one in zip(self.ids, self.model.topics, strict=True):
            if topic_id is not None:
                found[topic_id] = min(one.threshold, found.get(topic_id, 1.0))
        return found

    def judge(self, location: Location, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return what the model proposes for these articles, each with its words, whatever was decided of them."""
        from archive.learning.features import Text

        with reading(location) as connection:
            texts = list(find_texts(connection, ids))
        written = [Text(one.headline, one.body) for one in texts]
        found = []
        for text, of, scores in zip(written, texts, self.model.scores(written), strict=True):
            for column, topic in enumerate(self.model.topics):
                score, topic_id = float(scores[column]), self.ids[column]
                if topic_id is None or score < min(LOWEST, topic.threshold):
                    continue
                # without a word that speaks for it, nobody could say why it is proposed
                if words := self.model.words(text, column):
                    row = {"article_id": of.article_id, "topic_id": topic_id, "score": score}
                    found.append({**row, "revision_id": of.revision_id, "words": words})
        return found


def _write(connection: Connection, ids: Sequence[int], judge: _Judge, judged: Sequence[dict[str, Any]]) -> None:
    """Put what a model proposes for articles in place of what was proposed for them."""
    removal.remove_suggestions(connection, tables.suggestions.c.article_id.in_(ids) & judge.replaced)
    settled = _settled(connection, ids)
    article = tables.articles.c
    current = dict(connection.execute(select(article.id, article.revision_id).where(article.id.in_(ids))).all())
    surest: dict[tuple[int, int], dict[str, Any]] = {}
    for one in judged:
        about = (one["article_id"], one["topic_id"])
        # what was read is of before the transaction, and texts may have moved; two topics may be one by now
        if about in settled or current.get(one["article_id"]) != one["revision_id"]:
            continue
        surest[about] = max(one, surest.get(about, one), key=lambda each: float(each["score"]))
    numbers = Ids(connection)
    rows, words = [], []
    for one in surest.values():
        number = numbers.take("suggestions")
        row = {name: value for name, value in one.items() if name != "words"}
        rows.append({**row, "id": number, "model_id": judge.stored.id})
        words += [{"suggestion_id": number, **word._asdict()} for word in one["words"]]
    if rows:
        connection.execute(insert(tables.suggestions), rows)
        connection.execute(insert(tables.suggestion_words), words)


def _settled(connection: Connection, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return which of these articles have which topics by anything but a model, or had them taken off by a person."""
    tag, evidence, rejected = tables.article_topics.c, tables.tag_evidence.c, tables.rejected_topics.c
    by_others = (
        select(tag.article_id, tag.topic_id)
        .join(tables.tag_evidence, evidence.article_topic_id == tag.id)
        .where(tag.article_id.in_(ids), evidence.method != BY_MODEL)
    )
    taken_off = select(rejected.article_id, rejected.topic_id).where(rejected.article_id.in_(ids))
    return {(row[0], row[1]) for statement in (by_others, taken_off) for row in connection.execute(statement)}
