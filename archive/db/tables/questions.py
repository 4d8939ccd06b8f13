"""What people keep of what they ask: saved queries, and corpora that can be cited."""

from sqlalchemy import Boolean, Column, Integer, Text, UniqueConstraint

from archive.db.tables.base import reference, table

saved_queries = table(
    "saved_queries",
    "A query under a name, to be used in others as `query:NAME`.",
    Column("name", Text, nullable=False, unique=True, doc="The name, in lower case."),
    Column("query", Text, nullable=False, doc="The query as typed; days as `-3w` are reckoned when it is used."),
    Column("saved_at", Text, nullable=False, doc="When, UTC."),
)

corpora = table(
    "corpora",
    "A set of articles in the state they had when it was frozen; `corpus_revisions` names them.",
    Column("name", Text, nullable=False, unique=True, doc="The name, in lower case."),
    Column("query", Text, nullable=False, doc="The query as typed; '' for all articles."),
    Column(
        "saved_queries",
        Text,
        doc="The saved queries that it used, as they were: `NAME = QUERY`, one a line; NULL without one.",
    ),
    Column("frozen_at", Text, nullable=False, doc="When, UTC; days as `-3w` were reckoned from there."),
    Column("who", Text, nullable=False, doc="Who froze it."),
    Column(
        "includes_imprecise",
        Boolean,
        nullable=False,
        doc="Whether articles are in it whose date is coarser than a span of the query, and can be within it.",
    ),
    Column("one_per_text", Boolean, nullable=False, doc="Whether of articles with one text only the first is in it."),
    Column("articles", Integer, nullable=False, doc="How many are in it."),
    Column("left_out_undated", Integer, nullable=False, doc="How many were left out for want of a date."),
    Column("left_out_imprecise", Integer, nullable=False, doc="How many were left out as their date was too coarse."),
    Column("left_out_copies", Integer, nullable=False, doc="How many were left out as copies of one that is in it."),
    Column("program_version", Text, nullable=False, doc="Version of the program that froze it."),
    Column("schema_version", Text, nullable=False, doc="Migration that the archive was at."),
    Column(
        "sha256",
        Text,
        nullable=False,
        doc="SHA-256 of the lines `KEY NUMBER TEXT_SHA256` of its articles, sorted by key, each ended by LF; hex.",
    ),
)

corpus_revisions = table(
    "corpus_revisions",
    "An article of a corpus, in the state that is meant.",
    reference("corpus_id", "corpora", "The corpus."),
    Column("article_key", Text, nullable=False, doc="Key of the article."),
    Column("number", Integer, nullable=False, doc="Number of the revision that was current."),
    Column("text_sha256", Text, nullable=False, doc="SHA-256 of its headline and body, as in `article_revisions`."),
    UniqueConstraint("corpus_id", "article_key"),
)
