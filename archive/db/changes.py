"""What an import decided about a unit, handed to the store to be written."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from archive.db.lookups import Identifier, KnownArticle, KnownRevision, RuleTag
from archive.documents import Article, Failure, Value
from archive.normalize.tokens import tokenize


@dataclass(slots=True)
class Change:
    """What becomes of a unit: its outcome, the article it belongs to, and what is to be written there.

    `moves` says that its article has that text as the current one from now on; `dates_revision`, that a text which was
    there already is known to be later than it was; `retag`, that the text is the known one but is tagged otherwise than
    before. `new_topics` are given ones: topic id, as named, where given. `repeats` is the unit on whose record
    stands all that this one states; None where it has statements of its own.
    """

    unit: Article
    item_id: int
    outcome: str
    article: KnownArticle
    revision: KnownRevision
    is_new_article: bool = False
    is_new_revision: bool = False
    moves: bool = False
    dates_revision: bool = False
    retag: bool = False
    set_values: dict[str, Value] = field(default_factory=dict)
    source_id: int | None = None
    new_topics: list[tuple[int, str, str]] = field(default_factory=list)
    new_identifiers: list[Identifier] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    repeats: int | None = None


@dataclass(slots=True)
class SameAsBefore:
    """A unit whose bytes and context are those that its place last gave."""

    item_id: int
    locator: str
    last_item_id: int


@dataclass(slots=True)
class Failed:
    """A unit that could not be read."""

    item_id: int
    failure: Failure


def unit_tags(unit: Article) -> set[RuleTag]:
    """Return what the vocabulary tags in a unit."""
    return {(match.topic_id, match.method, match.rule, match.field, match.start, match.end) for match in unit.matches}


def are_other_tags(tags: AbstractSet[RuleTag], known: AbstractSet[RuleTag]) -> bool:
    """Tell whether rules put other tags on a text than are known; to spell a rule otherwise is no other tag."""
    return tags != known and _by_words(tags) != _by_words(known)


def _by_words(tags: AbstractSet[RuleTag]) -> set[tuple[object, ...]]:
    return {(topic_id, method, tuple(tokenize(rule)), *place) for topic_id, method, rule, *place in tags}
