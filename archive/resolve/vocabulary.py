"""Files of sources and topics, loaded into the archive: again and again without doubling anything."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.errors import VocabularyError
from archive.normalize.language import language_tag
from archive.normalize.names import name_key, slug
from archive.normalize.tokens import tokenize
from archive.resolve.decisions import Applier
from archive.resolve.source_decisions import DecidedSources
from archive.resolve.topic_decisions import Topics
from archive.resolve.topics import LOCAL

_SOURCE_KEYS = {"name", "slug", "kind", "country", "language", "aliases", "domains", "credited_as"}
_TOPIC_KEYS = {"name", "code", "scheme", "parent", "aliases", "phrases"}


@dataclass
class Loaded:
    """What loading a file did: how many entries were new, changed, and as they were before."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, *, new: bool, changed: bool) -> None:
        """Count one entry."""
        if new:
            self.added += 1
        elif changed:
            self.changed += 1
        else:
            self.unchanged += 1


def seeds_folder() -> Path:
    """Return the folder of the seeds: the one inside the installed package, else the checkout's."""
    inside = Path(__file__).parents[1] / "seeds"
    return inside if inside.exists() else Path(__file__).parents[2] / "seeds"


def load_seeds(connection: Connection) -> None:
    """Load the sources and topics that the program brings along."""
    load_sources(connection, seeds_folder() / "sources.toml")
    load_topics(connection, seeds_folder() / "topics.toml")


def load_sources(connection: Connection, path: Path) -> Loaded:
    """Load `[[sources]]` of a TOML file; a source is known by its slug, else by its name.

    Names, domains and what a source is credited as add up; single values that the file gives replace those that the
    archive has, but for what people decided: what the file says of a source that was merged goes to the other, and is
    its own again when that is taken back. Raises VocabularyError, upon which the transaction has to be undone, where
    the file does not parse, an entry has no name or an unknown key, two entries are one source or are credited alike in
    one language, or a name or domain already leads to another source without anybody having decided so.
    """
    entries = _entries(path, "sources", _SOURCE_KEYS)
    names = vocabulary.source_names(connection)
    domains = vocabulary.source_domains(connection)
    by_slug = {source.slug: source for source in names.values()}
    agencies = {
        (name_key(written), language): source_id for source_id, language, written in vocabulary.agency_names(connection)
    }
    decided = DecidedSources(connection)
    loaded = Loaded()
    named: dict[int, str] = {}
    for entry in entries:
        name = entry["name"]
        own_slug = entry.get("slug", slug(name))
        source = decided.merged(own_slug, name) or by_slug.get(own_slug) or names.get(name_key(name))
        new = source is None
        if source is None:
            source = vocabulary.add_source(connection, name, own_slug, name_key(name), origin="vocabulary")
            by_slug[source.slug] = names[name_key(name)] = source
        if source.id in named:
            raise VocabularyError(f"{path}: {named[source.id]} and {name} are one source; make one entry of them")
        named[source.id] = name
        leads_to = decided.leads_to(source)
        before = vocabulary.source_values(connection, source.id)
        values: dict[str, str | None] = {
            key: entry[key] for key in ("name", "kind", "country", "language") if key in entry
        }
        if decided.names(source, name):
            del values["name"]
        changed = any(before[key] != value for key, value in values.items())
        if changed:
            vocabulary.update_source(connection, source.id, values)
        for alias in (name, *entry.get("aliases", ())):
            known = names.get(name_key(alias))
            if known is None:
                vocabulary.add_source_name(connection, leads_to.id, alias, name_key(alias))
                decided.note(source, f"alias {alias}")
                names[name_key(alias)] = leads_to
                changed = True
            elif known.id != leads_to.id and name_key(alias) not in decided.of_names:
                raise VocabularyError(f"{path}: the name '{alias}' of {name} already leads to {known.name}")
        if "name" in values and before["name"] != name:
            vocabulary.set_source_label(connection, source.id, name, name_key(name))
        for domain in entry.get("domains", ()):
            domain = domain.lower().removeprefix("www.")
            known = domains.get(domain)
            if known is None:
                vocabulary.add_source_domain(connection, leads_to.id, domain)
                decided.note(source, f"domain {domain}")
                domains[domain] = leads_to
                changed = True
            elif known.id != leads_to.id and domain not in decided.of_domains:
                raise VocabularyError(f"{path}: the domain {domain} of {name} already leads to {known.name}")
        for language, written in _credited_as(entry):
            agency = agencies.get((name_key(written), language))
            if agency is None:
                vocabulary.add_agency_name(connection, leads_to.id, language, written, name_key(written))
                decided.note(source, f"credit {language} {written}")
                agencies[name_key(written), language] = leads_to.id
                changed = True
            elif agency != leads_to.id:
                raise VocabularyError(
                    f"{path}: {name} is credited as '{written}' ({language}), and so is another source already"
                )
        loaded.count(new=new, changed=changed)
    return loaded


def load_topics(connection: Connection, path: Path) -> Loaded:
    """Load `[[topics]]` of a TOML file; a topic is known by scheme and code.

    The file says all there is of a topic that it names: parent, aliases and phrases replace what the archive had.
    Topics that it does not name stay. What people decided of topics is done again upon what the file says. Raises
    VocabularyError, upon which the transaction has to be undone, where the file does not parse, an entry has no name or
    an unknown key, a code stands twice, a parent is not there, a topic would stand below itself, a phrase has no word
    in it, or a decision cannot stand upon what the file says.
    """
    entries = _entries(path, "topics", _TOPIC_KEYS)
    decided = Topics(connection)
    decided.take_all_back()
    loaded = _load_topics(connection, path, entries)
    if failed := decided.do_again():
        decision, error = failed[0]
        raise VocabularyError(
            f"{path}: with it, decision {decision.id} about {decision.name} cannot stand ({error}); "
            "change the file, or take the decision back first"
        )
    Applier(connection).apply(decided.keys)
    return loaded


def _load_topics(connection: Connection, path: Path, entries: Sequence[Mapping[str, Any]]) -> Loaded:
    ids = vocabulary.topic_codes(connection)
    loaded = Loaded()
    keys: dict[tuple[str, str], str] = {}
    for entry in entries:
        key = (entry.get("scheme", LOCAL), entry.get("code", slug(entry["name"])))
        if key in keys:
            raise VocabularyError(f"{path}: {keys[key]} and {entry['name']} have one code, {key[1]}; give one another")
        keys[key] = entry["name"]
        for phrase in entry.get("phrases", ()):
            if not tokenize(phrase):
                raise VocabularyError(f"{path}: the phrase '{phrase}' of {entry['name']} has no word in it")
    for (scheme, _), entry in zip(keys, entries, strict=True):
        parent = entry.get("parent")
        if parent is not None and (scheme, parent) not in ids and (scheme, parent) not in keys:
            raise VocabularyError(f"{path}: there is no topic with the code {parent}, the parent of {entry['name']}")
    _refuse_cycles(connection, path, dict(zip(keys, entries, strict=True)), ids)
    new = {key for key in keys if key not in ids}
    for key, entry in zip(keys, entries, strict=True):
        if key not in ids:
            name = entry["name"]
            ids[key] = vocabulary.add_topic(connection, *key, name, name_key(name), origin="vocabulary")
    adopted = set(ids.values()).difference(topic_id for topic_id, _ in vocabulary.vocabulary_names(connection))
    for key, entry in zip(keys, entries, strict=True):
        changed = _load_topic(connection, ids, key, entry)
        if ids[key] in adopted:
            vocabulary.update_topic(connection, ids[key], {"origin": "vocabulary"})
            changed = True
        loaded.count(new=key in new, changed=changed)
    return loaded


def _load_topic(
    connection: Connection, ids: Mapping[tuple[str, str], int], key: tuple[str, str], entry: Mapping[str, Any]
) -> bool:
    """Bring one topic in line with its entry; True if that changed anything."""
    topic_id = ids[key]
    parent = entry.get("parent")
    values = {"name": entry["name"], "parent_id": None if parent is None else ids[key[0], parent]}
    names = {name_key(entry["name"]): ("label", entry["name"])}
    for alias in entry.get("aliases", ()):
        names.setdefault(name_key(alias), ("alias", alias))
    wanted_names = {(kind, name, folded) for folded, (kind, name) in names.items()}
    phrases = set(entry.get("phrases", ()))
    changed = False
    if vocabulary.topic_values(connection, topic_id) != values:
        vocabulary.update_topic(connection, topic_id, values)
        changed = True
    if vocabulary.names_of_topic(connection, topic_id) != wanted_names:
        vocabulary.set_topic_names(connection, topic_id, wanted_names)
        changed = True
    if vocabulary.phrases_of_topic(connection, topic_id) != phrases:
        vocabulary.set_topic_phrases(connection, topic_id, phrases)
        changed = True
    return changed


def _refuse_cycles(
    connection: Connection,
    path: Path,
    entries: Mapping[tuple[str, str], Mapping[str, Any]],
    ids: Mapping[tuple[str, str], int],
) -> None:
    """Raise VocabularyError if a topic would stand below itself, be it by way of topics that the file does not name."""
    keys = {topic_id: key for key, topic_id in ids.items()}
    parents: dict[tuple[str, str], tuple[str, str] | None] = {
        key: (key[0], entry["parent"]) if "parent" in entry else None for key, entry in entries.items()
    }

    def parent_of(key: tuple[str, str]) -> tuple[str, str] | None:
        if key not in parents:
            parent_id = vocabulary.topic_values(connection, ids[key])["parent_id"]
            parents[key] = keys[parent_id] if isinstance(parent_id, int) else None
        return parents[key]

    for key in entries:
        seen = {key}
        above = parent_of(key)
        while above is not None:
            if above in seen:
                raise VocabularyError(f"{path}: the topic {above[1]} stands below itself")
            seen.add(above)
            above = parent_of(above)


def _entries(path: Path, table: str, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Return the checked entries of a vocabulary file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise VocabularyError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise VocabularyError(f"{path} is not UTF-8; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise VocabularyError(f"{path} is not valid TOML: {error}") from error
    entries = content.get(table)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VocabularyError(f"{path} has no [[{table}]] in it")
    checks: dict[str, Callable[[object], bool]] = {
        **{"aliases": _is_list, "domains": _is_list, "phrases": _is_list},
        "credited_as": _is_by_language,
    }
    for number, entry in enumerate(entries, 1):
        if not _is_text(entry.get("name")):
            raise VocabularyError(f"{path}: entry {number} of [[{table}]] has no name")
        for key, value in entry.items():
            if key not in keys:
                raise VocabularyError(
                    f"{path}: {entry['name']} has an unknown key '{key}' (known: {', '.join(sorted(keys))})"
                )
            if not checks.get(key, _is_text)(value):
                expected = _EXPECTED.get(key, "a list of texts") if key in checks else "a text"
                raise VocabularyError(f"{path}: {key} of {entry['name']} must be {expected}")
        if "language" in entry:
            try:
                entry["language"] = language_tag(entry["language"])
            except ValueError as error:
                raise VocabularyError(f"{path}: language of {entry['name']}: {error}") from error
    return entries


def _credited_as(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return under which names a source is credited, once for each language: language and name."""
    names = entry.get("credited_as", {})
    return [(language, written) for language in names for written in dict.fromkeys(names[language])]


_EXPECTED = {"credited_as": 'lists of texts by language, as in { mul = ["Lantern Wire"], en = ["LW"] }'}


def _is_by_language(value: object) -> bool:
    return isinstance(value, dict) and all(
        len(language) in (2, 3) and language.isalpha() and language.islower() and _is_list(names)
        for language, names in value.items()
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)
