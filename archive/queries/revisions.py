"""Questions about the states of a text: what changed from one to the next, and where the same text stands elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from archive.db.left_behind import LEFT, is_left, require
from archive.db.tables import article_revisions, articles, import_items, set_aside, sources
from archive.db.unfinished import TEXTS
from archive.errors import NotFoundError, UsageError
from archive.normalize.dates import parse_published
from archive.normalize.text import first_sentence
from archive.queries.articles import HEADLINE, HEADLINE_METHOD, find_article_id
from archive.queries.comparison import compare_texts
from archive.queries.edits import Text, describe_edit
from archive.queries.filters import NOTHING_ASKED, Asked

_Row = Row[*tuple[Any, ...]]

_PAGE = 100  # texts that are held at a time


@dataclass(frozen=True)
class RevisionFilters:
    """Revisions of the articles asked for that came into the archive since a date (UTC), as exact as one likes."""

    since: str | None = None
    asked: Asked = NOTHING_ASKED

    def conditions(self, connection: Connection) -> list[ColumnElement[bool]]:
        """Return the conditions on `article_revisions` and `articles`; raises as `Asked` does."""
        conditions = self.asked.selection(connection).as_conditions()
        if self.since is not None:
            try:
                time = parse_published(self.since)
            except ValueError as error:
                raise UsageError(f"--since {self.since}: {error}") from error
            conditions.append(article_revisions.c.seen_at >= (time.utc or time.starts))
        return conditions


def find_revision(connection: Connection, article_id: int, number: int) -> _Row:
    """Return a state of an article's text by its number; raises NotFoundError, with those there are, for another."""
    revision = article_revisions.c
    numbers = _numbers(connection, article_id)
    if number not in numbers:
        key = connection.scalar(select(articles.c.key).where(articles.c.id == article_id))
        known = ", ".join(map(str, numbers))
        raise NotFoundError(f"{key} has no revision {number}; it has {known}")
    return connection.execute(
        select(
            *(revision.id, revision.number, revision.cause, revision.seen_at, revision.words),
            *(revision.headline, revision.headline_method, revision.body),
        ).where(revision.article_id == article_id, revision.number == number)
    ).one()


def compare_revisions(
    connection: Connection, key: str, first: int | None = None, second: int | None = None
) -> dict[str, Any]:
    """Return what changed between two revisions of an article, by words, and which two they are.

    The second is the current one, if not named; the first the one before it. `changes` are `field` (headline or body),
    `op` (equal, removed, added) and `text`, in the order of the text. An article with one revision gives no changes,
    and `before` is None. Raises NotFoundError for a key or a revision that is not there,
    ArchiveError where its text was left behind when the archive was copied.
    """
    article_id = find_article_id(connection, key)
    article = articles.c
    known = connection.execute(
        select(article.key, article.language, sources.c.name.label("source"), article_revisions.c.number)
        .select_from(articles)
        .join(article_revisions, article_revisions.c.id == article.revision_id)
        .outerjoin(sources, sources.c.id == article.source_id)
        .where(article.id == article_id)
    ).one()
    numbers = _numbers(connection, article_id)
    second = known.number if second is None else second
    if first is None:
        # what came in last need not be what was published last: the current one may be the first that came
        first = max((number for number in numbers if number < second), default=None)
        first = next((number for number in reversed(numbers) if number != second), None) if first is None else first
    after = find_revision(connection, article_id, second)
    before = None if first is None else find_revision(connection, article_id, first)
    if before is not None and any(is_left(state.headline, state.body) for state in (before, after)):
        require(connection, TEXTS, f"what changed in {known.key} cannot be told")
    changes = []
    if before is not None:
        for field in ("headline", "body"):
            texts = (getattr(state, field) or "" for state in (before, after))
            changes += [{"field": field, "op": op, "text": text} for op, text in compare_texts(*texts)]
    return {
        **{"key": known.key, "source": known.source, "language": known.language},
        "before": None if before is None else _state(before),
        "after": _state(after),
        "changes": changes,
    }


def list_revisions(
    connection: Connection, filters: RevisionFilters, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield what changed, newest first: one row per revision of a text after its first.

    Each is compared with the revision that came before it; see `Edit` for what is told. `percent` is of words, after
    the point as far as it takes to tell it from nothing; None where a text was left behind when the archive was copied,
    and nothing is told.
    """
    revision, article = article_revisions.c, articles.c
    statement = (
        select(revision.id)
        .join(articles, article.id == revision.article_id)
        .where(*_after_the_first(connection, filters))
        .order_by(revision.seen_at.desc(), revision.id.desc())
        .limit(limit)
    )
    ids = connection.scalars(statement).all()
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        states = _with_texts_before(connection, page)
        passages = _set_aside(connection, [one for row in states.values() for one in (row.id, row.previous_id)])
        for revision_id in page:
            yield _changed(states[revision_id], passages)


def count_revisions(connection: Connection, filters: RevisionFilters) -> int:
    """Return how many revisions after the first `list_revisions` yields without a limit."""
    statement = (
        select(func.count())
        .select_from(article_revisions)
        .join(articles, articles.c.id == article_revisions.c.article_id)
        .where(*_after_the_first(connection, filters))
    )
    return connection.scalar(statement) or 0


def find_copies(connection: Connection, key: str) -> list[dict[str, Any]]:
    """Return the articles with one text: the one of a key first, then the others by date, undated ones last.

    A text is the same where its words are: case, accents, marks and white space do not count, nor does the headline.
    Each has the places where it was found. Raises NotFoundError for a key that names no article.
    """
    article_id = find_article_id(connection, key)
    article, revision = articles.c, article_revisions.c
    this = (
        select(revision.fingerprint, revision.fingerprint_version)
        .join(articles, article.revision_id == revision.id)
        .where(article.id == article_id)
        .subquery()
    )
    same = and_(this.c.fingerprint == revision.fingerprint, this.c.fingerprint_version == revision.fingerprint_version)
    rows = connection.execute(
        select(
            *(article.id, article.key, sources.c.name.label("source"), article.published),
            *(HEADLINE, HEADLINE_METHOD, revision.body),
        )
        .select_from(articles)
        .join(article_revisions, article.revision_id == revision.id)
        .join(this, same)
        .outerjoin(sources, sources.c.id == article.source_id)
        .order_by(article.id != article_id, article.published_from.asc().nulls_last(), article.id)
    ).all()
    item = import_items.c
    places: dict[int, dict[str, None]] = {row.id: {} for row in rows}
    for owner, locator in connection.execute(
        select(item.article_id, item.locator)
        .where(
            item.article_id.in_(
                select(article.id).join(article_revisions, article.revision_id == revision.id).join(this, same)
            )
        )
        .order_by(item.id)
    ):
        places[owner][locator] = None
    return [
        {
            "key": row.key,
            "is_copy": row.id != article_id,
            "source": row.source,
            "published": row.published,
            **_headline(row),
            "headline_differs": None if LEFT in (row.headline, rows[0].headline) else row.headline != rows[0].headline,
            "places": list(places[row.id]),
        }
        for row in rows
    ]


def _numbers(connection: Connection, article_id: int) -> Sequence[int]:
    revision = article_revisions.c
    statement = select(revision.number).where(revision.article_id == article_id).order_by(revision.number)
    return connection.scalars(statement).all()


def _state(row: _Row) -> dict[str, Any]:
    return {"revision": row.number, "seen_at": row.seen_at, "cause": row.cause}


def _headline(row: _Row) -> dict[str, Any]:
    if row.headline is None:
        return {"headline": first_sentence(row.body), "headline_method": "derived"}
    return {"headline": row.headline, "headline_method": row.headline_method}


def _after_the_first(connection: Connection, filters: RevisionFilters) -> list[ColumnElement[bool]]:
    revision = article_revisions.c
    earlier = article_revisions.alias("earlier")
    return [
        revision.number > 1,
        select(1).where(earlier.c.article_id == revision.article_id, earlier.c.number < revision.number).exists(),
        *filters.conditions(connection),
    ]


def _with_texts_before(connection: Connection, ids: Sequence[int]) -> dict[int, _Row]:
    """Return revisions by id, each with the text that came before it."""
    revision, previous = article_revisions.c, article_revisions.alias("previous")
    earlier = article_revisions.alias("earlier")
    number_before = (
        select(func.max(earlier.c.number))
        .where(earlier.c.article_id == revision.article_id, earlier.c.number < revision.number)
        .correlate(article_revisions)
        .scalar_subquery()
    )
    statement = (
        select(
            *(articles.c.key, articles.c.revision_id, sources.c.name.label("source")),
            *(revision.id, revision.number, revision.cause, revision.seen_at),
            *(revision.headline, revision.headline_method, revision.body),
            *(previous.c.id.label("previous_id"), previous.c.number.label("previous_number")),
            *(previous.c.headline.label("previous_headline"), previous.c.body.label("previous_body")),
        )
        .select_from(article_revisions)
        .join(articles, articles.c.id == revision.article_id)
        .join(previous, and_(previous.c.article_id == revision.article_id, previous.c.number == number_before))
        .outerjoin(sources, sources.c.id == articles.c.source_id)
        .where(revision.id.in_(ids))
    )
    return {row.id: row for row in connection.execute(statement)}


def _set_aside(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return what was set aside of revisions, by id."""
    passages: dict[int, tuple[str, ...]] = dict.fromkeys(ids, ())
    passage = set_aside.c
    for revision_id, text in connection.execute(
        select(passage.revision_id, passage.text).where(passage.revision_id.in_(passages)).order_by(passage.position)
    ):
        passages[revision_id] += (text,)
    return passages


def _changed(row: _Row, passages: dict[int, tuple[str, ...]]) -> dict[str, Any]:
    is_known = not (is_left(row.previous_headline, row.previous_body) or is_left(row.headline, row.body))
    edit = describe_edit(
        Text(row.previous_headline, row.previous_body, passages[row.previous_id]),
        Text(row.headline, row.body, passages[row.id]),
    )
    return {
        "key": row.key,
        "source": row.source,
        **_headline(row),
        "revision": row.number,
        "previous_revision": row.previous_number,
        "is_current": row.id == row.revision_id,
        "seen_at": row.seen_at,
        "cause": row.cause,
        "changed": list(edit.kinds) if is_known else [],
        "percent": _rounded(edit.percent) if is_known else None,
        "headline_before": row.previous_headline,
        "figures": [{"before": before, "after": after} for before, after in edit.figures],
        "passages_gone": list(edit.passages_gone),
        "passages_new": list(edit.passages_new),
        "set_aside_gone": list(edit.set_aside_gone),
        "set_aside_new": list(edit.set_aside_new),
    }


def _rounded(percent: float) -> float:
    """Return a share with one digit after the point; one that is less than that, with its first digit.

    >>> _rounded(12.345), _rounded(0.00321), _rounded(0)
    (12.3, 0.003, 0.0)
    """
    return round(percent, 1) if percent >= 0.1 else float(f"{percent:.1g}")
