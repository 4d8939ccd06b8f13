"""Vocabularies of whatever names there may be, for tests."""

from urllib.parse import quote

from hypothesis import strategies as st

from archive.normalize.names import name_key
from archive.normalize.text import clean_text
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, write_vocabulary
from archive.vocabularies.concepts import RELATIONS, languages_of

# what parts values in one of the formats, stands for something in it, or may not stand in it
ODD = st.sampled_from(
    ["|", " | ", '"', "'", "\\", "{", "}", "<", "&", "]]>", ";", ",", "#", "@en", "^^", "=", "\\n", "%20", "é", "北京"]
)
LINES = st.lists(ODD | st.text(max_size=6), min_size=1, max_size=5).map("".join)


def cleaned(text: str) -> str:
    kept = "".join(one for one in text if one == " " or (one.isprintable() and one not in "\ufffe\uffff"))
    return " ".join(kept.split())


NAMES = LINES.map(cleaned).filter(bool)
LANGUAGES = st.sampled_from(["", "en", "en-GB", "de", "zh-Hant", "x-own"])
SCHEMES = st.sampled_from(["local", "medtop", "own", "заметки", "a&b"])
URIS = st.sampled_from([None, "https://words.example/a/", "http://words.example/b#", "https://слова.example/в?x="])
MATCHES = st.builds(Match, st.sampled_from(RELATIONS), st.sampled_from(["subj", "wikidata", "lcsh"]), NAMES)


@st.composite
def concepts(draw: st.DrawFn, scheme: str, code: str, others: list[str]) -> Concept:
    labels = draw(st.dictionaries(LANGUAGES, NAMES, min_size=1, max_size=3))
    aliases = {
        language: {name_key(one): one for one in sorted(names, reverse=True)}
        for language, names in draw(st.dictionaries(LANGUAGES, st.lists(NAMES, max_size=3), max_size=3)).items()
    }
    for language, label in labels.items():
        aliases.get(language, {}).pop(name_key(label), None)
    retired_on = draw(st.none() | st.sampled_from(["2021-09-30", "2021-09-30T12:00:00+00:00", "2019"]))
    return Concept(
        scheme,
        code,
        draw(st.sampled_from(sorted(labels.values()))),
        dict(sorted(labels.items())),
        {language: tuple(sorted(names.values())) for language, names in sorted(aliases.items()) if names},
        draw(st.dictionaries(LANGUAGES, NAMES.map(lambda text: clean_text(text + "\nand more")[0]), max_size=2)),
        draw(st.none() | st.sampled_from(others)) if others else None,
        tuple(sorted(draw(st.sets(NAMES, max_size=3)))),
        tuple(sorted(draw(st.sets(NAMES, max_size=3)))),
        draw(st.booleans()) or retired_on is not None,
        retired_on,
        tuple(sorted(draw(st.sets(MATCHES, max_size=3)))),
        draw(st.none() | st.just(f"https://addresses.example/{quote(scheme)}/{len(others)}")),
    )


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    names = draw(st.lists(SCHEMES, min_size=1, max_size=2, unique=True))
    uris = draw(st.lists(URIS, min_size=2, max_size=2, unique_by=lambda uri: uri or object()))
    schemes = tuple(
        Scheme(name, draw(st.none() | NAMES), uri, draw(st.none() | NAMES | st.just("https://licences.example/by")))
        for name, uri in zip(names, uris, strict=False)
    )
    found = []
    for scheme in names:
        codes = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
        found += [draw(concepts(scheme, code, codes[:number])) for number, code in enumerate(codes)]
    return Vocabulary(found, schemes)


def written(form: str, vocabulary: Vocabulary) -> str:
    uris = {(one.scheme, one.code): one.uri for one in vocabulary.concepts if one.uri}
    languages = languages_of(vocabulary.concepts)
    return "".join(write_vocabulary(form, vocabulary.schemes, vocabulary.concepts, languages=languages, uris=uris))
