"""What the text of a value means: whether two say the same, and which of two that do not stands."""

from collections.abc import Callable

from archive.db.enumerations import PRECISIONS
from archive.documents import PublishedTime
from archive.normalize.bylines import split_byline
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.status import publication_status
from archive.normalize.urls import canonical_url

_MEANING: dict[str, Callable[[str], object]] = {
    "authors": split_byline,
    "language": language_tag,
    "published": parse_published,
    "status": publication_status,
    "embargo": parse_published,
    "url": canonical_url,
}


def mean_the_same(field: str, one: str, other: str) -> bool:
    """Tell whether two texts of one field are the same value, written in two ways.

    >>> mean_the_same("published", "28 February 2023", "2023-02-28")
    True
    """
    meaning = _MEANING.get(field, str)
    try:
        return meaning(one) == meaning(other)
    except ValueError:  # what is known was taken by an older program, with other rules
        return False


def rank(field: str, text: str) -> tuple[object, ...]:
    """Return what the values of a field are ordered by, of which the first stands, in whichever order they come.

    Of dates the more exact goes first, then the earlier; of all else what sorts first. A value that today's rules
    refuse was taken by an older program, and stays.

    >>> sorted(["2023", "2023-02-28", "2023-02-27"], key=lambda text: rank("published", text))
    ['2023-02-27', '2023-02-28', '2023']
    """
    try:
        meant = _MEANING.get(field, str)(text)
    except ValueError:
        return (0, text)
    if isinstance(meant, PublishedTime):
        return (1, -PRECISIONS.index(meant.precision), meant.starts, meant.text)
    return (1, meant)
