"""Values that never change: what their fields are, and what makes two of them equal."""

import pickle
from typing import Any

import pytest

from archive.frozen import Frozen


class Place(Frozen, apart=("seen",)):
    name: str
    country: str | None = None
    seen: tuple[int, int] = (0, 0)

    @property
    def known_as(self) -> str:
        return self.name if self.country is None else f"{self.name}, {self.country}"


class Town(Frozen):
    name: str
    country: str | None = None
    seen: tuple[int, int] = (0, 0)


def test_fields_are_given_by_place_or_name_and_some_have_defaults() -> None:
    place = Place("Minsk", seen=(1, 2))
    assert (place.name, place.country, place.seen, place.known_as) == ("Minsk", None, (1, 2), "Minsk")
    assert vars(Place(country="BY", name="Minsk")) == {"name": "Minsk", "country": "BY", "seen": (0, 0)}
    assert repr(place) == "Place(name='Minsk', country=None, seen=(1, 2))"


@pytest.mark.parametrize(("values", "named"), [((), {}), (("Minsk", "BY", (0, 0), 1), {}), (("Minsk",), {"size": 1})])
def test_what_is_missing_or_too_much_is_refused(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Place takes name, country, seen"):
        Place(*values, **named)


def test_those_with_equal_fields_are_equal_but_for_what_stands_apart() -> None:
    assert Place("Minsk", seen=(1, 2)) == Place("Minsk")
    assert len({Place("Minsk", seen=(1, 2)), Place("Minsk"), Place("Minsk", "BY")}) == 2
    assert Town("Minsk", seen=(1, 2)) != Town("Minsk")
    assert Place("Minsk") != Town("Minsk")
    assert Place("Minsk") != ("Minsk", None, (0, 0))


def test_nothing_changes_one() -> None:
    place: Any = Place("Minsk")
    with pytest.raises(AttributeError, match="Place does not change"):
        place.name = "Brest"
    with pytest.raises(AttributeError, match="Place does not change"):
        del place.name
    assert vars(place.altered(country="BY")) == {"name": "Minsk", "country": "BY", "seen": (0, 0)}
    assert place.country is None


def test_one_goes_to_another_process_and_is_taken_apart_by_match() -> None:
    assert vars(pickle.loads(pickle.dumps(Place("Minsk", "BY", (1, 2))))) == vars(Place("Minsk", "BY", (1, 2)))
    match Place("Minsk", "BY"):
        case Place(name, "BY"):
            assert name == "Minsk"
        case _:
            pytest.fail("it does not match")
