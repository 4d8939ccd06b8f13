"""What a view is."""

import re
from dataclasses import dataclass

_LISTED = re.compile(r"(ORDER BY [\w.]+)\)\) AS")


@dataclass(frozen=True)
class View:
    """A view: what one row is, what its columns are, and the SELECT behind it (SQLite)."""

    name: str
    doc: str
    columns: dict[str, str]
    sqlite: str

    @property
    def postgresql(self) -> str:
        """The same SELECT for PostgreSQL, which has another word for lists, and names what is selected of."""
        return _LISTED.sub(r"\1) listed) AS", self.sqlite.replace("group_concat(", "string_agg("))
