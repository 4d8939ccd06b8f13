import io
import mailbox
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.readers.base import BadRecord, Record
from archive.readers.mail.mbox import Mbox
from archive.readers.mail.message import MailReader

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "mail"
MESSAGE = b"From: a@quill.invalid\nSubject: A\n\nText.\n"


def records(content: bytes, limit: int = 10_000) -> list[Record | BadRecord]:
    return list(Mbox().records(io.BytesIO(content), limit))


def contents(content: bytes) -> list[bytes]:
    found = records(content)
    assert [record.place for record in found] == [f"message={number + 1}" for number in range(len(found))]
    return [record.content for record in found if isinstance(record, Record)]


@pytest.mark.parametrize(
    ("head", "is_mailbox"),
    [
        (b"From a@quill.invalid Tue Feb 28 10:30:05 2023\n" + MESSAGE, True),
        (b"\r\nFrom - \r\nX-Mozilla-Status: 0001\r\n", True),
        (b"From a@quill.invalid\n>From b@quill.invalid\nSubject: A\n", True),
        (b"From the mill to the ferry\nSubject: A\n", False),
        (b"From a@quill.invalid\nand all others,\n", False),
        (MESSAGE, False),
        (b"", False),
    ],
)
def test_a_mailbox_is_known_by_its_first_lines(head: bytes, is_mailbox: bool) -> None:
    assert (Mbox().identify(head, "inbox") is not None) is is_mailbox


def test_each_message_is_a_record_without_the_lines_that_part_it() -> None:
    first, second = contents((ORIGINALS / "news.mbox").read_bytes())
    assert first.startswith(b"From: Ilse")
    assert first.endswith(b"\n>From there it says no more.\n")
    assert second == (ORIGINALS / "news.mbox").read_bytes()[-len(second) :]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "postmark", [b"From - ", b"From a@quill.invalid", b"From a at quill.invalid  Fri Jul  8 12:08:34 2011"]
)
def test_messages_are_parted_however_the_line_before_them_looks(line_end: bytes, postmark: bytes) -> None:
    message = MESSAGE.replace(b"\n", line_end)
    begin = postmark + line_end
    assert contents(begin + message + line_end + begin + message) == [message, message]
    assert contents(line_end + begin + message + begin + message) == [message, message]  # without an empty line


def test_a_sentence_that_begins_with_from_parts_nothing() -> None:
    body = (
        MESSAGE
        + b"\nFrom 10:00 on the ferry runs.\nFrom the mill:\nit does not.\n\nFrom a@quill.invalid\nword\nFrom -\n"
    )
    assert contents(b"From - \n" + body) == [body]
    assert contents(b"From - \n" + MESSAGE + b"From a@b") == [MESSAGE + b"From a@b"]


def test_a_message_over_the_limit_is_one_bad_record_and_never_held() -> None:
    class Large(io.RawIOBase):
        """A mailbox whose second message has a line of 200 MB."""

        def __init__(self) -> None:
            self.parts = iter([b"From - \n" + MESSAGE + b"\nFrom - \nSubject: B\n\n", *[b"x" * 1_000_000] * 200])
            self.end = b"\nFrom - \n" + MESSAGE

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            data, self.rest = (self.rest or next(self.parts, b"") or self.end), b""
            if data is self.end:
                self.end = b""
            buffer[: len(data)] = data[: len(buffer)]
            self.rest = data[len(buffer) :]
            return min(len(data), len(buffer))

        rest = b""

    tracemalloc.start()
    try:
        first, bad, last = Mbox().records(io.BufferedReader(Large(), 1 << 16), 1_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (first, last) == (Record("message=1", MESSAGE), Record("message=3", MESSAGE))
    assert isinstance(bad, BadRecord)
    assert bad.place == "message=2"
    assert bad.error.reason == "a message of 200,000,013 bytes is over the limit of 1,000"
    assert bad.error.cure
    assert peak < 10_000_000


def test_a_message_of_just_the_limit_is_taken() -> None:
    content = b"From - \n" + MESSAGE + b"\n"
    assert records(content, len(MESSAGE)) == [Record("message=1", MESSAGE)]
    assert isinstance(records(content, len(MESSAGE) - 1)[0], BadRecord)


@settings(max_examples=50)
@given(st.lists(st.text(st.sampled_from("From a@b:10\n>. \t-"), max_size=60), min_size=1, max_size=4))
def test_a_mailbox_gives_the_texts_of_its_messages_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str]
) -> None:
    path = tmp_path_factory.mktemp("box") / "a.mbox"
    box = mailbox.mbox(path)
    messages = []
    for number, body in enumerate(bodies):
        message = EmailMessage()
        message["From"] = "Ilse <ilse@quill.invalid>"
        message["Subject"] = str(number)
        message.set_content("\n".join(line.lstrip(">") for line in body.split("\n")))
        messages.append(message.as_bytes())
        box.add(message)
    box.close()
    found = contents(path.read_bytes())
    assert len(found) == len(messages)
    for record, content in zip(found, messages, strict=True):
        (of_mailbox,) = MailReader(of_mailbox=True).read("a", record)
        (alone,) = MailReader().read("a", content)
        assert (of_mailbox.layout, of_mailbox.values) == (alone.layout, alone.values)
