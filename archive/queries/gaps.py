"""Questions about what is not known: which articles lack a source, a date, a language, and what could fill it."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select, true

from archive.db import decisions
from archive.db.lookups import find_bodies
from archive.db.precedence import precedence, standing
from archive.db.tables import (
    article_dates,
    article_links,
    article_revisions,
    articles,
    body_blocks,
    import_items,
    sources,
)
from archive.db.tables import decisions as decisions_table
from archive.normalize.dates import parse_published
from archive.normalize.urls import url_domain
from archive.queries.selection import ALL, Selection
from archive.resolve.sources import SourceResolver

FIELDS = ("source", "published", "language")

_CHUNK = 500  # articles that candidates are looked for at a time
_MOST_DOMAINS = 3  # that the links of one article propose
_STANDS_FOR = {"source": "<NAME>", "published": "<DATE>", "language": "<TAG>"}  # a shell refuses these as they are
_STRONG = ("copy", "url")  # what speaks of one article, and not of its neighbours
_ESCAPED = re.compile(r"\\x[0-9a-f]{2}")  # a byte of a path that is no UTF-8

Gap = dict[str, Any]


class Candidate(NamedTuple):
    """A value that could fill a gap: of which article (None: of all of the folder), what speaks for it, how often.

    by  headline, opening (up to the end of the first paragraph), copy, url, link, or folder
    """

    key: str | None
    value: str
    by: str
    times: int
    because: str


@dataclass
class _Folder:
    """What the articles that were first found in a folder state, and those that lack something, by field."""

    path: str
    articles: int = 0
    stated: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})
    below: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in FIELDS})
    lacking: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {name: [] for name in FIELDS})


def list_gaps(
    connection: Connection,
    selection: Selection = ALL,
    fields: Collection[str] = FIELDS,
    limit: int | None = None,
    examples: int | None = 3,
    program: str = "archive",
) -> Iterator[Gap]:
    """Yield where articles lack a source, a date or a language: one row for each field and folder, most first.

    The folder is the one that an article was first found in. `keys` are examples, those with a candidate first (all
    with `examples=None`); `candidates` are of these and of the folder as a whole; `command` would fill the gap, or show
    how: in it, `program` is what the archive is called with. What a person decided to be unknown is no gap.
    """
    groups = _groups(connection, selection, fields)
    resolver = SourceResolver(connection)
    for name, folder in islice(groups, limit):
        lacking = folder.lacking[name]
        own: dict[int, list[Candidate]] = {}
        if name in _CANDIDATES:
            for start in range(0, len(lacking), _CHUNK):
                own |= _CANDIDATES[name](connection, dict(lacking[start : start + _CHUNK]), resolver)
        # those with one value to propose are clear, those with several are not
        chosen = sorted(lacking, key=lambda one: (len({each.value for each in own.get(one[0], ())}) or 1000, one[0]))
        chosen = chosen[:examples]
        of_folder = [
            Candidate(None, value, "folder", times, f"{times:,} other article{'s' * (times > 1)} of the folder")
            for value, times in sorted(folder.stated[name].items(), key=lambda one: (-one[1], one[0]))
            if name != "published"
        ]
        candidates = [*(one for article_id, _ in chosen for one in own.get(article_id, ())), *of_folder]
        whole = _value_of_folder(name, folder, own)
        yield {
            "field": name,
            "folder": folder.path,
            "articles": len(lacking),
            "keys": [key for _, key in chosen],
            "candidates": [one._asdict() for one in candidates],
            "command": _fill_folder(name, folder.path, whole, program)
            if whole
            else _fill_one(name, chosen[0][1], candidates, program),
        }


def count_gaps(connection: Connection, selection: Selection = ALL, fields: Collection[str] = FIELDS) -> int:
    """Return how many rows `list_gaps` yields without a limit."""
    return sum(1 for _ in _groups(connection, selection, fields))


def _groups(connection: Connection, selection: Selection, fields: Collection[str]) -> Iterable[tuple[str, _Folder]]:
    """Return each field with each folder where it is lacking: where most articles lack it first."""
    found = [
        (name, folder)
        for folder in _folders(connection, selection).values()
        for name in FIELDS
        if name in fields and folder.lacking[name]
    ]
    return iter(sorted(found, key=lambda one: (-len(one[1].lacking[one[0]]), one[1].path, FIELDS.index(one[0]))))


def _folders(connection: Connection, selection: Selection) -> dict[str, _Folder]:
    """Return the folders that articles were first found in, by path."""
    article, item = articles.c, import_items.c
    first = select(item.locator).where(item.article_id == article.id).order_by(item.id).limit(1).scalar_subquery()
    unknown = _decided_unknown(connection)
    folders: dict[str, _Folder] = {}
    for row in connection.execute(
        select(
            *(article.id, article.key, sources.c.name.label("source"), article.published, article.language),
            first.label("locator"),
            and_(true(), *selection.as_conditions()).label("is_meant"),
        )
        .select_from(articles)
        .outerjoin(sources, sources.c.id == article.source_id)
        .order_by(article.id)
    ):
        path = _folder_of(row.locator or "-")
        folder = folders.get(path)
        if folder is None:
            folder = folders[path] = _Folder(path)
        folder.articles += 1
        for name in FIELDS:
            value = getattr(row, name)
            if value is not None:
                folder.stated[name][value] += 1
            elif row.is_meant and (row.key, name) not in unknown:
                folder.lacking[name].append((row.id, row.key))
    for folder in folders.values():
        above = folder.path
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in folders:
                for name, values in folder.stated.items():
                    folders[above].below[name].update(values)
    return folders


def _folder_of(locator: str) -> str:
    """Return the folder of a place; `-` is standard input's.

    >>> _folder_of("/news/2023/a.txt"), _folder_of("/a.txt"), _folder_of("-")
    ('/news/2023', '/', '-')
    """
    folder, mark, _ = locator.rpartition("/")
    return folder or mark or "-"


def _decided_unknown(connection: Connection) -> set[tuple[str, str]]:
    """Return of which articles (by key) a person decided that a value is not known, and of which field."""
    row = decisions_table.c
    keys = connection.scalars(
        select(row.article_key)
        .where(row.subject == decisions.FIELD, row.name.in_(FIELDS), row.value.is_(None), row.article_key.is_not(None))
        .distinct()
    ).all()
    if not keys:
        return set()
    stands_by = precedence(connection)
    return {
        (key, name)
        for key, made in decisions.of_articles(connection, [str(key) for key in keys]).items()
        for (subject, name), stands in standing(made, stands_by).items()
        if subject == decisions.FIELD and stands is not None and stands.value is None
    }


def _dates(connection: Connection, keys: Mapping[int, str], _resolver: SourceResolver) -> dict[int, list[Candidate]]:
    """Return the days that each article mentions in its headline, or up to the end of its first paragraph."""
    date, article = article_dates.c, articles.c
    rows = connection.execute(
        select(date.article_id, date.revision_id, date.text, date.value, date.field, date.start)
        .join(articles, and_(article.id == date.article_id, article.revision_id == date.revision_id))
        .where(date.article_id.in_(keys), date.kind == "mentioned", date.precision.in_(("day", "minute", "second")))
        .order_by(date.article_id, date.field.desc(), date.start)
    ).all()
    rows = [row for row in rows if _is_date(row.value)]
    openings = _openings(connection, {row.revision_id for row in rows if row.field == "body"})
    times = Counter((row.article_id, row.value) for row in rows)
    found: dict[int, dict[str, Candidate]] = {}
    for row in rows:
        in_headline = row.field == "headline"
        if in_headline or row.start < openings[row.revision_id]:
            where, by = ("headline", "headline") if in_headline else ("first paragraph", "opening")
            number = times[row.article_id, row.value]
            often = "" if number == 1 else f", {number:,} times in the text"
            because = f"'{row.text}' in the {where}{often}"
            candidate = Candidate(keys[row.article_id], row.value, by, number, because)
            found.setdefault(row.article_id, {}).setdefault(row.value, candidate)
    return {article_id: list(candidates.values()) for article_id, candidates in found.items()}


def _is_date(value: str) -> bool:
    """Tell whether a mentioned date can be one of publication: a day without its year cannot."""
    try:
        parse_published(value)
    except ValueError:
        return False
    return True


def _openings(connection: Connection, revision_ids: Collection[int]) -> dict[int, int]:
    """Return where the first paragraph of each text ends; headings may stand before it."""
    block = body_blocks.c
    headings: dict[int, dict[int, int]] = {}
    for revision_id, start, end in connection.execute(
        select(block.revision_id, block.start, block.end).where(
            block.revision_id.in_(revision_ids), block.kind == "heading"
        )
    ):
        headings.setdefault(revision_id, {})[start] = end
    ends = {}
    for revision_id, body in find_bodies(connection, revision_ids).items():
        start = 0
        while start in headings.get(revision_id, ()):
            start = headings[revision_id][start] + len("\n\n")
        end = body.find("\n\n", start)
        ends[revision_id] = len(body) if end < 0 else end
    return ends


def _sources(connection: Connection, keys: Mapping[int, str], resolver: SourceResolver) -> dict[int, list[Candidate]]:
    """Return the sources that copies of each article have, and the domains of its URL and of what it links to."""
    found: dict[int, list[Candidate]] = {}

    def propose(article_id: int, value: str, by: str, times: int, because: str) -> None:
        found.setdefault(article_id, []).append(Candidate(keys[article_id], value, by, times, because))

    for article_id, source, copy_key, times in _sources_of_copies(connection, keys):
        more = "" if times == 1 else f", and {times - 1:,} more"
        propose(article_id, source, "copy", times, f"its copy {copy_key} has source {source}{more}")
    url = articles.c.url
    for article_id, address in connection.execute(
        select(articles.c.id, url).where(articles.c.id.in_(keys), url.is_not(None)).order_by(articles.c.id)
    ):
        domain = url_domain(address)
        if domain:
            propose(article_id, _source_at(address, resolver), "url", 1, f"its URL is at {domain}")
    for article_id, address, domain, times in _linked_domains(connection, keys):
        because = f"{times:,} link{'s' * (times > 1)} to {domain}"
        propose(article_id, _source_at(address, resolver), "link", times, because)
    return found


def _sources_of_copies(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, str, str, int]]:
    """Yield for each article the sources that articles of the same words have: one of these by key, and how many."""
    own, other = articles.alias("own"), articles.alias("other")
    text, same = article_revisions.alias("text"), article_revisions.alias("same")
    number = func.count().label("number")
    yield from (
        (row.id, row.name, row.key, row.number)
        for row in connection.execute(
            select(own.c.id, sources.c.name, func.min(other.c.key).label("key"), number)
            .join(text, text.c.id == own.c.revision_id)
            .join(same, same.c.fingerprint == text.c.fingerprint)
            .join(other, and_(other.c.revision_id == same.c.id, other.c.id != own.c.id))
            .join(sources, sources.c.id == other.c.source_id)
            .where(own.c.id.in_(list(ids)), text.c.words > 0)
            .group_by(own.c.id, sources.c.id, sources.c.name)
            .order_by(own.c.id, number.desc(), sources.c.name)
        )
    )


def _linked_domains(connection: Connection, ids: Iterable[int]) -> Iterator[tuple[int, str, str, int]]:
    """Yield the domains that each article links to most: an address there, the domain, how many links."""
    link = article_links.c
    addresses: dict[int, dict[str, list[str]]] = {}
    for article_id, address in connection.execute(
        select(articles.c.id, link.url)
        .join(article_links, link.revision_id == articles.c.revision_id)
        .where(articles.c.id.in_(list(ids)), link.url.is_not(None))
        .order_by(articles.c.id, link.position)
    ):
        if domain := url_domain(address):
            addresses.setdefault(article_id, {}).setdefault(domain, []).append(address)
    for article_id, domains in addresses.items():
        for domain, found in sorted(domains.items(), key=lambda one: (-len(one[1]), one[0]))[:_MOST_DOMAINS]:
            yield article_id, found[0], domain, len(found)


def _source_at(url: str, resolver: SourceResolver) -> str:
    known = resolver.of_url(url)
    return url_domain(url) if known is None else known.text


_CANDIDATES: Mapping[str, Callable[[Connection, Mapping[int, str], SourceResolver], dict[int, list[Candidate]]]] = {
    "source": _sources,
    "published": _dates,
}


def _value_of_folder(name: str, folder: _Folder, own: Mapping[int, Sequence[Candidate]]) -> str | None:
    """Return the value that could hold for a folder as a whole, to be given by its archive.toml; None if none could.

    At least half of its articles state it, nothing states another there or below it, and nothing else speaks of
    one of those that lack it.
    """
    stated = folder.stated[name]
    if name == "published" or len(stated) != 1 or not folder.path.startswith("/") or _ESCAPED.search(folder.path):
        return None
    (value,) = stated
    others = {one.value for candidates in own.values() for one in candidates if one.by in _STRONG}
    if stated[value] * 2 < folder.articles or folder.below[name] - {value} or others - {value}:
        return None
    return value


def _fill_folder(name: str, path: str, value: str, program: str) -> str:
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
    defaults = path.rstrip("/") + "/archive.toml"
    # its last line may have no end
    return f"printf '\\n%s\\n' {shlex.quote(line)} >> {shlex.quote(defaults)} && {program} import {shlex.quote(path)}"


def _fill_one(name: str, key: str, candidates: Sequence[Candidate], program: str) -> str:
    value = next((one.value for one in candidates if one.key in (key, None)), None)
    return f"{program} set {key} {name}={_STANDS_FOR[name] if value is None else shlex.quote(value)}"
