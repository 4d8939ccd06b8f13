"""The values that a column can have where it has one of a few: what the code writes, and `archive verify` checks.

No CHECK constraints: in SQLite each new value would cost a rebuild of the table.
"""

from collections.abc import Mapping

from archive.documents import FIELDS, METHODS
from archive.normalize.status import STATUSES

PRECISIONS = ("year", "month", "day", "minute", "second")
STATED = tuple(method for method in METHODS if method != "domain")  # `domain` derives a source, and nothing else
_ORIGINS = ("vocabulary", "import")
_NAME_KINDS = ("label", "alias")

# What puts a tag on an article because of its text, and is made anew with it.
BY_RULE = ("rule", "query", "trailing_tags")
BY_MODEL = "model"

# By table and column; NULL is for the schema to allow or not. `articles.kind` is free: it is whatever an input states.
ENUMERATIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("articles", "published_precision"): PRECISIONS,
    ("articles", "status"): STATUSES,
    ("articles", "published_method"): (*STATED, "decision"),
    ("article_revisions", "headline_method"): ("given", "first_line"),
    ("article_revisions", "cause"): ("import", "reparse"),
    ("article_identifiers", "scheme"): ("id", "url", "text"),
    ("article_values", "field"): FIELDS,
    ("article_values", "method"): METHODS,
    ("other_values", "field"): (*FIELDS, "topics"),
    ("other_values", "method"): STATED,
    ("article_credits", "method"): ("byline", "dateline", "sign_off"),
    ("article_credits", "field"): ("byline", "body"),
    ("article_dates", "kind"): ("published", "mentioned"),
    ("article_dates", "method"): (*STATED, "pattern"),
    ("article_dates", "precision"): PRECISIONS,
    ("article_dates", "field"): ("headline", "body"),
    ("article_links", "kind"): ("related_headline", "link"),
    ("body_blocks", "kind"): ("heading", "quote", "list", "code", "table"),
    ("set_aside", "kind"): (
        *("related_headline", "trailing_tags", "caption", "markup", "front_matter"),
        *("signature", "list_footer", "summary", "notice", "furniture", "note"),
    ),
    ("tag_evidence", "method"): ("given", "rule", "query", "trailing_tags", "mapping", "model", "decision"),
    ("tag_evidence", "given_by"): STATED,
    ("tag_evidence", "field"): ("headline", "body", "set_aside", "topics", "values"),
    ("suggestion_words", "field"): ("headline", "body"),
    ("imports", "status"): ("running", "finished", "interrupted", "failed", "undone"),
    ("import_items", "outcome"): ("added", "revised", "unchanged", "duplicate", "failed"),
    ("sources", "origin"): _ORIGINS,
    ("source_names", "kind"): _NAME_KINDS,
    ("topics", "origin"): _ORIGINS,
    ("topic_names", "kind"): _NAME_KINDS,
    ("topic_rules", "kind"): ("phrase", "query"),
    ("topic_mappings", "relation"): ("exact", "close", "broad", "narrow", "related"),
    ("forgotten_hashes", "kind"): ("original", "text", "fingerprint"),
    ("decisions", "subject"): (
        *("topic", "field", "undo", "forget", "deciding"),
        *("source_merge", "source_rename", "source_alias", "source_domain", "source_split"),
        *("topic_merge", "topic_rename", "topic_move", "topic_alias", "topic_threshold"),
    ),
}
