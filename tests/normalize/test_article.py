"""A document with what was given about it, made into an article."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import (
    METHODS,
    Article,
    Block,
    Document,
    Given,
    Layout,
    Link,
    Original,
    RuleMatch,
    SetAside,
    Value,
)
from archive.normalize.article import fingerprint, normalize_document, text_sha256
from archive.normalize.matching import Matchers
from archive.normalize.phrases import Phrase, PhraseMatcher
from archive.normalize.tokens import token_spans, tokenize

SENTENCE = "The river ferry stopped on Monday after a storm broke its landing stage near the old mill."
PHRASES = (
    Phrase(1, "river"),
    Phrase(1, "river ferry"),
    Phrase(2, "ferry"),
    Phrase(3, "北京"),
    Phrase(3, "京大"),
    Phrase(4, "Höhe"),
    Phrase(5, "a b"),
)
NAMES = (*PHRASES, Phrase(6, "Mills"))
MATCHERS = Matchers(PhraseMatcher(PHRASES), PhraseMatcher(NAMES))
ORIGINAL = Original("0" * 64, "text/plain", 1, b"")


def normalize(
    text: str | None = None,
    layout: Layout | None = None,
    values: Sequence[Value] = (),
    topics: Sequence[str] = (),
    beside: Sequence[Given] = (),
    notes: tuple[str, ...] = (),
) -> Article:
    document = Document(
        "/a",
        "text",
        "text/plain",
        b"",
        text,
        layout,
        tuple(values),
        tuple(Value("topics", topic, "front_matter") for topic in topics),
        notes,
    )
    return normalize_document(document, beside, ORIGINAL, MATCHERS, "context")


def value(field: str, text: str, method: str = "front_matter") -> Value:
    return Value(field, text, method)


def test_a_plain_text_is_cleaned_and_laid_out() -> None:
    article = normalize(f"\ufeffFerry stops\r\n{SENTENCE}\x00 More.  \r\n", notes=("read as UTF-8",))
    assert (article.headline, article.headline_method) == ("Ferry stops", "first_line")
    assert article.body == f"{SENTENCE} More."
    assert article.words == len(tokenize(article.body))
    assert article.notes == ("read as UTF-8", "1 NUL character removed")
    assert (article.body_index, article.headline_index) == (None, None)


def test_scripts_without_spaces_are_indexed_otherwise() -> None:
    article = normalize(layout=Layout("北京", "first_line", (Block("paragraph", "大学 2023"),)))
    assert (article.headline_index, article.body_index) == (" 北  京 ", " 大  学  2023")
    assert article.words == 3


def test_a_layout_is_cleaned_block_by_block() -> None:
    article = normalize(
        layout=Layout(
            "Cafe\u0301\x00",
            "first_line",
            (Block("heading", "One\x01", 2), Block("paragraph", "Two\x01  \r\nlines"), Block("quote", "Three")),
            (SetAside("caption", "A\x02 boat", 1, "captions", 1),),
            (Link("link", "a\x02b", "https://mill.example/\x00a"), Link("link", None, "https://mill.example")),
        )
    )
    assert article.headline == "Café"
    assert article.body == "One\n\nTwo\nlines\n\nThree"
    assert article.blocks == ((0, "heading", 2, 0, 3), (2, "quote", None, 16, 21))
    assert [passage.text for passage in article.set_aside] == ["A boat"]
    assert article.links == (Link("link", "ab", "https://mill.example/a"), Link("link", None, "https://mill.example"))
    assert article.notes == ("1 control character removed",)


def test_a_headline_of_control_characters_is_none() -> None:
    article = normalize(layout=Layout("\x01 ", "first_line", (Block("paragraph", "Text."),)))
    assert (article.headline, article.headline_method) == (None, None)


def test_a_document_without_a_text_is_an_article_without_words() -> None:
    article = normalize(layout=Layout(None, None, ()), values=[value("headline", "A title")])
    assert (article.headline, article.headline_method, article.body, article.words) == ("A title", "given", "", 0)
    assert normalize().body == ""


def test_the_headline_that_is_given_is_the_headline() -> None:
    article = normalize(SENTENCE, values=[value("headline", "Ferry\n stops")])
    assert (article.headline, article.headline_method, article.body) == ("Ferry stops", "given", SENTENCE)
    assert article.values["headline"].text == "Ferry stops"


def test_the_same_headline_in_the_text_goes() -> None:
    article = normalize(f"FERRY STOPS\n{SENTENCE}", values=[value("headline", "Ferry stops!")])
    assert (article.headline, article.headline_method, article.body) == ("Ferry stops!", "given", SENTENCE)


def test_another_headline_in_the_text_stays_as_a_heading() -> None:
    text = f"Ferry stops\n{SENTENCE}\n- First\n- Second\n- Third"
    article = normalize(text, values=[value("headline", "At the mill", "sidecar")])
    assert article.body == f"Ferry stops\n\n{SENTENCE}"
    assert article.blocks == ((0, "heading", None, 0, 11),)
    assert [passage.after_block for passage in article.set_aside] == [2, 2, 2]


def test_what_the_reader_set_aside_comes_before_what_is_found_in_the_text() -> None:
    aside = SetAside("front_matter", "---", 0, "front_matter", 1)
    article = normalize(f"{SENTENCE} Mills** ferry", layout=Layout(None, None, (), (aside,)))
    assert [passage.kind for passage in article.set_aside] == ["front_matter", "trailing_tags"]
    assert [(match.topic_id, match.set_aside) for match in article.matches if match.field == "set_aside"] == [
        (6, 1),
        (2, 1),
    ]


def test_names_of_topics_tag_only_in_trailing_tags() -> None:
    article = normalize(f"{SENTENCE} The Mills are old. Mills** ferry")
    assert [(match.rule, match.field) for match in article.matches] == [
        ("river ferry", "body"),
        ("river", "body"),
        ("ferry", "body"),
        ("Mills", "set_aside"),
        ("ferry", "set_aside"),
    ]


@given(methods=st.permutations(METHODS[:4]), number=st.integers(1, 4))
def test_the_nearest_value_wins_in_whatever_order_they_come(methods: list[str], number: int) -> None:
    chosen = methods[:number]
    beside = [Given((value("section", method, method),)) for method in chosen if method != "front_matter"]
    own = [value("section", "front_matter")] if "front_matter" in chosen else []
    assert normalize("Text.", values=own, beside=beside).values["section"].text == min(chosen, key=METHODS.index)


def test_topics_add_up_and_stand_once() -> None:
    beside = [
        Given(topics=(value("topics", " Boats ", "sidecar"), value("topics", "Mills", "sidecar"))),
        Given(topics=(value("topics", "Boats", "option"), value("topics", "\x00 ", "option"))),
    ]
    article = normalize("Text.", topics=["Boats", "boats", "Boats", ""], beside=beside)
    assert [(topic.text, topic.method) for topic in article.topics] == [
        ("Boats", "front_matter"),
        ("boats", "front_matter"),
        ("Boats", "sidecar"),
        ("Mills", "sidecar"),
        ("Boats", "option"),
    ]


@pytest.mark.parametrize("field", ["url", "language", "published"])
def test_a_value_that_cannot_be_used_is_noted_and_the_next_one_taken(field: str) -> None:
    good = {"url": "https://mill.example/a", "language": "en", "published": "2023-02"}[field]
    bad = "no such thing " * 8
    beside = [Given((value(field, good, "option"),), notes=("a note of its own",))]
    article = normalize("Text.", values=[value(field, bad)], beside=beside)
    assert article.values[field] == value(field, good, "option")
    named = "date" if field == "published" else field
    assert len(article.notes) == 2
    assert article.notes[0] == "a note of its own"
    assert article.notes[1].startswith(f"{named} 'no such thing no such thing ")
    assert "…' was not used: " in article.notes[1]


def test_blank_values_are_none() -> None:
    article = normalize(
        "Text.", values=[value(field, " \x00") for field in ("url", "language", "published", "section")]
    )
    assert article.values == {}
    assert (article.url, article.language, article.published, article.dates) == (None, None, None, ())


def test_values_are_normalized_beside_what_was_given() -> None:
    article = normalize(
        "Text.",
        values=[
            value("url", "http://www.mill.example/a?utm_source=x"),
            value("language", "ZH_hant"),
            value("authors", "By Li Wei and A. Okoro"),
        ],
    )
    assert (article.url, article.language) == ("https://mill.example/a", "zh-Hant")
    assert article.authors == (("Li Wei", "li wei"), ("A. Okoro", "a. okoro"))
    assert article.values["url"].text == "http://www.mill.example/a?utm_source=x"


def test_every_date_is_kept_with_what_became_of_it() -> None:
    article = normalize(
        f"Ferry stops in May 2021\n{SENTENCE} It opened on 3 March 1998.",
        values=[value("published", "soon")],
        beside=[
            Given((value("published", "2021-05-03T10:00+02:00", "sidecar"),)),
            Given((value("published", "2020", "option"),)),
        ],
    )
    assert [(date.text, date.kind, date.method, date.chosen, date.has_zone) for date in article.dates] == [
        ("soon", "published", "front_matter", False, False),
        ("2021-05-03T10:00+02:00", "published", "sidecar", True, True),
        ("2020", "published", "option", False, False),
        ("May 2021", "mentioned", "pattern", False, False),
        ("3 March 1998", "mentioned", "pattern", False, False),
    ]
    assert [date.reason for date in article.dates[1:3]] == [None, "sidecar is nearer"]
    assert (article.dates[0].reason or "").startswith("not usable: ")
    assert article.published is not None
    assert article.published.precision == "minute"
    assert [(date.field, date.value) for date in article.dates[3:]] == [("headline", "2021-05"), ("body", "1998-03-03")]


def test_a_fingerprint_is_of_the_words_alone() -> None:
    text = "The café in Straße 5 — ﬁnally OPEN!"
    same = [
        "the CAFE in straße 5 finally open",
        "  The café,\n\nin “Straße” -5; ﬁnally open…",
        "The Cafe\u0301 in Straße ５ finally open",
    ]
    assert {fingerprint(other) for other in same} == {fingerprint(text)}
    for other in ("", "The café in Straße 6 finally open", "The café in Strasse 5 finally open"):
        assert fingerprint(other) != fingerprint(text)


def test_the_fingerprint_of_a_text_is_frozen() -> None:
    """One that came out otherwise would make every copy in every archive a new article."""
    words = "the river ferry 北 京 cafe 5"
    assert fingerprint("The River-Ferry: 北京 café, 5!") == hashlib.sha256(words.encode()).hexdigest()


@given(body=st.text(st.sampled_from("aÁ北ﬁ５ -\n\u0301"), max_size=30))
def test_a_fingerprint_does_not_depend_on_who_cut_the_words(body: str) -> None:
    assert fingerprint(body, tokenize(body)) == fingerprint(body)


def test_the_digest_of_a_text_tells_headline_from_body() -> None:
    digests = {text_sha256(*text) for text in ((None, "a"), ("", "a"), ("a", ""), (None, ""), (None, "#a"), ("#", "a"))}
    assert len(digests) == 6


WORDS = st.sampled_from(
    [
        "river",
        "RIVER",
        "ferry",
        "river-ferry",
        "北京大学",
        "京",
        "大",
        "Höhe",
        "Ho\u0308he",
        "a",
        "b",
        "a\u0301",
        "\u0301",
        "ﬁ",
        "x",
        "Mills",
    ]
)
LINES = st.lists(WORDS, max_size=8).map(" ".join)
BLOCKS = st.lists(st.builds(Block, st.sampled_from(["paragraph", "heading", "quote"]), LINES), max_size=4)


@given(
    headline=st.none() | LINES,
    blocks=BLOCKS,
    tags=st.lists(LINES, max_size=2),
    title=st.none() | LINES,
)
@settings(max_examples=150)
def test_passages_blocks_and_dates_stand_where_they_are_said_to(
    headline: str | None, blocks: list[Block], tags: list[str], title: str | None
) -> None:
    layout = Layout(
        headline,
        None if headline is None else "first_line",
        tuple(blocks),
        tuple(SetAside("trailing_tags", tag, len(blocks), "trailing_tags", 1) for tag in tags),
    )
    article = normalize(layout=layout, values=[value("headline", title)] if title else ())
    check_offsets(article)
    for number, passage in enumerate(article.set_aside):
        expected = expected_matches("set_aside", number, passage.text, NAMES)
        assert [match for match in article.matches if match.set_aside == number] == expected
    for field, text in (("headline", article.headline or ""), ("body", article.body)):
        expected = expected_matches(field, None, text, PHRASES)
        assert [match for match in article.matches if match.field == field] == expected


def expected_matches(field: str, number: int | None, text: str, phrases: Sequence[Phrase]) -> list[RuleMatch]:
    """Return all phrases in a text, found in the plainest way: in the order of the text, the longest first."""
    words, spans = tokenize(text), token_spans(text)
    found = []
    for start in range(len(words)):
        here = []
        for phrase in phrases:
            wanted = tokenize(phrase.text)
            if words[start : start + len(wanted)] == wanted:
                end = spans[start + len(wanted) - 1][1]
                here.append((-len(wanted), phrase, end))
        found += [
            RuleMatch(phrase.topic_id, phrase.text, field, spans[start][0], end, number)
            for _, phrase, end in sorted(here)
        ]
    return found


@given(
    text=st.lists(LINES | st.sampled_from([SENTENCE, "- river", "- 3 May 2021", "北京。", "Mills** river"]), max_size=8)
)
@settings(max_examples=100)
def test_offsets_hold_in_any_plain_text(text: list[str]) -> None:
    check_offsets(normalize("\n".join(text)))


def check_offsets(article: Article) -> None:
    fields = {"headline": article.headline or "", "body": article.body}
    for match in article.matches:
        text = fields[match.field] if match.set_aside is None else article.set_aside[match.set_aside].text
        passage = text[match.start : match.end]
        assert tokenize(passage) == tokenize(match.rule)
        assert passage == passage.strip()
    blocks = article.body.split("\n\n")
    for position, _, _, start, end in article.blocks:
        assert article.body[start:end] == blocks[position]
    for date in article.dates:
        if date.field is not None:
            assert fields[date.field][date.start : date.end] == date.text


def test_a_page_states_no_date_after_it_was_saved() -> None:
    values = (
        Value("published", "2031-01-01", "opengraph"),
        Value("published", "2023-03-05", "time_element"),
        Value("crawled", "Sat Mar 04 2023 23:11:12 GMT+0100", "saved_from"),
    )
    article = normalize(SENTENCE, values=values)
    assert article.published is not None and article.published.text == "2023-03-05"  # where it was already the next day
    assert [(date.value, date.chosen, date.reason) for date in article.dates if date.kind == "published"] == [
        ("2031-01-01", False, "the page was saved before that"),
        ("2023-03-05", True, None),
    ]
    assert article.notes == ("date '2031-01-01' was not used: the page was saved before that",)


@pytest.mark.parametrize("crawled", ["2023", "some day"])
def test_a_page_of_which_the_day_is_not_known_refuses_no_date(crawled: str) -> None:
    values = (Value("published", "2031-01-01", "opengraph"), Value("crawled", crawled, "saved_from"))
    assert normalize(SENTENCE, values=values).values["published"].text == "2031-01-01"


def test_what_a_person_says_goes_before_what_a_page_makes_likely() -> None:
    beside = [Given((Value("published", "2023-02", "sidecar"), Value("authors", "Ada Okoro", "sidecar")))]
    values = (Value("published", "2023-03-05", "time_element"), Value("authors", "Li Wei", "json_ld"))
    article = normalize(SENTENCE, values=values, beside=beside)
    assert {name: value.text for name, value in article.values.items()} == {"published": "2023-02", "authors": "Li Wei"}
