"""Full-text search: the articles that have all the words, best first, and the passages that show it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, column, func, literal_column, select, table

from archive.db.tables import article_revisions, articles
from archive.normalize.tokens import token_spans, tokenize
from archive.queries.articles import Article, summaries, summary_select
from archive.queries.filters import Filters

# what a word in the headline counts, against one in the body
HEADLINE_WEIGHT = 5.0

INDEX = table("article_fts", column("rowid"))

_BEFORE, _LENGTH = 60, 240  # characters of a snippet before its first hit, and in all


class Snippet(NamedTuple):
    """A passage of a text, and where the hits stand in it: start and end, in code points."""

    text: str
    hits: list[tuple[int, int]]


def query_phrases(words: str) -> list[list[str]]:
    """Return words as typed as the phrases that must all occur: each stretch between spaces is one.

    Nothing typed has a meaning of its own; what has no word in it is left out.

    >>> query_phrases('AT&T "x NOT ++ 北京')
    [['at', 't'], ['x'], ['not'], ['北', '京']]
    """
    return [phrase for phrase in (tokenize(part) for part in words.split()) if phrase]


def match_expression(phrases: list[list[str]]) -> str:
    """Return the FTS5 query that finds all phrases; each is quoted, so that none of its words is an operator."""
    return " ".join(f'"{" ".join(phrase)}"' for phrase in phrases)


def matches(expression: str) -> ColumnElement[bool]:
    """Return the condition that an article matches an FTS5 query; goes with a join of `articles` to the index."""
    return literal_column("article_fts").op("MATCH")(expression)


def search_articles(
    connection: Connection, words: str, filters: Filters, limit: int | None = None
) -> Iterator[Article]:
    """Yield the articles in which all words occur, the best by bm25 first, each with `score`, `snippet` and `hits`.

    `score` is greater for better matches; `hits` are offsets in the snippet. Without a word, nothing is found.
    """
    phrases = query_phrases(words)
    if not phrases:
        return
    score: ColumnElement[float] = literal_column(f"-bm25(article_fts, {HEADLINE_WEIGHT}, 1.0)").label("score")
    statement = (
        summary_select(score, article_revisions.c.body)
        .join(INDEX, INDEX.c.rowid == articles.c.id)
        .where(matches(match_expression(phrases)), *filters.conditions(connection))
        .order_by(score.desc(), articles.c.id)
        .limit(limit)
    )
    for article in summaries(connection, statement, "score", "body"):
        snippet = make_snippet(article.pop("body"), phrases)
        article["score"] = round(article["score"], 4)
        yield {**article, "snippet": snippet.text, "hits": [list(hit) for hit in snippet.hits]}


def count_matches(connection: Connection, words: str, filters: Filters) -> int:
    """Return in how many articles all words occur."""
    phrases = query_phrases(words)
    if not phrases:
        return 0
    statement = (
        select(func.count())
        .select_from(articles)
        .join(INDEX, INDEX.c.rowid == articles.c.id)
        .where(matches(match_expression(phrases)), *filters.conditions(connection))
    )
    return connection.scalar(statement) or 0


def make_snippet(body: str, phrases: list[list[str]]) -> Snippet:
    """Return the passage with the most different phrases in it, cut at words; the beginning, if none is in the body."""
    spans = token_spans(body)
    words = tokenize(body)
    hits = sorted(
        (spans[start][0], spans[start + len(phrase) - 1][1], number)
        for number, phrase in enumerate(phrases)
        for start in _occurrences(words, phrase)
    )
    first = _best_start(hits)
    start = max(0, (hits[first][0] if hits else 0) - _BEFORE)
    end = min(len(body), start + _LENGTH)
    inside = [span for span in spans if span[0] >= start and span[1] <= end]
    if inside:
        start = 0 if start == 0 else inside[0][0]
        end = len(body) if end == len(body) else inside[-1][1]
    before, after = "…" if start > 0 else "", "…" if end < len(body) else ""
    shift = len(before) - start
    passage = before + body[start:end].replace("\n", " ") + after
    return Snippet(passage, [(a + shift, b + shift) for a, b, _ in hits if a >= start and b <= end])


def _occurrences(words: list[str], phrase: list[str]) -> Iterator[int]:
    for start, word in enumerate(words):
        if word == phrase[0] and words[start : start + len(phrase)] == phrase:
            yield start


def _best_start(hits: list[tuple[int, int, int]]) -> int:
    """Return the hit from which on a snippet holds the most different phrases; the first of equals."""
    best, most = 0, 0
    for number, (start, _, _) in enumerate(hits):
        seen: set[Any] = set()
        for other_start, _, phrase in hits[number:]:
            if other_start > start + _LENGTH - _BEFORE:
                break
            seen.add(phrase)
        if len(seen) > most:
            best, most = number, len(seen)
    return best
