"""Whether the bytes as received are still those that were received."""

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import IO, cast

import zstandard

from archive.queries.verification.findings import RESTORE, Finding, Wrong
from archive.running import Watch

_STEP = 500  # originals between two words to the watcher
_PIECE = 1 << 20
_HEADER = 18  # the longest header of a frame: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1


def check_originals(connection: sqlite3.Connection, watch: Watch, *, deep: bool) -> Iterator[Finding]:
    """Yield findings for originals that are not the bytes that came in.

    Only `deep` decompresses them, a megabyte at a time; else the size that each frame states is compared.
    """
    found = Wrong("error", "originals", "original", "altered since the import (by size or SHA-256)", RESTORE)
    (total,) = connection.execute("SELECT count(*) FROM originals").fetchone()
    decompressor = zstandard.ZstdDecompressor()
    rows = connection.execute(
        "SELECT id, sha256, size FROM originals WHERE typeof(content) = 'blob' AND typeof(size) = 'integer' ORDER BY id"
    )
    for number, (row_id, sha256, size) in enumerate(rows):
        if number % _STEP == 0:
            watch("originals", number, total)
        with connection.blobopen("originals", "content", row_id, readonly=True) as blob:
            try:
                is_right = _is(decompressor, blob, sha256, size) if deep else _states(blob, size)
            except zstandard.ZstdError:
                is_right = False
        if not is_right:
            found.add(f"{str(sha256)[:16]}… (row {row_id})")
    yield from found.findings()


def _states(blob: sqlite3.Blob, size: int) -> bool:
    stated = zstandard.get_frame_parameters(blob.read(_HEADER)).content_size
    return stated in (size, zstandard.CONTENTSIZE_UNKNOWN)


def _is(decompressor: zstandard.ZstdDecompressor, blob: sqlite3.Blob, sha256: str, size: int) -> bool:
    digest, read = hashlib.sha256(), 0
    with decompressor.stream_reader(cast(IO[bytes], blob), read_across_frames=True, closefd=False) as reader:
        while piece := reader.read(_PIECE):
            read += len(piece)
            if read > size:  # a frame can unpack to more than any disk holds
                return False
            digest.update(piece)
    return read == size and digest.hexdigest() == sha256
