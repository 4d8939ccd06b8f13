"""Decisions: what people said, which nothing automatic overrides."""

from sqlalchemy import Column, Text

from archive.db.tables.base import table

decisions = table(
    "decisions",
    "What a person decided; only ever added to. Of several about the same, the latest counts.",
    Column("made_at", Text, nullable=False, doc="When, UTC."),
    Column("who", Text, nullable=False, doc="Who decided."),
    Column("article_key", Text, index=True, doc="Key of the article it is about; NULL where it is about none."),
    Column(
        "subject",
        Text,
        nullable=False,
        doc="`topic` (a tag accepted or rejected), `field` (a value set), `undo` (a decision taken back).",
    ),
    Column("name", Text, nullable=False, doc="The topic as `scheme:code`, the field, or the number of that decision."),
    Column("value", Text, doc="`accepted` or `rejected`, or the value; NULL: it is decided that no value is known."),
    Column("reason", Text, doc="Why, in the person's words."),
)
