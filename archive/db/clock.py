"""The time, as the archive writes it."""

from datetime import UTC, datetime


def now() -> str:
    """Return the present moment: ISO 8601 in UTC with microseconds and `Z`, so that text order is time order."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
