"""The names and domains that lead to a source, and what bylines call it."""

from sqlalchemy import Column, UniqueConstraint

from archive.db.tables.base import LongText, Text, reference, table

source_names = table(
    "source_names",
    "A name or alias that leads to a source, always or for a time.",
    reference("source_id", "sources", "The source it leads to.", index=True),
    Column("name", Text, nullable=False, doc="The name as written."),
    Column("name_key", LongText, nullable=False, doc="The name NFKC-casefolded: what inputs are matched on."),
    Column("kind", Text, nullable=False, doc="`label` (the name as shown) or `alias`."),
    Column("valid_from", Text, doc="First day that the name led to the source, `YYYY-MM-DD`; NULL: ever since."),
    Column("valid_until", Text, doc="First day that it no longer did; NULL: it still does."),
    UniqueConstraint("name_key", "source_id"),
)

source_domains = table(
    "source_domains",
    "A domain whose pages are a source's, always or for a time.",
    reference("source_id", "sources", "The source it leads to.", index=True),
    Column("domain", LongText, nullable=False, doc="Host name, lower case, without `www.`."),
    Column("valid_from", Text, doc="First day that the domain was the source's, `YYYY-MM-DD`; NULL: ever since."),
    Column("valid_until", Text, doc="First day that it no longer was; NULL: it still is."),
    UniqueConstraint("domain", "source_id"),
)

agency_names = table(
    "agency_names",
    "What bylines and datelines call a source, most often an agency, that they credit.",
    reference("source_id", "sources", "The source that is meant.", index=True),
    Column(
        "language",
        Text,
        nullable=False,
        doc="BCP 47 tag of the language it is called so in; `mul` in any. A short name counts in no other.",
    ),
    Column("name", Text, nullable=False, doc="The name as written."),
    Column("name_key", Text, nullable=False, doc="The name NFKC-casefolded: what is looked for."),
    UniqueConstraint("name_key", "language"),
)
