"""What agencies really sent, beside the checkout: every file has an outcome, every code is a topic."""

import re
from collections import Counter
from pathlib import Path

import pytest

from archive.documents import Document, Failure, ReadContainer
from archive.errors import ReadError
from archive.ingest import ImportOptions, import_paths
from archive.readers import read_documents
from archive.readers.files import FoundFile
from archive.readers.unwrap import FoundRecord, Limits, unwrap_file

SHARED = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "wire"
CODE = re.compile(r"(?<![\w-])(?:medtop|subj):[0-9]{8}\b")
NUMBER = re.compile(r"""tobject\.subject\.refnum=["']([0-9]{8})["']|<Subject\w* FormalName=["']([0-9]{8})["']""")

# What has no article in it, and what is said of it.
NO_ARTICLES = {
    "XML of a kind that no reader takes: <RBNews>": 1,
    "no article: a package with neither a headline nor a text": 5,
    "no article: an item with neither a headline nor a text": 7,
    "no article: data (<events>) with neither a headline nor a text": 1,
    "not an article: a concept (an entry of a vocabulary)": 2,
    "not an article: a knowledge item (a vocabulary)": 1,
    "not an article: a part of a package (<groupSet>)": 1,
    "not an article: a planning item (what will be covered)": 1,
}


def files() -> list[Path]:
    """Return the files that are for readers of the wire: neither JSON nor exports of WordPress."""
    found = sorted(path for path in SHARED.glob("*/*") if path.suffix != ".json" and "wordpress" not in path.name)
    if not found:
        pytest.skip("nothing of the wire beside the checkout (../shared/corpora/wire)")
    return found


def units(path: Path) -> list[tuple[bytes, Document | str]]:
    """Return the units of a file: the bytes of each, and the document or the reason why there is none."""
    taken = unwrap_file(FoundFile(str(path), str(path), str(path.parent), None), Limits())
    if taken is None:
        content = path.read_bytes()
        return [(content, outcome(path, content, None))]
    found: list[tuple[bytes, Document | str]] = []
    for one in taken:
        assert not isinstance(one, Failure), one
        if isinstance(one, FoundRecord):
            found.append((one.content, outcome(path, one.content, one.reader)))
        else:
            assert isinstance(one, ReadContainer)
            assert one.records == len(found)
    return found


def outcome(path: Path, content: bytes, reader: str | None) -> Document | str:
    try:
        (document,) = read_documents(str(path), path.name, content, reader)
    except ReadError as error:
        return str(error)
    return document


def codes(content: bytes) -> set[str]:
    text = content.decode("utf-8", "replace")
    numbers = {f"subj:{one or other}" for one, other in NUMBER.findall(text)}
    return {code for code in CODE.findall(text) if not code.endswith(":")} | numbers


@pytest.mark.shared
def test_every_code_in_a_file_is_a_topic_of_its_article() -> None:
    number = 0
    for path in files():
        for content, found in units(path):
            if not isinstance(found, str):
                given = {topic.text for topic in found.topics}
                assert codes(content) <= given, path.name
                number += len(codes(content))
    assert number > 200


@pytest.mark.shared
def test_all_else_says_why_it_is_no_article() -> None:
    reasons: Counter[str] = Counter()
    for path in files():
        for _, found in units(path):
            if isinstance(found, str):
                reasons[re.sub(r" of [0-9]+ items?", "", found)] += 1
    assert reasons == NO_ARTICLES


@pytest.mark.shared
def test_items_of_dpa_are_read_in_full() -> None:
    found = [one for path in files() if path.parent.name == "dpa" for _, one in units(path)]
    assert len(found) == 25
    for one in found:
        assert isinstance(one, Document)
        assert one.layout is not None
        given = {value.field: value.text for value in one.values}
        assert {"id", "headline", "published", "modified", "source", "language", "section", "slugline"} <= set(given)
        assert given["source"] == "Deutsche Presse-Agentur GmbH"
        assert len(one.layout.blocks) >= 2 or len(one.layout.blocks[0].text) > 60
        assert not any("@dpa.com" in aside.text for aside in one.layout.set_aside)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "afp20.xml",
            {
                "id": "urn:newsml:afp.com:20240710:240710125902.qpsp2jzk",
                "source": "AFP",
                "language": "fr",
                "published": "20240710T125902Z",
                "slugline": "procès-santé-secours",
            },
        ),
        ("ap-nitf.xml", {"source": "The Associated Press", "authors": "By BERNARD CONDON", "dateline": "NEW YORK"}),
        ("pa4.xml", {"source": "Press Association", "slugline": "BakeOff", "published": "20161003T152257+0100"}),
        ("efe_nitf.xml", {"id": "22751909", "source": "Agencia EFE", "language": "en-US"}),
        ("stt1.xml", {"section": "Talous", "modified": "2019-04-15T13:49:15", "dateline": "Helsinki"}),
        ("tag_reuters.com_2016_newsml_L1N14N0FF_version_1542761538", {"status": "stat:canceled", "source": "Reuters"}),
        ("tag_reuters.com_2014_newsml_KBN0FL0ZP_version_2", {"published": "2014-07-16T10:35:57.000Z"}),
        ("picture.xml", {"kind": "picture", "authors": "MARKO DJURICA"}),
        (
            "ansa-newsmlg2-text.xml",
            {"source": "ANSA", "headline": "Catalan independence declaration unacceptable - Alfano"},
        ),
        ("ap_anpa-1.tst", {"source": "AP", "published": "2016-02-20T03:37Z", "authors": "By CHARLES ODUM"}),
        ("IPTC7901.txt", {"source": "dpa", "published": "2013-11-13T11:37Z", "slugline": "Germany-politics"}),
    ],
)
def test_values_are_those_that_agencies_mean(name: str, expected: dict[str, str]) -> None:
    (path,) = [path for path in files() if path.name == name]
    ((_, document),) = units(path)
    assert isinstance(document, Document)
    given = {value.field: value.text for value in reversed(document.values)}
    assert {field: given.get(field) for field in expected} == expected


@pytest.mark.shared
def test_a_second_import_changes_nothing(database: Path) -> None:
    names = [str(path) for path in files()]
    first = import_paths(database, names, ImportOptions(jobs=0))
    second = import_paths(database, names, ImportOptions(jobs=0))
    assert first.outcomes["added"] > 60
    assert first.outcomes["failed"] == second.outcomes["failed"] == sum(NO_ARTICLES.values())
    assert second.outcomes["unchanged"] == first.units - first.outcomes["failed"]
