"""Tar archives (POSIX ustar and pax, GNU, V7), read in one pass."""

import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from archive.readers.base import BadMember, Member, UnreadableError
from archive.readers.bundles.guarded import guarded
from archive.readers.bundles.names import is_hidden

_LONGEST_HEADER = 1_000_000  # bytes of a header that says more of a member; all of it is held in memory
_DAMAGES = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error)
_HEADERS = frozenset(
    (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
)

_MAGIC = (b"ustar\x00", b"ustar  \x00")  # POSIX's and GNU's; the letters alone also stand in texts


class Tar:
    """A tar archive. One that is packed with gzip or the like is unpacked before."""

    name = "tar archive"
    media_type = "application/x-tar"
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a tar archive: by its first header; an old one is known by its name too."""
        if head[257:265].startswith(_MAGIC):
            return "its first header is that of a tar archive"
        if name.lower().endswith(".tar") and len(head) >= 512:
            try:
                tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                return None
            return "its name ends in .tar, and it begins with a header of one"
        return None

    def members(self, stream: BinaryIO, most: int) -> Iterator[Member | BadMember]:
        """Yield the members; links and devices are BadMembers: nothing outside of the archive is looked at."""
        number = 0
        try:
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedHeader) as packed:
                for entry in packed:
                    if entry.isdir() or is_hidden(entry.name):
                        continue
                    number += 1
                    if number > most:
                        raise UnreadableError(
                            f"more members than the limit of {most:,}", "unpack it, or raise --max-members"
                        )
                    yield _member(packed, entry)
                    packed.members.clear()  # type: ignore[attr-defined]  # tarfile keeps all of them: a million are half a gigabyte
        except _DAMAGES as error:
            raise _damaged(error) from error


class _BoundedHeader(tarfile.TarInfo):
    """A header that cannot make tarfile read more into memory than a header needs."""

    def _proc_member(self, packed: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {self.size:,} bytes")
        made: tarfile.TarInfo = super()._proc_member(packed)  # type: ignore[misc]
        return made


def _member(packed: tarfile.TarFile, entry: tarfile.TarInfo) -> Member | BadMember:
    if not entry.isreg() or entry.issparse():
        kind = "a link" if entry.issym() or entry.islnk() else "a sparse file" if entry.issparse() else "a device"
        return BadMember(
            entry.name, UnreadableError(f"{kind} in a tar archive, not a file", "unpack it, or leave it out")
        )
    stream = packed.extractfile(entry)
    if stream is None:
        return BadMember(entry.name, UnreadableError("nothing that can be read", "leave it out"))
    return Member(entry.name, guarded(cast(BinaryIO, stream), _DAMAGES, _damaged))


def _damaged(error: Exception) -> UnreadableError:
    return UnreadableError(f"a tar archive that is damaged or cut off: {error}", "fetch it again")
