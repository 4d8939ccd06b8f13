"""Full-text search: the articles that a query names, best first, and the passages that show it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, literal

from archive.db.tables import article_revisions, articles
from archive.normalize.tokens import token_spans, tokenize
from archive.queries.articles import Article, summaries, summary_select
from archive.queries.best import FEW, best_matches, find_best
from archive.queries.by_date import asked_first, date_order, narrowed_in_order
from archive.queries.selection import Selection
from archive.query_language.hits import find_hits
from archive.query_language.tree import Text

_SHOWN_AT_ONCE = 50  # of these; their texts are in memory

_BEFORE, _LENGTH = 60, 240  # characters of a snippet before its first hit, and in all

_BLANK = re.compile(r"\s+")

Span = tuple[int, int]


class Snippet(NamedTuple):
    """A passage of a text, and where the hits stand in it: start and end, in code points."""

    text: str
    hits: list[Span]


class TextHit(NamedTuple):
    """Where a part of a query, by its number, stands in a text: code points."""

    start: int
    end: int
    part: int


def search_articles(
    connection: Connection, selection: Selection, limit: int | None = None, sort: str = "relevance"
) -> Iterator[Article]:
    """Yield the articles that a query names, the best by bm25 first, each with `score`, `snippet` and `hits`.

    `score` is greater for better matches, None where nothing in the query ranks: then, as with `sort` `newest` or
    `oldest`, articles come by date. `hits` are offsets in the snippet, `headline_hits` in the headline.
    """
    for article in _articles(connection, selection, limit, sort):
        snippet = make_snippet(article.pop("body"), selection.texts)
        if article["score"] is not None:
            article["score"] = round(article["score"], 4)
        # a derived headline is no field of its own: it is found as the beginning of the body
        shown = article["headline"] if article["headline_method"] != "derived" else ""
        yield {
            **article,
            "headline_hits": [[hit.start, hit.end] for hit in hits_in(shown, selection.texts, "headline")],
            "snippet": snippet.text,
            "hits": [list(hit) for hit in snippet.hits],
        }


def _articles(connection: Connection, selection: Selection, limit: int | None, sort: str) -> Iterator[Article]:
    """Yield what is shown of each article, with `score` and `body`."""
    if selection.match is None or sort != "relevance":
        shown = summary_select(literal(None).label("score"), article_revisions.c.body)
        by_date = narrowed_in_order(shown, connection, selection, _date_sort(sort), limit)
        yield from summaries(connection, by_date, "score", "body")
        return
    if limit is None or limit > FEW:
        yield from summaries(connection, search_statement(connection, selection, limit, sort), "score", "body")
        return
    best = iter(find_best(connection, selection, selection.match, limit))
    while scores := dict(islice(best, _SHOWN_AT_ONCE)):
        statement = summary_select(article_revisions.c.body).where(articles.c.id.in_(list(scores)))
        found = {article.pop("id"): article for article in summaries(connection, statement, "id", "body")}
        for article_id, score in scores.items():
            yield {**found[article_id], "score": score}


def search_statement(connection: Connection, selection: Selection, limit: int | None, sort: str) -> Select[Any]:
    """Return the SELECT behind `search_articles`, as it is explained.

    Few are found first, and looked up then; by date, it is what is tried first, and may find fewer than wanted.
    """
    order: tuple[ColumnElement[Any], ...]
    if selection.match is None or sort != "relevance":
        by_date = asked_first(connection, selection, _date_sort(sort), limit)
        chosen, order = by_date.add_columns(literal(None).label("score")).subquery(), date_order(_date_sort(sort))
    else:
        chosen = best_matches(selection, selection.match, limit).subquery()
        order = (chosen.c.score.desc(), chosen.c.id)
    # what is shown of an article is read for these alone: the sorter would carry every text that matches
    statement = summary_select(chosen.c.score, article_revisions.c.body).join(chosen, chosen.c.id == articles.c.id)
    return statement.order_by(*order)


def _date_sort(sort: str) -> str:
    return "newest" if sort == "relevance" else sort


def make_snippet(body: str, texts: Sequence[Text]) -> Snippet:
    """Return the passage with the most different parts of a query in it, cut at words; else the beginning of the body.

    White space in it is single spaces, also where two blocks meet; "…" stands where the text goes on.

    >>> from archive.query_language.tree import Words
    >>> make_snippet("All quiet.\\n\\nThe mayor\\tspoke.", [Words(("mayor",))])
    Snippet(text='All quiet. The mayor spoke.', hits=[(15, 20)])
    """
    spans = token_spans(body)
    hits = hits_in(body, texts, "body", spans)
    first = hits[_best_start(hits)] if hits else TextHit(0, 0, 0)
    start = max(0, first.start - _BEFORE)
    end = max(min(len(body), start + _LENGTH), first.end)
    inside = [span for span in spans if span[0] >= start and span[1] <= end]
    if inside:
        start = 0 if start == 0 else inside[0][0]
        end = len(body) if end == len(body) else inside[-1][1]
    before, after = "…" if start > 0 else "", "…" if end < len(body) else ""
    passage, shown = _with_single_spaces(
        body[start:end], [(hit.start - start, hit.end - start) for hit in hits if hit.start >= start and hit.end <= end]
    )
    return Snippet(before + passage + after, [(a + len(before), b + len(before)) for a, b in shown])


def hits_in(text: str, texts: Sequence[Text], column: str, spans: Sequence[Span] | None = None) -> list[TextHit]:
    """Return where parts of a query stand in a headline or body: in its order, at one place the longest first."""
    words = tokenize(text)
    found = [
        (hit, number)
        for number, part in enumerate(texts)
        if part.column in (None, column)
        for hit in find_hits(part, words)
    ]
    if not found:
        return []
    spans = token_spans(text) if spans is None else spans
    hits = {TextHit(spans[hit.first][0], spans[hit.last - 1][1], number) for hit, number in found}
    return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.part))


def _best_start(hits: Sequence[TextHit]) -> int:
    """Return the hit from which on a snippet holds the most different parts of a query; the first of equals."""
    best = most = last = 0
    inside: Counter[int] = Counter()
    for number, hit in enumerate(hits):
        while last < len(hits) and hits[last].start <= hit.start + _LENGTH - _BEFORE:
            inside[hits[last].part] += 1
            last += 1
        if len(inside) > most:
            best, most = number, len(inside)
        inside[hit.part] -= 1
        if not inside[hit.part]:
            del inside[hit.part]
    return best


def _with_single_spaces(passage: str, hits: list[Span]) -> tuple[str, list[Span]]:
    """Return a passage with its white space as single spaces, and where the hits stand in that."""
    shown: list[str] = []
    place = [0] * (len(passage) + 1)  # where each character of the passage went
    length = done = 0
    for blank in [*_BLANK.finditer(passage), None]:
        upto = blank.start() if blank else len(passage)
        place[done : upto + 1] = range(length, length + upto - done + 1)
        length += upto - done
        shown.append(passage[done:upto])
        if blank:
            shown.append(" ")
            place[upto : blank.end()] = [length] * (blank.end() - upto)
            length += 1
            done = blank.end()
    return "".join(shown), [(place[start], place[end]) for start, end in hits]
