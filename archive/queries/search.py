"""Full-text search: the articles that have all the words, best first, and the passages that show it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, column, literal_column, table

from archive.db.tables import article_revisions, articles
from archive.normalize.tokens import token_spans, tokenize
from archive.queries.articles import Article, counting, summaries, summary_select
from archive.queries.filters import Filters

# what a word in the headline counts, against one in the body
HEADLINE_WEIGHT = 5.0

INDEX = table("article_fts", column("rowid"))

_BEFORE, _LENGTH = 60, 240  # characters of a snippet before its first hit, and in all

_NO_TEXT = re.compile("[\ud800-\udfff]")  # what the bytes of a command line become that are no text
_BLANK = re.compile(r"\s+")

Span = tuple[int, int]


class Snippet(NamedTuple):
    """A passage of a text, and where the hits stand in it: start and end, in code points."""

    text: str
    hits: list[Span]


class _Hit(NamedTuple):
    start: int
    end: int
    phrase: int


def query_phrases(words: str) -> list[list[str]]:
    """Return words as typed as the phrases that must all occur, each once: each stretch between spaces is one.

    Nothing typed has a meaning of its own; what has no word in it is left out.

    >>> query_phrases('AT&T "x NOT ++ not 北京')
    [['at', 't'], ['x'], ['not'], ['北', '京']]
    """
    phrases = (tuple(tokenize(part)) for part in _NO_TEXT.sub(" ", words).split())
    return [list(phrase) for phrase in dict.fromkeys(phrases) if phrase]


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

    `score` is greater for better matches; `hits` are offsets in the snippet, `headline_hits` in the headline. Without a
    word, nothing is found.
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
        # a derived headline is no field of its own: it is found as the beginning of the body
        in_headline = [] if article["headline_method"] == "derived" else _hits(article["headline"], phrases)
        yield {
            **article,
            "headline_hits": [[hit.start, hit.end] for hit in in_headline],
            "snippet": snippet.text,
            "hits": [list(hit) for hit in snippet.hits],
        }


def count_matches(connection: Connection, words: str, filters: Filters, unit: str = "articles") -> int:
    """Return in how many articles all words occur; or how many texts or sources those are, as in `count_articles`."""
    phrases = query_phrases(words)
    if not phrases:
        return 0
    statement = (
        counting(unit)
        .join(INDEX, INDEX.c.rowid == articles.c.id)
        .where(matches(match_expression(phrases)), *filters.conditions(connection))
    )
    return connection.scalar(statement) or 0


def make_snippet(body: str, phrases: list[list[str]]) -> Snippet:
    """Return the passage with the most different phrases in it, cut at words; the beginning, if none is in the body.

    White space in it is single spaces, also where two blocks meet; "…" stands where the text goes on.

    >>> make_snippet("All quiet.\\n\\nThe mayor\\tspoke.", [["mayor"]])
    Snippet(text='All quiet. The mayor spoke.', hits=[(15, 20)])
    """
    spans = token_spans(body)
    hits = _hits(body, phrases, spans)
    first = hits[_best_start(hits)] if hits else _Hit(0, 0, 0)
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


def _hits(text: str, phrases: list[list[str]], spans: Sequence[Span] | None = None) -> list[_Hit]:
    """Return where phrases occur in a text, in its order, the longest first where several start."""
    by_first: dict[str, list[tuple[int, list[str]]]] = {}
    for number, phrase in sorted(enumerate(phrases), key=lambda one: -len(one[1])):
        by_first.setdefault(phrase[0], []).append((number, phrase))
    words = tokenize(text)
    spans = token_spans(text) if spans is None else spans
    return [
        _Hit(spans[at][0], spans[at + len(phrase) - 1][1], number)
        for at, word in enumerate(words)
        for number, phrase in by_first.get(word, ())
        if words[at : at + len(phrase)] == phrase
    ]


def _best_start(hits: Sequence[_Hit]) -> int:
    """Return the hit from which on a snippet holds the most different phrases; the first of equals."""
    best = most = last = 0
    inside: Counter[int] = Counter()
    for number, hit in enumerate(hits):
        while last < len(hits) and hits[last].start <= hit.start + _LENGTH - _BEFORE:
            inside[hits[last].phrase] += 1
            last += 1
        if len(inside) > most:
            best, most = number, len(inside)
        inside[hit.phrase] -= 1
        if not inside[hit.phrase]:
            del inside[hit.phrase]
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
