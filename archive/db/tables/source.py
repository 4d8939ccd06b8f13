"""Sources: who published a piece."""

from sqlalchemy import Column

from archive.db.tables.base import LongText, Text, table

sources = table(
    "sources",
    "A publication or agency (an outlet); never a file.",
    Column("slug", LongText, nullable=False, unique=True, doc="Short name for the command line: `china-daily`."),
    Column("name", Text, nullable=False, doc="Name as shown."),
    Column("kind", Text, doc="newspaper, agency, broadcaster, website, magazine, government; NULL if not stated."),
    Column("country", Text, doc="ISO 3166-1 alpha-2 code of the country it is based in; NULL if not stated."),
    Column("language", Text, doc="BCP 47 tag of the language it mostly writes in; NULL if not stated."),
    Column("origin", Text, nullable=False, doc="`vocabulary` (a loaded file), or `import` (first named by an input)."),
    Column("created_at", Text, nullable=False, doc="When the row came, UTC."),
)
