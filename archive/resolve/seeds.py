"""The vocabulary that the program brings along."""

from sqlalchemy import Connection

from archive.resolve.topic_loading import load_topics
from archive.resolve.vocabulary import load_sources, seeds_folder


def load_seeds(connection: Connection) -> None:
    """Load the sources and topics that the program brings along."""
    load_sources(connection, seeds_folder() / "sources.toml")
    load_topics(connection, seeds_folder() / "topics.toml")
