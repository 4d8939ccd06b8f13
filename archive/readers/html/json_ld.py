"""What a page says of itself in JSON-LD: its article, with the words of schema.org."""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

# What schema.org calls an article, and the kind that this states: https://schema.org/Article
KINDS = {
    "article": None,
    "newsarticle": "news",
    "reportagenewsarticle": "news",
    "analysisnewsarticle": "analysis",
    "opinionnewsarticle": "opinion",
    "reviewnewsarticle": "review",
    "backgroundnewsarticle": "background",
    "askpublicnewsarticle": "news",
    "advertisercontentarticle": "advertisement",
    "satiricalarticle": "satire",
    "liveblogposting": "live blog",
    "blogposting": "blog",
    "report": "report",
    "scholarlyarticle": None,
    "techarticle": None,
}
LONGEST = 2_000_000  # characters of one script
_MOST_NODES = 2_000

_AROUND = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)?[\s;]*$"
)
_SPARE_COMMA = re.compile(r",(\s*[}\]])")

Node = dict[str, Any]


def read_scripts(scripts: Iterable[str]) -> tuple[list[Node], list[str]]:
    """Return the articles that the scripts of a page describe, in order, and notes on scripts that are no JSON.

    Articles in a list of others (`ItemList`) are not those of the page.
    """
    nodes: list[Node] = []
    broken = 0
    for script in scripts:
        data = _load(script)
        if data is None:
            broken += bool(script.strip())
            continue
        nodes.extend(_articles(data))
    notes = [f"{broken} JSON-LD script{'' if broken == 1 else 's'} not read: no valid JSON"] if broken else []
    return nodes, notes


def choose_article(nodes: list[Node], headline: str | None, url: str | None) -> Node | None:
    """Return the article that a page is about: that of its URL, else of its headline, else the one that says most."""
    if len(nodes) < 2:
        return nodes[0] if nodes else None

    def nearness(node: Node) -> tuple[bool, bool, int]:
        addresses = {_address(address).rstrip("/") for address in urls(node)}
        same_url = url is not None and _address(url).rstrip("/") in addresses
        return same_url, bool(headline) and one_text(node.get("headline")) == headline, len(node)

    return max(nodes, key=nearness)


def _address(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].removeprefix("https").removeprefix("http")


def urls(node: Node) -> Iterator[str]:
    """Yield the addresses that a node gives itself, that of its page first."""
    page = node.get("mainEntityOfPage")
    for one in (
        page.get("@id") or page.get("url") if isinstance(page, dict) else page,
        node.get("url"),
        node.get("@id"),
    ):
        if isinstance(one, str) and one.startswith(("http://", "https://")):
            yield unescape(one.strip())


def is_article(node: Node) -> bool:
    """Tell whether one of its types is what schema.org calls an article."""
    return any(name in KINDS for name in _types(node))


def kind(node: Node) -> str | None:
    """Return what kind of piece its types state, or None where they say only that it is an article."""
    return next((KINDS[name] for name in _types(node) if KINDS.get(name)), None)


def one_text(item: object) -> str | None:
    """Return the first text of an item that may be a list or have a name; None where it has none."""
    return next(texts(item), None)


def texts(item: object) -> Iterator[str]:
    """Yield the texts of an item: itself, those of a list, the names of things; references are resolved to nothing."""
    for one in item if isinstance(item, list) else (item,):
        if isinstance(one, dict):
            one = one.get("name") or one.get("@value")
            if isinstance(one, list):
                one = next((name for name in one if isinstance(name, str)), None)
        if isinstance(one, str) and one.strip():
            yield " ".join(unescape(one).split())


def people(item: object, by_id: dict[str, str]) -> list[tuple[str, bool]]:
    """Return the names of authors, each with whether it is a person (or not said to be anything else)."""
    found = []
    for one in item if isinstance(item, list) else (item,):
        is_person = True
        name: object = one
        if isinstance(one, dict):
            is_person = not {"organization", "newsmediaorganization", "corporation"} & set(_types(one))
            name = one.get("name") or by_id.get(str(one.get("@id")))
            if isinstance(name, list | str):
                found += [(text, is_person) for text in texts(name)]
            continue
        if isinstance(name, str) and name.strip():
            found.append((by_id.get(name) or " ".join(unescape(name).split()), is_person))
    return found


def names_by_id(scripts: Iterable[str]) -> dict[str, str]:
    """Return the names of the things that the scripts describe with an `@id`, which others refer to."""
    found: dict[str, str] = {}
    for script in scripts:
        data = _load(script) if '"@id"' in script else None
        for node in _nodes(data, deep=False):
            name = one_text(node.get("name"))
            if name and isinstance(node.get("@id"), str):
                found.setdefault(node["@id"], name)
    return found


def _load(script: str) -> Any:
    if len(script) > LONGEST:
        return None
    plain = _AROUND.sub("", script.strip())
    for text in (plain, _SPARE_COMMA.sub(r"\1", plain)):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _types(node: Node) -> list[str]:
    item = node.get("@type")
    return [
        one.rpartition("/")[2].lower() for one in (item if isinstance(item, list) else [item]) if isinstance(one, str)
    ]


def _articles(data: object) -> Iterator[Node]:
    for node in _nodes(data, deep=True):
        if is_article(node):
            yield node


def _nodes(data: object, *, deep: bool) -> Iterator[Node]:
    """Yield the nodes of a script: those at its top, in `@graph`, and what a page says to be its main entity."""
    waiting: list[object] = [data]
    seen = 0
    while waiting and seen < _MOST_NODES:
        one = waiting.pop(0)
        seen += 1
        if isinstance(one, list):
            waiting[:0] = one[:_MOST_NODES]
        elif isinstance(one, dict):
            yield one
            graph = one.get("@graph")
            waiting.extend(graph if isinstance(graph, list) else [graph] if isinstance(graph, dict) else [])
            if deep:
                waiting.extend(one[key] for key in ("mainEntity", "mainEntityOfPage") if isinstance(one.get(key), dict))
