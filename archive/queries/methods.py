"""What a paper says of a corpus: one paragraph, of what was put on record when it was frozen, and so true for good."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from archive.db.tables import about
from archive.queries.corpora import find_corpus


def corpus_methods(connection: Connection, name: str) -> dict[str, Any]:
    """Return the record of a corpus, the archive it is in, the paragraph `methods`, and how to cite it (`citation`).

    Raises NotFoundError for a name that is not known.
    """
    archive_id = connection.scalar(select(about.c.value).where(about.c.name == "archive_id"))
    record = {**find_corpus(connection, name), "archive_id": archive_id}
    citation = _citation(record)
    told = (_frozen, _inputs, _query, _exclusions, _copies, _contents, _checksum)
    paragraph = " ".join(" ".join(sentence(record) for sentence in told).split())
    return {**record, "methods": f"{paragraph} Cite as: {citation}", "citation": citation}


def _frozen(record: dict[str, Any]) -> str:
    at = datetime.fromisoformat(record["frozen_at"])
    return (
        f"The corpus “{record['name']}” was frozen on {_day(at)} at {at:%H:%M} UTC by {record['who']}, with version "
        f"{record['program_version']} of the program archive (schema {record['schema_version']}), in the news archive "
        f"{record['archive_id']}."
    )


def _inputs(record: dict[str, Any]) -> str:
    outcomes = ", ".join(f"{record[name]:,} {name}" for name in ("added", "revised", "unchanged", "duplicate"))
    return (
        f"The archive then had {counted(record['imports'], 'import')} on record, which had read "
        f"{counted(record['units'], 'unit')}: {outcomes}, {record['failed']:,} failed."
    )


def _query(record: dict[str, Any]) -> str:
    saved = (line.partition(" = ")[::2] for line in (record["saved_queries"] or "").split("\n") if line)
    stood = " and ".join(f"query:{name} stood for `{text}`" for name, text in saved)
    reckoned = record["reckoned_from"]
    return (
        f"Its articles are those that the query `{record['query']}` found, each with the text that was current then."
        + (f" In it, {stood}." if stood else "")
        + (f" Relative days in it were reckoned from {_day(datetime.fromisoformat(reckoned))}." if reckoned else "")
    )


def _exclusions(record: dict[str, Any]) -> str:
    undated, imprecise = record["left_out_undated"], record["left_out_imprecise"]
    left_out = [f"{counted(undated, 'article')} without a date of publication"] if undated else []
    left_out += [f"{counted(imprecise, 'article')} with a date too coarse to tell"] if imprecise else []
    if left_out:
        told = f"The query asks for a span of time; left out for it were {' and '.join(left_out)}."
    else:
        told = "No article was left out because its date of publication was unknown or too coarse."
    if record["includes_imprecise"]:
        told += " Articles whose date was coarser than a span of the query, and could be within it, were taken in."
    if hidden := record["left_out_hidden"]:
        kept_back = f"that {_were(hidden)} withheld, canceled or under embargo then"
        told += f" {counted(hidden, 'article').capitalize()} {kept_back} {_were(hidden)} left out."
    if record["includes_hidden"]:
        told += " Articles that were withheld, canceled or under embargo then were taken in."
    return told


def _copies(record: dict[str, Any]) -> str:
    rule = (
        "Articles count as copies of one text if their bodies have the same words in the same order, whatever the "
        f"headline, case, accents, punctuation and white space (fingerprint version {record['fingerprint_versions']})."
    )
    if not record["one_per_text"]:
        return f"{rule} Copies were not left out."
    return (
        f"{rule} Of copies only the one that may have been published earliest was taken, or of several such the one "
        f"with the smallest key; {counted(record['left_out_copies'], 'copy')} "
        f"{_were(record['left_out_copies'])} left out."
    )


def _contents(record: dict[str, Any]) -> str:
    none_stated = record["without_source"]
    if none_stated == record["articles"]:
        sources = "none of which stated a source"
    else:
        sources = f"from {counted(record['sources'], 'source')}"
        sources += f" ({counted(none_stated, 'article')} stated none)" if none_stated else ""
    first, last = record["published_first"], record["published_last"]
    undated = record["without_date"]
    if first is None:
        dates = "none with a date of publication"
    else:
        dates = f"dated {first}" if first == last else f"dated from {first} to {last}"
        dates += f" ({counted(undated, 'article')} without a date)" if undated else ""
    return (
        f"The corpus has {counted(record['articles'], 'article')} with {counted(record['texts'], 'different text')} "
        f"and {counted(record['words'], 'word')} in all, {sources}, {dates}; normalization rules of version "
        f"{record['normalizer_versions']} made their texts."
    )


def _checksum(record: dict[str, Any]) -> str:
    return (
        f"Its checksum is the SHA-256 {record['sha256']} of its lines of article key and SHA-256 of the text, sorted "
        "by key."
    )


def _citation(record: dict[str, Any]) -> str:
    return (
        f"{record['who']} ({record['frozen_at'][:4]}): {record['name']}. Corpus of "
        f"{counted(record['articles'], 'article')}, news archive {record['archive_id']}, SHA-256 {record['sha256']}."
    )


def counted(number: int, thing: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "copy"), counted(1200, "copy"), counted(2, "word")
    ('1 copy', '1,200 copies', '2 words')
    """
    plural = thing[:-1] + "ies" if thing.endswith("py") else thing + "s"
    return f"{number:,} {thing if number == 1 else plural}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _day(day: datetime) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
