"""From what an input calls a topic to a topic of the archive."""

import re

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.db.vocabulary import TopicName
from archive.errors import NotFoundError
from archive.normalize.names import name_key, slug
from archive.normalize.text import can_be_stored

LOCAL = "local"

_SPACES = re.compile(r"[\s_-]+")


class TopicResolver:
    """Resolves topics by `scheme:code`, name or alias; a name that is not known makes a new topic of scheme `local`.

    A topic that was merged into another leads there.
    Remembers what it found: one resolver serves one import.
    """

    def __init__(self, connection: Connection) -> None:
        self._by_name = vocabulary.topic_names(connection)
        self._merged = vocabulary.merged_topics(connection)
        self._nameless = vocabulary.topics_named_by_code(connection)
        self._by_code = {key: self._leads(topic) for key, topic in vocabulary.topic_codes(connection).items()}

    def named(self, connection: Connection, name: str, label: str | None = None) -> int:
        """Return the id of the topic that a name leads to; of several, the local one, else the oldest.

        A local topic is also found by its code, and by a name that is written with hyphens for spaces, as tags are.
        With a `label`, the name is the `scheme:code` of a vocabulary: where that is not loaded, the topic is made with
        the label for its name. One that is called by its code, because no name was known, gets the first that is.
        """
        scheme, _, code = (part.strip() for part in name.partition(":"))
        if label is not None and scheme and code and (scheme, code) not in self._by_code:
            made = vocabulary.find_topic(connection, scheme, code) or vocabulary.add_topic(
                connection, scheme, code, label, name_key(label), origin="import"
            )
            self._by_code[scheme, code] = self._leads(made)
            if label == name:
                self._nameless.add(made)
        topic = self._known(name)
        if topic in self._nameless and label not in (None, name):
            self._call(connection, topic, label)
        if topic is None:
            topic, code = self._as_written(connection, name)
            key = name_key(name)
            if topic is None:
                topic = self._by_code[LOCAL, code] = vocabulary.add_topic(
                    connection, LOCAL, code, name, key, origin="import"
                )
            self._by_name[key] = topic
        return topic

    def _call(self, connection: Connection, topic: int, label: str) -> None:
        self._nameless.discard(topic)
        if len(vocabulary.names_of_topic(connection, topic)) > 1:  # somebody looked after it
            return
        vocabulary.update_topic(connection, topic, {"name": label})
        vocabulary.set_topic_names(connection, topic, [TopicName("label", label, name_key(label))])

    def find(self, connection: Connection, name: str) -> int | None:
        """Return the id of the topic that a name leads to; None where there is none."""
        return self._known(name) or self._as_written(connection, name)[0]

    def _known(self, name: str) -> int | None:
        scheme, _, code = name.partition(":")
        return self._by_code.get((scheme.strip(), code.strip())) or self._by_name.get(name_key(name))

    def _as_written(self, connection: Connection, name: str) -> tuple[int | None, str]:
        """Return the local topic of that name, as the archive has it at this moment, and its code, or one that is free.

        A code keeps only the letters of a name: "C++" and "C" are two topics, of which the later one's has a number.
        """
        key = name_key(name)
        code = own = slug(name)
        number = 1
        while (topic := vocabulary.find_topic(connection, LOCAL, code)) is not None:
            topic = self._leads(topic)
            keys = {known.key for known in vocabulary.names_of_topic(connection, topic)}
            is_chosen_code = code == key and code not in map(slug, keys)
            if is_chosen_code or _spaced(key) in map(_spaced, keys):
                return topic, code
            number += 1
            code = f"{own}-{number}"
        return None, code

    def _leads(self, topic: int) -> int:
        return self._merged.get(topic, topic)


def _spaced(key: str) -> str:
    return _SPACES.sub(" ", key)


def find_topic(connection: Connection, name: str) -> int:
    """Return the topic that `scheme:code`, a local topic's code, a name or an alias leads to.

    One that was merged into another leads there. Raises NotFoundError if there is none.
    """
    parts = name.split(":")
    codes = [(":".join(parts[:number]), ":".join(parts[number:])) for number in range(len(parts) - 1, 0, -1)]
    topic: int | None = None
    if can_be_stored(name):
        found = (vocabulary.find_topic(connection, scheme, code) for scheme, code in (*codes, (LOCAL, name)))
        topic = next(filter(None, found), None) or vocabulary.find_topic_by_name(connection, name_key(name))
    if topic is None:
        raise NotFoundError(f"there is no topic '{name}'; `archive topics` lists them")
    return vocabulary.merged_topics(connection).get(topic, topic)
