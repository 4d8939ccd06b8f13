"""A document with all that was given about it, made into an article."""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from archive.documents import (
    DETECTED,
    GUESSES,
    METHODS,
    PAGE_METHODS,
    VERSION_TIMES,
    Article,
    Block,
    Document,
    FoundDate,
    Given,
    Layout,
    Original,
    PublishedTime,
    Value,
)
from archive.normalize.bylines import split_byline
from archive.normalize.dates import parse_published
from archive.normalize.detection import detect_language
from archive.normalize.impacts import impact_terms
from archive.normalize.language import language_tag
from archive.normalize.layout import lay_out
from archive.normalize.matching import Matchers, find_matches
from archive.normalize.mentioned_dates import find_dates
from archive.normalize.names import name_key
from archive.normalize.status import publication_status
from archive.normalize.text import clean_text
from archive.normalize.tokens import index_text, is_nfkc, tokenize
from archive.normalize.urls import canonical_url
from archive.normalize.vectors import indexed

# Raised when the same original can come out as another text or with other values.
NORMALIZER_VERSION = 2

# Frozen: SHA-256 of the words of the NFKC body, as `tokenize` folds them, joined by spaces.
FINGERPRINT_VERSION = 1


def fingerprint(body: str, words: Sequence[str] | None = None) -> str:
    """Return what copies of a text have in common, hex: case, accents, punctuation and white space do not count.

    `words` are `tokenize(body)`, where the caller has them.
    """
    if words is None or not is_nfkc(body):
        words = tokenize(unicodedata.normalize("NFKC", body))
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def text_sha256(headline: str | None, body: str) -> str:
    """Return the SHA-256 (hex) of a text as stored; having no headline differs from having an empty one."""
    marked = "" if headline is None else f"#{headline}"
    return hashlib.sha256(f"{marked}\0{body}".encode()).hexdigest()


def normalize_document(
    document: Document,
    given: Sequence[Given],
    original: Original,
    matchers: Matchers,
    context_sha256: str,
    *,
    on_server: bool = False,
) -> Article:
    """Return the article that a document is, with what is indexed of it in an archive in a file, or `on_server`.

    `given` is what sidecar, archive.toml and options say, beside what the document says itself. A value that cannot
    be used is left out, and a note says so. A language that nobody states is for `tell_language`.
    """
    notes = [*document.notes, *(note for one in given for note in one.notes)]
    values = [_cleaned(value) for value in document.values]
    topics = [_cleaned(topic) for topic in document.topics]
    for one in given:
        values.extend(_cleaned(value) for value in one.values)
        topics.extend(_cleaned(topic) for topic in one.topics)
    layout = _layout(document, notes)
    headline_value = next((value for value in values if value.field == "headline"), None)
    layout = _with_given_headline(layout, headline_value)
    body, blocks = _join(layout.blocks)
    usable = Usable(values, notes)
    words, in_headline = tokenize(body), tokenize(layout.headline or "")
    return Article(
        locator=document.locator,
        reader=document.reader,
        original=original,
        context_sha256=context_sha256,
        headline=layout.headline,
        headline_method=layout.headline_method,
        headline_index=index_text(layout.headline) if layout.headline else None,
        body=body,
        body_index=index_text(body),
        words=len(words),
        text_sha256=text_sha256(layout.headline, body),
        fingerprint=fingerprint(body, words),
        fingerprint_version=FINGERPRINT_VERSION,
        normalizer_version=NORMALIZER_VERSION,
        blocks=blocks,
        set_aside=layout.set_aside,
        links=layout.links,
        dates=(
            *usable.dates,
            *(find_dates(layout.headline, "headline") if layout.headline else ()),
            *find_dates(body, "body"),
        ),
        published=usable.published,
        authors=usable.authors,
        url=usable.url,
        language=usable.language,
        values=usable.chosen,
        status=usable.status,
        embargo=usable.embargo,
        modified_at=usable.times.get("modified"),
        crawled_at=usable.times.get("crawled"),
        topics=tuple(dict.fromkeys(topic for topic in topics if topic.text)),
        matches=tuple(find_matches(layout.headline, body, layout.set_aside, matchers, words)),
        notes=tuple(notes),
        impacts=None if on_server else impact_terms(in_headline, words),
        indexed=indexed(in_headline, words) if on_server else None,
    )


def tell_language(article: Article) -> Article:
    """Return the article with the language that its words make likely, where nobody states one that can be used."""
    if article.language is not None:
        return article
    language = detect_language(article.headline, article.body, article.words)
    if language is None:
        return article
    return article._replace(
        language=language, values=article.values | {"language": Value("language", language, DETECTED)}
    )


def _cleaned(value: Value) -> Value:
    text = _on_one_line(value.text)
    if value.label is not None:
        return value._replace(text=text, label=_on_one_line(value.label) or None)
    return value if text == value.text else value._replace(text=text)


def _on_one_line(text: str) -> str:
    # of printable ASCII, as most values are, nothing has to be cleaned
    plain = text if text.isascii() and text.isprintable() else clean_text(text)[0]
    return " ".join(plain.split())


def _layout(document: Document, notes: list[str]) -> Layout:
    if document.text is not None:
        text, mended = clean_text(document.text)
        notes.extend(mended)
        laid_out = lay_out(text)
        if document.layout is None:
            return laid_out
        # what the reader itself set aside of a plain text: its front matter
        return laid_out._replace(set_aside=(*document.layout.set_aside, *laid_out.set_aside))
    layout = document.layout or Layout(None, None, ())
    cleaned = [clean_text(block.text) for block in layout.blocks]
    notes.extend(dict.fromkeys(note for _, mended in cleaned for note in mended))
    headline = clean_text(layout.headline)[0] if layout.headline else ""
    return layout._replace(
        headline=headline or None,
        headline_method=layout.headline_method if headline else None,
        blocks=tuple(block._replace(text=text) for block, (text, _) in zip(layout.blocks, cleaned, strict=True)),
        set_aside=tuple(passage._replace(text=clean_text(passage.text)[0]) for passage in layout.set_aside),
        links=tuple(
            link._replace(
                text=clean_text(link.text)[0] if link.text else link.text,
                url=clean_text(link.url)[0] if link.url else link.url,
            )
            for link in layout.links
        ),
    )


def _with_given_headline(layout: Layout, given: Value | None) -> Layout:
    """Return the layout under the headline that was given; another one in the text stays there, as a heading."""
    if given is None or not given.text:
        return layout
    if layout.headline is None or tokenize(layout.headline) == tokenize(given.text):
        return layout._replace(headline=given.text, headline_method="given")
    return layout._replace(
        headline=given.text,
        headline_method="given",
        blocks=(Block("heading", layout.headline), *layout.blocks),
        set_aside=tuple(passage._replace(after_block=passage.after_block + 1) for passage in layout.set_aside),
    )


def _join(blocks: Sequence[Block]) -> tuple[str, tuple[tuple[int, str, int | None, int, int], ...]]:
    """Return the body, and where the blocks stand that are no plain paragraphs."""
    special = []
    start = 0
    for position, block in enumerate(blocks):
        if block.kind != "paragraph":
            special.append((position, block.kind, block.level, start, start + len(block.text)))
        start += len(block.text) + 2
    return "\n\n".join(block.text for block in blocks), tuple(special)


class Usable:
    """The nearest usable value of each field of those that a unit is given, and what became of the others."""

    def __init__(self, values: Sequence[Value], notes: list[str]) -> None:
        self.chosen: dict[str, Value] = {}
        self.published: PublishedTime | None = None
        self.dates: list[FoundDate] = []
        self.url: str | None = None
        self.language: str | None = None
        self.authors: tuple[tuple[str, str], ...] = ()
        self.status: str | None = None
        self.embargo: PublishedTime | None = None
        self.times: dict[str, str] = {}
        self._saved_by = next(
            (day for value in values if value.field == "crawled" and (day := _last_day(value.text))), None
        )
        for value in sorted(values, key=lambda value: METHODS.index(value.method)):
            if value.field == "published":
                self._take_date(value, notes)
                continue
            if not value.text or value.field in self.chosen:
                continue
            try:
                if value.field == "url":
                    self.url = canonical_url(value.text)
                elif value.field == "language":
                    self.language = language_tag(value.text)
                elif value.field == "authors":
                    self.authors = tuple((name, name_key(name)) for name in split_byline(value.text))
                elif value.field in VERSION_TIMES:
                    self.times[value.field] = _moment(value.text)
                elif value.field == "status":
                    self.status = publication_status(value.text)
                elif value.field == "embargo":
                    self.embargo = parse_published(value.text)
            except ValueError as error:
                notes.append(f"{value.field} '{_short(value.text)}' was not used: {error}")
                continue
            self.chosen[value.field] = value

    def _take_date(self, value: Value, notes: list[str]) -> None:
        if not value.text:
            return
        try:
            time = parse_published(value.text)
        except ValueError as error:
            notes.append(f"date '{_short(value.text)}' was not used: {error}")
            self.dates.append(
                FoundDate(value.text, "published", value.method, None, None, False, False, f"not usable: {error}")
            )
            return
        is_of_page = value.method in PAGE_METHODS or value.method in GUESSES
        if is_of_page and self._saved_by is not None and time.starts[:10] > self._saved_by:
            too_late = "the page was saved before that"
            notes.append(f"date '{_short(value.text)}' was not used: {too_late}")
            self.dates.append(
                FoundDate(
                    value.text, "published", value.method, time.text, time.precision, _has_zone(time), False, too_late
                )
            )
            return
        chosen = self.published is None
        nearer = None if chosen else self.chosen["published"].method
        reason = None if chosen else "another stands before it" if nearer == value.method else f"{nearer} is nearer"
        self.dates.append(
            FoundDate(value.text, "published", value.method, time.text, time.precision, _has_zone(time), chosen, reason)
        )
        if chosen:
            self.published = time
            self.chosen["published"] = value


def _moment(text: str) -> str:
    """Return a time that versions can be put in order by: UTC, else the local day; ValueError where less is known."""
    time = parse_published(text)
    moment = time.utc or time.day
    if moment is None:
        raise ValueError(f"only the {time.precision} is known")
    return moment


def _last_day(text: str) -> str | None:
    """Return the day after that of a time, which is the latest it was anywhere; None where it cannot be read."""
    try:
        day = parse_published(text).day
    except ValueError:
        return None
    return None if day is None else (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _has_zone(time: PublishedTime) -> bool:
    return time.utc is not None


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
