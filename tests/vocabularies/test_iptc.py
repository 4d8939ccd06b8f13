"""IPTC's NewsCodes as JSON."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archive.errors import VocabularyError
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, read_vocabulary

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "vocabulary"

BOATS = "http://cv.iptc.org/newscodes/mediatopic/"
FILE: dict[str, Any] = {
    "@context": "https://words.example/context.jsonld",
    "uri": BOATS,
    "prefSchemeAlias": "medtop",
    "licenceLink": "https://licences.example/by",
    "prefLabel": {"en-GB": "Words", "en": "Topics of media"},
    "conceptSet": [
        {
            "uri": f"{BOATS}09000000",
            "qcode": "medtop:09000000",
            "prefLabel": {"en-GB": "boats", "de": "Boote"},
            "narrower": ["medtop:29000001", f"{BOATS}29000002"],
            "exactMatch": ["http://cv.iptc.org/newscodes/subjectcode/09000000", "https://www.wikidata.org/entity/Q1"],
        },
        {
            "uri": f"{BOATS}29000001",
            "qcode": "medtop:29000001",
            "prefLabel": {"en-GB": "ferries"},
            "altLabel": {"en-GB": ["ferry boats", " "], "de": "Fähren"},
            "definition": {"en-GB": "Boats that cross.", "de": " "},
            "broader": [f"{BOATS}09000000"],
            "broadMatch": ["subj:09000000"],
            "retired": "2021-09-30T12:00:00+00:00",
        },
        {"uri": "https://words.example/rafts", "qcode": "medtop:29000002", "prefLabel": {"en-GB": "rafts"}},
    ],
}


def read(tmp_path: Path, stated: Any) -> Vocabulary:
    file = tmp_path / "words.json"
    file.write_text(json.dumps(stated), "utf-8")
    return read_vocabulary(file)


def test_concepts_are_read_and_retired_ones_marked(tmp_path: Path) -> None:
    assert read(tmp_path, FILE) == Vocabulary(
        [
            Concept(
                "medtop",
                "09000000",
                labels={"de": "Boote", "en-GB": "boats"},
                mappings=(Match("exact", "subj", "09000000"), Match("exact", "wikidata", "Q1")),
            ),
            Concept(
                "medtop",
                "29000001",
                labels={"en-GB": "ferries"},
                aliases={"de": ("Fähren",), "en-GB": ("ferry boats",)},
                definitions={"en-GB": "Boats that cross."},
                parent="09000000",
                retired=True,
                retired_on="2021-09-30T12:00:00+00:00",
                mappings=(Match("broad", "subj", "09000000"),),
            ),
            Concept(
                "medtop",
                "29000002",
                labels={"en-GB": "rafts"},
                parent="09000000",
                uri="https://words.example/rafts",
            ),
        ],
        (Scheme("medtop", "Topics of media", BOATS, "https://licences.example/by"),),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"uri": None}, ": the uri of the scheme is no address such as"),
        ({"uri": 7}, ": uri of the scheme is no text"),
        ({"prefLabel": "Words"}, ": prefLabel of the scheme is not by language"),
        ({"conceptSet": ["boats"]}, ": concept 1 of conceptSet is no object"),
        ({"conceptSet": [{"prefLabel": {"en": "boats"}}]}, ": concept 1 of conceptSet has neither qcode nor uri"),
        ({"conceptSet": [{"qcode": "medtop:1"}]}, ": medtop:1 has no prefLabel"),
        ({"conceptSet": [{"qcode": "subj:1"}]}, ": subj:1 is of another scheme than the file's, medtop"),
        (
            {"conceptSet": [{"qcode": "medtop:1", "prefLabel": {"en": "a"}, "retired": "soon"}]},
            ": 'soon', when medtop:1 was retired, is no date",
        ),
        (
            {"conceptSet": [{"qcode": "medtop:1", "prefLabel": {"en": "a\ud800"}}]},
            ": a name of medtop:1 has a control character in it (U+D800); take it out",
        ),
    ],
)
def test_what_is_refused_is_told(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, FILE | change)
    assert str(caught.value).removeprefix(f"{tmp_path}/words.json").startswith(message)


@pytest.mark.shared
def test_media_topics() -> None:
    if not SHARED.exists():
        pytest.skip(f"there is no {SHARED}")
    (file,) = SHARED.glob("*.json")
    found = read_vocabulary(file)
    assert found.schemes[0].scheme == "medtop"
    assert len(found.concepts) == 1350
    assert (
        sum(one.retired for one in found.concepts) == sum(one.retired_on is not None for one in found.concepts) == 190
    )
    assert sum(one.parent is None for one in found.concepts) == 17
    assert {len(one.code) for one in found.concepts} == {8}
    mapped = Counter((match.relation, match.scheme) for one in found.concepts for match in one.mappings)
    assert mapped == {
        ("exact", "subj"): 881,
        ("exact", "wikidata"): 1265,
        ("broad", "subj"): 205,
        ("broad", "wikidata"): 1,
        ("close", "subj"): 45,
    }
