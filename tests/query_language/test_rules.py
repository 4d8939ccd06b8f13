"""Rules that are queries: what one may ask for, and which of many name a text."""

from collections.abc import Callable, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.phrases import MOST
from archive.query_language.mistakes import QueryError
from archive.query_language.reference import Known, evaluate
from archive.query_language.rule_matching import Matched, Passage, Rule, RuleMatcher, TextInWords
from archive.query_language.rules import asks_for_values, parse_rule, truth
from archive.query_language.tree import Leaf, Near, Words, leaves


@pytest.mark.parametrize(
    ("text", "by_values"),
    [
        ("ferry", False),
        ('"river boat"~3 OR mill* NOT headline:sport', False),
        ("*", False),
        ("ferry source:lantern", True),
        ("date:2023-02..2023-04", True),
        ("language:en -kind:opinion", True),
        ("section:politics", True),
    ],
)
def test_what_a_rule_may_ask_for(text: str, by_values: bool) -> None:
    assert asks_for_values(parse_rule(text).tree) is by_values


@pytest.mark.parametrize(
    ("text", "reason", "carets"),
    [
        ("", "there is no word in it", ""),
        ("?!", "there is no word in it", "^^"),
        ("ferry topic:trade", "cannot ask for topic: (tags would depend on tags)", "      ^^^^^^^^^^^"),
        ("query:mine", "cannot ask for query: (a saved query can change", "^^^^^^^^^^"),
        ("corpus:mine", "cannot ask for corpus:", "^^^^^^^^^^^"),
        ("ferry OR import:last", "cannot ask for import:", "         ^^^^^^^^^^^"),
        ("has:date", "cannot ask for has:", "^^^^^^^^"),
        ("key:abc", "cannot ask for key: (it is not what a text is about); it can for words, headline:", "^^^^^^^"),
        ("ferry date:-3w..", "a rule means the same every day; write the date: date:2023-02..", "      ^^^^^^^^^^"),
        ("date:..today", "a rule means the same every day", "^^^^^^^^^^^^"),
        ("(ferry", "this parenthesis is not closed", "^"),
        ("dat:2023", "there is no field dat:; write date:", "^^^^"),
    ],
)
def test_what_cannot_be_a_rule_is_shown(text: str, reason: str, carets: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_rule(text)
    assert reason in str(caught.value)
    assert carets.strip() in str(caught.value).splitlines()[-1]
    if carets:
        assert str(caught.value).splitlines()[-1][2:].rstrip() == carets


def by_first_word(known: Mapping[str, bool | None]) -> Callable[[Leaf], bool | None]:
    """Return what tells whether a leaf is so by the first of its words."""

    def is_so(leaf: Leaf) -> bool | None:
        assert isinstance(leaf, Words)
        return known[leaf.words[0]]

    return is_so


@given(known=st.tuples(*[st.sampled_from([True, False, None])] * 3))
def test_what_is_not_known_decides_nothing(known: tuple[bool | None, ...]) -> None:
    """What comes out with something unknown is what comes out whatever that turns out to be."""
    by_word = dict(zip("abc", known, strict=True))
    for text in ("a b c", "a OR b OR c", "a NOT (b OR c)", "NOT a OR (b c)", "a OR *"):
        tree = parse_rule(text).tree
        assert tree is not None
        ends = {
            truth(tree, by_first_word(full))
            for values in product(*([one] if one is not None else [True, False] for one in known))
            for full in [dict(zip("abc", values, strict=True))]
        }
        said = truth(tree, by_first_word(by_word))
        if said is not None:
            assert ends == {said}, text


WORDS = st.sampled_from(["a", "ab", "b", "bc", "c", "d"])
LEAVES = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"{word}*"),
    st.lists(WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.tuples(WORDS, WORDS, st.integers(0, 3)).map(lambda one: f'"{one[0]} {one[1]}"~{one[2]}'),
    WORDS.map(lambda word: f"headline:{word}"),
    st.tuples(WORDS, WORDS).map(lambda one: f'body:"{one[0]} {one[1]}*"'),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"NOT ({one})"),
        st.tuples(inner, st.sampled_from([" ", " OR ", " NOT "]), inner).map(
            lambda one: f"({one[0]}){one[1]}({one[2]})"
        ),
    ),
    max_leaves=5,
)
TEXTS = st.fixed_dictionaries({name: st.lists(WORDS, max_size=8) for name in ("headline", "body")})


@given(rules=st.lists(RULES, max_size=6), fields=TEXTS)
def test_rules_are_matched_as_the_reference_has_it(rules: list[str], fields: dict[str, list[str]]) -> None:
    article = Known("k", fields, None, None, {})
    numbered = [Rule(number, text) for number, text in enumerate(rules)]
    so = [one for one in numbered if (tree := parse_rule(one.text).tree) is not None and evaluate(tree, article)]
    found = RuleMatcher(numbered).find(fields)
    assert [one.rule for one in found] == so
    for one in found:
        _check_passages(one, fields)


def _check_passages(one: Matched, fields: dict[str, list[str]]) -> None:
    """Passages are those of the words that are wanted, in the order of the text, each once."""
    tree = parse_rule(one.rule.text).tree
    wanted = [leaf for leaf, is_wanted in leaves(tree) if is_wanted and isinstance(leaf, (Words, Near))]
    assert one.passages == TextInWords(fields).passages(wanted)
    assert len(set(one.passages)) == len(one.passages)
    order = [(list(fields).index(field), first) for field, first, _ in one.passages]
    assert order == sorted(order)


def test_passages_of_what_a_rule_wants() -> None:
    fields = {"headline": ["mill", "fire"], "body": ["the", "ferry", "left", "the", "mill", "by", "ferry"]}
    (found,) = RuleMatcher([Rule(7, '(ferry OR "mill fire") NOT rope')]).find(fields)
    assert found == (
        Rule(7, '(ferry OR "mill fire") NOT rope'),
        [Passage("headline", 0, 2), Passage("body", 1, 2), Passage("body", 6, 7)],
    )
    (without,) = RuleMatcher([Rule(7, "NOT rope")]).find(fields)
    assert without.passages == []


@pytest.mark.parametrize("rule", ["a", "a*", "a NOT b"])
def test_of_one_rule_a_thousand_passages_are_kept(rule: str) -> None:
    (found,) = RuleMatcher([Rule(1, rule)]).find({"headline": ["a"], "body": ["a"] * 1500})
    assert len(found.passages) == MOST
    assert found.passages[:2] == [Passage("headline", 0, 1), Passage("body", 0, 1)]
