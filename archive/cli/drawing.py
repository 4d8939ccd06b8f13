"""Articles and explanations, drawn for a terminal."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
from rich.padding import Padding
from rich.text import Text

from archive.cli.output import hint, marked_text, printable, shown_path, terminal

if TYPE_CHECKING:
    from rich.console import Console

_METHODS = {
    "given": "given",
    "first_line": "the text's first line",
    "derived": "derived from the first sentence, since the text has none",
    "front_matter": "front matter",
    "sidecar": "the file beside it (.meta.toml)",
    "archive_toml": "archive.toml",
    "option": "an option of the import",
    "domain": "the domain of its URL",
}


def draw_article(console: "Console", article: dict[str, Any]) -> None:
    """Print an article: headline, what is known, the text with its headings, what was set aside, where it was found."""
    derived = article["headline_method"] == "derived"
    console.print(Text(printable(article["headline"]), style="bold italic" if derived else "bold"))
    if derived:
        console.print(Text("(derived headline: the text has none)", style="dim"))
    known = [article["key"], article["source"] or "source not stated", article["published"] or "date not stated"]
    console.print(_line(" · ".join([*known, *filter(None, (article["language"], article["section"]))]), "cyan"))
    for label, value in (
        ("by", ", ".join(article["authors"])),
        ("url", article["url"]),
        ("topics", ", ".join(article["topics"])),
    ):
        if value:
            console.print(_line(f"{label}: {value}"))
    console.print()
    special = {block["start"]: block["kind"] for block in article["blocks"]}
    start = 0
    for block in article["body"].split("\n\n"):
        console.print(_line(block, {"heading": "bold", "quote": "italic"}.get(special.get(start, ""), "")))
        console.print()
        start += len(block) + 2
    if article["set_aside"]:
        _draw_set_aside(console, article["set_aside"])
    targets = [link for link in article["links"] if link["target"]]
    for link in targets:
        console.print(_line(f"in this archive: {link['text'] or link['url']} → {link['target']}"))
    numbers = len(article["revisions"])
    console.print(_line(f"{article['words']:,} words, {numbers} revision{'s' if numbers > 1 else ''}", "dim"))
    _draw_places(console, article["places"])


def draw_explanation(console: "Console", explained: dict[str, Any]) -> None:
    """Print why an article is as it is."""
    console.print(Text(printable(explained["headline"]), style="bold"))
    console.print(_line(explained["key"], "cyan"))
    values = {value["field"]: value for value in explained["values"]}
    _heading(console, "Values")
    console.print(_line(f"headline: {_METHODS[explained['headline_method']]}{_from(values.pop('headline', None))}"))
    for field in ("source", "published"):
        if field not in values:
            console.print(_line(f"{field}: not stated"))
    for field, value in values.items():
        console.print(_line(f"{field}: {value['text']}, from {_METHODS[value['method']]}{_from(value)}"))
    _heading(console, "Topics")
    if not explained["evidence"]:
        console.print("none")
    for topic, evidence in groupby(explained["evidence"], key=lambda one: (one["topic"], one["scheme"], one["code"])):
        console.print(Text(printable(f"{topic[0]} ({topic[1]}:{topic[2]})"), style="bold"))
        for one in evidence:
            console.print(Padding(_evidence(one, console), (0, 0, 0, 2)))
    _heading(console, "Dates")
    if not explained["dates"]:
        console.print("none found")
    for date in explained["dates"]:
        read = f" = {date['value']}" if date["value"] and date["value"] != date["text"] else ""
        where = f"{date['field']} {date['start']}" if date["field"] else _METHODS[date["method"]]
        verdict = "chosen" if date["chosen"] else f"not chosen: {date['reason']}"
        console.print(_line(f"{date['text']}{read} ({where}): {verdict}"))
    if explained["set_aside"]:
        _draw_set_aside(console, explained["set_aside"])
    _draw_places(console, explained["places"])


def print_hits(found: Iterable[dict[str, Any]], empty: str) -> int:
    """Print what a search found, each with the passage that matches, and return how many there were."""
    console = terminal()
    number = 0
    with console.capture() as capture:
        for article in found:
            number += 1
            known = (article["key"], article["published"], article["source"])
            style = "bold italic" if article["headline_method"] == "derived" else "bold"
            console.print(_line(article["headline"], style))
            console.print(_line(" · ".join(filter(None, known)), "cyan"))
            console.print(Padding(marked_text(article["snippet"], article["hits"], console), (0, 0, 1, 2)))
    if number:
        click.echo("\n".join(line.rstrip() for line in capture.get().rstrip().splitlines()))
    else:
        hint(empty)
    return number


def _draw_set_aside(console: "Console", passages: Iterable[dict[str, Any]]) -> None:
    _heading(console, "Set aside (no part of the body, not searched)")
    for passage in passages:
        console.print(_line(f"{passage['kind']}: {passage['text']}", "dim"))


def _draw_places(console: "Console", places: Iterable[dict[str, Any]]) -> None:
    for place in places:
        console.print(_line(f"found at {shown_path(place['locator'])} (import {place['first_import']})", "dim"))


def _evidence(one: dict[str, Any], console: "Console") -> Text:
    if one["method"] == "given":
        return Text(printable(f"given as '{one['passage']}' in {_METHODS[one['given_by']]}"))
    before, passage, after = one["before"], one["passage"], one["after"]
    whole = f"{before}{passage}{after}".replace("\n", " ")
    hit = (len(before), len(before) + len(passage))
    return Text(f"{one['method']}, {one['field']} {one['start']}: ").append(marked_text(whole, [hit], console))


def _from(value: dict[str, Any] | None) -> str:
    return f" ({shown_path(value['locator'])})" if value else ""


def _heading(console: "Console", text: str) -> None:
    console.print()
    console.print(Text(text, style="underline"))


def _line(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)
