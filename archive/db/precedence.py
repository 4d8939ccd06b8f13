"""Which of several decisions stands: of fields the latest, of tags what the archive's rule makes of what each said."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from archive.db.decisions import ACCEPTED, DECIDING, FORGET, REJECTED, TOPIC, Decision, merged_topics, undone
from archive.db.tables import decisions
from archive.normalize.names import name_key

LATEST, MAJORITY, PERSON = RULES = ("latest", "majority", "person")

Votes = Mapping[str, Decision]  # what each person said last, by the key of the name; who said it last is the last


class Rule(NamedTuple):
    """The archive's rule: of several people's decisions about a tag, which one is shown.

    `latest`: the latest of all. `majority`: the latest of those who say what more people say; where as many say yes as
    no, the latest of all. `person`: what this person said, and nothing where the person said nothing.
    """

    name: str = LATEST
    person: str | None = None

    def choose(self, votes: Votes) -> Decision | None:
        """Return the decision that is shown, of what each person said; None where none is."""
        if self.name == PERSON:
            return votes.get(name_key(self.person or ""))
        said = list(votes.values())
        if self.name == MAJORITY:
            sides = {value: [one for one in said if one.value == value] for value in (ACCEPTED, REJECTED)}
            if len(sides[ACCEPTED]) != len(sides[REJECTED]):
                said = max(sides.values(), key=len)
        return said[-1] if said else None

    def told(self) -> str:
        """Return the rule in words."""
        return f"what {self.person} says counts" if self.name == PERSON else f"the {self.name} counts"


class Precedence(NamedTuple):
    """What it takes to tell which decisions stand: those taken back, where merged topics lead, the archive's rule."""

    gone: Collection[int]
    merged: Mapping[str, str]
    rule: Rule = Rule()


def precedence(connection: Connection) -> Precedence:
    """Return what tells which decisions stand, as the log has it at this moment."""
    gone = undone(connection)
    return Precedence(gone, merged_topics(connection), find_rule(connection, gone))


def find_rule(connection: Connection, gone: Collection[int]) -> Rule:
    """Return the archive's rule: the latest that stands, `latest` where nobody set one."""
    decision = find_rule_decision(connection, gone)
    return Rule() if decision is None else Rule(decision.name, decision.value)


def find_rule_decision(connection: Connection, gone: Collection[int]) -> Decision | None:
    """Return the decision that set the archive's rule; None where none stands."""
    log = decisions.c
    statement = select(*(log[name] for name in Decision._fields)).where(log.subject == DECIDING)
    rows = connection.execute(statement.order_by(log.made_at.desc(), log.id.desc()))
    return next((Decision(*row) for row in rows if row.id not in gone), None)


def said(made: Sequence[Decision], precedence: Precedence) -> dict[tuple[str, str], dict[str, Decision]]:
    """Return what each person says of one article, by subject and name; the last one that was decided is the last.

    Names of people are one where NFKC, casefolding and white space make them one. Where all was taken back, nobody
    says anything. What was said of a topic that was merged since is of the one it leads to. Nothing stands of what was
    decided before the article was forgotten.
    """
    found: dict[tuple[str, str], dict[str, Decision]] = {}
    for one in made:
        if one.subject == FORGET:
            found.clear()
            continue
        name = precedence.merged.get(one.name, one.name) if one.subject == TOPIC else one.name
        votes = found.setdefault((one.subject, name), {})
        if one.id not in precedence.gone:
            who = name_key(one.who)
            votes.pop(who, None)
            votes[who] = one
    return found


def standing(made: Sequence[Decision], precedence: Precedence) -> dict[tuple[str, str], Decision | None]:
    """Return what stands of the decisions about one article, by subject and name; None where nothing does any more.

    Of tags that is what the archive's rule chooses, of all else the latest.
    """
    return {
        about: (precedence.rule if about[0] == TOPIC else Rule()).choose(votes)
        for about, votes in said(made, precedence).items()
    }
