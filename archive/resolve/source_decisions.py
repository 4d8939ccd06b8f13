"""Decisions about sources: two that are one, another name, one that is two; done, and taken back."""

from collections.abc import Callable

from sqlalchemy import Connection

from archive.db import credited, decisions, vocabulary
from archive.db import source_moves as moves
from archive.db.decisions import Decision, take_earlier_state
from archive.db.vocabulary import Source
from archive.errors import NotFoundError, UsageError
from archive.normalize.names import name_key, slug
from archive.normalize.text import require_utf8
from archive.resolve.decisions import Applier, Said, one_line
from archive.resolve.sources import SourceResolver

MERGE, RENAME, ALIAS, DOMAIN, SPLIT = VERBS = (
    "source_merge",
    "source_rename",
    "source_alias",
    "source_domain",
    "source_split",
)


def find_source(connection: Connection, name: str) -> Source:
    """Return the source of a slug, a name or an alias; raises NotFoundError where there is none."""
    source = vocabulary.find_source_by_slug(connection, name) or vocabulary.find_source(connection, name_key(name))
    if source is None:
        raise NotFoundError(f"there is no source '{name}'; `archive sources --all` lists them")
    return source


def decide_source(connection: Connection, verb: str, name: str, value: str | None) -> Said | None:
    """Make a source what a person says of it, and return what is to be put on record; None where it is so already.

    Raises NotFoundError for a source that is not there, UsageError for what cannot be.
    """
    require_utf8("source", name, value)
    return _DECIDE[verb](connection, find_source(connection, name), one_line(value))


def take_source_back(connection: Connection, decision: Decision) -> None:
    """Make a source what it was before a decision, as far as nothing else was decided of it since.

    Raises UsageError where a later decision has to be taken back first.
    """
    source = vocabulary.find_source_by_slug(connection, decision.name)
    if source is None or decision.value is None:
        raise UsageError(f"the source {decision.name} is gone; take back what was decided of it later first")
    before = take_earlier_state(connection, decision.id)
    _TAKE_BACK[decision.subject](connection, source, decision.value, before)


class DecidedSources:
    """What people decided of sources, for a file that says otherwise: `of_names` (keys) and `of_domains` stay.

    What such a file says is kept, to be so again when the decision is taken back.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        made = decisions.standing_of(connection, VERBS)
        self.of_names = {name_key(one.value or "") for one in made if one.subject in (RENAME, ALIAS, SPLIT)}
        self.of_domains = {one.value for one in made if one.subject == DOMAIN}
        self._renamed = {one.name: one.id for one in reversed(made) if one.subject == RENAME}
        self._merges = [one for one in made if one.subject == MERGE]
        self._leads = decisions.leads_on((one.name, one.value or "") for one in self._merges)
        self._was_named: dict[str, str] = {}
        for one in self._merges:
            for line in (decisions.earlier_state(connection, one.id) or "").split("\n"):
                self._was_named.setdefault(name_key(line.partition(" ")[2]), one.name)

    def merged(self, slug: str, name: str) -> Source | None:
        """Return the source of a slug, or else of a name, if it was merged into another."""
        known = slug if slug in self._leads else self._was_named.get(name_key(name))
        return None if known is None else vocabulary.find_source_by_slug(self._connection, known)

    def leads_to(self, source: Source) -> Source:
        """Return the source that a source was merged into, or else itself."""
        led = self._leads.get(source.slug)
        return source if led is None else find_source(self._connection, led)

    def names(self, source: Source, name: str) -> bool:
        """Tell whether people decided how a source is named; the name is kept for when that is taken back."""
        first = self._renamed.get(source.slug)
        if first is not None:
            was_alias = (decisions.earlier_state(self._connection, first) or "").partition("\n")[1:]
            decisions.keep_earlier_state(self._connection, first, "".join((name, *was_alias)))
        return first is not None or source.slug in self._leads

    def note(self, source: Source, line: str) -> None:
        """Keep that a name or domain is of a source that was merged."""
        slug = source.slug
        for one in self._merges:
            if one.name == slug:
                before = decisions.earlier_state(self._connection, one.id)
                decisions.keep_earlier_state(self._connection, one.id, "\n".join(filter(None, (before, line))))
                slug = one.value or ""


def _merge(connection: Connection, source: Source, value: str) -> Said:
    target = find_source(connection, value)
    if target.id == source.id:
        raise UsageError(f"{source.slug} cannot be merged into itself; name another source")
    names, domains = moves.names_of(connection, source.id), moves.domains_of(connection, source.id)
    if not names:
        raise UsageError(f"{source.slug} was merged already; no name leads to it")
    credit = credited.names_of(connection, source.id)
    articles = moves.articles_of(connection, source.id)
    for _, key, _ in names:
        moves.move_name(connection, key, source.id, target.id)
    credited.move_names(connection, credit, source.id, target.id)
    for domain in domains:
        moves.move_domain(connection, domain, source.id, target.id)
    _move(connection, articles, source, target)
    lines = [*(f"{kind} {name}" for name, _, kind in names), *(f"domain {domain}" for domain in domains)]
    lines += [f"credit {language} {name}" for language, name in credit]
    return Said(source.slug, target.slug, "\n".join(lines))


def _part(connection: Connection, source: Source, value: str, before: str) -> None:
    """Take a merge back: names, domains, and the articles whose source is named so."""
    target = vocabulary.find_source_by_slug(connection, value)
    lines = [line.partition(" ")[::2] for line in before.split("\n")]
    led = {} if target is None else {key for _, key, _ in moves.names_of(connection, target.id)}
    if target is None or not any(name_key(name) in led for kind, name in lines if kind in ("label", "alias")):
        raise UsageError(f"what was of {source.slug} is no longer {value}'s; take back what was decided later first")
    for kind, name in lines:
        if kind == "domain":
            moves.move_domain(connection, name, target.id, source.id)
        elif kind != "credit":
            moves.move_name(connection, name_key(name), target.id, source.id, kind)
    credit = [(language, name) for kind, one in lines if kind == "credit" for language, _, name in [one.partition(" ")]]
    credited.move_names(connection, credit, target.id, source.id)
    _move_what_leads_to(connection, target, source)


def _rename(connection: Connection, source: Source, value: str) -> Said | None:
    if value == source.name:
        return None
    was_alias = _refuse_others(connection, source, value)
    moves.set_name(connection, source.id, value, name_key(value))
    return Said(source.slug, value, f"{source.name}\nalias" if was_alias else source.name)


def _rename_back(connection: Connection, source: Source, value: str, before: str) -> None:
    if source.name != value:
        raise UsageError(f"{source.slug} has another name since; take that back first")
    name, _, kind = before.partition("\n")
    moves.set_name(connection, source.id, name, name_key(name))
    if not kind and name_key(value) != name_key(name):
        moves.remove_name(connection, source.id, name_key(value))


def _alias(connection: Connection, source: Source, value: str) -> Said | None:
    if _refuse_others(connection, source, value):
        return None
    vocabulary.add_source_name(connection, source.id, value, name_key(value))
    return Said(source.slug, value, "")


def _domain(connection: Connection, source: Source, value: str) -> Said | None:
    domain = value.lower().removeprefix("www.").rstrip(".")
    if "." not in domain or "/" in domain or " " in domain:
        raise UsageError(f"'{value}' is no domain; write it as in lantern.example")
    known = vocabulary.source_domains(connection).get(domain)
    if known is not None and known.id != source.id:
        raise UsageError(f"{domain} leads to {known.slug}; merge the two, or split it off first")
    if known is not None:
        return None
    vocabulary.add_source_domain(connection, source.id, domain)
    return Said(source.slug, domain, "")


def _split(connection: Connection, source: Source, value: str) -> Said:
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
    return Said(source.slug, name, f"source {new.slug}")


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


_DECIDE: dict[str, Callable[[Connection, Source, str], Said | None]] = {
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
