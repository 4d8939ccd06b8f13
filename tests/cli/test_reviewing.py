"""`archive topics review` on a real terminal: the program in a process of its own, and keys that are pressed."""

import json
import re
import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from archive.cli.reviewing import together
from archive.forget import forget
from archive.queries.article import around
from tests.engines import connected

Run = Callable[..., Result]
Begin = Callable[..., Any]  # what begins, as `on_terminal` gives it

CHECKOUT = Path(__file__).resolve().parents[2]
LOOKS = re.compile(r"\x1b\[[0-9;]*m")
PROMPT = "quit ? "
NEWEST = "Mayor wants a stall for lace, rope and eel"


@pytest.fixture
def terminal(on_terminal: Begin, seeds_archive: Path) -> Begin:
    """Return what begins to review the archive of seeds/articles, as Ben."""

    def begin(*words: object, **how: Any) -> Any:
        return on_terminal("--db", seeds_archive, "topics", "review", "--who", "Ben", *words, **how)

    return begin


def log(seeds: Run) -> list[tuple[str, str, str]]:
    rows = json.loads(seeds("decisions", "--limit", "0", "-f", "json").stdout)
    return [(row["who"], row["name"], row["value"]) for row in reversed(rows)]


def test_keys_decide_and_quitting_goes_on_there(terminal: Begin, seeds: Run) -> None:
    one = terminal()
    shown = one.until()
    total = int(re.findall(r"1 of (\d+)", shown)[0])
    assert shown.startswith(f"{total} to decide about, as Ben; ? tells the keys\n")
    assert f"\n{NEWEST}\nm4j7ruumrahm · Radio Lintel · 2023-12-12\n" in shown
    assert f"\n1 of {total}  Places › China (local:china)\n  rule “China”, body: She had read, she said" in shown
    assert "\x1b[1;7mChina\x1b[0m" in one.raw
    shown = one.press("y")
    assert shown.startswith("› yes\n")
    assert NEWEST not in shown
    assert f"2 of {total}  Places › Belarus (local:belarus)\n" in shown
    assert log(seeds) == [("Ben", "local:china", "accepted")]
    shown = one.press("n")
    assert shown.startswith("› no\n")
    assert f"3 of {total}  Port Lintel (local:port-lintel)\n  given as 'Port Lintel' in the file" in shown
    assert one.press("S").startswith("› skip\n")
    shown = one.ends("q")
    assert shown == f"› quit\n1 yes, 1 no, 1 skipped, {total - 3} left; the same command goes on there\n"
    assert one.process.returncode == 0
    assert log(seeds)[1:] == [("Ben", "local:belarus", "rejected")]
    again = terminal()
    assert f"1 of {total - 2}  Port Lintel (local:port-lintel)" in again.until()
    again.ends("q")


def test_the_last_answer_is_undone_and_asked_again(terminal: Begin, seeds: Run) -> None:
    one = terminal()
    one.until()
    assert "nothing was answered yet; `archive decisions undo N` takes back" in one.press("u")
    one.press("y")
    shown = one.press("u")
    assert shown.startswith("› undo\n")
    assert "1 of " in shown and "local:china" in shown
    assert [row[1] for row in log(seeds)] == ["local:china", "1"]
    one.press("n")
    assert "1 no, 0 skipped" in one.ends("q")


def test_help_and_other_keys_decide_nothing(terminal: Begin, seeds: Run) -> None:
    one = terminal()
    one.until()
    shown = one.press("?")
    assert "  y  yes: the topic is one of the article\n" in shown
    assert "1 of" not in shown
    assert one.press("x").startswith("›\n'x' is none of the keys; ? tells them\n")
    assert "'yy' is none of the keys" in one.press("yy")
    assert "'\\x1b[a' is none of the keys" in one.press("\x1b[A")  # an arrow
    assert "\x1b[a" not in one.raw
    assert one.ends("\x04").startswith("› quit\n0 yes, 0 no, 0 skipped, ")
    assert one.process.returncode == 0
    assert log(seeds) == []


def test_the_whole_article_is_shown_with_its_passages(terminal: Begin) -> None:
    one = terminal("--topic", "china", "key:m4j7ruumrahm OR key:t762qgxi4ict", NO_COLOR="1")
    one.until()
    one.press("s")
    shown = one.press("o")
    assert shown.startswith("› open\n\nUniversities to teach together, near and far\n\nStudents from Minsk")
    assert "\n\nMuseums, libraries and film studios stand" in shown
    assert shown.count("«") > 1  # there and in what is asked again
    assert "\n2 of " in shown
    assert "\x1b" not in one.raw
    one.ends("q")


@pytest.mark.parametrize("width", [20, 41])
def test_a_narrow_terminal_that_changes_is_no_trouble(terminal: Begin, width: int) -> None:
    one = terminal(width=width)
    lines = one.until().split("\n")[1:]
    assert max(map(len, lines)) <= max(40, width)
    one.resize(90)
    assert max(map(len, one.press("o").split("\n"))) > 60
    one.resize(width)
    assert max(map(len, one.press("s").split("\n"))) <= max(40, width)
    one.ends("q")


def test_ctrl_c_ends_it_and_loses_nothing(terminal: Begin, seeds: Run) -> None:
    one = terminal()
    one.until()
    one.press("y")
    shown = one.ends("\x03")
    assert shown.startswith("\n1 yes, 0 no, 0 skipped, ")
    assert one.process.returncode == 130
    assert len(log(seeds)) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_kill_loses_nothing(terminal: Begin, seeds: Run, how: signal.Signals) -> None:
    one = terminal()
    one.until()
    one.press("y")
    one.press("n")
    one.process.send_signal(how)
    one.ends()
    assert [row[1:] for row in log(seeds)] == [("local:china", "accepted"), ("local:belarus", "rejected")]
    assert seeds("verify", "--deep").exit_code == 0


def test_a_terminal_that_goes_away_ends_it(terminal: Begin, seeds: Run) -> None:
    one = terminal()
    one.until()
    one.press("y")
    one.hang_up()
    one.process.wait(timeout=60)
    assert len(log(seeds)) == 1


def test_an_article_forgotten_meanwhile_is_passed_over(terminal: Begin, seeds: Run, seeds_archive: Path) -> None:
    one = terminal()
    one.until()
    forget(seeds_archive, ["m4j7ruumrahm"], "asked for", "Ed")
    shown = one.press("y")
    assert "\nm4j7ruumrahm is not in the archive any more; it is passed over\n" in shown
    assert "Universities to teach together" in shown
    assert [row[1] for row in log(seeds)] == ["article"]
    one.ends("q")


def test_at_the_end_there_is_no_more_to_ask(terminal: Begin) -> None:
    one = terminal("--topic", "port-lintel", "key:m4j7ruumrahm")
    one.until()
    assert one.ends("y") == "› yes\n1 yes, 0 no, 0 skipped, 0 left\n"
    one = terminal("--topic", "port-lintel", "key:m4j7ruumrahm")
    assert one.ends() == "nothing is proposed that Ben did not decide about\n"
    assert one.process.returncode == 0


def test_control_characters_are_shown_and_not_obeyed(terminal: Begin, seeds_archive: Path) -> None:
    red, blinking = "\x9b31m", "\x1b[5m"
    with connected(seeds_archive) as connection:
        connection.execute("UPDATE topics SET name = name || CAST(? AS TEXT), retired = TRUE", (red,))
        connection.execute(
            "UPDATE article_revisions SET body = body || CAST(? AS TEXT), headline = ?", (blinking, "A\x9b")
        )
        connection.execute("UPDATE tag_evidence SET rule = ?, given_text = ?", (blinking, blinking))
        connection.commit()
    one = terminal(NO_COLOR="1")
    shown = one.until() + one.press("o") + one.press("s") + one.press("s")
    assert "China\\x9b31m (local:china, retired)" in shown
    assert "\nA\\x9b\n" in shown
    assert "rule “\\x1b[5m”" in shown
    assert "\\x1b[5m\n" in shown
    assert "given as '\\x1b[5m'" in shown
    assert not {"\x9b", "\x1b"} & {*one.raw, *shown}
    one.ends("q")


def test_without_a_terminal_it_says_what_else_there_is(seeds: Run) -> None:
    answer = seeds("topics", "review", stdin="y")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "there is no terminal to ask in; `archive tag KEY -- +TOPIC -TOPIC` decides without" in answer.stderr
    assert seeds("decisions").stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--topic", "nosuch"], 1, "there is no topic 'nosuch'"),
        (["--scheme", "medtop"], 1, "there is no scheme 'medtop'; there are local"),
        (["colour:red OR )"], 2, "archive: "),
        (["--who", " "], 2, "nobody is named who decides"),
    ],
)
def test_a_call_that_is_off_is_told(terminal: Begin, words: list[str], code: int, told: str) -> None:
    one = terminal(*words)
    assert told in one.ends()
    assert one.process.returncode == code


def test_docs_show_what_is_shown(terminal: Begin) -> None:
    text = (CHECKOUT / "docs" / "coders.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    command, _, expected = block.partition("\n")
    words = shlex.split(command)
    assert words[:4] == ["$", "archive", "topics", "review"]
    one = terminal(*words[4:], NO_COLOR="1")
    shown = one.until()
    for word in re.findall(r"› (yes|no|skip|undo|open)$", block, re.MULTILINE):
        shown += one.press(word[0])
    assert shown + one.ends("q") == expected


def evidence(text: str, start: int, end: int, most: int, **more: Any) -> dict[str, Any]:
    before, after = around(text, start, end, most)
    same = {"method": "model", "rule": None, "score": 0.5, "field": "body", "revision_id": 1}
    return {**same, "start": start, "end": end, "passage": text[start:end], "before": before, "after": after, **more}


@given(
    text=st.text(alphabet="ab \n", min_size=1, max_size=60),
    spans=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 4)), min_size=1, max_size=6),
    most=st.integers(0, 20),
)
def test_passages_in_one_context_are_shown_in_it_together(text: str, spans: list[tuple[int, int]], most: int) -> None:
    """Each passage is shown once, and where it is said to be."""
    places = [(start, start + length) for start, length in spans if start + length <= len(text)]
    shown = []
    for one, hits in together([evidence(text, start, end, most) for start, end in places]):
        context = one["before"] + one["passage"] + one["after"]
        shift = one["start"] - len(one["before"])
        shown += [(start + shift, end + shift) for start, end in hits]
        assert [context[start:end] for start, end in hits] == [text[start + shift : end + shift] for start, end in hits]
    assert sorted(shown) == sorted(places)


def test_passages_by_other_rules_are_shown_apart() -> None:
    text = "one two three"
    first, second = evidence(text, 0, 3, 60), evidence(text, 4, 7, 60)
    assert len(together([first, second])) == 1
    assert len(together([first, {**second, "rule": "two"}])) == 2
    stated = {**first, "start": None, "end": None, "before": None, "after": None, "passage": "Trade"}
    assert [one["passage"] for one, _ in together([stated, stated, first])] == ["Trade", "Trade", "one"]
