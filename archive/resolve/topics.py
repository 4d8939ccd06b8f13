"""From what an input calls a topic to a topic of the archive."""

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.normalize.names import name_key, slug

LOCAL = "local"


class TopicResolver:
    """Resolves topics by `scheme:code`, name or alias; a name that is not known makes a new topic of scheme `local`.

    Remembers what it found: one resolver serves one import.
    """

    def __init__(self, connection: Connection) -> None:
        self._by_name = vocabulary.topic_names(connection)
        self._by_code = vocabulary.topic_codes(connection)

    def named(self, connection: Connection, name: str) -> int:
        """Return the id of the topic that a name leads to; of several, the local one, else the oldest."""
        key = name_key(name)
        scheme, _, code = name.partition(":")
        topic = self._by_code.get((scheme.strip(), code.strip())) or self._by_name.get(key)
        if topic is None:
            own_code = slug(name)
            topic = self._by_code.get((LOCAL, own_code)) or vocabulary.find_topic(connection, LOCAL, own_code)
            if topic is None:
                topic = vocabulary.add_topic(connection, LOCAL, own_code, name, key, origin="import")
            self._by_code[LOCAL, own_code] = topic
            self._by_name[key] = topic
        return topic
