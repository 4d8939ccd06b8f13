"""What differs between engines: a module of each has these functions."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, Any, NamedTuple, Protocol

from archive.queries.verification.findings import Finding

HEADER = 18  # the longest header of a frame: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1


class Original(NamedTuple):
    """The bytes as received of one unit, as they are stored."""

    id: int
    sha256: str
    size: int
    frame: IO[bytes]
    is_left: bool  # behind, when the archive was copied: there is not even a frame


class Engine(Protocol):
    """What can be wrong with an archive on this engine beside its rows, and how its rows are looked at."""

    RESTORE: str

    def opened(self, location: Any, /) -> AbstractContextManager[Any]:
        """Give a connection that can only read, in one transaction."""

    def attempted(self, connection: Any, /) -> AbstractContextManager[None]:
        """Let what goes wrong within be undone alone; the transaction goes on."""

    def integrity(self, connection: Any, /, *, deep: bool) -> tuple[list[str], list[str]]:
        """Return what is wrong with what the archive is kept in, and of that, apart, what is wrong with indexes only.

        The name of an index is the end of its line.
        """

    def check_constraints(self, connection: Any, /) -> Iterator[Finding]:
        """Yield findings for constraints that do not keep out what they should."""

    def check_foreign_keys(self, connection: Any, /) -> Iterator[Finding]:
        """Yield a finding for each pair of tables of which one points to rows that the other does not have."""

    def check_indexed(self, connection: Any, /) -> Iterator[Finding]:
        """Yield findings for what is in the search index and should not be, or is not and should."""

    def check_types(self, connection: Any, /) -> Iterator[Finding]:
        """Yield a finding for values of another type than their column's."""

    def missing_indexes(self, connection: Any, /) -> list[tuple[str, str]]:
        """Return this program's indexes that are not there, each with the statement that makes it."""

    def missing_views(self, connection: Any, /) -> list[tuple[str, str]]:
        """Return this program's views that are not there, each with the statement that makes it."""

    def check_views(self, connection: Any, /) -> Iterator[Finding]:
        """Yield findings for views that are missing or, where that can be read, are not this program's."""

    def check_writing(self, connection: Any, /, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:
        """Yield the checks that write to find out, by name, for a transaction that may; nothing of it stays."""

    def check_apart(self, location: Any, /, *, is_current: bool) -> Iterator[tuple[str, Iterator[Finding]]]:
        """Yield the same for an archive, each on a connection of its own; a note where that cannot be found out."""

    def originals(self, connection: Any, /, *, whole: bool) -> Iterator[Original]:
        """Yield all bytes as received, with no more than the header of each frame at hand unless `whole`."""
