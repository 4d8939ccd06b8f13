"""What was captured again and had not changed: which earlier record of the file has it (`revisit`)."""

from hashlib import blake2b

from archive.readers.base import UnreadableError, shown
from archive.readers.web_archives.answers import read_answer
from archive.readers.web_archives.headers import RecordHeader
from archive.readers.web_archives.pages import PAGES, kind_of

_MOST = 500_000  # names of records that are held, some 60 MB of memory
_NOT_MODIFIED = 304
_OK = 200

_NO_PAGE = (-1, -1)


class Captures:
    """The records of a file that others may refer to, by id, digest, address and time. The oldest are forgotten."""

    def __init__(self) -> None:
        self._latest: dict[int, tuple[int, int]] = {}
        self._earlier: dict[int, tuple[int, int]] = {}
        self._forgot = False

    def add(self, header: RecordHeader, at: tuple[int, int] | None) -> None:
        """Keep where a record stands; None for one that is no page."""
        if header.kind not in ("response", "resource"):
            return
        for name in (
            *(("id", header.get("warc-record-id")), ("digest", header.get("warc-payload-digest"))),
            *(("at", f"{header.date} {header.uri}"), ("uri", header.uri)),
        ):
            if name[1].strip():
                self._latest[_key(*name)] = at or _NO_PAGE
        if len(self._latest) > _MOST // 2:  # half of all at once: a dict from which the first is taken gets slow
            self._forgot = self._forgot or bool(self._earlier)
            self._earlier, self._latest = self._latest, {}

    def find(self, header: RecordHeader) -> tuple[int, int] | UnreadableError | None:
        """Return where the record that a revisit refers to stands, None if it is no page; or why it is not known.

        It is looked for by the id, the address and time that are stated, then by the digest of what it holds, and
        where the server said that nothing had changed, by its own address.
        """
        uri = header.get("warc-refers-to-target-uri").strip("<> ").replace(" ", "%20")
        date = header.get("warc-refers-to-date")
        names = [
            ("id", header.get("warc-refers-to")),
            ("at", f"{date} {uri}" if date and uri else ""),
            ("digest", header.get("warc-payload-digest")),
        ]
        if "not-modified" in header.get("warc-profile"):
            names.append(("uri", uri or header.uri))
        for name in names:
            key = _key(*name) if name[1] else None
            at = None if key is None else self._latest.get(key, self._earlier.get(key))
            if at is not None:
                return None if at == _NO_PAGE else at
        what = f"of {shown(uri or header.uri, 200)}" + (f" on {date}" if date else "")
        where = "before it in this file" if not self._forgot else "among the records of this file that are known here"
        return UnreadableError(
            f"it says that a capture {what} was met again unchanged, and that is not {where}",
            "import the file that has it: the text is the same",
        )


def what_revisit_is(header: RecordHeader, block: bytes) -> str | None:
    """Return what a revisit is of, in words for a count, where its own header shows that it is no page; else None."""
    if not header.is_of_web:
        return "not of the web"
    try:
        answer = read_answer(block)
    except UnreadableError:
        return None
    if answer is None or answer.status == _NOT_MODIFIED:
        return None
    if answer.status != _OK:
        return f"with status {answer.status}"
    stated = answer.media_type
    return None if not stated or stated in PAGES else f"{kind_of(stated)} (met again unchanged)"


def _key(kind: str, name: str) -> int:
    digest = blake2b(f"{kind} {name}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
