import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.readers.front_matter import LONGEST, FrontMatter, split_front_matter, take_front_matter


def split(block: str, body: str = "Text.\n", fence: str = "---") -> FrontMatter:
    front = split_front_matter(f"{fence}\n{block}\n{fence}\n{body}")
    assert front is not None
    return front


def test_yaml_between_lines_of_dashes() -> None:
    front = split("title: A visit\ntags: [trade, Minsk]\nauthor:\n  name: A. Okoro")
    assert front.mapping == {"title": "A visit", "tags": ["trade", "Minsk"], "author": {"name": "A. Okoro"}}
    assert front.raw == "---\ntitle: A visit\ntags: [trade, Minsk]\nauthor:\n  name: A. Okoro\n---\n"
    assert front.body == "Text.\n"
    assert front.notes == ()


@pytest.mark.parametrize("text", ["no", "2023-02", "2023-02-28 06:30:00 +08:00", "007", "1e3", "0x10", "12:30", "Yes"])
def test_no_scalar_is_typed(text: str) -> None:
    assert split(f"a: {text}").mapping == {"a": text}


def test_only_null_is_none() -> None:
    mapping = split("a:\nb: ~\nc: null\nd: '~'\ne: \"null\"\nf: ''\ng: none\nh: [~, x]").mapping
    assert mapping == {"a": None, "b": None, "c": None, "d": "~", "e": "null", "f": "", "g": "none", "h": [None, "x"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(end: str) -> None:
    front = split_front_matter(end.join(["\ufeff--- ", "title: A visit", "...", "Text."]))
    assert front is not None
    assert (front.mapping, front.body) == ({"title": "A visit"}, "Text.")
    assert front.raw == end.join(["--- ", "title: A visit", "...", ""])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "Text.\n---\na: b\n---\n",
        " ---\na: b\n---\n",
        "---\na: b\nnever closed",
        "---\na: b\n----\n",
        "----\na: b\n----\n",
        "---\n\nA rule stands above.\n\n---\n",
        "+++\na = 1\n---\n",
        "--- a: b\n---\n",
        "---\nProse.\n" + "x" * (LONGEST - 11) + "\n----\n---\n",
        "---\nA line of prose.\n" + "Prose.\n" * 20_000 + "---\n",
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_front_matter(text: str) -> None:
    assert split_front_matter(text) is None


def test_an_empty_block_is_front_matter_that_says_nothing() -> None:
    front = split_front_matter("---\n---\nText.")
    assert front == FrontMatter({}, "---\n---\n", "Text.", ())
    assert split("# a comment").mapping == {}


def test_a_closed_block_may_be_all_there_is() -> None:
    front = split_front_matter("---\ntitle: A visit\n---")
    assert front is not None
    assert (front.mapping, front.body) == ({"title": "A visit"}, "")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("title: China: a visit", "line 2: mapping values are not allowed"),
        ("title: A visit\ndate: [2023", "line 4"),
        ("a: 'b", "line 3"),
        ("a: b\n\tc: d", "tab"),
        ("- a\n- b", "not made of keys and values"),
        ("Just a line", "not made of keys and values"),
        ("a: &x b\nc: *x", "line 3: YAML's aliases are not read"),
        ("a: &a [*a]", "aliases"),
        ("a: " + "[" * 60_000, "nested more than 20 deep"),
        ("- " * 30_000, "nested more than 20 deep"),
        ("? " * 30_000, "nested more than 20 deep"),
        ("a: " + "{b: " * 15_000, "nested more than 20 deep"),
        ("a: " + "b" * LONGEST, "longer than"),
        ("%YAML 9.9\n--- a", "line 2"),
    ],
    ids=lambda value: value[:20],
)
def test_a_block_that_cannot_be_read_gives_nothing_but_a_note(block: str, words: str) -> None:
    start = time.perf_counter()
    front = split(block)
    assert time.perf_counter() - start < 2
    assert front.mapping == {}
    (note,) = front.notes
    assert note.startswith("front matter was not used: ")
    assert words in note
    assert block in front.raw
    assert front.body == "Text.\n"


@pytest.mark.parametrize("loader", ["the compiled one", "the one in Python"])
def test_hostile_blocks_cost_little_with_either_parser(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    if loader == "the one in Python":
        monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    start = time.perf_counter()
    for block in (
        bomb,
        "[" * 60_000,
        "a: {" * 10_000,
        "! " * 30_000,
        "a\n" * 30_000,
        "'" + "x\n" * 30_000,
        "a: >\n" + " x\n" * 20_000,
    ):
        split_front_matter(f"---\n{block}\n---\n")
    assert time.perf_counter() - start < 5
    assert split("a: b\nc: {d: e}").mapping == {"a": "b", "c": {"d": "e"}}


def test_a_key_that_stands_there_twice_is_noted_and_the_last_is_used() -> None:
    front = split("title: A\nn: {a: 1, a: 2}\ntitle: B")
    assert front.mapping == {"title": "B", "n": {"a": "2"}}
    assert front.notes == ("front matter: key 'title' stands there twice; the last one is used",)


def test_keys_that_are_no_text_are_nobodys() -> None:
    assert split("? [a, b]\n: c\n? {d: e}\n: f\n~: g\ntitle: A visit").mapping == {"~": "g", "title": "A visit"}


def test_control_characters_and_lone_surrogates_do_not_break_the_block() -> None:
    front = split("title: A\x00 vi\ud800sit\x07")
    assert front.mapping == {"title": "A visit"}
    assert front.notes == ("front matter: 3 control characters left out",)


def test_tags_of_yaml_are_not_obeyed() -> None:
    assert split("a: !!python/object/apply:os.getcwd []\nb: !x y").mapping == {"a": [], "b": "y"}


def test_toml_between_lines_of_plus_signs() -> None:
    front = split('title = "A visit"\ntags = ["trade"]', fence="+++")
    assert front.mapping == {"title": "A visit", "tags": ["trade"]}
    assert "line 2" in split("title = A visit", fence="+++").notes[0]


def test_a_block_that_says_something_is_taken_and_not_kept_twice() -> None:
    metadata, body, set_aside = take_front_matter("---\ntitle: A visit\nlayout: post\n---\nText.")
    assert [value.text for value in metadata.values] == ["A visit"]
    assert {value.method for value in metadata.values} == {"front_matter"}
    assert (body, set_aside) == ("Text.", ())


@pytest.mark.parametrize("block", ["title: China: a visit", "MINSK: a line of prose", "layout: post", "Prose."])
def test_a_block_that_gives_nothing_is_set_aside(block: str) -> None:
    metadata, body, (passage,) = take_front_matter(f"---\n{block}\n---\nText.")
    assert (metadata.values, metadata.topics, body) == ((), (), "Text.")
    assert (passage.kind, passage.text, passage.after_block) == ("front_matter", f"---\n{block}\n---", 0)


YAML_LIKE = st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@`#, \n\t~.\x00\ud800ä"), max_size=60)


@settings(max_examples=300)
@given(st.sampled_from(["---", "+++"]), YAML_LIKE | st.text(max_size=60))
def test_whatever_stands_between_the_lines_is_no_error_and_not_lost(fence: str, block: str) -> None:
    text = f"{fence}\n{block}\n{fence}\nText."
    front = split_front_matter(text)
    if front is not None:
        assert front.raw + front.body == text
    "".join(take_front_matter(text)[0].notes).encode()


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_a_block_that_is_never_closed_is_noted(mark: str) -> None:
    text = f"{mark}\ntitle: never closed\n\nThe council met."
    metadata, body, set_aside = take_front_matter(text)
    assert (body, set_aside, metadata.values) == (text, (), ())
    assert metadata.notes == (f"front matter was not used: no line {mark} ends it; it stands in the text",)
    assert take_front_matter(f"{mark}\nThe council met.")[0].notes == ()
