"""Which of the values that units state of an article stands."""

from collections.abc import Collection, Mapping

from archive.db.lookups import KnownArticle, KnownRevision, KnownValue, is_later
from archive.db.statements import Statement
from archive.documents import METHODS, OF_VERSION, Value
from archive.resolve.values import mean_the_same, rank


def merge(
    given: Mapping[str, Value],
    locator: str,
    source: tuple[int | None, str],
    article: KnownArticle,
    reasons: list[str],
    *,
    is_older: bool,
    version: KnownRevision,
    said_before: Collection[Statement],
) -> dict[str, Value]:
    """Return the values that a unit sets on a known article: what was missing, what it knows from nearer by.

    `given` is what it states, `source` the id and the slug of the source that this names, `version` has the times of
    its text. An older version than what stands does not correct what the same place said later. Whether an item may be
    published is said by its latest version, and else by what came last: `said_before`, which its place stated already,
    says nothing anew. `reasons` is told what was changed, and what was not taken.
    """
    source_id, scope = source
    changed: dict[str, Value] = {}
    for name, value in given.items():
        known = article.values.get(name)
        if known is None:
            changed[name] = value
            reasons.append(f"{name} filled in")
            continue
        same = known.text == value.text or (
            source_id == article.source_id if name == "source" else mean_the_same(name, known.text, value.text)
        )
        if METHODS.index(value.method) < METHODS.index(known.method):
            changed[name] = value
            reasons.append(f"{name} now given by {value.method}" if same else f"{name} changed")
        elif name in OF_VERSION and known.method == value.method:
            times = (known.modified_at, known.crawled_at)
            follows = is_later((version.modified_at, version.crawled_at), times)
            if follows or (
                follows is None and not same and Statement(name, value.text, value.method) not in said_before
            ):
                changed[name] = value
                reasons += [] if known.text == value.text else [f"{name} changed from '{known.text}'"]
            elif not same:
                reasons.append(f"{name} '{value.text}' was not taken: a later version said '{known.text}'")
        elif known.text != value.text and known.method == value.method and known.locator == locator:
            if not is_older:  # than what the same place said later
                changed[name] = value
                reasons.append(f"{name} changed")
        elif not same and known.method == value.method and _goes_before(value, scope, article, known):
            changed[name] = value
            reasons.append(f"{name} changed from '{known.text}', which another place gives")
        elif not same:
            reasons.append(f"{name} '{value.text}' ({value.method}) was not taken: {known.method} said '{known.text}'")
    return changed


def _goes_before(value: Value, scope: str, article: KnownArticle, known: KnownValue) -> bool:
    """Tell which of two values stands that two places give, equally near: one and the same in any order."""
    if value.field == "source":
        return scope < article.scope
    return rank(value.field, value.text) < rank(value.field, known.text)
