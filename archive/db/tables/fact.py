"""What tells this archive from all others."""

from sqlalchemy import Column

from archive.db.tables.base import Text, table

about = table(
    "about",
    "A fact about this archive as a whole.",
    Column(
        "name",
        Text,
        nullable=False,
        unique=True,
        doc="`archive_id` (random, made once), `created_at` (UTC), `program_version` (that upgraded it last) "
        "`url_rules` (version of the rules of canonical URLs that it follows); of a part of another archive `part_of` "
        "(the `archive_id` of that), `part_query` (what found it) and `without` (`originals`, `texts`: what was left "
        "behind); `unfinished_copy` while one is copied into it.",
    ),
    Column("value", Text, nullable=False, doc="The fact."),
)
