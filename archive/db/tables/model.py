"""What was learned from people's tags, and what it proposes: no tags until a person or a person's threshold says so."""

from sqlalchemy import Column, Float, Integer, LargeBinary, UniqueConstraint

from archive.db.tables.base import Text, reference, table

models = table(
    "models",
    "A model that was learned from tags: how sure it is that a text is about each topic of a scheme.",
    Column("scheme", Text, nullable=False, doc="Vocabulary of its topics."),
    Column("number", Integer, nullable=False, doc="Counts the models of a scheme, from 1; the latest is applied."),
    Column("trained_at", Text, nullable=False, doc="When, UTC."),
    Column("who", Text, nullable=False, doc="Who had it learned."),
    Column("query", Text, nullable=False, doc="Which articles it was learned from, as typed; '' for all."),
    Column("seed", Integer, nullable=False, doc="What chance was drawn by."),
    Column("articles", Integer, nullable=False, doc="How many articles it was learned from."),
    Column("topics", Integer, nullable=False, doc="How many topics it knows."),
    Column("parameters", Text, nullable=False, doc="What it was learned with and from, in words."),
    Column("program_version", Text, nullable=False, doc="The version of this program."),
    Column("sha256", Text, nullable=False, doc="SHA-256 of the content, in hexadecimal."),
    Column("content", LargeBinary, nullable=False, doc="The model, JSON in one zstd frame: docs/learning.md."),
    UniqueConstraint("scheme", "number"),
)

suggestions = table(
    "suggestions",
    "A topic that a model proposes for an article. It is no tag.",
    reference("article_id", "articles", "The article.", index=True),
    reference("topic_id", "topics", "The topic."),
    reference("model_id", "models", "The model.", index=True),
    Column("score", Float, nullable=False, doc="How sure the model is, 0 to 1."),
    reference("revision_id", "article_revisions", "The text that it judged.", index=True),
    UniqueConstraint("topic_id", "article_id"),
)

suggestion_words = table(
    "suggestion_words",
    "A passage that carried the score of a suggestion.",
    reference("suggestion_id", "suggestions", "The suggestion.", index=True),
    Column("field", Text, nullable=False, doc="`headline` or `body`."),
    Column("start", Integer, nullable=False, doc="Where it starts in that field: code points, from 0."),
    Column("end", Integer, nullable=False, doc="Where it ends, exclusive."),
    Column("weight", Float, nullable=False, doc="What it added to the model's margin: more is more."),
)
