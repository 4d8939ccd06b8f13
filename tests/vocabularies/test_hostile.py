"""Whatever a file holds, it is read or refused in words."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import VocabularyError
from archive.vocabularies import FORMATS, Concept, Match, Scheme, read_vocabulary, write_vocabulary

CONCEPTS = [
    Concept(
        "boats",
        "b",
        "Boat",
        {"": "Boat", "de": "Boot"},
        {"de": ("Kahn",)},
        {"en": "It floats."},
        None,
        ("boat",),
        ("boat NOT plane",),
        True,
        "2020",
        (Match("exact", "subj", "1"),),
    ),
    Concept("boats", "f", "Ferry", {"": "Ferry"}, parent="b", uri="https://words.example/ferry"),
]
SCHEMES = [Scheme("boats", "Boats", "https://words.example/b/", "CC0")]
NEWSCODES = {
    "uri": "https://words.example/b/",
    "prefLabel": {"en": "Boats"},
    "conceptSet": [
        {"uri": "https://words.example/b/1", "qcode": "b:1", "prefLabel": {"en": "boat"}, "broader": ["b:1"]},
        {"uri": "https://words.example/b/2", "prefLabel": {"en": "ferry"}, "exactMatch": ["x:y"], "retired": "2020"},
    ],
}
FILES = {form: "".join(write_vocabulary(form, SCHEMES, CONCEPTS, languages=["", "de", "en"])) for form in FORMATS} | {
    "newscodes": json.dumps(NEWSCODES)
}


@pytest.mark.parametrize("form", FILES)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_read_or_refused(form: str, data: st.DataObject) -> None:
    content = FILES[form].encode()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 40)))
        other = data.draw(
            st.sampled_from([b"", b"\0", b"\xff", b'"', b"<", b"[", b"null", b"7", b"{}"]) | st.binary(max_size=6)
        )
        content = content[:start] + other + content[end:]
    try:
        found = read_vocabulary(Path("-"), io.BytesIO(content))
    except VocabularyError as error:
        assert str(error).startswith("standard input")
    else:
        assert all(one.shown() and one.code and one.scheme for one in found.concepts)


def paths(value: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, one in items for path in paths(one, (*at, key)))]


@pytest.mark.parametrize("other", [None, 7, "x", "", [], {}, [None], {"a": None}, True, [["x"]], "\ud800"])
@pytest.mark.parametrize("path", paths(NEWSCODES)[1:])
def test_newscodes_with_another_value_are_read_or_refused(path: tuple[object, ...], other: object) -> None:
    stated = json.loads(json.dumps(NEWSCODES))
    place = stated
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = other
    try:
        read_vocabulary(Path("-"), io.BytesIO(json.dumps(stated).encode()))
    except VocabularyError as error:
        assert str(error).startswith("standard input")
