"""Articles and explanations, drawn for a terminal."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive.cli.escaping import printable, printable_line
from archive.cli.output import hint, shown_path
from archive.cli.tables import drawn, mark

_BLANK = re.compile(r"\s")
_MOST_PASSAGES = 3  # of one topic that are shown; JSON has all
_RULE = 40  # cells of a query that tags

_METHODS = {
    "given": "given",
    "first_line": "the text's first line",
    "derived": "derived from the first sentence, since the text has none",
    "front_matter": "front matter",
    "record": "its record",
    "header": "the header of the message",
    "sidecar": "the file beside it (.meta.toml)",
    "archive_toml": "archive.toml",
    "option": "an option of the import",
    "domain": "the domain of its URL",
    "detected": "its words, as a guess",
    "decided": "a person's decision",
}

_VERBS = {
    "source_merge": "merged into",
    "source_rename": "renamed",
    "source_alias": "also named",
    "source_domain": "has the domain",
    "source_split": "without",
    "topic_merge": "merged into",
    "topic_rename": "renamed",
    "topic_move": "below",
    "topic_alias": "also named",
    "topic_threshold": "suggestions are tags from",
}


def draw_article(console: Console, article: dict[str, Any]) -> None:
    """Print an article: headline, what is known, the text with its headings, what was set aside, where it was found."""
    derived = article["headline_method"] == "derived"
    console.print(_line(article["headline"], "bold italic" if derived else "bold"))
    if derived:
        console.print(_line("(derived headline: the text has none)", "dim"))
    known = [article["key"], article["source"] or "source not stated", article["published"] or "date not stated"]
    console.print(_line(" · ".join([*known, *filter(None, (article["language"], article["section"]))]), "cyan"))
    if article["hidden"]:
        console.print(_line(f"hidden until asked for: {article['hidden']}", "bold"))
    for label, value in (
        ("by", ", ".join(article["authors"])),
        ("credited", ", ".join(dict.fromkeys(one["source"] for one in article["credited"]))),
        ("url", article["url"]),
        ("topics", ", ".join(article["topics"])),
        *((name, article[name]) for name in ("status", "embargo", "slugline", "dateline") if article[name]),
    ):
        if value:
            console.print(_line(f"{label}: {value}"))
    special = {block["start"]: block["kind"] for block in article["blocks"]}
    start = 0
    for block in article["body"].split("\n\n"):
        console.print()
        style = {"heading": "bold", "quote": "italic"}.get(special.get(start, ""), "")
        console.print(Text(printable(block), style=style))
        start += len(block) + 2
    _draw_set_aside(console, article["set_aside"])
    _draw_links(console, article["links"])
    _draw_places(console, article["places"])
    console.print(_line(f"{article['words']:,} words, {_which_revision(article)}", "dim"))


def _which_revision(article: dict[str, Any]) -> str:
    number = len(article["revisions"])
    if article["revision"] == article["current_revision"]:
        return f"{number} revision{'s' if number > 1 else ''}"
    seen_at = next(one["seen_at"] for one in article["revisions"] if one["number"] == article["revision"])
    return f"revision {article['revision']} of {number}, seen {seen_at[:16].replace('T', ' ')} UTC"


def draw_explanation(console: Console, explained: dict[str, Any]) -> None:
    """Print why an article is as it is."""
    console.print(_line(explained["headline"], "bold"))
    console.print(_line(explained["key"], "cyan"))
    _draw_values(console, explained)
    draw_decisions(console, explained["decisions"])
    if explained["credited"]:
        _heading(console, "Credited")
    for credit in explained["credited"]:
        console.print(_line(f"{credit['source']}: “{credit['text']}” ({credit['method']}, {credit['start']})"))
    _draw_evidence(console, explained["evidence"])
    for topic in explained["rejected_topics"]:
        rests = f"; {topic['evidence']:,} passages or inputs speak for it" if topic["evidence"] else ""
        console.print(
            _line(f"not {topic['topic']} ({topic['scheme']}:{topic['code']}): decision {topic['decision']}{rests}")
        )
    _draw_coders(console, explained["said_of_topics"])
    _heading(console, "Dates")
    if not explained["dates"]:
        console.print(_line("none found"))
    for date in explained["dates"]:
        read = f" = {date['value']}" if date["value"] and date["value"] != date["text"] else ""
        where = f"{date['field']} {date['start']}" if date["field"] else _method(date["method"])
        verdict = "chosen" if date["chosen"] else f"not chosen: {date['reason']}"
        console.print(_line(f"{date['text']}{read} ({where}): {verdict}"))
    _draw_set_aside(console, explained["set_aside"])
    _draw_places(console, explained["places"])


def print_hits(found: Iterable[dict[str, Any]], empty: str) -> int:
    """Print what a search found, each with the passage that matches, and return how many there were."""
    articles = list(found)
    if articles:
        click.echo(drawn(lambda console: draw_hits(console, articles)))
    else:
        hint(empty)
    return len(articles)


def draw_hits(console: Console, found: Iterable[dict[str, Any]]) -> None:
    """Print articles that a search found, each with the passage that matches."""
    for number, article in enumerate(found):
        if number:
            console.print()
        known = (article["key"], article["published"], article["source"], article["hidden"])
        style = "bold italic" if article["headline_method"] == "derived" else "bold"
        console.print(mark(article["headline"], article["headline_hits"], console, style))
        console.print(_line(" · ".join(filter(None, known)), "cyan"))
        console.print(Padding(mark(article["snippet"], article["hits"], console), (0, 0, 0, 2)))


def print_gaps(found: Iterable[dict[str, Any]], empty: str) -> int:
    """Print what is lacking where, with what could fill it and the command that would, and return how many there were.

    Commands are never broken: people copy them.
    """
    gaps = list(found)

    def draw(console: Console) -> None:
        for number, gap in enumerate(gaps):
            if number:
                console.print()
            many = f"{gap['articles']:,} article{'s' if gap['articles'] > 1 else ''}"
            console.print(_line(f"no {gap['field']}: {many} in {shown_path(gap['folder'])}", "bold"))
            console.print(_line(" ".join(gap["keys"]) + (" …" if gap["articles"] > len(gap["keys"]) else ""), "cyan"))
            for one in gap["candidates"]:
                of = f"{one['key']}: " if one["key"] else ""
                console.print(Padding(_line(f"{of}{one['value']} ({one['because']})"), (0, 0, 0, 2)))
            console.print(Text(printable_line(gap["command"])), soft_wrap=True)

    if gaps:
        click.echo(drawn(draw))
    else:
        hint(empty)
    return len(gaps)


def _draw_values(console: Console, explained: dict[str, Any]) -> None:
    _heading(console, "Values")
    values = {value["field"]: value for value in explained["values"]}
    headline = values.pop("headline", None)
    where = f"{_method(headline['method'])} ({shown_path(headline['locator'])})" if headline else ""
    console.print(_line(f"headline: {where or _method(explained['headline_method'])}"))
    for field in ("source", "published"):
        if field not in values:
            console.print(_line(f"{field}: not stated"))
    for field, value in values.items():
        console.print(
            _line(f"{field}: {value['text']}, from {_method(value['method'])} ({shown_path(value['locator'])})")
        )


def draw_decisions(console: Console, decisions: Sequence[dict[str, Any]]) -> None:
    """Print what was decided, who said so, when and why."""
    if decisions:
        _heading(console, "Decisions (the latest first)")
    for one in decisions:
        because = f": {one['reason']}" if one["reason"] else ""
        undone = f" (taken back by {one['undone_by']})" if one["undone_by"] else ""
        made = one["made_at"][:16].replace("T", " ")
        console.print(_line(f"{one['number']} {what_was_decided(one)}, by {one['who']}, {made}{because}{undone}"))


def what_was_decided(decision: dict[str, Any]) -> str:
    """Return what a decision says, as it would be typed: `published=2023-02`, `-local:trade`."""
    name, value = decision["name"], decision["value"]
    if decision["subject"] == "forget":
        return "forgets the article"
    if decision["wiped"]:
        return f"{decision['subject']} {name} (wiped)" if name != "forgotten" else "a topic (wiped)"
    if decision["subject"] == "topic":
        return f"{'+' if value == 'accepted' else '-'}{name}"
    if decision["subject"] == "deciding":
        return f"what {value} says of topics counts" if value else f"of topics the {name} counts"
    if decision["subject"] in _VERBS:
        return f"{name}: {_VERBS[decision['subject']]} {value}" if value else f"{name}: at the top"
    return f"takes {name} back" if decision["subject"] == "undo" else f"{name}={value or ''}"


def _draw_evidence(console: Console, evidence: Sequence[dict[str, Any]]) -> None:
    _heading(console, "Topics")
    if not evidence:
        console.print(_line("none"))
    for (topic, scheme, code), group in groupby(evidence, key=lambda one: (one["topic"], one["scheme"], one["code"])):
        console.print(_line(f"{topic} ({scheme}:{code})", "bold"))
        passages = outermost(list(group))
        for one in passages[:_MOST_PASSAGES]:
            console.print(Padding(passage_line(one, console), (0, 0, 0, 2)))
        if len(passages) > _MOST_PASSAGES:
            console.print(_line(f"  … and {len(passages) - _MOST_PASSAGES} more", "dim"))


def _draw_coders(console: Console, topics: Sequence[dict[str, Any]]) -> None:
    """Print what people say of topics, where several do or where nobody's word counts."""
    shown = [one for one in topics if len(one["yes"]) + len(one["no"]) > 1 or one["decision"] is None]
    if shown:
        _heading(console, f"What people say of topics ({shown[0]['rule']})")
    for one in shown:
        sides = [f"{len(one[side])} {side} ({', '.join(one[side])})" for side in ("yes", "no") if one[side]]
        counts = f"decision {one['decision']} is shown" if one["decision"] else "none of it is shown"
        console.print(_line(f"{one['topic']} ({one['scheme']}:{one['code']}): {', '.join(sides)}; {counts}"))


def outermost(evidence: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the evidence of a topic without passages that lie within another one."""
    within: set[int] = set()
    widest: tuple[str, int, int] | None = None
    # of what was set aside there may be several passages, each counted from its own start
    placed = (one for one in enumerate(evidence) if one[1]["start"] is not None and one[1]["field"] != "set_aside")
    for number, one in sorted(placed, key=lambda one: (one[1]["field"], one[1]["start"], -one[1]["end"])):
        span = (one["field"], one["start"], one["end"])
        if widest is None or span[0] != widest[0] or span[2] > widest[2]:
            widest = span
        elif span != widest:
            within.add(number)
    return [one for number, one in enumerate(evidence) if number not in within]


def passage_line(one: dict[str, Any], console: Console) -> Text:
    """Return a piece of evidence with as much of what stands around it as one line has room for."""
    stated = without_passage(one)
    if stated is not None:
        return _line(stated)
    if one["method"] == "model":
        one = {**one, "method": f"model {one['model']}, score {one['score']:.2f}"}
    rule = f" '{_last_words(one['rule'][::-1], _RULE)[::-1]}'" if one["method"] == "query" else ""
    where = f"{one['method']}{rule}, {one['field']} {one['start']}: "
    before, passage, after = (printable(_BLANK.sub(" ", one[part])) for part in ("before", "passage", "after"))
    room = console.width - 2 - cell_len(where) - cell_len(passage) - len("«»")
    half = max(0, room // 2)
    before = _last_words(before, max(half, room - cell_len(after)))
    after = _last_words(after[::-1], max(half, room - cell_len(before)))[::-1]
    hit = (len(before), len(before) + len(passage))
    return Text().append(where, "dim").append_text(mark(f"{before}{passage}{after}", [hit], console))


def without_passage(one: dict[str, Any]) -> str | None:
    """Return a piece of evidence that rests on no passage in words; None for one that does."""
    if one["method"] == "decision":
        return "a person's decision"
    if one["method"] == "given":
        return f"given as '{one['passage']}' in {_method(one['given_by'])}"
    if one["method"] == "mapping":
        return f"the same as '{one['passage']}', given in {_method(one['given_by'])}"
    return f"query '{one['rule']}'" if one["field"] == "values" else None


def _last_words(text: str, room: int) -> str:
    """Return as much of the end of a text as fits into so many cells, cut before a word, after "…".

    >>> _last_words("somewhere in the north ", 12)
    '…the north '
    """
    if cell_len(text) <= room:
        return text
    kept, cells = len(text), 1
    while kept and cells + cell_len(text[kept - 1]) <= room:
        kept -= 1
        cells += cell_len(text[kept])
    if kept and text[kept - 1] not in " …":
        word = text.find(" ", kept)
        kept = word + 1 if 0 <= word < len(text) - 1 else kept
    return "…" + text[kept:] if room > 0 else ""


def _draw_set_aside(console: Console, passages: Sequence[dict[str, Any]]) -> None:
    if passages:
        _heading(console, "Set aside (no part of the body, not searched)")
    for passage in passages:
        console.print(Text(printable(f"{passage['kind']}: {passage['text']}")))


def _draw_links(console: Console, links: Iterable[dict[str, Any]]) -> None:
    """Print the links of the text, and the related headlines that are in the archive: the others were set aside."""
    shown = [link for link in links if link["target"] or link["kind"] == "link"]
    if shown:
        _heading(console, "Links")
    for link in shown:
        known = f" → {link['target']} in this archive" if link["target"] else ""
        console.print(_line(" ".join(filter(None, (link["text"], link["url"]))) + known))


def _draw_places(console: Console, places: Iterable[dict[str, Any]]) -> None:
    _heading(console, "Places")
    for place in places:
        first, last = place["first_import"], place["last_import"]
        imports = f"import {first}" if first == last else f"imports {first} to {last}"
        saved = f", saved {place['crawled'].replace('.000000Z', 'Z')}" if place["crawled"] else ""
        console.print(_line(f"{shown_path(place['locator'])} ({imports}{saved})"))


def draw_place_list(console: Console, title: str, locators: Iterable[str]) -> None:
    """Print places below a title."""
    _heading(console, title)
    for locator in locators:
        console.print(_line(shown_path(locator)))


def _method(name: str) -> str:
    return _METHODS.get(name, name)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="underline"))


def _line(text: str, style: str = "") -> Text:
    return Text(printable_line(text), style=style)
