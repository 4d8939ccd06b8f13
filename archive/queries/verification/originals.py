"""Whether the bytes as received are still those that were received."""

import hashlib
from collections.abc import Iterator
from typing import IO

import zstandard

from archive.db.left_behind import left_behind
from archive.db.plain import Plain
from archive.db.unfinished import ORIGINALS
from archive.queries.verification.base import HEADER, Engine
from archive.queries.verification.findings import RESTORE, Finding, Wrong
from archive.running import Watch

_STEP = 500  # originals between two words to the watcher
_PIECE = 1 << 20


def check_originals(connection: Plain, engine: Engine, watch: Watch, *, deep: bool) -> Iterator[Finding]:
    """Yield findings for originals that are not the bytes that came in.

    Only `deep` decompresses them, a megabyte at a time; else the size that each frame states is compared. Those that
    an archive says were left behind are no finding.
    """
    found = Wrong("error", "originals", "original", "altered since the import (by size or SHA-256)", RESTORE)
    (total,) = connection.execute("SELECT count(*) FROM originals").fetchone()
    decompressor = zstandard.ZstdDecompressor()
    may_be_left = ORIGINALS in left_behind(connection).parts
    for number, (row_id, sha256, size, frame, is_left) in enumerate(engine.originals(connection, whole=deep)):
        if number % _STEP == 0:
            watch("originals", number, total)
        if is_left and may_be_left:
            continue
        try:
            is_right = _is(decompressor, frame, sha256, size) if deep else _states(frame, size)
        except zstandard.ZstdError:
            is_right = False
        if not is_right:
            found.add(f"{str(sha256)[:16]}… (row {row_id})")
    yield from found.findings()


def _states(frame: IO[bytes], size: int) -> bool:
    stated = zstandard.get_frame_parameters(frame.read(HEADER)).content_size
    return stated in (size, zstandard.CONTENTSIZE_UNKNOWN)


def _is(decompressor: zstandard.ZstdDecompressor, frame: IO[bytes], sha256: str, size: int) -> bool:
    digest, read = hashlib.sha256(), 0
    with decompressor.stream_reader(frame, read_across_frames=True, closefd=False) as reader:
        while piece := reader.read(_PIECE):
            read += len(piece)
            if read > size:  # a frame can unpack to more than any disk holds
                return False
            digest.update(piece)
    return read == size and digest.hexdigest() == sha256
