"""Tombstones: that an article was forgotten, and by what its bytes and texts would be known again."""

from sqlalchemy import Boolean, Column, Index, UniqueConstraint

from archive.db.tables.base import Text, reference, table

tombstones = table(
    "tombstones",
    "An article that was forgotten: its text and its bytes are gone. Who, when and why is in the decision.",
    reference("decision_id", "decisions", "The decision (subject `forget`)."),
    Column("key", Text, nullable=False, index=True, doc="Key that the article had."),
    Column(
        "wiped", Boolean, nullable=False, doc="Whether the file was written anew since, so that no trace is left in it."
    ),
    UniqueConstraint("decision_id"),
)

forgotten_hashes = table(
    "forgotten_hashes",
    "What the bytes and texts of a forgotten article are known by; what has one of these is not imported.",
    reference("tombstone_id", "tombstones", "The forgotten article."),
    Column(
        "kind",
        Text,
        nullable=False,
        doc="`original` (`originals.sha256`), `text` (`text_sha256`) or `fingerprint` (counts from 50 words).",
    ),
    Column("sha256", Text, nullable=False, doc="SHA-256, hex."),
    UniqueConstraint("tombstone_id", "kind", "sha256"),
    Index(None, "sha256"),
)
