"""A topic, and what a rule would tag, drawn for a terminal."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive.cli.drawing import draw_decisions, draw_hits, passage_line
from archive.cli.escaping import printable_line
from archive.cli.output import hint
from archive.cli.sparklines import bars_of_terminal, by_month, months_a_bar, months_of, sparkline

if TYPE_CHECKING:
    from archive.queries.rule_trial import Trial

_WIDEST = 60  # cells of a sparkline
_PASSAGES = 2  # of one example
_MOST_TOPICS = 10  # that overlap with a rule and are shown; JSON has all
_PERCENT = 100


def draw_topic(console: Console, topic: dict[str, Any]) -> None:
    """Print a topic: what it is called and means, on which articles it is and why, what tags with it."""
    console.print(_line(topic["name"], "bold"))
    known = [topic["topic"], topic["vocabulary"] if topic["vocabulary"] != topic["scheme"] else None]
    if topic["retired"]:
        known.append(f"retired {topic['retired_on'] or ''}".rstrip())
    console.print(_line(" · ".join([*filter(None, known), f"here since {topic['since'][:10]}"]), "cyan"))
    for label, value in (
        ("address", topic["uri"]),
        ("below", " › ".join(f"{one['name']} ({one['topic']})" for one in reversed(topic["above"]))),
        *_names(topic["names"]),
        *((f"{one['relation']} match", _named(one)) for one in topic["mappings"]),
        *((_in_language("definition", one["language"]), one["text"]) for one in topic["definitions"]),
    ):
        if value:
            console.print(_line(f"{label}: {value}"))
    _draw_counts(console, topic)
    _draw_below(console, topic["below"])
    _draw_rules(console, topic["rules"])
    draw_decisions(console, topic["decisions"])
    if topic["examples"]:
        _heading(console, "The newest articles")
    for number, article in enumerate(topic["examples"]):
        if number:
            console.print()
        style = "bold italic" if article["headline_method"] == "derived" else "bold"
        console.print(_line(article["headline"], style))
        where = (article["key"], article["published"], article["source"])
        console.print(_line(" · ".join(filter(None, where)), "cyan"))
        for one in article["evidence"][:_PASSAGES]:
            console.print(Padding(passage_line(one, console), (0, 0, 0, 2)))
    if topic["query"]:
        console.print()
        quoted = topic["query"].replace("'", "'\"'\"'")
        # never broken: people copy it
        console.print(Text(printable_line(f"archive search '{quoted}'")), soft_wrap=True)


def _draw_counts(console: Console, topic: dict[str, Any]) -> None:
    console.print()
    whole = topic["with_below"]
    with_below = f", {whole:,} with what is below it" if whole != topic["articles"] else ""
    span = f", {topic['first']} to {topic['last']}" if topic["first"] else ""
    console.print(_line(f"on {_articles(topic['articles'])}{with_below}{span}", "bold"))
    months = months_of([topic])
    if months:
        room = min(_WIDEST, console.width)
        line = sparkline(by_month(topic), months, room, bars_of_terminal())
        at_once = months_a_bar(months, room)
        each = f", each bar the highest of {at_once} months" if at_once > 1 else ""
        console.print(Text(line), no_wrap=True)
        console.print(_line(f"{months[0]} to {months[-1]}{each}", "dim"))
    if topic["without_month"]:
        console.print(_line(f"{topic['without_month']:,} of them without a month", "dim"))
    methods = ", ".join(f"{one['method']} {one['articles']:,}" for one in topic["methods"])
    if methods:
        console.print(_line(f"put there by: {methods}"))
    if topic["rejected"]:
        console.print(_line(f"taken off by people: {_articles(topic['rejected'])}"))


def _draw_below(console: Console, below: Sequence[dict[str, Any]]) -> None:
    if below:
        _heading(console, "Right below it")
    for one in below:
        if one["with_below"]:
            more = f", {one['with_below']:,} with what is below it" if one["with_below"] != one["articles"] else ""
            console.print(_line(f"{_topic(one)}: {_articles(one['articles'])}{more}"))
    idle = [_topic(one) for one in below if not one["with_below"]]
    if idle:
        console.print(_line(f"on none: {'; '.join(idle)}"))


def _topic(one: dict[str, Any]) -> str:
    return f"{one['name']} ({one['topic']}{', retired' if one['retired'] else ''})"


def _draw_rules(console: Console, rules: Sequence[dict[str, Any]]) -> None:
    _heading(console, "Rules that tag with it, and on how many articles")
    if not rules:
        console.print(_line("none"))
        return
    idle = [one for one in rules if not one["articles"]]
    width = max(len(f"{one['articles']:,}") for one in rules)
    for one in rules:
        if one["articles"]:
            console.print(_line(f"{one['articles']:>{width},}  {_rule(one)}"))
    if idle:
        console.print(_line(f"{'0':>{width}}  {'; '.join(map(_rule, idle))}"))


def _rule(rule: dict[str, Any]) -> str:
    return f"query {rule['expression']}" if rule["kind"] == "query" else str(rule["expression"])


def draw_trial(console: Console, trial: "Trial") -> None:
    """Print what a rule would tag: how much, beside which topics, for example which articles."""
    console.print(_line(f"{_articles(trial.articles)} of {trial.of:,}, {_percent(trial.share)}", "bold"))
    if meant := trial.topic:
        already = f"new on {meant.new:,}, on {meant.tagged:,} already"
        console.print(_line(f"{meant.name} ({meant.topic}): {already}, and on {meant.others:,} that it does not name"))
        if meant.rejected:
            console.print(_line(f"without it, since people took it off: {_articles(meant.rejected)}"))
    if trial.overlap:
        _heading(console, "Topics on the same articles, each with what is below it")
        console.print(_line("overlap     both  only rule  only topic  topic", "dim"))
    for row in trial.overlap[:_MOST_TOPICS]:
        numbers = f"{row['jaccard']:7.2f} {row['both']:8,} {row['only_rule']:10,} {row['only_topic']:11,}"
        console.print(_line(f"{numbers}  {row['name']} ({row['topic']})"))
    if trial.examples:
        _heading(console, "Would be new on" if trial.topic else "For example")
        draw_hits(console, trial.examples)


def tell_overlap(trial: "Trial") -> None:
    """Say on stderr that more topics overlap with a rule than are shown."""
    if len(trial.overlap) > _MOST_TOPICS:
        hint(f"{_MOST_TOPICS} of {len(trial.overlap):,} topics; -f json has all")


def _names(names: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the names of a topic by language, its preferred one first; what it is shown by alone says nothing new."""
    by_language = [(language, [one["name"] for one in group]) for language, group in _by_language(names)]
    if sum(len(some) for _, some in by_language) == 1:
        return []
    return [(_in_language("names", language), "; ".join(some)) for language, some in by_language]


def _by_language(names: Iterable[dict[str, Any]]) -> "groupby[str, dict[str, Any]]":
    return groupby(names, key=lambda one: str(one["language"]))


def _in_language(label: str, language: str) -> str:
    return f"{label} ({language})" if language else label


def _named(mapping: dict[str, Any]) -> str:
    is_named = mapping["name"] not in (None, mapping["topic"])
    return f"{mapping['topic']} {mapping['name']}" if is_named else str(mapping["topic"])


def _articles(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{_PERCENT * share:.1f} %" if share < 1 else "all of them"


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, style="underline"))


def _line(text: str, style: str = "") -> Text:
    return Text(printable_line(text), style=style)
