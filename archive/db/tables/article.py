"""Articles: one published piece each, and the states of its text."""

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint

from archive.db.tables.base import GIVEN_BY, Id, Text, index_of_few, reference, table

COUNTING = "ix_articles_counting"
COUNTED = ("id", "source_id", "published_from", "published_precision")

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
    Index(COUNTING, *COUNTED),
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
