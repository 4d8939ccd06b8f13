import contextlib
import json
import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.readers.base import UnreadableError
from archive.readers.mail.headers import LONGEST, date_text, decode_charset, decode_words
from archive.readers.mail.message import MailReader
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "mail"
HEADER = b"From: a@quill.invalid\nSubject: A\nMessage-ID: <a@quill.invalid>\n"


def read(content: bytes | str, *, of_mailbox: bool = False) -> Document:
    data = content if isinstance(content, bytes) else content.encode()
    (document,) = MailReader(of_mailbox=of_mailbox).read("a.eml", data)
    return document


def values(content: bytes | str) -> dict[str, str]:
    return {value.field: value.text for value in read(content).values}


def texts(document: Document) -> list[str]:
    assert document.layout is not None
    return [block.text for block in document.layout.blocks]


def aside(document: Document) -> list[tuple[str, str]]:
    assert document.layout is not None
    return [(passage.kind, passage.text) for passage in document.layout.set_aside]


def multipart(kind: str, *parts: bytes) -> bytes:
    head = HEADER + b"Content-Type: multipart/" + kind.encode() + b'; boundary="b"\n\n'
    return head + b"".join(b"--b\n" + part + b"\n" for part in parts) + b"--b--\n"


PLAIN = b"Content-Type: text/plain\n\nPlain."
HTML = b"Content-Type: text/html\n\n<p>Rich.</p>"


@pytest.mark.parametrize(
    "path", sorted(path for path in ORIGINALS.iterdir() if path.suffix in ("", ".eml")), ids=lambda path: path.name
)
def test_golden_pairs(path: Path) -> None:
    document = read(path.read_bytes())
    found = {
        "values": {value.field: value.text for value in document.values},
        "topics": [topic.text for topic in document.topics],
        "notes": list(document.notes),
        "layout": as_fields(document.layout) if document.layout else None,
    }
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected
    assert {value.method for value in (*document.values, *document.topics)} == {"header"}


def test_there_are_golden_pairs() -> None:
    assert len(list(ORIGINALS.glob("*.expected.json"))) >= 5


@pytest.mark.parametrize(
    ("head", "name", "why"),
    [
        (HEADER + b"\nText", "83518", "it begins with a header: From, Subject, Message-Id"),
        (b" " * 257 + b"\r\n" + HEADER, "a.txt", "it begins with a header: From, Subject, Message-Id"),
        (b"From a@quill.invalid\n" + HEADER, "-", "it begins with a header: From, Subject, Message-Id"),
        (b"Received: by a\n\tfor b\nDate: 1\nTo: b\n\nText", "a", "it begins with a header: Received, Date, To"),
        (b"X: y\n" * 5_000 + HEADER + b"X: y\n" * 100_000, "a", "it begins with a header: From, Subject, Message-Id"),
        (HEADER + b"X-Long: " + b"x" * 65_536, "a", "it begins with a header: From, Subject, Message-Id"),
        (b"X: y\n" * 20_000 + HEADER, "a", None),
        (b"Anything", "A.EML", "its name ends in .eml"),
        (b"Subject: A\nDate: today\nTo: all\n\nA memo.", "memo.txt", None),
        (b"From: the desk\nSubject: a memo\n\nText", "memo.txt", None),
        (HEADER.replace(b"Subject: A", b"No field at all"), "a.txt", None),
        (b"Text.", "a.txt", None),
        (b"", "a", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_a_message(head: bytes, name: str, why: str | None) -> None:
    assert MailReader().identify(head, name) == why


def test_a_document_of_a_message() -> None:
    content = HEADER + b"\nText."
    document = read(content)
    assert (document.locator, document.reader, document.media_type) == ("a.eml", "mail", "message/rfc822")
    assert document.content == content
    assert texts(document) == ["Text."]


def test_nothing_is_made_of_what_a_header_does_not_say() -> None:
    assert values("From: ilse@quill.invalid\nSubject:\nReply-To: Ilse\n\nText.") == {}


@pytest.mark.parametrize(
    ("sender", "authors"),
    [
        ("Ilse Marchetti <i@quill.invalid>", "Ilse Marchetti"),
        ("i@quill.invalid (Ilse Marchetti)", "Ilse Marchetti"),
        ('"Marchetti, Ilse" <i@quill.invalid>', "Ilse Marchetti"),
        ("=?utf-8?q?Lind=2C_Oskar?= <o@quill.invalid>, Ilse <i@quill.invalid>", "Oskar Lind; Ilse"),
        ("\"'o@quill.invalid'\" <o@quill.invalid>", None),
        ("o@quill.invalid", None),
        ("Ilse via Desk <i@quill.invalid>", "Ilse via Desk"),
        ("(" * 2_000, None),
    ],
)
def test_authors_are_names_and_never_addresses(sender: str, authors: str | None) -> None:
    assert values(f"Subject: A\nFrom: {sender}\n\nText.").get("authors") == authors


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Tue, 28 Feb 2023 10:30:05 +0800", "Tue, 28 Feb 2023 10:30:05 +0800"),
        ("Thu, 19 Sep 91 12:41:43 EDT", "19 Sep 1991 12:41:43 -0400"),
        ("1 Mar 03 09:00 UT", "1 Mar 2003 09:00 +0000"),
        ("1 Mar 2003 09:00:00 -0000 (UTC)", "1 Mar 2003 09:00:00 +0000"),
        ("1 Mar 93 09:00 MET", "1 Mar 1993 09:00 MET"),
        ("soon", "soon"),
    ],
)
def test_dates_of_headers_mean_what_their_standard_says(text: str, date: str) -> None:
    assert date_text(text) == date


def test_the_source_is_the_list_else_the_first_newsgroup() -> None:
    groups = "Newsgroups: local.ferries, local.mills\n"
    assert values(f"{groups}List-Id: Ferries <f.lists.invalid>\nFrom: a\n\nA.")["source"] == "f.lists.invalid"
    document = read(f"{groups}From: a\nSubject: A\n\nA.")
    assert values(document.content)["source"] == "local.ferries"
    assert document.notes == ("also posted to local.mills",)


def test_fields_that_stand_twice_and_several_languages_are_noted() -> None:
    document = read("Subject: A\nSubject: B\nContent-Language: en, de\n\nText.")
    assert [value.text for value in document.values] == ["A"]
    assert document.notes == (
        "Content-Language 'en, de' was not used: several languages",
        "several fields Subject; the first is used",
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?b?Q2Fmw6k=?= now", "Café now"),
        ("=?utf-8?q?Caf=C3?= =?UTF-8?q?=A9?=", "Café"),
        ("=?utf-8*de?q?a_b?=", "a b"),
        ("=?windows-1252?q?Quill’s_=93news=94?=", "Quill’s “news”"),
        ("=?utf-8?b?Q?=", "=?utf-8?b?Q?="),
        ("=?utf-8?b?é?=", "=?utf-8?b?é?="),
        ("=?nonesuch?q?Caf=C3=A9?=", "Café"),
        ("=?utf-8?x?A?= =?", "=?utf-8?x?A?= =?"),
    ],
)
def test_encoded_words(written: str, text: str) -> None:
    assert decode_words(written) == text


def test_a_header_in_raw_bytes_is_decoded() -> None:
    assert values("Subject: Расписание парома\n\nText.".encode())["headline"] == "Расписание парома"
    assert values("Subject: Café\n\nText.".encode("latin-1"))["headline"] == "Café"


def test_a_charset_that_is_wrong_or_unknown_is_noted() -> None:
    assert decode_charset("Café".encode(), "ascii") == ("Café", ("it is not in the encoding stated, 'ascii'",))
    for name in ("nonesuch", "rot13", "idna", "unicode_escape", "a\0b"):
        text, notes = decode_charset(b"Text", name)
        assert text == "Text"
        assert notes[0].startswith("an encoding that is not known was stated")


def test_plain_text_is_read_before_html_unless_it_is_blank() -> None:
    assert texts(read(multipart("alternative", HTML, PLAIN))) == ["Plain."]
    assert texts(read(multipart("alternative", PLAIN.replace(b"Plain.", b" \n"), HTML))) == ["Rich."]
    assert texts(read(multipart("mixed", PLAIN, HTML))) == ["Plain.", "Rich."]


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("<title>No</title>A<b>B</b> &lt;C&gt;<br/>D", ["AB <C>", "D"]),
        ("<P ALT='a > b'>A</P><!-- <p>no --><p>B", ["A", "B"]),
        ("<head><meta x=y><script>if (a<b) '<p>'</script></head><body>A", ["A"]),
        ("A<style>p{}", ["A"]),
        ("A<!-- never closed", ["A"]),
        ("1 < 2 <p", ["1 < 2"]),
        ("<![if !mso]>A<![endif]>&#x41;&nope;", ["AA&nope;"]),
    ],
)
def test_html_gives_its_text(html: str, paragraphs: list[str]) -> None:
    assert texts(read(HEADER + b"Content-Type: text/html\n\n" + html.encode())) == paragraphs


def test_what_is_attached_is_named_and_not_read() -> None:
    attachment = b"Content-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''caf%C3%A9.txt\n\nHidden."
    message = b"Content-Type: message/rfc822\n\nSubject: Inner\n\nInner."
    document = read(multipart("mixed", PLAIN, attachment, message, *[b"Content-Type: image/png\n\n"] * 10))
    assert texts(document) == ["Plain."]
    assert document.notes[0].startswith("attached and not read: 'café.txt' (text/plain), message/rfc822, image/png, ")
    assert document.notes[0].endswith(" and 2 more")


def test_a_message_of_attachments_alone_is_its_subject() -> None:
    document = read(multipart("mixed", b"Content-Type: image/png\n\n"))
    assert texts(document) == []
    assert document.notes == ("attached and not read: image/png", "it has no text")


def test_a_digest_names_its_messages() -> None:
    assert read(multipart("digest", b"\nSubject: A\n\nA.", PLAIN)).notes == ("attached and not read: message/rfc822",)


def test_a_boundary_that_is_missing_or_never_closed() -> None:
    open_ended = multipart("mixed", PLAIN).removesuffix(b"--b--\n")
    assert texts(read(open_ended)) == ["Plain."]
    document = read(HEADER + b"Content-Type: multipart/mixed; boundary=nowhere\n\nText.")
    assert texts(document) == ["Text."]
    assert document.notes == ("its boundary is not in it; all of it was taken as one text (multipart/mixed)",)
    longer = multipart("mixed", PLAIN + b"\n--bb\nMore, in the same part, since the line names another boundary.")
    assert len(texts(read(longer))) == 3


@pytest.mark.parametrize(
    ("encoding", "body", "text", "note"),
    [
        ("base64", b"VGV4dC4=", "Text.", None),
        ("base64", b"VGV4\ndC4", "Text.", None),
        ("base64", b"VGV4*dC4", "Text.", "its base64 is broken; what can be read of it is here"),
        ("base64", b"VGV4dC4=A", "Text.", "its base64 is broken; what can be read of it is here"),
        ("quoted-printable", b"T=65xt=\n.", "Text.", None),
        ("x-own", b"Text.", "Text.", "its transfer encoding 'x-own' is not known; it was read as it stands"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, text: str, note: str | None) -> None:
    document = read(HEADER + b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body)
    assert texts(document)[0].startswith(text)
    assert document.notes == ((note,) if note else ())


def test_nul_characters_are_removed_with_a_note() -> None:
    document = read(HEADER + b"\nTe\x00xt.")
    assert texts(document) == ["Text."]
    assert document.notes == ("1 NUL character removed",)


def test_signatures_and_footers_are_set_aside_at_the_end_alone() -> None:
    text = "\n\nText.\n-- \nIn the middle.\n" + "More of it stands here.\n" * 30
    assert aside(read(HEADER + text.encode())) == []
    assert aside(read(HEADER + b"\nText.\n> -- \n> Quoted\n")) == []
    assert aside(read(HEADER + b"\nText.\n--\n\n")) == []
    assert aside(read(HEADER + b"\nText.\n" + b"_" * 30 + b"\nA rule, and a sentence.\n")) == []
    ending = b"\nText.\n-- \nYou received this message because you are subscribed.\n"
    assert [kind for kind, _ in aside(read(HEADER + ending))] == ["list_footer"]


def test_a_line_that_an_mbox_had_to_mark_is_as_it_was_written() -> None:
    content = HEADER + b"\n>From here on.\n"
    assert texts(read(content, of_mailbox=True)) == ["From here on."]
    assert read(content).layout != read(content, of_mailbox=True).layout


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Text.", "not a message: it has no header"),
        (b">From a@b\nText.", "not a message: it has no header"),
        (b"", "not a message: it has no header"),
        (b"From: a@quill.invalid\n\n \n", "a message with neither a text nor a subject"),
        (b"From a@b 10:00\n" + HEADER + b"\nA\n\nFrom a@b 10:00\n" + HEADER, "a mailbox of several messages"),
        (b"From - \n" + HEADER + b"\nA\nFrom - \r\n" + HEADER, "a mailbox of several messages"),
        (HEADER + b"Content-Type: message/partial; number=2\n\nx", "one piece of a message that was sent in pieces"),
        (HEADER + b"X-Long: " + b"x" * LONGEST + b"\n\nA", f"a header of more than {LONGEST:,} bytes"),
        (HEADER + b"X: y\n" * 60_000 + b"\nA", f"a header of more than {LONGEST:,} bytes"),
        (multipart("mixed", *[PLAIN] * 10_000), "a message of more than 1,000 parts"),
        (HEADER + b"Content-Type: text/html\n\n" + b"<p>" * 2_000_000, "HTML of more than 5,000,000 characters"),
        (HEADER + b"\n" + b"x" * 50_000_001, "a text of more than 50,000,000 bytes"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.reason == reason
    assert caught.value.cure
    assert time.monotonic() - started < 5


def nested(depth: int) -> bytes:
    content = PLAIN
    for number in range(depth):
        mark = b"b%dx" % number
        content = b"Content-Type: multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n" + content
        content += b"\n--" + mark + b"--\n"
    return HEADER + content


def test_messages_are_nested_up_to_a_limit() -> None:
    assert texts(read(nested(20))) == ["Plain."]
    for depth in (21, 5_000):
        with pytest.raises(UnreadableError, match="nested more than 20 deep"):
            read(nested(depth))


@pytest.mark.parametrize(
    "content",
    [
        *(
            HEADER + b"Content-Type: text/html\n\n" + piece * 100_000
            for piece in (b"<", b"<!--", b"</", b"<a ", b"<a b='", b"<a '>", b"&#", b"<![CDATA[", b"<script>", b"<?")
        ),
        HEADER + b"Content-Type: text/html\n\n<p>&#" + b"9" * 1_000_000 + b";",
        HEADER + b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"deep",
        HEADER + b"\n" + b"> " * 100_000 + b"x",
        HEADER + b"\n" + b"x" * 5_000_000,
        HEADER + b"\n" + b"--\n" * 100_000 + b"x",
        b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?a?= " * 15_000 + b"\n\nx",
        b"Subject: A\nFrom: " + b'"(<,' * 50_000 + b"\n\nx",
        b"Subject: A\nDate: " + b"1 " * 100_000 + b"\n\nx",
        b"Subject: A\nContent-Type: text/plain" + b"; a*0=b" * 20_000 + b"\n\nx",
        b"Subject: A\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b " * 200_000,
    ],
    ids=lambda value: str(value[:60]),
)
def test_bombs_take_little_time(content: bytes) -> None:
    started = time.monotonic()
    with contextlib.suppress(UnreadableError):
        read(content)
    assert time.monotonic() - started < 5


_PIECES = st.sampled_from(
    [
        *(
            b"From: a <a@b>\n",
            b"Subject: =?utf-8?b?",
            b"\n",
            b"\r\n",
            b"--b",
            b"--b--",
            b"Content-Type: multipart/mixed;",
        ),
        *(
            b" boundary=b\n",
            b"Content-Type: text/html\n",
            b"<p>",
            b"<![",
            b"&#",
            b"-- \n",
            b"> ",
            b"=?",
            b"?=",
            b"\x00",
        ),
        *(
            b"Content-Transfer-Encoding: base64\n",
            b"charset=",
            b"\xff",
            b"From - \n",
            b"List-Id: <",
            b"Date: 1 Mar 93 ",
        ),
    ]
)


@settings(max_examples=200)
@given(st.lists(_PIECES | st.binary(max_size=4), max_size=30))
def test_any_bytes_give_a_message_or_a_read_error(pieces: list[bytes]) -> None:
    with contextlib.suppress(ReadError):
        read(b"From: a\n" + b"".join(pieces))


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60))
def test_what_the_standard_library_writes_is_read_back(subject: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ilse <ilse@quill.invalid>"
    message.set_content("Ça va.")
    document = read(message.as_bytes())
    assert texts(document) == ["Ça va."]
    found = next((value.text for value in document.values if value.field == "headline"), "")
    if "=?" not in subject:
        assert found.split() == " ".join(subject.split()).split()
