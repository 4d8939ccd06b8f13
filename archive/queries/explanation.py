"""How a query is understood and answered."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Select

from archive.queries.filters import Asked
from archive.queries.saved import with_saved
from archive.query_language.tree import drawn


def explain(connection: Connection, asked: Asked, statement: Select[Any]) -> dict[str, list[str]]:
    """Return by title, as lines: the parsed tree of the query and of each option, the SQL, and SQLite's plan of it."""
    queries = [with_saved(connection, query, date.today()) for query in asked.queries()]
    understood = [line for query in queries if query.tree is not None for line in drawn(query.tree)]
    dropped = [
        f"left out, as there is no word in it: {query.text[slice(*span)]}"
        for query in queries
        for span in query.dropped
    ]
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values)).all()
    depth = {0: -1}
    steps = []
    for number, parent, _, text in plan:
        depth[number] = depth.get(parent, 0) + 1
        steps.append("  " * depth[number] + text)
    sql = [line.rstrip() for line in str(compiled).splitlines()]
    return {
        "query": [*(understood or ["all articles"]), *dropped],
        "SQL": sql,
        **({"values": [repr(value) for value in values]} if values else {}),
        "plan": steps,
    }
