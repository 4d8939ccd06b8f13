"""The query language once more, slow and obvious: what a query means for one article, by its words and values.

The queries themselves are compiled to SQL (`queries.selection`); this is what they are held against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from archive.normalize.names import name_key
from archive.normalize.tokens import tokenize
from archive.query_language.tree import And, Everything, Fact, Near, Node, Not, Or, Published, Saved, Words


@dataclass(frozen=True)
class Known:
    """An article by its words and values.

    `columns` are headline and body as folded words; `starts` and `ends` what its date can mean, half-open, None where
    it has none; `facts` what each field of the language holds, of topics also the names of those above.
    `embargo_until` is when its embargo is over, UTC.
    """

    key: str
    columns: Mapping[str, Sequence[str]]
    starts: str | None
    ends: str | None
    facts: Mapping[str, frozenset[str]]
    embargo_until: str | None = None


def is_hidden(article: Known, now: str) -> bool:
    """Tell whether an article is left out at a moment unless it is asked for."""
    if "withheld" in article.facts["status"] or "canceled" in article.facts["status"]:
        return True
    return article.embargo_until is not None and now < article.embargo_until


def asks_for_hidden(node: Node) -> bool:
    """Tell whether a query asks for what is hidden, by name and without excluding it."""
    match node:
        case And(parts) | Or(parts):
            return any(asks_for_hidden(part) for part in parts)
        case Not(part):
            return _excludes_hidden_twice(part)
        case Saved(_, query) if query.tree is not None:
            return asks_for_hidden(query.tree)
        case Fact("status", value):
            return value in ("withheld", "canceled")
        case Fact("has", "embargo"):
            return True
    return False


def _excludes_hidden_twice(node: Node) -> bool:
    """Tell whether within what is excluded something is excluded that is hidden: it is asked for."""
    match node:
        case And(parts) | Or(parts):
            return any(_excludes_hidden_twice(part) for part in parts)
        case Not(part):
            return asks_for_hidden(part)
        case Saved(_, query) if query.tree is not None:
            return _excludes_hidden_twice(query.tree)
    return False


def evaluate(node: Node, article: Known) -> bool | None:
    """Tell whether an article is meant: True, False, or None where its date is not known well enough to say."""
    match node:
        case And(parts):
            sides = [evaluate(part, article) for part in parts]
            return False if False in sides else None if None in sides else True
        case Or(parts):
            sides = [evaluate(part, article) for part in parts]
            return True if True in sides else None if None in sides else False
        case Not(part):
            side = evaluate(part, article)
            return None if side is None else not side
        case Words(_, _, column):
            return any(_places(node, words) for words in _texts(column, article))
        case Near(_, _, column):
            return any(_is_near(node, words) for words in _texts(column, article))
        case Published(starts, ends):
            return _is_within(starts, ends, article)
        case Fact(name, value):
            return _is_so(name, value, article)
        case Saved(_, query) if query.tree is not None:
            return evaluate(query.tree, article)
        case Everything():
            return True
    raise TypeError(node)


def _texts(column: str | None, article: Known) -> list[Sequence[str]]:
    return [article.columns[column]] if column else list(article.columns.values())


def _places(phrase: Words, words: Sequence[str]) -> list[int]:
    """Return where a phrase begins."""

    def is_at(at: int) -> bool:
        here = words[at : at + len(phrase.words)]
        if len(here) < len(phrase.words) or list(here[:-1]) != list(phrase.words[:-1]):
            return False
        return here[-1].startswith(phrase.words[-1]) if phrase.is_prefix else here[-1] == phrase.words[-1]

    return [at for at in range(len(words)) if is_at(at)]


def _is_near(near: Near, words: Sequence[str]) -> bool:
    places = [[(at, at + len(term.words)) for at in _places(term, words)] for term in near.terms]
    return any(
        all(max(start for start, _ in chosen) - end <= near.reach for _, end in chosen) for chosen in product(*places)
    )


def _is_within(starts: str | None, ends: str | None, article: Known) -> bool | None:
    if article.starts is None or article.ends is None:
        return None
    if (starts is None or article.starts >= starts) and (ends is None or article.ends <= ends):
        return True
    apart = (starts is not None and article.ends <= starts) or (ends is not None and article.starts >= ends)
    return False if apart else None


def _is_so(name: str, value: str, article: Known) -> bool:
    known = article.facts[name]
    if name == "author":
        return any(tokenize(value)[0] in tokenize(one) for one in known)
    if name == "language":
        return any(one == value or one.startswith(f"{value}-") for one in known)
    return name_key(value) in {name_key(one) for one in known}
