"""Doing a transaction once more that a server did not let through: its connection broke, or others were in the way."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

PATIENCE_SECONDS = 60.0  # for a server that is away
MOST_CONFLICTS = 10

_SHORTEST, _LONGEST = 0.1, 5.0  # seconds between two attempts
# https://www.postgresql.org/docs/current/errcodes-appendix.html: the server is shut down, or starts; others were first
_AWAY = ("08", "57P01", "57P02", "57P03", "57P05", "25P03")
_CONFLICTS = ("40001", "40P01")


def until_through(work: Callable[[bool], T], told: Callable[[str], None]) -> T:
    """Do work that is a transaction, and do it again where the server says that this can help; `told` hears why.

    The work is given whether it was begun before: then nobody knows whether that went through to its end. A server that
    stays away longer than `PATIENCE_SECONDS`, or others that are in the way too often, raise what was said last.
    """
    since = time.monotonic()
    wait = _SHORTEST
    conflicts = 0
    is_again = False
    while True:
        try:
            return work(is_again)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None) or ""
            is_away = error.connection_invalidated or state.startswith(_AWAY) or _could_not_connect(error)
            conflicts += state in _CONFLICTS
            late = time.monotonic() + wait - since > PATIENCE_SECONDS
            if late or conflicts > MOST_CONFLICTS or not (is_away or state in _CONFLICTS):
                raise
            told(f"{' '.join(str(error.orig).split())}; trying again")
        is_again = True
        time.sleep(wait * random.uniform(0.5, 1))  # noqa: S311
        wait = min(_LONGEST, wait * 2)


def _could_not_connect(error: DBAPIError) -> bool:
    said = str(error.orig)
    return getattr(error.orig, "sqlstate", None) is None and ("connection failed" in said or "connection is" in said)
