"""Bylines: whom they credit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.bylines import split_byline


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("", []),
        ("  ", []),
        ("By", []),
        ("By ", []),
        ("A. Okoro", ["A. Okoro"]),
        ("BY A. OKORO", ["A. OKORO"]),
        ("By A. Okoro and Li Wei in Lagos", ["A. Okoro", "Li Wei"]),
        ("A. Okoro, Li Wei, and B. Kamau", ["A. Okoro", "Li Wei", "B. Kamau"]),
        ("A. Okoro; Li Wei", ["A. Okoro", "Li Wei"]),
        ("A. Okoro & Li Wei", ["A. Okoro", "Li Wei"]),
        ("von Erika Muster und Max Probe", ["Erika Muster", "Max Probe"]),
        ("Автор: Иван Пример и Анна Образец", ["Иван Пример", "Анна Образец"]),
        ("李明、王芳", ["李明", "王芳"]),
        ("李明，王芳", ["李明", "王芳"]),
        ("Reuters", ["Reuters"]),
        ("A. Okoro; A. Okoro", ["A. Okoro"]),
        ("Byron Andersen", ["Byron Andersen"]),
        ("Sandy Andover", ["Sandy Andover"]),
    ],
)
def test_names_are_credited_in_printed_order(byline: str, names: list[str]) -> None:
    assert split_byline(byline) == names


@given(byline=st.text(st.sampled_from("Aa. ,;&、byandin\n")) | st.text(max_size=20))
def test_names_are_clean_and_stand_once(byline: str) -> None:
    names = split_byline(byline)
    assert len(set(names)) == len(names)
    assert all(name == " ".join(name.split()) != "" for name in names)
