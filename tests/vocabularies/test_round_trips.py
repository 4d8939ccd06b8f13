"""What is written in any format is read back as it was, whatever stands in it."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from archive.vocabularies import FORMATS, Concept, Match, Scheme, Vocabulary, read_vocabulary
from archive.vocabularies.addresses import address, parted
from tests.vocabularies.made_up import NAMES, SCHEMES, URIS, vocabularies, written

ENDS = {"toml": "toml", "csv": "csv", "turtle": "ttl", "jsonld": "jsonld", "rdfxml": "rdf"}


def told(vocabulary: Vocabulary) -> list[Concept]:
    """Return the concepts, in one order, each with the label that is shown."""
    return sorted((replace(one, name=one.shown()) for one in vocabulary.concepts), key=lambda one: one.label)


@pytest.mark.parametrize("form", FORMATS)
@given(vocabulary=vocabularies())
@settings(max_examples=40, deadline=None)
def test_nothing_changes(form: str, vocabulary: Vocabulary) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"words.{ENDS[form]}"
        file.write_text(written(form, vocabulary), "utf-8", newline="")
        back = read_vocabulary(file)
    assert told(back) == told(vocabulary)
    assert {one.scheme: one for one in back.schemes if one != Scheme(one.scheme)} == {
        one.scheme: one for one in vocabulary.schemes if one != Scheme(one.scheme)
    }
    assert back.notes == ()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("end", [";", "?", "#", "/", "..", "/../a", "%3B", ":"])
def test_addresses_with_odd_ends_stay(form: str, end: str, tmp_path: Path) -> None:
    concept = Concept(
        *("own", f"a{end}", "A", {"": "A"}),
        mappings=(Match("exact", "subj", end), Match("exact", "uri", f"https://words.example/a{end}")),
        uri=f"http://words.example/{end}",
    )
    other = Concept("own", end, "B", {"": "B"}, parent=f"a{end}")
    file = tmp_path / f"words.{ENDS[form]}"
    file.write_text(written(form, Vocabulary([concept, other], (Scheme("own", uri="http://own.example/b/"),))), "utf-8")
    assert told(read_vocabulary(file)) == told(Vocabulary([concept, other]))


@given(scheme=SCHEMES, code=NAMES, uri=URIS)
def test_an_address_leads_back_to_scheme_and_code(scheme: str, code: str, uri: str | None) -> None:
    assert parted(address(scheme, code, uri), [Scheme(scheme, uri=uri)]) == (scheme, code)
