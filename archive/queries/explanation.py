"""How a query is understood and answered."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.sql.compiler import SQLCompiler

from archive.queries.filters import Asked
from archive.queries.saved import with_saved
from archive.query_language.tree import drawn


def explain(connection: Connection, asked: Asked, statement: Select[Any]) -> dict[str, list[str]]:
    """Return by title, as lines: the parsed tree of the query and of each option, the SQL, and its engine's plan."""
    queries = [with_saved(connection, query, date.today()) for query in asked.queries()]
    understood = [line for query in queries if query.tree is not None for line in drawn(query.tree)]
    dropped = [
        f"left out, as there is no word in it: {query.text[slice(*span)]}"
        for query in queries
        for span in query.dropped
    ]
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    return {
        "query": [*(understood or ["all articles"]), *dropped],
        "SQL": [line.rstrip() for line in str(compiled).splitlines()],
        **_plan(connection, compiled),
    }


def _plan(connection: Connection, compiled: SQLCompiler) -> dict[str, list[str]]:
    """Return the values that a statement is asked with, if any, and how the engine goes about it."""
    if connection.dialect.name != "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params).scalars().all()
        named = [f"{name} = {value!r}" for name, value in compiled.params.items()]
        return {**({"values": named} if named else {}), "plan": [*plan]}
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    depth = {0: -1}
    steps = []
    for number, parent, _, text in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values)):
        depth[number] = depth.get(parent, 0) + 1
        steps.append("  " * depth[number] + text)
    return {**({"values": [repr(value) for value in values]} if values else {}), "plan": steps}
