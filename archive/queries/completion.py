"""What the end of a query, a name or a key may become, for shells and for whatever else people type into.

Plain past SQLAlchemy: whoever presses a key waits, so nothing here waits for others or computes for long.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from archive.db.location import Location
from archive.db.plain import Plain
from archive.db.schema import HEAD
from archive.db.sqlite import ReadOnlyConnection, is_immutable
from archive.normalize.names import name_key
from archive.normalize.status import STATUSES
from archive.query_language.pieces import FIELDS
from archive.query_language.unfinished import as_value, unfinished

MOST = 50  # candidates
_PATIENCE = 0.1  # seconds for a lock
_LONGEST = 1.0  # seconds in all
_SHOWN = 60  # characters of a headline
_END = "\U0010ffff"


class Candidate(NamedTuple):
    """What may be meant by what was typed, and a remark on it, which may be empty."""

    text: str
    remark: str = ""


def complete_query(location: Location, text: str) -> list[Candidate]:
    """Return what a query may become whose end is still being typed: fields as `source:`, or values of a field.

    Each is the whole query. Nothing is returned within a phrase, for words, and where there is no archive to ask.
    """
    end = unfinished(text)
    if end is None:
        return []
    if end.field is None:
        return [Candidate(f"{end.before}{name}:") for name in sorted(FIELDS) if name.startswith(end.typed)]
    found = complete_value(location, end.field, end.typed, by_name=end.is_quoted)
    written = [(as_value(one.text), one.remark) for one in found]
    return [Candidate(end.before + value, remark) for value, remark in written if value is not None]


def complete_value(
    location: Location, field: str, typed: str, *, by_name: bool = False, all_known: bool = False
) -> list[Candidate]:
    """Return the values of a field of queries that begin as typed, whatever their case: at most MOST, in their order.

    Sources and topics are slugs and codes; names, where nothing else begins so or where `by_name` asks for them first.
    Of both only those that articles have, unless `all_known`. Where more begin so, the last is among those returned, so
    that what all these have in common is what all have. Where there is no archive of this schema, where it is locked or
    does not answer at once, nothing is returned, and no error is raised. Nothing is written.
    """
    ask = _VALUES.get(field)
    if ask is None:
        return []
    try:
        wanted = _Typed(typed, name_key(typed), by_name, all_known)
        if isinstance(location, Path):
            with _asking(location) as connection:
                found = ask(connection, wanted)
        else:
            from archive.queries.server_completion import ask_server

            found = ask_server(location, lambda server: ask(server, wanted), _PATIENCE, _LONGEST)
        return _few(one for one in found if one.text.isprintable())
    except (sqlite3.Error, OSError, UnicodeError, ValueError):
        return []


class _Typed(NamedTuple):
    text: str
    key: str
    by_name: bool
    all_known: bool

    def begins(self, value: str) -> bool:
        return name_key(value).startswith(self.key)

    @property
    def span(self) -> tuple[str, str]:
        return self.key, self.key + _END


@contextmanager
def _asking(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise FileNotFoundError(path)
    options = "mode=ro&immutable=1" if is_immutable(path) else "mode=ro"
    name = f"file:{quote(bytes(path.absolute()))}?{options}"
    until = time.monotonic() + _LONGEST
    with closing(sqlite3.connect(name, uri=True, timeout=_PATIENCE, factory=ReadOnlyConnection)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        connection.execute("PRAGMA query_only = ON")
        if connection.execute("SELECT version_num FROM alembic_version").fetchall() != [(HEAD,)]:
            raise ValueError("another schema")
        yield connection


def _few(found: Iterable[Candidate]) -> list[Candidate]:
    once = list({one.text: one for one in reversed(list(found))}.values())[::-1]
    if len(once) <= MOST:
        return once
    ordered = sorted(once)
    return [*ordered[: MOST - 1], ordered[-1]]


def _sources(connection: Plain, typed: _Typed) -> list[Candidate]:
    return _sources_that(connection, typed, "EXISTS (SELECT 1 FROM articles a WHERE a.source_id = s.id)")


def _credited(connection: Plain, typed: _Typed) -> list[Candidate]:
    return _sources_that(connection, typed, "s.id IN (SELECT c.source_id FROM article_credits c)")


def _sources_that(connection: Plain, typed: _Typed, condition: str) -> list[Candidate]:
    used = "1 = 1" if typed.all_known else condition
    slugs = (
        f"SELECT s.slug, s.name FROM sources s WHERE s.slug >= ? AND s.slug < ? AND {used} ORDER BY s.slug",
        (typed.text.lower(), typed.text.lower() + _END),
    )
    names = (
        "SELECT n.name, s.slug FROM source_names n JOIN sources s ON s.id = n.source_id "
        f"WHERE n.name_key >= ? AND n.name_key < ? AND {used} ORDER BY n.name_key",
        typed.span,
    )
    return _first_that_gives(connection, [names, slugs] if typed.by_name else [slugs, names])


def _topics(connection: Plain, typed: _Typed) -> list[Candidate]:
    # a topic above one that articles have finds them, too
    used = (
        "WITH RECURSIVE used(id) AS (SELECT id FROM topics t "
        "WHERE ? OR EXISTS (SELECT 1 FROM article_topics x WHERE x.topic_id = t.id) "
        "UNION SELECT t.parent_id FROM topics t JOIN used ON used.id = t.id WHERE t.parent_id IS NOT NULL) "
    )
    word = "CASE WHEN t.scheme = 'local' THEN t.code ELSE t.scheme || ':' || t.code END"
    codes = (
        f"{used}SELECT {word} AS word, t.name FROM used JOIN topics t ON t.id = used.id "
        f"WHERE (t.scheme = 'local' OR ?) AND {word} >= ? AND {word} < ? ORDER BY word",
        (typed.all_known, ":" in typed.text, typed.text.lower(), typed.text.lower() + _END),
    )
    names = (
        f"{used}SELECT n.name, {word} AS word FROM used JOIN topics t ON t.id = used.id "
        "JOIN topic_names n ON n.topic_id = t.id WHERE n.name_key >= ? AND n.name_key < ? "
        "GROUP BY n.name, n.name_key, t.scheme, t.code ORDER BY n.name_key",
        (typed.all_known, *typed.span),
    )
    return _first_that_gives(connection, [names, codes] if typed.by_name else [codes, names])


def _first_that_gives(connection: Plain, statements: Iterable[tuple[str, tuple[object, ...]]]) -> list[Candidate]:
    for sql, values in statements:
        if found := [Candidate(*row) for row in connection.execute(sql, values)]:
            return found
    return []


def _authors(connection: Plain, typed: _Typed) -> list[Candidate]:
    start = "SELECT name FROM authors WHERE name_key >= ? AND name_key < ? ORDER BY name_key"
    ends = [f"{start} LIMIT {MOST + 1}", f"{start} DESC LIMIT 1"]
    found = [Candidate(*row) for sql in ends for row in connection.execute(sql, typed.span)]
    if found or not typed.key:
        return found
    # a family name
    inside = connection.execute(
        "SELECT name FROM authors WHERE replace(name_key, ?, '') <> name_key ORDER BY name_key", (f" {typed.key}",)
    )
    return [Candidate(*row) for row in inside]


def _stated(column: str) -> Callable[[Plain, _Typed], list[Candidate]]:
    def values(connection: Plain, typed: _Typed) -> list[Candidate]:
        rows = connection.execute(f"SELECT DISTINCT {column} FROM articles WHERE {column} IS NOT NULL ORDER BY 1")
        return [Candidate(value) for (value,) in rows if typed.begins(value)]

    return values


def _names_in(table: str) -> Callable[[Plain, _Typed], list[Candidate]]:
    def names(connection: Plain, typed: _Typed) -> list[Candidate]:
        rows = connection.execute(f"SELECT name, query FROM {table} ORDER BY name")
        return [Candidate(name, query) for name, query in rows if typed.begins(name)]

    return names


def _imports(connection: Plain, typed: _Typed) -> list[Candidate]:
    rows = connection.execute("SELECT CAST(id AS TEXT), substr(started_at, 1, 16) || 'Z' FROM imports ORDER BY id DESC")
    return [
        one for one in (*(Candidate(*row) for row in rows), Candidate("last", "the latest")) if typed.begins(one.text)
    ]


def _keys(connection: Plain, typed: _Typed) -> list[Candidate]:
    sql = (
        "SELECT a.key, coalesce(a.decided_headline, r.headline, '') FROM articles a "
        "LEFT JOIN article_revisions r ON r.id = a.revision_id "
    )
    if not typed.key:  # what came last is what one looks at first
        rows = connection.execute(f"{sql} ORDER BY a.id DESC LIMIT 20").fetchall()
    else:
        begun = f"{sql} WHERE a.key >= ? AND a.key < ? ORDER BY a.key"
        ends = [f"{begun} LIMIT {MOST + 1}", f"{begun} DESC LIMIT 1"]
        rows = [row for one in ends for row in connection.execute(one, typed.span)]
    return [Candidate(key, headline[:_SHOWN]) for key, headline in rows]


def _has(_connection: Plain, typed: _Typed) -> list[Candidate]:
    from archive.queries.facts import HAS

    return [Candidate(name) for name in sorted(HAS) if typed.begins(name)]


def _statuses(_connection: Plain, typed: _Typed) -> list[Candidate]:
    return [Candidate(name) for name in STATUSES if typed.begins(name)]


_VALUES: dict[str, Callable[[Plain, _Typed], list[Candidate]]] = {
    "source": _sources,
    "credited": _credited,
    "topic": _topics,
    "author": _authors,
    "language": _stated("language"),
    "section": _stated("section"),
    "kind": _stated("kind"),
    "status": _statuses,
    "key": _keys,
    "has": _has,
    "import": _imports,
    "query": _names_in("saved_queries"),
    "corpus": _names_in("corpora"),
}
