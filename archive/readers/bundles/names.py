"""Which members of a bundle are files that somebody put there."""

from archive.readers.base import UnreadableError
from archive.readers.beside import is_of_systems
from archive.readers.files import DEFAULTS_NAME, SIDECAR_SUFFIX


def is_hidden(name: str) -> bool:
    """Tell whether a member is what systems put beside files: hidden files are no units, as in folders.

    >>> is_hidden("news/a.txt"), is_hidden("__MACOSX/news/._a.txt"), is_hidden("../a.txt")
    (False, True, False)
    """
    return any(is_of_systems(part) or (part[:1] == "." and part not in (".", "..")) for part in name.split("/"))


def is_configuration(name: str) -> bool:
    """Tell whether a member says something of others, as `archive.toml` and sidecars do in folders."""
    last = name.rpartition("/")[2]
    return last == DEFAULTS_NAME or last.endswith(SIDECAR_SUFFIX)


def unused_configuration() -> UnreadableError:
    """Return what is said of such a member."""
    return UnreadableError(
        "configuration inside a bundle is not used", "unpack the bundle, or give what it says beside the bundle"
    )
