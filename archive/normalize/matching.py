"""What the vocabulary tags in a text: phrases, queries, and names among the tags that trail it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.documents import RuleMatch, SetAside
from archive.normalize.phrases import MOST, Found, Phrase, PhraseMatcher, Queries
from archive.normalize.tokens import passage_spans, tokenize


@dataclass(frozen=True)
class Matchers:
    """What tags a text: phrases and queries, in headline and body; phrases and names, in tags that trail a text."""

    phrases: PhraseMatcher
    names: PhraseMatcher
    queries: Queries | None = None


def find_matches(
    headline: str | None,
    body: str,
    set_aside: Sequence[SetAside],
    matchers: Matchers,
    words: Sequence[str] | None = None,
) -> Iterable[RuleMatch]:
    """Yield where the vocabulary tags a text; `words` are `tokenize(body)`, where the caller has them."""
    by_field = {"headline": tokenize(headline) if headline else [], "body": tokenize(body) if words is None else words}
    texts = {"headline": headline or "", "body": body}
    for field, words_of_field in by_field.items():
        yield from _found(matchers.phrases, field, texts[field], words_of_field)
    if matchers.queries is not None:
        yield from found_by_queries(matchers.queries, texts, by_field)
    for position, passage in enumerate(set_aside):
        if passage.kind == "trailing_tags":
            yield from _found_in_tags(matchers.names, position, passage)


def found_by_queries(
    queries: Queries, texts: Mapping[str, str], words: Mapping[str, Sequence[str]]
) -> Iterable[RuleMatch]:
    """Yield which queries tag a text, and where; `words` are `tokenize` of each of `texts`, by field."""
    for (topic_id, rule), passages in queries.find(words):
        yield from found_by_query(topic_id, rule, passages, texts, words)


def found_by_query(
    topic_id: int,
    rule: str,
    passages: Sequence[tuple[str, int, int]],
    texts: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
) -> Iterable[RuleMatch]:
    """Yield where a query that tags a text stands in it; one match without a place, where it names no words."""
    if not passages:
        yield RuleMatch(topic_id, rule, "values", None, None, is_query=True)
    for field, places in groupby(passages, key=lambda passage: passage[0]):
        spans = passage_spans(texts[field], words[field], [(first, last) for _, first, last in places])
        for start, end in spans:
            yield RuleMatch(topic_id, rule, field, start, end, is_query=True)


def _found(matcher: PhraseMatcher, field: str, text: str, words: Sequence[str]) -> Iterable[RuleMatch]:
    """Yield where phrases stand, in the order of the text, at one place the longest first; of each up to a thousand."""
    found = sorted(matcher.find(words), key=_in_order)
    spans = passage_spans(text, words, [(start, end) for _, start, end in found])
    times: Counter[Phrase] | None = Counter() if len(found) > MOST else None
    for (number, _, _), (start, end) in zip(found, spans, strict=True):
        for phrase in matcher.phrases[number]:
            if times is not None:
                times[phrase] += 1
                if times[phrase] > MOST:
                    continue
            yield RuleMatch(phrase.topic_id, phrase.text, field, start, end)


def _in_order(found: Found) -> tuple[int, int]:
    return found[1], -found[2]


def _found_in_tags(matcher: PhraseMatcher, position: int, passage: SetAside) -> Iterable[RuleMatch]:
    for match in _found(matcher, "set_aside", passage.text, tokenize(passage.text)):
        yield match._replace(set_aside=position)
