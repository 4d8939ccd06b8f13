"""Vocabularies: files of topics in the formats that people keep them in, read and written without loss.

TOML of our own, CSV, SKOS (Turtle, RDF/XML, JSON-LD) and, for reading, IPTC's NewsCodes. All of them come as the same
concepts (`concepts`); what each can say is in docs/vocabularies.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archive.vocabularies.concepts import Concept, Match, Scheme, Vocabulary
from archive.vocabularies.files import name_of, read_vocabulary

FORMATS = ("toml", "csv", "turtle", "jsonld", "rdfxml")

__all__ = ["FORMATS", "Concept", "Match", "Scheme", "Vocabulary", "name_of", "read_vocabulary", "write_vocabulary"]


def write_vocabulary(
    form: str,
    schemes: Iterable[Scheme],
    concepts: Iterable[Concept],
    *,
    languages: Sequence[str] = (),
    uris: Mapping[tuple[str, str], str] | None = None,
) -> Iterator[str]:
    """Yield a vocabulary in one of FORMATS, a concept at a time, as `read_vocabulary` reads it.

    CSV has to know beforehand the `languages` that anything is stated in (`languages_of`), SKOS the addresses of the
    concepts that have one of their own, by scheme and code.
    """
    if form == "toml":
        from archive.vocabularies.toml import write_toml

        return write_toml(schemes, concepts)
    if form == "csv":
        from archive.vocabularies.csv import write_csv

        return write_csv(schemes, concepts, languages)
    from archive.vocabularies.skos_writers import WRITERS

    return WRITERS[form](schemes, concepts, uris or {})
