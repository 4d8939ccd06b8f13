"""What differs between engines when an archive is repaired: a module of each has these functions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Engine(Protocol):
    """How an archive is written to past what keeps it in order."""

    def writing(self, location: Any, /) -> AbstractContextManager[tuple[Any, Callable[[], None]]]:
        """Give a connection in a transaction under the write lock, and what commits it; else all is undone."""

    def is_passed_over(self, error: Exception, /, *, mind_damage: bool) -> bool:
        """Tell whether one statement cannot be done, and the archive is sound for all others."""

    def set_triggers_aside(self, connection: Any, /) -> Any:
        """Keep a user's triggers from being set off; returns what puts them back."""

    def put_triggers_back(self, connection: Any, triggers: Any, /) -> list[str]:
        """Set up triggers again as they were; returns, in words, for which there is no place any more."""

    def reindex(self, connection: Any, name: str, /) -> None:
        """Make an index anew of its table."""

    def fill_search(self, connection: Any, /) -> None:
        """Index all articles anew."""

    def make_search(self, connection: Any, /) -> None:
        """Make the search index from nothing, and index all articles."""

    def indexed(self, connection: Any, /) -> int:
        """Return how many articles are in the search index."""
