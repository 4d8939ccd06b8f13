"""How well topics are learned from real texts, in the same folds as the usual baseline."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest
from sklearn.svm import LinearSVC

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("bench_learn")


@pytest.mark.shared
def test_several_topics_are_learned_no_worse_than_by_the_usual_machines(bench: ModuleType, shared: Path) -> None:
    reuters = bench.reuters(shared)
    assert (len(reuters.texts), len(reuters.topics)) == (1000, 20)
    ours = bench.learned(reuters, 0).micro
    for tfidf in bench.TFIDF.values():
        assert ours >= bench.baseline(reuters, 0, tfidf, LinearSVC).micro
    assert ours >= 0.8


@pytest.mark.shared
def test_one_topic_is_told_from_four_others(bench: ModuleType, shared: Path) -> None:
    bbc = bench.bbc(shared)
    assert (len(bbc.texts), len(bbc.topics), len(set(bbc.groups))) == (256, 5, 241)
    assert bench.learned(bbc, 0).accuracy >= 0.97
