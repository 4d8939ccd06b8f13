"""Texts divided into parts of which each is tested once: repeats stay together, every kind is everywhere."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]


def divide(kinds: Sequence[Hashable], groups: Sequence[Hashable], number: int, seed: int) -> Numbers:
    """Return for each text in which of so many parts it is, drawn by the seed.

    Texts of one group (exact repeats) are in one part: a model that saw one of them would know the others by heart.
    The groups of each kind, which is that of their first text, are dealt out one by one.

    >>> divide(["a", "a", "b", "b"], [1, 1, 2, 3], 2, seed=0).tolist()
    [0, 0, 0, 1]
    """
    firsts: dict[Hashable, int] = {}
    for place, group in enumerate(groups):
        firsts.setdefault(group, place)
    order = np.random.default_rng(seed).permutation(len(firsts))
    all_groups = list(firsts)
    by_kind: dict[Hashable, list[Hashable]] = {kinds[place]: [] for place in firsts.values()}
    for place in order:
        group = all_groups[place]
        by_kind[kinds[firsts[group]]].append(group)
    dealt = [group for of_kind in by_kind.values() for group in of_kind]
    parts = {group: place % number for place, group in enumerate(dealt)}
    return np.array([parts[group] for group in groups], dtype=np.intp)


def rarest(labels: NDArray[np.int8]) -> list[int]:
    """Return the kind of each text: the column of the rarest topic it has; -1 for one without any."""
    frequency = (labels == 1).sum(axis=0)
    kinds = []
    for row in labels:
        has = np.flatnonzero(row == 1)
        kinds.append(int(min(has, key=lambda column: (frequency[column], column))) if len(has) else -1)
    return kinds
