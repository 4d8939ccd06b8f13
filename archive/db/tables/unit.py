"""Imports: each run, each unit it read with its outcome, and the bytes as received."""

from sqlalchemy import Column, Index, Integer, LargeBinary

from archive.db.tables.base import Id, LongText, Text, reference, table

originals = table(
    "originals",
    "Bytes as received, kept once.",
    Column("sha256", Text, nullable=False, unique=True, doc="SHA-256 of the bytes, hex."),
    Column("media_type", Text, nullable=False, doc="What they are: `text/plain`, `text/markdown`, `application/json`."),
    Column("size", Id, nullable=False, doc="How many bytes they are."),
    Column("content", LargeBinary, nullable=False, doc="The bytes, as one zstd frame."),
)

imports = table(
    "imports",
    "One run of `archive import`.",
    Column("started_at", Text, nullable=False, doc="When it started, UTC."),
    Column("finished_at", Text, doc="When it ended, UTC; NULL while it runs and where it was killed."),
    Column(
        "status",
        Text,
        nullable=False,
        doc="`running`, `finished`, `interrupted` (stopped or killed), `failed`, `undone`.",
    ),
    Column("reason", Text, doc="How it ended, where it did not finish."),
    Column("arguments", Text, nullable=False, doc="Paths and options as given, quoted as in a shell."),
    Column("program_version", Text, nullable=False, doc="Version of the program that ran it."),
    Column("process", Text, nullable=False, doc="Host, process id and start of the process, to know if it still runs."),
    Column("undone_at", Text, doc="When somebody undid it, UTC; else NULL."),
    Column("undone_by", Text, doc="Who undid it; else NULL."),
    Column("undone_because", Text, doc="Why, in the person's words; NULL if nothing was said."),
)

import_items = table(
    "import_items",
    "One unit that an import read, whatever became of it. The places of an article are the rows that name it.",
    reference("import_id", "imports", "The import."),
    Column("position", Integer, nullable=False, doc="Place in the order of reading, from 1."),
    Column("locator", LongText, nullable=False, index=True, doc="Where the unit was found: path, member, record."),
    reference("original_id", "originals", "Its bytes; NULL where it failed or its import was undone.", nullable=True),
    Column(
        "context_sha256", Text, doc="SHA-256 of all else that it was read with: options, archive.toml, sidecar, rules."
    ),
    Column("reader", Text, doc="The reader that took it: `text`, `markdown`, `record`; NULL where none did."),
    Column("source_as_read", Text, doc="The source as the input names it."),
    Column("id_as_read", Text, doc="The publisher's own id, as read."),
    Column("url_as_read", Text, doc="The URL as read, before it was made canonical."),
    Column("published_as_read", Text, doc="The time of publication as written."),
    Column("outcome", Text, nullable=False, doc="`added`, `revised`, `unchanged`, `duplicate` or `failed`."),
    reference(
        "article_id",
        "articles",
        "The article it belongs to; NULL where it failed, was forgotten or its import was undone: then it is no place.",
        nullable=True,
        index=True,
    ),
    reference("revision_id", "article_revisions", "The state of the text that it gave.", nullable=True),
    Column("text_sha256", Text, doc="SHA-256 of its headline and body, where not to the letter those of the revision."),
    Column("reason", Text, doc="Why it ended so, what was changed, mended or left out."),
    reference("tombstone_id", "tombstones", "The article it belonged to, where that was forgotten.", nullable=True),
    reference(
        "stated_in_id",
        "import_items",
        "The unit on whose record stands what this one states: itself, or an earlier one of its place that states the "
        "same; NULL where nobody knows (some read by older programs), where it failed or its import was undone.",
        nullable=True,
    ),
    Column("modified_at", Text, doc="When its publisher last changed it, as it states: UTC, else the local day."),
    Column("crawled_at", Text, doc="When somebody saved it, as it states: UTC, else the local day."),
    Index(None, "import_id", "outcome"),
)

containers = table(
    "containers",
    "A file of many records that an import read to its end. The records are units, with bytes of their own.",
    reference("import_id", "imports", "The import.", index=True),
    Column("locator", Text, nullable=False, doc="Where it was found; its units have `LOCATOR#…`."),
    Column("media_type", Text, nullable=False, doc="What it is: `application/jsonl`."),
    Column("size", Id, nullable=False, doc="How many bytes it is."),
    Column("sha256", Text, nullable=False, doc="SHA-256 of its bytes, hex."),
    Column("records", Id, nullable=False, doc="How many records were in it."),
    Column(
        "search_terms", Text, doc="What was searched for, as the cover of an export states it; NULL if it does not."
    ),
)
