"""What keeps a file of topics from being loaded: told with the file, the entry, and its line if known."""

from collections.abc import Iterable, Mapping, Sequence

from archive.db.concepts import Key, TopicRow
from archive.errors import VocabularyError
from archive.normalize.names import name_key
from archive.normalize.tokens import tokenize
from archive.query_language.mistakes import QueryError
from archive.query_language.rules import parse_rule
from archive.vocabularies import Concept


def check_file(file: str, concepts: Sequence[Concept]) -> None:
    """Raise VocabularyError for what the file itself says wrongly.

    A code or an address that stands twice, a phrase without a word in it, a rule that cannot be understood.
    """
    by_code: dict[Key, Concept] = {}
    by_uri: dict[str, Concept] = {}
    for concept in concepts:
        other = by_code.setdefault((concept.scheme, concept.code), concept)
        if other is not concept:
            raise _error(
                file,
                f"{other.shown()} and {concept.shown()} have one code, {concept.code}; give one of them another",
                concept,
            )
        if concept.uri is not None:
            other = by_uri.setdefault(concept.uri, concept)
            if other is not concept:
                raise _error(file, f"{other.label} and {concept.label} have one address, {concept.uri}", concept)
        for phrase in concept.phrases:
            if not tokenize(phrase):
                raise _error(file, f"the phrase '{phrase}' of {concept.shown()} has no word in it", concept)
        for rule in concept.rules:
            _check_rule(file, concept, rule)


def check_names(file: str, concepts: Iterable[Concept], known: Mapping[Key, TopicRow]) -> None:
    """Raise VocabularyError where two topics of a scheme have one name, in one language or as what is shown.

    Aliases do not count, nor do retired topics, whose names vocabularies give to others; nor those that only an import
    made. Of what the archive has, those count that the file does not speak of.
    """
    taken: dict[tuple[str, str, str], str] = {}
    keys = {(concept.scheme, concept.code) for concept in concepts}
    for key, topic in known.items():
        if key not in keys and topic.origin == "vocabulary" and not topic.retired:
            for kind, name, language in topic.names:
                if kind == "label":
                    taken[topic.scheme, language, name_key(name)] = f"{topic.name} ({topic.code})"
    for concept in concepts:
        if concept.retired:
            continue
        for language, label in {**concept.labels, "shown": concept.shown()}.items():
            mine = f"{concept.shown()} ({concept.code})"
            other = taken.setdefault((concept.scheme, language, name_key(label)), mine)
            if other != mine:
                raise _error(
                    file,
                    f"{other} and {mine} have one name in the scheme {concept.scheme}, '{label}'; give one of them "
                    "another, or say that one is retired",
                    concept,
                )


def check_parents(file: str, concepts: Iterable[Concept], known: Mapping[Key, TopicRow]) -> None:
    """Raise VocabularyError for a parent that is not there, and for a topic that would stand below itself.

    Be it by way of topics that the file does not speak of.
    """
    codes = {topic.id: topic.code for topic in known.values()}
    above: dict[Key, str | None] = {
        key: None if topic.parent_id is None else codes.get(topic.parent_id) for key, topic in known.items()
    }
    above.update({(concept.scheme, concept.code): concept.parent for concept in concepts})
    sound: set[Key] = set()
    for concept in concepts:
        if concept.parent is not None and (concept.scheme, concept.parent) not in above:
            raise _error(
                file, f"there is no topic with the code {concept.parent}, the parent of {concept.shown()}", concept
            )
        way: dict[Key, None] = {}
        code: str | None = concept.code
        while code is not None and (key := (concept.scheme, code)) not in sound:
            if key in way:
                raise _error(file, f"the topic {code} stands below itself", concept)
            way[key] = None
            code = above[key]
        sound.update(way)


def _check_rule(file: str, concept: Concept, rule: str) -> None:
    try:
        parse_rule(rule)
    except QueryError as error:
        _, _, pointed_at = str(error).partition("\n")
        line = concept.rule_lines.get(rule, concept.line)
        at = "" if line is None else f" (line {line})"
        raise VocabularyError(
            f"{file}: a rule of {concept.shown()} cannot be understood{at}: {error.reason}\n{pointed_at}"
        ) from error


def _error(file: str, reason: str, concept: Concept) -> VocabularyError:
    line = "" if concept.line is None else f" (line {concept.line})"
    return VocabularyError(f"{file}: {reason}{line}")
