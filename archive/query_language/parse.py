"""From what is typed to what it means."""

from datetime import date

from archive.query_language.mistakes import QueryError
from archive.query_language.pieces import Piece, cut, literal_pieces
from archive.query_language.tree import And, Near, Node, Not, Or, Query, Words

_DEEPEST = 20  # parentheses and NOTs within each other: SQLite's own parsers have room for about 50
_MOST_WORDS = 5_000
_MOST_FACTS = 300  # each of which is a condition in SQL


def parse_query(text: str, today: date, *, words_only: bool = False) -> Query:
    """Return what a query means. With `words_only` it is words and nothing else, all of which must occur.

    What stands side by side is joined by AND, which binds closer than OR: `a b OR c` is `(a AND b) OR c`. What has no
    word in it (a lone "&") is left out. `today` is what days as `-3w` are reckoned from.
    Raises QueryError, which shows the place, for what cannot be meant.
    """
    pieces = literal_pieces(text) if words_only else cut(text, today)
    dropped = tuple(piece.span for piece in pieces if piece.kind == "leaf" and piece.leaf is None)
    _check(text, pieces)
    joined = _joined(pieces)
    if all(piece.kind in ("leaf", "AND") for piece in joined):
        return Query(text, _all_of([piece.leaf for piece in joined if piece.kind == "leaf"]), dropped)
    return Query(text, _structure(joined), dropped)


def _check(text: str, pieces: list[Piece]) -> None:
    """Refuse what has no meaning, where it can be told best: at the piece that is off."""
    opened: list[Piece] = []
    nots = 0
    before: Piece | None = None
    leaves = [piece for piece in pieces if piece.kind == "leaf"]
    facts = [piece for piece in leaves if not isinstance(piece.leaf, (Words, Near))]
    for these, most, what in ((leaves, _MOST_WORDS, "words"), (facts, _MOST_FACTS, "fields")):
        if len(these) > most:
            raise QueryError(f"there are more than {most:,} {what}; save parts of it", text, these[most].span)
    others = {piece.kind for piece in pieces} - {"leaf", "AND"}
    if others and len(leaves) > _MOST_FACTS * 2:
        raise QueryError(f"there are more than {_MOST_FACTS * 2} words and fields to join", text, leaves[-1].span)
    for piece in pieces:
        if piece.kind in ("AND", "OR", ")") and before is not None and before.kind in ("AND", "OR", "NOT"):
            raise QueryError(f"nothing stands after {_shown(text, before)}", text, before.span)
        if piece.kind in ("AND", "OR") and (before is None or before.kind == "("):
            raise QueryError(f'nothing stands before {piece.kind}; as a word it is "{piece.kind}"', text, piece.span)
        if piece.kind == "(":
            opened.append(piece)
        elif piece.kind == ")":
            if not opened:
                raise QueryError("no parenthesis is open here; take it out, or quote it", text, piece.span)
            if before is not None and before.kind == "(":
                raise QueryError("nothing stands in these parentheses", text, (before.span[0], piece.span[1]))
            opened.pop()
        nots = nots + 1 if piece.kind == "NOT" else 0
        if len(opened) + nots > _DEEPEST:
            raise QueryError(f"it is nested deeper than {_DEEPEST}; save parts of it as queries", text, piece.span)
        before = piece
    if opened:
        raise QueryError("this parenthesis is not closed; write ) where it ends", text, opened[-1].span)
    if before is not None and before.kind in ("AND", "OR", "NOT"):
        raise QueryError(f"nothing stands after {_shown(text, before)}", text, before.span)


def _shown(text: str, piece: Piece) -> str:
    return text[slice(*piece.span)] if piece.kind == "NOT" else piece.kind


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with an AND wherever two stand side by side."""
    joined: list[Piece] = []
    for piece in pieces:
        if piece.kind in ("leaf", "(", "NOT") and joined and joined[-1].kind in ("leaf", ")"):
            joined.append(Piece("AND", piece.span))
        joined.append(piece)
    return joined


def _structure(pieces: list[Piece]) -> Node | None:
    """Return what the pieces mean together.

    luqum sees a number for each leaf, and an operator everywhere: of what people type it would read `10:30` as a
    field, `a OR b c` as `(a OR b) AND c`, and `date:-3w..` as something excluded.
    """
    from luqum import tree as luqum_tree
    from luqum.parser import parser

    leaves = [piece.leaf for piece in pieces if piece.kind == "leaf"]
    numbers = iter(range(len(leaves)))
    parsed = parser.parse(" ".join(f"n{next(numbers)}" if one.kind == "leaf" else one.kind for one in pieces))

    def meaning(item: luqum_tree.Item) -> Node | None:
        match item:
            case luqum_tree.Word():
                return leaves[int(item.value[1:])]
            case luqum_tree.Group():
                return meaning(item.expr)
            case luqum_tree.Not():
                part = meaning(item.a)
                return None if part is None else Not(part)
            case luqum_tree.AndOperation():
                return _all_of([meaning(part) for part in item.operands])
            case luqum_tree.OrOperation():
                return _any_of([meaning(part) for part in item.operands])
        raise TypeError(f"luqum gives {type(item).__name__}")

    return meaning(parsed)


def _all_of(parts: list[Node | None]) -> Node | None:
    flat = [one for part in parts if part is not None for one in (part.parts if isinstance(part, And) else (part,))]
    # said twice it is as if said once
    once = tuple(dict.fromkeys(flat))
    return And(once) if len(once) > 1 else next(iter(once), None)


def _any_of(parts: list[Node | None]) -> Node | None:
    flat = [one for part in parts if part is not None for one in (part.parts if isinstance(part, Or) else (part,))]
    once = tuple(dict.fromkeys(flat))
    return Or(once) if len(once) > 1 else next(iter(once), None)
