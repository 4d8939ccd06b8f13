"""Topics: what articles are about, and which article is about what."""

from sqlalchemy import Boolean, Column, UniqueConstraint, false

from archive.db.tables.base import LongText, Text, reference, table

topics = table(
    "topics",
    "A concept that an article can be about, in the scheme (vocabulary) that owns it.",
    Column("scheme", LongText, nullable=False, doc="Vocabulary: `local` for one's own."),
    Column("code", LongText, nullable=False, doc="Code within the scheme; opaque."),
    Column("name", Text, nullable=False, doc="Preferred name, as shown."),
    reference(
        "parent_id", "topics", "The broader topic of the same scheme; NULL at the top.", nullable=True, index=True
    ),
    Column("origin", Text, nullable=False, doc="`vocabulary` (a loaded file), or `import` (first named by an input)."),
    Column("created_at", Text, nullable=False, doc="When the row came, UTC."),
    Column("uri", Text, doc="Address of the concept, where it is another than the scheme's `uri` and the code."),
    Column(
        "retired",
        Boolean,
        nullable=False,
        server_default=false(),
        doc="Whether its vocabulary says that it is not to be used any more.",
    ),
    Column("retired_on", Text, doc="Since when, as the vocabulary states it; NULL if it does not."),
    UniqueConstraint("scheme", "code"),
)

article_topics = table(
    "article_topics",
    "A tag: a topic on an article, as things stand now.",
    reference("article_id", "articles", "The article.", index=True),
    reference("topic_id", "topics", "The topic."),
    UniqueConstraint("topic_id", "article_id"),
)
