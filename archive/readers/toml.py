"""TOML that anyone may have written, read within bounds."""

from archive.readers.base import UnreadableError

LARGEST = 1_000_000
DEEPEST = 20
_DOTS = 4_000_000


def read_toml(text: str) -> dict[str, object]:
    """Return what a TOML text says, nested at most 20 deep.

    Raises UnreadableError, with the line where the parser knows it, for what is no TOML or would cost too much.

    >>> read_toml('title = "A visit"')
    {'title': 'A visit'}
    """
    import tomllib

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LARGEST:
        raise UnreadableError(f"it is longer than {LARGEST:,} characters", "shorten it")
    # tomllib copies every prefix of a dotted key: 30,000 dots on a line take 15 s and 3 GB.
    if sum(line.count(".") ** 2 for line in text.split("\n")) > _DOTS:
        raise UnreadableError("it has too many dots on a line", "write keys without dots")
    try:
        mapping: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = text.rstrip("\n").count("\n") + 1
        message = str(error).replace("at end of document", f"at line {last}")
        raise UnreadableError(f"it is not TOML: {message}", 'write text in quotes: title = "A visit"') from error
    except ValueError as error:
        raise UnreadableError("a number in it is too long", "put it into quotes") from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deep(mapping):
        raise _too_deep()
    return mapping


def _too_deep() -> UnreadableError:
    return UnreadableError(f"it is nested more than {DEEPEST} deep", "write it flat")


def _is_deep(mapping: dict[str, object]) -> bool:
    level: list[object] = [mapping]
    for _ in range(DEEPEST):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in inner for item in items]
    return any(isinstance(item, dict | list) for item in level)
