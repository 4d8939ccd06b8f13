"""`archive topics review`: one key for each topic that is proposed for an article."""

import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from archive.cli import completing
from archive.cli.asking import include_hidden_option, tell_what_is_left_out, tell_what_was_left_behind
from archive.cli.options import archive_location, name_of, who_and_why
from archive.cli.output import hint
from archive.cli.topic_lists import scheme_option
from archive.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from archive.reviewing import Proposal, Review

KEYS = {
    "y": ("yes", "the topic is one of the article"),
    "n": ("no", "it is not"),
    "s": ("skip", "say nothing; it is asked the next time"),
    "u": ("undo", "take the last answer back, and ask that again"),
    "o": ("open", "show the whole article, passages highlighted"),
    "q": ("quit", "end; the next time goes on here"),
    "?": ("help", "tell the keys"),
}
_PROMPT = "yes no skip undo open quit ? "
_MOST_PASSAGES = 3
_BLANK = re.compile(r"\s")
_OF_ONE = ("method", "rule", "score", "field", "revision_id")  # what passages have in common that are shown together
_LONGEST_DEFINITION = 300


@click.command()
@click.argument("query", nargs=-1, metavar="[QUERY...]", shell_complete=completing.queries)
@scheme_option
@click.option(
    "--topic", metavar="NAME", shell_complete=completing.known_topics, help="Only this topic and those below."
)
@click.option(
    "--min-score",
    metavar="P",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Of what a model suggests, what it is at least so sure of.",
)
@include_hidden_option
@who_and_why
@click.pass_context
def review(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    scheme: str | None,
    topic: str | None,
    min_score: float,
    include_hidden: bool,
    who: str | None,
    because: str | None,
) -> None:
    """Say yes or no to topics of articles, one key each.

    Of all articles, or of those that a query names, by date. Asked is what rules, inputs and other people put on an
    article or took off, and what a model suggests, as far as you said neither yes nor no to it; the weakest first. What
    others said is not shown. Each answer is on record at once: q or Ctrl-C ends it, and the same command goes on there.
    Keys: y yes, n no, s skip, u undo the last, o open the whole article, q quit, ? help.

    Needs a terminal; elsewhere `archive tag` decides.

    \b
    archive topics review
    archive topics review source:lantern-wire --topic economy --who "Ada Quill"
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "there is no terminal to ask in; `archive tag KEY -- +TOPIC -TOPIC` decides without, and "
            "`archive decisions restore FILE` takes in what was decided elsewhere"
        )
    from archive.queries import reading
    from archive.queries.filters import Asked
    from archive.reviewing import Review

    location, name = archive_location(ctx), name_of(who)
    asked = Asked(" ".join(query), include_hidden=include_hidden)
    work = Review(location, asked, name, scheme=scheme, topic=topic, min_score=min_score, reason=because)
    with reading(location) as connection:
        tell_what_was_left_behind(connection)
        tell_what_is_left_out(connection, asked.selection(connection))
    if not work.total:
        hint(f"nothing is proposed that {name} did not decide about")
        return
    hint(f"{work.total:,} to decide about, as {name}; ? tells the keys")
    try:
        _go_through(work)
    finally:
        with suppress(OSError):  # a terminal that is gone
            _tell(work)


def _go_through(work: "Review") -> None:
    from archive.cli.tables import drawn
    from archive.db.decisions import ACCEPTED, REJECTED

    answers = {"y": ACCEPTED, "n": REJECTED, "s": None}
    shown = ""  # key of the article that was shown last
    while True:
        asked = work.proposal()
        while work.gone:
            hint(f"{work.gone.pop(0)} is not in the archive any more; it is passed over")
        if asked is None:
            return
        is_new, shown = asked.article["key"] != shown, asked.article["key"]
        click.echo(drawn(partial(_draw, asked=asked, total=work.total, with_article=is_new)))
        while (key := _asked_key()) == "?" or key not in KEYS:
            click.echo(_help() if key == "?" else f"{key!r} is none of the keys; ? tells them")
        if key == "q":
            return
        try:
            if key == "o":
                click.echo(drawn(partial(_draw_whole, asked=asked)))
            elif key != "u":
                work.answer(answers[key])
            elif not work.undo():
                hint("nothing was answered yet; `archive decisions undo N` takes back what was decided before")
        except ArchiveError as error:
            hint(f"archive: {error}")


def _asked_key() -> str:
    """Return the key that is pressed, in lower case, and show what it stands for; `q` where nobody presses any more."""
    click.echo(_PROMPT, nl=False)
    try:
        key = click.getchar().lower() or "q"
    except (EOFError, OSError):
        key = "q"
    except KeyboardInterrupt:
        click.echo()
        raise
    click.echo(f"› {KEYS[key][0]}" if key in KEYS else "›")
    return key


def _help() -> str:
    return "\n".join(f"  {key}  {word}: {text}" for key, (word, text) in KEYS.items())


def _tell(work: "Review") -> None:
    told = work.told
    parts = [f"{told.yes:,} yes", f"{told.no:,} no", f"{told.skipped:,} skipped", f"{told.left:,} left"]
    click.echo(f"{', '.join(parts)}{'; the same command goes on there' if told.left or told.skipped else ''}")


def _draw(console: "Console", asked: "Proposal", total: int, *, with_article: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from archive.cli.drawing import outermost
    from archive.cli.escaping import printable_line

    article, topic = asked.article, asked.topic
    if with_article:
        console.print()
        style = "bold italic" if article["headline_method"] == "derived" else "bold"
        console.print(Text(printable_line(article["headline"]), style))
        known = (article["key"], article["source"] or "source not stated", article["published"] or "date not stated")
        console.print(Text(printable_line(" · ".join(known)), "cyan"))
    console.print()
    name = " › ".join([*topic["place"], topic["topic"]])
    line = Text().append(f"{asked.number:,} of {total:,}  ", "dim").append(printable_line(name), "bold")
    retired = ", retired" if topic["retired"] else ""
    console.print(line.append(printable_line(f" ({topic['scheme']}:{topic['code']}{retired})")))
    if topic["definition"]:
        text = printable_line(topic["definition"])
        text = text if len(text) <= _LONGEST_DEFINITION else text[:_LONGEST_DEFINITION].rstrip() + "…"
        console.print(Padding(Text(text, "italic"), (0, 0, 0, 2)))
    evidence = together(outermost(topic["evidence"]))
    for one, hits in evidence[:_MOST_PASSAGES]:
        console.print(Padding(_passage(console, one, hits), (0, 0, 0, 2)))
    if len(evidence) > _MOST_PASSAGES:
        console.print(Text(f"  … and {len(evidence) - _MOST_PASSAGES:,} more; o shows them", "dim"))
    if not evidence:
        console.print(Text("  no rule or input names it: somebody else did", "dim"))


def together(evidence: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], list[tuple[int, int]]]]:
    """Return evidence so that passages by one rule, or one model, that stand in one context are shown in it together.

    Each with where the passages are in `before`, `passage` and `after`, written one after the other.
    """
    found: list[tuple[dict[str, Any], list[tuple[int, int]]]] = []
    for one in evidence:
        for other, hits in found:
            if None in (one["start"], other["start"]) or any(one[name] != other[name] for name in _OF_ONE):
                continue
            shift = len(other["before"]) - other["start"]
            hit = (one["start"] + shift, one["end"] + shift)
            first = 1 if other["before"].startswith("…") else 0
            last = hits[0][1] + len(other["after"].removesuffix("…"))
            if first <= hit[0] and hit[1] <= last:
                hits.append(hit)
                break
        else:
            start = 0 if one["start"] is None else len(one["before"])
            found.append((one, [(start, start + len(one["passage"] or ""))]))
    return found


def _passage(console: "Console", one: dict[str, Any], hits: list[tuple[int, int]]) -> "Text":
    from rich.text import Text

    from archive.cli.drawing import without_passage
    from archive.cli.escaping import printable_line
    from archive.cli.tables import mark

    stated = without_passage(one)
    score = "" if one["score"] is None else f" ({one['score']:.2f})"
    if stated is not None:
        return Text(printable_line(stated) + score)
    if one["start"] is None:
        return Text(printable_line(one["method"]) + score)
    parts = [_BLANK.sub(" ", one[part]) for part in ("before", "passage", "after")]
    rule = f" “{one['rule']}”" if one["rule"] else ""
    where = f"{one['method'].replace('_', ' ')}{rule}{score}, {one['field'].replace('_', ' ')}: "
    marked = mark("".join(parts), _in_order(hits), console)
    return Text().append(printable_line(where), "dim").append_text(marked)


def _draw_whole(console: "Console", asked: "Proposal") -> None:
    """Print the text of the article with all passages that speak for the topic."""
    from archive.cli.tables import mark

    article, hits = asked.article, dict[str, list[tuple[int, int]]]()
    for one in asked.topic["evidence"]:
        # of an earlier text, places are others
        if one["start"] is not None and one["revision_id"] == article["revision_id"]:
            hits.setdefault(one["field"], []).append((one["start"], one["end"]))
    console.print()
    # a headline that a person wrote is not the one in which words were found, and a derived one stands in the body
    if article["headline_method"] == "decided":
        hits.pop("headline", None)
    if article["headline_method"] != "derived":
        console.print(mark(article["headline"], _in_order(hits.get("headline", [])), console, "bold"))
        console.print()
    console.print(mark(article["body"], _in_order(hits.get("body", [])), console))
    console.print()


def _in_order(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return passages as they follow each other; of those that begin at one place, the longest first."""
    return sorted(hits, key=lambda hit: (hit[0], -hit[1]))
