"""Whether others have written into an archive since somebody who writes for long has last looked."""

from sqlalchemy import Connection, text

# Of what an import remembers. Ids come from sequences there, so that nothing can be put in another's place unnoticed.
_REMEMBERED = (
    *("sources", "source_names", "source_domains", "schemes", "topics", "topic_names", "topic_mappings"),
    *("topic_rules", "agency_names", "decisions"),
)
_SIGNATURE = text(
    "SELECT (SELECT max(id) FROM import_items), "
    + ", ".join(f"(SELECT max(id) FROM {table}), (SELECT count(*) FROM {table})" for table in _REMEMBERED)
)


class Others:
    """Tells at the start of a transaction whether others have written since the end of one's own last."""

    def __init__(self, connection: Connection) -> None:
        self._last: object = None
        self.own(connection)

    def own(self, connection: Connection) -> None:
        """Note what is there at the end of a transaction of one's own."""
        self._last = _state(connection)

    def have_written(self, connection: Connection) -> bool:
        """Tell, under the write lock, whether what is there is not what was left."""
        return _state(connection) != self._last


def _state(connection: Connection) -> object:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql("PRAGMA data_version").scalar()  # own changes leave it as it is
    return tuple(connection.execute(_SIGNATURE).one())
