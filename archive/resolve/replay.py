"""What an article is by the units that are left of it, when others are taken out: they are met again, in their order.

The rules are those by which an import meets a unit (`identity`, `merging`); what is met is what is on record of it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.db.article_columns import NOT_CHOSEN_ANY_MORE
from archive.db.lookups import KnownArticle, KnownRevision, KnownValue
from archive.db.statements import TOPICS, Statement, is_kept
from archive.documents import FoundDate, Value
from archive.resolve.merging import merge
from archive.resolve.versions import stands_in_for_notice

Row = dict[str, Any]


@dataclass
class Left:
    """A unit that is left: its place and outcome, the text it gave, what it states and whether that has been met.

    `record` is the unit on whose record its statements stand. `values` are the nearest ones that can be used, without
    the times of its version, `source` the id and the slug of the source that they name. `is_to_the_letter` says that
    its text is that of the revision; `given` are its own times.
    """

    id: int
    locator: str
    outcome: str
    record: int
    revision_id: int
    is_to_the_letter: bool
    given: KnownRevision
    stated: Collection[Statement]
    values: Mapping[str, Value]
    dates: Sequence[FoundDate]
    source: tuple[int | None, str]


@dataclass
class Replayed:
    """What an article is: its current text, the times of each, what stands and by which unit, and what else is stated.

    `dates` are rows of `article_dates`; `topics` leads from a topic as given to the unit that first gave it.
    """

    article: KnownArticle
    values: dict[str, tuple[Value, int]] = field(default_factory=dict)
    others: list[tuple[Statement, int]] = field(default_factory=list)
    dates: list[Row] = field(default_factory=list)
    topics: dict[tuple[str, str], int] = field(default_factory=dict)


def replay(
    article: KnownArticle,
    units: Sequence[Left | KnownRevision],
    unknown_dates: Collection[tuple[str, str]],
    has_surroundings: Callable[[Left], bool],
) -> Replayed:
    """Return what an article is by these units; a revision among them is one made anew of the text that stood then.

    `article` has its revisions and no values. `unknown_dates` were given by nobody knows whom, and stay.
    """
    work = _Replay(article, unknown_dates, has_surroundings)
    for unit in units:
        if isinstance(unit, Left):
            work.meet(unit)
        else:
            article.current_id = unit.id
    return work.done


class _Replay:
    def __init__(
        self,
        article: KnownArticle,
        unknown_dates: Collection[tuple[str, str]],
        has_surroundings: Callable[[Left], bool],
    ) -> None:
        self.done = Replayed(article)
        self._article = article
        self._has_surroundings = has_surroundings
        self._given_dates = set(unknown_dates)
        self._last: dict[str, tuple[int, int]] = {}  # by place: record and text
        self._said: dict[str, Collection[Statement]] = {}  # by place: what it stated last
        self._records: set[int] = set()
        self._texts: set[int] = set()

    def meet(self, unit: Left) -> None:
        article = self._article
        last = (unit.record, unit.revision_id)
        if unit.outcome == "unchanged" and self._last.get(unit.locator) == last:
            return
        self._last[unit.locator] = last
        revision = next(one for one in article.revisions if one.id == unit.revision_id)
        is_new_text = revision.id not in self._texts
        if is_new_text:
            revision.modified_at, revision.crawled_at = unit.given.modified_at, unit.given.crawled_at
        is_first = not self._texts
        follows = None if is_first else unit.given.follows(article.current)
        self._texts.add(revision.id)
        given = {name: value for name, value in unit.values.items() if name != "headline"}
        changed = merge(
            *(given, unit.locator, unit.source, article, []),
            is_older=follows is False,
            version=unit.given,
            said_before=self._said.get(unit.locator, ()),
        )
        self._said[unit.locator] = unit.stated
        moves = is_new_text and (follows is not False or stands_in_for_notice(article, revision))
        if not is_new_text and revision.id != article.current_id and follows and unit.is_to_the_letter:
            moves = self._has_surroundings(unit)
        if (
            not is_new_text
            and unit.is_to_the_letter
            and (unit.given.modified_at or unit.given.crawled_at)
            and (unit.given.follows(revision) or not (revision.modified_at or revision.crawled_at))
        ):
            revision.modified_at, revision.crawled_at = unit.given.modified_at, unit.given.crawled_at
        if moves:
            article.current_id = revision.id
        self._state(unit, changed, moves=moves)

    def _state(self, unit: Left, changed: Mapping[str, Value], *, moves: bool) -> None:
        """Let what a unit states stand, or stand beside what does."""
        stand = dict(changed)
        if moves:
            self._replace("headline")
            if "headline" in unit.values:
                stand["headline"] = unit.values["headline"]
        for name, value in stand.items():
            self._replace(name)
            self.done.values[name] = (value, unit.id)
        for name, value in changed.items():
            times = (unit.given.modified_at, unit.given.crawled_at)
            self._article.values[name] = KnownValue(value.text, value.method, unit.locator, *times)
        if "source" in changed:
            self._article.source_id, self._article.scope = unit.source
        standing = {Statement(name, value.text, value.method) for name, value in stand.items()}
        for topic in sorted(unit.stated):
            if topic.field == TOPICS and (topic.text, topic.method) not in self.done.topics:
                self.done.topics[topic.text, topic.method] = unit.id
                standing.add(topic)
        standing |= self._date(unit, is_set="published" in changed)
        if unit.record not in self._records:
            self._records.add(unit.record)
            self.done.others += [(one, unit.id) for one in sorted(set(unit.stated) - standing)]

    def _replace(self, name: str) -> None:
        before = self.done.values.pop(name, None)
        if before is not None and is_kept(name, before[0].method):
            value, unit_id = before
            self.done.others.append((Statement(name, value.text, value.method), unit_id))

    def _date(self, unit: Left, *, is_set: bool) -> set[Statement]:
        """Add the publication dates that the article was not given before, and return them."""
        added = set()
        if is_set:
            for row in self.done.dates:
                if row["chosen"]:
                    row.update(NOT_CHOSEN_ANY_MORE)
        for date in unit.dates:
            row = {**date._asdict(), "revision_id": None, "import_item_id": unit.id}
            if not (date.chosen and is_set):
                if (date.text, date.method) in self._given_dates:
                    continue
                if date.chosen:
                    row |= {"chosen": False, "reason": "the article had a date already"}
            self._given_dates.add((date.text, date.method))
            added.add(Statement("published", date.text, date.method))
            self.done.dates.append(row)
        return added
