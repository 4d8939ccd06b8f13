"""`archive list`, `search`, `count`, `show`, `why` and `original`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engines import connected, state

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]
ARTICLES = CHECKOUT / "seeds" / "articles"

SUMMARY = [
    *("key", "headline", "headline_method", "source", "url", "published", "published_precision"),
    *("language", "authors", "topics", "words", "hidden"),
]


def keys(answer: Result) -> list[str]:
    assert answer.exit_code == 0, answer.stderr
    return [row["key"] for row in json.loads(answer.stdout)]


def test_list_has_the_names_that_are_promised(seeds: Run) -> None:
    rows = json.loads(seeds("list", "-f", "json", "--limit", "0").stdout)
    assert len(rows) == 16
    assert list(rows[0]) == SUMMARY


def test_search_has_more(seeds: Run) -> None:
    rows = json.loads(seeds("search", "trade", "-f", "json").stdout)
    assert list(rows[0]) == [*SUMMARY, "score", "headline_hits", "snippet", "hits"]


def test_show_has_the_names_that_are_promised(seeds: Run, key: Callable[[str], str]) -> None:
    article = json.loads(seeds("show", key("Untitled.txt"), "-f", "json").stdout)
    promised = {*SUMMARY, "body", "blocks", "set_aside", "links", "evidence", "revisions", "places"}
    assert promised <= set(article)
    assert {"kind", "text"} <= set(article["set_aside"][0])
    assert {"topic", "method", "rule", "field", "start", "end", "passage"} <= set(article["evidence"][0])
    assert article["body"].split("\n\n")[1] == "A journey without notice"
    assert [block["kind"] for block in article["blocks"]] == ["heading"] * 4


def test_list_shows_dates_as_far_as_known_and_undated_last(seeds: Run) -> None:
    lines = seeds("list", "--limit", "0").stdout.splitlines()
    dates = [line[14:24].strip() for line in lines[2:]]
    assert {"2023-12", "2023"} < set(dates)
    assert dates[-6:] == [""] * 6
    assert "" not in dates[:-6]


@pytest.mark.parametrize(("limit", "number"), [("3", 3), ("0", 16), ("16", 16), ("99999999999999999999999", 16)])
def test_a_limit_that_leaves_something_out_says_so(limit: str, number: int, seeds: Run) -> None:
    answer = seeds("list", "--limit", limit, "-f", "json")
    assert len(keys(answer)) == number
    assert answer.stderr == ("" if number == 16 else f"{number} of 16; --limit 0 shows all\n")


def test_list_limits_itself(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(21):
        (folder / f"{number}.txt").write_text(f"Piece number {number} of the long row.")
    run("--db", tmp_path / "many.db", "import", folder)
    answer = run("--db", tmp_path / "many.db", "list", "-f", "json")
    assert len(keys(answer)) == 20
    assert answer.stderr == "20 of 21; --limit 0 shows all\n"
    answer = run("--db", tmp_path / "many.db", "search", "piece", "-f", "json")
    assert len(keys(answer)) == 10
    assert answer.stderr == "10 of 21; --limit 0 shows all\n"


def test_a_limit_below_zero_is_a_usage_error(seeds: Run) -> None:
    assert seeds("list", "--limit", "-1").exit_code == 2


@pytest.mark.parametrize(
    ("options", "number"),
    [
        (["--source", "radio-lintel"], 5),
        (["--source", "RADIO  Lintel"], 5),
        (["--source", "радио линтель"], 5),
        (["--topic", "trade"], 11),
        (["--topic", "E-commerce"], 3),
        (["--topic", "local:e-commerce"], 3),
        (["--topic", "economy", "--source", "lantern-wire"], 2),
        (["--since", "2023-12"], 4),
        (["--until", "2023-02"], 4),
        (["--since", "2023-02-28", "--until", "2023-03-01"], 3),
        (["--language", "en"], 14),
        (["--language", "RU"], 1),
    ],
)
def test_filters(options: list[str], number: int, seeds: Run) -> None:
    assert len(keys(seeds("list", *options, "-f", "json", "--limit", "0"))) == number
    assert seeds("count", *options).stdout == f"{number}\n"


def test_what_a_span_leaves_out_is_told(seeds: Run) -> None:
    told = "left out: 6 without a date, 1 with a date too coarse to tell\n"
    for command in (["list"], ["count"]):
        assert seeds(*command, "--since", "2023-02", "--until", "2023-11").stderr == told
    assert seeds("count", "--since", "2023").stderr == "left out: 6 without a date\n"
    assert seeds("count", "--since", "2024").stderr == "left out: 6 without a date\n"


def test_what_a_span_leaves_out_has_the_words_that_are_searched(seeds: Run) -> None:
    """Not all undated articles are told of, only those that would have been found."""
    everywhere = int(seeds("count", "film").stdout)
    answer = seeds("search", "film", "--since", "2023", "-f", "json")
    undated = int(answer.stderr.removeprefix("left out: ").split()[0])
    assert 0 < undated < 6
    assert len(keys(answer)) + undated == everywhere
    assert seeds("count", "film", "--since", "2023").stderr == answer.stderr


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--source", "nosuch"], 2, "there is no source 'nosuch'; `archive sources` lists them"),
        (["--source", ""], 2, "there is no source ''"),
        (["--source", "\udcff"], 2, "there is no source '\\xff'"),
        (["--topic", "nosuch"], 2, "there is no topic 'nosuch'; `archive topics` lists them"),
        (["--topic", ":"], 2, "there is no topic ':'"),
        (["--since", "2023-13"], 2, "--since 2023-13: "),
        (["--until", "last week"], 2, "--until last week: "),
        (["--language", "e"], 2, "not a language tag such as 'en' or 'zh-Hant'\n  --language e\n             ^\n"),
    ],
)
@pytest.mark.parametrize("command", [["list"], ["search", "trade"], ["count"], ["count", "trade"]], ids=" ".join)
def test_filters_that_mean_nothing(command: list[str], options: list[str], code: int, message: str, seeds: Run) -> None:
    answer = seeds(*command, *options)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert answer.stderr.startswith(f"archive: {message}")


@pytest.mark.parametrize(
    ("typed", "file"),
    [
        ("satellite city", "Untitled.txt"),
        ("北京 卢卡申科", "zh/访问.md"),
        ("大学", "zh/访问.md"),
        ("ТРЁХДНЕВНЫЙ Лукашенко", "ru/визит.md"),
        ("Kite & Anchor", "kite&anchor FINAL (2).txt"),
        ('"kite anchor"', "kite&anchor FINAL (2).txt"),
        ("KITE* ^anchor", "kite&anchor FINAL (2).txt"),
        ("headline:kit* OR xylophone", "kite&anchor FINAL (2).txt"),
    ],
)
def test_words_are_found(typed: str, file: str, seeds: Run, key: Callable[[str], str]) -> None:
    assert key(file) in keys(seeds("search", *typed.split(), "-f", "json"))
    assert seeds("search", typed, "-f", "json").stdout == seeds("search", *typed.split(), "-f", "json").stdout


@pytest.mark.parametrize("typed", ["^", "++", "\U0001f600", "\udcff", "--", "…", "- +"])
def test_no_word_in_what_was_typed(typed: str, seeds: Run) -> None:
    answer = seeds("search", "--", typed)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "nothing found; there is no word in what was typed\n"
    assert seeds("count", "--", typed).stdout == "0\n"


def test_search_shows_hits_in_headline_and_passage(seeds: Run) -> None:
    shown = seeds("search", "kite", "anchor").stdout
    assert shown.startswith("«Kite» & «Anchor» lends its cameras to a film that nobody has written\n")
    assert "work at «Kite» & «Anchor», and all" in shown.replace("\n  ", " ")


def test_nothing_found_says_what_finds_more(seeds: Run) -> None:
    assert "fewer words find more" in seeds("search", "xylophone").stderr
    assert "fewer options find more" in seeds("search", "trade", "--language", "is").stderr
    for near in ("w/5", "NEAR", "adj5"):
        assert 'words near each other are "trade minsk"~5' in seeds("search", "trade", near, "minsk").stderr


def test_what_excludes_and_looks_like_an_option_is_explained(seeds: Run) -> None:
    answer = seeds("count", "-sanctions")
    assert answer.exit_code == 2
    assert "'trade -sanctions', or alone as 'NOT sanctions'." in answer.stderr
    assert int(seeds("count", "NOT sanctions").stdout) > 0


def test_an_empty_archive_says_so(run: Run, database: Path) -> None:
    answer = run("--db", database, "list")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "the archive has no articles yet\n")
    assert run("--db", database, "count").stdout == "0\n"


def test_what_was_set_aside_is_shown_and_not_found(seeds: Run, key: Callable[[str], str]) -> None:
    one = key("2023-02-28 visit preview.txt")
    passage = "Three questions about a friendship for all weathers"
    assert f"related_headline: {passage}" in seeds("show", one).stdout
    assert f"related_headline: {passage}" in seeds("why", one).stdout
    assert one not in keys(seeds("search", passage, "-f", "json"))
    assert one not in keys(seeds("search", "weathers", "-f", "json"))


def test_show_draws_all_that_is_known(seeds: Run, key: Callable[[str], str]) -> None:
    shown = seeds("show", key("courier/2023-03-01_trade.md")).stdout
    for part in (
        "Trade with Belarus passes five billion dollars\n",
        "· The Harbour Courier · 2023-03-01T06:30:00+08:00",
        "by: Ines Marlow, Jonas Vale\n",
        "url: https://harbourcourier.example/2023/03/01/trade-with-belarus\n",
        "topics: Alexander Lukashenko, Beijing,",
        "\nWhat lies behind it\n",
        "\nLinks\n",
        "\nPlaces\n",
        "121 words, 1 revision\n",
    ):
        assert part in shown
    assert "derived" not in shown
    assert "2 revisions" in seeds("show", key("wire/lw-0457.md")).stdout


def test_show_marks_a_derived_headline_and_what_is_not_stated(seeds: Run, key: Callable[[str], str]) -> None:
    shown = seeds("show", key("Untitled.txt")).stdout
    assert "(derived headline: the text has none)\n" in shown
    assert "· source not stated · date not stated · en\n" in shown


def test_show_and_why_say_when_a_place_was_saved(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.md").write_text("---\ncrawled: 2023-04-01T10:00:00Z\n---\nThe mill is sold.")
    run("--db", tmp_path / "a.db", "import", tmp_path / "a.md")
    (key,) = keys(run("--db", tmp_path / "a.db", "list", "-f", "json"))
    for command in ("show", "why"):
        assert "a.md (import 1, saved 2023-04-01T10:00:00Z)" in run("--db", tmp_path / "a.db", command, key).stdout


def test_show_leads_to_the_related_articles_that_are_here(seeds: Run, key: Callable[[str], str]) -> None:
    shown = seeds("show", key("2023-02-28 visit preview.txt")).stdout
    target = key("lintel/containers.txt")
    assert f"Port Lintel counts its containers again → {target} in this archive\n" in shown


def test_a_second_import_is_told_with_the_place(seeds: Run, key: Callable[[str], str]) -> None:
    seeds("import", "-q", "--jobs", "0", ARTICLES / "Untitled.txt")
    assert "Untitled.txt (imports 1 to 2)\n" in seeds("show", key("Untitled.txt")).stdout


def test_why_tells_where_values_came_from(seeds: Run, key: Callable[[str], str]) -> None:
    derived = seeds("why", key("Untitled.txt")).stdout
    assert "headline: derived from the first sentence, since the text has none\n" in derived
    assert "source: not stated\npublished: not stated\n" in derived
    assert "\n2023 (body 258): not chosen: mentioned in the text\n" in derived
    given_ = seeds("why", key("clippings/mayor.txt"), width=200).stdout
    assert "headline: the file beside it (.meta.toml) (" in given_
    assert "source: Radio Lintel, from the file beside it (.meta.toml) (" in given_
    assert "2023-12-12 (the file beside it (.meta.toml)): chosen\n" in given_
    assert "given as 'Port Lintel' in the file beside it (.meta.toml)\n" in given_
    assert "source: " in seeds("why", key("clippings/exchange.md")).stdout
    assert "from the domain of its URL" in seeds("why", key("clippings/exchange.md"), width=200).stdout


def test_why_shows_three_passages_of_a_topic_and_json_all(seeds: Run, key: Callable[[str], str]) -> None:
    one = key("Untitled.txt")
    shown = seeds("why", one).stdout
    belarus = shown[shown.index("\nBelarus (") + 1 : shown.index("\nChina (")].splitlines()
    assert [line[:14] for line in belarus[1:4]] == ["  rule, body 4", "  rule, body 7", "  rule, body 8"]
    assert all("«Belarus" in line for line in belarus[1:4])
    assert belarus[4:] == ["  … and 2 more"]
    evidence = json.loads(seeds("why", one, "-f", "json").stdout)["evidence"]
    assert len([row for row in evidence if row["topic"] == "Belarus"]) == 5


def test_why_shows_no_passage_within_another(seeds: Run, key: Callable[[str], str]) -> None:
    shown = seeds("why", key("Untitled.txt")).stdout
    assert "«Alexander Lukashenko» come so often" in shown
    assert "«Lukashenko»" not in shown
    evidence = json.loads(seeds("why", key("Untitled.txt"), "-f", "json").stdout)["evidence"]
    assert {"Alexander Lukashenko", "Lukashenko"} <= {row["passage"] for row in evidence}


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_a_passage_takes_one_line(width: int, seeds: Run, key: Callable[[str], str]) -> None:
    one = key("zh/访问.md")
    evidence = json.loads(seeds("why", one, "-f", "json").stdout)["evidence"]
    shown = seeds("why", one, width=width).stdout
    topics = shown[shown.index("\nTopics\n") : shown.index("\nDates\n")]
    passages = [line for line in topics.splitlines() if line.startswith("  rule, ")]
    assert passages
    assert all("«" in line and "»" in line for line in passages)
    assert len(passages) <= len(evidence)


@pytest.mark.parametrize("command", ["show", "why", "original"])
def test_a_key_may_be_shortened(command: str, seeds: Run, key: Callable[[str], str]) -> None:
    one = key("Untitled.txt")
    whole = seeds(command, one)
    for typed in (one[:5], one.upper(), f" {one} "):
        assert seeds(command, typed).stdout_bytes == whole.stdout_bytes
    assert whole.exit_code == 0


@pytest.mark.parametrize("command", ["show", "why", "original"])
@pytest.mark.parametrize("typed", ["zzzz", "", " ", "%", "_", "\udcff", "\U0010ffff", "a\x00"])
def test_a_key_that_names_nothing(command: str, typed: str, seeds: Run) -> None:
    answer = seeds(command, "--", typed)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith("archive: there is no article '")
    assert "`archive list` shows keys" in answer.stderr


def test_a_key_that_names_several(seeds: Run, seeds_archive: Path, key: Callable[[str], str]) -> None:
    one, other = key("Untitled.txt"), key("ru/визит.md")
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE articles SET key = ? WHERE key = ?", (one[:-1] + "9", other))
    answer = seeds("show", one[:6])
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == f"archive: '{one[:6]}' could be {one[:-1]}9, {one}; write more of it\n"
    assert seeds("show", one).exit_code == 0


def test_many_that_a_key_could_be_are_not_all_named(run: Run, tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text(f"Piece number {number}.")
    db = tmp_path / "eight.db"
    run("--db", db, "import", *sorted(tmp_path.glob("?.txt")))
    with connected(db) as connection, connection:
        connection.execute("UPDATE articles SET key = 'abc' || id")
    assert "could be abc1, abc2, abc3, abc4, abc5, …; write more of it" in run("--db", db, "show", "abc").stderr


@pytest.mark.parametrize("file", ["kite&anchor FINAL (2).txt", "zh/访问.md", "courier/park.md"])
def test_original_gives_the_bytes(file: str, seeds: Run, key: Callable[[str], str]) -> None:
    content = (ARTICLES / file).read_bytes()
    assert seeds("original", key(file)).stdout_bytes == content
    answer = seeds("original", key(file), "-o", "piece")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert Path("piece").read_bytes() == content


def test_original_leaves_a_file_as_it_is_where_there_is_no_article(seeds: Run) -> None:
    Path("piece").write_text("kept")
    assert seeds("original", "zzzz", "-o", "piece").exit_code == 1
    assert Path("piece").read_text() == "kept"


@pytest.mark.sqlite("a file that an answer could be written over")
def test_original_does_not_write_over_the_archive(seeds: Run, seeds_archive: Path, key: Callable[[str], str]) -> None:
    before = state(seeds_archive)
    answer = seeds("original", key("Untitled.txt"), "-o", seeds_archive)
    assert answer.exit_code == 2
    assert "is the archive itself" in answer.stderr
    assert state(seeds_archive) == before


def test_original_that_cannot_be_written(seeds: Run, key: Callable[[str], str]) -> None:
    answer = seeds("original", key("Untitled.txt"), "-o", "no/such/folder/piece")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "No such file or directory" in answer.stderr


# what people paste: query syntax, other scripts, controls, lone surrogates
TYPED = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(), max_size=8),
    st.text(st.sampled_from("aTé北 \"'*()^:+-&{}[]%_\\\x00\x1b\n0123NOTAR"), max_size=12),
)


@settings(max_examples=60)
@given(words=st.lists(TYPED, min_size=1, max_size=3))
@example(words=["AT&T"])
@example(words=["O'Brien"])
@example(words=["C++", "NOT"])
@example(words=['"x', "a:b", "NEAR(a", "{a"])
@example(words=["the"] * 3000)
@example(words=["date:-3w.."])
@example(words=["topic:medtop:1"])
@example(words=["url:https://lantern.example/a?b=(c)"])
@example(words=["10:30"])
def test_whatever_is_asked_is_answered(words: list[str], seeds: Run) -> None:
    found = seeds("search", "-f", "jsonl", "--limit", "0", "--", *words)
    number = seeds("count", "--", *words)
    assert found.exit_code == number.exit_code
    if found.exit_code:
        # a mistake is shown with its place
        assert found.exit_code == 2
        assert "^" in found.stderr
        assert found.stderr == number.stderr
        return
    assert int(number.stdout) == len(found.stdout.splitlines())


@settings(max_examples=60)
@given(words=st.lists(TYPED, min_size=1, max_size=3))
def test_whatever_is_typed_can_be_taken_as_words(words: list[str], seeds: Run) -> None:
    found = seeds("search", "--words", "-f", "jsonl", "--limit", "0", "--", *words)
    number = seeds("count", "--words", "--", *words)
    assert (found.exit_code, number.exit_code) == (0, 0)
    if " ".join(words).strip():
        assert int(number.stdout) == len(found.stdout.splitlines())


@settings(max_examples=60)
@given(option=st.sampled_from(["--source", "--topic", "--since", "--until", "--language"]), text=TYPED)
@example(option="--since", text="0000")
@example(option="--until", text="9999-12-31")
@example(option="--until", text="9999")
@example(option="--since", text="0001-01-01T00:00:00+23:59")
def test_whatever_a_filter_says_is_answered(option: str, text: str, seeds: Run) -> None:
    for command in ("list", "count"):
        assert seeds(command, f"{option}={text}").exit_code in (0, 1, 2)


@settings(max_examples=40)
@given(TYPED)
def test_whatever_is_given_as_a_key_is_answered(seeds: Run, text: str) -> None:
    for command in ("show", "why", "original"):
        assert seeds(command, "--", text).exit_code in (0, 1)


def test_a_text_of_its_own_words_is_found_whole(run: Run, tmp_path: Path) -> None:
    """All of an article pasted as words finds it, in a moment."""
    words: list[Any] = [f"word{number}" for number in range(2000)]
    (tmp_path / "long.txt").write_text(" ".join(words) + ".")
    run("--db", tmp_path / "a.db", "import", tmp_path / "long.txt")
    assert len(keys(run("--db", tmp_path / "a.db", "search", *words, "-f", "json"))) == 1


@pytest.mark.parametrize(("unit", "number"), [("articles", 16), ("texts", 15), ("sources", 5)])
def test_units_are_counted(unit: str, number: int, seeds: Run) -> None:
    answer = seeds("count", "--unit", unit)
    assert answer.stdout == f"{number}\n"
    assert answer.stderr == ("left out: 3 without a source\n" if unit == "sources" else "")
    assert json.loads(seeds("count", "--unit", unit, "-f", "json").stdout) == [{unit: number}]
    assert seeds("count", "--unit", unit, "xylophone").stdout == "0\n"
    assert seeds("count", "--unit", "words").exit_code == 2


def test_units_are_counted_with_words_and_filters(seeds: Run) -> None:
    words = ("park", "--topic", "economy")
    assert seeds("count", *words).stdout == "3\n"
    assert seeds("count", *words, "--unit", "texts").stdout == "2\n"
    answer = seeds("count", *words, "--unit", "sources")
    assert (answer.stdout, answer.stderr) == ("2\n", "left out: 1 without a source\n")
    answer = seeds("count", "--unit", "sources", "--since", "2023-02-28", "--until", "2023-02-28")
    assert answer.stdout == "2\n"
    assert answer.stderr == "left out: 6 without a date, 1 with a date too coarse to tell\n"


def test_an_article_as_it_was_says_so(seeds: Run, key: Callable[[str], str]) -> None:
    named = key("wire/lw-0457.md")
    now, then = seeds("show", named), seeds("show", named, "--revision", "1")
    assert now.stderr == ""
    assert "33 percent" in now.stdout
    assert "23 percent" in then.stdout
    assert now.stdout.endswith("words, 2 revisions\n")
    assert "words, revision 1 of 2, seen " in then.stdout
    assert then.stderr == (
        "the text is that of revision 1, not the current one, 2; topics and evidence: only what was given "
        "or decided, and what rests on this text\n"
    )
    for form in ("json", "jsonl", "csv"):
        assert "23 percent" in seeds("show", named, "--revision", "1", "-f", form).stdout
    assert seeds("show", named, "--revision", "2").stdout == now.stdout
