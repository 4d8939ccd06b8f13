"""Asking a server what the end of something typed may become: not longer than who presses a key would wait."""

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import psycopg
from sqlalchemy.engine import URL

from archive.db.schema import HEAD

T = TypeVar("T")


class ServerConnection:
    """A connection that is asked as one of `sqlite3` is: `?` for values."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self._driver = driver

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> Any:
        """Return a cursor with what a statement finds."""
        return self._driver.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values)


def ask_server(url: URL, ask: Callable[[ServerConnection], T], patience: float, longest: float) -> T:
    """Return what is answered on a server within so many seconds in all, and for a lock within its `patience`.

    Raises ValueError where there is no answer by then, whether the server is slow or nothing is there at all, where it
    refuses, and where the archive is of another schema. Nothing is written.
    """
    answers: list[T] = []

    def try_it() -> None:
        try:
            with closing(_connected(url, patience, longest)) as driver:
                connection = ServerConnection(driver)
                if connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]:
                    answers.append(ask(connection))
        except (psycopg.Error, OSError, ValueError):
            return

    # a name that is looked up, or a machine that does not answer, could hold it up for minutes
    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(longest)
    if not answers:
        raise ValueError("no answer")
    return answers[0]


def _connected(url: URL, patience: float, longest: float) -> "psycopg.Connection[Any]":
    _, words = url.get_dialect()().create_connect_args(url)
    own = {
        "statement_timeout": int(longest * 1000),
        "lock_timeout": int(patience * 1000),
        "default_transaction_read_only": "on",
        "client_encoding": "utf8",
    }
    options = " ".join(f"-c {name}={value}" for name, value in own.items())
    words["options"] = f"{options} {words.get('options', '')}".strip()
    words["connect_timeout"] = 2
    return psycopg.connect(**words, autocommit=True, application_name="archive completion")
