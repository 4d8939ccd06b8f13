"""What a view is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A view: what one row is, what its columns are, and the SELECT behind it (SQLite)."""

    name: str
    doc: str
    columns: dict[str, str]
    sqlite: str
