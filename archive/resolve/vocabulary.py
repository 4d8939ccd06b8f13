"""Files of sources, loaded into the archive: again and again without doubling anything."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.errors import VocabularyError
from archive.normalize.language import language_tag
from archive.normalize.names import name_key, slug
from archive.resolve.loaded import Loaded
from archive.resolve.source_decisions import DecidedSources

_SOURCE_KEYS = {"name", "slug", "kind", "country", "language", "aliases", "domains", "credited_as"}


def seeds_folder() -> Path:
    """Return the folder of the seeds: the one inside the installed package, else the checkout's."""
    inside = Path(__file__).parents[1] / "seeds"
    return inside if inside.exists() else Path(__file__).parents[2] / "seeds"


def load_sources(connection: Connection, path: Path) -> Loaded:
    """Load `[[sources]]` of a TOML file; a source is known by its slug, else by its name.

    Names, domains and what a source is credited as add up; single values that the file gives replace those that the
    archive has, but for what people decided: what the file says of a source that was merged goes to the other, and is
    its own again when that is taken back. Raises VocabularyError, upon which the transaction has to be undone, where
    the file does not parse, an entry has no name or an unknown key, two entries are one source or are credited alike in
    one language, or a name or domain already leads to another source without anybody having decided so.
    """
    entries = _entries(path)
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


def _entries(path: Path) -> list[dict[str, Any]]:
    """Return the checked entries of a file of sources."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise VocabularyError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise VocabularyError(f"{path} is not UTF-8; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise VocabularyError(f"{path} is not valid TOML: {error}") from error
    entries = content.get("sources")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise VocabularyError(f"{path} has no [[sources]] in it")
    checks: dict[str, Callable[[object], bool]] = {
        **{"aliases": _is_list, "domains": _is_list},
        "credited_as": _is_by_language,
    }
    for number, entry in enumerate(entries, 1):
        if not _is_text(entry.get("name")):
            raise VocabularyError(f"{path}: entry {number} of [[sources]] has no name")
        for key, value in entry.items():
            if key not in _SOURCE_KEYS:
                raise VocabularyError(
                    f"{path}: {entry['name']} has an unknown key '{key}' (known: {', '.join(sorted(_SOURCE_KEYS))})"
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
