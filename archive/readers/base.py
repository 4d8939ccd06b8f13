"""What every reader is, and how a reader says that it cannot read something."""

import errno
import re
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO, NamedTuple, Protocol

from archive.documents import Document, Failure
from archive.errors import ReadError

HEAD = 8192  # so many bytes are looked at to tell what a file is

_REASONS = {
    errno.ENOENT: ("it is not there any more", "run the import again when nothing else changes the files"),
    errno.EACCES: ("no permission to read it", "allow it with chmod u+r (u+rx for a folder), or run as its owner"),
    errno.EPERM: ("no permission to read it", "allow it with chmod u+r (u+rx for a folder), or run as its owner"),
    errno.ELOOP: ("a symbolic link that leads back to itself", "remove the link, or point it to a file"),
    errno.ENXIO: ("a socket or a device, not a file", "save what it gives as a file and import that"),
    errno.ENAMETOOLONG: ("its path is too long for this system", "move it to a folder nearer to the root"),
    errno.EIO: ("the disk cannot read it", "copy it from a backup, and check the disk"),
    errno.ESTALE: ("the network drive lost it", "connect the drive again, and run the import again"),
    errno.EMFILE: ("too many files are open", "raise the limit with ulimit -n"),
}


class UnreadableError(ReadError):
    """A unit that cannot be read: `reason` says why, `cure` what a person can do. The message is the reason.

    >>> UnreadableError("empty file", "remove it").failure("/news/a.txt")
    Failure(locator='/news/a.txt', reason='empty file', cure='remove it', sha256=None)
    """

    def __init__(self, reason: str, cure: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure

    def failure(self, locator: str, sha256: str | None = None) -> Failure:
        """Return the outcome of the unit at this place."""
        return Failure(locator, self.reason, self.cure, sha256)


class NotThisContainerError(Exception):
    """Raised by a container that looked further than the head, before its first record: the file is something else."""


class Reader(Protocol):
    """What turns the bytes of one kind of file into Documents."""

    @property
    def name(self) -> str:
        """The name of the reader, as it is stored with what it read."""

    @property
    def media_type(self) -> str:
        """The media type of what it reads."""

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this reader takes the file, in words, or None if it does not.

        `head` is the start of the file, at least `HEAD` bytes of it where it has them; `name` its name, or `-`.
        """

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the documents in the bytes of a file, or raise ReadError where there are none to be had."""


class Record(NamedTuple):
    """One record of a container: its place in it (`line=17`), and its own bytes."""

    place: str
    content: bytes


class BadRecord(NamedTuple):
    """A record that cannot be taken out of its container: its place in it, and why."""

    place: str
    error: UnreadableError


class Remark(NamedTuple):
    """What is to be said of a container or bundle as a whole: what of it was left out, or does not fit together."""

    text: str


class Conclusion(NamedTuple):
    """What a container can say after its last record, about all of it; it is no record.

    error         why not all that it should hold was found: a failure of the file, beside the records that were
    search_terms  what its cover says was searched for
    media_type    what it is, where the container takes files of several kinds
    """

    error: UnreadableError | None = None
    search_terms: str | None = None
    media_type: str | None = None


class Container(Protocol):
    """What takes a file of many documents apart into records, each of which is a unit with an original of its own.

    A record's locator is `FILE#PLACE`. What it says is read by a Reader, `reader`, in whichever process; here nothing
    is looked at that is not needed to tell where a record ends.
    """

    @property
    def name(self) -> str:
        """The name of the container's format, in words."""

    @property
    def media_type(self) -> str:
        """The media type of the container."""

    @property
    def endings(self) -> tuple[str, ...]:
        """How the names of its files can end, in lower case; only of these (and of stdin) the bytes are looked at.

        "" stands for names without an ending.
        """

    @property
    def reader(self) -> Reader:
        """What reads a record."""

    @property
    def seeks(self) -> bool:
        """Whether it goes back in its stream, or may raise NotThisContainerError: then it gets a file in which it can.

        What comes from standard input or out of a bundle is written to a temporary file for it.
        """

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is such a container, in words, or None if it is none; as a Reader has it."""

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord | Remark | Conclusion]:
        """Yield the records lazily, holding one at a time; one of more than `limit` bytes is a BadRecord.

        What is to be said of all of it comes last, as a Conclusion.
        Raises UnreadableError where the stream is no such container at all.
        """


class Member(NamedTuple):
    """A file in a bundle: its name there, and its bytes, to be read before the next member is asked for."""

    name: str
    stream: BinaryIO


class BadMember(NamedTuple):
    """What stands in a bundle but cannot be read as a file: its name there, and why."""

    name: str
    error: UnreadableError


class Bundle(Protocol):
    """What takes a file of files apart: a zip, a tar. Each member is what it would be outside, by content and name."""

    @property
    def name(self) -> str:
        """The name of the format, in words."""

    @property
    def media_type(self) -> str:
        """The media type of the bundle."""

    @property
    def seeks(self) -> bool:
        """Whether it goes back in its stream; as a Container has it."""

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is such a bundle, in words, or None if it is none; as a Reader has it."""

    def members(self, stream: BinaryIO, most: int) -> Iterator[Member | BadMember | Remark]:
        """Yield the files in it lazily, in their order there. Folders and hidden files are none.

        Raises UnreadableError where it is none, breaks off, or has more than `most` members.
        """


def storable(text: str) -> str:
    r"""Return a path as UTF-8 text that can be stored and printed: bytes that are neither stand as `\xNN`.

    These are bytes that are not UTF-8 (surrogate escapes, in Python), control characters and line ends. A backslash
    that would read as such an escape is written so too: two paths never become one.

    >>> storable("/news/caf\udce9.txt"), storable("/news/café.txt")
    ('/news/caf\\xe9.txt', '/news/café.txt')
    """
    # all that is not to be stored is not printable either
    return text if text.isprintable() and "\\x" not in text else _not_storable().sub(_as_escapes, text)


@cache
def _not_storable() -> re.Pattern[str]:
    return re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|\\\\(?=x[0-9a-f]{2})")  # late: it takes 25 ms


def _as_escapes(match: re.Match[str]) -> str:
    try:
        data = match[0].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = match[0].encode("utf-8", "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in data)


def shown(text: str, limit: int = 60) -> str:
    """Return a piece of the input for a message: in quotes, escaped where it cannot be printed, and not too long.

    >>> shown("Minsk\\x00")
    "'Minsk\\\\x00'"
    """
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def unreadable(error: OSError | ValueError) -> UnreadableError:
    """Return what the system's error means for the person who imports: reason and cure."""
    if isinstance(error, OSError):
        known = _REASONS.get(error.errno or 0)
        return UnreadableError(*known) if known else UnreadableError(f"it cannot be read: {error.strerror or error}")
    return UnreadableError("its name cannot be a path of this system", "rename it")
