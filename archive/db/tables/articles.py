"""Articles: one published piece each, the states of its text, and everything known about it."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, UniqueConstraint

from archive.db.tables.base import GIVEN_BY, Id, Text, index_of_few, reference, table

COUNTING = "ix_articles_counting"

articles = table(
    "articles",
    "One published piece of one source. Its text is in `article_revisions`.",
    Column("key", Text, nullable=False, unique=True, doc="What is cited: 12 letters and digits that never change."),
    reference("source_id", "sources", "Who published it; NULL if not stated.", nullable=True, index=True),
    Column(
        "revision_id",
        Id,
        ForeignKey("article_revisions.id", use_alter=True),
        doc="The current state of its text.",
    ),
    Column("kind", Text, doc="news, opinion, …: only as stated; else NULL."),
    Column("url", Text, doc="Canonical URL; NULL if not stated."),
    Column("byline", Text, doc="Byline as printed; NULL if not stated."),
    Column("language", Text, doc="BCP 47 tag; NULL if not stated."),
    Column("section", Text, doc="Section of the publication; NULL if not stated."),
    Column("published", Text, doc="Time of publication exactly as known: `2023-02`, or RFC 3339 with its offset."),
    Column("published_from", Text, index=True, doc="First local moment it can mean, `YYYY-MM-DDTHH:MM:SS`."),
    Column("published_until", Text, doc="First local moment after all it can mean."),
    Column("published_on", Text, doc="Local day `YYYY-MM-DD`; NULL where less is known."),
    Column("published_at", Text, doc="UTC; NULL unless minute and zone are known."),
    Column("published_precision", Text, doc="year, month, day, minute or second."),
    Column(
        "published_method",
        Text,
        doc=f"Where it was given: {GIVEN_BY}, or decision.",
    ),
    Column("created_at", Text, nullable=False, doc="When the article came into the archive, UTC."),
    Column("page", Text, doc="Page it was printed on, as printed: `A3`; NULL if not stated."),
    Column("edition", Text, doc="Edition it was printed in; NULL if not stated."),
    Column("rights", Text, doc="Who holds which rights, as stated; NULL if not."),
    Column(
        "decided_headline",
        Text,
        doc="Headline that a person decided on; '' where it has none; NULL where nobody decided.",
    ),
    Column("decided_headline_index", Text, doc="What is indexed instead, for scripts without spaces; else NULL."),
    Column("translation_of", Text, doc="Key of the article that it translates, where a person said so; else NULL."),
    Column("status", Text, doc="usable, withheld or canceled, as its latest version says; NULL if not stated."),
    Column("embargo", Text, doc="Until when it is not to be published, exactly as known; NULL if not stated."),
    Column("embargo_until", Text, doc="From when the embargo is surely over, wherever it was meant, UTC."),
    Column("slugline", Text, doc="Words by which a newsroom names a story: `HARBOUR-EELS`; NULL if not stated."),
    Column("dateline", Text, doc="Place, and often day, it was written at, as printed: `MINSK`; NULL if not stated."),
    # of the few that have them: what is hidden is looked for in every question
    index_of_few("status"),
    index_of_few("embargo_until"),
    # what is counted of the articles that words find, beside each other: a row of articles is ten times as wide
    Index(COUNTING, "id", "source_id", "published_from", "published_precision"),
)

article_revisions = table(
    "article_revisions",
    "One state of an article's text, which is never altered; its times are the latest that were stated of it.",
    reference("article_id", "articles", "The article."),
    Column("number", Integer, nullable=False, doc="1, 2, … in the order they came."),
    Column("headline", Text, doc="Headline; NULL if the text has none (one derived from its first sentence is shown)."),
    Column("headline_method", Text, doc="`given` or `first_line`; NULL without a headline."),
    Column(
        "words", Integer, nullable=False, doc="Words of the body; each character of a script without spaces is one."
    ),
    Column("text_sha256", Text, nullable=False, doc="SHA-256 of headline and body as stored, hex."),
    Column(
        "fingerprint", Text, nullable=False, index=True, doc="SHA-256 of the body's folded words: the same for copies."
    ),
    Column("fingerprint_version", Integer, nullable=False, doc="How the fingerprint was made."),
    Column("normalizer_version", Integer, nullable=False, doc="How the text was made of the original."),
    Column(
        "cause",
        Text,
        nullable=False,
        doc="Why it came: `import`, or `reparse` (better rules made it of the same bytes).",
    ),
    reference("original_id", "originals", "The bytes it was made of."),
    Column("seen_at", Text, nullable=False, doc="When it came into the archive, UTC."),
    Column("modified_at", Text, doc="When its publisher last changed it, as stated: UTC, else the local day; or NULL."),
    Column("crawled_at", Text, doc="When somebody saved it, as stated: UTC, else the local day; or NULL."),
    # the long ones last: SQLite reads a row from its start, and must not wade through a text to get at a number
    Column("headline_index", Text, doc="What is indexed instead, for scripts without spaces; else NULL."),
    Column("body", Text, nullable=False, doc="Plain text, NFC, blocks parted by an empty line."),
    Column("body_index", Text, doc="What is indexed instead, for scripts without spaces; else NULL."),
    UniqueConstraint("article_id", "number"),
)

article_identifiers = table(
    "article_identifiers",
    "Something that identifies an article in what is imported.",
    reference("article_id", "articles", "The article."),
    Column("scheme", Text, nullable=False, doc="`id` (the publisher's), `url` (canonical), `text` (fingerprint)."),
    Column(
        "scope", Text, nullable=False, doc="Slug of the source within which it holds; '' where none is known or needed."
    ),
    Column("value", Text, nullable=False, doc="The identifier."),
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

body_blocks = table(
    "body_blocks",
    "A block of a body that is not a plain paragraph.",
    reference("revision_id", "article_revisions", "The text."),
    Column("position", Integer, nullable=False, doc="Which block of the body it is, from 0."),
    Column("kind", Text, nullable=False, doc="heading, quote, list, code, table."),
    Column("level", Integer, doc="Level of a heading, 1 to 6; NULL where none is stated."),
    Column("start", Integer, nullable=False, doc="Where it starts in the body: code points, from 0."),
    Column("end", Integer, nullable=False, doc="Where it ends, exclusive."),
    UniqueConstraint("revision_id", "position"),
)

set_aside = table(
    "set_aside",
    "A passage taken out of a body, and kept.",
    reference("revision_id", "article_revisions", "The text it was taken out of."),
    Column("after_block", Integer, nullable=False, doc="How many blocks of the body stand before it."),
    Column("position", Integer, nullable=False, doc="Its place among all that was set aside, from 0."),
    Column(
        "kind",
        Text,
        nullable=False,
        doc="related_headline, trailing_tags, caption, markup, front_matter, signature, list_footer, summary, notice, "
        "furniture, note.",
    ),
    Column("text", Text, nullable=False, doc="The passage."),
    Column("rule", Text, nullable=False, doc="The rule that took it out."),
    Column("rule_version", Integer, nullable=False, doc="Version of that rule."),
    UniqueConstraint("revision_id", "position"),
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

authors = table(
    "authors",
    "A name credited with articles.",
    Column("name", Text, nullable=False, doc="The name as first written."),
    Column("name_key", Text, nullable=False, unique=True, doc="The name NFKC-casefolded: what inputs are matched on."),
)

article_authors = table(
    "article_authors",
    "A name credited with an article.",
    reference("article_id", "articles", "The article."),
    reference("author_id", "authors", "The name.", index=True),
    Column("position", Integer, nullable=False, doc="Place in the byline, from 0."),
    UniqueConstraint("article_id", "position"),
)

article_links = table(
    "article_links",
    "Another piece that an article points to.",
    reference("revision_id", "article_revisions", "The text that points."),
    Column("position", Integer, nullable=False, doc="Its place among the links, from 0."),
    Column("kind", Text, nullable=False, doc="`related_headline` or `link`."),
    Column("text", Text, doc="The headline or the linked words."),
    Column("url", Text, doc="The address, where there is one."),
    UniqueConstraint("revision_id", "position"),
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
