"""Items and messages of the wire: how they are told, taken apart, and what is broken, hostile or no article."""

import contextlib
import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.readers import identify, read_documents
from archive.readers.base import HEAD, BadRecord, Reader, Record, UnreadableError
from archive.readers.wire.framed import AnpaReader, Iptc7901Reader
from archive.readers.wire.messages import WireMessages
from archive.readers.wire.reader import WireReader
from archive.readers.wire.tree import MOST_TAGS

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "wire"
XML = sorted(ORIGINALS.glob("*.xml"))
FRAMED = [ORIGINALS / "anpa.tst", ORIGINALS / "iptc7901.txt"]
G2 = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
LIMIT = 1_000_000


def records(content: bytes, limit: int = LIMIT) -> list[Record | BadRecord]:
    return list(WireMessages().records(io.BytesIO(content), limit))


def outcomes(content: bytes, limit: int = LIMIT) -> list[str]:
    """Return what becomes of each item of a message: its headline, or why there is none."""
    return [one.error.reason if isinstance(one, BadRecord) else outcome(one.content) for one in records(content, limit)]


def outcome(content: bytes) -> str:
    try:
        return value(read(content), "headline") or "no headline"
    except UnreadableError as error:
        return error.reason


def read(content: bytes | str) -> Document:
    (document,) = WireReader().read("a.xml", content if isinstance(content, bytes) else content.encode())
    return document


def item(meta: str = "", content: str = "<headline>H</headline>", inside: str = "", attributes: str = "") -> str:
    return (
        f"<newsItem {G2} {attributes}><itemMeta>{meta}</itemMeta><contentMeta>{content}</contentMeta>"
        f"<contentSet>{inside}</contentSet></newsItem>"
    )


def html(body: str) -> str:
    return item(inside=f"<inlineXML><html><body>{body}</body></html></inlineXML>")


def value(document: Document, field: str) -> str | None:
    return next((one.text for one in document.values if one.field == field), None)


def values(document: Document, field: str) -> list[str]:
    return [one.text for one in document.values if one.field == field]


def topics(document: Document) -> dict[str, str | None]:
    return {one.text: one.label for one in document.topics}


def blocks(document: Document) -> list[tuple[str, str]]:
    assert document.layout is not None
    return [(block.kind, block.text) for block in document.layout.blocks]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"<newsItem guid='x'>", "its first element is <newsItem>, that of NewsML-G2"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <p> -->\n<n:packageItem>", "its first element is <n:packageItem>"),
        (b"<!DOCTYPE nitf [<!ENTITY a '>'>]>\n<nitf>", "its first element is <nitf>, that of NITF"),
        (b"<NewsML>", "its first element is <NewsML>, that of NewsML 1"),
        ("<?xml version='1.0'?><newsItem >".encode("utf-16"), "its first element is <newsItem>, that of NewsML-G2"),
        (b"<newsItems>", None),
        (b"<html><newsItem>", None),
        (b"text, then <nitf>", None),
        (b"", None),
    ],
    ids=lambda one: repr(one)[:30],
)
def test_an_item_is_known_by_its_first_element(head: bytes, why: str | None) -> None:
    found = WireReader().identify(head[:HEAD], "a")
    assert found == why or (found is not None and why is not None and found.startswith(why))


def test_a_message_is_taken_apart_and_an_item_is_not() -> None:
    assert WireMessages().identify(b"<newsMessage>", "tag_x_version_2")
    assert WireMessages().identify(b"<NewsML>", "a.xml")
    assert WireMessages().identify(b"<newsItem>", "a.xml") is None


@pytest.mark.parametrize("name", ["a.xml", "a"])
def test_xml_that_nobody_takes_is_named(name: str) -> None:
    with pytest.raises(UnreadableError, match="XML of a kind that no reader takes: <q:Parcel>"):
        identify(b"<?xml version='1.0'?><q:Parcel xmlns:q='u'><weight/></q:Parcel>", name)


def test_xml_without_a_declaration_is_told_by_its_name() -> None:
    with pytest.raises(UnreadableError, match="<parcel>"):
        identify(b"\xef\xbb\xbf\n<parcel/>", "a.XML")
    assert identify(b"<sigh> it rains", "a.txt")[0].name == "text"


def test_framed_stories_are_known_by_their_first_bytes() -> None:
    for path, reader in zip(FRAMED, ("anpa", "iptc7901"), strict=True):
        assert identify(path.read_bytes(), path.name)[0].name == reader
    assert AnpaReader().identify(b"K0412 lint", "a.tst") is None
    assert Iptc7901Reader().identify(b"qma0031 4 i 120  lantern", "a.txt") is None


# NewsML-G2


def test_the_first_version_tells_when_an_item_was_published() -> None:
    made = "<versionCreated>2023-03-02T10:00:00Z</versionCreated>"
    first = "<firstCreated>2023-03-01T10:00:00Z</firstCreated>"
    written = "<headline>H</headline><contentCreated>2023-03-01T09:00:00Z</contentCreated>"
    assert values(read(item(made + first, written)), "published") == ["2023-03-01T10:00:00Z", "2023-03-01T09:00:00Z"]
    assert values(read(item(made, written)), "published") == ["2023-03-01T09:00:00Z"]
    assert values(read(item(made)), "published") == ["2023-03-02T10:00:00Z"]
    assert values(read(item(made)), "modified") == ["2023-03-02T10:00:00Z"]
    picture = '<itemClass qcode="ninat:picture"/>'
    assert value(read(item(picture + made, written)), "published") == "2023-03-02T10:00:00Z"


def test_a_provider_that_is_a_domain_goes_by_its_name() -> None:
    named = '<headline>H</headline><infoSource literal="Quill News"/><creditline>Lantern</creditline>'
    assert value(read(item('<provider literal="lantern.example"/>', named)), "source") == "Lantern"
    assert value(read(item('<provider literal="www.kite.example"/>', named)), "source") == "kite.example"
    assert value(read(item('<provider qcode="nprov:KITE"/>', named)), "source") == "KITE"
    assert value(read(item("", named)), "source") == "Quill News"


def test_placeholders_say_nothing() -> None:
    document = read(item("", "<headline>H</headline><by>No-Data-Available, MAR 04</by><dateline>N/A</dateline>"))
    assert (value(document, "authors"), value(document, "dateline")) == (None, None)
    document = read(item("", "<headline>H</headline><by>Lantern TV, MAR 04</by><dateline>MARCH 04, 2013</dateline>"))
    assert (value(document, "authors"), value(document, "dateline")) == ("Lantern TV", None)


def test_initials_are_no_author() -> None:
    creators = "<headline>H</headline><creator><name>dw</name></creator><creator><name>Kite News, Inc.</name></creator>"
    assert value(read(item("", creators)), "authors") is None
    assert value(read(item("", creators + "<creator><name>Li Wei</name></creator>")), "authors") == "Li Wei"


def test_a_catalog_says_which_scheme_an_alias_means() -> None:
    subjects = '<headline>H</headline><subject qcode="subj:04000000"/><subject qcode="x:20000001"/>'
    assert topics(read(item("", subjects))) == {"subj:04000000": "subj:04000000"}
    catalog = (
        '<catalog><scheme alias="subj" uri="http://kite.example/subj/"/>'
        '<scheme alias="x" uri="http://cv.iptc.org/newscodes/mediatopic/"/></catalog>'
    )
    found = read(item("", subjects).replace("<itemMeta>", f"{catalog}<itemMeta>"))
    assert topics(found) == {"medtop:20000001": "medtop:20000001"}
    assert "subjects without a name, left out: subj:04000000" in found.notes


def test_codes_are_found_in_facets_and_a_name_is_kept_once_there_is_one() -> None:
    subject = '<headline>H</headline><subject qcode="medtop:20000001"/><subject><mainConcept qcode="medtop:20000001">'
    assert topics(read(item("", f"{subject}<name>courts</name></mainConcept></subject>"))) == {
        "medtop:20000001": "courts"
    }


def test_what_is_no_code_of_the_iptc_is_none() -> None:
    subjects = '<headline>H</headline><subject qcode="medtop:"/><subject qcode="medtop:abc"/><subject qcode="subj:1"/>'
    assert topics(read(item("", subjects))) == {}


def test_keywords_that_are_no_topics_are_left_out_with_a_note() -> None:
    document = read(item("", "<headline>H</headline><keyword>rivers</keyword><keyword>a.example.com</keyword>"))
    assert topics(document) == {"rivers": None}
    assert document.notes[0] == "no topics, left out: 'a.example.com'"


def test_a_plain_text_is_taken_where_there_is_no_other_and_the_longest_of_several() -> None:
    short, long = "<inlineData>Short.</inlineData>", "<inlineData>One.\n\nTwo and more.</inlineData>"
    assert blocks(read(item(inside=short + long))) == [("paragraph", "One."), ("paragraph", "Two and more.")]
    tagged = "<inlineData contenttype='text/plain'><![CDATA[<p>One.</p><p>Two.</p>]]></inlineData>"
    assert blocks(read(item(inside=tagged))) == [("paragraph", "One."), ("paragraph", "Two.")]
    marked = "<inlineData contenttype='text/html'><![CDATA[<h2>One</h2><ul><li>Two</li></ul>]]></inlineData>"
    assert blocks(read(item(inside=marked))) == [("heading", "One"), ("list", "Two")]
    coded = '<inlineData encoding="base64" contenttype="image/jpeg">AAAA</inlineData>'
    assert blocks(read(item(inside=coded))) == []


def test_data_are_no_text() -> None:
    document = read(item(inside="<inlineXML><sports-content><team/></sports-content></inlineXML>"))
    assert "no text: its content is data (<sports-content>)" in document.notes
    with pytest.raises(UnreadableError, match=r"no article: data \(<events>\) with neither a headline nor a text"):
        read(item(content="", inside="<inlineXML><events><event>Fair</event></events></inlineXML>"))


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        ("conceptItem", r"not an article: a concept \(an entry of a vocabulary\)"),
        ("knowledgeItem", "not an article: a knowledge item"),
        ("planningItem", "not an article: a planning item"),
        ("catalogItem", "not an article: a catalog of vocabularies"),
        ("catalog", "not an article: a catalog of vocabularies"),
        ("groupSet", "not an article: a part of a package"),
        ("newsItem", "no article: an item with neither a headline nor a text"),
        ("packageItem", "no article: a package of 0 items with neither a headline nor a text"),
        ("newsMessage", "no item in it"),
        ("NewsML", "no item in it"),
        ("nitf", "no article: an item with neither a headline nor a text"),
    ],
)
def test_what_is_no_article_says_what_it_is(root: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(f"<{root} {G2}></{root}>")
    with pytest.raises(UnreadableError):
        read(f"<{root} {G2}/>")


def test_several_items_are_none_for_the_reader_of_one() -> None:
    with pytest.raises(UnreadableError, match="2 items in one message"):
        read(f"<newsMessage {G2}><itemSet>{item()}{item()}</itemSet></newsMessage>")


def test_a_part_of_an_item_with_its_text_is_read() -> None:
    nitf = "<nitf><body><body.head><hedline><hl1>H</hl1></hedline></body.head></body></nitf>"
    assert outcome(f"<contentSet><inlineXML>{nitf}</inlineXML></contentSet>".encode()) == "H"


# Text


def test_a_byline_that_is_the_first_paragraph_is_set_aside() -> None:
    document = read(html("<p>By Li Wei</p><p>It rains.</p>"))
    assert (value(document, "authors"), blocks(document)) == ("By Li Wei", [("paragraph", "It rains.")])
    assert document.layout is not None
    assert [one.text for one in document.layout.set_aside] == ["By Li Wei"]
    for first in ("By Monday it rained.", "by Li Wei", "By Li Wei, who was there when it all began to fall apart"):
        assert len(blocks(read(html(f"<p>{first}</p><p>It rains.</p>")))) == 2


def test_a_dateline_is_told_from_the_text_and_stays_in_it() -> None:
    document = read(html("<p>PORT LINTEL, Feb 28 (Kite/Quill) - It rains.</p>"))
    assert value(document, "dateline") == "PORT LINTEL, Feb 28 (Kite/Quill)"
    assert blocks(document)[0][1].startswith("PORT LINTEL")
    assert value(read(html("<p>Jan 30 (Kite) - Results.</p>")), "dateline") is None
    for text in ("He said (again) - no.", "It rains. Nobody (yet) - minds.", "(Kite) - It rains."):
        assert value(read(html(f"<p>{text}</p>")), "dateline") in (None, "He said (again)")


def test_a_marked_dateline_within_a_sentence_stays_there() -> None:
    assert blocks(read(html('<p>From <span class="dateline">Minsk</span>, it was.</p>'))) == [
        ("paragraph", "From Minsk, it was.")
    ]


def test_a_link_is_kept_once_by_its_words() -> None:
    text = '<p><a href="http://kite.example/1">Kite</a> <a href="mailto:a@kite.example">mail</a></p>'
    meta = '<link rel="irel:seeAlso" href="http://kite.example/1"/>'
    document = read(item(meta, inside=f"<inlineXML><html><body>{text}</body></html></inlineXML>"))
    assert document.layout is not None
    assert [(one.text, one.url) for one in document.layout.links] == [("Kite", "http://kite.example/1")]


def test_lines_that_are_wrapped_go_on_and_others_do_not() -> None:
    wrapped = "<p>The second week of the fair was so wet that <br/>Quillmere closed its gates, and all <br/>went.</p>"
    assert len(blocks(read(html(wrapped)))[0][1].split("\n")) == 1
    assert blocks(read(html("<p>Rain, rain, <br/>Go away<br/>come again</p>")))[0][1].split("\n") == [
        "Rain, rain,",
        "Go away",
        "come again",
    ]


def test_no_space_comes_before_a_comma_because_xml_is_indented() -> None:
    assert blocks(read(html("<p>the <a href='x'>town</a>\n   , not ( yes ) the <b>pier</b>\n.</p>"))) == [
        ("paragraph", "the town, not ( yes ) the pier.")
    ]


def test_text_between_blocks_is_text() -> None:
    assert blocks(read(html("one<p>two</p>three<div>four<p>five</p>six</div>"))) == [
        ("paragraph", one) for one in ("one", "two", "three", "four", "five", "six")
    ]


# Older formats


def test_versions_of_newsml_1_are_one_piece() -> None:
    ids = set()
    for version, ending in (("1", "N"), ("2", "U"), ("12", "")):
        identity = (
            "<NewsItem><Identification><NewsIdentifier>"
            f"<RevisionId>{version}</RevisionId><PublicIdentifier>urn:newsml:k.example:2023:x:{version}{ending}"
            "</PublicIdentifier></NewsIdentifier></Identification><NewsLines><HeadLine>H</HeadLine></NewsLines></NewsItem>"
        )
        ids.add(value(read(f"<NewsML>{identity}</NewsML>"), "id"))
    assert ids == {"urn:newsml:k.example:2023:x"}


def newsml_1(*components: str) -> str:
    lines = "<NewsLines><HeadLine>H</HeadLine></NewsLines>"
    return f"<NewsML><NewsItem><NewsComponent>{lines}{''.join(components)}</NewsComponent></NewsItem></NewsML>"


def content_item(text: str, media: str = "Text") -> str:
    return f'<ContentItem><MediaType FormalName="{media}"/><DataContent>{text}</DataContent></ContentItem>'


def test_a_caption_in_newsml_1_is_no_text() -> None:
    caption = f'<NewsComponent><Role FormalName="Photo Caption"/>{content_item("A pier.")}</NewsComponent>'
    photo = content_item("AAAA", "Photo")
    coded = '<ContentItem><Encoding Notation="Base64"><DataContent>AAAA</DataContent></Encoding></ContentItem>'
    document = read(newsml_1(content_item("Rain."), caption, photo, coded))
    assert blocks(document) == [("paragraph", "Rain.")]
    assert document.layout is not None
    assert [(one.kind, one.text) for one in document.layout.set_aside] == [("caption", "A pier.")]
    assert document.notes == ("2 files that it points to not imported",)


def test_of_equivalent_contents_the_first_is_the_text() -> None:
    both = content_item("<p>Rain.</p>") + content_item("Rain, in plain.")
    assert len(blocks(read(newsml_1(both)))) == 2
    assert blocks(read(newsml_1(f'<NewsComponent EquivalentsList="yes">{both}</NewsComponent>'))) == [
        ("paragraph", "Rain.")
    ]


def test_nitf_is_read_where_another_format_carries_it_escaped_or_not() -> None:
    text = "<body><body.content><p>Rain.</p></body.content></body>"
    nitf = f"<nitf><head><docdata><doc-id id-string='7'/></docdata></head>{text}</nitf>"
    for carried in (nitf, f"<![CDATA[<?xml version='1.0'?>{nitf}]]>"):
        document = read(newsml_1(content_item(carried)))
        assert (value(document, "id"), blocks(document)) == ("7", [("paragraph", "Rain.")])
    document = read(item(inside=f"<inlineData><![CDATA[{nitf}]]></inlineData>"))
    assert (value(document, "id"), blocks(document)) == ("7", [("paragraph", "Rain.")])


def test_midnight_without_a_zone_is_a_day() -> None:
    for norm, day in (
        ("19870502T000000", "19870502"),
        ("1987-05-02T00:00:00", "1987-05-02"),
        ("19870502T000000Z", "19870502T000000Z"),
        ("19870502T000001", "19870502T000001"),
    ):
        head = f'<docdata><date.issue norm="{norm}"/></docdata><title>H</title>'
        assert value(read(f"<nitf><head>{head}</head><body/></nitf>"), "published") == day


def test_a_release_before_the_issue_is_no_embargo() -> None:
    head = '<docdata><date.issue norm="20230228T100000"/><date.release norm="20230228T100000"/></docdata>'
    document = read(f"<nitf><head><title>H</title>{head}</head><body/></nitf>")
    assert (value(document, "embargo"), values(document, "published")) == (None, ["20230228T100000"])


def test_framed_stories_that_break_off_or_are_several_say_so() -> None:
    readers: tuple[Reader, ...] = (AnpaReader(), Iptc7901Reader())
    for path, reader in zip(FRAMED, readers, strict=True):
        content = path.read_bytes()
        with pytest.raises(UnreadableError, match="breaks off before its text"):
            list(reader.read("a", content[: content.index(b"\x02")]))
        with pytest.raises(UnreadableError, match="several stories in one file"):
            list(reader.read("a", content + b"\r\n" + content))


def test_a_story_without_a_headline_has_none() -> None:
    content = (
        b"\x16\x16\x01W1\x1fx".replace(b"W1", b"W123")
        + b"\r\nb a\x11 BC-X 06-29 0358\r\n\x02^BC-X,17<\r\n\t   Rain fell.<\r\n"
    )
    (document,) = AnpaReader().read("a", content)
    assert (value(document, "headline"), value(document, "slugline")) == (None, "BC-X")
    assert blocks(document) == [("paragraph", "Rain fell.")]


# Messages


def test_a_message_may_come_in_any_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("newsml_g2.xml", "newsml_1.xml"):
        content = (ORIGINALS / name).read_bytes()
        whole = records(content)
        for chunk in (1, 7, 100):
            monkeypatch.setattr("archive.readers.marks._CHUNK", chunk)
            assert records(content) == whole


def test_items_are_read_in_every_encoding() -> None:
    message = f"<newsMessage {G2}><itemSet>{item(content='<headline>Brücke</headline>')}</itemSet></newsMessage>"
    for encoding in ("utf-8", "utf-16", "iso-8859-1", "windows-1252"):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>{message}'
        assert outcomes(declared.encode(encoding)) == ["Brücke"]


def test_an_item_that_is_broken_costs_no_other() -> None:
    good, bad = item(), "<newsItem><itemMeta><title>T</itemMeta><p & <b></newsItem>"
    message = f"<newsMessage {G2}><itemSet>{good}{bad}{good}</itemSet></newsMessage>"
    assert outcomes(message.encode()) == ["H", "T", "H"]


def test_an_item_may_hold_items() -> None:
    inner = "<NewsItem><NewsLines><HeadLine>inner</HeadLine></NewsLines></NewsItem>"
    outer = (
        f"<NewsItem><NewsLines><HeadLine>outer</HeadLine></NewsLines><NewsComponent>{inner}</NewsComponent></NewsItem>"
    )
    assert outcomes(f"<NewsML>{outer}</NewsML>".encode()) == ["outer"]


def test_what_breaks_off_is_told_and_what_stands_before_is_read() -> None:
    message = f"<newsMessage {G2}><itemSet>{item()}{item()}</itemSet></newsMessage>".encode()
    second = message.rindex(b"<newsItem")
    assert outcomes(message[: second + 80]) == ["H", "the message breaks off within this item"]
    assert outcomes(message[:second]) == ["H", "the message breaks off after item 1"]
    assert outcomes(message[:60]) == ["the message breaks off before its first item"]
    assert outcomes(f"<newsMessage {G2}/>".encode()) == []


def test_an_item_that_is_too_large_costs_no_other() -> None:
    large = item(content=f"<headline>{'x' * 2000}</headline>")
    message = f"<newsMessage {G2}><itemSet>{item()}{large}{item()}</itemSet></newsMessage>"
    found = outcomes(message.encode(), 1000)
    assert [found[0], found[2]] == ["H", "H"]
    assert "over the limit of 1,000" in found[1]


def test_a_long_envelope_is_left_out_of_its_items() -> None:
    message = f"<newsMessage {G2}><header>{'<x/>' * 30_000}</header><itemSet>{item()}</itemSet></newsMessage>"
    (record,) = records(message.encode())
    assert isinstance(record, Record)
    assert len(record.content) < 1000
    assert outcome(record.content) == "H"


def test_a_single_item_that_breaks_off_is_none() -> None:
    for path in (ORIGINALS / "nitf.xml", ORIGINALS / "newsml_g2_picture.xml"):
        content = path.read_bytes().rstrip()
        for end in (len(content) - 3, len(content) // 2, len(content) // 3):
            with pytest.raises(UnreadableError, match="it breaks off"):
                read(content[:end])


# Hostile input


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words")
    declared = f'<!DOCTYPE nitf [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>'
    document = read(
        f"{declared}<nitf><head><title>H</title></head><body><body.content><p>&x; &b;</p></body.content></body></nitf>"
    )
    assert blocks(document) == [("paragraph", "&x; &b;")]


def test_a_bomb_of_entities_is_a_short_text() -> None:
    layers = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    began = time.monotonic()
    document = read(f'<!DOCTYPE nitf [<!ENTITY l0 "ha">{layers}]><nitf><head><title>&l29;</title></head></nitf>')
    assert value(document, "headline") == "&l29;"
    assert time.monotonic() - began < 10


def test_what_nests_too_deeply_is_refused() -> None:
    for deep in (html("<div>" * 300), item(inside=f"<inlineData><![CDATA[{'<div>' * 300}]]></inlineData>")):
        with pytest.raises(UnreadableError, match="nested more than 200 deep"):
            read(deep)


def test_what_has_too_many_tags_is_refused() -> None:
    with pytest.raises(UnreadableError, match="400,000 tags"):
        read(html("<br/>" * MOST_TAGS))


@pytest.mark.parametrize(
    "many",
    [
        "<p>" + " " * 200_000 + "\n" * 100_000 + "x</p>",
        "<p>" + "x <br/>" * 20_000 + "</p>",
        "<table>" + "<tr><td>1</td>" * 20_000,
        "<p>By Li " + "Wei " * 50_000 + "</p><p>x</p>",
        "<p>" + "&amp;amp;" * 50_000 + "</p>",
        "<p class='" + "a " * 100_000 + "'>x</p>",
        "<p>" + "a;" * 50_000 + "</p>",
        "<p>H</p>" * 20_000,
        "<span class='dateline'>x</span>" * 5_000 + "y",
        "<figcaption>x</figcaption>" * 20_000,
        "<a href='http://a.example/'>x</a>" * 20_000,
    ],
    ids=lambda one: one[:20],
)
def test_time_grows_with_the_length(many: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(UnreadableError):
        read(html(many))
    assert time.monotonic() - began < 20


def test_many_dates_are_not_all_kept() -> None:
    dates = "".join(f'<date.issue norm="{20000101 + n}"/>' for n in range(30_000))
    began = time.monotonic()
    document = read(f"<nitf><head><title>H</title><docdata>{dates}</docdata></head></nitf>")
    assert len(values(document, "published")) == 20
    assert time.monotonic() - began < 20


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_altered_gives_documents_or_reasons(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([*XML, *FRAMED]))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(("cut", "drop", "insert", "byte", "double")))
        upto = min(len(content), at + data.draw(st.integers(1, 200)))
        if kind == "cut" and at > 40:
            del content[at:]
        elif kind == "drop" and upto - at < len(content) - 40:
            del content[at:upto]
        elif kind == "insert":
            content[at:at] = data.draw(
                st.sampled_from(
                    [b"<p>", b"</p>", b"<!--", b"]]>", b"<![CDATA[", b"\0", b"&#0;", b"<", b"\x02", b"\xff", b'"']
                )
            )
        elif kind == "double":
            content[at:at] = content[at:upto]
        else:
            content[at] = data.draw(st.integers(0, 255))
    altered = bytes(content)
    parts: list[tuple[bytes, str | None]] = [(altered, None)]
    if WireMessages().identify(altered[:HEAD], path.name) is not None:
        parts = [(one.content, "wire") for one in records(altered) if isinstance(one, Record)]
    for part, reader in parts:
        try:
            documents = list(read_documents("a", path.name, part, reader))
        except ReadError as error:
            assert str(error)
            continue
        for document in documents:
            assert document.text is not None or document.layout is not None
