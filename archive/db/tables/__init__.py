"""The tables of an archive, as SQLAlchemy Core. Every table and column says what it holds; docs/sql.md is made of it.

No ORM: rows are written in batches and read by queries that name their columns, and importing the ORM would more
than double the time that a command needs to start. For its sake, too, a table is made when somebody first asks for it:
all of them take longer than an answer does. Who asks for `metadata` has them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.db.tables.article import article_revisions, articles
    from archive.db.tables.base import metadata
    from archive.db.tables.corpus import corpora, corpus_revisions
    from archive.db.tables.credit import article_authors, article_credits, authors
    from archive.db.tables.decision import decisions, earlier_states
    from archive.db.tables.fact import about
    from archive.db.tables.model import models, suggestion_words, suggestions
    from archive.db.tables.passage import article_links, body_blocks, set_aside
    from archive.db.tables.saved_query import saved_queries
    from archive.db.tables.source import sources
    from archive.db.tables.source_name import agency_names, source_domains, source_names
    from archive.db.tables.statement import article_dates, article_identifiers, article_values, other_values
    from archive.db.tables.tag import rejected_topics, tag_evidence
    from archive.db.tables.tombstone import forgotten_hashes, tombstones
    from archive.db.tables.topic import article_topics, topics
    from archive.db.tables.unit import containers, import_items, imports, originals
    from archive.db.tables.vocabulary import schemes, topic_definitions, topic_mappings, topic_names, topic_rules

__all__ = [
    "about",
    "agency_names",
    "article_authors",
    "article_credits",
    "article_dates",
    "article_identifiers",
    "article_links",
    "article_revisions",
    "article_topics",
    "article_values",
    "articles",
    "authors",
    "body_blocks",
    "containers",
    "corpora",
    "corpus_revisions",
    "decisions",
    "earlier_states",
    "forgotten_hashes",
    "import_items",
    "imports",
    "metadata",
    "models",
    "originals",
    "other_values",
    "rejected_topics",
    "saved_queries",
    "schemes",
    "set_aside",
    "source_domains",
    "source_names",
    "sources",
    "suggestion_words",
    "suggestions",
    "tag_evidence",
    "tombstones",
    "topic_definitions",
    "topic_mappings",
    "topic_names",
    "topic_rules",
    "topics",
]

# what each module makes; none is called as a table is, which it would hide
_MADE_IN = {
    "article": "article_revisions articles",
    "corpus": "corpora corpus_revisions",
    "credit": "article_authors article_credits authors",
    "decision": "decisions earlier_states",
    "fact": "about",
    "model": "models suggestion_words suggestions",
    "passage": "article_links body_blocks set_aside",
    "saved_query": "saved_queries",
    "source": "sources",
    "source_name": "agency_names source_domains source_names",
    "statement": "article_dates article_identifiers article_values other_values",
    "tag": "rejected_topics tag_evidence",
    "tombstone": "forgotten_hashes tombstones",
    "topic": "article_topics topics",
    "unit": "containers import_items imports originals",
    "vocabulary": "schemes topic_definitions topic_mappings topic_names topic_rules",
}
_MODULES = {name: module for module, names in _MADE_IN.items() for name in names.split()}

if not TYPE_CHECKING:  # for types there are these names, and no others

    def __getattr__(name: str) -> Any:
        if name == "metadata":
            for module in _MADE_IN:
                import_module(f"{__name__}.{module}")
            found = import_module(f"{__name__}.base").metadata
        elif name in _MODULES:
            found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found
