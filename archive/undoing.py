"""One import taken out of the archive: its articles, texts, values and places go, and what was before stands again."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from archive.db import decisions, removal, schema, undone, vocabulary
from archive.db.decisions import FIELD, TOPIC, UNDO, Decision
from archive.db.engine import errors_explained, open_engine, points_nowhere, settle, trusting
from archive.db.location import Location
from archive.db.plain import plain_of
from archive.db.precedence import precedence, said, standing
from archive.db.running_imports import find_running
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.normalize.names import name_key
from archive.normalize.text import require_utf8
from archive.queries import reading
from archive.resolve.derived_tags import DerivedTags
from archive.resolve.source_decisions import VERBS
from archive.restoring import Restorer
from archive.running import Watch, unwatched

_LARGEST_ID = 2**63 - 1  # SQLite refuses to compare with a larger number
_NAMED = 10  # articles that are named


@dataclass
class Undoing:
    """What undoing an import takes out, and what speaks against it.

    `units` are those the import read, `own` the keys of the articles that no other import met and that go, `shared` how
    many others are what other imports make of them. `resting` says what later decisions rest on, `unknown` names
    articles of which an older program did not keep what else was stated.
    """

    number: int
    started_at: str
    arguments: str
    units: int
    own: list[str]
    shared: int
    resting: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def refusal(self) -> str | None:
        """Return in words why it is not done unless it is forced; None where nothing speaks against it."""
        reasons = list(self.resting)
        if self.unknown:
            reasons.append(
                f"what other imports stated of {listed(self.unknown)} was not kept by an older program; forced, only "
                "what is on record of them stays"
            )
        if not reasons:
            return None
        return f"import {self.number} is not undone: {'; '.join(reasons)}. --force undoes it all the same"


def survey(location: Location, number: int) -> Undoing:
    """Return what undoing an import would take out; changes nothing.

    Raises NotFoundError where there is no import of that number, UsageError where it is undone already or still runs.
    """
    with reading(location) as connection:
        return _Survey(connection, number).found


def undo_import(
    location: Location,
    number: int,
    who: str,
    because: str | None = None,
    *,
    force: bool = False,
    watch: Watch = unwatched,
) -> Undoing:
    """Take an import out, as a whole or not at all, and return what went; `watch` is told how far it is.

    Articles that only it brought go, with their texts, originals, sources, topics and authors that nothing else uses.
    Others are what the units of other imports make of them, and then what people decided. The import stays on record as
    undone, its units are no places any more. Importing the same again brings the same back, under the same keys.

    With `force` it is done in spite of `Undoing.refusal`: decisions stay in the log, and apply to what comes back.
    Raises ArchiveError where it is refused, NotFoundError and UsageError as `survey` does; then nothing is changed.
    """
    require_utf8("--who", who)
    require_utf8("--because", because)
    if not who.strip():
        raise UsageError("nobody is named who undoes it; name somebody with --who, or in $ARCHIVE_WHO")
    with _writing(location) as connection:
        survey = _Survey(connection, number)
        refusal = survey.found.refusal()
        if refusal and not force:
            raise ArchiveError(refusal)
        _take_out(connection, survey, watch, force=force)
        undone.close(connection, number, who.strip(), (because or "").strip() or None)
        watch("references, commit", 0, None)
    return survey.found


class _Survey:
    """An import that is to be undone, with what it met."""

    def __init__(self, connection: Connection, number: int) -> None:
        row = undone.find_import(connection, number) if 0 < number <= _LARGEST_ID else None
        if row is None:
            raise NotFoundError(f"there is no import {number}; `archive imports` lists them")
        if row["status"] == undone.UNDONE:
            raise UsageError(f"import {number} was undone by {row['undone_by']} at {row['undone_at']}")
        for running in find_running(plain_of(connection))[0]:
            raise UsageError(f"import {running} is still running; undo when it has ended")
        self.own = undone.find_own_articles(connection, number)
        self.shared = undone.find_shared_articles(connection, number, self.own)
        self.found = Undoing(
            number,
            row["started_at"],
            row["arguments"],
            row["units"],
            list(self.own.values()),
            len(self.shared),
            resting=_resting(connection, self.own.values()),
            unknown=undone.find_unknown(connection, number, self.shared),
        )


def _take_out(connection: Connection, survey: _Survey, watch: Watch, *, force: bool) -> None:
    number, own, shared = survey.found.number, survey.own, survey.shared
    met = [*own, *shared]
    names = undone.sources_as_read(connection, number)
    had = removal.find_shared(connection, met)
    restorer = Restorer(connection, number)
    for done, article_id in enumerate(shared):
        watch("what other imports met", done, len(shared))
        restorer.restore(article_id)
    watch("what it alone brought", 0, None)
    removal.remove_articles(connection, list(own))
    watch("tags, authors, topics, sources", 0, None)
    DerivedTags(connection).follow(connection, list(shared))
    removal.remove_unused_authors(connection, had.authors)
    removal.remove_unused_topics(connection, had.topics)
    resting = _remove_unused_sources(connection, number, names)
    if resting and not force:
        survey.found.resting += resting
        raise ArchiveError(survey.found.refusal() or "")


def _remove_unused_sources(connection: Connection, number: int, names: Collection[str]) -> list[str]:
    """Take out sources that only this import named; those that people decided about stay, and are returned in words."""
    known = vocabulary.source_names(connection)
    candidates = {source for name in names if (source := known.get(name_key(name)))}
    unused = removal.find_unused_sources(connection, {source.id for source in candidates})
    if not unused:
        return []
    elsewhere = {known.get(name_key(name)) for name in undone.sources_as_read_elsewhere(connection, number)}
    gone = decisions.undone(connection)
    made = [one for one in decisions.find_all(connection) if one.id not in gone]
    resting = []
    for source in sorted(candidates):
        if source.id not in unused or source in elsewhere:
            continue
        about = [
            one
            for one in made
            if (one.subject in VERBS and source.slug in (one.name, one.value))
            or (one.subject == FIELD and one.name == "source" and known.get(name_key(one.value or "")) == source)
        ]
        if about:
            resting.append(f"{_decisions(about)} about source {source.slug}, which no other import names")
        else:
            removal.remove_sources(connection, [source.id])
    return resting


def _resting(connection: Connection, keys: Collection[str]) -> list[str]:
    """Return in words which decisions that stand are about articles of these keys."""
    stands_by = precedence(connection)
    resting = []
    for key, made in decisions.of_articles(connection, keys).items():
        # of tags what everybody said, also where another's word counts: under another rule it would
        stands = [
            one
            for (subject, _), votes in said(made, stands_by).items()
            for one in (votes.values() if subject == TOPIC else [*votes.values()][-1:])
            if subject != UNDO
        ]
        if stands:
            resting.append(f"{_decisions(stands)} about {key}, which it brought")
    translations = undone.find_translations(connection, set(keys))
    for key, made in decisions.of_articles(connection, list(translations)).items():
        decision = standing(made, stands_by).get((FIELD, "translation_of"))
        if decision is not None:
            resting.append(f"decision {decision.id} says that {key} translates {translations[key]}, which it brought")
    return resting


def _decisions(made: Sequence[Decision]) -> str:
    numbers = ", ".join(str(number) for number in sorted(one.id for one in made))
    return f"decision{'' if len(made) == 1 else 's'} {numbers}"


def listed(keys: Sequence[str]) -> str:
    """Return the first few keys, and how many more there are."""
    return ", ".join(keys[:_NAMED]) + (f" and {len(keys) - _NAMED:,} more" if len(keys) > _NAMED else "")


@contextmanager
def _writing(location: Location) -> Iterator[Connection]:
    """Give a connection in one transaction under the write lock; all of it is written, or nothing.

    References are checked once, at the end: row by row, each text that goes would be looked for in all units.
    """
    schema.require_current(location)
    engine = open_engine(location)
    try:
        with errors_explained(location), trusting(engine) as connection, connection.begin():
            schema.require_unchanged(connection)
            yield connection
            if points_nowhere(connection):
                raise ArchiveError("nothing was changed: rows would point nowhere; `archive verify` says which")
        settle(engine)
    finally:
        engine.dispose()
