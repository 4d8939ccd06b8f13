"""What all engines have in common that index texts."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection

if TYPE_CHECKING:  # late: questions need no documents
    from archive.documents import Article


class Index(Protocol):
    """A full-text index of the current texts, kept in step by whoever writes (no triggers)."""

    def clear(self, connection: Connection) -> None:
        """Take everything out of the index, whatever is in it."""

    def remove(self, connection: Connection, ids: Collection[int]) -> None:
        """Take these articles out of the index, as long as they still have the text that is indexed."""

    def add(self, connection: Connection, ids: Collection[int]) -> None:
        """Index these articles with the text they have now."""

    def add_range(
        self, connection: Connection, first: int, last: int, known: "Mapping[int, Article] | None" = None, /
    ) -> None:
        """Index all articles from one id to another, both included.

        `known` are some with the text that they have now, of which what is indexed may be made already.
        """

    def indexed_words(self, connection: Connection) -> Iterator[tuple[str, int, int]]:
        """Yield each word of the index: in how many articles it occurs, and how often."""
