import time

import pytest

from archive.readers.base import UnreadableError
from archive.readers.toml import LARGEST, read_toml


def test_line_ends_of_all_systems_are_read() -> None:
    assert read_toml('a = "1"\rb = "2"\r\nc = "3"') == {"a": "1", "b": "2", "c": "3"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title = A visit", r"it is not TOML: .*line 1"),
        ('title = "A visit"\ntitle = "B"', r"it is not TOML: .*line 2"),
        ("a = " + "[" * 50_000, "nested more than 20 deep"),
        ("a = " + "{a = " * 50_000, "nested more than 20 deep"),
        (".".join("a" * 30) + " = 1", "nested more than 20 deep"),
        ("a = " + "[" * 21 + "]" * 21, "nested more than 20 deep"),
        (".".join("a" * 30_000) + " = 1", "too many dots"),
        ("[" + ".".join("a" * 30_000) + "]", "too many dots"),
        ("\u2028".join(['"a"'] + ['."a'] * 30_000) + " = 1", "too many dots"),
        ("a = " + "9" * 5_000, "a number in it is too long"),
        ("#" * (LARGEST + 1), "longer than"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_not_read_is_refused_soon_and_with_a_cure(text: str, reason: str) -> None:
    start = time.perf_counter()
    with pytest.raises(UnreadableError, match=reason) as caught:
        read_toml(text)
    assert caught.value.cure
    assert time.perf_counter() - start < 5
