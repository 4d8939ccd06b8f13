"""`archive timeline`: the plot in the terminal, the files, the numbers."""

import csv
import json
import re
import struct
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import Result
from rich.cells import cell_len

from archive.cli.plots import round_up, ticks
from archive.queries.periods import STEPS, first_day, periods_between

Run = Callable[..., Result]

UNDATED = "left out: 6 without a date, 1 dated less exactly than to the month\n"


@pytest.fixture
def many(database: Path, run: Run) -> Run:
    """Return what runs a command on an archive of 90 articles of six sources and four years, all dated to the day."""
    folder = Path("many")
    folder.mkdir()
    for number in range(90):
        day = date(2019, 5, 1) + timedelta(days=number * number // 6)
        source = ("北方晚报", "Bay & Post", "Dune $Echo$", "_Reed", "The Gull", "Kelp")[number % 6]
        text = f"---\ndate: {day}\nsource: {json.dumps(source)}\ntopics: fish\n---\nPiece {number} of many.\n"
        (folder / f"{number}.md").write_text(text)
    assert run("--db", database, "import", "--quiet", "--jobs", "0", folder).exit_code == 0
    return lambda *words, **how: run("--db", database, "timeline", *words, **how)


def test_a_plot_has_title_bars_axis_and_what_is_left_out(seeds: Run) -> None:
    answer = seeds("timeline")
    assert (answer.exit_code, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0] == "Articles by month: all articles"
    assert lines[-3].split() == ["2023-04", "2023-07", "2023-10"]
    assert lines[-1] == UNDATED.strip()
    assert any("█" in line for line in lines)
    assert "\x1b" not in answer.stdout


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("step", STEPS)
def test_a_plot_fits_the_terminal(width: int, step: str, many: Run) -> None:
    lines = many("--by", step, "--per", "source", "--series", "3", width=width).stdout.splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert sum("█" in line or "▄" in line for line in lines) >= 3
    if step == "day":
        assert any("each bar is the highest of up to" in " ".join(lines) for _ in lines)


def test_each_series_is_a_panel_to_one_scale(many: Run) -> None:
    answer = many("--by", "year", "--per", "source", "--series", "0")
    panels = re.findall(r"^(\S.*?)  (\d+) articles$", answer.stdout, re.MULTILINE)
    assert sorted(panels) == sorted(
        (name, "15") for name in ("北方晚报", "Bay & Post", "Dune $Echo$", "_Reed", "The Gull", "Kelp")
    )
    assert len(re.findall(r"^ *0 ", answer.stdout, re.MULTILINE)) == 6
    assert len(re.findall("2019", answer.stdout)) == 1  # the lowest panel alone has labels


def test_the_largest_series_and_how_many_there_are(many: Run) -> None:
    assert many("--per", "source", "--series", "2").stderr == "the 2 largest of 6 sources; --series 0 shows all\n"
    assert many("--per", "source", "--series", "1", "-f", "csv").stderr == (
        "the largest of 6 sources; --series 0 shows all\n"
    )


def test_one_article_is_one_bar(database: Path, run: Run) -> None:
    run("--db", database, "import", "--published", "2023", "-", stdin="One text.")
    shown = run("--db", database, "timeline", "--by", "year", "--per", "source").stdout
    assert "source not stated  1 article\n" in shown
    assert "0.5" not in shown  # half an article is none


def test_shares_are_of_all_articles_of_the_period(seeds: Run) -> None:
    rows = json.loads(seeds("timeline", "--by", "year", "--source", "radio-lintel", "--share", "-f", "json").stdout)
    assert rows == [{"period": "2023", "starts": "2023-01-01", "articles": 2, "of": 10, "share": 0.2}]
    own = seeds("timeline", "--by", "year", "--topic", "trade", "--share", "--per", "source")
    assert own.stdout.startswith("Share of articles by year: topic trade\n")
    assert "share: of the source's articles in the archive of the same year" in own.stdout
    assert "100 %" in own.stdout


def test_a_table_has_a_column_for_each_series(seeds: Run) -> None:
    answer = seeds("timeline", "--by", "month", "--per", "source", "-f", "table")
    heading, _, *rows = answer.stdout.splitlines()
    assert heading.split("  ")[0] == "period"
    assert "Radio Lintel" in heading
    assert "source not stated" not in heading
    assert [row.split()[0] for row in rows] == [f"2023-{month:02}" for month in range(2, 13)]
    assert answer.stderr == UNDATED


def test_whom_a_span_leaves_out_is_told(seeds: Run) -> None:
    answer = seeds("timeline", "--since", "2023-02", "--by", "week", "-f", "csv")
    assert answer.stderr == (
        "left out: 6 without a date, 1 with a date too coarse to tell, 1 dated less exactly than to the day\n"
    )


@pytest.mark.parametrize("form", ["plot", "table", "json", "csv"])
def test_nothing_to_plot(form: str, seeds: Run) -> None:
    answer = seeds("timeline", "--language", "is", "-f", form)
    assert (answer.exit_code, answer.stdout) == (0, "[]\n" if form == "json" else "")
    assert answer.stderr == "nothing found that is dated to the month\n"
    assert seeds("timeline", "--language", "is", "-o", "x.svg").exit_code == 0
    assert not Path("x.svg").exists()


@pytest.mark.parametrize("words", [[], ["--per", "source"], ["--per", "source", "--by", "day"], ["--per", "topic"]])
def test_an_svg_has_its_words_as_text_and_is_the_same_again(words: list[str], many: Run) -> None:
    answer = many(*words, "--share", "-o", "a.svg")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "")
    many(*words, "--share", "-o", "b.svg")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    texts = {
        "".join(element.itertext()) for element in ElementTree.parse("a.svg").iter("{http://www.w3.org/2000/svg}text")
    }
    assert any(text.startswith("Share of articles by ") for text in texts)
    if words[:2] == ["--per", "source"]:
        assert {"北方晚报", "Bay & Post", "Dune $Echo$", "Reed"} <= texts
    if "topic" in words:
        assert "fish" in texts


def size_of(file: str) -> tuple[int, int]:
    """Return width and height of a PNG whose parts are sound."""
    content = Path(file).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", content[29:33])[0] == zlib.crc32(content[12:29])
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_a_png_grows_with_its_panels(many: Run, seeds: Run) -> None:
    assert many("-o", "one.PNG").stderr == ""
    assert seeds("timeline", "--per", "source", "-o", "few.png").stderr == UNDATED
    told = many("--per", "source", "-o", "six.png").stderr
    assert told in ("", "no font of this machine has all the letters; an .svg leaves them to the reader's fonts\n")
    assert size_of("one.PNG") == size_of("few.png") == (1350, 675)
    assert size_of("six.png")[1] > 1300


def test_a_csv_file_is_what_f_csv_prints(many: Run) -> None:
    many("--per", "source", "-o", "numbers.csv")
    assert Path("numbers.csv").read_bytes() == many("--per", "source", "-f", "csv").stdout_bytes
    with Path("numbers.csv").open(encoding="utf-8", newline="") as file:
        assert {row["source"] for row in csv.DictReader(file)} >= {"北方晚报"}


def test_too_many_panels(many: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.cli.plot_files._MOST_PANELS", 5)
    answer = many("--per", "source", "-o", "x.svg")
    assert (answer.exit_code, answer.stderr) == (
        2,
        "archive: 6 series are too many for a picture; --series 5 shows the largest\n",
    )


@pytest.mark.parametrize(
    ("package", "words", "told"),
    [
        ("plotext", [], "plots in the terminal need plotext: pip install 'archive[plot]'; -f table, -f csv and"),
        ("matplotlib", ["-o", "x.svg"], ".svg files need matplotlib: pip install 'archive[plot]'; -o FILE.csv does"),
    ],
)
def test_without_the_extra(
    package: str, words: list[str], told: str, seeds: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    answer = seeds("timeline", *words)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert told in answer.stderr.replace("\n", " ")
    assert seeds("timeline", "-f", "table").exit_code == 0
    assert seeds("timeline", "-o", "x.csv").exit_code == 0


def test_files_that_cannot_be_written(seeds: Run, seeds_archive: Path) -> None:
    for name in ("nowhere/x.svg", "nowhere/x.csv"):
        answer = seeds("timeline", "-o", name)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert f"archive: {name} cannot be written: No such file or directory" in answer.stderr
    answer = seeds("timeline", "-o", "x.pdf")
    assert answer.exit_code == 2
    assert "x.pdf: the name of the file must end in .svg, .png or .csv." in answer.stderr
    answer = seeds("timeline", "-o", "x.svg", "-f", "json")
    assert answer.exit_code == 2
    assert "leave out -f" in answer.stderr


@pytest.mark.sqlite("a file that an answer could be written over")
def test_the_archive_is_not_written_over(seeds_archive: Path, run: Run) -> None:
    path = seeds_archive.rename(seeds_archive.with_suffix(".csv"))
    before = path.read_bytes()
    answer = run("--db", path, "timeline", "-o", path)
    assert answer.exit_code == 2
    assert "is the archive itself" in answer.stderr
    assert path.read_bytes() == before


def test_control_characters_of_a_name_are_not_obeyed(seeds: Run) -> None:
    Path("x.md").write_text('---\nsource: "Evil \\u009b31m"\ndate: 2023-05-05\n---\nA text.\n')
    seeds("import", "x.md")
    assert "\x9b" not in seeds("timeline", "--per", "source", "--series", "0").stdout
    assert seeds("timeline", "--per", "source", "--series", "0", "-o", "x.svg").exit_code == 0
    assert "\x9b" not in Path("x.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("years", [0, 1, 3, 12, 60, 600])
@pytest.mark.parametrize("room", [30, 60, 110])
def test_labels_of_an_axis_never_touch(step: str, years: int, room: int) -> None:
    first = first_day(date(1500, 3, 17), step)
    periods = list(periods_between(first, first_day(date(1500 + years, 4, 2), step), step))
    found = ticks(periods, step, room)
    assert found
    cells = [place * room / len(periods) for place, _ in found]
    widest = max(len(name) for _, name in found)
    assert all(after - before >= widest + 1 for before, after in pairwise(cells))


@pytest.mark.parametrize("value", [0.0004, 0.3, 1, 9, 10, 101, 12345, 10**15 + 1])
def test_round_numbers_are_not_less_and_at_most_twice(value: float) -> None:
    assert value <= round_up(value) <= 2 * value


def test_several_queries_are_several_series(seeds: Run) -> None:
    rows = json.loads(seeds("timeline", "trade", "kite OR sanctions", "--by", "year", "-f", "json").stdout)
    assert {row["query"] for row in rows} == {"trade", "kite OR sanctions"}
    shown = seeds("timeline", "trade", "kite OR sanctions", "--by", "year").stdout
    assert "trade" in shown
    assert "kite OR sanctions" in shown


def test_what_is_left_out_is_told_of_each_query(seeds: Run) -> None:
    told = (
        "left out of trade: 3 without a date, 1 dated less exactly than to the month",
        "left out of minsk: 1 without a date",
    )
    assert seeds("timeline", "trade", "minsk", "-f", "csv").stderr.splitlines() == list(told)
    plot = seeds("timeline", "trade", "minsk")
    assert plot.stdout.splitlines()[0] == "Articles by month"
    assert plot.stdout.splitlines()[-2:] == list(told)
    assert plot.stderr == ""


def test_a_query_said_twice_is_one(seeds: Run) -> None:
    assert seeds("timeline", "trade", "trade").stdout == seeds("timeline", "trade").stdout
