"""How far coders agree: percent agreement, and Krippendorff's alpha, which takes off what chance would give.

A unit is what several coders judge, here a topic on an article; its values are what those said who said anything. All
other units, and all units that only one coder judged, say nothing of agreement. Who said what does not matter, so
coders and units can come in any order.

K. Krippendorff, Computing Krippendorff's Alpha-Reliability (University of Pennsylvania, 2011), sections A to C: nominal
data, any number of coders, values missing. A. F. Hayes, K. Krippendorff, Answering the Call for a Standard Reliability
Measure for Coding Data, Communication Methods and Measures 1 (2007), 77-89, says why it and no other measure.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from fractions import Fraction
from typing import NamedTuple


class Agreement(NamedTuple):
    """How far coders agree: over how many units that two or more judged, the percentage, and alpha.

    `percent` is None where there is no such unit; `alpha` also where all values are the same: where nothing varies, it
    cannot be told whether coders would have noticed. 1 is perfect agreement, 0 as much as by chance, less is worse.
    """

    units: int
    percent: float | None
    alpha: float | None


def agreement(units: Iterable[Collection[Hashable]]) -> Agreement:
    """Return how far the values of each of these units agree.

    Percent agreement is over pairs of values of one unit, in which each value counts once: a pair weighs 1 / (m - 1) in
    a unit of m values. So it is what alpha compares with chance, and with two coders the share of units they agree on.

    >>> agreement(["ab", "bb", "a", ""])
    Agreement(units=2, percent=50.0, alpha=0.0)
    """
    judged = 0
    agreeing = Fraction(0)  # values that agree with the others of their unit; a half is in agreement with half of them
    numbers: Counter[Hashable] = Counter()  # of each value, in units where it can be paired
    for values in units:
        many = len(values)
        if many < 2:
            continue
        judged += 1
        of_unit = Counter(values)
        numbers += of_unit
        agreeing += Fraction(sum(number * (number - 1) for number in of_unit.values()), many - 1)
    total = sum(numbers.values())
    if not total:
        return Agreement(0, None, None)
    observed = 1 - agreeing / total
    by_chance = 1 - Fraction(sum(number * (number - 1) for number in numbers.values()), total * (total - 1))
    alpha = float(1 - observed / by_chance) if by_chance else None
    return Agreement(judged, float(100 * (1 - observed)), alpha)
