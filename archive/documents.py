"""What is handed from stage to stage of an import. Frozen, and free of SQL, files and click.

Offsets are 0-based, half-open, in code points of the field they name. Named tuples: a frozen dataclass takes three
times as long to make, and twice as long to take over from another process. Nothing in them is SQLAlchemy's, or every
process that reads would load it.
"""

from typing import NamedTuple

# The single values that an input can give about an article, by the name they have in `article_values`.
# Topics are not among them: they add up.
FIELDS = (
    *("id", "url", "headline", "source", "published", "authors", "language"),
    *("section", "page", "edition", "rights", "kind"),
    *("status", "embargo", "slugline", "dateline"),
)

# What is said of a version of a piece: that of the latest one stands.
OF_VERSION = ("status", "embargo")

# The times of a version, which belong to its text: when its publisher changed it last, when somebody took it down.
VERSION_TIMES = ("modified", "crawled")

# What a page states of itself; and what its text makes likely, which gives way to what a person says beside it.
PAGE_METHODS = ("json_ld", "opengraph", "meta", "markup", "saved_from")
GUESSES = ("time_element", "trafilatura")

# What the words of a text make likely, where nobody says anything: its language.
DETECTED = "detected"

# Where a value was given, nearest to the text first. A nearer one wins; `domain` is derived from the URL.
METHODS = (
    *("front_matter", "record", "header", *PAGE_METHODS),
    *("sidecar", "archive_toml", "option", *GUESSES, "domain", DETECTED),
)

# Those that say it within the bytes of the document itself.
WITHIN_THE_BYTES = ("front_matter", "record", "header", *PAGE_METHODS, *GUESSES, DETECTED)


class Value(NamedTuple):
    """A value as the input gives it: text, not yet normalized, and where it stood.

    `label` is what a topic is called whose `text` is its `scheme:code`, in case no vocabulary here has it.
    """

    field: str
    text: str
    method: str
    label: str | None = None


class Given(NamedTuple):
    """What is said beside a document of it: by its sidecar, by archive.toml, by options.

    `digest` is the SHA-256 (hex) of the files that say it, "" where there are none.
    """

    values: tuple[Value, ...] = ()
    topics: tuple[Value, ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""


class Block(NamedTuple):
    """One block of a body. `kind` is paragraph, heading, quote, list, code or table; `level` is a heading's 1 to 6."""

    kind: str
    text: str
    level: int | None = None


class SetAside(NamedTuple):
    """A passage taken out of the body and kept: what it is, after which block it stood, which rule took it out."""

    kind: str
    text: str
    after_block: int
    rule: str
    rule_version: int


class Link(NamedTuple):
    """Another piece that the document points to: by its headline (`related_headline`) or by URL (`link`)."""

    kind: str
    text: str | None
    url: str | None


class Layout(NamedTuple):
    """A text taken apart: its headline, the blocks of its body in order, what was set aside, what it links to."""

    headline: str | None
    headline_method: str | None
    blocks: tuple[Block, ...]
    set_aside: tuple[SetAside, ...] = ()
    links: tuple[Link, ...] = ()


class PublishedTime(NamedTuple):
    """A point in time as exactly as it is known, and no more exactly.

    text       `2023`, `2023-02`, `2023-02-28`, `2023-02-28T06:30` or, where the zone is known, RFC 3339 with its offset
    precision  year, month, day, minute or second
    starts     first local moment of the half-open interval that the text names, `YYYY-MM-DDTHH:MM:SS`
    ends       first local moment after it
    day        local day `YYYY-MM-DD`, or None where less is known
    utc        `YYYY-MM-DDTHH:MM:SS.000000Z`, or None unless minute and zone are known
    """

    text: str
    precision: str
    starts: str
    ends: str
    day: str | None
    utc: str | None


class FoundDate(NamedTuple):
    """A date found in a document, chosen as its publication date or not.

    kind       published (given as such) or mentioned (in the text)
    method     one of METHODS, or `pattern` for a mention
    field      headline or body for a mention, else None
    value      ISO 8601 as far as known; `XXXX-02-16` (EDTF) where the year is not; None where it cannot be read
    precision  year, month, day, minute, second, or None where value is None
    has_zone   whether the zone is known
    reason     why it was not chosen, or None if it was
    """

    text: str
    kind: str
    method: str
    value: str | None
    precision: str | None
    has_zone: bool
    chosen: bool
    reason: str | None
    field: str | None = None
    start: int | None = None
    end: int | None = None


class Original(NamedTuple):
    """Bytes as received: their SHA-256 (hex), their kind and size, and a zstd frame that holds them."""

    sha256: str
    media_type: str
    size: int
    content: bytes


class Document(NamedTuple):
    """One item that a reader found, with what the input itself says of it.

    Plain text comes as `text`, still to be laid out; a format with structure of its own comes as `layout`.
    `notes` say what was mended or could not be used, in words for the person who imports.
    """

    locator: str
    reader: str
    media_type: str
    content: bytes
    text: str | None = None
    layout: Layout | None = None
    values: tuple[Value, ...] = ()
    topics: tuple[Value, ...] = ()
    notes: tuple[str, ...] = ()


class RuleMatch(NamedTuple):
    """A rule of the vocabulary found in a text: whose it is, and where it stands.

    A rule is a phrase, a name in tags that trail a text, or a query; of a query that names no words `field` is `values`
    and there is no place.
    """

    topic_id: int
    rule: str
    field: str
    start: int | None
    end: int | None
    set_aside: int | None = None  # which of the passages set aside, where field is set_aside
    is_query: bool = False

    @property
    def method(self) -> str:
        """What kind of rule it is, as `tag_evidence` has it."""
        if self.set_aside is not None:
            return "trailing_tags"
        return "query" if self.is_query else "rule"


class Indexed(NamedTuple):
    """What a server's full-text index has of a text: its words in order, and a tsvector if they are not too many."""

    headline: str
    body: str
    vector: str | None


class Article(NamedTuple):
    """A document, normalized: all that is stored of it but what depends on the archive it comes into.

    `modified_at` and `crawled_at` are UTC, or the local day where the zone or the minute is not known; None where not
    even the day is.
    `status` is usable, withheld or canceled.
    `values` has the nearest value of each field that was given one that can be used. `body_index` and
    `headline_index` are what is indexed instead, for scripts without spaces. `blocks` are those of the body that are
    no plain paragraphs, with their offsets: (position, kind, level, start, end). `authors` are names in printed order,
    each with its name key. What is indexed of the text is made already, or None: in a file `impacts`, the terms of
    `normalize.impacts`, on a server `indexed`.
    """

    locator: str
    reader: str
    original: Original
    context_sha256: str
    headline: str | None
    headline_method: str | None
    headline_index: str | None
    body: str
    body_index: str | None
    words: int
    text_sha256: str
    fingerprint: str
    fingerprint_version: int
    normalizer_version: int
    blocks: tuple[tuple[int, str, int | None, int, int], ...]
    set_aside: tuple[SetAside, ...]
    links: tuple[Link, ...]
    dates: tuple[FoundDate, ...]
    published: PublishedTime | None
    authors: tuple[tuple[str, str], ...]
    url: str | None
    language: str | None
    values: dict[str, Value]
    status: str | None = None
    embargo: PublishedTime | None = None
    modified_at: str | None = None
    crawled_at: str | None = None
    topics: tuple[Value, ...] = ()
    matches: tuple[RuleMatch, ...] = ()
    notes: tuple[str, ...] = ()
    impacts: str | None = None
    indexed: Indexed | None = None


class LastItem(NamedTuple):
    """The last unit with an article that a locator gave: enough to know it again."""

    id: int
    original_sha256: str
    context_sha256: str


class Unchanged(NamedTuple):
    """A unit whose bytes and context are those that its place last gave, in that item: nothing in it is looked at."""

    locator: str
    last_item_id: int


class Failure(NamedTuple):
    """A unit that could not be read: where it stands, why, and what a person can do."""

    locator: str
    reason: str
    cure: str | None = None
    sha256: str | None = None


class ReadContainer(NamedTuple):
    """A file of many records that was read to its end: its place, what it is, its bytes as size and SHA-256 (hex).

    `records` counts the records in it, or the files, where it is a bundle. `notes` say what of it was no unit.
    `search_terms` are those that its cover states, of an export of what somebody searched for.
    """

    locator: str
    media_type: str
    size: int
    sha256: str
    records: int
    notes: tuple[str, ...] = ()
    search_terms: str | None = None
