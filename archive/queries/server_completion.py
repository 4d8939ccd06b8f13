"""Asking a server what the end of something typed may become: not longer than who presses a key would wait."""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from archive.db.plain import OnServer, Plain
from archive.db.postgresql import open_engine
from archive.db.schema import HEAD

T = TypeVar("T")


def ask_server(url: URL, ask: Callable[[Plain], T], patience: float, longest: float) -> T:
    """Return what is answered on a server within so many seconds in all, and for a lock within its `patience`.

    Raises ValueError where there is no answer by then, whether the server is slow or nothing is there at all, where it
    refuses, and where the archive is of another schema. Nothing is written.
    """
    said = url.query.get("options", "")
    limits = f"{said} -c statement_timeout={int(longest * 1000)} -c lock_timeout={int(patience * 1000)}"
    answers: list[T] = []

    def try_it() -> None:
        engine = open_engine(url.update_query_dict({"options": limits}), read_only=True)
        try:
            with engine.connect() as connection:
                server = OnServer(connection)
                if server.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]:
                    answers.append(ask(server))
        except (SQLAlchemyError, OSError, ValueError):
            return

    # a name that is looked up, or a machine that does not answer, could hold it up for minutes
    thread = threading.Thread(target=try_it, daemon=True)
    thread.start()
    thread.join(longest)
    if not answers:
        raise ValueError("no answer")
    return answers[0]
