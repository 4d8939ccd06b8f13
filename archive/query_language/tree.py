"""What a query means: a tree of words, facts and what joins them."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from archive.frozen import Frozen

Span = tuple[int, int]


class Words(Frozen, apart=("span",)):
    """Words that follow each other in the headline or in the body; in one of the two, where a column is named.

    `words` are folded as `normalize.tokens` does it, at least one; the last one is the beginning of a word where
    `is_prefix`.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    column: str | None = None
    span: Span = (0, 0)


class Near(Frozen, apart=("span",)):
    """Two or more different words or phrases in any order in one field, with at most `distance` other words between."""

    terms: tuple[Words, ...]
    distance: int
    column: str | None = None
    span: Span = (0, 0)

    @property
    def reach(self) -> int:
        """How many words may stand between the end of the first term and the start of the last.

        Those of the terms between them do not count; which ones these are is not known, so the longest are meant.
        """
        lengths = sorted(len(term.words) for term in self.terms)
        return self.distance + sum(lengths[2:])


class Fact(Frozen, apart=("span",)):
    """What is known of an article beside its text: `source`, `topic`, …, and the value as typed."""

    name: str
    value: str
    span: Span = (0, 0)


class Published(Frozen, apart=("span",)):
    """A span of local time, `YYYY-MM-DDTHH:MM:SS`, half-open; None where it is open."""

    starts: str | None
    ends: str | None
    span: Span = (0, 0)


class Everything(Frozen, apart=("span",)):
    """All articles: `*`."""

    span: Span = (0, 0)


class And(Frozen):
    """All of several."""

    parts: "tuple[Node, ...]"


class Or(Frozen):
    """At least one of several."""

    parts: "tuple[Node, ...]"


class Not(Frozen):
    """Not that."""

    part: "Node"


class Saved(Frozen):
    """A saved query within another: what it was saved as, read once more."""

    name: str
    query: "Query"


Text: TypeAlias = Words | Near
Leaf: TypeAlias = Words | Near | Fact | Published | Everything
Node: TypeAlias = Leaf | And | Or | Not | Saved


class Query(Frozen):
    """A query as typed, and what it means; without a tree where there is no word in it.

    `dropped` are the spans of what has no word in it, as a lone "++" or "&".
    """

    text: str
    tree: Node | None
    dropped: tuple[Span, ...] = ()


def leaves(node: Node | None) -> Iterator[tuple[Leaf, bool]]:
    """Yield the leaves of a tree in the order typed, each with whether it is wanted, not excluded."""
    waiting: list[tuple[Node, bool]] = [] if node is None else [(node, True)]
    while waiting:
        one, wanted = waiting.pop()
        if isinstance(one, Not):
            waiting.append((one.part, not wanted))
        elif isinstance(one, Saved):
            waiting += [] if one.query.tree is None else [(one.query.tree, wanted)]
        elif isinstance(one, (And, Or)):
            waiting.extend((part, wanted) for part in reversed(one.parts))
        else:
            yield one, wanted


def saved_in(node: Node | None) -> Iterator[Saved]:
    """Yield the saved queries that stand in a tree, and those that stand in them."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from saved_in(part)
        case Not(part):
            yield from saved_in(part)
        case Saved(_, query):
            yield node
            yield from saved_in(query.tree)


def replaced(node: Node, leaf: Callable[[Leaf], Node]) -> Node:
    """Return a tree with each of its leaves as `leaf` has it; saved queries stay as they are."""
    match node:
        case And(parts):
            return And(tuple(replaced(part, leaf) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, leaf) for part in parts))
        case Not(part):
            return Not(replaced(part, leaf))
        case Saved():
            return node
        case _:
            return leaf(node)


def drawn(node: Node | None, depth: int = 0) -> Iterator[str]:
    """Yield a tree as lines for people, what is below indented."""
    indent = "  " * depth
    match node:
        case None:
            yield f"{indent}nothing"
        case And(parts) | Or(parts):
            yield indent + type(node).__name__.upper()
            for part in parts:
                yield from drawn(part, depth + 1)
        case Not(part):
            yield f"{indent}NOT"
            yield from drawn(part, depth + 1)
        case Saved(name, query):
            yield f"{indent}query {name}"
            yield from drawn(query.tree, depth + 1)
        case _:
            yield indent + _told(node)


def _told(leaf: Leaf) -> str:
    match leaf:
        case Words(words, is_prefix, name):
            kind = "word" if len(words) == 1 else "phrase"
            return f"{kind} {' '.join(words)}{'*' if is_prefix else ''}" + (f" in {name}" if name else "")
        case Near(terms, distance, name):
            shown = ", ".join(" ".join(term.words) + ("*" if term.is_prefix else "") for term in terms)
            return f"within {distance} words: {shown}" + (f" in {name}" if name else "")
        case Fact(name, value):
            return f"{name} {value}"
        case Published(starts, ends):
            return f"published from {starts or 'the beginning'} until before {ends or 'the end of time'}"
        case _:
            return "all articles"
