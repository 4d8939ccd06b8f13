"""Topics: what articles are about, the phrases that tag them, and the evidence of each tag."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, UniqueConstraint, false, text

from archive.db.tables.base import GIVEN_BY, Text, index_of_few, reference, table

schemes = table(
    "schemes",
    "A vocabulary that topics are of, or that mappings lead to.",
    Column("scheme", Text, nullable=False, unique=True, doc="As in `topics.scheme`."),
    Column("name", Text, doc="What it is called; NULL if not stated."),
    Column("uri", Text, doc="What stands before a code in the address of a concept; NULL if not stated."),
    Column("licence", Text, doc="Under which terms it may be used, as stated; NULL if not."),
    Column("loaded_at", Text, doc="When a file last changed it, UTC; NULL where only mappings lead to it."),
)

topics = table(
    "topics",
    "A concept that an article can be about, in the scheme (vocabulary) that owns it.",
    Column("scheme", Text, nullable=False, doc="Vocabulary: `local` for one's own."),
    Column("code", Text, nullable=False, doc="Code within the scheme; opaque."),
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
    Column("scheme", Text, nullable=False, doc="Vocabulary of the other, which need not be loaded."),
    Column("code", Text, nullable=False, doc="Code of the other."),
    UniqueConstraint("topic_id", "relation", "scheme", "code"),
    Index(None, "scheme", "code"),
)

topic_names = table(
    "topic_names",
    "A name or alias that leads to a topic.",
    reference("topic_id", "topics", "The topic it leads to."),
    Column("kind", Text, nullable=False, doc="`label` (the preferred name in its language) or `alias`."),
    Column("name", Text, nullable=False, doc="The name as written."),
    Column("name_key", Text, nullable=False, index=True, doc="The name NFKC-casefolded: what inputs are matched on."),
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
    Column("expression", Text, nullable=False, doc="The phrase, or the query."),
    UniqueConstraint("topic_id", "kind", "expression"),
)

article_topics = table(
    "article_topics",
    "A tag: a topic on an article, as things stand now.",
    reference("article_id", "articles", "The article.", index=True),
    reference("topic_id", "topics", "The topic."),
    UniqueConstraint("topic_id", "article_id"),
)

rejected_topics = table(
    "rejected_topics",
    "A topic that a person took off an article; what speaks for it is kept, and it is no tag.",
    reference("article_id", "articles", "The article.", index=True),
    reference("topic_id", "topics", "The topic."),
    reference("decision_id", "decisions", "The decision."),
    UniqueConstraint("topic_id", "article_id"),
)

tag_evidence = table(
    "tag_evidence",
    "Why an article has a tag: who or what put it there, and on which passage. `tag_overview` shows the passage.",
    reference("article_topic_id", "article_topics", "The tag; NULL where it was rejected.", nullable=True, index=True),
    reference("rejected_topic_id", "rejected_topics", "The rejected topic that it would speak for.", nullable=True),
    reference("decision_id", "decisions", "The decision, where a person put the tag there.", nullable=True),
    Column(
        "method",
        Text,
        nullable=False,
        doc="`given` (the input says so), `rule` (a phrase), `query` (a rule that is a query), `trailing_tags`, "
        "`mapping` (the input gives a topic that is the same as this one), `model`, or `decision`.",
    ),
    Column("rule", Text, doc="The phrase or the query that matched; NULL where there is none."),
    Column("score", Float, doc="Certainty that a model gave, 0 to 1; NULL where none was computed."),
    Column("given_text", Text, doc="The topic as the input or the person names it."),
    Column("given_by", Text, doc=f"Where the input gives it: {GIVEN_BY}."),
    reference("import_item_id", "import_items", "The unit that gives it, where given.", nullable=True),
    reference("revision_id", "article_revisions", "The text the passage is in.", nullable=True),
    reference("set_aside_id", "set_aside", "The passage set aside that it is in.", nullable=True),
    Column(
        "field",
        Text,
        nullable=False,
        doc="`headline`, `body`, `set_aside`, `topics` where given or decided, `values` where a query names no words.",
    ),
    Column("start", Integer, doc="Where the passage starts in that field: code points, from 0."),
    Column("end", Integer, doc="Where it ends, exclusive."),
    reference("model_id", "models", "The model, where one put the tag there.", nullable=True),
    # of the few that are rejected, or of a model, only: nothing for an import to keep up
    index_of_few("rejected_topic_id"),
    index_of_few("model_id"),
)
