"""What an input says of whether an item may be published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.dates import parse_published
from archive.normalize.status import HIDDEN, STATUSES, embargo_ends, publication_status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("usable", "usable"),
        ("stat:usable", "usable"),
        (" Published ", "usable"),
        ("Withheld", "withheld"),
        ("Embargoed", "withheld"),
        ("stat:canceled", "canceled"),
        ("CANCELLED", "canceled"),
        ("killed", "canceled"),
        ("deleted", "canceled"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/withheld", "withheld"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled/", "canceled"),
    ],
)
def test_words_of_wire_services(text: str, status: str) -> None:
    assert publication_status(text) == status


@pytest.mark.parametrize("text", ["draft", "", "stat:", "not canceled", "usable, mostly", "200"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a status is one of usable, withheld, canceled"):
        publication_status(text)


@given(st.text())
def test_nothing_but_the_three_words_or_a_refusal(text: str) -> None:
    try:
        assert publication_status(text) in STATUSES
    except ValueError as error:
        assert "a status is one of" in str(error)


def test_what_is_hidden_is_a_status() -> None:
    assert set(HIDDEN) < set(STATUSES)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2023-02-28T06:30:00+08:00", "2023-02-27T22:30:00.000000Z"),
        ("2023-02-28T06:30Z", "2023-02-28T06:30:00.000000Z"),
        ("2023-02-28T06:30", "2023-02-28T18:30:00.000000Z"),
        ("2023-02-28", "2023-03-01T12:00:00.000000Z"),
        ("2023-02", "2023-03-01T12:00:00.000000Z"),
        ("2023", "2024-01-01T12:00:00.000000Z"),
        ("2200-12-31", "2201-01-01T12:00:00.000000Z"),
    ],
)
def test_an_embargo_is_over_when_it_is_over_everywhere(text: str, ends: str) -> None:
    assert embargo_ends(parse_published(text)) == ends
