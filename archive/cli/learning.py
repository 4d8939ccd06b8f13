"""`archive topics learn`, `suggest`, `threshold` and `evaluate`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from archive.cli import completing
from archive.cli.asking import takes_query
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option, limit_option, name_of, who_and_why
from archive.cli.output import counted, hint, print_rows
from archive.cli.watching import watching
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_LEARNED = {
    "topic": "topic",
    "accepted": "with it",
    "rejected": "without",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "threshold": "threshold",
}
_QUALITY = {"topic": "topic", "n": "n", "precision": "precision", "recall": "recall", "f1": "F1"}
_CONFUSED = {"topic": "topic", "instead": "taken for", "n": "articles"}
_SUGGESTED = {"key": "key", "topic": "topic", "score": "score", "headline": "headline", "words": "words"}

_scheme = click.option("--scheme", metavar="S", default="local", show_default=True, help="Topics of this vocabulary.")
_with_given = click.option("--with-given", is_flag=True, help="Also from tags that inputs give.")
_only_rejected = click.option(
    "--only-rejected", is_flag=True, help="Count against a topic only that a person took it off."
)
_seed = click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Draws the folds.")


@click.command()
@takes_query()
@_scheme
@_with_given
@_only_rejected
@_seed
@click.option("--who", metavar="NAME", envvar="ARCHIVE_WHO", help="Who learns; else $ARCHIVE_WHO, else you.")
@format_option
@click.pass_context
def learn(
    ctx: click.Context,
    /,
    asked: "Asked",
    scheme: str,
    with_given: bool,
    only_rejected: bool,
    seed: int,
    who: str | None,
    form: str,
) -> None:
    """Learn a model of the tags that people put on and took off.

    An article has a topic if a person put it there. It does not have it if a person took it off, or if a person put
    another topic of the scheme on it and not this one. A topic needs 10 different texts of either kind. What is
    learned tags nothing: `archive topics suggest` shows what it proposes. Of each topic is told how good the model is
    on articles that it did not see, in five folds.

    Needs the extra: pip install 'archive[learn]'.

    \b
    archive topics learn
    archive topics learn --with-given date:2023
    """
    from archive import learn as learning

    source = learning.Source(scheme, asked, with_given=with_given, only_rejected=only_rejected)
    with watching() as watch:
        done = learning.learn(archive_location(ctx), source, name_of(who), seed=seed, watch=watch)
    print_rows(_rounded(done.topics, form), form, _LEARNED, empty="")
    _tell_left_out(done.left_out)
    hint(
        printable_line(
            f"model {done.number} of {scheme}: {counted(len(done.topics), 'topic')}, learned from "
            f"{counted(done.articles, 'article')}; `archive topics suggest{_option(scheme)}` applies it"
        )
    )


@click.command()
@takes_query(topic="Propose only this topic: code, name or alias.")
@_scheme
@click.option(
    "--min-score", metavar="P", type=click.FloatRange(0, 1), help="From this score on; else as the model has it."
)
@limit_option(20)
@format_option
@click.pass_context
def suggest(
    ctx: click.Context, /, asked: "Asked", scheme: str, min_score: float | None, limit: int | None, form: str
) -> None:
    """Propose topics for articles, by the model learned last.

    Each with a score from 0 to 1 and the words that carried it. Proposed are topics that an article does not have and
    that no person took off; suggestions are no tags. `archive tag KEY -- +TOPIC` accepts one, `-TOPIC` rejects it, for
    good; `archive topics threshold` makes tags of those that are sure enough. The suggestions of an earlier model for
    the same articles go.

    \b
    archive topics suggest --topic trade
    archive topics suggest date:2023 --min-score .9 -f jsonl
    """

    from archive import suggesting

    topic = asked.filters.topic
    asked = asked.altered(filters=asked.filters.altered(topic=None))
    with watching() as watch:
        done = suggesting.suggest(
            archive_location(ctx), asked, scheme, topic, min_score=min_score, limit=limit, watch=watch
        )
    rows: Iterable[dict[str, Any]] = done.rows
    if form == "table":
        rows = [{**row, "words": _words(row["words"])} for row in rows]
    empty = f"nothing to propose: model {done.model} looked at {counted(done.articles, 'article')}"
    print_rows(_rounded(rows, form), form, _SUGGESTED, empty=empty)
    if done.number > len(done.rows):
        hint(f"{len(done.rows):,} of {done.number:,} suggestions; --limit 0 shows all")
    _tell_followed(done.followed.added, done.followed.removed)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[TOPIC] SCORE", shell_complete=completing.known_topics)
@click.option("--scheme", metavar="S", help="All topics of this vocabulary that have no threshold of their own.")
@who_and_why
@click.pass_context
def threshold(
    ctx: click.Context, /, words: tuple[str, ...], scheme: str | None, who: str | None, because: str | None
) -> None:
    """Let suggestions be tags from a score on.

    The tags have the method `model`, and the words as evidence. SCORE is from 0.2 to 1, or off. Raised, lowered or
    off, tags follow at once. What a person took off an article stays off. It is on record, and `archive decisions
    undo N` takes it back.

    \b
    archive topics threshold trade .9 --because "looked at 50, all right"
    archive topics threshold --scheme local off
    """
    from archive import suggesting

    if len(words) != (1 if scheme else 2):
        raise UsageError("name a topic and a score, or --scheme and a score: archive topics threshold trade .9")
    topic = None if scheme else words[0]
    decision, followed = suggesting.set_threshold(
        archive_location(ctx), topic, scheme, words[-1], name_of(who), because
    )
    if decision is None:
        click.echo("it is so already")
        return
    click.echo(f"decision {decision.id} added; `archive decisions undo {decision.id}` takes it back")
    _tell_followed(followed.added, followed.removed)


@click.command()
@takes_query()
@_scheme
@_with_given
@_only_rejected
@click.option(
    "--split",
    type=click.Choice(("random", "time")),
    default="random",
    show_default=True,
    help="Test each article once, or the latest ones.",
)
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True, help="Parts; one is tested.")
@_seed
@format_option
@click.pass_context
def evaluate(
    ctx: click.Context,
    /,
    asked: "Asked",
    scheme: str,
    with_given: bool,
    only_rejected: bool,
    split: str,
    folds: int,
    seed: int,
    form: str,
) -> None:
    """Tell how well topics can be learned.

    Models are learned from a part of the articles and tested on the others: precision, recall and F1 per topic, of all
    verdicts (micro), as a mean over topics (macro), and which topics are taken for which. By time, the latest articles
    are tested by what the earlier ones teach. Nothing is written. What counts is as for `archive topics learn`.

    \b
    archive topics evaluate
    archive topics evaluate --with-given --split time -f json
    """
    from archive import learn as learning

    source = learning.Source(scheme, asked, with_given=with_given, only_rejected=only_rejected)
    with watching() as watch:
        found = learning.evaluate(archive_location(ctx), source, split=split, folds=folds, seed=seed, watch=watch)
    if form == "table":
        rows = list(_rounded(found.rows, form))
        names = {"micro": "all (micro)", "macro": "all (macro)"}
        quality = [{**row, "topic": row["topic"] or names[row["kind"]]} for row in rows if row["kind"] != "confused"]
        print_rows(quality, form, _QUALITY, empty="")
        if confused := [row for row in rows if row["kind"] == "confused"]:
            click.echo()
            print_rows(confused, form, _CONFUSED, empty="")
    else:
        print_rows(found.rows, form, {}, empty="")
    _tell_left_out(found.left_out)
    if found.earlier and found.later:
        hint(
            f"learned from {counted(found.earlier[0], 'article')} to {found.earlier[1]}, tested on "
            f"{found.later[0]:,} from {found.later[1]}"
        )
    if found.undated:
        hint(f"{counted(found.undated, 'article')} left out: no date that is known to the day")


def _tell_left_out(left_out: Mapping[str, str]) -> None:
    most = 10
    for topic, reason in list(left_out.items())[:most]:
        hint(printable_line(f"left out: {topic}: {reason}"))
    if len(left_out) > most:
        hint(f"left out: {len(left_out) - most:,} more topics")


def _tell_followed(added: int, removed: int) -> None:
    if added or removed:
        hint(f"tags by model: {added:,} added, {removed:,} removed")


def _rounded(rows: Iterable[dict[str, Any]], form: str) -> Iterable[dict[str, Any]]:
    """Return rows for people to read, with two digits; for programs as they are."""
    if form != "table":
        return rows
    return [
        {name: f"{value:.2f}" if isinstance(value, float) else value for name, value in row.items()} for row in rows
    ]


def _words(words: Iterable[dict[str, Any]]) -> str:
    """Return the words of a suggestion, each once, the strongest first."""
    shown: dict[str, str] = {}
    for word in words:
        shown.setdefault(word["text"].casefold(), word["text"])
    return ", ".join(shown.values())


def _option(scheme: str) -> str:
    return "" if scheme == "local" else f" --scheme {scheme}"
