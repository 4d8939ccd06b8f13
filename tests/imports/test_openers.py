"""Files of many documents are taken apart in a process that can be killed."""

import multiprocessing
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.documents import Failure, ReadContainer
from archive.ingest import ImportOptions, import_paths
from archive.openers import Opener
from archive.readers.field_map import FieldMap
from archive.readers.files import FoundFile, find_files
from archive.readers.unwrap import FoundRecord, Limits

FEED = "<rss><channel><title>Post</title>{}</channel></rss>"
ITEM = "<item><title>Boat {}</title><description>It came into the harbour at noon.</description></item>"


class Deadly(str):
    """A path that ends the process which it is handed to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


class Spinning(str):
    """A path that somebody would look at for ever, as a regular expression of Python does: without letting go."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _SpinningThere, (str(self),)


class _SpinningThere(str):
    def rfind(self, *_: Any) -> int:
        re.match(r"(a*)*b", "a" * 40)
        return -1


class Greedy(str):
    """A path that takes more memory than there is to look at."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _GreedyThere, (str(self),)


class _GreedyThere(str):
    def rfind(self, *_: Any) -> int:
        return len(bytes(10**10))


class Wrong(str):
    """A path that a defect of the program stumbles over."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _WrongThere, (str(self),)


class _WrongThere(str):
    def rfind(self, *_: Any) -> int:
        raise LookupError("no such boat")


@pytest.fixture
def feed(tmp_path: Path) -> FoundFile:
    (tmp_path / "feed.xml").write_text(FEED.format("".join(ITEM.format(number) for number in range(250))))
    (found,) = find_files([str(tmp_path / "feed.xml")])
    assert isinstance(found, FoundFile)
    return found


def opener(**how: Any) -> Opener:
    return Opener(
        Limits(), how.pop("seconds", 10), how.pop("memory", 2_000_000_000), FieldMap(), here=how.pop("here", False)
    )


def named(found: FoundFile, kind: type[str]) -> FoundFile:
    return FoundFile(kind(found.path), "/odd", found.root, None)


@pytest.mark.parametrize("here", [True, False])
def test_units_come_in_order_then_the_container(feed: FoundFile, here: bool) -> None:
    with opener(here=here) as one:
        for _ in range(2):
            units = list(one.take_apart(feed) or ())
            assert [unit.locator for unit in units] == [
                *(f"{feed.locator}#entry={number}" for number in range(1, 251)),
                feed.locator,
            ]
            assert isinstance(units[0], FoundRecord) and b"Boat 0" in units[0].content
            assert isinstance(units[-1], ReadContainer)


def test_what_is_one_document_needs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "Pipe", None)
    for name, content in (("a.txt", "Boats."), ("b.eml", "Subject: Boats\n\nHi"), ("c.pdf", "%PDF"), ("d.xml", "")):
        (tmp_path / name).write_text(content)
    (tmp_path / "a.jsonl").write_text('{"text": "Boats."}\n')
    with opener() as one:
        for found in find_files([str(tmp_path)]):
            assert isinstance(found, FoundFile)
            units = list(one.take_apart(found) or ())
            if found.path.endswith(".jsonl"):
                assert len(units) == 2
            else:  # what was read already to tell what it is
                assert [unit for unit in units if unit != FoundRecord(found, Path(found.path).read_bytes(), None)] == []


@pytest.mark.parametrize(
    ("kind", "reason", "cure"),
    [
        (Deadly, "the process that took it apart was ended by the system, maybe for want of memory", "split it"),
        (Spinning, "taking it apart takes more than 1 second for one unit", "`--max-seconds`"),
        (Greedy, "there is not enough memory to take it apart", "`--max-memory`"),
        (Wrong, "a defect of this program (LookupError: 'no such boat')", "report it"),
    ],
)
def test_a_file_that_does_harm_fails_alone(feed: FoundFile, kind: type[str], reason: str, cure: str) -> None:
    with opener(seconds=1) as one:
        assert len(list(one.take_apart(feed) or ())) == 251
        (failure,) = list(one.take_apart(named(feed, kind)) or ())
        assert isinstance(failure, Failure)
        assert (failure.locator, failure.reason) == ("/odd", reason)
        assert cure in (failure.cure or "")
        assert len(list(one.take_apart(feed) or ())) == 251


def test_what_came_before_the_process_ended_stays(feed: FoundFile) -> None:
    with opener() as one:
        units = one.take_apart(feed)
        assert units is not None
        first = next(units)
        assert one._process is not None
        one._process.kill()
        rest = list(units)
    assert first.locator == f"{feed.locator}#entry=1"
    assert [unit.locator for unit in rest[:-1]] == [f"{feed.locator}#entry={number}" for number in range(2, 101)]
    assert isinstance(rest[-1], Failure) and rest[-1].locator == feed.locator


def test_a_file_that_is_given_up_does_not_mix_with_the_next(feed: FoundFile) -> None:
    with opener() as one:
        units = one.take_apart(feed)
        assert units is not None
        next(units)
        assert len(list(one.take_apart(feed) or ())) == 251


@pytest.mark.parametrize("broken", ["no process", "no program"])
def test_where_no_process_can_be_had_files_are_taken_apart_here(
    feed: FoundFile, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "no program":
        monkeypatch.setattr("multiprocessing.spawn._python_exe", os.fsencode("/bin/false"))
    else:

        def refuse(*_: Any) -> None:
            raise BlockingIOError(11, "Resource temporarily unavailable")

        monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with opener() as one:
        for _ in range(2):
            assert len(list(one.take_apart(feed) or ())) == 251


def test_leaving_ends_the_process(
    feed: FoundFile, workers_of: Callable[[int], list[int]], is_running: Callable[[int], bool]
) -> None:
    with opener() as one:
        next(one.take_apart(feed) or iter(()))
        processes = workers_of(os.getpid())
        assert processes
    assert not any(map(is_running, processes))


def test_an_import_comes_to_the_same(database: Path, feed: FoundFile) -> None:
    assert import_paths(database, [feed.path]).outcomes == {"added": 250}
    assert import_paths(database, [feed.path], ImportOptions(jobs=0)).outcomes == {"unchanged": 250}
