"""What stayed behind when the archive was copied: no damage, if the archive says so, and told."""

from collections.abc import Iterator

from archive.db.left_behind import LEFT, left_behind
from archive.db.plain import Plain
from archive.db.unfinished import ORIGINALS, TEXTS
from archive.queries.verification.findings import Finding, counted

_COUNTED = {
    ORIGINALS: ("original", "SELECT count(*) FROM originals WHERE length(content) = 0"),
    TEXTS: (
        "text",
        f"SELECT count(*) FROM article_revisions WHERE '{LEFT}' IN (headline, body) "
        f"AND coalesce(headline, '') IN ('', '{LEFT}') AND body IN ('', '{LEFT}')",
    ),
}


def check_left_behind(connection: Plain) -> Iterator[Finding]:
    """Yield a note of how much was left behind, for each part that the archive says it is without."""
    found = left_behind(connection)
    for part in found.parts:
        thing, statement = _COUNTED[part]
        (number,) = connection.execute(statement).fetchone()
        if number:
            told = f"{counted(number, thing)} left behind when this was copied; {found.cure}"
            yield Finding("note", "left_behind", number, told, None)
