"""Articles as other programs read them: one module a format, pure functions from what is known of an article to text.

An article comes as `archive.queries.export.export_articles` gives it, with the names of `FIELDS`. What is not known is
left out, and nothing is made up for a format that would like to have it: a month gets no day, a name is not taken
apart, a headline derived from the first sentence is none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Article = Mapping[str, Any]

# The names of what is known of an article, in the order in which they are written.
FIELDS = (
    *("key", "headline", "headline_method", "source", "url", "published", "published_precision", "language"),
    *("authors", "topics", "words", "byline", "section", "kind", "page", "edition", "rights", "id"),
    *("status", "embargo", "slugline", "dateline"),
    *("modified", "crawled", "translation_of", "revision", "body", "blocks", "set_aside", "links"),
)

# Formats that are one text; md is a folder of files.
TEXT_FORMATS = ("jsonl", "csv", "ninjs", "jsonld", "ris", "bibtex", "csljson")
FORMATS = (*TEXT_FORMATS, "md")


def writer(form: str, *, fields: Iterable[str] | None = None, safe: bool = False) -> Callable[..., Iterator[str]]:
    """Return what turns articles into the pieces of a text of one of TEXT_FORMATS, as they come.

    `fields` are those of jsonl and csv, in their order; `safe` keeps cells of csv from being taken for formulas.
    """
    from archive.exports import bibtex, csl, csv, jsonl, jsonld, ninjs, ris

    names = None if fields is None else tuple(fields)

    def write(articles: Iterable[Article]) -> Iterator[str]:
        if form == "jsonl":
            return jsonl.write(articles, names or FIELDS)
        if form == "csv":
            return csv.write(articles, names or csv.FIELDS, safe=safe)
        of_one = {
            "ninjs": ninjs.write,
            "jsonld": jsonld.write,
            "ris": ris.write,
            "bibtex": bibtex.write,
            "csljson": csl.write,
        }
        return of_one[form](articles)

    return write
