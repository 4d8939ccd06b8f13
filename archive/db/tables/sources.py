"""Sources: who published a piece, and the names and domains that lead to them."""

from sqlalchemy import Column, UniqueConstraint

from archive.db.tables.base import Text, reference, table

sources = table(
    "sources",
    "A publication or agency (an outlet); never a file.",
    Column("slug", Text, nullable=False, unique=True, doc="Short name for the command line: `china-daily`."),
    Column("name", Text, nullable=False, doc="Name as shown."),
    Column("kind", Text, doc="newspaper, agency, broadcaster, website, magazine, government; NULL if not stated."),
    Column("country", Text, doc="ISO 3166-1 alpha-2 code of the country it is based in; NULL if not stated."),
    Column("language", Text, doc="BCP 47 tag of the language it mostly writes in; NULL if not stated."),
    Column("origin", Text, nullable=False, doc="`vocabulary` (a loaded file), or `import` (first named by an input)."),
    Column("created_at", Text, nullable=False, doc="When the row came, UTC."),
)

source_names = table(
    "source_names",
    "A name or alias that leads to a source, always or for a time.",
    reference("source_id", "sources", "The source it leads to.", index=True),
    Column("name", Text, nullable=False, doc="The name as written."),
    Column("name_key", Text, nullable=False, doc="The name NFKC-casefolded: what inputs are matched on."),
    Column("kind", Text, nullable=False, doc="`label` (the name as shown) or `alias`."),
    Column("valid_from", Text, doc="First day that the name led to the source, `YYYY-MM-DD`; NULL: ever since."),
    Column("valid_until", Text, doc="First day that it no longer did; NULL: it still does."),
    UniqueConstraint("name_key", "source_id"),
)

source_domains = table(
    "source_domains",
    "A domain whose pages are a source's, always or for a time.",
    reference("source_id", "sources", "The source it leads to.", index=True),
    Column("domain", Text, nullable=False, doc="Host name, lower case, without `www.`."),
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
