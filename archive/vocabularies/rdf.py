"""Turtle, RDF/XML and JSON-LD as a graph of statements. Nothing is fetched: a file says all there is to know."""

import codecs
import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archive.errors import VocabularyError
from archive.vocabularies.addresses import BASE

if TYPE_CHECKING:
    from rdflib import Graph

LARGEST_EXPANDED = 100_000_000  # characters of RDF/XML with what its entities stand for

_SILENT = logging.NullHandler()  # what rdflib finds odd about a value is no business of the terminal
_LITERALS = threading.Lock()  # that they are kept as they are holds for all of rdflib


def read_graph(file: str, content: bytes, form: str) -> "Graph":
    """Return what a file in `turtle` or `rdfxml` states.

    Raises VocabularyError, with the line where it is known, for what does not parse, for entities of XML that hold
    others, stand elsewhere or grow, and where the extra `skos` is missing.
    """
    with _graph(file, _NAMES[form]) as graph:
        if form == "rdfxml":
            _refuse_bombs(file, content)
            graph.parse(io.BytesIO(content), format="xml", publicID=BASE)  # which says itself how it is encoded
        else:
            graph.parse(data=content.removeprefix(codecs.BOM_UTF8), format=form, publicID=BASE)
    return graph


def graph_of_json(file: str, stated: Any) -> "Graph":
    """Return what JSON-LD states, parsed as JSON already.

    Raises VocabularyError for what means nothing, for a context that stands elsewhere, and where the extra is missing.
    """
    with _graph(file, "JSON-LD") as graph:
        from rdflib.plugins.parsers.jsonld import to_rdf

        _refuse_contexts_elsewhere(file, stated)
        to_rdf(stated, graph, base=BASE)
    return graph


@contextmanager
def _graph(file: str, name: str) -> Iterator["Graph"]:
    """Give a graph to parse into, in which texts stay as they are written; errors are explained."""
    try:
        import rdflib
    except ImportError as error:
        raise VocabularyError(f"{file} is SKOS; install what reads it: pip install 'archive[skos]'") from error
    logging.getLogger("rdflib").addHandler(_SILENT)
    with _LITERALS:
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False  # a code 007 is not the number 7
        try:
            yield rdflib.Graph(bind_namespaces="none")
        except VocabularyError:
            raise
        except RecursionError as error:
            raise VocabularyError(f"{file} is nested too deeply; write it flat") from error
        except Exception as error:  # of three parsers, which have no family of errors in common
            raise VocabularyError(f"{file} is not valid {name}: {_reason(error)}") from error
        finally:
            rdflib.NORMALIZE_LITERALS = before


def _refuse_contexts_elsewhere(file: str, stated: Any) -> None:
    """Raise VocabularyError for a context that is named and not written out: it would have to be fetched."""
    level = [stated]
    while level:
        one = level.pop()
        if isinstance(one, dict):
            named = one.get("@context")
            for context in [*(named if isinstance(named, list) else [named]), one.get("@import")]:
                if isinstance(context, str):
                    raise VocabularyError(
                        f"{file} rests on what stands elsewhere ({context[:200]}), and nothing is fetched; write that "
                        "context into the file, or take the vocabulary as Turtle or RDF/XML"
                    )
            level += one.values()
        elif isinstance(one, list):
            level += one


def _refuse_bombs(file: str, content: bytes) -> None:
    """Raise VocabularyError for entities that hold others, stand elsewhere, or make much of little."""
    from xml.parsers import expat

    entities: dict[str, str] = {}

    def declared(name: str, is_parameter: int, value: str | None, *_elsewhere: object) -> None:
        if is_parameter or value is None or "&" in value or "%" in value:
            raise VocabularyError(f"{file} declares an entity ({name[:40]}) that holds others or stands elsewhere")
        entities[name] = value

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.Parse(content, True)
    size = len(content)
    for name, value in entities.items():
        size += len(value) * sum(content.count(f"&{name};".encode(encoding)) for encoding in _ENCODINGS)
    if size > LARGEST_EXPANDED:
        raise VocabularyError(f"{file} is {size:,} characters long with its entities, over {LARGEST_EXPANDED:,}")


def _reason(error: Exception) -> str:
    """Return what a parser found, on one line."""
    line = getattr(error, "lines", None)  # of rdflib's Turtle
    if isinstance(line, int):
        return f"{getattr(error, '_why', 'it does not parse')} (line {line + 1})"
    where = getattr(error, "getLineNumber", None)  # of SAX
    if where is not None:
        return f"{getattr(error, 'getMessage', str)()} (line {where()})"
    return " ".join(str(error).split())[:300]


_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_NAMES = {"turtle": "Turtle", "rdfxml": "RDF/XML"}
