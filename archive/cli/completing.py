"""What shells offer for an argument or the value of an option; `archive.cli.shells` speaks with the shells."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from archive.db.location import Location
    from archive.queries.completion import Candidate

Items: TypeAlias = "list[CompletionItem[str]]"
Completer = Callable[[click.Context, click.Parameter, str], Items]

# What `archive set` takes.
_FIELDS = (
    *("authors", "dateline", "edition", "embargo", "headline", "kind", "language", "page", "published", "rights"),
    *("section", "slugline", "source", "status", "translation_of", "url"),
)
_VALUES_OF = {"kind": "kind", "language": "language", "section": "section", "source": "source", "status": "status"} | {
    "translation_of": "key"
}


def queries(ctx: click.Context, _param: click.Parameter, typed: str) -> Items:
    """Return what a query may become: its last word a field, or a value of a field."""
    from archive.queries.completion import complete_query

    return _items(complete_query(_archive(ctx), typed))


def queries_of_source(ctx: click.Context, _param: click.Parameter, typed: str) -> Items:
    """Return what a query may become that is asked of the archive that the command names first."""
    from archive.queries.completion import complete_query

    source = ctx.params.get("source") or next(iter(ctx.args), None)  # click gives up at an option without its value
    return _items(complete_query(_located(source), typed)) if source else []


def values_of(field: str, *, all_known: bool = False) -> Completer:
    """Return what completes a value of a field of queries, as it stands alone."""

    def values(ctx: click.Context, _param: click.Parameter, typed: str) -> Items:
        return _items(_values(ctx, field, typed, all_known=all_known))

    return values


keys = values_of("key")
imports = values_of("import")
sources = values_of("source")
known_sources = values_of("source", all_known=True)
topics = values_of("topic")
known_topics = values_of("topic", all_known=True)
languages = values_of("language")
saved_queries = values_of("query")
corpora = values_of("corpus")


def import_numbers(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return the numbers of imports."""
    return [one for one in imports(ctx, param, typed) if one.value.isdigit()]


def keys_and_tags(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return keys, and behind + or - topics."""
    if typed[:1] not in ("+", "-"):
        return keys(ctx, param, typed)
    return _items(_values(ctx, "topic", typed[1:], all_known=True), typed[0])


def keys_and_fields(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return keys, fields that can be set, and behind FIELD= its values."""
    field, mark, begun = typed.partition("=")
    if mark:
        if field not in _VALUES_OF:
            return []
        return _items(_values(ctx, _VALUES_OF[field], begun, all_known=True), f"{field}=")
    from click.shell_completion import CompletionItem

    fields = [CompletionItem(f"{name}=") for name in _FIELDS if name.startswith(typed)]
    return [*keys(ctx, param, typed), *fields] if typed else fields


def files(_ctx: click.Context, _param: click.Parameter, typed: str) -> Items:
    """Leave it to the shell, which knows files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="file")]


def _values(ctx: click.Context, field: str, typed: str, *, all_known: bool = False) -> "list[Candidate]":
    from archive.queries.completion import complete_value

    return complete_value(_archive(ctx), field, typed, all_known=all_known)


def _items(candidates: "Iterable[Candidate]", before: str = "") -> Items:
    from click.shell_completion import CompletionItem

    return [CompletionItem(before + one.text, help=one.remark or None) for one in candidates]


def _archive(ctx: click.Context) -> "Location":
    """Return the archive that is meant."""
    return _located(ctx.find_root().params["database"])


def _located(typed: str) -> "Location":
    """Return the archive that is meant, where the shell has not yet put in what it will for ~ and $NAME."""
    from archive.db.location import locate

    return locate(os.path.expandvars(os.path.expanduser(typed)))  # noqa: PTH111
