"""Going through what is proposed for articles, one topic after the other: each yes and no is on record at once."""

from itertools import accumulate
from typing import Any, NamedTuple

from archive.db.decisions import ACCEPTED, REJECTED
from archive.db.location import Location
from archive.decide import Wish, decide, require_name, undo
from archive.errors import NotFoundError, UsageError
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.review import find_open, show_open


class Proposal(NamedTuple):
    """A topic that is proposed for an article: which of all proposals it is, the article, and the topic.

    `article` is as `show_open` returns it, `topic` one of its `proposed`.
    """

    number: int
    article: dict[str, Any]
    topic: dict[str, Any]


class Told(NamedTuple):
    """What was answered, as it stands: how often yes, no and neither; and how many proposals were not reached."""

    yes: int
    no: int
    skipped: int
    left: int


class _Answer(NamedTuple):
    """What was answered where; `decision` is None where it was skipped, or on record already."""

    place: tuple[int, int]
    value: str | None
    decision: int | None


class Review:
    """A person's way through proposals: nothing is held back, so that it can end at any moment, and begin again.

    Between two answers nothing is kept open: others can write, and forget articles, meanwhile. `gone` names articles
    that were passed over since they are not there any more; who tells of them takes them out.
    """

    def __init__(
        self,
        location: Location,
        asked: Asked,
        who: str,
        *,
        scheme: str | None = None,
        topic: str | None = None,
        min_score: float = 0,
        reason: str | None = None,
    ) -> None:
        require_name(who, reason)
        self._location, self._who, self._reason = location, who, reason
        with reading(location) as connection:
            selection = asked.selection(connection)
            self._open = find_open(connection, selection, who, scheme=scheme, topic=topic, min_score=min_score)
        # how many proposals come before those of each article, and at the end how many there are
        self._before = [0, *accumulate(len(one.topic_ids) for one in self._open)]
        self.total = self._before[-1]
        self._place = (0, 0)  # of an article, and of a topic among those proposed for it
        self._shown: tuple[int, dict[str, Any] | None] | None = None  # an article by its place, as read
        self._in_order: set[int] = set()
        self._answers: list[_Answer] = []
        self.gone: list[str] = []

    @property
    def told(self) -> Told:
        """What was answered, and what was not reached."""
        values = [one.value for one in self._answers]
        left = self.total - self._before[self._place[0]] - self._place[1]
        return Told(values.count(ACCEPTED), values.count(REJECTED), values.count(None), left)

    def proposal(self) -> Proposal | None:
        """Return what is asked now, None at the end; articles and topics that went meanwhile are passed over."""
        while (number := self._place[0]) < len(self._open):
            article, ids = self._read(number), self._open[number].topic_ids
            if article is None:
                self._pass_over(number)
                continue
            for place in range(self._place[1], len(ids)):
                for topic in article["proposed"]:
                    if topic["id"] == ids[place]:
                        self._place = (number, place)
                        return Proposal(self._before[number] + place + 1, article, topic)
            self._place = (number + 1, 0)
        return None

    def answer(self, value: str | None) -> int | None:
        """Put on record what the person says of what is asked now (accepted or rejected), or skip it; and go on.

        Returns the number of the decision; None where there is none to record, as for an article that was forgotten
        meanwhile. Raises ArchiveError where it cannot be recorded now; then it is still asked.
        """
        asked = self.proposal()
        if asked is None:
            return None
        number, place = self._place
        decision = None
        if value is not None:
            name = f"{asked.topic['scheme']}:{asked.topic['code']}"
            on, off = ([name], []) if value == ACCEPTED else ([], [name])
            try:
                made = decide(self._location, [Wish(asked.article["key"], {}, on, off, self._reason)], self._who).made
            except NotFoundError:
                self._pass_over(number)
                return None
            decision = made[0].id if made else None
        self._answers.append(_Answer(self._place, value, decision))
        self._place = (number, place + 1)
        return decision

    def undo(self) -> bool:
        """Take the last answer back, and ask that again; False where there is none.

        Raises UsageError where it cannot be taken back any more, as where its article was forgotten: it stays, and the
        one before is now the last. Raises ArchiveError where it cannot be taken back now.
        """
        if not self._answers:
            return False
        last = self._answers[-1]
        if last.decision is not None:
            try:
                undo(self._location, last.decision, self._who)
            except UsageError:
                self._answers.pop()
                raise
        self._answers.pop()
        self._place = last.place
        return True

    def _read(self, number: int) -> dict[str, Any] | None:
        """Return an article with what is proposed for it; the order of that is that of the first time."""
        if self._shown is None or self._shown[0] != number:
            with reading(self._location) as connection:
                article = show_open(connection, self._open[number])
            if article is not None and number not in self._in_order:
                self._in_order.add(number)
                ids = [topic["id"] for topic in article["proposed"]]
                # what is gone already is passed over at the end, so that the numbers go on adding up
                ids += [one for one in self._open[number].topic_ids if one not in ids]
                self._open[number] = self._open[number]._replace(topic_ids=ids)
            self._shown = (number, article)
        return self._shown[1]

    def _pass_over(self, number: int) -> None:
        self.gone.append(self._open[number].key)
        self._place = (number + 1, 0)
