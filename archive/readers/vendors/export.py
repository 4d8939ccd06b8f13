"""An export taken apart: its articles, what its cover says, and whether the two agree."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_MOST_NAMED = 10


@dataclass(frozen=True)
class Cover:
    """What stands before the articles: what was searched for, and how many articles it says there are."""

    terms: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class Stated:
    """How many articles the lines before them say there are, and which numbers of those are missing."""

    count: int
    missing: tuple[int, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[tuple[int, int]]) -> "Stated":
        """Return what lines of number and total say; where the numbers begin anew there are several exports."""
        exports: list[tuple[int, set[int]]] = []
        for number, total in lines:
            if not exports or total != exports[-1][0] or number in exports[-1][1]:
                exports.append((total, set()))
            exports[-1][1].add(number)
        missing: list[int] = []
        for total, seen in exports:
            missing += [
                number for number in range(1, min(total, max(seen) + _MOST_NAMED + 1) + 1) if number not in seen
            ]
        return cls(sum(total for total, _ in exports), tuple(missing))


@dataclass(frozen=True)
class Export:
    """The articles of an export in order, each as the text of its record; the cover; notes on what was left out."""

    profile: str
    articles: list[str]
    cover: Cover = field(default_factory=Cover)
    stated: Stated | None = None
    notes: tuple[str, ...] = ()

    def difference(self) -> str | None:
        """Return in words how what is stated differs from what was found, None if it does not.

        >>> Export("nexis", ["a"] * 9, Cover(count=10), Stated(10, (3,))).difference()
        'the cover says 10 documents, 9 were found; number 3 is missing'
        """
        found = len(self.articles)
        number_stated = None if self.stated is None else self.stated.count
        for who, count in (("the cover says", self.cover.count), ("the lines before them say", number_stated)):
            if count is not None and count != found:
                documents = "document" if count == 1 else "documents"
                were = "was" if found == 1 else "were"
                return f"{who} {count:,} {documents}, {found:,} {were} found{self._missing()}"
        return None

    def _missing(self) -> str:
        missing = self.stated.missing[:_MOST_NAMED] if self.stated else ()
        if not missing:
            return ""
        named = ", ".join(map(str, missing))
        return f"; number {named} is missing" if len(missing) == 1 else f"; numbers {named} are missing"
