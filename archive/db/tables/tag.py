"""Why an article has a tag, and which a person took off."""

from sqlalchemy import Column, Float, Integer, UniqueConstraint

from archive.db.tables.base import GIVEN_BY, Text, index_of_few, reference, table

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
