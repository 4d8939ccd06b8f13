"""Whether an archive is sound: everything that can be checked against something else is.

`verify` looks at a file, `examine` at a connection, as `archive.repair` does before it commits. Each module has the
checks of one kind; `findings` says what a finding is.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.db.schema import not_a_database
from archive.db.sqlite import connect_read_only
from archive.queries.verification import (
    corpora,
    database,
    decided,
    forgotten,
    learned,
    originals,
    records,
    texts,
    values,
)
from archive.queries.verification.findings import SEVERITIES, UNREADABLE, Finding, guarded
from archive.running import Watch, unwatched

_CHECKS = (*records.CHECKS, *decided.CHECKS, *forgotten.CHECKS, *corpora.CHECKS, *learned.CHECKS)
_COUNTED = {
    "articles": "articles",
    "texts": "article_revisions",
    "originals": "originals",
    "passages": "tag_evidence",
    "units": "import_items",
}


@dataclass(frozen=True)
class Verification:
    """What was found, the worst first, and how much was looked at: articles, texts, originals, passages, units."""

    findings: tuple[Finding, ...]
    counts: dict[str, int]

    def number(self, severity: str) -> int:
        """Return how many findings are of a severity: error, warning or note."""
        return sum(finding.severity == severity for finding in self.findings)


def verify(path: Path, *, deep: bool = False, watch: Watch = unwatched) -> Verification:
    """Check an archive, without changing anything, as it is at one moment.

    `deep` reads all bytes as received, and all texts word by word; it also compares the tables with this program's.
    Of an archive with an older schema only the file, its keys and its search index are checked. Raises SchemaError
    for what is no archive, and for an archive of a newer program.
    """
    findings = list(database.check_schema(path))
    is_current = not findings
    with not_a_database(path), closing(connect_read_only(path)) as connection:
        prepare(connection)
        connection.execute("BEGIN")
        found = examine(connection, watch, deep=deep) if is_current else examine_file(connection, watch, deep=deep)
        findings.extend(found)
        counts = _counts(connection)
    if not any(finding.check == "search" for finding in findings):
        watch("search index", 0, None)
        findings.extend(guarded("search", database.check_search_of(path)))
    if deep and is_current:
        watch("tables", 0, None)
        findings.extend(guarded("tables", database.check_tables(path)))
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Verification(tuple(findings), counts)


def prepare(connection: sqlite3.Connection) -> None:
    """Set up a connection for checks: transactions are begun by hand, and no text is too damaged to be looked at."""
    connection.isolation_level = None
    connection.text_factory = _text
    connection.execute("PRAGMA cache_size = -65536")


def examine(connection: sqlite3.Connection, watch: Watch, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong in an archive with the current schema, all but what needs a connection of its own."""
    yield from examine_file(connection, watch, deep=deep)
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("indexes", lambda: database.check_indexes(connection)),
        ("views", lambda: database.check_views(connection)),
        ("types", lambda: values.check_types(connection)),
        ("enumerated", lambda: values.check_enumerations(connection)),
        *((check.name, lambda check=check: check.findings(connection)) for check in _CHECKS),
        ("corpora", lambda: corpora.check_corpora(connection)),
        ("models", lambda: learned.check_models(connection)),
        ("running", lambda: records.check_running(connection)),
        ("topic_tree", lambda: records.check_topic_tree(connection)),
        ("decided_tags", lambda: decided.check_tags(connection)),
        ("name_keys", lambda: values.check_name_keys(connection)),
        ("published", lambda: values.check_published(connection)),
        ("embargo", lambda: values.check_embargo(connection)),
        ("texts", lambda: texts.check_texts(connection, watch, deep=deep)),
        ("originals", lambda: originals.check_originals(connection, watch, deep=deep)),
    ]
    for name, check in checks:
        watch(name, 0, None)
        yield from guarded(name, check())


def examine_file(connection: sqlite3.Connection, watch: Watch, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with the file itself, its keys and which articles are in its search index."""
    watch("integrity", 0, None)
    yield from guarded("integrity", database.check_integrity(connection, deep=deep))
    watch("foreign keys", 0, None)
    yield from guarded("foreign_keys", database.check_foreign_keys(connection))
    yield from guarded("search", database.check_indexed(connection))


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    counts = {}
    for name, table in _COUNTED.items():
        try:
            (counts[name],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        except UNREADABLE:
            continue  # too damaged to be counted, which is among the findings
    return counts


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
