"""What is known of an article beside its text, as conditions on `articles`; none of them is ever NULL."""

from collections.abc import Callable
from difflib import get_close_matches

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from archive.db.tables import (
    article_authors,
    article_credits,
    article_dates,
    article_identifiers,
    article_revisions,
    article_topics,
    articles,
    authors,
    corpora,
    corpus_revisions,
    decisions,
    import_items,
    imports,
    set_aside,
    topic_names,
    topics,
)
from archive.errors import NotFoundError, UsageError
from archive.normalize.tokens import tokenize
from archive.normalize.urls import canonical_url
from archive.queries.hiding import status_named
from archive.resolve.conditions import (
    ALONE,
    END,
    in_language,
    in_section,
    of_kind,
    of_source,
    source_named,
    sources_starting,
    unknown_name,
)
from archive.resolve.topics import find_topic

Condition = ColumnElement[bool]

_article = articles.c


def crediting(connection: Connection, name: str) -> Condition:
    """Articles whose byline or dateline credits a source, most often an agency; it is named as for `source:`."""
    credit = article_credits.c
    named = select(credit.article_id)
    if name.endswith("*"):
        return _article.id.in_(named.where(credit.source_id.in_(sources_starting(connection, name.rstrip("*")))))
    return _article.id.in_(named.where(credit.source_id == source_named(connection, name)))


def on_topic(connection: Connection, name: str) -> Condition:
    """Articles on a topic or one below it, by `scheme:code`, code, name or alias; after `=` on the topic itself."""
    meant = topics_meant(connection, name)
    return _article.id.in_(select(article_topics.c.article_id).where(article_topics.c.topic_id.in_(meant)))


def topics_meant(connection: Connection, name: str) -> Select[tuple[int]]:
    """Return the ids of the topic of a name and all below it, or after `=` of the topic itself, as a subquery."""
    wanted = name.removeprefix(ALONE)
    try:
        topic = find_topic(connection, wanted)
    except NotFoundError as error:
        raise unknown_name("topic", wanted, connection.scalars(select(topic_names.c.name))) from error
    return _with_below(topic) if wanted == name else select(topics.c.id).where(topics.c.id == topic)


def by_author(connection: Connection, name: str) -> Condition:
    """Articles that credit a name in which these words follow each other; with a final `*` the last may go on.

    After `=` it is the whole name, to the letter.
    """
    whole = name.removeprefix(ALONE)
    wanted = tokenize(whole)
    if not wanted and whole == name:
        raise UsageError("no name is in it; write author:okoro")
    is_prefix = name.endswith("*")
    found = [
        author_id
        for author_id, known in connection.execute(select(authors.c.id, authors.c.name))
        if (known == whole if whole != name else _has_words(tokenize(known), wanted, is_prefix))
    ]
    if not found:
        raise unknown_name("author", whole, connection.scalars(select(authors.c.name)))
    return _article.id.in_(select(article_authors.c.article_id).where(article_authors.c.author_id.in_(found)))


def of_status(_connection: Connection, name: str) -> Condition:
    """Articles that are usable, withheld or canceled, as their latest version says or a person decided."""
    return and_(_article.status.is_not(None), _article.status == status_named(name))


def at_url(_connection: Connection, text: str) -> Condition:
    """Articles at a web address, all those at a host and below it, or with a final `*` all that begin so."""
    wanted = text.rstrip("*")
    try:
        url = canonical_url(wanted if "://" in wanted else f"https://{wanted}")
    except ValueError as error:
        raise UsageError(f"{error}; write url:lantern.example or url:lantern.example/a-page") from error
    known = select(article_identifiers.c.article_id).where(article_identifiers.c.scheme == "url")
    value = article_identifiers.c.value

    def where(condition: Callable[[ColumnElement[str]], Condition]) -> Condition:
        return or_(
            and_(_article.url.is_not(None), condition(_article.url)),
            _article.id.in_(known.where(condition(value))),
        )

    host, slash, _ = url.partition("://")[2].partition("/")
    if text.endswith("*"):
        start = url if wanted.partition("://")[2 if "://" in wanted else 0].find("/") >= 0 else f"https://{host}"
        return where(lambda column: and_(column >= start, column < start + END))
    if slash:
        return where(lambda column: column == url)
    at_host = f"https://{host}"
    return where(
        lambda column: or_(
            column == at_host,
            and_(column >= f"{at_host}/", column < f"{at_host}/{END}"),
            column.like(f"https://%.{_escaped(host)}", escape="\\"),
            column.like(f"https://%.{_escaped(host)}/%", escape="\\"),
        )
    )


def of_key(_connection: Connection, text: str) -> Condition:
    """The articles whose key begins so."""
    start = text.rstrip("*").lower()
    if not (start.isascii() and start.isalnum()):
        raise UsageError("keys are of letters and digits; `archive list` shows them")
    return and_(_article.key >= start, _article.key < start + END)


def of_import(connection: Connection, text: str) -> Condition:
    """Articles that an import read, whatever became of their units; `last` is the latest import."""
    if text == "last":
        number = connection.scalar(select(func.max(imports.c.id)))
    else:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    if number is None or connection.scalar(select(imports.c.id).where(imports.c.id == number)) is None:
        raise NotFoundError(f"there is no import {text}; `archive imports` lists them")
    item = import_items.c
    read = select(item.article_id).where(item.import_id == number, item.article_id.is_not(None))
    return _article.id.in_(read)


def of_corpus(connection: Connection, name: str) -> Condition:
    """Articles of a frozen corpus, as they are now."""
    number = (
        connection.scalar(select(corpora.c.id).where(corpora.c.name == name.lower())) if name.isprintable() else None
    )
    if number is None:
        raise unknown_name("corpus", name, connection.scalars(select(corpora.c.name)))
    member = corpus_revisions.c
    return _article.key.in_(select(member.article_key).where(member.corpus_id == number))


def having(_connection: Connection, what: str) -> Condition:
    """Articles of which something is known."""
    make = HAS.get(what.lower())
    if make is None:
        near = get_close_matches(what.lower(), HAS, n=1)
        meant = f"; has:{near[0]} was probably meant" if near else ""
        raise UsageError(f"what articles can have is {', '.join(HAS)}{meant}")
    return make()


FACTS: dict[str, Callable[[Connection, str], Condition]] = {
    "source": of_source,
    "credited": crediting,
    "topic": on_topic,
    "author": by_author,
    "language": in_language,
    "section": in_section,
    "url": at_url,
    "key": of_key,
    "kind": of_kind,
    "status": of_status,
    "import": of_import,
    "corpus": of_corpus,
    "has": having,
}


def _has_copies() -> Condition:
    revision, other, twin = article_revisions, article_revisions.alias(), articles.alias()
    return exists(
        select(twin.c.id)
        .select_from(revision)
        .join(other, other.c.fingerprint == revision.c.fingerprint)
        .join(twin, twin.c.revision_id == other.c.id)
        .where(revision.c.id == _article.revision_id, twin.c.id != _article.id)
    )


# What `has:` asks for.
HAS: dict[str, Callable[[], Condition]] = {
    "source": lambda: _article.source_id.is_not(None),
    "date": lambda: _article.published_from.is_not(None),
    "month": lambda: and_(_article.published_precision.is_not(None), _article.published_precision != "year"),
    "day": lambda: _article.published_on.is_not(None),
    "headline": lambda: _article.id.in_(
        select(articles.c.id)
        .join(article_revisions, article_revisions.c.id == articles.c.revision_id)
        .where(func.coalesce(articles.c.decided_headline, article_revisions.c.headline, "") != "")
    ),
    "language": lambda: _article.language.is_not(None),
    "author": lambda: _article.id.in_(select(article_authors.c.article_id)),
    "credit": lambda: _article.id.in_(select(article_credits.c.article_id)),
    "topic": lambda: _article.id.in_(select(article_topics.c.article_id)),
    "section": lambda: _article.section.is_not(None),
    "kind": lambda: _article.kind.is_not(None),
    "url": lambda: _article.url.is_not(None),
    "page": lambda: _article.page.is_not(None),
    "edition": lambda: _article.edition.is_not(None),
    "rights": lambda: _article.rights.is_not(None),
    "status": lambda: _article.status.is_not(None),
    "embargo": lambda: _article.embargo.is_not(None),
    "slugline": lambda: _article.slugline.is_not(None),
    "dateline": lambda: _article.dateline.is_not(None),
    "translation": lambda: _article.translation_of.is_not(None),
    "revisions": lambda: _article.id.in_(select(article_revisions.c.article_id).where(article_revisions.c.number > 1)),
    "copies": _has_copies,
    "decision": lambda: _article.key.in_(select(decisions.c.article_key).where(decisions.c.article_key.is_not(None))),
    "set_aside": lambda: _article.revision_id.in_(select(set_aside.c.revision_id)),
    "mentioned_date": lambda: _article.id.in_(
        select(article_dates.c.article_id).where(article_dates.c.kind == "mentioned")
    ),
}


def _with_below(topic_id: int) -> Select[tuple[int]]:
    """Return a topic and all below it, as a subquery of ids."""
    tree = select(topics.c.id).where(topics.c.id == topic_id).cte(recursive=True)
    tree = tree.union(select(topics.c.id).join(tree, topics.c.parent_id == tree.c.id))
    return select(tree.c.id)


def _has_words(words: list[str], wanted: list[str], is_prefix: bool) -> bool:
    length = len(wanted)
    for at in range(len(words) - length + 1):
        here = words[at : at + length]
        if here == wanted or (is_prefix and here[:-1] == wanted[:-1] and here[-1].startswith(wanted[-1])):
            return True
    return False


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
