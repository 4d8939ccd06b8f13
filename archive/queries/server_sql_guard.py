"""What a statement may say on a server: one SELECT, with values by name, and no function that could change anything.

Which functions those are the server knows: one that has any effect has to be VOLATILE there
(https://www.postgresql.org/docs/current/xfunc-volatility.html). A name counts wherever it stands, also in a string, so
that no way of quoting can hide it; what is meant as a text can be given as a value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from archive.errors import UsageError

# Statements that can be let through: the first word decides what a statement is.
READING = frozenset(["SELECT", "WITH", "VALUES", "TABLE", "EXPLAIN", "("])
TO_BEGIN_WITH = """archive sql "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'\""""

# What is VOLATILE and yet changes nothing that outlives the statement.
HARMLESS = frozenset(
    [
        *("clock_timestamp", "gen_random_uuid", "random", "random_normal", "setseed", "timeofday", "uuidv4", "uuidv7"),
        *("pg_database_size", "pg_indexes_size", "pg_relation_size", "pg_table_size", "pg_total_relation_size"),
        *("array_sample", "array_shuffle", "pg_sleep", "pg_sleep_for", "pg_sleep_until"),
    ]
)

_NAME = r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*"
_LONGEST_NAME = 63  # bytes; what is longer is cut by the server
# https://www.postgresql.org/docs/current/sql-syntax-lexical.html, as far as needed to see words and where values stand
_TOKEN = re.compile(
    r"(?P<blank>[ \t\n\r\f\v]+|--[^\n\r]*)|(?P<comment>/\*)|(?P<end>;)"
    r"|[eE]'(?:[^'\\]|\\.|'')*'?|'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?"
    rf"|(?P<quote>\$(?:{_NAME})?\$)|::|:(?P<value>{_NAME})|(?P<word>(?:{_NAME})[$\w]*)|.",
    re.DOTALL,
)
_COMMENT_ENDS = re.compile(r"/\*|\*/")
_SYSTEM_OBJECTS_END = 16384
_MADE_BY_SOMEBODY = (
    f"{{0}}.oid >= {_SYSTEM_OBJECTS_END} AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d "
    "WHERE d.objid = {0}.oid AND d.classid = '{1}'::pg_catalog.regclass AND d.deptype = 'e')"
)
_SUSPECTS = (
    "SELECT p.proname::text, p.provolatile = 'v' FROM pg_catalog.pg_proc p "
    f"WHERE p.provolatile = 'v' OR ({_MADE_BY_SOMEBODY.format('p', 'pg_proc')}) "
    "UNION ALL SELECT o.oprname::text, NULL FROM pg_catalog.pg_operator o "
    f"WHERE {_MADE_BY_SOMEBODY.format('o', 'pg_operator')}"
)


@dataclass(frozen=True)
class Prepared:
    """A statement as it is sent: values have numbers instead of names."""

    said: str
    text: str
    values: list[str]
    first_word: str
    is_explained: bool
    # at which place of what is sent which place of what was said stands
    places: list[tuple[int, int]] = field(default_factory=list)

    def place(self, position: int) -> int:
        """Return where in what was said stands what is at a position of what is sent."""
        sent, said = max(pair for pair in self.places if pair[0] <= max(position, 0))
        return min(said + max(position, 0) - sent, len(self.said))


def prepare(statement: str, values: Mapping[str, str]) -> Prepared:
    """Return a statement as it is sent; raises UsageError for none, for several, and for one that does not read."""
    said = statement.lstrip("\ufeff")
    tokens = list(_tokens(said))
    words = [(kind, text) for kind, text, _ in tokens if kind not in ("blank", "comment")]
    spoken = [(kind, text) for kind, text in words if kind != "end"]
    if not spoken:
        raise UsageError(f"there is no statement; to begin with: {TO_BEGIN_WITH}")
    first = spoken[0][1].upper()
    if first not in READING:
        raise UsageError(refusal(first))
    is_explained = first == "EXPLAIN"
    if is_explained:
        _require_explained_to_read([text.upper() for _, text in spoken[1:]])
    while words[0][0] == "end":
        words.pop(0)
    ends = next((number for number, (kind, _) in enumerate(words) if kind == "end"), len(words))
    if any(kind != "end" for kind, _ in words[ends:]):
        raise UsageError("archive sql runs one statement at a time; give the second one to a second call")
    return _numbered(said, tokens, values, first, is_explained=is_explained)


def refusal(what: str) -> str:
    """Return what is said where a statement would do more than read."""
    if what == "CREATE":
        return "archive sql only reads; CREATE is refused. Name a result within the statement: WITH name AS (SELECT …)"
    return f"archive sql only reads; {what} is refused"


def require_harmless(connection: "psycopg.Connection[Any]", prepared: Prepared) -> None:
    """Raise UsageError for a name of a function that could change something, wherever it stands in the statement."""
    text = prepared.said.lower()
    if re.search(r"u&\"", text):
        raise UsageError('archive sql reads names as they are written; write them without U&""')
    names = set()
    for name in re.findall(rf"{_NAME}[$\w]*", text):
        names.update({name, *name.split("$"), name.encode()[:_LONGEST_NAME].decode(errors="ignore")})
    for name, is_volatile in connection.execute(_SUSPECTS):
        lower = name.lower()
        is_named = lower in names if re.fullmatch(_NAME, lower) else lower.replace('"', '""') in text
        if not is_named or (name in HARMLESS and is_volatile):
            continue
        if is_volatile is None:
            raise UsageError(
                f"archive sql only reads; the operator {name} is refused, because it was made in this database, and"
                " nobody knows what it does"
            )
        what = (
            "because it can change something, or reach beyond the database"
            if is_volatile
            else "because it was made in this database, and nobody knows what it does"
        )
        raise UsageError(
            f"archive sql only reads; the function {name}() is refused, {what}. Where the word is meant as a text, give"
            " it as :name"
        )


def _require_explained_to_read(words: list[str]) -> None:
    if words[:1] == ["("] and ")" in words and words[1:2] != ["SELECT"]:
        words = words[words.index(")") + 1 :]
    while words and words[0] in ("ANALYZE", "ANALYSE", "VERBOSE"):
        words = words[1:]
    if not words or words[0] not in READING - {"EXPLAIN"}:
        raise UsageError(refusal(f"EXPLAIN {words[0]}" if words else "EXPLAIN of nothing"))


def _numbered(
    said: str, tokens: list[tuple[str, str, int]], values: Mapping[str, str], first: str, *, is_explained: bool
) -> Prepared:
    text = ""
    places = [(0, 0)]
    numbers: dict[str, int] = {}
    begun = False
    for kind, token, start in tokens:
        if kind == "end":
            if begun:
                break
            continue
        begun = begun or kind not in ("blank", "comment")
        places.append((len(text), start))
        if kind != "value":
            text += token
            continue
        name = token[1:]
        if name not in values:
            raise UsageError(f"there is no value for :{name}; give it with -p {name}=VALUE, or a slice as [1: {name}]")
        text += f"${numbers.setdefault(name, len(numbers) + 1)}"
    return Prepared(said, text, [values[name] for name in numbers], first, is_explained, places)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the tokens of a statement: their kind, what stands there, and where."""
    at = 0
    while found := _TOKEN.match(text, at):
        kind = found.lastgroup or ""
        end = found.end()
        if kind == "comment":
            end = _end_of_comment(text, end)
        elif kind == "quote":
            closing = text.find(found.group(), end)
            end = len(text) if closing < 0 else closing + len(found.group())
        yield kind, text[at:end], at
        at = end


def _end_of_comment(text: str, at: int) -> int:
    """Return where a comment ends, in which others may stand."""
    depth = 1
    while depth and (found := _COMMENT_ENDS.search(text, at)):
        depth += 1 if found.group() == "/*" else -1
        at = found.end()
    return len(text) if depth else at
