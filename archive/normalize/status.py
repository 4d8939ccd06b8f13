"""Whether an item may be published, as wire services say it: its status, and until when it is under embargo."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every question asks what is hidden, and needs nothing of an import for that
    from archive.documents import PublishedTime

USABLE, WITHHELD, CANCELED = "usable", "withheld", "canceled"
STATUSES = (USABLE, WITHHELD, CANCELED)

# Those of which an item is kept, and hidden.
HIDDEN = (WITHHELD, CANCELED)

# IPTC's three words, and what wire services and publishing systems say for them.
_WORDS = {
    **dict.fromkeys(("usable", "published", "publish", "released"), USABLE),
    **dict.fromkeys(("withheld", "withhold", "held", "hold", "embargoed"), WITHHELD),
    **dict.fromkeys(("canceled", "cancelled", "cancel", "killed", "kill", "deleted", "delete"), CANCELED),
    **dict.fromkeys(("withdrawn", "withdraw", "retracted", "retract"), CANCELED),
}

_WESTERNMOST = timedelta(hours=12)  # where a local time comes last


def publication_status(text: str) -> str:
    """Return usable, withheld or canceled for what an input says: a word, a code or an address that ends in one.

    "embargoed", which says nothing of when it ends, is withheld. Raises ValueError for any other word.

    >>> publication_status("stat:canceled"), publication_status("Killed")
    ('canceled', 'canceled')
    """
    word = text.strip().rstrip("/").replace("/", ":").rpartition(":")[2].casefold()
    if word not in _WORDS:
        raise ValueError(f"a status is one of {', '.join(STATUSES)}")
    return _WORDS[word]


def embargo_ends(time: "PublishedTime") -> str:
    """Return the moment (UTC) from which an embargo is surely over, wherever it was meant.

    Without a zone that is when the time has come everywhere; of a day, a month or a year, when it is past everywhere.

    >>> from archive.normalize.dates import parse_published
    >>> embargo_ends(parse_published("2023-02-28T06:30+01:00"))
    '2023-02-28T05:30:00.000000Z'
    >>> embargo_ends(parse_published("2023-02-28"))
    '2023-03-01T12:00:00.000000Z'
    """
    if time.utc is not None:
        return time.utc
    local = time.starts if time.precision in ("minute", "second") else time.ends
    return (datetime.fromisoformat(local) + _WESTERNMOST).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
