"""In what a text differs from the one that its original gives today, in words for people."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from archive.db.lookups import Surroundings
from archive.db.standing import Standing
from archive.documents import Article, FoundDate

_AROUND = 40  # characters shown on either side of where two texts part


class Difference(NamedTuple):
    """What would be otherwise in one field of an article: as it is, as it would be, for people to read."""

    field: str
    before: str
    after: str


def differences_of_texts(stood: Standing, surroundings: Surroundings, unit: Article) -> Iterator[Difference]:
    """Yield in what a text differs from the one that its original gives today."""
    if (stood.headline, stood.headline_method) != (unit.headline, unit.headline_method):
        before, after = (
            f"{text} ({method})" if text else "none"
            for text, method in ((stood.headline, stood.headline_method), (unit.headline, unit.headline_method))
        )
        yield Difference("headline", before, after)
    if stood.body != unit.body:
        yield Difference("body", *_where_they_part(stood.body, unit.body))
    for name, old, new in (
        ("blocks", surroundings.blocks, unit.blocks),
        ("set_aside", surroundings.set_aside, tuple((one.kind, one.text, one.after_block) for one in unit.set_aside)),
        ("links", surroundings.links, tuple((one.kind, one.text, one.url) for one in unit.links)),
    ):
        if old != new:
            yield Difference(name, _listed(old, new), _listed(new, old))


def _where_they_part(before: str, after: str) -> tuple[str, str]:
    """Return what stands in two texts around the first character in which they differ."""
    shorter = min(len(before), len(after))
    first = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    start = max(0, first - _AROUND)
    return tuple(  # type: ignore[return-value]
        ("…" if start else "") + text[start : first + _AROUND] + ("…" if first + _AROUND < len(text) else "")
        for text in (before, after)
    )


def _listed(these: Collection[tuple[object, ...]], others: Collection[tuple[object, ...]]) -> str:
    """Return those of some things that are not among others, in words."""
    different = [one for one in these if one not in others]
    shown = "; ".join(" ".join(str(part) for part in one if part is not None) for one in islice(different, 5))
    return (shown + (" …" if len(different) > 5 else "")) or "none"


def difference_of_dates(before: Sequence[FoundDate], after: Sequence[FoundDate]) -> Difference | None:
    """Return in what the dates that a text mentions differ; None where they are the same, at the same places."""
    if _written(before) == _written(after):
        return None
    old, new = ([(one.text, f"= {one.value}" if one.value else "unread") for one in dates] for dates in (before, after))
    return Difference("mentioned_dates", _listed(old, new), _listed(new, old))


def told(value: object) -> str:
    """Return a value as people read it: names one after the other, `none` where there is none."""
    if isinstance(value, tuple):
        return "; ".join(str(one) for one in value if one) or "none"
    return str(value or "none")


def _written(dates: Sequence[FoundDate]) -> list[tuple[object, ...]]:
    return sorted(
        (
            str(date.field),
            date.start or 0,
            date.end or 0,
            date.text,
            str(date.value),
            date.precision or "",
            date.has_zone,
        )
        for date in dates
    )
