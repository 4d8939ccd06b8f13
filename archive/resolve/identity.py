"""Which article a unit belongs to, and what it changes there: the rules of identity.

The first that leads to an article wins: the publisher's own id within its source; the canonical URL; where a unit
has neither, the text that its place last gave, then its text, if that has at least 50 words, within the same source;
last its place, if at least half of the three-word runs agree with what stood there. Identifiers that contradict each
other are recorded and never merged.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import Connection

from archive.db import lookups
from archive.db.changes import Change, are_other_tags, unit_tags
from archive.db.ids import Ids
from archive.db.lookups import Identifier, KnownArticle, KnownRevision, KnownValue, Place, RuleTag
from archive.db.statements import Statement, find_stated, stated_by
from archive.documents import VERSION_TIMES, Article, Value
from archive.resolve.keys import Keys
from archive.resolve.merging import merge
from archive.resolve.similarity import shared_shingles
from archive.resolve.sources import SourceResolver
from archive.resolve.topics import TopicResolver
from archive.resolve.versions import (
    NO_WORDS,
    gives_same_text,
    is_notice,
    stands_in_for_notice,
    stated_times,
    surroundings,
)

MIN_WORDS_OF_IDENTITY = 50
MIN_SIMILARITY_IN_PLACE = 0.5


class IdentityResolver:
    """Decides about the units of one batch, in order; each knows what the ones before it did."""

    def __init__(
        self,
        connection: Connection,
        units: Sequence[Article],
        sources: SourceResolver,
        topics: TopicResolver,
        ids: Ids,
        by_values: AbstractSet[str] = frozenset(),
    ) -> None:
        self._connection = connection
        self._by_values = by_values  # rules that a text alone does not decide, and that are looked at later
        self._sources = sources
        self._topics = topics
        self._ids = ids
        self._scopes: dict[int, tuple[int | None, str, Value | None]] = {}
        self._identifying: dict[int, list[Identifier]] = {}
        wanted: set[Identifier] = set()
        for unit in units:
            wanted.update(self._candidates(unit))
        self._identified = lookups.find_identified(connection, wanted)
        self._places = lookups.find_places(connection, {unit.locator for unit in units})
        reached = set(self._identified.values()) | {place.article_id for place in self._places.values()}
        self._articles = lookups.find_articles(connection, reached)
        changed = {
            self._places[unit.locator].revision_id
            for unit in units
            if unit.locator in self._places and self._places[unit.locator].text_sha256 != unit.text_sha256
        }
        self._bodies = lookups.find_bodies(connection, changed)
        self._surroundings = lookups.find_surroundings(
            connection,
            {self._places[unit.locator].revision_id for unit in units if unit.locator in self._places} - changed,
        )
        self._stated: dict[int, AbstractSet[Statement]] = {}
        self._stated.update(find_stated(connection, {place.article_id for place in self._places.values()}))
        self._keys = Keys(connection, [self._first_identifier(unit) for unit in units])

    def decide(self, unit: Article, item_id: int) -> Change:
        """Return what becomes of a unit, which the rest of the batch will take as done."""
        place = self._places.get(unit.locator)
        article_id, by = self._find(unit, place)
        if article_id is None:
            change = self._add(unit, item_id)
        else:
            change = self._meet(unit, item_id, self._articles[article_id], by, place)
        self._remember(change)
        return change

    def _source(self, unit: Article) -> tuple[int | None, str, Value | None]:
        """Return the unit's source: its id, its slug as the scope of identifiers, and the value that says so."""
        known = self._scopes.get(id(unit))
        if known is None:
            value = self._sources.of_values(unit.values, unit.url)
            if value is None:
                known = (None, "", None)
            else:
                source = self._sources.named(self._connection, value.text)
                known = (source.id, source.slug, value)
            self._scopes[id(unit)] = known
        return known

    def _candidates(self, unit: Article) -> list[Identifier]:
        """Return what identifies a unit, strongest first."""
        known = self._identifying.get(id(unit))
        if known is not None:
            return known
        scope = self._source(unit)[1]
        candidates = self._identifying[id(unit)] = []
        if "id" in unit.values:
            candidates.append(Identifier("id", scope, unit.values["id"].text))
        if unit.url:
            candidates.append(Identifier("url", "", unit.url))
        if not candidates and unit.words >= MIN_WORDS_OF_IDENTITY:
            candidates.append(Identifier("text", scope, unit.fingerprint))
        return candidates

    def _find(self, unit: Article, place: Place | None) -> tuple[int | None, str]:
        """Return the article that a unit belongs to and by what it was found."""
        candidates = self._candidates(unit)
        stated = [identifier for identifier in candidates if identifier.scheme != "text"]
        for number, identifier in enumerate(stated):
            article_id = self._identified.get(identifier)
            # where several have it, a place goes on giving the same one
            if place is not None and identifier in self._articles[place.article_id].identifiers:
                article_id = place.article_id
            # two ids of one publisher are two pieces, even at one URL
            if article_id is not None and not self._contradicts(stated[:number], article_id):
                return article_id, identifier.scheme
        at_place = place is not None and not self._contradicts(stated, place.article_id)
        if place is not None and at_place and gives_same_text(unit, place):
            return place.article_id, "place"
        if not stated:
            for identifier in candidates:
                if identifier in self._identified:
                    return self._identified[identifier], identifier.scheme
        if place is not None and at_place and self._is_like_what_stood(unit, place):
            return place.article_id, "place"
        return None, ""

    def _is_like_what_stood(self, unit: Article, place: Place) -> bool:
        """Tell whether a unit is another state of the text that its place last gave, and not of another piece."""
        revision_id = place.revision_id
        if revision_id not in self._bodies:  # given to the place by an earlier unit of the batch
            self._bodies |= lookups.find_bodies(self._connection, {revision_id})
        return shared_shingles(self._bodies[revision_id], unit.body) >= MIN_SIMILARITY_IN_PLACE

    def _contradicts(self, stated: Collection[Identifier], article_id: int) -> bool:
        """Tell whether an article is known by another id or URL than the ones stated."""
        known = self._articles[article_id].identifiers
        return any(
            identifier not in known
            and any(other.scheme == identifier.scheme and other.scope == identifier.scope for other in known)
            for identifier in stated
        )

    def _add(self, unit: Article, item_id: int) -> Change:
        source_id, scope, source_value = self._source(unit)
        identifiers = self._candidates(unit)
        first = self._first_identifier(unit)
        values = {name: value for name, value in unit.values.items() if name not in VERSION_TIMES}
        if source_value is not None:
            values["source"] = source_value
        article = KnownArticle(
            id=self._ids.take("articles"),
            key=self._keys.take(first),
            source_id=source_id,
            scope=scope,
            revisions=[],
            values={},
            identifiers=set(),
            given_topics=set(),
            rule_tags=set(),
        )
        revision = self._revise(unit, article)
        article.current_id = revision.id
        return Change(
            unit,
            item_id,
            "added",
            article,
            revision,
            is_new_article=True,
            is_new_revision=True,
            moves=True,
            set_values=values,
            source_id=source_id,
            new_topics=self._new_topics(unit, article),
            new_identifiers=identifiers,
        )

    def _first_identifier(self, unit: Article) -> Identifier:
        candidates = self._candidates(unit)
        return candidates[0] if candidates else Identifier("place", "", unit.locator)

    def _meet(self, unit: Article, item_id: int, article: KnownArticle, by: str, place: Place | None) -> Change:
        same_place = place is not None and place.article_id == article.id
        reasons: list[str] = []
        given = KnownRevision(0, 0, unit.text_sha256, unit.fingerprint, unit.modified_at, unit.crawled_at)
        revision, is_new_revision = self._text_of(unit, article, by, place if same_place else None)
        follows = given.follows(article.current)
        said_before: AbstractSet[Statement] = set()
        if same_place and place is not None and place.stated_in_id is not None:
            said_before = self._stated.get(place.stated_in_id, set())
        set_values = self._merge(unit, article, reasons, given, said_before, is_older=follows is False)
        new_identifiers = [one for one in self._candidates(unit) if one not in article.identifiers]
        for identifier in new_identifiers:
            other = self._identified.get(identifier, article.id)
            if other != article.id:
                reasons.append(f"its {identifier.scheme} also belongs to {self._articles[other].key}")
        if not is_new_revision and is_notice(unit) and revision.fingerprint != NO_WORDS:
            reasons.append(f"no text in it, so that of revision {revision.number} stays")
        if is_new_revision:
            same_text = same_place and place is not None and place.text_sha256 == unit.text_sha256
            reasons.insert(0, "other headings, links or passages set aside" if same_text else "other text")
        is_to_the_letter = is_new_revision or revision.text_sha256 == unit.text_sha256
        moves = is_new_revision and (follows is not False or stands_in_for_notice(article, revision))
        if is_new_revision and not moves:
            reasons.insert(
                1, f"an older version ({stated_times(given)}), so not the current one ({stated_times(article.current)})"
            )
        if not is_new_revision and revision is not article.current and follows and is_to_the_letter:
            moves = self._has_surroundings(unit, revision.id)
            if moves:
                reasons.insert(0, f"revision {revision.number} is the current one again ({stated_times(given)})")
        dates_revision = (
            not is_new_revision
            and is_to_the_letter
            and (given.follows(revision) or not (revision.modified_at or revision.crawled_at))
            and bool(given.modified_at or given.crawled_at)
        )
        retag = (
            not is_new_revision
            and revision is article.current
            and are_other_tags(unit_tags(unit), self._by_text(article))
            # a copy's words may stand elsewhere than in the text that is kept
            and revision.text_sha256 == unit.text_sha256
            and self._has_surroundings(unit, revision.id)
        )
        if retag:
            reasons.append("tags changed, as the vocabulary has")
        new_topics = self._new_topics(unit, article)
        if new_topics:
            reasons.append(f"topics given: {', '.join(sorted({text for _, text, _ in new_topics}))}")
        # one that a later version only says again is no change
        says_otherwise = any(
            known is None or (known.text, known.method) != (value.text, value.method)
            for known, value in ((article.values.get(name), value) for name, value in set_values.items())
        )
        changes = is_new_revision or moves or retag or says_otherwise or bool(new_topics)
        if by == "text" and not same_place:
            outcome = "duplicate"
        elif changes:
            outcome = "revised"
        else:
            outcome = "unchanged" if place is not None and place.revision_id == revision.id else "duplicate"
        if outcome == "duplicate":
            again = f"revision {revision.number} of {article.key} again"
            reasons.insert(0, again if same_place else f"the text of {article.key} at another place")
        return Change(
            unit,
            item_id,
            outcome,
            article,
            revision,
            is_new_revision=is_new_revision,
            moves=moves,
            dates_revision=dates_revision,
            retag=retag or (moves and not is_new_revision),
            set_values=set_values,
            source_id=self._source(unit)[0] if "source" in set_values else None,
            new_topics=new_topics,
            new_identifiers=new_identifiers,
            reasons=reasons,
            repeats=self._repeated(unit, place) if same_place else None,
        )

    def _text_of(
        self, unit: Article, article: KnownArticle, by: str, place: Place | None
    ) -> tuple[KnownRevision, bool]:
        """Return the state of the article's text that a unit gives, and whether it is a new one."""
        if place is not None:
            stood = next(one for one in article.revisions if one.id == place.revision_id)
            if gives_same_text(unit, place) and (
                place.original_sha256 == unit.original.sha256
                or stood.text_sha256 != unit.text_sha256  # a copy, of which only the text as such is compared
                or self._has_surroundings(unit, stood.id)
            ):
                return stood, False
            times = (unit.modified_at, unit.crawled_at)
            for revision in article.revisions if any(times) else ():
                # the same version met again, and no text that returns
                if revision.text_sha256 == unit.text_sha256 and (revision.modified_at, revision.crawled_at) == times:
                    return revision, False
            return self._new_text(unit, article)
        for revision in reversed(article.revisions):
            if revision.text_sha256 == unit.text_sha256 or (by == "text" and revision.fingerprint == unit.fingerprint):
                return revision, False
        return self._new_text(unit, article)

    def _new_text(self, unit: Article, article: KnownArticle) -> tuple[KnownRevision, bool]:
        """Return a new state of the text; the current one, where a unit says no more than that it is not to be used."""
        if is_notice(unit) and article.current.fingerprint != NO_WORDS:
            return article.current, False
        return self._revise(unit, article), True

    def _by_text(self, article: KnownArticle) -> set[RuleTag]:
        """Return what rules that a text alone decides put on an article."""
        return {tag for tag in article.rule_tags if not (tag[1] == "query" and tag[2] in self._by_values)}

    def _has_surroundings(self, unit: Article, revision_id: int) -> bool:
        """Tell whether a revision has the headings, the links and the passages set aside that a unit has."""
        if revision_id not in self._surroundings:
            self._surroundings |= lookups.find_surroundings(self._connection, {revision_id})
        return self._surroundings[revision_id] == surroundings(unit)

    def _revise(self, unit: Article, article: KnownArticle) -> KnownRevision:
        number = article.revisions[-1].number + 1 if article.revisions else 1
        revision = KnownRevision(
            *(self._ids.take("article_revisions"), number, unit.text_sha256, unit.fingerprint),
            *(unit.modified_at, unit.crawled_at),
        )
        article.revisions.append(revision)
        return revision

    def _merge(
        self,
        unit: Article,
        article: KnownArticle,
        reasons: list[str],
        version: KnownRevision,
        said_before: AbstractSet[Statement],
        *,
        is_older: bool,
    ) -> dict[str, Value]:
        """Return the values that a unit sets on a known article."""
        given = {name: value for name, value in unit.values.items() if name not in ("headline", *VERSION_TIMES)}
        source_id, scope, source_value = self._source(unit)
        if source_value is not None:
            given["source"] = source_value
        return merge(
            *(given, unit.locator, (source_id, scope), article, reasons),
            is_older=is_older,
            version=version,
            said_before=said_before,
        )

    def _repeated(self, unit: Article, place: Place | None) -> int | None:
        """Return the unit on whose record stands all that this one states, where its place stated just that."""
        if place is None or place.stated_in_id is None:
            return None
        if (place.modified_at, place.crawled_at) != (unit.modified_at, unit.crawled_at):
            return None
        return place.stated_in_id if self._stated.get(place.stated_in_id, set()) == stated_by(unit) else None

    def _new_topics(self, unit: Article, article: KnownArticle) -> list[tuple[int, str, str]]:
        """Return the topics that a unit gives and the article was not given yet: topic id, as named, where given."""
        given = {
            (self._topics.named(self._connection, topic.text, topic.label), topic.text, topic.method): None
            for topic in unit.topics
        }
        return [topic for topic in given if topic not in article.given_topics]

    def _remember(self, change: Change) -> None:
        """Let the rest of the batch know what was decided."""
        unit, article = change.unit, change.article
        self._articles[article.id] = article
        for name, value in change.set_values.items():
            article.values[name] = KnownValue(value.text, value.method, unit.locator, unit.modified_at, unit.crawled_at)
        if "source" in change.set_values:
            article.source_id, article.scope, _ = self._source(unit)
        article.given_topics.update(change.new_topics)
        for identifier in change.new_identifiers:
            article.identifiers.add(identifier)
            # of articles with one identifier the oldest is found, as in the tables
            self._identified[identifier] = min(article.id, self._identified.get(identifier, article.id))
        self._places[unit.locator] = Place(
            article.id,
            change.revision.id,
            0,
            unit.original.sha256,
            unit.context_sha256,
            unit.text_sha256,
            unit.normalizer_version,
            change.repeats or change.item_id,
            unit.modified_at,
            unit.crawled_at,
        )
        if change.repeats is None:
            self._stated[change.item_id] = stated_by(unit)
        if change.is_new_revision:
            self._bodies[change.revision.id] = unit.body
            self._surroundings[change.revision.id] = surroundings(unit)
        if change.moves:
            article.current_id = change.revision.id
        if change.dates_revision:
            change.revision.modified_at, change.revision.crawled_at = unit.modified_at, unit.crawled_at
        if change.moves or change.retag:
            article.rule_tags = unit_tags(unit)
