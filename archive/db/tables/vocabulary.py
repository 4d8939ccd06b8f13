"""Vocabularies: the schemes of topics, what topics are called and mean, and the rules that tag with them."""

from sqlalchemy import Column, Index, UniqueConstraint, text

from archive.db.tables.base import LongText, Text, reference, table

schemes = table(
    "schemes",
    "A vocabulary that topics are of, or that mappings lead to.",
    Column("scheme", LongText, nullable=False, unique=True, doc="As in `topics.scheme`."),
    Column("name", Text, doc="What it is called; NULL if not stated."),
    Column("uri", Text, doc="What stands before a code in the address of a concept; NULL if not stated."),
    Column("licence", Text, doc="Under which terms it may be used, as stated; NULL if not."),
    Column("loaded_at", Text, doc="When a file last changed it, UTC; NULL where only mappings lead to it."),
)

topic_definitions = table(
    "topic_definitions",
    "What a topic means, as its vocabulary says it.",
    reference("topic_id", "topics", "The topic."),
    Column("language", Text, nullable=False, doc="BCP 47 tag; '' where the vocabulary states none."),
    Column("text", Text, nullable=False, doc="The definition."),
    UniqueConstraint("topic_id", "language"),
)

topic_mappings = table(
    "topic_mappings",
    "A topic beside one of another vocabulary, as one of the two vocabularies says it.",
    reference("topic_id", "topics", "The topic."),
    Column(
        "relation", Text, nullable=False, doc="`exact`, `close`, `broad`, `narrow` or `related`: what the other is."
    ),
    Column("scheme", LongText, nullable=False, doc="Vocabulary of the other, which need not be loaded."),
    Column("code", LongText, nullable=False, doc="Code of the other."),
    UniqueConstraint("topic_id", "relation", "scheme", "code"),
    Index(None, "scheme", "code"),
)

topic_names = table(
    "topic_names",
    "A name or alias that leads to a topic.",
    reference("topic_id", "topics", "The topic it leads to."),
    Column("kind", Text, nullable=False, doc="`label` (the preferred name in its language) or `alias`."),
    Column("name", Text, nullable=False, doc="The name as written."),
    Column(
        "name_key", LongText, nullable=False, index=True, doc="The name NFKC-casefolded: what inputs are matched on."
    ),
    Column(
        "language",
        Text,
        nullable=False,
        server_default=text("''"),
        doc="BCP 47 tag; '' where the vocabulary states none.",
    ),
    UniqueConstraint("topic_id", "name_key", "language"),
)

topic_rules = table(
    "topic_rules",
    "A rule that tags articles with a topic.",
    reference("topic_id", "topics", "The topic that it tags with."),
    Column(
        "kind",
        Text,
        nullable=False,
        doc="`phrase`: these words, one after the other, in headline or body; `query`: what a search for it finds.",
    ),
    Column("expression", LongText, nullable=False, doc="The phrase, or the query."),
    UniqueConstraint("topic_id", "kind", "expression"),
)
