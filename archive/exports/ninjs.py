"""ninjs 3.0, IPTC's News in JSON: a list of news objects. https://www.iptc.org/std/ninjs/userguide/

`firstCreated` is there only where the time of publication is known with its zone, since ninjs has no shorter dates for
it; as it is known, it stands among the descriptions, with the role `published`. So do the time of an embargo
and the dateline; the slugline is one of the `altIds`. ninjs has no section, page or edition.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from archive.exports import Article
from archive.exports.dates import moment
from archive.exports.json_list import known, listed

_DESCRIBED = ("published", "embargo", "dateline")
_STANDARD = {
    "name": "ninjs",
    "version": "3.0",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#",
}


def write(articles: Iterable[Article]) -> Iterator[str]:
    """Yield a JSON list of news objects."""
    return listed(news_object(article) for article in articles)


def news_object(article: Article) -> dict[str, Any]:
    """Return an article as a news object; its `uri` is its URL, else `archive:` and its key."""
    ids = [("key", article["key"]), ("id", article["id"]), ("slugline", article["slugline"])]
    headline, published, kind, source = (article[name] for name in ("headline", "published", "kind", "source"))
    body = known(contentType="text/plain", charCount=len(article["body"]), wordCount=article["words"])
    return known(
        uri=article["url"] or f"archive:{article['key']}",
        standard=_STANDARD,
        type="text",
        version=str(article["revision"]),
        firstCreated=moment(published),
        versionCreated=moment(article["modified"]),
        embargoed=moment(article["embargo"]),
        pubStatus=article["status"],
        language=article["language"],
        copyrightNotice=article["rights"],
        by=article["byline"] or "; ".join(article["authors"]),
        headlines=[{"value": headline}] if headline else [],
        bodies=[{**body, "value": article["body"]}],
        descriptions=[{"role": role, "value": article[role]} for role in _DESCRIBED if article[role]],
        subjects=[_subject(topic) for topic in article["topics"]],
        infoSources=[{"name": source, "role": "publisher"}] if source else [],
        genres=[{"name": kind}] if kind else [],
        altIds=[{"role": role, "value": value} for role, value in ids if value],
    )


def _subject(topic: dict[str, Any]) -> dict[str, Any]:
    subject = {"name": topic["name"], "literal": f"{topic['scheme']}:{topic['code']}"}
    if topic["scheme"] == "medtop":
        subject["uri"] = f"http://cv.iptc.org/newscodes/mediatopic/{topic['code']}"
    return subject
