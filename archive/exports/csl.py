"""CSL-JSON, for citation processors: a list of references, without the texts.

https://docs.citationstyles.org/en/stable/specification.html
Names are `literal`: nobody said which part of them is the family name.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from archive.exports import Article
from archive.exports.dates import date_parts, day_parts
from archive.exports.json_list import known, listed


def write(articles: Iterable[Article]) -> Iterator[str]:
    """Yield a JSON list of references."""
    return listed(reference(article) for article in articles)


def reference(article: Article) -> dict[str, Any]:
    """Return the reference to an article; a date that is known to the month has two parts."""
    issued, accessed = date_parts(article), day_parts(article["crawled"])
    return known(
        id=article["key"],
        type="article-newspaper",
        title=article["headline"],
        author=[{"literal": name} for name in article["authors"]],
        issued={"date-parts": [issued]} if issued else None,
        accessed={"date-parts": [accessed]} if accessed else None,
        URL=article["url"],
        language=article["language"],
        section=article["section"],
        page=article["page"],
        edition=article["edition"],
        **{"container-title": article["source"]},
    )
