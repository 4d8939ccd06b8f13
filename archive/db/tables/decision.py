"""Decisions: what people said, which nothing automatic overrides."""

from sqlalchemy import Column, UniqueConstraint

from archive.db.tables.base import Text, reference, table

decisions = table(
    "decisions",
    "What a person decided; only ever added to. Of several about the same, the latest counts; about a topic of an "
    "article, the latest of each person, of which the archive's rule (`deciding`) says what is shown.",
    Column("made_at", Text, nullable=False, doc="When, UTC."),
    Column("who", Text, nullable=False, doc="Who decided."),
    Column("article_key", Text, index=True, doc="Key of the article it is about; NULL where it is about none."),
    Column(
        "subject",
        Text,
        nullable=False,
        doc="`topic` (a tag accepted or rejected), `field` (a value set), `undo` (a decision taken back), "
        "`forget` (the article forgotten, and what was decided of it before), `deciding` (which of several people's "
        "decisions about a topic is shown), of a source `source_merge`, "
        "`source_rename`, `source_alias`, `source_domain`, `source_split`, or of a topic `topic_merge`, "
        "`topic_rename`, `topic_move`, `topic_alias`, `topic_threshold` (from which score on a model's suggestion is a "
        "tag).",
    ),
    Column(
        "name",
        Text,
        nullable=False,
        doc="The topic as `scheme:code` (`scheme:*` for all of a scheme), the field, the number of that decision, or "
        "the slug of the source; `article` where one is forgotten, `forgotten` where it was a topic of such a one; of "
        "`deciding` the rule: `latest`, `majority` or `person`.",
    ),
    Column(
        "value",
        Text,
        doc="`accepted` or `rejected`, or the value; NULL: it is decided that no value is known. Of a source the other "
        "source's slug, the name or the domain; of a topic the other's `scheme:code` or the name, NULL: at the top. Of "
        "`deciding` the person whose decisions count, where the rule is `person`.",
    ),
    Column("reason", Text, doc="Why, in the person's words."),
)

earlier_states = table(
    "earlier_states",
    "What a source or topic was before a decision about it: what takes the decision back.",
    reference("decision_id", "decisions", "The decision."),
    Column(
        "text",
        Text,
        nullable=False,
        doc="The name it had, or a line for each name and domain that moved; of topics what they were, as JSON.",
    ),
    UniqueConstraint("decision_id"),
)
