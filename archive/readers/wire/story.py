"""What an item of the wire says, whatever its format, made values, topics, passages set aside and notes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archive.documents import Block, Document, Layout, Link, SetAside, Value
from archive.readers.base import UnreadableError, shown
from archive.readers.feeds.values import is_topic

RULE_VERSION = 1
MOST_DATES = 20

_MANY = ("published",)  # of dates all are told, the first is the one that counts
_PLACEHOLDERS = frozenset(("no-data-available", "n/a", "none", "-", "--", "not available", "unknown"))
_DATE_ALONE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+)?\s*(?:[A-Z]{1,4})?(?:[+-]\d\d:?\d\d)?"
    r"|\d{8}T\d{6}\S{0,6}|[^\W\d]{3,9}\.? \d{1,2}(?:,? \d{4})?(?: \([^()]*\))?"
)
_MIDNIGHT = re.compile(r"(?:\d{4}-?\d\d-?\d\d)T00:?00(?::?00)?(?:\.0+)?")
_BYLINE_DATE = re.compile(r",?\s+[A-Z][A-Za-z]{2}\.? \d{1,2}(?:,? \d{4})?$")
_DOMAIN = re.compile(r"(?:www\.)?([a-z0-9-]+)\.(?:[a-z0-9-]+\.)*[a-z]{2,}", re.IGNORECASE)


@dataclass
class Story:
    """An item as it is put together: what stands in its header, its text, what was set aside."""

    media_type: str
    notes: list[str] = field(default_factory=list)
    what: str = "an item"
    values: list[tuple[str, str]] = field(default_factory=list)
    topics: dict[str, str | None] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def give(self, name: str, *texts: str | None) -> None:
        """Put down the first of these that says something as a value; of dates of publication all of them."""
        said = list(dict.fromkeys(text for one in texts if one and (text := _said(one))))
        if name in _MANY:
            known = [text for other, text in self.values if other == name]
            self.values += [(name, text) for text in said if text not in known][: max(0, MOST_DATES - len(known))]
        elif said and self.value(name) is None:
            self.values.append((name, said[0]))

    def value(self, name: str) -> str | None:
        """Return the value of this name that stands first, if there is one."""
        return next((text for known, text in self.values if known == name), None)

    def give_published(self, *texts: str) -> None:
        """Put down when it was published: midnight without a zone is how formats that want a time write a day."""
        plain = [text.strip() for text in texts[:MOST_DATES]]
        self.give("published", *(text.partition("T")[0] if _MIDNIGHT.fullmatch(text) else text for text in plain))

    def give_source(self, *names: str, also: Iterable[str] = ()) -> None:
        """Put down the first of these names as the source.

        One that is a domain goes by the name among all of them, and `also`, that it is made of: "lantern.example" by
        "Lantern".
        """
        said = [text for one in names if (text := _said(one))]
        if not said:
            return
        first = said[0].removeprefix("www.")
        if domain := _DOMAIN.fullmatch(first):
            others = (text for one in (*said[1:], *also) if (text := _said(one)))
            first = next((name for name in others if name.casefold() == domain[1].casefold()), first)
        self.give("source", first)

    def give_byline(self, *texts: str) -> None:
        """Put down who wrote it, as printed; a date that stands behind the name is none of it."""
        for text in texts:
            plain = _BYLINE_DATE.sub("", _said(text)).strip(" ,")
            if plain and plain.lower() not in _PLACEHOLDERS and plain.lower() not in ("by", "von"):
                self.give("authors", plain)

    def give_dateline(self, *texts: str) -> None:
        """Put down where it was written, as printed; a date alone is none."""
        for text in texts:
            plain = _said(text).rstrip(" -–—=_").rstrip()
            if plain and not _DATE_ALONE.fullmatch(plain):
                self.give("dateline", plain)

    def give_status(self, status: str) -> None:
        """Put down what may be done with it; "embargoed" says no more than the time at which that ends."""
        if status.rpartition(":")[2].lower() != "embargoed" or self.value("embargo") is None:
            self.give("status", status)

    def give_topics(self, names: Iterable[str]) -> None:
        """Put down topics by name; what names none is left out, with a note."""
        left_out = []
        for name in dict.fromkeys(" ".join(one.split()) for one in names):
            if is_topic(name):
                self.topics.setdefault(name, None)
            elif name:
                left_out.append(shown(name, 40))
        self.note_left_out("no topics", left_out)

    def note_left_out(self, what: str, names: list[str]) -> None:
        """Note what was left out: the first five by name, and how many more."""
        if names:
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            self.notes.append(f"{what}, left out: {', '.join(names[:5])}{more}")

    def set_text_aside(self, kind: str, text: str, rule: str, after: int = 0) -> None:
        """Keep a passage beside the body; what the body says too, or another one, is left out in the end."""
        plain = " ".join(text.split())
        if not plain or plain.lower() in _PLACEHOLDERS:
            return
        self.set_aside.append(SetAside(kind, text.strip(), after, rule, RULE_VERSION))

    def drop_headline_blocks(self) -> None:
        """Take the headline out of the beginning of the body, where it stands there again."""
        headline = _letters(self.value("headline") or "")
        for _ in range(2):
            if headline and self.blocks and _letters(self.blocks[0].text) == headline:
                self.take_first_block()

    def take_first_block(self, rule: str | None = None) -> None:
        """Take the first block out of the body; it is set aside if the rule that took it out is named."""
        block = self.blocks.pop(0)
        self.set_aside = [one._replace(after_block=max(0, one.after_block - 1)) for one in self.set_aside]
        if rule:
            self.set_aside.insert(0, SetAside("furniture", block.text, 0, rule, RULE_VERSION))

    def document(self, locator: str, reader: str, content: bytes) -> Document:
        """Return it as a Document; raises UnreadableError where it has neither headline nor text."""
        if self.value("headline") is None and not self.blocks:
            raise UnreadableError(
                f"no article: {self.what} with neither a headline nor a text", "nothing has to be done"
            )
        if not self.blocks and not any("no text" in note for note in self.notes):
            self.notes.append("it has no text")
        values = tuple(Value(name, text, "record") for name, text in self.values)
        topics = tuple(Value("topics", name, "record", label) for name, label in self.topics.items())
        aside = tuple(sorted(self._aside(), key=lambda one: one.after_block))
        layout = Layout(None, None, tuple(self.blocks), aside, tuple(self._links()))
        notes = tuple(dict.fromkeys(self.notes))
        return Document(locator, reader, self.media_type, content, None, layout, values, topics, notes)

    def _links(self) -> Iterator[Link]:
        """Yield the links, each address once: with the words that lead there, where there are any."""
        named = {one.url: one for one in reversed(self.links) if one.text and one.url}
        yield from dict.fromkeys(named.get(one.url, one) if one.url else one for one in self.links)

    def _aside(self) -> Iterator[SetAside]:
        body = _letters(" ".join(block.text for block in self.blocks))
        seen = {_letters(self.value(name) or "") for name in ("headline", "slugline")}
        for one in self.set_aside:
            key = _letters(one.text)
            if one.after_block > len(self.blocks):
                one = one._replace(after_block=len(self.blocks))
            if key and key not in seen and (one.kind == "caption" or key not in body):
                seen.add(key)
                yield one


def _said(text: str) -> str:
    plain = " ".join(text.split())
    return "" if plain.lower() in _PLACEHOLDERS else plain


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
