"""What people's tags teach: a linear model of texts, its scores, and the words that carry them.

`features` makes terms of a text, `fitting` fits a `Model` to texts that people tagged, `evaluation` tells how good it
is on texts it was not fitted to, `stored` keeps it as bytes. Nothing here knows a database. Needs the extra `learn`.
"""

from archive.errors import ArchiveError


def require_extra() -> None:
    """Raise ArchiveError where the extra `learn` is not installed."""
    try:
        import numpy  # noqa: F401
        import sklearn  # noqa: F401
    except ImportError as error:
        raise ArchiveError(
            f"learning needs an extra that is not installed ({error.name}): pip install 'archive[learn]'"
        ) from error
