"""What a driver says when it is asked past SQLAlchemy, told as SQLAlchemy tells it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def told_by_sqlalchemy(connection: Connection, statement: str) -> Iterator[None]:
    """Raise the DBAPIError of its kind for an error of the driver's; a server that is gone is not asked again."""
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        driver = connection.connection.driver_connection
        is_gone = connection.dialect.name != "sqlite" and getattr(driver, "closed", False)
        if is_gone:
            connection.invalidate(error)
        raise DBAPIError.instance(statement, None, error, base, connection_invalidated=is_gone) from error
