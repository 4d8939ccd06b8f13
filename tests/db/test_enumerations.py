"""Every value that the code writes into a column with few values is among them, and none of them is unheard of."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from archive.db.enumerations import BY_RULE, ENUMERATIONS, PRECISIONS, STATED
from archive.db.tables import metadata
from archive.documents import FIELDS, METHODS, RuleMatch
from archive.ingest import OUTCOMES

CHECKOUT = Path(__file__).resolve().parents[2]

# Which argument of which call, in which package, is written into which columns; a name for a keyword.
WRITTEN: dict[tuple[str, str, int | str], tuple[str, ...]] = {
    ("readers", "_put_aside", 0): ("set_aside.kind",),
    ("readers", "SetAside", 0): ("set_aside.kind",),
    ("normalize", "SetAside", 0): ("set_aside.kind",),
    ("readers", "Link", 0): ("article_links.kind",),
    ("normalize", "Link", 0): ("article_links.kind",),
    ("readers", "_add", 0): ("body_blocks.kind",),
    ("normalize", "Block", 0): ("body_blocks.kind",),
    ("normalize", "Layout", 1): ("article_revisions.headline_method",),
    ("readers", "Layout", 1): ("article_revisions.headline_method",),
    ("normalize", "replace", "headline_method"): ("article_revisions.headline_method",),
    ("normalize", "FoundDate", 1): ("article_dates.kind",),
    ("normalize", "FoundDate", 2): ("article_dates.method",),
    ("readers", "read_metadata", 1): ("article_values.method",),
    ("resolve", "Identifier", 0): ("article_identifiers.scheme",),
    ("resolve", "add_source", "origin"): ("sources.origin",),
    ("resolve", "add_topic", "origin"): ("topics.origin",),
    ("db", "Rows", 3): ("article_revisions.cause",),
    ("db", "_Evidence", "method"): ("tag_evidence.method",),
    ("db", "add_source_name", "kind"): ("source_names.kind",),
    ("resolve", "set_topic_rules", 2): ("topic_rules.kind",),
    ("resolve", "Change", 2): ("import_items.outcome",),
    ("ingest.py", "end_import", 2): ("imports.status",),
}
# Which key of a dict is, in which file.
KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("db/rows.py", "outcome"): ("import_items.outcome",),
    ("db/store.py", "status"): ("imports.status",),
}


# A paragraph is a block that is not stored as such; a place makes the key of an article, but is no identifier.
NOT_STORED = {"paragraph", "place"}
COLUMNS = sorted({column for columns in (*WRITTEN.values(), *KEYS.values()) for column in columns})


@cache
def syntax(place: str) -> tuple[ast.AST, ...]:
    """Return all that the code of a module, or of the modules of a package, consists of."""
    path = CHECKOUT / "archive" / place
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return tuple(node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def constants(node: ast.expr | None) -> Iterator[str]:
    """Yield the texts that an expression can be: one, or the other of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def arguments(package: str, function: str, place: int | str) -> Iterator[ast.expr]:
    """Yield what is handed to a function at one place."""
    for node in syntax(package):
        if isinstance(node, ast.Call) and function in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
            if isinstance(place, int):
                yield from node.args[place : place + 1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == place)


def written(column: str) -> set[str]:
    """Return what the code writes into a column, as far as it stands in the code as it is."""
    found: set[str] = set()
    for (package, function, place), columns in WRITTEN.items():
        if column in columns:
            for argument in arguments(package, function, place):
                found.update(constants(argument))
    for (file, key), columns in KEYS.items():
        for node in syntax(file) if column in columns else ():
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                found.update(text for name, value in pairs if key in constants(name) for text in constants(value))
    return found - NOT_STORED


@pytest.mark.parametrize("column", COLUMNS)
def test_what_the_code_writes_is_known(column: str) -> None:
    table, _, name = column.partition(".")
    values = written(column)
    assert values, f"nothing that is written into {column} was found: has the code moved?"
    assert values <= set(ENUMERATIONS[table, name])


def test_a_rule_that_matches_has_one_of_the_methods_of_rules() -> None:
    matches = (
        RuleMatch(1, "a", "body", 0, 1, set_aside, is_query) for set_aside in (None, 0) for is_query in (True, False)
    )
    assert {match.method for match in matches} == set(BY_RULE)


@pytest.mark.parametrize(("table", "column"), ENUMERATIONS)
def test_a_column_says_what_it_can_hold(table: str, column: str) -> None:
    """docs/sql.md, which is made of it, is where people look."""
    doc = metadata.tables[table].columns[column].doc or ""
    assert [value for value in ENUMERATIONS[table, column] if value not in doc] == []


def test_what_is_defined_elsewhere_is_the_same() -> None:
    assert ENUMERATIONS["import_items", "outcome"] == OUTCOMES
    assert ENUMERATIONS["article_values", "method"] == METHODS
    assert set(ENUMERATIONS["article_values", "field"]) == set(FIELDS)
    assert set(STATED) == set(METHODS) - {"domain"}
    assert PRECISIONS == ("year", "month", "day", "minute", "second")


def test_columns_that_could_be_enumerated_are() -> None:
    """A new column that is called like one of these has few values too."""
    named = {"kind", "method", "outcome", "status", "cause", "origin", "precision", "scheme", "subject"}
    free = {("articles", "kind"), ("sources", "kind")}
    free |= {(table, "scheme") for table in ("topics", "schemes", "topic_mappings", "models")}
    for table in metadata.tables.values():
        for column in table.columns:
            if column.name in named:
                assert ((table.name, column.name) in ENUMERATIONS) != ((table.name, column.name) in free)
