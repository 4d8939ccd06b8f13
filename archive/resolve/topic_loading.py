"""Files of topics, loaded into the archive: again and again without doubling anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from archive.db import concepts as tables
from archive.db.clock import now
from archive.db.concepts import Key, TopicRow
from archive.errors import UsageError, VocabularyError
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.resolve.decisions import Applier
from archive.resolve.loaded import ADD, CHANGE, REMOVE, RETIRE, Change, Loaded
from archive.resolve.topic_checks import check_file, check_names, check_parents
from archive.resolve.topic_decisions import Topics
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, name_of, read_vocabulary
from archive.vocabularies.addresses import KNOWN, parted
from archive.vocabularies.concepts import URI
from archive.vocabularies.entries import is_scheme


@dataclass(frozen=True)
class LoadOptions:
    """How a file of topics is to be taken.

    `scheme` is what its vocabulary is called here, `language` that of the names that are shown; with `prune`, topics
    go that the file has not, if nothing rests on them. Raises UsageError for a name or a language that is none.
    """

    scheme: str | None = None
    language: str | None = None
    prune: bool = False

    def __post_init__(self) -> None:
        if self.language is not None:
            try:
                object.__setattr__(self, "language", language_tag(self.language))
            except ValueError as error:
                raise UsageError(f"--language {self.language}: {error}") from error
        if self.scheme is not None and not is_scheme(self.scheme):
            raise UsageError(f"--scheme {self.scheme}: take a word without spaces and colons, and not '{URI}'")


def load_topics(
    connection: Connection, path: Path, options: LoadOptions | None = None, stdin: BinaryIO | None = None
) -> Loaded:
    """Load a file of topics, in any of the formats of `archive.vocabularies`; a topic is known by scheme and code.

    The file says all there is of a topic that it names: what it says replaces what the archive had. Topics that it does
    not name stay. What people decided of topics is done again upon what the file says. Raises VocabularyError, upon
    which the transaction has to be undone, where the file cannot be read, for what the checks find (`topic_checks`),
    where topics that would have to go are in use, or a decision cannot stand upon what the file says.
    """
    options = options or LoadOptions()
    file = name_of(path)
    vocabulary = _named(file, read_vocabulary(path, stdin), options)
    check_file(file, vocabulary.concepts)
    decided = Topics(connection)
    decided.take_all_back()
    loaded = _Load(connection, file, vocabulary, options).run()
    if failed := decided.do_again():
        decision, error = failed[0]
        raise VocabularyError(
            f"{file}: with it, decision {decision.id} about {decision.name} cannot stand ({error}); "
            "change the file, or take the decision back first"
        )
    Applier(connection).apply(decided.keys)
    return loaded


def _named(file: str, vocabulary: Vocabulary, options: LoadOptions) -> Vocabulary:
    """Return a vocabulary under the name that it is to have here; raises VocabularyError if it is several."""
    if options.scheme is None:
        return vocabulary
    stated = dict.fromkeys(concept.scheme for concept in vocabulary.concepts)
    if len(stated) > 1:
        raise VocabularyError(f"{file} has several schemes ({', '.join(stated)}); they cannot all be {options.scheme}")
    scheme = options.scheme

    def renamed(match: Match) -> Match:
        return match._replace(scheme=scheme) if match.scheme in stated else match

    return Vocabulary(
        [
            replace(one, scheme=scheme, mappings=tuple(sorted(map(renamed, one.mappings))))
            for one in vocabulary.concepts
        ],
        tuple(replace(one, scheme=scheme) if one.scheme in stated else one for one in vocabulary.schemes),
        vocabulary.notes,
    )


class _Load:
    """One file that is loaded."""

    def __init__(self, connection: Connection, file: str, vocabulary: Vocabulary, options: LoadOptions) -> None:
        self._connection = connection
        self._file = file
        self._options = options
        self._concepts = vocabulary.concepts
        self._schemes = {one.scheme: one for one in vocabulary.schemes}
        for concept in self._concepts:
            self._schemes.setdefault(concept.scheme, Scheme(concept.scheme))
        self._known_schemes = tables.read_schemes(connection)
        self._loaded = Loaded(notes=vocabulary.notes)
        self._touched: set[str] = set()

    def run(self) -> Loaded:
        of_schemes = sorted({concept.scheme for concept in self._concepts})
        self._known = tables.read_topics(self._connection, of_schemes)
        check_names(self._file, self._concepts, {} if self._options.prune else self._known)
        check_parents(self._file, self._concepts, self._known)
        self._with_addresses = self._schemes_with_addresses()
        wanted = [self._row(concept) for concept in self._concepts]
        self._write(wanted)
        self._see_to_others()
        self._save_schemes()
        return self._loaded

    def _row(self, concept: Concept) -> TopicRow:
        """Return a topic as the tables are to have it; what is new has no id and no parent yet."""
        known = self._known.get((concept.scheme, concept.code))
        kinds = {("label", name, language) for language, name in concept.labels.items()}
        kinds |= {("alias", name, language) for language, names in concept.aliases.items() for name in names}
        return TopicRow(
            id=known.id if known else 0,
            scheme=concept.scheme,
            code=concept.code,
            name=concept.shown(self._options.language),
            parent_id=None,
            origin="vocabulary",
            uri=concept.uri,
            retired=concept.retired,
            retired_on=concept.retired_on,
            names=kinds,
            definitions=set(concept.definitions.items()),
            rules={("phrase", one) for one in concept.phrases} | {("query", one) for one in concept.rules},
            mappings={(*self._resolved(one),) for one in concept.mappings},
        )

    def _schemes_with_addresses(self) -> list[Scheme]:
        stated = {name: Scheme(name, uri=row["uri"]) for name, row in self._known_schemes.items() if row["uri"]}
        return list({**stated, **{one.scheme: one for one in self._schemes.values() if one.uri}}.values())

    def _resolved(self, match: Match) -> Match:
        """Return a mapping by scheme and code, if it is known of which scheme the address is."""
        return Match(match.relation, *parted(match.code, self._with_addresses)) if match.scheme == URI else match

    def _write(self, wanted: Sequence[TopicRow]) -> None:
        keys = {name: name_key(name) for one in wanted for _, name, _ in one.names}
        new = [one for one in wanted if not one.id]
        tables.add_topics(self._connection, new, keys)
        ids = {key: topic.id for key, topic in self._known.items()} | {(one.scheme, one.code): one.id for one in new}
        for one, concept in zip(wanted, self._concepts, strict=True):
            one.parent_id = None if concept.parent is None else ids[concept.scheme, concept.parent]
        tables.update_topics(self._connection, [one for one in new if one.parent_id is not None])
        self._loaded.added = len(new)
        self._loaded.changes += [Change(ADD, f"{one.scheme}:{one.code}", one.name) for one in new]
        self._touched |= {one.scheme for one in new}
        are_new = {one.id for one in new}
        self._change([one for one in wanted if one.id not in are_new], keys)

    def _change(self, wanted: Sequence[TopicRow], keys: Mapping[str, str]) -> None:
        """Bring topics in line that are there already."""
        changed: dict[str, list[TopicRow]] = {"columns": [], **{part: [] for part in _PARTS}}
        for one in wanted:
            known = self._known[one.scheme, one.code]
            if one == known:
                self._loaded.unchanged += 1
                continue
            if any(getattr(one, name) != getattr(known, name) for name in _COLUMNS):
                changed["columns"].append(one)
            for part in _PARTS:
                if getattr(one, part) != getattr(known, part):
                    changed[part].append(one)
            is_retired = one.retired and not known.retired
            self._loaded.changed += 1
            self._loaded.retired += is_retired
            label = f"{one.scheme}:{one.code}"
            self._loaded.changes.append(
                Change(RETIRE if is_retired else CHANGE, label, one.name, tuple(_changed_fields(known, one)))
            )
            self._touched.add(one.scheme)
        tables.update_topics(self._connection, changed["columns"])
        for part in _PARTS:
            tables.replace_parts(self._connection, part, changed[part], keys)

    def _see_to_others(self) -> None:
        """Count the topics that the file has not, and with `prune` remove them; raises VocabularyError if it cannot."""
        named = {(concept.scheme, concept.code) for concept in self._concepts}
        others = {key: topic for key, topic in self._known.items() if key not in named and topic.origin == "vocabulary"}
        if not self._options.prune:
            self._loaded.lacking = len(others)
            return
        labels = {topic.id: f"{topic.scheme}:{topic.code}" for topic in others.values()}
        if uses := tables.count_uses(self._connection, labels):
            raise VocabularyError(self._in_use(others, uses))
        tables.remove_topics(self._connection, labels)
        self._loaded.removed = len(others)
        self._loaded.changes += [Change(REMOVE, labels[topic.id], topic.name) for topic in others.values()]
        self._touched |= {topic.scheme for topic in others.values()}

    def _in_use(self, others: Mapping[Key, TopicRow], uses: Mapping[int, Mapping[str, int]]) -> str:
        used = [topic for topic in others.values() if topic.id in uses]
        used.sort(key=lambda topic: (-sum(uses[topic.id].values()), topic.code))
        named = [
            f"  {one.scheme}:{one.code} {one.name} ({', '.join(_counted(uses[one.id]))})" for one in used[:_MOST_NAMED]
        ]
        if len(used) > _MOST_NAMED:
            named.append(f"  and {len(used) - _MOST_NAMED:,} more")
        number = f"{len(used):,} topics" if len(used) > 1 else "1 topic"
        return (
            f"{self._file}: {number} that it has not would have to go, and {'are' if len(used) > 1 else 'is'} in use; "
            "load it without --prune, or merge them into others first (archive topics merge)\n" + "\n".join(named)
        )

    def _save_schemes(self) -> None:
        """Put on record what the file says of its schemes, and which others it leads to."""
        for scheme in self._schemes.values():
            known = self._known_schemes.get(scheme.scheme)
            stated = {"name": scheme.name, "uri": scheme.uri, "licence": scheme.licence}
            values = {
                name: value
                for name, value in stated.items()
                if value is not None and (known is None or known[name] != value)
            }
            if known is None or known["loaded_at"] is None or values or scheme.scheme in self._touched:
                values["loaded_at"] = now()
                tables.save_scheme(self._connection, scheme.scheme, values)
        led_to = {self._resolved(match).scheme for concept in self._concepts for match in concept.mappings}
        for name in sorted(led_to - {URI} - self._schemes.keys() - self._known_schemes.keys()):
            uri = KNOWN[name][0] if name in KNOWN else None
            tables.save_scheme(self._connection, name, {"uri": uri})
        for scheme in self._schemes.values():
            if scheme.uri is not None:
                self._follow_address(scheme.uri)

    def _follow_address(self, uri: str) -> None:
        """Let mappings that were loaded before know of which scheme the address is that they lead to."""
        found = tables.mappings_by_address(self._connection, URI, uri)
        rows = [
            {"topic_id": topic_id, "relation": relation, "scheme": scheme, "code": code}
            for _, topic_id, relation, address in found
            for scheme, code in [parted(address, self._with_addresses)]
            if scheme != URI
        ]
        if rows:
            tables.replace_mappings(self._connection, [one for one, *_ in found], rows)


_MOST_NAMED = 20
_COLUMNS = ("name", "parent_id", "origin", "uri", "retired", "retired_on")
_PARTS = ("names", "definitions", "rules", "mappings")
_TOLD = {
    **{"articles": ("article", "articles"), "article_topics": ("article", "articles")},
    **{"topics": ("topic below it", "topics below it"), "decisions": ("decision", "decisions")},
    "rejected_topics": ("article that it was taken off", "articles that it was taken off"),
    "suggestions": ("article that a model suggests it for", "articles that a model suggests it for"),
}


def _counted(uses: Mapping[str, int]) -> Iterable[str]:
    for table, number in uses.items():
        one, several = _TOLD.get(table, (f"row of {table}", f"rows of {table}"))
        yield f"{number:,} {one if number == 1 else several}"


def _changed_fields(before: TopicRow, after: TopicRow) -> Iterable[str]:
    """Yield what is another, by the names that files have for it."""
    return (name for name, part in _FIELDS.items() if part(before) != part(after))


_FIELDS: Mapping[str, Callable[[TopicRow], object]] = {
    "name": lambda topic: topic.name,
    "names": lambda topic: {one for one in topic.names if one[0] == "label"},
    "aliases": lambda topic: {one for one in topic.names if one[0] == "alias"},
    "parent": lambda topic: topic.parent_id,
    "phrases": lambda topic: {one for one in topic.rules if one[0] == "phrase"},
    "rules": lambda topic: {one for one in topic.rules if one[0] == "query"},
    "definition": lambda topic: topic.definitions,
    "mappings": lambda topic: topic.mappings,
    "uri": lambda topic: topic.uri,
    "retired": lambda topic: (topic.retired, topic.retired_on),
    "origin": lambda topic: topic.origin,
}
