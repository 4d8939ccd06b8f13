"""Decisions about sources: two that are one, another name, one that is two; done, and taken back."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from archive.db import source_moves as moves
from archive.db import vocabulary
from archive.db.decisions import Decision, take_earlier_state
from archive.db.vocabulary import Source
from archive.errors import NotFoundError, UsageError
from archive.normalize.names import name_key, slug
from archive.normalize.text import clean_text, require_utf8
from archive.resolve.decisions import Applier
from archive.resolve.sources import SourceResolver

MERGE, RENAME, ALIAS, DOMAIN, SPLIT = VERBS = (
    "source_merge",
    "source_rename",
    "source_alias",
    "source_domain",
    "source_split",
)


class SourceDecision(NamedTuple):
    """What is to be put on record: of which source, by its slug, what, and what takes it back."""

    slug: str
    value: str
    before: str


def find_source(connection: Connection, name: str) -> Source:
    """Return the source of a slug, a name or an alias; raises NotFoundError where there is none."""
    source = vocabulary.find_source_by_slug(connection, name) or vocabulary.find_source(connection, name_key(name))
    if source is None:
        raise NotFoundError(f"there is no source '{name}'; `archive sources --all` lists them")
    return source


def decide_source(connection: Connection, verb: str, name: str, value: str) -> SourceDecision | None:
    """Make a source what a person says of it, and return what is to be put on record; None where it is so already.

    Raises NotFoundError for a source that is not there, UsageError for what cannot be.
    """
    require_utf8("source", name, value)
    source = find_source(connection, name)
    text = " ".join(clean_text(value)[0].split())
    if not text:
        raise UsageError("nothing is named; name it")
    return _DECIDE[verb](connection, source, text)


def take_back(connection: Connection, decision: Decision) -> None:
    """Make a source what it was before a decision, as far as nothing else was decided of it since.

    Raises UsageError where a later decision has to be taken back first.
    """
    source = vocabulary.find_source_by_slug(connection, decision.name)
    if source is None or decision.value is None:
        raise UsageError(f"the source {decision.name} is gone; take back what was decided of it later first")
    before = take_earlier_state(connection, decision.id)
    _TAKE_BACK[decision.subject](connection, source, decision.value, before)


def _merge(connection: Connection, source: Source, value: str) -> SourceDecision:
    target = find_source(connection, value)
    if target.id == source.id:
        raise UsageError(f"{source.slug} cannot be merged into itself; name another source")
    names, domains = moves.names_of(connection, source.id), moves.domains_of(connection, source.id)
    if not names:
        raise UsageError(f"{source.slug} was merged already; no name leads to it")
    articles = moves.articles_of(connection, source.id)
    for _, key, _ in names:
        moves.move_name(connection, key, source.id, target.id)
    for domain in domains:
        moves.move_domain(connection, domain, source.id, target.id)
    _move(connection, articles, source, target)
    lines = [*(f"{kind} {name}" for name, _, kind in names), *(f"domain {domain}" for domain in domains)]
    return SourceDecision(source.slug, target.slug, "\n".join(lines))


def _part(connection: Connection, source: Source, value: str, before: str) -> None:
    """Take a merge back: names, domains, and the articles whose source is named so."""
    target = vocabulary.find_source_by_slug(connection, value)
    lines = [line.partition(" ")[::2] for line in before.split("\n")]
    led = {} if target is None else {key for _, key, _ in moves.names_of(connection, target.id)}
    if target is None or not any(name_key(name) in led for kind, name in lines if kind != "domain"):
        raise UsageError(f"what was of {source.slug} is no longer {value}'s; take back what was decided later first")
    for kind, name in lines:
        if kind == "domain":
            moves.move_domain(connection, name, target.id, source.id)
        else:
            moves.move_name(connection, name_key(name), target.id, source.id, kind)
    _move_what_leads_to(connection, target, source)


def _rename(connection: Connection, source: Source, value: str) -> SourceDecision | None:
    if value == source.name:
        return None
    was_alias = _refuse_others(connection, source, value)
    moves.set_name(connection, source.id, value, name_key(value))
    return SourceDecision(source.slug, value, f"{source.name}\nalias" if was_alias else source.name)


def _rename_back(connection: Connection, source: Source, value: str, before: str) -> None:
    if source.name != value:
        raise UsageError(f"{source.slug} has another name since; take that back first")
    name, _, kind = before.partition("\n")
    moves.set_name(connection, source.id, name, name_key(name))
    if not kind and name_key(value) != name_key(name):
        moves.remove_name(connection, source.id, name_key(value))


def _alias(connection: Connection, source: Source, value: str) -> SourceDecision | None:
    if _refuse_others(connection, source, value):
        return None
    vocabulary.add_source_name(connection, source.id, value, name_key(value))
    return SourceDecision(source.slug, value, "")


def _domain(connection: Connection, source: Source, value: str) -> SourceDecision | None:
    domain = value.lower().removeprefix("www.").rstrip(".")
    if "." not in domain or "/" in domain or " " in domain:
        raise UsageError(f"'{value}' is no domain; write it as in lantern.example")
    known = vocabulary.source_domains(connection).get(domain)
    if known is not None and known.id != source.id:
        raise UsageError(f"{domain} leads to {known.slug}; merge the two, or split it off first")
    if known is not None:
        return None
    vocabulary.add_source_domain(connection, source.id, domain)
    return SourceDecision(source.slug, domain, "")


def _split(connection: Connection, source: Source, value: str) -> SourceDecision:
    key = name_key(value)
    names = {known: (name, kind) for name, known, kind in moves.names_of(connection, source.id)}
    if key not in names:
        raise UsageError(f"'{value}' is no name of {source.slug}, which has {', '.join(n for n, _ in names.values())}")
    name, kind = names[key]
    if kind == "label":
        raise UsageError(f"'{name}' is the name of {source.slug} itself; rename it first, then split the old name off")
    moves.remove_name(connection, source.id, key)
    new = vocabulary.add_source(connection, name, slug(name), key, origin="import")
    _move_what_leads_to(connection, source, new)
    return SourceDecision(source.slug, name, f"source {new.slug}")


def _join(connection: Connection, source: Source, value: str, before: str) -> None:
    """Take a split back."""
    new = vocabulary.find_source_by_slug(connection, before.partition(" ")[2])
    if new is None or [key for _, key, _ in moves.names_of(connection, new.id)] != [name_key(value)]:
        raise UsageError(f"'{value}' is not alone any more; take back what was decided of it later first")
    if moves.domains_of(connection, new.id):
        raise UsageError(f"{new.slug} has domains since; take that back first")
    articles = moves.articles_of(connection, new.id)
    moves.move_name(connection, name_key(value), new.id, source.id)
    _move(connection, articles, new, source)
    moves.remove_source(connection, new.id)


def _refuse_others(connection: Connection, source: Source, name: str) -> bool:
    """Tell whether a name leads to a source already; raises UsageError where it leads to another."""
    known = vocabulary.source_names(connection).get(name_key(name))
    if known is not None and known.id != source.id:
        raise UsageError(
            f"'{name}' leads to {known.slug}; `archive sources merge {known.slug} {source.slug}` makes them one"
        )
    return known is not None


def _move_what_leads_to(connection: Connection, origin: Source, target: Source) -> None:
    """Give to one source those articles of another that name it."""
    resolver = SourceResolver(connection)
    known = {key for _, key, _ in moves.names_of(connection, target.id)}
    articles = [
        one
        for one in moves.articles_of(connection, origin.id)
        if one[2] and (name_key(one[2]) in known or resolver.named(connection, one[2]).id == target.id)
    ]
    _move(connection, articles, origin, target)


def _move(connection: Connection, articles: list[tuple[int, str, str | None]], origin: Source, target: Source) -> None:
    moves.move_articles(connection, [article_id for article_id, _, _ in articles], origin, target)
    # of articles whose source was decided, the decision counts
    Applier(connection).apply([key for _, key, _ in articles])


_DECIDE: dict[str, Callable[[Connection, Source, str], SourceDecision | None]] = {
    MERGE: _merge,
    RENAME: _rename,
    ALIAS: _alias,
    DOMAIN: _domain,
    SPLIT: _split,
}
_TAKE_BACK: dict[str, Callable[[Connection, Source, str, str], None]] = {
    MERGE: _part,
    RENAME: _rename_back,
    ALIAS: lambda connection, source, value, _: moves.remove_name(connection, source.id, name_key(value)),
    DOMAIN: lambda connection, source, value, _: moves.remove_domain(connection, source.id, value),
    SPLIT: _join,
}
