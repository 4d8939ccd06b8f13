"""What an archive says of itself while another one is copied into it, and until that is done."""

from typing import Any

from archive.frozen import Frozen

# The name that it has in `about`.
UNFINISHED = "unfinished_copy"

# What a part of an archive says of where it comes from: the `archive_id` of the whole, and the query that found it.
PART_OF = "part_of"
PART_QUERY = "part_query"

# And what it says that it is without; these can be left behind.
WITHOUT = "without"
ORIGINALS, TEXTS = "originals", "texts"
PARTS = (ORIGINALS, TEXTS)


class Unfinished(Frozen):
    """Of which archive, from where, what of it, and what stays behind."""

    archive_id: str
    source: str
    query: str | None = None
    without: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Return it as it stands in `about`."""
        import json

        return json.dumps(vars(self), ensure_ascii=False)

    def is_of(self, other: "Unfinished") -> bool:
        """Tell whether the two copy the same, be it from elsewhere."""
        return (self.archive_id, self.query, self.without) == (other.archive_id, other.query, other.without)

    def command(self, target: object) -> str:
        """Return what goes on with it.

        >>> Unfinished("ad73", "a.db", "topic:trade").command("b.db")
        'archive copy a.db b.db --query topic:trade'
        """
        import shlex

        words: list[Any] = ["archive", "copy", self.source, target]
        if self.query is not None:
            words += ["--query", self.query]
        for part in self.without:
            words += ["--without", part]
        return shlex.join(map(str, words))


def unfinished_of(text: str) -> Unfinished:
    """Return what stands in `about` as it was written."""
    import json

    facts = json.loads(text)
    return Unfinished(**{**facts, "without": tuple(facts.get("without", ()))})
