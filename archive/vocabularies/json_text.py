"""JSON that anyone may have written, read within bounds."""

import json
from typing import Any

from archive.errors import VocabularyError

DEEPEST = 100


def read_json(file: str, content: bytes) -> Any:
    """Return what a JSON text says; raises VocabularyError for what is none, or is nested more than DEEPEST deep."""
    try:
        stated = json.loads(content.decode())
    except RecursionError as error:
        raise _too_deep(file) from error
    except UnicodeDecodeError as error:
        raise VocabularyError(f"{file} is not UTF-8; save it as UTF-8") from error
    except ValueError as error:
        raise VocabularyError(f"{file} is not valid JSON: {error}") from error
    level = [stated]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return stated
    raise _too_deep(file)


def _too_deep(file: str) -> VocabularyError:
    return VocabularyError(f"{file} is nested more than {DEEPEST} deep; write it flat")
