"""What queries and rules ask of an article beside its words, as conditions on `articles`; none of them is ever NULL."""

from collections.abc import Iterable
from difflib import get_close_matches

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from archive.db.tables import articles, source_names, sources
from archive.db.vocabulary import find_source, find_source_by_slug
from archive.errors import NotFoundError
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.normalize.text import can_be_stored
from archive.normalize.tokens import tokenize

Condition = ColumnElement[bool]

_article = articles.c
END = "\U0010ffff"
ALONE = "="  # before a value: that and nothing else


def of_source(connection: Connection, name: str) -> Condition:
    """Articles of a source, by slug, name or alias; with a final `*`, of all whose slug or name begins so."""
    if name.endswith("*"):
        return _article.source_id.in_(sources_starting(connection, name.rstrip("*"))) & _article.source_id.is_not(None)
    return _article.source_id.is_not_distinct_from(source_named(connection, name))


def source_named(connection: Connection, name: str) -> int:
    """Return the source that a slug, a name or an alias leads to; raises NotFoundError if there is none."""
    source = None
    if can_be_stored(name):
        source = find_source_by_slug(connection, name) or find_source(connection, name_key(name))
    if source is None:
        raise unknown_name(
            "source", name, connection.scalars(select(source_names.c.name).union(select(sources.c.slug)))
        )
    return source.id


def in_language(_connection: Connection, tag: str) -> Condition:
    """Articles in a language, which covers its variants: `en` finds `en-GB`; `=en` does not."""
    wanted = language_tag(tag.removeprefix(ALONE))
    if tag.startswith(ALONE):
        return and_(_article.language.is_not(None), _article.language == wanted)
    is_variant = _article.language.startswith(f"{wanted}-", autoescape=True)
    return and_(_article.language.is_not(None), or_(_article.language == wanted, is_variant))


def in_section(connection: Connection, name: str) -> Condition:
    """Articles of a section, whatever its case; with a final `*`, of all that begin so; after `=` to the letter."""
    return _of_stated(connection, "section", _article.section, name)


def of_kind(connection: Connection, name: str) -> Condition:
    """Articles of a kind, as stated or decided."""
    return _of_stated(connection, "kind", _article.kind, name)


def sources_starting(connection: Connection, start: str) -> Select[tuple[int]]:
    """Return the sources whose slug or name begins so, as a subquery of ids; raises NotFoundError if there is none."""
    key = name_key(start)
    name, source = source_names.c, sources.c
    starting = select(name.source_id).where(name.name_key >= key, name.name_key < key + END)
    by_slug = select(source.id).where(source.slug >= start.lower(), source.slug < start.lower() + END)
    found = starting.union(by_slug)
    if not start or not can_be_stored(start) or connection.execute(found.limit(1)).first() is None:
        raise NotFoundError(f"there is no source '{start}*'; `archive sources` lists them")
    return select(found.subquery().c[0])


def _of_stated(connection: Connection, what: str, column: Column[str | None], name: str) -> Condition:
    """Articles whose value in a column is a name, whatever its case, or with a final `*` begins so; `=`: exactly so."""
    key = name_key(name.rstrip("*"))
    stated = [one for one in connection.scalars(select(column).distinct()) if one is not None]
    if name.startswith(ALONE):
        name = name.removeprefix(ALONE)
        found = [one for one in stated if one == name]
    elif name.endswith("*"):
        found = [one for one in stated if name_key(one).startswith(key)]
    else:
        found = [one for one in stated if name_key(one) == key]
    if not found:
        raise unknown_name(what, name, stated)
    return and_(column.is_not(None), column.in_(found))


def unknown_name(what: str, name: str, known: Iterable[str]) -> NotFoundError:
    """Return the error for a name that leads nowhere, with the one that was probably meant."""
    by_key: dict[str, str] = {}
    for one in sorted(known):
        by_key |= {word: one for word in tokenize(one) if len(word) > 3 and word not in by_key}
        by_key[" ".join(tokenize(one))] = one
    near = get_close_matches(" ".join(tokenize(name)), by_key, n=1, cutoff=0.7)
    meant = f"; '{by_key[near[0]]}' was probably meant" if near else ""
    cure = f"; `archive {_LISTED_BY[what]}` lists them" if what in _LISTED_BY else ""
    return NotFoundError(f"there is no {what} '{name}'{meant}{cure}")


_LISTED_BY = {"source": "sources", "topic": "topics", "corpus": "corpus"}
