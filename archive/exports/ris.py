"""RIS, for reference managers: a reference an article, without its text.

Names stand as printed: nobody said which part of them is the family name.
"""

from collections.abc import Iterable, Iterator

from archive.exports import Article
from archive.exports.dates import date_parts, day_parts


def write(articles: Iterable[Article]) -> Iterator[str]:
    """Yield a reference for each article, of the type NEWS."""
    for article in articles:
        yield reference(article)


def reference(article: Article) -> str:
    """Return the reference to an article; a date that is known to the month is `2023/02//`."""
    parts = [f"{part:04}" if number == 0 else f"{part:02}" for number, part in enumerate(date_parts(article))]
    crawled = [f"{part:02}" for part in day_parts(article["crawled"])]
    lines = [
        ("TY", "NEWS"),
        ("ID", article["key"]),
        ("TI", article["headline"]),
        *(("AU", name) for name in article["authors"]),
        ("T2", article["source"]),
        ("PY", parts[0] if parts else None),
        ("DA", "/".join([*parts, "", "", ""][:3]) + "/" if parts else None),
        ("UR", article["url"]),
        ("Y2", "/".join(crawled) + "/" if crawled else None),
        ("LA", article["language"]),
        ("SE", article["section"]),
        ("SP", article["page"]),
        ("ET", article["edition"]),
    ]
    written = [f"{tag}  - {' '.join(str(value).split())}" for tag, value in lines if value]
    return "\n".join([*written, "ER  - ", "", ""])
