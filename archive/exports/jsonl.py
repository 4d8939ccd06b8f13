"""JSON lines: all that is known of an article, an object a line. `archive import` makes the same articles of it."""

from collections.abc import Iterable, Iterator, Sequence

from archive.exports import Article
from archive.exports.json_list import to_line


def write(articles: Iterable[Article], fields: Sequence[str]) -> Iterator[str]:
    """Yield an object a line, with these fields; null where one is not known."""
    for article in articles:
        yield to_line({name: article[name] for name in fields}) + "\n"
