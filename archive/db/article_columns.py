"""Columns that follow from what was decided about a unit, or from a date."""

from archive.db.changes import Change
from archive.db.inserting import Row
from archive.documents import PublishedTime
from archive.normalize.status import embargo_ends

# of a date in `article_dates`
NOT_CHOSEN_ANY_MORE: Row = {"chosen": False, "reason": "a later import gave another"}


def values_of_article(change: Change) -> Row:
    """Return the columns of an article that a change sets."""
    unit = change.unit
    row: Row = {}
    for field, value in change.set_values.items():
        if field == "source":
            row["source_id"] = change.source_id
        elif field == "url":
            row["url"] = unit.url
        elif field == "language":
            row["language"] = unit.language
        elif field == "authors":
            row["byline"] = value.text
        elif field in ("section", "page", "edition", "rights", "kind", "slugline", "dateline"):
            row[field] = value.text
        elif field == "status":
            row["status"] = unit.status
        elif field == "embargo" and unit.embargo is not None:
            row |= embargo_columns(unit.embargo)
        elif field == "published" and unit.published is not None:
            row |= published_columns(unit.published, value.method)
    return row


def published_columns(time: PublishedTime, method: str) -> Row:
    """Return the columns of an article that follow from its date, which was given by `method`."""
    return {
        "published": time.text,
        "published_from": time.starts,
        "published_until": time.ends,
        "published_on": time.day,
        "published_at": time.utc,
        "published_precision": time.precision,
        "published_method": method,
    }


def embargo_columns(time: PublishedTime | None) -> Row:
    """Return the columns of an article that follow from the time until which it is under embargo."""
    if time is None:
        return {"embargo": None, "embargo_until": None}
    return {"embargo": time.text, "embargo_until": embargo_ends(time)}
