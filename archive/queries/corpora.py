"""Questions about frozen corpora: which there are, what they hold, whether the archive still has it."""

import hashlib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Select, cast, func, select

from archive.db.left_behind import LEFT, require
from archive.db.tables import article_revisions, articles, corpora, corpus_revisions
from archive.db.unfinished import TEXTS
from archive.errors import NotFoundError
from archive.normalize.article import text_sha256

_PAGE = 500

_RECORD = [column for column in corpora.c if column.name != "id"]


def list_corpora(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield corpora by name, each with all that is on record of it."""
    for row in connection.execute(select(*_RECORD).order_by(corpora.c.name)):
        yield dict(row._mapping)


def find_corpus(connection: Connection, name: str) -> dict[str, Any]:
    """Return what is on record of a corpus; raises NotFoundError for a name that is not known."""
    wanted = name.removeprefix("corpus:").lower()
    row = None
    if wanted.isprintable():
        row = connection.execute(select(*_RECORD).where(corpora.c.name == wanted)).first()
    if row is None:
        near = get_close_matches(wanted, connection.scalars(select(corpora.c.name)).all(), n=1)
        meant = f"; '{near[0]}' was probably meant" if near else "; `archive corpus` lists those that are"
        raise NotFoundError(f"there is no corpus '{name}'{meant}")
    return dict(row._mapping)


def checksum(members: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 (hex) of articles by key and SHA-256 of the text, which must come sorted by key.

    >>> checksum([("7u4bzebenofx", "ab"), ("j5fiq354movg", "cd")])[:8]
    '2b21feda'
    """
    digest = hashlib.sha256()
    for key, sha256 in members:
        digest.update(f"{key} {sha256}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def verify_corpus(connection: Connection, name: str) -> dict[str, Any]:
    """Return whether what was frozen is still there to the letter; raises NotFoundError for a name that is not known,
    and ArchiveError where texts were left behind when the archive was copied, as they cannot be held against it.

    `is_sound` is the verdict. Its parts: whether the checksum of the corpus, `sha256`, is that of its articles
    (`sha256_now`), the keys of those whose text is `gone` (forgotten, or its import undone) and of those whose text is
    `altered`: computed from headline and body, it has another SHA-256. `revised` names articles whose current text is
    another one since, which is no fault: key, `number` of the revision that was frozen, and of the `current` one.
    """
    corpus = find_corpus(connection, name)
    gone: list[str] = []
    altered: list[str] = []
    revised: list[dict[str, Any]] = []
    digest = []
    current = article_revisions.alias("current")
    now = (current.c.number.label("now"), current.c.text_sha256.label("sha256_now"))
    headline, body = (cast(article_revisions.c[column], LargeBinary) for column in ("headline", "body"))
    statement = _members(corpus["name"], headline.label("headline"), body.label("body"), *now)
    statement = statement.outerjoin(current, current.c.id == articles.c.revision_id)
    for row in connection.execute(statement).yield_per(_PAGE):
        digest.append((row.key, row.text_sha256))
        if row.body is None:
            gone.append(row.key)
        elif _sha256_of(row) != row.text_sha256:
            if LEFT.encode() in (row.headline, row.body):
                require(connection, TEXTS, f"corpus:{name} cannot be verified")
            altered.append(row.key)
        elif row.sha256_now != row.text_sha256:
            revised.append({"key": row.key, "number": row.number, "current": row.now})
    sha256_now = checksum(digest)
    is_whole = sha256_now == corpus["sha256"] and len(digest) == corpus["articles"]
    return {
        "name": corpus["name"],
        "is_sound": is_whole and not gone and not altered,
        "articles": corpus["articles"],
        "sha256": corpus["sha256"],
        "sha256_now": sha256_now,
        "gone": gone,
        "altered": altered,
        "revised": revised,
    }


def corpus_texts(connection: Connection, name: str) -> Iterator[dict[str, Any]]:
    """Yield the texts of a corpus as they were frozen, by key; those that are gone have neither headline nor body.

    Raises NotFoundError for a name that is not known.
    """
    corpus = find_corpus(connection, name)
    revision = article_revisions.c
    for row in connection.execute(_members(corpus["name"], revision.headline, revision.body)).yield_per(_PAGE):
        yield dict(row._mapping)


def _members(name: str, *more: Any) -> Select[Any]:
    """Return the SELECT of the members of a corpus by key, with columns of the text that was frozen, where it is."""
    member = corpus_revisions.c
    # by its checksum: where an import was undone, a text has another number
    same = article_revisions.alias("same")
    kept = select(func.min(same.c.id)).where(
        same.c.article_id == articles.c.id, same.c.text_sha256 == member.text_sha256
    )
    return (
        select(member.article_key.label("key"), member.number, member.text_sha256, *more)
        .select_from(corpus_revisions)
        .join(corpora, corpora.c.id == member.corpus_id)
        .outerjoin(articles, articles.c.key == member.article_key)
        .outerjoin(article_revisions, article_revisions.c.id == kept.scalar_subquery())
        .where(corpora.c.name == name)
        .order_by(member.article_key)
    )


def _sha256_of(row: Row[Any]) -> str | None:
    """Return the SHA-256 of a text as stored; None where its bytes are no text any more."""
    try:
        return text_sha256(None if row.headline is None else row.headline.decode(), row.body.decode())
    except UnicodeDecodeError:
        return None
