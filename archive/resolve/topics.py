"""From what an input calls a topic to a topic of the archive."""

import re

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.normalize.names import name_key, slug

LOCAL = "local"

_SPACES = re.compile(r"[\s_-]+")


class TopicResolver:
    """Resolves topics by `scheme:code`, name or alias; a name that is not known makes a new topic of scheme `local`.

    Remembers what it found: one resolver serves one import.
    """

    def __init__(self, connection: Connection) -> None:
        self._by_name = vocabulary.topic_names(connection)
        self._by_code = vocabulary.topic_codes(connection)

    def named(self, connection: Connection, name: str, label: str | None = None) -> int:
        """Return the id of the topic that a name leads to; of several, the local one, else the oldest.

        A local topic is also found by its code, and by a name that is written with hyphens for spaces, as tags are.
        With a `label`, the name is the `scheme:code` of a vocabulary: where that is not loaded, the topic is made with
        the label for its name.
        """
        key = name_key(name)
        scheme, _, code = (part.strip() for part in name.partition(":"))
        topic = self._by_code.get((scheme, code))
        if topic is None and label is not None and scheme and code:
            topic = vocabulary.find_topic(connection, scheme, code) or vocabulary.add_topic(
                connection, scheme, code, label, name_key(label), origin="import"
            )
            self._by_code[scheme, code] = topic
        topic = topic or self._by_name.get(key)
        if topic is None:
            topic = self._by_name[key] = self._find_or_add(connection, name, key)
        return topic

    def _find_or_add(self, connection: Connection, name: str, key: str) -> int:
        """Return the local topic of that name, as the archive has it at this moment, made anew if there is none.

        A code keeps only the letters of a name: "C++" and "C" are two topics, of which the later one's has a number.
        """
        code = own = slug(name)
        number = 1
        while (topic := vocabulary.find_topic(connection, LOCAL, code)) is not None:
            keys = [known for _, _, known in vocabulary.names_of_topic(connection, topic)]
            is_chosen_code = code == key and code not in map(slug, keys)
            if is_chosen_code or _spaced(key) in map(_spaced, keys):
                return topic
            number += 1
            code = f"{own}-{number}"
        topic = vocabulary.add_topic(connection, LOCAL, code, name, key, origin="import")
        self._by_code[LOCAL, code] = topic
        return topic


def _spaced(key: str) -> str:
    return _SPACES.sub(" ", key)
