"""What agencies send, as golden pairs: each file with all that is made of its items."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.documents import Document, Failure, ReadContainer
from archive.errors import ReadError
from archive.readers import read_documents
from archive.readers.files import FoundFile
from archive.readers.unwrap import Limits, unwrap_file
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "wire"
GOLDEN = sorted(path for path in ORIGINALS.iterdir() if not path.name.endswith(".expected.json"))


def units(path: Path) -> Iterator[tuple[str, Document | str]]:
    """Yield the units of a file: where each stands, and the document, or why there is none."""
    taken = unwrap_file(FoundFile(str(path), str(path), str(path.parent), None), Limits())
    if taken is None:
        yield from _read(str(path), str(path), path.read_bytes(), None)
        return
    for unit in taken:
        if isinstance(unit, Failure):
            yield unit.locator, unit.reason
        elif not isinstance(unit, ReadContainer):
            yield from _read(unit.locator, unit.found.path, unit.content, unit.reader)


def _read(locator: str, name: str, content: bytes, reader: str | None) -> Iterator[tuple[str, Document | str]]:
    try:
        for document in read_documents(locator, name, content, reader):
            yield locator, document
    except ReadError as error:
        yield locator, str(error)


def described(path: Path) -> list[dict[str, Any]]:
    return [_described(locator.removeprefix(str(path)), found) for locator, found in units(path)]


def _described(place: str, found: Document | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"place": place, "failed": found}
    assert found.layout is not None
    layout = as_fields(found.layout)
    return {
        "place": place,
        "media_type": found.media_type,
        "values": [[one.field, one.text] for one in found.values],
        "topics": [[one.text, one.label] for one in found.topics],
        "notes": list(found.notes),
        "blocks": [[one["kind"], one["text"], one["level"]] for one in layout["blocks"]],
        "set_aside": [[one["kind"], one["rule"], one["text"], one["after_block"]] for one in layout["set_aside"]],
        "links": [[one["kind"], one["text"], one["url"]] for one in layout["links"]],
    }


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    assert described(path) == json.loads(path.with_suffix(".expected.json").read_text("utf-8"))


def test_there_are_golden_pairs() -> None:
    assert len(GOLDEN) == len(list(ORIGINALS.glob("*.expected.json"))) >= 7
