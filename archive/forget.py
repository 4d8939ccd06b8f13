"""Articles forgotten for good: what nothing else in an archive does, and nothing takes back.

Text and bytes are wiped; a tombstone with reason and hashes stays, so that what comes again is kept out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, or_, select

from archive.db import decisions, removal, schema, tables, tombstones, wiping
from archive.db.backups import find_copies
from archive.db.clock import now
from archive.db.decisions import FORGET, Decision
from archive.db.location import Location
from archive.db.tombstones import Tombstone
from archive.errors import ForgottenError, UsageError
from archive.normalize.text import require_utf8
from archive.queries import reading
from archive.queries.articles import find_article_id, summaries, summary_select


@dataclass
class Prospect:
    """What forgetting would do.

    articles   those that would go, as lists show them, with how many `texts` and `originals` go along
    already    those that were forgotten before
    copies     keys of other articles that have one of the texts, and stay
    resting    keys of other articles which people decided are translations of one of them; they stay, and still say so
    backups    files beside the archive that may hold the texts; they are not touched
    """

    articles: list[dict[str, Any]] = field(default_factory=list)
    already: list[Tombstone] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)


@dataclass
class Forgotten:
    """What was forgotten: the decisions on record, and the keys of those whose wiping was only finished now."""

    made: list[Decision] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)


def foresee(location: Location, keys: Sequence[str]) -> Prospect:
    """Return what forgetting these articles would do; writes nothing.

    Raises NotFoundError for a key that names no article and never did, UsageError where bytes are shared with an
    article that is not named.
    """
    found = Prospect(backups=find_copies(location) if isinstance(location, Path) else [])
    with reading(location) as connection:
        ids, found.already = _named(connection, keys)
        _refuse_shared(connection, ids)
        for article_id in ids:
            statement = summary_select().where(tables.articles.c.id == article_id)
            hashes = tombstones.find_hashes(connection, article_id)
            texts = select(func.count()).where(tables.article_revisions.c.article_id == article_id)
            originals = sum(one.kind == "original" for one in hashes)
            row = {"texts": connection.scalar(texts), "originals": originals}
            found.articles += [{**one, **row} for one in summaries(connection, statement)]
        found.copies = _copies(connection, ids)
        article = tables.articles.c
        of_keys = article.translation_of.in_([one["key"] for one in found.articles])
        found.resting = list(connection.scalars(select(article.key).where(of_keys, article.id.not_in(ids))))
    return found


def forget(location: Location, keys: Sequence[str], reason: str, who: str) -> Forgotten:
    """Wipe articles with all their texts and bytes, and put on record that, when, by whom and why.

    All rows go in one transaction; then the search index and the file, or the tables on a server, are written anew, so
    that no trace is left in them. For articles that were forgotten before, only what is left to wipe is done. Raises as
    `foresee` does, and ArchiveError while others have the archive open; nothing is done then.
    """
    require_utf8("--reason", reason)
    require_utf8("--who", who)
    if not reason.strip() or not who.strip():
        raise UsageError("who forgets an article, and why, stands on record; name both with --who and --reason")
    schema.require_current(location)
    done = Forgotten()
    with wiping.alone(location) as connection:
        with connection.begin():
            schema.require_unchanged(connection)
            ids, _ = _named(connection, keys)
            _refuse_shared(connection, ids)
            done.finished = [stone.key for stone in tombstones.find_unwiped(connection)]
            article = tables.articles.c
            stones = {}
            for article_id in ids:
                key = connection.scalar(select(article.key).where(article.id == article_id))
                row = (now(), who.strip(), key, FORGET, tombstones.ARTICLE, None, reason.strip())
                decision = decisions.add(connection, *row)
                hashes = tombstones.find_hashes(connection, article_id)
                stones[article_id] = tombstones.bury(connection, decision, hashes), decision
                done.made.append(decision)
            tombstones.remove_forgotten(connection, stones)
            if stones:
                wiping.check_keys(connection)
        if done.made or done.finished:
            with wiping.unfinished_told(location):
                wiping.wipe(connection)
    return done


def _named(connection: Connection, keys: Sequence[str]) -> tuple[list[int], list[Tombstone]]:
    """Return the articles of keys, and the tombstones of those that were forgotten before."""
    ids: dict[int, None] = {}
    already: dict[str, Tombstone] = {}
    for key in keys:
        try:
            ids[find_article_id(connection, key)] = None
        except ForgottenError:
            stone = tombstones.find_tombstones(connection, key)[0]
            already[stone.key] = stone
    return list(ids), list(already.values())


def _refuse_shared(connection: Connection, ids: Sequence[int]) -> None:
    sharing = removal.find_sharing(connection, ids)
    if sharing:
        told = "; ".join(f"{key} was made of the same bytes as {other}" for key, other in sharing[:5])
        others = " ".join(sorted({other for _, other in sharing}))
        raise UsageError(f"{told}; name {others} too, or none of them: nothing was forgotten")


def _copies(connection: Connection, ids: Sequence[int]) -> list[str]:
    """Return the keys of other articles that have, or had, one of the texts."""
    revision, article = tables.article_revisions.c, tables.articles.c
    mine = select(revision.text_sha256, revision.fingerprint).where(revision.article_id.in_(ids))
    found: set[str] = set()
    for text_sha256, fingerprint in connection.execute(mine).all():
        same = or_(revision.text_sha256 == text_sha256, revision.fingerprint == fingerprint)
        found.update(
            connection.scalars(
                select(article.key)
                .join(tables.article_revisions, revision.article_id == article.id)
                .where(same, article.id.not_in(ids))
            )
        )
    return sorted(found)
