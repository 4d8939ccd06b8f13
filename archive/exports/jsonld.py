"""JSON-LD: a graph of schema.org's NewsArticle. https://schema.org/NewsArticle

An author is a name without a type: nobody said whether it is a person or an agency.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from archive.exports import Article
from archive.exports.json_list import known, listed


def write(articles: Iterable[Article]) -> Iterator[str]:
    """Yield one JSON-LD document with all articles in its graph."""
    graph = listed((news_article(article) for article in articles), closing="]}")
    yield '{"@context": "https://schema.org", "@graph": '
    yield from graph


def news_article(article: Article) -> dict[str, Any]:
    """Return an article as a NewsArticle; dates are as exact as they are known (ISO 8601)."""
    ids = [("key", article["key"]), ("id", article["id"])]
    return known(
        **{"@type": "NewsArticle"},
        headline=article["headline"],
        url=article["url"],
        datePublished=article["published"],
        dateModified=article["modified"],
        author=[{"name": name} for name in article["authors"]],
        publisher={"@type": "Organization", "name": article["source"]} if article["source"] else None,
        inLanguage=article["language"],
        articleSection=article["section"],
        pagination=article["page"],
        printEdition=article["edition"],
        genre=article["kind"],
        copyrightNotice=article["rights"],
        about=[_term(topic) for topic in article["topics"]],
        wordCount=article["words"],
        articleBody=article["body"],
        identifier=[{"@type": "PropertyValue", "propertyID": role, "value": value} for role, value in ids if value],
    )


def _term(topic: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "DefinedTerm",
        "name": topic["name"],
        "termCode": topic["code"],
        "inDefinedTermSet": topic["scheme"],
    }
