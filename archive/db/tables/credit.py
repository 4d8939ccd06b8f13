"""Who is credited with an article: its authors, and agencies beside its source."""

from sqlalchemy import Column, Integer, UniqueConstraint

from archive.db.tables.base import LongText, Text, reference, table

authors = table(
    "authors",
    "A name credited with articles.",
    Column("name", Text, nullable=False, doc="The name as first written."),
    Column(
        "name_key", LongText, nullable=False, unique=True, doc="The name NFKC-casefolded: what inputs are matched on."
    ),
)

article_authors = table(
    "article_authors",
    "A name credited with an article.",
    reference("article_id", "articles", "The article."),
    reference("author_id", "authors", "The name.", index=True),
    Column("position", Integer, nullable=False, doc="Place in the byline, from 0."),
    UniqueConstraint("article_id", "position"),
)

article_credits = table(
    "article_credits",
    "An agency that the byline or the current text of an article credits, beside its source.",
    reference("article_id", "articles", "The article.", index=True),
    reference("source_id", "sources", "The agency."),
    Column(
        "method",
        Text,
        nullable=False,
        doc="`byline`, `dateline` (in the first paragraph), or `sign_off` (alone in brackets at the very end).",
    ),
    reference("revision_id", "article_revisions", "The text it stands in; NULL for a byline.", nullable=True),
    Column("field", Text, nullable=False, doc="`byline` (`articles.byline`) or `body`."),
    Column("start", Integer, nullable=False, doc="Where it stands in that field: code points, from 0."),
    Column("end", Integer, nullable=False, doc="Where it ends, exclusive."),
    Column("text", Text, nullable=False, doc="What stands there."),
)
