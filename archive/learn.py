"""What people's tags teach: models learned from them, and how good they are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select

from archive.db import tables
from archive.db.clock import now
from archive.db.left_behind import require
from archive.db.location import Location
from archive.db.unfinished import TEXTS
from archive.decide import deciding, require_name
from archive.errors import ArchiveError
from archive.learning import require_extra
from archive.queries import reading
from archive.queries.filters import NOTHING_ASKED, Asked
from archive.queries.tagged import Example, Examples, find_examples
from archive.running import Watch, unwatched
from archive.version import __version__

if TYPE_CHECKING:
    from archive.learning.evaluation import Quality, Tested
    from archive.learning.fitting import Labels
    from archive.learning.model import Model

FEWEST = 10  # different texts that a topic must be on, and as many that it must not be on
FOLDS = 5
TIME, RANDOM = SPLITS = ("time", "random")


@dataclass(frozen=True)
class Source:
    """What to learn from: a scheme's topics, on the articles asked for.

    `with_given` also what inputs give counts as said by people; `only_rejected` nothing counts against a topic but that
    a person took it off.
    """

    scheme: str = "local"
    asked: Asked = NOTHING_ASKED
    with_given: bool = False
    only_rejected: bool = False


@dataclass
class Learned:
    """What was learned: the model's number, of how many articles, each topic's counts and quality, what is left out."""

    number: int = 0
    articles: int = 0
    topics: list[dict[str, object]] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass
class Evaluated:
    """How good models are: rows of topics, of all (`micro`, `macro`) and of confused pairs; of how many articles.

    `undated` were left out of a split by time, for want of a day; `earlier` and `later` say what such a split was.
    """

    rows: list[dict[str, object]]
    articles: int
    left_out: dict[str, str]
    undated: int = 0
    earlier: tuple[int, str] | None = None
    later: tuple[int, str] | None = None


def learn(location: Location, source: Source, who: str, *, seed: int = 0, watch: Watch = unwatched) -> Learned:
    """Learn a model of what people said, put it into the archive as the latest of its scheme, and return what it is.

    How good it is was found by cross-validation in five folds. Raises ArchiveError, with what is missing, where there
    is no topic of which enough is known, and where the extra is not installed; then nothing is changed.
    """
    require_extra()
    require_name(who, does="learns")
    from archive.learning.evaluation import cross_validate
    from archive.learning.fitting import fit
    from archive.learning.stored import dump_model

    material = _Material(location, source)
    tested = cross_validate(
        *(material.texts, material.labels, material.topics),
        groups=material.groups,
        folds=FOLDS,
        seed=seed,
        watch=lambda done, total: watch("folds", done, total),
    )
    about = {
        "scheme": source.scheme,
        "trained_at": now(),
        "who": who.strip(),
        "query": source.asked.name,
        "seed": seed,
        "articles": len(material.texts),
        "learned_from": _told(source),
        "with": _versions(),
    }
    fitted = fit(
        *(material.texts, material.labels, material.topics),
        groups=material.groups,
        seed=seed,
        about=about,
        watch=lambda done, total: watch("topics", done, total),
    )
    if not fitted.model.topics:
        raise ArchiveError(
            f"nothing can be learned: {'; '.join(f'{one}: {why}' for one, why in fitted.left_out.items())}"
        )
    content = dump_model(fitted.model)
    with deciding(location) as connection:
        number = _store(connection, fitted.model, content, source, about)
    quality = dict(zip(material.topics, tested.of_topics(), strict=True))
    return Learned(
        number,
        len(material.texts),
        [
            {
                "topic": one.topic,
                "accepted": one.accepted,
                "rejected": one.rejected,
                **_measured(quality[one.topic]),
                "threshold": one.threshold,
            }
            for one in fitted.model.topics
        ],
        {**material.left_out, **fitted.left_out},
    )


def evaluate(
    location: Location,
    source: Source,
    *,
    split: str = RANDOM,
    folds: int = FOLDS,
    seed: int = 0,
    watch: Watch = unwatched,
) -> Evaluated:
    """Return how good models are on articles that they were not learned from; nothing is written.

    At random, each article is tested once, by a model of the other folds. By time a model of the earlier articles is
    tested on the latest, one fold's worth of them and all of the same day. Raises ArchiveError as `learn` does.
    """
    require_extra()
    from archive.learning.evaluation import cross_validate
    from archive.learning.evaluation import split as split_by

    material = _Material(location, source)
    columns = (material.texts, material.labels, material.topics)
    found = Evaluated([], len(material.texts), material.left_out)
    if split == RANDOM:
        tested = cross_validate(
            *columns,
            groups=material.groups,
            folds=folds,
            seed=seed,
            watch=lambda done, total: watch("folds", done, total),
        )
    else:
        watch("folds", 0, 1)
        earlier, later = _by_time(material.examples, folds)
        days = [one.day or "" for one in material.examples]
        found.undated = len(days) - len(earlier) - len(later)
        found.earlier = (len(earlier), max(days[place] for place in earlier))
        found.later = (len(later), min(days[place] for place in later))
        tested = split_by(*columns, earlier, later, groups=material.groups, seed=seed)
    found.rows = list(_rows(tested))
    return found


class _Material:
    """What there is to learn from, as learning takes it; raises ArchiveError where it is too little."""

    def __init__(self, location: Location, source: Source) -> None:
        import numpy as np

        from archive.learning.features import Text

        with reading(location) as connection:
            require(connection, TEXTS, "nothing can be learned")
            found = find_examples(
                connection,
                source.scheme,
                source.asked.selection(connection),
                with_given=source.with_given,
                only_rejected=source.only_rejected,
            )
        ids, self.left_out = _enough(found)
        if not ids:
            raise ArchiveError(_too_little(source, self.left_out))
        self.topics = [found.topics[one] for one in ids]
        self.examples = [
            one for one in found.articles if any(found.verdict(one.article_id, topic) is not None for topic in ids)
        ]
        self.texts = [Text(one.headline, one.body) for one in self.examples]
        self.groups = [one.group for one in self.examples]
        as_number = {True: 1, False: 0, None: -1}
        self.labels: Labels = np.array(
            [[as_number[found.verdict(one.article_id, topic)] for topic in ids] for one in self.examples], dtype=np.int8
        )


def _enough(found: Examples) -> tuple[list[int], dict[str, str]]:
    """Return the topics of which enough is known, by name, and why others are left out, those first that lack least."""
    groups: dict[int, set[object]] = {topic: set() for topic in found.topics}
    for one in found.articles:
        for topic in found.accepted.get(one.article_id, ()):
            groups[topic].add(one.group)
    learned, left_out = [], {}
    for topic, label in sorted(found.topics.items(), key=lambda one: (-len(groups[one[0]]), one[1])):
        accepted = len(groups[topic])
        if accepted < FEWEST:
            left_out[label] = f"{_texts(accepted)} with it, {FEWEST - accepted} more needed"
            continue
        rejected = len({one.group for one in found.articles if found.verdict(one.article_id, topic) is False})
        if rejected < FEWEST:
            left_out[label] = f"{_texts(rejected)} known to be without it, {FEWEST - rejected} more needed"
        else:
            learned.append(topic)
    return sorted(learned, key=lambda topic: found.topics[topic]), left_out


def _texts(number: int) -> str:
    return f"{number} different text{'' if number == 1 else 's'}"


def _too_little(source: Source, left_out: dict[str, str]) -> str:
    needed = f"a topic needs {FEWEST} different texts that people put it on, and {FEWEST} that they did not"
    if not left_out:
        tagged = "no person or input put" if source.with_given else "no person put"
        also = "" if source.with_given else "; --with-given learns from tags that inputs give"
        return (
            f"nothing can be learned of scheme {source.scheme}: {tagged} any topic of it on these articles; {needed}. "
            f"`archive tag` puts topics on{also}"
        )
    nearest = "; ".join(f"{label}: {why}" for label, why in list(left_out.items())[:5])
    return f"nothing can be learned of scheme {source.scheme} yet: {needed}. {nearest}"


def _by_time(examples: Sequence[Example], folds: int) -> tuple[list[int], list[int]]:
    """Return the places of the earlier and of the later articles; a day is not divided."""
    dated = sorted((one.day, place) for place, one in enumerate(examples) if one.day is not None)
    if dated:
        cut = dated[len(dated) - max(1, len(dated) // folds)][0]
        earlier = [place for day, place in dated if day < cut]
        if earlier:
            return earlier, [place for day, place in dated if day >= cut]
    raise ArchiveError(
        "these articles cannot be split by time: they have no date that is known to the day, or all the same; "
        "--split random does without"
    )


def _measured(quality: "Quality") -> dict[str, object]:
    """Return how good something is; None where that is not defined."""
    values = {name: getattr(quality, name) for name in ("precision", "recall", "f1")}
    return {name: None if value != value else value for name, value in values.items()}


def _rows(tested: "Tested") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"kind": "topic", "topic": topic, "instead": None, "n": quality.n, **_measured(quality)}
        for topic, quality in zip(tested.topics, tested.of_topics(), strict=True)
    ]
    for kind, quality in (("micro", tested.micro()), ("macro", tested.macro())):
        rows.append({"kind": kind, "topic": None, "instead": None, "n": quality.n, **_measured(quality)})
    nothing = dict.fromkeys(("precision", "recall", "f1"))
    for topic, instead, number in tested.confused():
        rows.append({"kind": "confused", "topic": topic, "instead": instead, "n": number, **nothing})
    return rows


def _store(connection: Connection, model: "Model", content: bytes, source: Source, about: dict[str, object]) -> int:
    models = tables.models
    last = connection.scalar(select(func.max(models.c.number)).where(models.c.scheme == source.scheme)) or 0
    row = {
        **{name: about[name] for name in ("scheme", "trained_at", "who", "seed", "articles")},
        "query": "" if source.asked.everything else about["query"],
        "number": last + 1,
        "topics": len(model.topics),
        "parameters": f"{about['learned_from']}; {about['with']}",
        "program_version": __version__,
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }
    connection.execute(insert(models).values(row))
    return last + 1


def _told(source: Source) -> str:
    positive = "what people and inputs say" if source.with_given else "what people say"
    negative = "what people took off" if source.only_rejected else "what people took off, and what they did not put on"
    return f"accepted: {positive}; rejected: {negative}"


def _versions() -> str:
    import numpy
    import sklearn

    return f"archive {__version__}, scikit-learn {sklearn.__version__}, numpy {numpy.__version__}"
