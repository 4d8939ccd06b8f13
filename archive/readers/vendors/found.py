"""What stands under the labels of an article, made values, topics, passages set aside and notes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive.documents import Block, Document, Layout, SetAside, Value
from archive.readers.base import UnreadableError, shown
from archive.readers.vendors.dates import split_date
from archive.readers.vendors.profiles import Profile, unmarked, words

RULE_VERSION = 1

_SITE = re.compile(r"https?://[^/\s]+/?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SCORE = re.compile(r"\s*\(\d{1,3}\s?%\)\s*$")
_CODE = re.compile(r"([A-Za-z0-9][\w.&-]{0,30})\s+:\s+(\S.*)")
_MOST_TOPICS = 500
_NEAR, _FEW = 0.3, 30  # a count is far off if it differs by three in ten, and by more words than these


@dataclass
class Found:
    """An article that is being read: what its labels and lines gave so far."""

    profile: Profile
    values: list[Value] = field(default_factory=list)
    topics: list[Value] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    aside: list[tuple[str, str, str, bool]] = field(default_factory=list)  # kind, text, rule, whether after the body
    paragraphs: list[Block] = field(default_factory=list)
    words: int | None = None
    is_cut: str = ""  # why it looks as if its end were missing
    has_trailer: bool = False  # whether labels stand after the text

    def set(self, name: str, text: str) -> None:
        """Take a value, on one line; a second one of a field that has but one is noted."""
        line = " ".join(text.split())
        if not line:
            return
        if name not in ("published", "authors") and any(value.field == name for value in self.values):
            if not any(value.field == name and value.text == line for value in self.values):
                self.notes.append(f"a second {name} was not used: {shown(line)}")
            return
        self.values.append(Value(name, line, "record"))

    def has(self, name: str) -> bool:
        """Tell whether there is a value of that field."""
        return any(value.field == name for value in self.values)

    def set_aside(self, kind: str, text: str, rule: str, *, after: bool = True) -> None:
        """Keep a passage that is no part of the text."""
        if text.strip():
            self.aside.append((kind, "\n".join(line.strip() for line in text.strip().split("\n")), rule, after))

    def take(self, label: str, text: str, *, after: bool = True) -> None:
        """Take what stands under a label, by what the profile says of it; one that is not known is kept and noted."""
        if label in self.profile.after and not text.strip():
            return
        gives = self.profile.labels.get(label)
        if gives is None:
            self.notes.append(f"label {shown(label)} is not known: {shown(' '.join(text.split()))}")
            self.set_aside("furniture", f"{label}: {text}", "unknown_label", after=after)
            return
        self.give(gives, label, text, after=after)

    def give(self, gives: str, label: str, text: str, *, after: bool = True) -> None:
        """Take a text as what it gives: `headline`, `topics`, …; what gives no value is set aside."""
        match gives:
            case "headline":
                self.headline(text)
            case "byline":
                self.byline(text)
            case "published" | "online":
                self.date(text)
            case "section":
                self.section(text)
            case "length":
                self.length(text)
            case "language":
                self.language(text)
            case "rights":
                self.rights(text, after=after)
            case "url":
                self.url(label, text, after=after)
            case "id":
                self.set("id", f"{self.profile.scope}:{' '.join(text.split())}" if text.strip() else "")
            case "topics":
                self.names(text)
            case "codes":
                self.codes(label, text)
            case "corrected":
                self.corrected(label, text, after=after)
            case "summary" | "caption":
                self.set_aside(gives, text, gives, after=after)
            case "correction":
                self.set_aside("notice", text, "correction", after=after)
            case "source":
                self.source(text)
            case "page" | "edition" | "dateline":
                self.set(gives, text)
            case _:
                self.set_aside("furniture", f"{label}: {text}", "label", after=after)

    def headline(self, text: str) -> None:
        """Take a headline, whose lines are one; what says that there is none is noted."""
        line = " ".join(text.split())
        if unmarked(line).strip(" .").casefold() in words().no_headline:
            self.notes.append(f"no headline: {shown(line)}")
            return
        self.set("headline", line)

    def byline(self, text: str) -> None:
        """Take who wrote it, as printed; where the vendor turns names around, they are turned back."""
        names = [name.strip() for name in text.split(";") if name.strip()]
        if self.profile.names_inverted and all(name.count(",") == 1 for name in names):
            text = "; ".join(" ".join(reversed([part.strip() for part in name.split(",")])) for name in names)
        self.set("authors", text)

    def source(self, text: str) -> None:
        """Take the name of the paper; the number of the issue behind it is none of it."""
        line = " ".join(text.split())
        issue = words().issue.search(line)
        if issue is not None and issue.start():
            self.set_aside("furniture", line[issue.start() :].strip(" ,"), "issue", after=False)
            line = line[: issue.start()]
        self.set("source", line)

    def date(self, text: str) -> None:
        """Take a date of publication. The first is it; each is kept as a date that was found."""
        parted = split_date(unmarked(text), whole=True)
        self.set("published", parted[0] if parted else text)
        if parted and parted[1]:
            self.set_aside("furniture", parted[1], "beside_date", after=False)

    def date_line(self, text: str) -> None:
        """Take a line that begins with a date; what else stands there is the edition."""
        parted = split_date(unmarked(text))
        if parted is None:
            self.set("published", unmarked(text))
            return
        self.set("published", parted[0])
        if parted[1]:
            self.set("edition", parted[1].strip(" ,;-–"))

    def section(self, text: str) -> None:
        """Take a section, and the page that stands behind it: `NEWS; Pg. 3`."""
        parts = [part.strip() for part in text.replace("\n", " ").split(";") if part.strip()]
        pages = [(part, match) for part in parts if (match := words().page.fullmatch(part))]
        if pages:
            part, match = pages[-1]
            parts.remove(part)
            self.set("page", match[1])
        self.set("section", "; ".join(parts))

    def length(self, text: str) -> None:
        """Take how many words the vendor counted."""
        match = words().length.search(text)
        digits = re.sub(r"\D", "", match[1] if match else text)
        if digits and len(digits) < 9 and (match or not re.search(r"[^\W\d]", text)):
            self.words = int(digits)
        else:
            self.set_aside("furniture", text, "length", after=False)

    def language(self, text: str) -> None:
        """Take the language, by its name."""
        line = unmarked(" ".join(text.split()))
        first = re.split(r"[;,/|]", line)[0].strip()
        known = words().languages
        self.set("language", known.get(line.casefold()) or known.get(first.casefold()) or line)

    def rights(self, text: str, *, after: bool = True) -> None:
        """Take the line that says whose it is; it stays with the article as printed."""
        if self.has("rights"):
            self.set_aside("notice", text, "copyright", after=after)
        else:
            self.set("rights", text)

    def url(self, label: str, text: str, *, after: bool = True) -> None:
        """Take the address of the article; that of a whole site is none."""
        match = _ADDRESS.search(text)
        if match is None or _SITE.fullmatch(match[0]):
            self.set_aside("furniture", f"{label}: {text}", "label", after=after)
        else:
            self.set("url", match[0])

    def names(self, text: str) -> None:
        """Take index terms, parted by `;` or `|`, without the weight that a machine gave them."""
        line = " ".join(text.split())
        for part in re.split(r"[;|]", line)[:_MOST_TOPICS]:
            if name := _SCORE.sub("", part).strip(" ,"):
                self.topics.append(Value("topics", name, "record"))

    def codes(self, label: str, text: str) -> None:
        """Take index terms that have a code: `gpol : Domestic Politics | gcat : Political/General News`."""
        scheme = self.profile.schemes[label]
        for part in re.split(r"\s*\|\s*", " ".join(text.split()))[:_MOST_TOPICS]:
            if match := _CODE.fullmatch(part):
                self.topics.append(Value("topics", f"{scheme}:{match[1].lower()}", "record", match[2]))
            elif part:
                self.topics.append(Value("topics", part, "record"))

    def corrected(self, label: str, text: str, *, after: bool = True) -> None:
        """Take the day of a correction, on which its publisher changed it."""
        parted = split_date(unmarked(text))
        if parted is None:
            self.set_aside("furniture", f"{label}: {text}", "label", after=after)
        else:
            self.set("modified", parted[0])

    def write(self, paragraphs: Iterable[str], kind: str = "paragraph") -> None:
        """Add paragraphs to the text."""
        self.paragraphs += [Block(kind, text) for text in paragraphs if text.strip()]

    def write_plain(self, blocks: Sequence[str]) -> None:
        """Add blocks of lines to the text, whose lines may be broken at a fixed width."""
        from archive.normalize.paragraphs import is_list_item, split_paragraphs

        for paragraph in split_paragraphs("\n\n".join(blocks))[0]:
            self.write((paragraph,), "list" if is_list_item(paragraph) else "paragraph")

    def document(self, locator: str, reader: str, media_type: str, content: bytes, notes: Sequence[str]) -> Document:
        """Return the article; raises UnreadableError if it has neither a headline nor a text."""
        if not self.paragraphs and not self.has("headline"):
            raise UnreadableError("an article with neither a headline nor a text", "export it again")
        told = [*notes, *self.notes]
        if not self.paragraphs:
            told.append("it has no text")
        else:
            told += self._count()
        if self.is_cut and not self._is_whole():
            told.append(f"{self.is_cut}: it may be cut off")
        aside = [
            SetAside(kind, text, len(self.paragraphs) if after else 0, rule, RULE_VERSION)
            for kind, text, rule, after in sorted(self.aside, key=lambda passage: passage[3])
        ]
        return Document(
            locator,
            reader,
            media_type,
            content,
            layout=Layout(None, None, tuple(self.paragraphs), tuple(aside)),
            values=tuple(self.values),
            topics=tuple(dict.fromkeys(self.topics)),
            notes=tuple(dict.fromkeys(told)),
        )

    def _is_whole(self) -> bool:
        """Tell whether all of the words that were counted are there."""
        from archive.normalize.text import count_words

        return bool(self.words) and sum(count_words(block.text) for block in self.paragraphs) >= 0.95 * (
            self.words or 0
        )

    def _count(self) -> Iterable[str]:
        """Yield a note where the words that were found are far from those that were counted."""
        from archive.normalize.text import count_words

        if self.words is None:
            return
        counted = sum(count_words(block.text) for block in self.paragraphs)
        if abs(counted - self.words) > max(_FEW, _NEAR * self.words):
            yield f"{self.words:,} words are stated, {counted:,} were found"
