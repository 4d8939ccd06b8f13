"""Questions about one article: all that is known of it, and why."""

from typing import Any

from sqlalchemy import Connection, Select, func, select

from archive.db.left_behind import NO_BYTES, require
from archive.db.tables import (
    article_credits,
    article_dates,
    article_identifiers,
    article_links,
    article_revisions,
    article_topics,
    article_values,
    articles,
    body_blocks,
    import_items,
    imports,
    models,
    originals,
    rejected_topics,
    set_aside,
    sources,
    tag_evidence,
    topics,
)
from archive.db.unfinished import ORIGINALS
from archive.errors import NotFoundError
from archive.normalize.names import name_key
from archive.normalize.text import first_sentence
from archive.normalize.tokens import tokenize
from archive.normalize.urls import canonical_url
from archive.queries.articles import HEADLINE, Article, find_article_id, summaries, summary_select
from archive.queries.decisions import list_decisions, who_said_what
from archive.queries.matching import match_of
from archive.queries.revisions import find_revision
from archive.query_language.tree import Words

_CONTEXT = 60  # characters on either side of a passage


def show_article(connection: Connection, key: str, number: int | None = None) -> Article:
    """Return an article with its text and all that hangs on it; raises NotFoundError for a key that names none.

    With a `number`, the text is that revision's. What is known of the article is the same, but of its topics and
    evidence there is only what rests on that text, or on none: what was given. Raises NotFoundError for a revision that
    the article does not have.
    """
    article_id = find_article_id(connection, key)
    article, revision = articles.c, article_revisions.c
    more = (
        *(article.byline, article.section, article.kind, article.published_on, article.published_at),
        article.published_method,
        *(article.embargo, article.slugline, article.dateline),
        article.revision_id,
        revision.number.label("current_revision"),
        revision.body,
    )
    shown = next(
        summaries(
            connection,
            summary_select(*more).where(article.id == article_id),
            *("status", "embargo_until"),
            *(column.name for column in more),
        )
    )
    revision_id = shown.pop("revision_id")
    shown["revision"] = shown["current_revision"]
    evidence = find_evidence(connection, article_id)
    if number is not None and number != shown["current_revision"]:
        state = find_revision(connection, article_id, number)
        revision_id = state.id
        shown |= {
            "headline": first_sentence(state.body) if state.headline is None else state.headline,
            "headline_method": "derived" if state.headline is None else state.headline_method,
            **{"words": state.words, "body": state.body, "revision": number},
        }
        evidence = find_evidence(connection, article_id, revision_id)
        resting = {one["topic"] for one in evidence}
        shown["topics"] = [topic for topic in shown["topics"] if topic in resting]
    return {
        **shown,
        "blocks": _blocks(connection, revision_id),
        "set_aside": _set_aside(connection, revision_id),
        "links": _links(connection, revision_id),
        "evidence": evidence,
        "credited": _credited(connection, article_id, revision_id),
        "revisions": _rows(
            connection,
            select(revision.number, revision.cause, revision.seen_at, revision.words, revision.headline)
            .where(revision.article_id == article_id)
            .order_by(revision.number),
        ),
        "places": _places(connection, article_id),
    }


def explain_article(connection: Connection, key: str) -> Article:
    """Return why an article is as it is: where each value came from, every topic's passages, every date, what was
    set aside."""
    article_id = find_article_id(connection, key)
    shown = next(
        summaries(
            connection,
            summary_select(articles.c.revision_id, articles.c.published_method).where(articles.c.id == article_id),
            "revision_id",
            "published_method",
        )
    )
    revision_id = shown.pop("revision_id")
    value, item = article_values.c, import_items.c
    date = article_dates.c
    return {
        **{name: shown[name] for name in ("key", "headline", "headline_method", "source", "published")},
        "values": _rows(
            connection,
            select(value.field, value.text, value.method, item.locator, item.import_id.label("import"))
            .join(import_items, item.id == value.import_item_id)
            .where(value.article_id == article_id)
            .order_by(value.field),
        ),
        "evidence": find_evidence(connection, article_id),
        "credited": _credited(connection, article_id, revision_id),
        "decisions": list_decisions(connection, shown["key"]),
        "said_of_topics": who_said_what(connection, shown["key"]),
        "rejected_topics": _rejected_topics(connection, article_id),
        "dates": _rows(
            connection,
            select(
                *(date.text, date.kind, date.method, date.value, date.precision, date.has_zone),
                *(date.chosen, date.reason, date.field, date.start, date.end),
            )
            .where(date.article_id == article_id, date.revision_id.is_(None) | (date.revision_id == revision_id))
            .order_by(date.id),
        ),
        "set_aside": _set_aside(connection, revision_id),
        "places": _places(connection, article_id),
    }


def find_evidence(connection: Connection, article_id: int, revision_id: int | None = None) -> list[dict[str, Any]]:
    """Return why an article has its topics, by topic, each with the passage and what stands around it.

    With a revision, only what rests on its text, or on no text at all.
    """
    evidence = tag_evidence.c
    statement = (
        select(
            *(topics.c.name.label("topic"), topics.c.scheme, topics.c.code),
            *(evidence.method, evidence.rule, evidence.given_text, evidence.given_by),
            *(evidence.field, evidence.start, evidence.end, evidence.score, models.c.number.label("model")),
            *(article_revisions.c.headline, article_revisions.c.body, set_aside.c.text.label("aside")),
        )
        .join(article_topics, article_topics.c.id == evidence.article_topic_id)
        .join(topics, topics.c.id == article_topics.c.topic_id)
        .outerjoin(article_revisions, article_revisions.c.id == evidence.revision_id)
        .outerjoin(set_aside, set_aside.c.id == evidence.set_aside_id)
        .outerjoin(models, models.c.id == evidence.model_id)
        .where(article_topics.c.article_id == article_id)
        .order_by(topics.c.name, evidence.id)
    )
    if revision_id is not None:
        text_id = func.coalesce(evidence.revision_id, set_aside.c.revision_id)
        statement = statement.where(text_id.is_(None) | (text_id == revision_id))
    found = []
    for row in connection.execute(statement):
        passage = before = after = None
        if row.field == "topics":
            passage = row.given_text
        elif row.field != "values":
            field = {"headline": row.headline, "body": row.body, "set_aside": row.aside}[row.field]
            passage = field[row.start : row.end]
            before, after = around(field, row.start, row.end)
        found.append(
            {
                **{name: getattr(row, name) for name in ("topic", "scheme", "code", "method", "rule", "given_by")},
                **{name: getattr(row, name) for name in ("field", "start", "end", "score", "model")},
                "passage": passage,
                "before": before,
                "after": after,
            }
        )
    return found


def _credited(connection: Connection, article_id: int, revision_id: int) -> list[dict[str, Any]]:
    """Return the agencies that byline and text credit, where they stand; of an earlier text, those of the byline."""
    credit, source = article_credits.c, sources.c
    return _rows(
        connection,
        select(
            *(source.name.label("source"), source.slug, credit.method),
            *(credit.field, credit.start, credit.end, credit.text),
        )
        .join(sources, source.id == credit.source_id)
        .where(credit.article_id == article_id, credit.revision_id.is_(None) | (credit.revision_id == revision_id))
        .order_by(credit.id),
    )


def _rejected_topics(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """Return the topics that people took off an article, and on how many passages or inputs each would rest."""
    rejected, evidence = rejected_topics.c, tag_evidence.c
    return _rows(
        connection,
        select(
            topics.c.name.label("topic"),
            topics.c.scheme,
            topics.c.code,
            rejected.decision_id.label("decision"),
            func.count(evidence.id).label("evidence"),
        )
        .join(topics, topics.c.id == rejected.topic_id)
        .outerjoin(tag_evidence, evidence.rejected_topic_id == rejected.id)
        .where(rejected.article_id == article_id)
        .group_by(rejected.id, topics.c.name, topics.c.scheme, topics.c.code, rejected.decision_id)
        .order_by(topics.c.name),
    )


def around(text: str, start: int, end: int, most: int = _CONTEXT) -> tuple[str, str]:
    """Return what stands before and after a passage in its block, cut at words; "…" where there is more.

    `most` is how many characters there are on either side.
    """
    first = max(text.rfind("\n\n", 0, start) + 2, 0) if "\n\n" in text[:start] else 0
    last = text.find("\n\n", end)
    last = len(text) if last < 0 else last
    before, after = text[first:start], text[end:last]
    if len(before) > most:
        cut = before[-most:]
        before = "…" + cut[cut.find(" ") + 1 :]
    if len(after) > most:
        cut = after[:most]
        after = (cut[: cut.rfind(" ")] if " " in cut else cut) + "…"
    return before, after


def read_original(connection: Connection, key: str) -> bytes:
    """Return the bytes that an article's current text was made of, exactly as received.

    Raises NotFoundError for a key that names no article, ArchiveError where they were left behind in a copy.
    """
    import zstandard

    article_id = find_article_id(connection, key)
    row = connection.execute(
        select(originals.c.content, originals.c.size)
        .join(article_revisions, article_revisions.c.original_id == originals.c.id)
        .join(articles, articles.c.revision_id == article_revisions.c.id)
        .where(articles.c.id == article_id)
    ).first()
    if row is None:
        raise NotFoundError(f"the bytes of {key} are not in this archive")
    if row.content == NO_BYTES:
        require(connection, ORIGINALS, f"the bytes of {key} are not here")
    return zstandard.ZstdDecompressor().decompress(row.content, max_output_size=row.size)


def _blocks(connection: Connection, revision_id: int) -> list[dict[str, Any]]:
    block = body_blocks.c
    rows = connection.execute(
        select(block.position, block.kind, block.level, block.start, block.end, article_revisions.c.body)
        .join(article_revisions, article_revisions.c.id == block.revision_id)
        .where(block.revision_id == revision_id)
        .order_by(block.position)
    )
    names = ("position", "kind", "level", "start", "end")
    return [{**{name: getattr(row, name) for name in names}, "text": row.body[row.start : row.end]} for row in rows]


def _set_aside(connection: Connection, revision_id: int) -> list[dict[str, Any]]:
    passage = set_aside.c
    return _rows(
        connection,
        select(passage.kind, passage.text, passage.after_block, passage.rule)
        .where(passage.revision_id == revision_id)
        .order_by(passage.position),
    )


def _links(connection: Connection, revision_id: int) -> list[dict[str, Any]]:
    """Return what a text points to; `target` is the key of the one article that has that headline or URL."""
    link = article_links.c
    links = _rows(
        connection,
        select(link.kind, link.text, link.url).where(link.revision_id == revision_id).order_by(link.position),
    )
    return [{**one, "target": _target(connection, one)} for one in links]


def _target(connection: Connection, link: dict[str, Any]) -> str | None:
    if link["url"]:
        return _at_url(connection, link["url"])
    words = tuple(tokenize(link["text"] or ""))
    match = match_of(connection, Words(words, column="headline")) if words else None
    if match is None:
        return None
    rows = connection.execute(
        select(articles.c.key, HEADLINE)
        .join(article_revisions, article_revisions.c.id == articles.c.revision_id)
        .join(match.index, match.id == articles.c.id)
        .where(match.found)
    )
    keys = [row.key for row in rows if row.headline and name_key(row.headline) == name_key(link["text"])]
    return keys[0] if len(keys) == 1 else None


def _at_url(connection: Connection, url: str) -> str | None:
    """Return the key of the article whose page a URL is, the oldest where several are known by it."""
    try:
        canonical = canonical_url(url)
    except ValueError:
        return None
    identifier = article_identifiers.c
    return connection.scalar(
        select(articles.c.key)
        .join(article_identifiers, identifier.article_id == articles.c.id)
        .where(identifier.scheme == "url", identifier.scope == "", identifier.value == canonical)
        .order_by(articles.c.id)
        .limit(1)
    )


def _places(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """Return where an article was found, each place with the URL and the capture that it last gave, and its imports."""
    item = import_items.c
    places: dict[str, dict[str, Any]] = {}
    for row in connection.execute(
        select(item.locator, item.url_as_read, item.crawled_at, item.import_id, imports.c.started_at)
        .join(imports, imports.c.id == item.import_id)
        .where(item.article_id == article_id)
        .order_by(item.id)
    ):
        place = places.setdefault(
            row.locator,
            {
                **{"locator": row.locator, "url": None, "crawled": None},
                **{"first_import": row.import_id, "first_seen": row.started_at, "last_import": None},
            },
        )
        place |= {"url": row.url_as_read, "crawled": row.crawled_at, "last_import": row.import_id}
    return list(places.values())


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(statement)]
