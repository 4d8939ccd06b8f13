"""A file of a vocabulary: its bytes, within a limit, and which format it is in."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from archive.errors import VocabularyError
from archive.vocabularies.concepts import Vocabulary

LARGEST = 100_000_000
LARGEST_SKOS = 50_000_000  # of which rdflib makes gigabytes

STDIN = "-"

_ENDS = {
    **{".toml": "toml", ".csv": "csv", ".tsv": "csv", ".json": "json", ".jsonld": "json"},
    **{".ttl": "turtle", ".turtle": "turtle", ".n3": "turtle", ".nt": "turtle"},
    **{".rdf": "rdfxml", ".xml": "rdfxml", ".owl": "rdfxml", ".skos": "rdfxml"},
}
_HEAD = 65_536
_CHUNK = 1 << 20

# What a file begins with, comments passed over. Of the first that fits, that is its format, whatever it is called.
_BEGINNINGS = (
    ("rdfxml", re.compile(r"<\?xml\b|<!DOCTYPE\b|<!--|<[\w.-]*:?RDF[\s>]")),
    (
        "turtle",
        re.compile(r"(?:@prefix|@base)\b|(?:PREFIX|BASE)\s+[\w.-]*:?\s*<|<[A-Za-z][\w+.-]*:[^\s<>\"]*>\s", re.I),
    ),
    ("toml", re.compile(r"\[\[?\s*[A-Za-z\"'][\w \"'.-]*\]|[A-Za-z_][\w-]*\s*=")),
    ("json", re.compile(r"[{\[]")),
)
_COMMENTS = re.compile(r"(?:\s*#[^\n]*\n)*\s*")


def read_vocabulary(source: Path, stdin: BinaryIO | None = None) -> Vocabulary:
    """Return what a file, or with `-` standard input, holds, whichever of the formats it is in.

    Raises VocabularyError for a file that cannot be read, is over LARGEST bytes (before it is read), is in no format
    that is known, or says what it cannot mean.
    """
    file = name_of(source)
    content = _from_stdin(file, stdin) if str(source) == STDIN else _from_file(file, source)
    form = told_format(source.name, content)
    if form is None:
        raise VocabularyError(
            f"{file} is no vocabulary that is known: neither TOML with [[topics]], CSV with a column 'name', SKOS "
            "(Turtle, RDF/XML, JSON-LD), nor IPTC's NewsCodes as JSON"
        )
    if form in ("turtle", "rdfxml"):
        return _read_skos(file, content, form)
    if form == "json":
        return _read_json(file, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyError(f"{file} is not UTF-8; save it as UTF-8") from error
    if form == "csv":
        from archive.vocabularies.csv import read_csv

        return read_csv(file, text)
    from archive.vocabularies.toml import read_toml

    return read_toml(file, text)


def name_of(source: Path) -> str:
    """Return what messages call a file."""
    return "standard input" if str(source) == STDIN else str(source)


def told_format(name: str, content: bytes) -> str | None:
    """Return the format of a file: as it begins, else as its name ends; None where neither tells.

    >>> told_format("words.txt", b"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .")
    'turtle'
    """
    head = content[:_HEAD].decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    comments = _COMMENTS.match(head)
    head = head[comments.end() if comments else 0 :]
    for form, beginning in _BEGINNINGS:
        if beginning.match(head):
            return form
    if end := _ENDS.get(Path(name).suffix.lower()):
        return end
    return "csv" if _is_header(head.partition("\n")[0]) else None


def _is_header(line: str) -> bool:
    cells = [cell.strip().strip('"').partition("@")[0] for cell in re.split("[,;\t]", line)]
    return "name" in cells


def _read_skos(file: str, content: bytes, form: str) -> Vocabulary:
    from archive.vocabularies.rdf import read_graph
    from archive.vocabularies.skos import read_skos

    _refuse_large(file, len(content))
    return read_skos(file, read_graph(file, content, form))


def _read_json(file: str, content: bytes) -> Vocabulary:
    from archive.vocabularies.iptc import is_newscodes, read_newscodes
    from archive.vocabularies.json_text import read_json
    from archive.vocabularies.rdf import graph_of_json
    from archive.vocabularies.skos import read_skos

    stated = read_json(file, content)
    if is_newscodes(stated):
        return read_newscodes(file, stated)
    _refuse_large(file, len(content))
    return read_skos(file, graph_of_json(file, stated))


def _refuse_large(file: str, size: int) -> None:
    if size > LARGEST_SKOS:
        raise _too_large(file, size, LARGEST_SKOS)


def _from_file(file: str, path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            size = path.stat().st_size
            if size > LARGEST:
                raise _too_large(file, size)
            return _joined(file, iter(lambda: opened.read(_CHUNK), b""))
    except OSError as error:
        raise VocabularyError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL in its name
        raise VocabularyError(f"{file} cannot be read: {error}") from error


def _from_stdin(file: str, stdin: BinaryIO | None) -> bytes:
    if stdin is None:
        raise VocabularyError(f"{file} is closed; pipe a vocabulary into the command, or name a file")
    try:
        return _joined(file, iter(lambda: stdin.read(_CHUNK), b""))
    except OSError as error:
        raise VocabularyError(f"{file} cannot be read: {error.strerror}") from error


def _joined(file: str, parts: Iterable[bytes]) -> bytes:
    """Return all of what comes in parts; a pipe tells no size before."""
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > LARGEST:
            raise _too_large(file, None)
    return bytes(content)


def _too_large(file: str, size: int | None, limit: int = LARGEST) -> VocabularyError:
    has = f"has {size / 1_000_000:,.0f} MB, more" if size else "has more"
    what = "a vocabulary" if limit == LARGEST else "one in SKOS"
    return VocabularyError(
        f"{file} {has} than may be: {what} may have {limit / 1_000_000:,.0f} MB. Split it, or leave out what you do "
        "not need"
    )
