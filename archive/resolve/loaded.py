"""What loading a file of sources or topics did."""

from dataclasses import dataclass, field
from typing import NamedTuple

ADD, CHANGE, RETIRE, REMOVE = ("add", "change", "retire", "remove")


class Change(NamedTuple):
    """What a load does to one topic: add, change, retire or remove it; of a change, which fields."""

    what: str
    topic: str
    name: str
    fields: tuple[str, ...] = ()


@dataclass
class Loaded:
    """What loading a file did: how many entries were new, changed, and as they were before.

    Of topics also: how many of the changed are retired from now on, how many were removed, how many of its schemes the
    file has not, and stay; what changed, one by one; what was mended or left out of the file, in words.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    removed: int = 0
    lacking: int = field(default=0, compare=False)
    changes: list[Change] = field(default_factory=list, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def count(self, *, new: bool, changed: bool) -> None:
        """Count one entry."""
        if new:
            self.added += 1
        elif changed:
            self.changed += 1
        else:
            self.unchanged += 1
