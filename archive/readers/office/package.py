"""The parts of a document that is a zip archive of XML: taken out within limits, and read without a tree."""

import re
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from archive.readers.base import UnreadableError

MOST_PARTS = 10_000
LARGEST_PART = 100_000_000  # bytes, taken out
DEEPEST = 2_000  # elements within each other

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_ANEW = "open it in a word processor and save it anew"

Attributes = Mapping[str, str]


class Package:
    """The parts of a document. Nothing is written to disk, and nothing is looked up elsewhere."""

    def __init__(self, content: bytes, kind: str) -> None:
        """Open the document; `kind` is what it is called in messages. Raises UnreadableError for what is no zip."""
        self._kind = kind
        try:
            self._zip = ZipFile(BytesIO(content))
            names = self._zip.namelist()
        except (BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise UnreadableError(f"no {kind}: a zip archive that is broken or cut off", _ANEW) from error
        if len(names) > MOST_PARTS:
            raise UnreadableError(f"a {kind} of {len(names):,} parts is over the limit of {MOST_PARTS:,}", _ANEW)
        self._names = {name.lstrip("/").lower(): name for name in reversed(names)}
        self._left = LARGEST_PART

    def has(self, name: str) -> bool:
        """Return whether there is such a part; case does not count."""
        return name.lower() in self._names

    def names(self) -> list[str]:
        """Return the names of all parts, in lower case."""
        return list(self._names)

    def read(self, name: str) -> bytes:
        """Return the bytes of a part, b"" where there is none.

        Raises UnreadableError where it is broken, encrypted, or over the limit that all parts share.
        """
        if not self.has(name):
            return b""
        try:
            info = self._zip.getinfo(self._names[name.lower()])
            if info.flag_bits & _ENCRYPTED:
                raise UnreadableError(f"an encrypted {self._kind}", "save it without a password")
            parts = []
            with self._zip.open(info) as part:
                while data := part.read(_CHUNK):
                    self._left -= len(data)
                    if self._left < 0:
                        raise UnreadableError(
                            f"a {self._kind} whose text takes more than {LARGEST_PART:,} bytes once unpacked", _ANEW
                        )
                    parts.append(data)
        except (BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise UnreadableError(f"no {self._kind}: its part {name} is broken", _ANEW) from error
        return b"".join(parts)

    def parse(
        self,
        name: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None],
        text: Callable[[str], None],
        prefixes: Mapping[str, str],
    ) -> str | None:
        """Read a part of XML, if there is one, and return None, or why the rest of it cannot be read.

        Names come as `w:p`, with the prefixes given for namespaces; of others as their local name after a colon. What
        declares entities or a document type is refused: no document of this kind has any.
        """
        data = self.read(name)
        return parse_xml(data, f"the part {name} of a {self._kind}", start, end, text, prefixes) if data else None


def parse_xml(
    data: bytes,
    what: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    prefixes: Mapping[str, str],
) -> str | None:
    """Read XML with bounds, and return None, or why the rest of it cannot be read; as `Package.parse` says."""
    depth = 0
    names: dict[str, str] = {}

    def short(name: str) -> str:
        known = names.get(name)
        if known is None:
            space, _, local = name.rpartition(" ")
            known = f"{prefixes.get(space, '')}:{local}" if space else local
            if len(names) < 10_000:
                names[name] = known
        return known

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableError(f"{what} has elements nested over {DEEPEST:,} deep", _ANEW)
        start(short(name), {short(key): value for key, value in attributes.items()} if attributes else attributes)

    def on_end(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(short(name))

    def refuse(*_: object) -> int:
        raise UnreadableError(f"{what} declares a document type or entities, which none needs", _ANEW)

    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except ExpatError as error:
        return re.sub(r": line.*", "", str(error)) + f" (line {error.lineno})"
    except ValueError:  # an encoding that is not known
        return "it is in no encoding that is known"
    return None
