"""The benchmark of upgrades: what it times does its work, and its parts add up."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[1] / "benchmarks" / "bench_migrate.py"


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec("numpy") is None:
        pytest.skip("numpy not installed; `make bench-migrate` installs it")
    command = [sys.executable, str(PROGRAM), "--articles", "40", "--rounds", "1", "--jobs", "0", *options]
    command += ["--folder", str(folder / "folder"), "--results", str(folder / "results")]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_upgrades_are_timed_in_parts_that_add_up(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "too few rounds to tell" in done.stdout
    (file,) = (tmp_path / "results").glob("migrate-*.json")
    result = json.loads(file.read_text())
    assert result["rows"]["articles"] >= 40
    seconds = {name: each[0] for name, each in result["seconds"].items()}
    parts = {name: each for name, each in seconds.items() if name.startswith("  ")}
    assert len(parts) == 8 and all(each > 0 for each in parts.values())
    assert sum(parts.values()) == pytest.approx(seconds["upgrade"])
    assert {goal["name"] for goal in result["compared"]} == {
        "backup",
        "articles rebuilt",
        "texts rebuilt",
        "upgrade --no-backup",
        "upgrade",
        "columns added",
    }
    assert sorted(file.name for file in (tmp_path / "folder").iterdir()) == ["archive.json", "first.db", "topics.toml"]

    again = run(tmp_path)
    assert again.returncode == 0 and "texts written" not in again.stdout, "the archive is used again"
    other = run(tmp_path, "--seed", "2")
    assert other.returncode == 1 and "name another folder" in other.stderr
