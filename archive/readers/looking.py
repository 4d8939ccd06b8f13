"""Whether a file holds many documents, told by its name and its first bytes; nothing is taken apart here."""

from collections.abc import Sequence

from archive.readers.base import HEAD, Container, UnreadableError
from archive.readers.bundles.packed import PACKINGS, find_packing
from archive.readers.containers import BUNDLES, CONTAINERS, containers
from archive.readers.field_map import FieldMap
from archive.readers.file_bytes import read_head
from archive.readers.files import FoundFile

# To be raised whenever a container, a bundle or a packing takes a file that it did not take before, or leaves one that
# it took: files that were one document are then looked into once more. A new one, or a new ending, tells of itself.
LOOKING_VERSION = 1

# A file with such a name is one document: to look into each of them would cost a tenth of an import.
_DOCUMENTS = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml", ".eml", ".toml")

# Which containers such a name can be of all the same: by what it ends in, with all that has to stand there.
_OF_DOCUMENTS = {
    last: [(ending, one) for one in CONTAINERS for ending in one.endings if ending.endswith(last)]
    for last in _DOCUMENTS
}


def ways_of_looking(fields: FieldMap) -> str:
    """Return what decides, beside its name and its bytes, whether a file is taken apart: today's containers."""
    ways = (
        *((container.name, container.endings) for container in CONTAINERS),
        *(bundle.name for bundle in BUNDLES),
        *PACKINGS,
        *_DOCUMENTS,
    )
    return repr((LOOKING_VERSION, ways, fields))


def look_into(found: FoundFile, fields: FieldMap, content: bytes | None = None) -> tuple[bool, bytes | None]:
    """Return whether a file may have to be taken apart, by its name and first bytes; and all of these, if they are few.

    `content` has its bytes where they were read already. What cannot be read has not to be taken apart: its reader
    says why.
    """
    name = found.known_as
    asked = asked_of(name)
    if asked is not None and not asked:
        return False, None
    try:
        head = read_head(found.path, HEAD) if content is None else content[:HEAD]
    except UnreadableError:
        return False, None
    whole = head if 0 < len(head) < HEAD else None
    if not head:
        return False, None
    for container in containers(fields) if asked is None else asked:
        if container.identify(head, name) is not None:
            return True, whole
    if asked is not None or is_read_whole(head, name):
        return False, whole
    return find_packing(head) is not None or any(bundle.identify(head, name) is not None for bundle in BUNDLES), whole


def asked_of(path: str) -> Sequence[Container] | None:
    """Return the containers that a file with the name of a document can be; None for any other name: all of them."""
    known = _OF_DOCUMENTS.get(path[path.rfind(".") :].lower())
    if known is None:
        return None
    name = path.lower()
    return [container for ending, container in known if name.endswith(ending)]


def is_read_whole(head: bytes, name: str) -> bool:
    """Tell whether a reader of documents takes what may look like a bundle, as that of DOCX does."""
    from archive.readers import BINARY_READERS

    return any(reader.identify(head, name) is not None for reader in BINARY_READERS)
