"""The tables of an archive, as SQLAlchemy Core. Every table and column says what it holds; docs/sql.md is made of it.

No ORM: rows are written in batches and read by queries that name their columns, and importing the ORM would more
than double the time that a command needs to start.
"""

from archive.db.tables.about import about
from archive.db.tables.articles import (
    article_authors,
    article_credits,
    article_dates,
    article_identifiers,
    article_links,
    article_revisions,
    article_values,
    articles,
    authors,
    body_blocks,
    other_values,
    set_aside,
)
from archive.db.tables.base import metadata
from archive.db.tables.decisions import decisions, earlier_states
from archive.db.tables.imports import containers, import_items, imports, originals
from archive.db.tables.models import models, suggestion_words, suggestions
from archive.db.tables.questions import corpora, corpus_revisions, saved_queries
from archive.db.tables.sources import agency_names, source_domains, source_names, sources
from archive.db.tables.tombstones import forgotten_hashes, tombstones
from archive.db.tables.topics import (
    article_topics,
    rejected_topics,
    schemes,
    tag_evidence,
    topic_definitions,
    topic_mappings,
    topic_names,
    topic_rules,
    topics,
)

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
