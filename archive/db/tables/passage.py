"""What stands in a text beside plain paragraphs, and what was taken out of it."""

from sqlalchemy import Column, Integer, UniqueConstraint

from archive.db.tables.base import Text, reference, table

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
