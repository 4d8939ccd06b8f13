"""News objects (ninjs) and schema.org's articles, as records."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.records.arrays import JsonArrays
from archive.readers.records.record import RecordReader

SUPERDESK = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "wire" / "superdesk"


def read(record: dict[str, Any], before: bytes = b"") -> Document:
    (document,) = RecordReader().read("a.json#item=1", before + json.dumps(record).encode())
    return document


def values(document: Document) -> dict[str, str]:
    return {value.field: value.text for value in document.values}


def topics(document: Document) -> list[tuple[str, str | None]]:
    return [(topic.text, topic.label) for topic in document.topics]


def refused(record: dict[str, Any]) -> str:
    with pytest.raises(UnreadableError) as caught:
        read(record)
    assert caught.value.cure
    return caught.value.reason


NINJS = {
    "guid": "tag:mill.example:2023:17",
    "version": "3",
    "type": "text",
    "headline": "Ferry &amp; mill",
    "byline": "By A. Okoro",
    "located": "Upper Mill",
    "slugline": "FERRY-MILL",
    "firstcreated": "2023-02-28T06:30:00+0000",
    "versioncreated": "2023-02-28T08:00:00+0000",
    "pubstatus": "withheld",
    "embargoed": "2023-03-01T00:00:00+0000",
    "language": "en",
    "source": "Mill Wire",
    "copyrightnotice": "Mill Wire 2023",
    "service": [{"code": "f", "name": "Trade"}],
    "genre": [{"code": "Feature", "name": "Feature"}],
    "subject": [
        {"code": "04005004", "name": "oil"},
        {"code": "20000574", "name": "shipping"},
        {"code": "medtop:20000170", "name": "elections"},
        {"scheme": "http://cv.iptc.org/newscodes/mediatopic/", "code": "20000209", "name": "trade union"},
        {"uri": "http://cv.iptc.org/newscodes/subjectcode/01000000", "name": "arts"},
        {"scheme": "mills", "code": "m1", "name": "Water mill"},
        {"scheme": "http://mill.example/terms", "code": "7", "name": "Ferries"},
        {"name": "NLP Category: Boats"},
        "no object",
    ],
    "keywords": ["Harbour", "https://mill.example/", "Ferries"],
    "body_html": "<p>It left.</p><h2>Later</h2><p>It <a href='/b'>sank</a>.</p>",
    "associations": {"picture": {"body_html": "<p>No.</p>"}},
}


def test_a_news_object_gives_its_values() -> None:
    document = read(NINJS)
    assert values(document) == {
        "headline": "Ferry & mill",
        "id": "tag:mill.example:2023:17",
        "authors": "By A. Okoro",
        "dateline": "Upper Mill",
        "slugline": "FERRY-MILL",
        "published": "2023-02-28T06:30:00+0000",
        "modified": "2023-02-28T08:00:00+0000",
        "status": "withheld",
        "embargo": "2023-03-01T00:00:00+0000",
        "language": "en",
        "source": "Mill Wire",
        "rights": "Mill Wire 2023",
        "section": "Trade",
        "kind": "Feature",
    }
    assert topics(document) == [
        ("subj:04005004", "oil"),
        ("medtop:20000574", "shipping"),
        ("medtop:20000170", "elections"),
        ("medtop:20000209", "trade union"),
        ("subj:01000000", "arts"),
        ("mills:m1", "Water mill"),
        ("Ferries", None),
        ("Harbour", None),
    ]
    assert document.layout is not None
    assert [(block.kind, block.text) for block in document.layout.blocks] == [
        ("paragraph", "It left."),
        ("heading", "Later"),
        ("paragraph", "It sank."),
    ]
    assert document.notes == ("no topics, left out: 'NLP Category: Boats', 'https://mill.example/'",)


def test_a_news_object_of_later_versions() -> None:
    document = read(
        {
            "uri": "https://mill.example/17",
            "versionCreated": "2023-02-28T08:00:00Z",
            "headlines": [{"role": "main", "value": "Ferry"}],
            "by": "Li Wei",
            "bodies": [
                {"contentType": "text/plain", "value": "Plain."},
                {"contentType": "text/html", "value": "<p>Marked.</p>"},
            ],
            "infoSources": [{"name": "Other", "role": "origin"}, {"name": "Mill Wire", "role": "publisher"}],
            "subjects": [{"name": "shipping", "literal": "medtop:20000574"}],
        }
    )
    assert values(document) == {
        "headline": "Ferry",
        "id": "https://mill.example/17",
        "url": "https://mill.example/17",
        "authors": "Li Wei",
        "source": "Mill Wire",
        "published": "2023-02-28T08:00:00Z",
        "modified": "2023-02-28T08:00:00Z",
    }
    assert topics(document) == [("medtop:20000574", "shipping")]
    assert document.layout is not None
    assert [block.text for block in document.layout.blocks] == ["Marked."]


def test_a_later_version_alone_has_no_time_of_publication() -> None:
    item = {"guid": "17", "version": 2, "versioncreated": "2023-02-28T08:00:00Z", "body_text": "Text."}
    assert "published" not in values(read(item))
    assert values(read(item | {"version": 1}))["published"] == "2023-02-28T08:00:00Z"
    assert values(read(item | {"firstpublished": "2023-02-27"}))["published"] == "2023-02-27"


def test_a_news_object_without_a_text_has_its_description_or_says_so() -> None:
    item = {"guid": "17", "versioncreated": "2023-02-28T08:00:00Z", "headline": "Ferry"}
    assert read(item).notes == ("it has no text",)
    described = read(item | {"description_text": "It left."})
    assert (described.text, described.notes) == ("It left.", ("its text is its description, maybe only a summary",))


@pytest.mark.parametrize("kind", ["picture", "video", "event"])
def test_a_news_object_of_something_else_is_no_article(kind: str) -> None:
    assert refused(NINJS | {"type": kind}) == f"a news object of type {kind}, which is no article"


def test_an_object_around_it_is_passed_over() -> None:
    for record in ({"data": {"meta": {}, "item": NINJS}}, {"_id": "x", "_score": 1.5, "_source": NINJS}):
        assert values(read(record))["id"] == "tag:mill.example:2023:17"


def test_what_a_person_says_of_keys_goes_before_what_a_format_says() -> None:
    before = b'{"archive:fields": {"headline": ["slugline"], "topics": ["located"], "body": ["source"]}}\n'
    document = read(NINJS, before)
    assert values(document)["headline"] == "FERRY-MILL"
    assert topics(document) == [("Upper Mill", None)]
    assert (document.text, document.layout) == ("Mill Wire", None)
    assert values(document)["language"] == "en"


ARTICLE = {
    "@context": "https://schema.org",
    "@type": ["NewsArticle"],
    "headline": "Ferry &amp; mill",
    "articleBody": "It left.\n\nIt sank.",
    "datePublished": "2023-02-28",
    "dateModified": "2023-03-01",
    "author": [{"@type": "Person", "name": "By A. Okoro"}, {"name": "Li Wei"}, "https://mill.example/staff"],
    "publisher": {"@type": "Organization", "name": "Mill Post"},
    "keywords": "trade, Minsk, NLP Category: Boats",
    "about": [{"@type": "DefinedTerm", "name": "shipping", "termCode": "20000574", "inDefinedTermSet": "medtop"}],
    "articleSection": ["Harbour", "Trade"],
    "inLanguage": "en",
    "mainEntityOfPage": {"@id": "https://mill.example/17"},
    "identifier": [{"propertyID": "key", "value": "abc"}, {"propertyID": "id", "value": 17}],
    "isAccessibleForFree": False,
}


def test_an_article_of_schema_org_gives_its_values() -> None:
    document = read(ARTICLE)
    assert values(document) == {
        "headline": "Ferry & mill",
        "url": "https://mill.example/17",
        "id": "17",
        "published": "2023-02-28",
        "modified": "2023-03-01",
        "authors": "A. Okoro; Li Wei",
        "source": "Mill Post",
        "section": "Harbour",
        "language": "en",
        "kind": "news",
    }
    assert topics(document) == [("medtop:20000574", "shipping"), ("trade", None), ("Minsk", None)]
    assert document.text == "It left.\n\nIt sank."
    assert document.notes == (
        "keyword 'NLP Category: Boats' not taken as topic: a label for machines",
        "it says that its text is not free: it may be a part of it",
    )


def test_an_article_of_schema_org_may_have_html_or_a_description() -> None:
    marked = read(ARTICLE | {"articleBody": "<p>It left.</p><p>It sank.</p>"})
    assert marked.layout is not None
    assert [block.text for block in marked.layout.blocks] == ["It left.", "It sank."]
    described = read({"@type": "NewsArticle", "name": "Ferry", "description": "It left."})
    assert (described.text, values(described)["headline"]) == ("It left.", "Ferry")
    assert described.notes == ("its text is what it has as 'description', maybe only a summary",)


def test_what_schema_org_calls_otherwise_is_no_article() -> None:
    assert refused({"@type": "WebPage", "name": "Ferry"}) == "no article, but what schema.org calls 'WebPage'"


@pytest.mark.shared
@pytest.mark.skipif(not SUPERDESK.is_dir(), reason="no shared data beside the checkout")
def test_items_of_superdesk_give_what_stands_in_them() -> None:
    found = {}
    for path in sorted(SUPERDESK.glob("*.json")):
        with path.open("rb") as file:
            for record in JsonArrays().records(file, 10**7):
                try:
                    (document,) = RecordReader().read(record.place, getattr(record, "content", b""))
                except UnreadableError as error:
                    found[path.name] = error.reason
                    continue
                found[path.name] = values(document).get("headline", "")
                if path.name == "ninjs_embargoed.json":
                    assert values(document)["embargo"] == "2022-06-29T02:30:00+00:00"
                    assert topics(document)[0] == ("subj:06011000", "global warming")
    assert found["ap_media_item.json"] == "a news object of type picture, which is no article"
    assert found["ninjs5.json"] == "Oil prices edge up on first drop in US drilling in months"
    assert len(found) == 8
    assert all(found.values())
