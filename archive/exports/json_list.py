"""JSON written piece by piece."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def to_line(value: Any) -> str:
    """Return a value as JSON on one line, other scripts as they are."""
    return json.dumps(value, ensure_ascii=False)


def known(**values: Any) -> dict[str, Any]:
    """Return those of some values that are known: no None, no empty text, no empty list."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def listed(values: Iterable[Any], opening: str = "[", closing: str = "]") -> Iterator[str]:
    """Yield a JSON list as its elements come, each on a line.

    >>> "".join(listed([1, 2]))
    '[\\n1,\\n2\\n]\\n'
    """
    before = opening + "\n"
    for value in values:
        yield before + to_line(value)
        before = ",\n"
    yield f"{opening}{closing}\n" if before != ",\n" else f"\n{closing}\n"
