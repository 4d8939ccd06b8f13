"""Corpora: sets of articles that can be cited."""

from sqlalchemy import Boolean, Column, Integer, UniqueConstraint, false, text

from archive.db.tables.base import LongText, Text, reference, table

corpora = table(
    "corpora",
    "A set of articles in the state they had when it was frozen, never altered; `corpus_revisions` names them.",
    Column("name", LongText, nullable=False, unique=True, doc="The name, in lower case."),
    Column("query", Text, nullable=False, doc="The query as typed, with what options said in its words."),
    Column(
        "saved_queries",
        Text,
        doc="The saved queries that it used, as they were: `NAME = QUERY`, one a line; NULL without one.",
    ),
    Column("reckoned_from", Text, doc="Local day that days as `-3w` were reckoned from; NULL where it names none."),
    Column("frozen_at", Text, nullable=False, doc="When, UTC."),
    Column("who", Text, nullable=False, doc="Who froze it."),
    Column(
        "includes_imprecise",
        Boolean,
        nullable=False,
        doc="Whether articles are in it whose date is coarser than a span of the query, and can be within it.",
    ),
    Column("one_per_text", Boolean, nullable=False, doc="Whether of articles with one text only the first is in it."),
    Column("articles", Integer, nullable=False, doc="How many are in it."),
    Column("texts", Integer, nullable=False, doc="How many different texts they had (by fingerprint)."),
    Column("words", Integer, nullable=False, doc="How many words their bodies had, all together."),
    Column("sources", Integer, nullable=False, doc="How many sources they stated."),
    Column("without_source", Integer, nullable=False, doc="How many stated none."),
    Column("without_date", Integer, nullable=False, doc="How many stated no date of publication."),
    Column(
        "published_first", Text, doc="The earliest date among them, as known, at most to the day; NULL without one."
    ),
    Column("published_last", Text, doc="The latest date among them, as known, at most to the day; NULL without one."),
    Column("left_out_undated", Integer, nullable=False, doc="How many were left out for want of a date."),
    Column("left_out_imprecise", Integer, nullable=False, doc="How many were left out as their date was too coarse."),
    Column("left_out_copies", Integer, nullable=False, doc="How many were left out as copies of one that is in it."),
    Column("imports", Integer, nullable=False, doc="How many imports were on record."),
    Column("units", Integer, nullable=False, doc="How many units these had read."),
    *(
        Column(outcome, Integer, nullable=False, doc=f"How many of them with the outcome `{outcome}`.")
        for outcome in ("added", "revised", "unchanged", "duplicate", "failed")
    ),
    Column("program_version", Text, nullable=False, doc="Version of the program that froze it."),
    Column("schema_version", Text, nullable=False, doc="Migration that the archive was at."),
    Column(
        "normalizer_versions", Text, nullable=False, doc="Versions of the rules that made its texts, parted by `, `."
    ),
    Column(
        "fingerprint_versions", Text, nullable=False, doc="Versions of the fingerprints of its texts, parted by `, `."
    ),
    Column(
        "sha256",
        Text,
        nullable=False,
        doc="SHA-256 of the lines `KEY TEXT_SHA256` of its articles, sorted by key, each ended by LF; hex.",
    ),
    Column(
        "includes_hidden",
        Boolean,
        nullable=False,
        server_default=false(),
        doc="Whether articles that were withheld, canceled or under embargo were taken in.",
    ),
    Column(
        "left_out_hidden",
        Integer,
        nullable=False,
        server_default=text("0"),
        doc="How many were left out as they were withheld, canceled or under embargo then.",
    ),
)

corpus_revisions = table(
    "corpus_revisions",
    "An article of a corpus, in the state that is meant.",
    reference("corpus_id", "corpora", "The corpus."),
    Column("article_key", Text, nullable=False, doc="Key of the article."),
    Column("number", Integer, nullable=False, doc="Number that its current revision had then."),
    Column("text_sha256", Text, nullable=False, doc="SHA-256 of its headline and body, as in `article_revisions`."),
    UniqueConstraint("corpus_id", "article_key"),
)
