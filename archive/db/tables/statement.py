"""What inputs state of an article, and by what they name it: every value that came, not only the one that stands."""

from sqlalchemy import Boolean, Column, Index, Integer, UniqueConstraint

from archive.db.tables.base import GIVEN_BY, LongText, Text, reference, table

article_identifiers = table(
    "article_identifiers",
    "Something that identifies an article in what is imported.",
    reference("article_id", "articles", "The article."),
    Column("scheme", Text, nullable=False, doc="`id` (the publisher's), `url` (canonical), `text` (fingerprint)."),
    Column(
        "scope",
        LongText,
        nullable=False,
        doc="Slug of the source within which it holds; '' where none is known or needed.",
    ),
    Column("value", LongText, nullable=False, doc="The identifier."),
    UniqueConstraint("scheme", "scope", "value", "article_id"),
    Index(None, "article_id"),
)

article_values = table(
    "article_values",
    "Where a value of an article came from.",
    reference("article_id", "articles", "The article."),
    Column(
        "field",
        Text,
        nullable=False,
        doc="headline, source, published, authors, language, section, page, edition, rights, url, id, kind, status, "
        "embargo, slugline, dateline.",
    ),
    Column("text", Text, nullable=False, doc="The value as the input gives it."),
    Column(
        "method",
        Text,
        nullable=False,
        doc=f"{GIVEN_BY}, or domain (of the URL).",
    ),
    reference("import_item_id", "import_items", "The unit that gave it."),
    UniqueConstraint("article_id", "field"),
)

other_values = table(
    "other_values",
    "What a unit states of an article where another statement stands, be it the same or not.",
    reference("article_id", "articles", "The article.", index=True),
    Column(
        "field",
        Text,
        nullable=False,
        doc="headline, source, published, authors, language, section, page, edition, rights, url, id, kind, status, "
        "embargo, slugline, dateline, topics. "
        "A date that no unit gave before is in `article_dates`.",
    ),
    Column("text", Text, nullable=False, doc="The value as the input gives it."),
    Column("method", Text, nullable=False, doc=f"{GIVEN_BY}."),
    reference("import_item_id", "import_items", "The unit that states it."),
)

article_dates = table(
    "article_dates",
    "A date found in or given for an article, whether chosen as its publication date or not.",
    reference("article_id", "articles", "The article.", index=True),
    reference(
        "revision_id", "article_revisions", "The text it is in; NULL where given beside the text.", nullable=True
    ),
    Column("text", Text, nullable=False, doc="The date as written."),
    Column("kind", Text, nullable=False, doc="`published` (given as such) or `mentioned` (in the text)."),
    Column("method", Text, nullable=False, doc=f"{GIVEN_BY}, or `pattern`."),
    Column("value", Text, doc="ISO 8601 as far as known; `XXXX-02-16` (EDTF) without a year; NULL if unreadable."),
    Column("precision", Text, doc="year, month, day, minute, second; NULL if unreadable."),
    Column("has_zone", Boolean, nullable=False, doc="Whether its time zone is known."),
    Column("chosen", Boolean, nullable=False, doc="Whether it is the article's publication date."),
    Column("reason", Text, doc="Why it was not chosen."),
    Column("field", Text, doc="`headline` or `body`, for a mention."),
    Column("start", Integer, doc="Where it starts in that field: code points, from 0."),
    Column("end", Integer, doc="Where it ends, exclusive."),
    reference(
        "import_item_id",
        "import_items",
        "The unit that first gave it; NULL for a mention, and for some that older programs read.",
        nullable=True,
    ),
)
