"""A model as bytes, and back: JSON, compressed with zstd. docs/learning.md describes it field by field."""

import hashlib
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import zstandard

from archive.errors import ArchiveError
from archive.learning.features import Terms
from archive.learning.model import Model, TopicModel

FORMAT, VERSION = "archive linear model", 1
LARGEST = 64 * 1024 * 1024  # bytes of a model as stored
LARGEST_UNPACKED = 512 * 1024 * 1024

_NUMBERS = ("intercept", "slope", "offset", "threshold")
_COUNTS = ("accepted", "rejected")
_CURE = "`archive topics learn` makes another"


def dump_model(model: Model) -> bytes:
    """Return a model as bytes; raises ArchiveError for one that is larger than would be read again."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "about": dict(model.about),
        "terms": list(model.terms.terms),
        "idf": _written(model.terms.idf.tolist()),
        "topics": [
            {
                "topic": one.topic,
                **{name: getattr(one, name) for name in (*_NUMBERS, *_COUNTS)},
                "weights": _written(one.weights.tolist()),
            }
            for one in model.topics
        ],
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    content = zstandard.ZstdCompressor(level=9).compress(text)
    if len(text) > LARGEST_UNPACKED or len(content) > LARGEST:
        raise ArchiveError(
            f"the model of {len(model.topics):,} topics is larger than {LARGEST:,} bytes; learn of fewer topics"
        )
    return content


def load_model(content: bytes, sha256: str) -> Model:
    """Return the model that bytes hold; raises ArchiveError for what is damaged, too large, or of a later version."""
    if len(content) > LARGEST:
        raise ArchiveError(f"the model has {len(content):,} bytes, more than {LARGEST:,}; {_CURE}")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ArchiveError(f"the model is damaged: it has another SHA-256 than is on record; {_CURE}")
    try:
        with zstandard.ZstdDecompressor().stream_reader(content) as stream:
            text = stream.read(LARGEST_UNPACKED + 1)
        if len(text) > LARGEST_UNPACKED:
            raise ArchiveError(f"the model has more than {LARGEST_UNPACKED:,} bytes unpacked; {_CURE}")
        document = json.loads(text)
    except (zstandard.ZstdError, ValueError, RecursionError) as error:
        raise ArchiveError(f"the model is damaged ({error}); {_CURE}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ArchiveError(f"the model is none of this program; {_CURE}")
    if document.get("version") != VERSION:
        raise ArchiveError(f"the model is of version {document.get('version')}, this program reads {VERSION}; {_CURE}")
    try:
        return _made(document)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ArchiveError(f"the model is damaged ({error}); {_CURE}") from error


def _made(document: dict[str, Any]) -> Model:
    terms = document["terms"]
    if not isinstance(terms, list) or not all(isinstance(term, str) for term in terms) or len(set(terms)) < len(terms):
        raise ValueError("its terms are no texts, or not all different")
    topics = tuple(
        TopicModel(
            topic=str(one["topic"]),
            weights=_read(one["weights"], len(terms)),
            **{name: _finite(one[name]) for name in _NUMBERS},  # type: ignore[arg-type]
            **{name: int(one[name]) for name in _COUNTS},
        )
        for one in document["topics"]
    )
    return Model(Terms(terms, _read(document["idf"], len(terms))), topics, dict(document["about"]))


def _written(numbers: Sequence[float]) -> list[float | int]:
    """Return numbers as they are shortest: a model has many zeros."""
    return [number or 0 for number in numbers]


def _read(numbers: Any, number: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    found = np.array(numbers, dtype=np.float64)
    if found.shape != (number,) or not np.isfinite(found).all():
        raise ValueError(f"{number} numbers are needed, one for each term")
    return found


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number
