"""What golden files say of a document."""

from typing import Any


def as_fields(value: Any) -> Any:
    """Return a named tuple as a dict of its fields, and those within it; anything else as it is."""
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {name: as_fields(one) for name, one in value._asdict().items()}
        return tuple(map(as_fields, value))
    return value
