"""The JSON of one record, parsed within bounds."""

import json
from collections import Counter
from typing import Any

from archive.readers.base import UnreadableError, shown

DEEPEST = 100
_MOST_DIGITS = 18  # of a number that is kept as one; a million of them would cost minutes


class _LongNumber:
    """A number of more digits than anything about an article has."""


def read_object(text: str) -> tuple[dict[str, Any], list[str]]:
    """Return a JSON object and which of its keys stand there twice; raises UnreadableError for anything else."""
    doubled: list[str] = []

    def paired(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # the outermost object is the last to be finished
        made = dict(pairs)
        doubled.clear()
        if len(made) < len(pairs):
            times = Counter(name for name, _ in pairs)
            doubled.extend(name for name in made if times[name] > 1)
        return made

    try:
        record = json.loads(text, object_pairs_hook=paired, parse_int=_number)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise UnreadableError(f"not JSON: {_where(error)}", "write it as JSON") from error
    if not isinstance(record, dict):
        raise UnreadableError(
            f"JSON, but no object: {shown(text.strip(), 30)}",
            'write one JSON object on each line, such as {"title": …}',
        )
    if _is_deep(record):
        raise _too_deep()
    return record, doubled


def _number(digits: str) -> int | _LongNumber:
    return int(digits) if len(digits) <= _MOST_DIGITS else _LongNumber()


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return str(error)


def _too_deep() -> UnreadableError:
    return UnreadableError(f"nested more than {DEEPEST} deep", "write it flat")


def _is_deep(record: dict[str, Any]) -> bool:
    level: list[Any] = [record]
    for _ in range(DEEPEST):
        if not level:
            return False
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in inner for item in items]
    return any(isinstance(item, dict | list) for item in level)
