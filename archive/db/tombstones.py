"""Forgetting: what goes, what stays on record of it, and how what comes again is known."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, or_, select, update

from archive.db import removal, tables
from archive.db.decisions import FIELD, TOPIC, UNDO, Decision
from archive.db.ids import inserted_id
from archive.db.lookups import chunks, find_originals, find_places
from archive.documents import Article

KINDS = ("original", "text", "fingerprint")
ARTICLE = "article"  # what a decision that forgets one names
WIPED_TOPIC = "forgotten"  # what stands instead of the topic of a forgotten article

_MIN_WORDS = 50  # of a text that is known by its words alone, as for identity


class Tombstone(NamedTuple):
    """An article that was forgotten: when (UTC), by whom, why; and whether no trace of it is left in the file."""

    id: int
    key: str
    made_at: str
    who: str
    reason: str
    wiped: bool

    def told(self) -> str:
        """Return that it was forgotten, in words."""
        return f"{self.key} was forgotten on {self.made_at[:10]} by {self.who}: {self.reason}"


class Hash(NamedTuple):
    """What bytes or a text of a forgotten article are known by: one of KINDS, and a SHA-256."""

    kind: str
    sha256: str


def find_tombstones(connection: Connection, key: str) -> list[Tombstone]:
    """Return the tombstones of a key, which may be shortened, the latest first."""
    wanted = key.strip().lower()
    if not (wanted.isascii() and wanted.isalnum()):
        return []
    stone, decision = tables.tombstones.c, tables.decisions.c
    statement = _tombstones().where(stone.key >= wanted, stone.key < wanted + "\U0010ffff")
    rows = connection.execute(statement.order_by(decision.made_at.desc(), stone.id.desc()))
    return [Tombstone._make(row) for row in rows]


def find_unwiped(connection: Connection) -> list[Tombstone]:
    """Return the tombstones of articles of which there may be traces in the file."""
    return [Tombstone._make(row) for row in connection.execute(_tombstones().where(~tables.tombstones.c.wiped))]


def mark_wiped(connection: Connection) -> None:
    """Put on record that no trace is left in the file of whatever was forgotten."""
    connection.execute(update(tables.tombstones).values(wiped=True))


def find_hashes(connection: Connection, article_id: int) -> set[Hash]:
    """Return what bytes and texts of an article are known by, those of copies of it that were imported included."""
    revision, item, original = tables.article_revisions.c, tables.import_items.c, tables.originals.c
    found: set[Hash] = set()
    for kind, statement in (
        ("text", select(revision.text_sha256).where(revision.article_id == article_id)),
        ("text", select(item.text_sha256).where(item.article_id == article_id, item.text_sha256.is_not(None))),
        ("fingerprint", select(revision.fingerprint).where(revision.article_id == article_id)),
        (
            "original",
            select(original.sha256)
            .join(tables.article_revisions, revision.original_id == original.id)
            .where(revision.article_id == article_id),
        ),
        (
            "original",
            select(original.sha256)
            .join(tables.import_items, item.original_id == original.id)
            .where(item.article_id == article_id),
        ),
    ):
        found.update(Hash(kind, sha256) for sha256 in connection.scalars(statement))
    return found


def hashes_by_decision(connection: Connection) -> dict[int, dict[str, list[str]]]:
    """Return by the number of the decision what is known of each forgotten article: SHA-256s by kind, sorted."""
    known, stone = tables.forgotten_hashes.c, tables.tombstones.c
    found: dict[int, dict[str, list[str]]] = {}
    for number, kind, sha256 in connection.execute(
        select(stone.decision_id, known.kind, known.sha256)
        .join(tables.tombstones, stone.id == known.tombstone_id)
        .order_by(stone.decision_id, known.kind, known.sha256)
    ):
        found.setdefault(number, {}).setdefault(kind, []).append(sha256)
    return found


def find_articles(connection: Connection, key: str, hashes: Collection[Hash]) -> list[int]:
    """Return the articles that are what was forgotten: of its bytes, or of its key and one of its texts."""
    article, revision, original = tables.articles.c, tables.article_revisions.c, tables.originals.c
    item = tables.import_items.c
    by_kind = {kind: [one.sha256 for one in hashes if one.kind == kind] for kind in KINDS}
    bytes_of = select(original.id).where(original.sha256.in_(by_kind["original"]))
    same = or_(
        revision.text_sha256.in_(by_kind["text"]),
        (revision.fingerprint.in_(by_kind["fingerprint"])) & (revision.words >= _MIN_WORDS),
    )
    found: set[int] = set()
    for statement in (
        select(revision.article_id).where(revision.original_id.in_(bytes_of)),
        select(item.article_id).where(item.original_id.in_(bytes_of), item.article_id.is_not(None)),
        select(article.id)
        .join(tables.article_revisions, revision.article_id == article.id)
        .where(article.key == key, same),
    ):
        found.update(connection.scalars(statement))
    return sorted(found)


def bury(connection: Connection, decision: Decision, hashes: Collection[Hash]) -> int:
    """Put on record what a decision forgets; returns the id of the tombstone. The article itself is not touched.

    Of what was decided about it before, it stays who decided when about which field: what was said is content.
    """
    made = tables.decisions
    before = (made.c.article_key == decision.article_key, made.c.made_at <= decision.made_at)
    for subjects, said in (
        ((FIELD, UNDO), {"value": None, "reason": None}),
        ((TOPIC,), {"name": WIPED_TOPIC, "value": None, "reason": None}),
    ):
        connection.execute(update(made).where(*before, made.c.subject.in_(subjects)).values(said))
    values = {"decision_id": decision.id, "key": decision.article_key, "wiped": False}
    stone_id = inserted_id(connection.execute(insert(tables.tombstones).values(values)))
    if hashes:
        rows = [{"tombstone_id": stone_id, **one._asdict()} for one in sorted(hashes)]
        connection.execute(insert(tables.forgotten_hashes), rows)
    return stone_id


def remove_forgotten(connection: Connection, stones: Mapping[int, tuple[int, Decision]]) -> None:
    """Remove articles, by id, each with its tombstone and the decision that forgets it, and all that was theirs alone.

    Units of imports keep their place, their outcome and where they were found, and say that they were forgotten; what
    they read is wiped.
    """
    found = removal.find_shared(connection, stones)
    item = tables.import_items
    for article_id, (stone_id, forgets) in stones.items():
        connection.execute(
            update(item)
            .where(item.c.article_id == article_id)
            .values(
                **dict.fromkeys(("article_id", "revision_id", "original_id", "context_sha256", "text_sha256")),
                **dict.fromkeys(("source_as_read", "id_as_read", "url_as_read", "published_as_read")),
                **dict.fromkeys(("modified_at", "crawled_at", "stated_in_id")),
                tombstone_id=stone_id,
                reason=f"forgotten: {forgets.reason}",
            )
        )
    removal.remove_articles(connection, list(stones))
    removal.remove_unused(connection, found)


def find_forgotten(connection: Connection, units: Sequence[Article]) -> dict[int, Tombstone]:
    """Return, by its place among the units, why each of them that was forgotten must not come again.

    It is known by its bytes; by its headline and text; by its words, if there are 50. By its text alone nothing is
    kept out that gives an article which is still here: whose bytes the archive has, or whose place gave that text.
    """
    known = tables.forgotten_hashes.c
    if connection.execute(select(1).select_from(tables.forgotten_hashes).limit(1)).first() is None:
        return {}
    wanted = {one.sha256 for unit in units for one in _hashes(unit)}
    stones: dict[Hash, int] = {}
    for some in chunks(wanted):
        for kind, sha256, stone_id in connection.execute(
            select(known.kind, known.sha256, known.tombstone_id).where(known.sha256.in_(some)).order_by(known.id)
        ):
            stones[Hash(kind, sha256)] = stone_id
    found: dict[int, int] = {}
    for number, unit in enumerate(units):
        by_bytes, *by_text = (stones.get(one) for one in _hashes(unit))
        stone_id = by_bytes or next(filter(None, by_text), None)
        if stone_id is not None and (by_bytes or not _is_still_here(connection, unit)):
            found[number] = stone_id
    told = {row[0]: Tombstone._make(row) for row in connection.execute(_tombstones())} if found else {}
    return {number: told[stone_id] for number, stone_id in found.items()}


def _hashes(unit: Article) -> list[Hash]:
    """Return what a unit can be known by, its bytes first."""
    hashes = [Hash("original", unit.original.sha256)]
    if unit.headline or unit.body:  # what has neither is a notice, alike whatever item it is about
        hashes.append(Hash("text", unit.text_sha256))
    return hashes + ([Hash("fingerprint", unit.fingerprint)] if unit.words >= _MIN_WORDS else [])


def _is_still_here(connection: Connection, unit: Article) -> bool:
    """Tell whether a unit gives an article that has that text and was not forgotten with another one."""
    if find_originals(connection, [unit.original.sha256]):
        return True
    place = find_places(connection, [unit.locator]).get(unit.locator)
    if place is None:
        return False
    revision = tables.article_revisions.c
    statement = select(1).where(
        revision.article_id == place.article_id,
        or_(revision.text_sha256 == unit.text_sha256, revision.fingerprint == unit.fingerprint),
    )
    return connection.execute(statement).first() is not None


def _tombstones() -> Select[Any]:
    stone, decision = tables.tombstones.c, tables.decisions.c
    return select(stone.id, stone.key, decision.made_at, decision.who, decision.reason, stone.wiped).join(
        tables.decisions, decision.id == stone.decision_id
    )
