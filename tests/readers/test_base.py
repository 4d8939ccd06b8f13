import errno
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ReadError
from archive.readers.base import UnreadableError, shown, storable, unreadable


def test_unreadable_error_is_a_read_error_with_reason_and_cure() -> None:
    error = UnreadableError("empty file", "remove it")
    assert isinstance(error, ReadError)
    assert (str(error), error.reason, error.cure) == ("empty file", "empty file", "remove it")
    assert error.failure("a.txt", "00").sha256 == "00"


def test_unreadable_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UnreadableError("empty file", "remove it")))
    assert (error.reason, error.cure) == ("empty file", "remove it")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/news/ä 北京.txt", "/news/ä 北京.txt"),
        ("/news/\udce4.txt", "/news/\\xe4.txt"),
        ("/news/a\nb.txt", "/news/a\\x0ab.txt"),
        ("/news/a\x85b.txt", "/news/a\\xc2\\x85b.txt"),
        ("/news/a\ud800.txt", "/news/a\\xed\\xa0\\x80.txt"),
        ("/news/a\\b.txt", "/news/a\\b.txt"),
        ("/news/a\\x0ab.txt", "/news/a\\x5cx0ab.txt"),
    ],
)
def test_storable_paths(path: str, expected: str) -> None:
    assert storable(path) == expected


@settings(max_examples=200)
@given(st.binary(max_size=12), st.binary(max_size=12))
def test_two_file_names_never_become_one_locator(one: bytes, other: bytes) -> None:
    first, second = (storable(name.decode("utf-8", "surrogateescape")) for name in (one, other))
    assert (first == second) == (one == other)
    first.encode()
    assert not any(ord(character) < 32 for character in first)


def test_shown_cuts_and_escapes() -> None:
    assert shown("x" * 100) == "'" + "x" * 59 + "…'"
    assert shown("a\ud800\n") == "'a\\ud800\\n'"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EACCES, "Permission denied"), "no permission"),
        (OSError(errno.ENAMETOOLONG, "File name too long"), "too long"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (ValueError("embedded null byte"), "cannot be a path"),
    ],
)
def test_errors_of_the_system_are_put_in_words(error: OSError | ValueError, words: str) -> None:
    assert words in unreadable(error).reason
