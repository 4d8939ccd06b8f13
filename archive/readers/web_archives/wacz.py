"""WACZ files: a zip with WARC files in `archive/`, and what replays them. https://specs.webrecorder.net/wacz/1.1.1/"""

import hashlib
import json
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

from archive.readers.base import BadMember, Member, Remark, UnreadableError, storable
from archive.readers.bundles.zip import Zip
from archive.readers.streams import Watched

_ARCHIVE = "archive/"
_PACKAGE = "datapackage.json"
_LARGEST_PACKAGE = 16_000_000
_CHUNK = 1 << 16
_ZIP = b"PK\x03\x04"
_ZIPPED = Zip()


class Wacz:
    """A WACZ file: its WARC files are what they are outside of it; all else in it is no unit."""

    name = "web archive (WACZ)"
    media_type = "application/wacz"
    seeks = True

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a WACZ file: a zip whose name says so, or that begins with members of one."""
        if not head.startswith(_ZIP):
            return None
        if name.lower().endswith(".wacz"):
            return "its name ends in .wacz, and it is a zip"
        if head[30:].startswith((b"datapackage.json", b"archive/", b"pages/pages.jsonl", b"indexes/")) and (
            b".warc" in head or b'"wacz_version"' in head
        ):
            return "a zip that begins with members of a WACZ file"
        return None

    def members(self, stream: BinaryIO, most: int) -> Iterator[Member | BadMember | Remark]:
        """Yield the files in `archive/`; then Remarks on those that differ from their stated hash, and on the rest."""
        hashes = _stated_hashes(_ZIPPED.members(stream, most))
        left: set[str] = set()
        found = 0
        for member in _ZIPPED.members(stream, most):
            if isinstance(member, Remark):
                yield member
            elif not member.name.startswith(_ARCHIVE):
                folder, slash, _ = member.name.partition("/")
                left.add(folder + slash)
            elif isinstance(member, BadMember):
                found += 1
                yield member
            else:
                found += 1
                stated = hashes.get(member.name)
                hashing = _Hashing(member.stream, stated[0]) if stated else None
                yield Member(member.name, BufferedReader(hashing, _CHUNK)) if hashing else member
                if stated and hashing and hashing.rest() not in ("", stated[1]):
                    yield Remark(f"{storable(member.name)} is not what {_PACKAGE} says: its {stated[0]} differs")
        if not found:
            raise UnreadableError("a WACZ file without a file in archive/", "fetch it again")
        if left:
            yield Remark(f"left: {', '.join(storable(name) for name in sorted(left))}")


def _stated_hashes(members: Iterator[Member | BadMember | Remark]) -> dict[str, tuple[str, str]]:
    """Return of each file the algorithm and the hash that the package states; none where that cannot be read."""
    for member in members:
        if isinstance(member, Member) and member.name == _PACKAGE:
            try:
                package = json.loads(member.stream.read(_LARGEST_PACKAGE))
            except (ValueError, RecursionError, UnreadableError):
                return {}
            break
    else:
        return {}
    hashes = {}
    resources = package.get("resources") if isinstance(package, dict) else None
    for one in resources if isinstance(resources, list) else []:
        path, stated = (one.get("path"), one.get("hash")) if isinstance(one, dict) else (None, None)
        if isinstance(path, str) and isinstance(stated, str):
            algorithm, _, digest = stated.rpartition(":")
            algorithm = (algorithm or "md5").lower()  # what the format of packages says for a bare one
            if algorithm in ("md5", "sha1", "sha256", "sha512"):
                hashes[path] = (algorithm, digest.lower())
    return hashes


class _Hashing(Watched):
    """The stream of a member, hashed as it is read."""

    def __init__(self, stream: BinaryIO, algorithm: str) -> None:
        self._digest = hashlib.new(algorithm, usedforsecurity=False)
        super().__init__(stream, self._digest.update)

    def rest(self) -> str:
        """Return the hash, once what nobody read is read; "" where it cannot be."""
        try:
            while self.read(_CHUNK):
                pass
        except UnreadableError:
            return ""
        return self._digest.hexdigest()
