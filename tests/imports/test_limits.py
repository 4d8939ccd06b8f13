"""Units that take too long or too much memory: each is a failure with its reason, and costs no other unit."""

import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive import prepare, processes
from archive.documents import Article, Failure, Given
from archive.ingest import ImportOptions, Listener, import_paths
from archive.normalize.article import tell_language
from archive.prepare import Preparer, Settings, Task
from archive.processes import EndedError, Process
from archive.readers.files import FoundFile
from archive.workers import Workers

Rows = Callable[..., list[tuple[Any, ...]]]

PAGE = "<!DOCTYPE html><title>Boat {0}</title><p>The boat with the number {0} came into the harbour at noon.</p>"
TOO_LONG = Failure(
    "/slow", "reading it takes more than 1 second", "raise the limit with `--max-seconds`, or leave it out"
)


class Spinning(bytes):
    """Bytes that somebody would work on for ever, as a regular expression of Python does: without letting go."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _SpinningThere, (b"",)


class _SpinningThere(bytes):
    def removeprefix(self, *_: Any) -> bytes:
        re.match(r"(a*)*b", "a" * 40)
        return self

    startswith = removeprefix  # type: ignore[assignment]


def page(number: int) -> Task:
    return Task(FoundFile(f"/{number}", f"/{number}", "/", None), PAGE.format(number).encode())


def slow() -> Task:
    return Task(FoundFile("/slow", "/slow", "/", None), Spinning(), "mailbox_message")


def locators(results: list[Any]) -> list[str]:
    return [result.locator for result in results]


@pytest.fixture
def settings() -> Settings:
    return Settings(Given(), max_seconds=1)


def test_over_the_time_a_unit_fails_and_the_others_lose_nothing(settings: Settings) -> None:
    chunks = [[page(0), page(1), slow(), page(2)], [slow(), slow()], [page(3)], [page(4), slow()]]
    with Workers(settings, 2) as two:
        prepared = list(two.prepare(iter(chunks)))
    assert [locators(results) for results in prepared] == [[task.found.locator for task in chunk] for chunk in chunks]
    for result in (result for results in prepared for result in results):
        assert result == TOO_LONG if result.locator == "/slow" else isinstance(result, Article)


def test_so_it_is_where_there_is_only_one_chunk(settings: Settings) -> None:
    tasks = [page(number) for number in range(40)]
    tasks[7:7] = [slow()]
    tasks[9:9] = [Task(FoundFile("/a.txt", "/a.txt", "/", None), b"A text of five words.")]
    with Workers(settings, 1) as one:
        (results,) = one.prepare(iter([tasks]))
    assert locators(results) == [task.found.locator for task in tasks]
    assert [result for result in results if isinstance(result, Failure)] == [TOO_LONG]


def test_a_process_says_how_far_it_came(settings: Settings) -> None:
    process = Process(settings)
    assert process.is_ready()
    assert len(processes.results_of(process.prepare(pickled([page(0), page(1)])))) == 2
    with pytest.raises(EndedError) as raised:
        process.prepare(pickled([page(0), slow(), page(1)]))
    assert (raised.value.begun, raised.value.time_is_up) == (2, True)
    with pytest.raises(EndedError) as raised:
        process.prepare(pickled([page(0)]))
    assert raised.value.begun == 0


def pickled(tasks: list[Task]) -> bytes:
    import pickle

    return pickle.dumps(tasks)


def test_what_is_harmless_and_short_is_prepared_here_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    preparer = Preparer(Settings(Given()))
    monkeypatch.setattr(prepare, "HARMLESS_SIZE", 60)

    def prepared(name: str, content: bytes, reader: str | None = None) -> Any:
        return preparer.prepare_harmless([Task(FoundFile(name, name, "/", None), content, reader)])[0]

    for name, content, reader in (
        ("/a.txt", b"A text of five words.", None),
        ("/a.md", b"# A text\n\nof five words.", None),
        ("/a.jsonl#line=1", b'{"text": "A text of five words."}', "record"),
    ):
        assert isinstance(prepared(name, content, reader)[0], Article), name
    assert isinstance(prepared("/a.txt", b"")[0], Failure)  # nobody reads it
    for name, content, reader in (
        ("/a.txt", b"A text of five words. " * 3, None),
        ("/a.html", b"<html><p>A text of five words.", None),
        ("/a.eml", b"Subject: A text\n\nof five words.", None),
        ("/a.xml#entry=1", b"<rss><item><title>A text", "feed"),
    ):
        assert prepared(name, content, reader) is None, name


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not count the memory of a process")
def test_over_the_memory_a_unit_fails_and_the_process_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"harbour " * 20_000_000)
    large = Task(FoundFile(str(tmp_path / "a.txt"), "/large", "/", None))
    process = Process(Settings(Given(), max_memory=200_000_000))
    assert process.is_ready()
    (before,), (failed,), (after,) = processes.results_of(process.prepare(pickled([page(0), large, page(1)])))
    process.end()
    assert isinstance(before, Article) and isinstance(after, Article)
    assert isinstance(failed, Failure)
    assert failed.reason == "there is not enough memory to read it"
    assert "--max-memory" in (failed.cure or "")


def test_limits_that_a_system_does_not_know_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    processes.limit_memory(1)


class Hearing(Listener):
    def __init__(self) -> None:
        self.failures: list[Failure] = []

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


def test_only_plain_text_needs_no_process(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Process] = []
    begin = Process.__init__

    def noted(self: Process, settings: Settings) -> None:
        started.append(self)
        begin(self, settings)

    monkeypatch.setattr(Process, "__init__", noted)
    (tmp_path / "a.txt").write_text("A text of five words.")
    (tmp_path / "b.md").write_text("Another text of five words.")
    assert import_paths(database, [str(tmp_path)]).outcomes == {"added": 2}
    assert not started
    (tmp_path / "c.html").write_text(PAGE.format(1))
    assert import_paths(database, [str(tmp_path)]).outcomes == {"added": 1, "unchanged": 2}
    assert len(started) == 1
    assert import_paths(database, [str(tmp_path)]).outcomes == {"unchanged": 3}
    assert len(started) == 1
    (tmp_path / "c.html").write_text(PAGE.format(2))
    assert import_paths(database, [str(tmp_path)], ImportOptions(jobs=0)).outcomes["unchanged"] == 2
    assert len(started) == 1


def test_where_no_language_can_be_told_that_costs_one_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(article: Article) -> Article:
        if article.locator == "/2.txt":
            raise MemoryError
        return tell_language(article)

    text = "The ferry at the mill left many people behind on Monday, since its landing stage had broken in the storm."
    tasks = [Task(FoundFile(f"/{n}.txt", f"/{n}.txt", "/", None), f"{n} {text}".encode()) for n in range(4)]
    preparer = Preparer(Settings(Given()))
    told = preparer.prepare(tasks)
    assert [unit.language for (unit,) in told if isinstance(unit, Article)] == ["en"] * 4
    monkeypatch.setattr(prepare, "tell_language", stumble)
    assert preparer.prepare(tasks[:2] + tasks[3:]) == told[:2] + told[3:]
    ((failure,),) = preparer.prepare(tasks[2:3])
    assert isinstance(failure, Failure) and failure.reason == "there is not enough memory to read it"
