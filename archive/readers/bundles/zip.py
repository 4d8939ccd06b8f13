"""Zip archives (PKWARE's APPNOTE.TXT)."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from archive.readers.base import BadMember, Member, Remark, UnreadableError
from archive.readers.beside import page_of
from archive.readers.bundles.guarded import guarded
from archive.readers.bundles.names import is_hidden
from archive.readers.decode import zipped_kind

_END = b"PK\x05\x06"
_END64_AT = b"PK\x06\x07"
_LARGEST_DIRECTORY = 64_000_000  # bytes of the list of members, all of which is held in memory
_ENCRYPTED = 0x1
_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, ValueError, OSError, EOFError, RuntimeError)


class Zip:
    """A zip archive that is no document of an office or the like."""

    name = "zip archive"
    media_type = "application/zip"
    seeks = True

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - the first bytes are enough
        """Return why this is a zip archive: it begins with a member, or with the end of an empty one."""
        if not head.startswith((b"PK\x03\x04", _END)) or zipped_kind(head) is not None:
            return None
        return "it begins as a zip archive does"

    def members(self, stream: BinaryIO, most: int) -> Iterator[Member | BadMember | Remark]:
        """Yield the members; what is encrypted, or packed in a way that is not known here, is a BadMember."""
        _require_short_directory(stream)
        try:
            packed = zipfile.ZipFile(stream)
        except (
            zipfile.BadZipFile,
            ValueError,
            NotImplementedError,
            struct.error,
            OSError,
            UnicodeDecodeError,
        ) as error:
            raise UnreadableError(
                f"a zip archive that is damaged: {error}", "fetch it again, or repair it with `zip -FF`"
            ) from error
        with packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir() and not is_hidden(entry.filename)]
            if len(entries) > most:
                raise UnreadableError(
                    f"{len(entries):,} members are over the limit of {most:,}", "unpack it, or raise --max-members"
                )
            names = {entry.filename for entry in entries}
            left = 0
            for entry in entries:
                if _page_of(entry.filename, names) is None:
                    yield _member(packed, entry)
                else:
                    left += 1
            if left:
                yield Remark(f"left out: {left:,} file{'s' * (left > 1)} in folders that pages were saved with")


def _page_of(name: str, names: set[str]) -> str | None:
    """Return which page a browser saved a member with, in one of the folders that it stands in, or None."""
    folders = (name[:at] for at, character in enumerate(name) if character == "/")
    return next((page for folder in folders if (page := page_of(folder, names)) is not None), None)


def _member(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member | BadMember:
    name = entry.filename
    if entry.flag_bits & _ENCRYPTED:
        return BadMember(name, UnreadableError("it is encrypted", "unpack it with its password, and import that"))
    if (entry.external_attr >> 28) == 0xA:
        return BadMember(name, UnreadableError("a symbolic link, not a file", "import what it leads to"))
    try:
        return Member(name, guarded(cast(BinaryIO, packed.open(entry)), _DAMAGES, _damaged))
    except NotImplementedError:
        error = UnreadableError("packed in a way that cannot be unpacked here", "unpack it, and import what is in it")
        return BadMember(name, error)
    except _DAMAGES as error:
        return BadMember(name, _damaged(error))


def _damaged(error: Exception) -> UnreadableError:
    return UnreadableError(f"damaged within the zip archive: {error}", "fetch the archive again")


def _require_short_directory(stream: BinaryIO) -> None:
    """Refuse a list of members that would fill the memory before one of them could be counted."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read(65_557)
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise UnreadableError("a zip archive that is cut off: its end is missing", "fetch it again")
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    has_64 = tail[max(0, at - 20) : at].startswith(_END64_AT)
    if directory == 0xFFFFFFFF and has_64:
        stream.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        record = stream.read(56)
        stream.seek(0)
        directory = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else size
    elif not has_64 and size - len(tail) + at > directory + struct.unpack_from("<L", tail, at + 16)[0]:
        raise UnreadableError(
            "a zip archive whose end is that of another one in it: it is cut off, or two were joined", "fetch it again"
        )
    if directory > min(size, _LARGEST_DIRECTORY):
        raise UnreadableError(
            f"a zip archive with a list of members of {directory:,} bytes", "unpack it, and import what is in it"
        )
