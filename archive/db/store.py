"""All writes of an import, and of a reparse. The only place that moves an article to another revision.

A batch becomes rows in memory first (`rows`), then one INSERT per table, one UPDATE for the current revisions and one
statement for the search index: what costs is whatever is done per article.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from archive.db import lookups, tables
from archive.db.article_columns import NOT_CHOSEN_ANY_MORE, values_of_article
from archive.db.changes import Change, Failed, SameAsBefore
from archive.db.clock import now
from archive.db.credited import FOLLOWED, credit_again
from archive.db.enumerations import BY_RULE
from archive.db.ids import Ids, inserted_id
from archive.db.removal import authors_of, remove_judgements, remove_unused_authors
from archive.db.rows import Rows
from archive.db.search import index_of
from archive.db.statements import KEEP_REPLACED
from archive.documents import Article, FoundDate, PublishedTime, ReadContainer, Value


def begin_import(connection: Connection, arguments: str, program_version: str, process: str) -> int:
    """Return the id of a new import, which is running."""
    row = {
        "started_at": now(),
        "status": "running",
        "arguments": arguments,
        "program_version": program_version,
        "process": process,
    }
    return inserted_id(connection.execute(insert(tables.imports).values(row)))


def end_import(connection: Connection, import_id: int, status: str, reason: str | None = None) -> None:
    """Record how an import ended, now."""
    connection.execute(
        update(tables.imports)
        .where(tables.imports.c.id == import_id)
        .values(status=status, reason=reason, finished_at=now())
    )


def add_containers(connection: Connection, import_id: int, containers: Sequence[ReadContainer]) -> None:
    """Record what files of many records an import has read to their end."""
    if containers:
        rows = [{"import_id": import_id, **_as_row(container)} for container in containers]
        connection.execute(insert(tables.containers), rows)


def _as_row(container: ReadContainer) -> dict[str, Any]:
    """Return what is stored of a file of many records; its notes were told when it was read."""
    row = container._asdict()
    del row["notes"]
    return row


def end_killed_import(connection: Connection, import_id: int) -> None:
    """Record that an import was killed; nobody knows when."""
    connection.execute(
        update(tables.imports)
        .where(tables.imports.c.id == import_id)
        .values(status="interrupted", reason="its process ended before it was done; import the same again to go on")
    )


def take_up_again(connection: Connection, import_id: int) -> str:
    """Go on with an import that others may have taken for a killed one; returns its status."""
    imports = tables.imports
    connection.execute(
        update(imports)
        .where(imports.c.id == import_id, imports.c.status == "interrupted")
        .values(status="running", reason=None, finished_at=None)
    )
    return str(connection.scalar(select(imports.c.status).where(imports.c.id == import_id)))


def write_batch(
    connection: Connection,
    import_id: int,
    position: int,
    outcomes: Sequence[Change | SameAsBefore | Failed],
    ids: Ids,
) -> None:
    """Write what was decided about the units of a batch, in order; `position` is that of the first."""
    _write(connection, Rows(connection, import_id, ids, "import"), outcomes, position)


def write_reparsed(connection: Connection, changes: Sequence[Change], ids: Ids) -> None:
    """Write what today's readers and rules make of originals that the archive has; no unit of an import is added."""
    _write(connection, Rows(connection, None, ids, "reparse"), changes, None)


def write_restored(connection: Connection, changes: Sequence[Change], ids: Ids) -> None:
    """Write which texts are current once others are taken out, and those that are made of what is left."""
    if changes:
        _write(connection, Rows(connection, None, ids, "import"), changes, None)


def replace_mentioned_dates(
    connection: Connection, article_id: int, revision_id: int, dates: Sequence[FoundDate]
) -> None:
    """Let a text mention these dates and no others."""
    date = tables.article_dates.c
    connection.execute(delete(tables.article_dates).where(date.revision_id == revision_id, date.kind == "mentioned"))
    if dates:
        rows = [{"article_id": article_id, "revision_id": revision_id, **found._asdict()} for found in dates]
        connection.execute(insert(tables.article_dates), rows)


def drop_unread_date(connection: Connection, article_id: int, value: Value) -> None:
    """Forget a date as given that could not be read, since it now can."""
    date = tables.article_dates.c
    connection.execute(
        delete(tables.article_dates).where(
            *(date.article_id == article_id, date.kind == "published", date.value.is_(None)),
            *(date.text == value.text, date.method == value.method),
        )
    )


def read_date_anew(connection: Connection, article_id: int, value: Value, time: PublishedTime) -> None:
    """Let a date as given mean this time."""
    date = tables.article_dates.c
    connection.execute(
        update(tables.article_dates)
        .where(date.article_id == article_id, date.kind == "published")
        .where(date.text == value.text, date.method == value.method)
        .values(value=time.text, precision=time.precision, has_zone=time.utc is not None)
    )


def _write(
    connection: Connection, rows: Rows, outcomes: Sequence[Change | SameAsBefore | Failed], position: int | None
) -> None:
    """Write what was decided, in order; of an import, whose units are rows too, `position` is that of the first."""
    changes = [outcome for outcome in outcomes if isinstance(outcome, Change)]
    rows.originals(changes, lookups.find_originals(connection, {change.unit.original.sha256 for change in changes}))
    rows.known(
        {change.article.id for change in changes if not change.is_new_article},
        {change.revision.id for change in changes if change.retag},
    )
    new_articles: list[int] = []
    new_texts: dict[int, int] = {}  # article to the revision that is its current one from now on
    newest: dict[int, int] = {}
    prepared: dict[int, Article] = {}  # with the newest texts
    dated: dict[int, dict[str, object]] = {}
    updated: list[tuple[int, dict[str, object]]] = []
    for number, outcome in enumerate(outcomes):
        if position is not None:
            rows.item(outcome, position + number)
        if not isinstance(outcome, Change):
            continue
        if outcome.is_new_article:
            new_articles.append(outcome.article.id)
            rows.article(outcome)
        elif (columns := values_of_article(outcome)) and not rows.change_new_article(outcome):
            updated.append((outcome.article.id, columns))
        if outcome.moves:
            new_texts[outcome.article.id] = outcome.revision.id
        if outcome.is_new_revision:
            newest[outcome.article.id] = outcome.revision.id
            prepared[outcome.article.id] = outcome.unit
            rows.revision(outcome)
        elif outcome.dates_revision:
            times = {"modified_at": outcome.unit.modified_at, "crawled_at": outcome.unit.crawled_at}
            dated[outcome.revision.id] = {"of": outcome.revision.id, **times}
        rows.metadata(outcome)
    known = set(new_texts).difference(new_articles)
    index = index_of(connection)
    index.remove(connection, known)
    credited = {change.article.id for change in changes if "authors" in change.set_values}.difference(new_articles)
    authors = authors_of(connection, credited)
    _clear(connection, changes, new_articles)
    rows.insert_texts()
    _move(
        connection,
        new_articles,
        {one: to for one, to in new_texts.items() if one in known or to != newest.get(one)},
    )
    if dated:
        revisions = tables.article_revisions
        connection.execute(
            update(revisions)
            .where(revisions.c.id == bindparam("of"))
            .values(modified_at=bindparam("modified_at"), crawled_at=bindparam("crawled_at")),
            list(dated.values()),
        )
    for article_id, values in updated:
        connection.execute(update(tables.articles).where(tables.articles.c.id == article_id).values(values))
    rows.insert_rest()
    remove_unused_authors(connection, authors)
    drop_tags_without_evidence(connection, rows.retagged.difference(new_articles))
    current = {one: unit for one, unit in prepared.items() if new_texts.get(one) == newest[one]}
    if new_articles:
        index.add_range(connection, new_articles[0], new_articles[-1], current)
    index.add(connection, known)
    credit_again(
        connection,
        {
            change.article.id
            for change in changes
            if change.moves or any(name in change.set_values for name in FOLLOWED)
        },
        new_articles,
        {one: rows.credited(one, newest[one], current[one].body) for one in new_articles if one in current},
    )


def _clear(connection: Connection, changes: Sequence[Change], new_articles: Collection[int]) -> None:
    """Take out what the batch writes anew about articles that were there before: tags by rule, authors, chosen date."""
    new = set(new_articles)
    known = [change for change in changes if change.article.id not in new]
    retagged = {change.article.id for change in known if change.moves or change.retag}
    if retagged:
        evidence = tables.tag_evidence.c
        for of, owner in (
            (tables.article_topics, evidence.article_topic_id),
            (tables.rejected_topics, evidence.rejected_topic_id),
        ):
            tags = select(of.c.id).where(of.c.article_id.in_(retagged))
            connection.execute(delete(tables.tag_evidence).where(owner.in_(tags), evidence.method.in_(BY_RULE)))
    if moved := {change.article.id for change in known if change.moves}:
        remove_judgements(connection, moved)
    if credited := {change.article.id for change in known if "authors" in change.set_values}:
        connection.execute(delete(tables.article_authors).where(tables.article_authors.c.article_id.in_(credited)))
    replaced = {(change.article.id, field): change.item_id for change in known for field in change.set_values}
    replaced |= {(change.article.id, "headline"): change.item_id for change in known if change.moves}
    if replaced:
        connection.execute(
            KEEP_REPLACED,
            [{"of": article_id, "name": field, "by": by} for (article_id, field), by in sorted(replaced.items())],
        )
        connection.execute(
            delete(tables.article_values).where(
                tables.article_values.c.article_id == bindparam("of"),
                tables.article_values.c.field == bindparam("name"),
            ),
            [{"of": article_id, "name": field} for article_id, field in sorted(replaced)],
        )
    if dated := {change.article.id for change in known if "published" in change.set_values}:
        dates = tables.article_dates
        connection.execute(
            update(dates).where(dates.c.article_id.in_(dated), dates.c.chosen).values(NOT_CHOSEN_ANY_MORE)
        )


def _move(connection: Connection, new_articles: Sequence[int], revised: dict[int, int]) -> None:
    """Let new articles have their newest revision as the current one, and others the one that is named."""
    if new_articles:
        connection.execute(
            text(
                "UPDATE articles SET revision_id = "
                "(SELECT max(r.id) FROM article_revisions r WHERE r.article_id = articles.id) "
                "WHERE id BETWEEN :first AND :last"
            ),
            {"first": new_articles[0], "last": new_articles[-1]},
        )
    if revised:
        connection.execute(
            update(tables.articles).where(tables.articles.c.id == bindparam("of")).values(revision_id=bindparam("to")),
            [{"of": article_id, "to": revision_id} for article_id, revision_id in revised.items()],
        )


def drop_tags_without_evidence(connection: Connection, article_ids: Collection[int]) -> None:
    """Take tags off these articles that nothing speaks for."""
    if article_ids:
        tags = tables.article_topics
        connection.execute(
            delete(tags).where(
                tags.c.article_id.in_(article_ids),
                ~select(1).where(tables.tag_evidence.c.article_topic_id == tags.c.id).exists(),
            )
        )
