"""What people ask of an import: the values that hold for all of its files, how fields are called, and its limits."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from archive.documents import Value
from archive.errors import UsageError
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.text import require_utf8
from archive.prepare import MAX_BYTES, MAX_CHARACTERS, MAX_MEMORY, MAX_SECONDS
from archive.readers.field_map import FieldMap, read_field_map
from archive.readers.unwrap import Limits


@dataclass(frozen=True)
class ImportOptions:
    """What holds for all files of an import that do not say otherwise themselves, and how much may be read."""

    source: str | None = None
    topics: Sequence[str] = ()
    language: str | None = None
    published: str | None = None
    maps: Sequence[str] = ()
    columns: str | None = None
    max_bytes: int = MAX_BYTES
    max_characters: int = MAX_CHARACTERS
    max_seconds: int = MAX_SECONDS
    max_memory: int = MAX_MEMORY
    max_unpacked: int = Limits.unpacked
    max_members: int = Limits.members
    max_depth: int = Limits.depth
    jobs: int | None = None

    @property
    def limits(self) -> Limits:
        """How much may be read of what is packed."""
        return Limits(self.max_bytes, self.max_unpacked, self.max_members, self.max_depth)

    @property
    def fields(self) -> FieldMap:
        """Which columns and keys give which fields; raises UsageError for what names no field."""
        return read_field_map(self.maps, self.columns)

    def values(self) -> tuple[Value, ...]:
        """Return the options as values; raises UsageError for one that does not parse."""
        for option, text, parse in (
            ("--language", self.language, language_tag),
            ("--published", self.published, parse_published),
        ):
            if text is not None:
                try:
                    parse(text)
                except ValueError as error:
                    raise UsageError(f"{option} {text}: {error}") from error
        for option, text in (("--source", self.source), *(("--topic", topic) for topic in self.topics)):
            if text is not None and not text.strip():
                raise UsageError(f"{option} names nothing; name one, or leave the option out")
            require_utf8(option, text)
        given = (("source", self.source), ("language", self.language), ("published", self.published))
        return tuple(Value(name, text, "option") for name, text in given if text)

    def arguments(self, paths: Sequence[str]) -> str:
        """Return what the import of these paths is on record with, as one would type it; limits are left out."""
        words = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]
        for name, value in (
            ("--source", self.source),
            ("--language", self.language),
            ("--published", self.published),
            ("--columns", self.columns),
        ):
            if value:
                words += [name, value]
        for topic in self.topics:
            words += ["--topic", topic]
        for pair in self.maps:
            words += ["--map", pair]
        return shlex.join(words)
