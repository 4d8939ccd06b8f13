"""Whether an archive is sound: everything that can be checked against something else is.

`verify` looks at an archive, `examine` at a connection, as `archive.repair` does before it commits. Each module has the
checks of one kind; `findings` says what a finding is, `base` what differs between engines.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from archive.db.location import Location
from archive.db.plain import Plain
from archive.queries.verification import (
    corpora,
    database,
    decided,
    forgotten,
    learned,
    left_behind,
    originals,
    records,
    texts,
    values,
)
from archive.queries.verification.base import Engine
from archive.queries.verification.engines import engine_of
from archive.queries.verification.findings import RESTORE, SEVERITIES, Finding, guarded
from archive.running import Watch, unwatched

__all__ = ["Engine", "Verification", "cured", "examine", "examine_file", "verify"]

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


def verify(location: Location, *, deep: bool = False, watch: Watch = unwatched) -> Verification:
    """Check an archive, without changing anything, as it is at one moment.

    `deep` reads all bytes as received, and all texts word by word; it also compares the tables with this program's.
    Of an archive with an older schema only the file, its keys and its search index are checked. Raises SchemaError
    for what is no archive, and for an archive of a newer program.
    """
    findings = list(database.check_schema(location))
    is_current = not findings
    engine = engine_of(location)
    with engine.opened(location) as connection:
        examined = examine if is_current else examine_file
        findings.extend(examined(connection, engine, watch, deep=deep))
        counts = _counts(connection, engine)
    found = {finding.check for finding in findings}
    for name, check in engine.check_apart(location, is_current=is_current):
        if name != "search" or name not in found:
            watch(name, 0, None)
            findings.extend(guarded(name, check))
    if deep and is_current:
        watch("tables", 0, None)
        findings.extend(guarded("tables", database.check_tables(location, engine)))
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Verification(tuple(cured(finding, engine) for finding in findings), counts)


def examine(connection: Plain, engine: Engine, watch: Watch, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong in an archive with the current schema, all but what needs a connection of its own."""
    yield from examine_file(connection, engine, watch, deep=deep)
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("indexes", lambda: database.check_indexes(connection, engine)),
        ("views", lambda: engine.check_views(connection)),
        ("types", lambda: engine.check_types(connection)),
        ("enumerated", lambda: values.check_enumerations(connection)),
        *((check.name, lambda check=check: check.findings(connection)) for check in _CHECKS),
        ("corpora", lambda: corpora.check_corpora(connection)),
        ("models", lambda: learned.check_models(connection)),
        ("left_behind", lambda: left_behind.check_left_behind(connection)),
        ("running", lambda: records.check_running(connection)),
        ("topic_tree", lambda: records.check_topic_tree(connection)),
        ("decided_tags", lambda: decided.check_tags(connection)),
        ("name_keys", lambda: values.check_name_keys(connection)),
        ("published", lambda: values.check_published(connection)),
        ("embargo", lambda: values.check_embargo(connection)),
        ("texts", lambda: texts.check_texts(connection, watch, deep=deep)),
        ("originals", lambda: originals.check_originals(connection, engine, watch, deep=deep)),
    ]
    yield from _checked(connection, engine, watch, checks)


def examine_file(connection: Plain, engine: Engine, watch: Watch, *, deep: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with what the archive is kept in, its keys and which articles are in its search index."""
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("integrity", lambda: database.check_integrity(connection, engine, deep=deep)),
        ("constraints", lambda: engine.check_constraints(connection)),
        ("foreign_keys", lambda: engine.check_foreign_keys(connection)),
        ("search", lambda: engine.check_indexed(connection)),
    ]
    yield from _checked(connection, engine, watch, checks)


def cured(finding: Finding, engine: Engine) -> Finding:
    """Return a finding with the words of its engine for going back to a backup."""
    return replace(finding, cure=finding.cure and finding.cure.replace(RESTORE, engine.RESTORE))


def _checked(
    connection: Plain, engine: Engine, watch: Watch, checks: Iterable[tuple[str, Callable[[], Iterable[Finding]]]]
) -> Iterator[Finding]:
    for name, check in checks:
        watch(name, 0, None)
        yield from guarded(name, check(), engine.attempted(connection))


def _counts(connection: Plain, engine: Engine) -> dict[str, int]:
    counts: dict[str, int] = {}

    def count(name: str, table: str) -> Iterator[Finding]:
        (counts[name],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        yield from ()

    for name, table in _COUNTED.items():
        # what is too damaged to be counted is among the findings
        list(guarded(name, count(name, table), engine.attempted(connection)))
    return counts
