"""Whether the rows of an archive agree with each other: one question in SQL for each way in which they may not."""

from collections.abc import Iterator

from archive.db.left_behind import LEFT
from archive.db.plain import Plain
from archive.db.running_imports import find_running
from archive.queries.verification.findings import REPAIR, RESTORE, Check, Finding, Wrong

# what a time has beside its digits, and the digits: `2026-11-22T08:00:00.000000Z`
_MARKS = " || ".join(f"substr({{0}}, {place}, 1)" for place in (5, 8, 11, 14, 17, 20)) + " || substr({0}, 27)"
_NUMBERS = " || ".join(
    f"substr({{0}}, {place}, {length})"
    for place, length in ((1, 4), (6, 2), (9, 2), (12, 2), (15, 2), (18, 2), (21, 6))
)
_TIMES = (
    *(("articles", "created_at"), ("articles", "published_at"), ("article_revisions", "seen_at")),
    ("articles", "embargo_until"),
    *(("imports", "started_at"), ("imports", "finished_at"), ("imports", "undone_at")),
    ("decisions", "made_at"),
    *(("sources", "created_at"), ("topics", "created_at")),
    ("models", "trained_at"),
    *(("saved_queries", "saved_at"), ("corpora", "frozen_at")),
)
_DIGESTS = (
    *(("originals", "sha256"), ("article_revisions", "text_sha256"), ("article_revisions", "fingerprint")),
    *(("import_items", "context_sha256"), ("import_items", "text_sha256"), ("forgotten_hashes", "sha256")),
    ("models", "sha256"),
    *(("corpora", "sha256"), ("corpus_revisions", "text_sha256")),
)
# columns of an article that have a value exactly where `article_values` says where it came from, by field
_VALUES = {
    "source": "source_id",
    "authors": "byline",
    **{name: name for name in ("kind", "url", "language", "section", "published", "page", "edition", "rights")},
    **{name: name for name in ("status", "embargo", "slugline", "dateline")},
}

TAGS_WITHOUT_EVIDENCE = """
SELECT g.id FROM article_topics g
 WHERE NOT EXISTS (SELECT 1 FROM tag_evidence e WHERE e.article_topic_id = g.id)
   AND NOT EXISTS (SELECT 1 FROM decisions d JOIN articles a ON a.key = d.article_key
                     JOIN topics t ON t.id = g.topic_id
                    WHERE a.id = g.article_id AND d.subject = 'topic' AND d.name = t.scheme || ':' || t.code)
"""

WITHOUT_CURRENT_TEXT = """
SELECT a.id FROM articles a LEFT JOIN article_revisions r ON r.id = a.revision_id
 WHERE r.article_id IS DISTINCT FROM a.id AND EXISTS (SELECT 1 FROM article_revisions o WHERE o.article_id = a.id)
"""

_ARTICLE = "coalesce(a.key, 'article number ' || {}.article_id)"
_TAG = "coalesce(a.key, '?') || ' ' || coalesce(t.scheme || ':' || t.code, '?')"
# tags, and those that people took off, which no number can be mistaken for
_OWNER = (
    "(SELECT id, article_id, topic_id FROM article_topics "
    "UNION ALL SELECT -id, article_id, topic_id FROM rejected_topics)"
)
_OF_TAG = (
    f"FROM tag_evidence e JOIN {_OWNER} g ON g.id = coalesce(e.article_topic_id, -e.rejected_topic_id) "
    "LEFT JOIN articles a ON a.id = g.article_id LEFT JOIN topics t ON t.id = g.topic_id"
)
# no server takes a length below 0
_SPAN = 'CASE WHEN c."end" >= c.start THEN substr({}, c.start + 1, c."end" - c.start) END'
_UNIT = "'import ' || i.import_id || ' unit ' || i.position || ' (' || i.locator || ')'"

CHECKS = (
    Check(
        *("error", "keys", "article", "with a key other than 12 characters of base32", RESTORE),
        "SELECT key FROM articles WHERE length(key) <> 12 OR ltrim(key, 'abcdefghijklmnopqrstuvwxyz234567') <> ''",
    ),
    Check(
        *("error", "no_text", "article", "without any text", RESTORE),
        "SELECT key FROM articles a WHERE NOT EXISTS (SELECT 1 FROM article_revisions r WHERE r.article_id = a.id)",
    ),
    Check(
        *("error", "current_text", "article", "with a current text of another article, or none", REPAIR),
        f"SELECT key FROM articles WHERE id IN ({WITHOUT_CURRENT_TEXT})",
    ),
    Check(
        # where an import was undone, numbers stay as they were cited
        *("error", "revision_numbers", "article", "with texts not numbered 1, 2, …", RESTORE),
        f"SELECT {_ARTICLE.format('r')} FROM article_revisions r LEFT JOIN articles a ON a.id = r.article_id "
        "GROUP BY r.article_id, a.key HAVING min(r.number) < 1 OR (min(r.number) <> 1 OR max(r.number) <> count(*)) "
        "AND NOT EXISTS (SELECT 1 FROM imports WHERE status = 'undone')",
    ),
    Check(
        *("error", "values", "value", "without a record of the origin, or the reverse", RESTORE),
        " UNION ALL ".join(
            f"SELECT a.key || ' {field}' FROM articles a "
            f"LEFT JOIN article_values v ON v.article_id = a.id AND v.field = '{field}' "
            f"WHERE (a.{column} IS NULL) <> (v.id IS NULL) AND NOT EXISTS (SELECT 1 FROM decisions d "
            f"WHERE d.article_key = a.key AND d.subject = 'field' AND d.name = '{field}')"
            for field, column in _VALUES.items()
        ),
    ),
    Check(
        *("error", "chosen_date", "article", "with another date than the chosen one", RESTORE),
        "SELECT a.key FROM articles a LEFT JOIN (SELECT article_id, count(*) AS number, max(value) AS value "
        "FROM article_dates WHERE chosen GROUP BY article_id) d ON d.article_id = a.id "
        "WHERE d.number > 1 OR CASE a.published_method WHEN 'decision' THEN d.number > 0 "
        "ELSE d.value IS DISTINCT FROM a.published AND NOT EXISTS "
        "(SELECT 1 FROM decisions x WHERE x.article_key = a.key AND x.subject = 'field' AND x.name = 'published' "
        "AND x.value IS NULL) END",
    ),
    Check(
        *("error", "dates", "date", "mentioned nowhere in a text of the article", RESTORE),
        f"SELECT {_ARTICLE.format('d')} || ' ' || d.text FROM article_dates d "
        "LEFT JOIN articles a ON a.id = d.article_id LEFT JOIN article_revisions r ON r.id = d.revision_id "
        "WHERE d.kind = 'mentioned' AND (d.field IS NULL OR d.start IS NULL OR d.\"end\" IS NULL "
        "OR d.revision_id IS NULL OR r.article_id <> d.article_id)",
    ),
    Check(
        *("note", "identity", "article", "without identifier and place", None),
        "SELECT key FROM articles a WHERE NOT EXISTS (SELECT 1 FROM article_identifiers i WHERE i.article_id = a.id) "
        "AND NOT EXISTS (SELECT 1 FROM import_items i WHERE i.article_id = a.id)",
    ),
    Check(
        *("error", "tags", "tag", "without evidence", RESTORE),
        "SELECT coalesce(a.key, '?') || ' ' || coalesce(t.scheme || ':' || t.code, '?') FROM article_topics g "
        "LEFT JOIN articles a ON a.id = g.article_id LEFT JOIN topics t ON t.id = g.topic_id "
        f"WHERE g.id IN ({TAGS_WITHOUT_EVIDENCE})",
    ),
    Check(
        *(
            "error",
            "evidence_form",
            "passage",
            "without what the method needs: a rule and a place, or a topic as given",
        ),
        RESTORE,
        f"SELECT {_TAG} {_OF_TAG} WHERE CASE e.method "
        "WHEN 'given' THEN e.given_text IS NULL OR e.given_by IS NULL OR e.import_item_id IS NULL "
        "OR e.field <> 'topics' "
        "WHEN 'rule' THEN e.rule IS NULL OR e.start IS NULL OR e.\"end\" IS NULL OR e.revision_id IS NULL "
        "OR e.field NOT IN ('headline', 'body') "
        "WHEN 'query' THEN e.rule IS NULL OR e.revision_id IS NULL "
        "OR (e.start IS NULL) <> (e.field = 'values') OR (e.\"end\" IS NULL) <> (e.field = 'values') "
        "OR e.field NOT IN ('headline', 'body', 'values') "
        "WHEN 'mapping' THEN e.given_text IS NULL OR e.given_by IS NULL OR e.field <> 'topics' "
        "WHEN 'trailing_tags' THEN e.rule IS NULL OR e.start IS NULL OR e.\"end\" IS NULL OR e.set_aside_id IS NULL "
        "OR e.field <> 'set_aside' "
        "WHEN 'model' THEN e.model_id IS NULL OR e.score IS NULL OR e.start IS NULL OR e.\"end\" IS NULL "
        "OR e.revision_id IS NULL OR e.field NOT IN ('headline', 'body') "
        "WHEN 'decision' THEN e.decision_id IS NULL OR e.given_text IS NULL OR e.field <> 'topics' END",
    ),
    Check(
        *("error", "evidence_side", "passage", "for a tag and a rejected topic at once, or for neither", RESTORE),
        f"SELECT {_TAG} FROM tag_evidence e LEFT JOIN {_OWNER} g ON g.id = e.article_topic_id "
        "LEFT JOIN articles a ON a.id = g.article_id LEFT JOIN topics t ON t.id = g.topic_id "
        "WHERE (e.article_topic_id IS NULL) = (e.rejected_topic_id IS NULL)",
    ),
    Check(
        *("error", "rejected_tags", "tag", "on an article that a person took it off", RESTORE),
        f"SELECT {_TAG} FROM rejected_topics r JOIN article_topics g "
        "ON g.article_id = r.article_id AND g.topic_id = r.topic_id "
        "LEFT JOIN articles a ON a.id = g.article_id LEFT JOIN topics t ON t.id = g.topic_id",
    ),
    Check(
        *("error", "merged_topics", "topic", "on articles or named, though merged into another", RESTORE),
        "SELECT d.name FROM decisions d JOIN earlier_states s ON s.decision_id = d.id "
        "JOIN topics t ON t.scheme || ':' || t.code = d.name WHERE d.subject = 'topic_merge' "
        "AND (EXISTS (SELECT 1 FROM article_topics g WHERE g.topic_id = t.id) "
        "OR EXISTS (SELECT 1 FROM topic_names n WHERE n.topic_id = t.id))",
    ),
    Check(
        *("error", "evidence_owner", "passage", "in a text of another article than the tag", RESTORE),
        f"SELECT {_TAG} {_OF_TAG} LEFT JOIN set_aside x ON x.id = e.set_aside_id "
        "JOIN article_revisions r ON r.id = coalesce(e.revision_id, x.revision_id) WHERE r.article_id <> g.article_id",
    ),
    Check(
        *("warning", "evidence_age", "passage", "in an earlier text of the article", None),
        f"SELECT {_TAG} {_OF_TAG} LEFT JOIN set_aside x ON x.id = e.set_aside_id "
        "JOIN article_revisions r ON r.id = coalesce(e.revision_id, x.revision_id) "
        "JOIN article_revisions c ON c.id = a.revision_id AND c.article_id = a.id "
        "WHERE r.article_id = g.article_id AND r.id <> c.id",
    ),
    Check(
        *("error", "credits", "agency", "credited where its name does not stand", "`archive reparse`"),
        f"SELECT {_ARTICLE.format('c')} || ' ' || c.text FROM article_credits c "
        "LEFT JOIN articles a ON a.id = c.article_id LEFT JOIN article_revisions r ON r.id = c.revision_id "
        "WHERE CASE c.field WHEN 'byline' THEN c.revision_id IS NOT NULL "
        f"OR {_SPAN.format('a.byline')} IS DISTINCT FROM c.text "
        "ELSE c.revision_id IS DISTINCT FROM a.revision_id "
        f"OR ({_SPAN.format('r.body')} IS DISTINCT FROM c.text AND (r.body <> '{LEFT}' OR c.text <> '{LEFT}')) END",
    ),
    Check(
        *("error", "positions", "import", "with units not numbered 1, 2, …", RESTORE),
        "SELECT 'import ' || import_id FROM import_items GROUP BY import_id "
        "HAVING (min(position) <> 1 OR max(position) <> count(*) OR count(DISTINCT position) <> count(*)) "
        "AND NOT EXISTS (SELECT 1 FROM about WHERE name = 'part_of')",
    ),
    Check(
        *("error", "units", "unit of an import", "with an outcome at odds with the article named", RESTORE),
        f"SELECT {_UNIT} FROM import_items i JOIN imports m ON m.id = i.import_id WHERE CASE "
        "WHEN m.status = 'undone' "
        "THEN i.article_id IS NOT NULL OR i.revision_id IS NOT NULL OR i.original_id IS NOT NULL "
        "WHEN i.outcome = 'failed' "
        "THEN i.article_id IS NOT NULL OR i.revision_id IS NOT NULL OR i.reason IS NULL OR i.tombstone_id IS NOT NULL "
        "WHEN i.tombstone_id IS NULL "
        "THEN i.article_id IS NULL OR i.revision_id IS NULL OR i.original_id IS NULL OR i.context_sha256 IS NULL "
        "ELSE coalesce(i.article_id, i.revision_id, i.original_id) IS NOT NULL OR coalesce(i.context_sha256, "
        "i.text_sha256, i.source_as_read, i.id_as_read, i.url_as_read, i.published_as_read, i.modified_at, "
        "i.crawled_at) IS NOT NULL END",
    ),
    Check(
        *("error", "unit_owner", "unit of an import", "with a text of another article", RESTORE),
        f"SELECT {_UNIT} FROM import_items i JOIN article_revisions r ON r.id = i.revision_id "
        "WHERE r.article_id <> i.article_id",
    ),
    Check(
        *("error", "statements", "unit of an import", "with statements on record of another article or place", RESTORE),
        f"SELECT {_UNIT} FROM import_items i LEFT JOIN import_items s ON s.id = i.stated_in_id "
        "WHERE i.stated_in_id IS NOT NULL AND (s.article_id IS DISTINCT FROM i.article_id "
        "OR s.locator IS DISTINCT FROM i.locator OR s.stated_in_id IS DISTINCT FROM s.id) "
        + "".join(
            f"UNION ALL SELECT {_UNIT} FROM {table} v JOIN import_items i ON i.id = v.import_item_id "
            "WHERE i.article_id IS DISTINCT FROM v.article_id "
            for table in ("article_values", "other_values", "article_dates")
        ),
    ),
    Check(
        *("warning", "import_ends", "import", "with an end at odds with the status", None),
        "SELECT 'import ' || id FROM imports WHERE CASE status WHEN 'finished' THEN finished_at IS NULL "
        "WHEN 'running' THEN finished_at IS NOT NULL WHEN 'undone' THEN undone_at IS NULL OR undone_by IS NULL END",
    ),
    Check(
        *("warning", "decisions", "decision", "about articles not in the archive", None),
        "SELECT d.article_key || ' by ' || d.who FROM decisions d "
        "WHERE d.article_key IS NOT NULL AND NOT EXISTS (SELECT 1 FROM articles a WHERE a.key = d.article_key) "
        "AND NOT EXISTS (SELECT 1 FROM tombstones s WHERE s.key = d.article_key)",
    ),
    Check(
        *("warning", "times", "time", "not written as the archive writes times", None),
        " UNION ALL ".join(
            f"SELECT '{table}.{column} ' || {column} FROM {table} "
            f"WHERE {_MARKS.format(column)} <> '--T::.Z' OR ltrim({_NUMBERS.format(column)}, '0123456789') <> ''"
            for table, column in _TIMES
        ),
    ),
    Check(
        *("error", "digests", "checksum", "other than a SHA-256 in hexadecimal", RESTORE),
        " UNION ALL ".join(
            f"SELECT '{table}.{column} (row ' || id || ')' FROM {table} "
            f"WHERE length({column}) <> 64 OR ltrim({column}, '0123456789abcdef') <> ''"
            for table, column in _DIGESTS
        ),
    ),
)


def check_running(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for imports that were killed, and that nobody has marked as such."""
    found = Wrong(
        *("warning", "running", "import", "marked as running without a process"),
        f"the next import, or {REPAIR}, marks it as interrupted",
    )
    for import_id in find_running(connection)[1]:
        found.add(f"import {import_id}")
    yield from found.findings()


def check_topic_tree(connection: Plain) -> Iterator[Finding]:
    """Yield findings for topics that stand below themselves, or below a topic of another scheme."""
    cure = "`archive topics load FILE`, with the right parent"
    topics = {
        number: (parent, scheme, f"{scheme}:{code}")
        for number, parent, scheme, code in connection.execute("SELECT id, parent_id, scheme, code FROM topics")
    }
    cycles = Wrong("error", "topic_tree", "topic", "in a circle", cure)
    strangers = Wrong("error", "topic_tree", "topic", "below one of another scheme", cure)
    ends: set[int] = set()  # topics from which the way up ends
    for number, (parent, scheme, name) in topics.items():
        way: dict[int, None] = {}
        above: int | None = number
        while above is not None and above in topics and above not in ends and above not in way:
            way[above] = None
            above = topics[above][0]
        if above is None or above not in way:
            ends.update(way)
        elif above == number:
            cycles.add(name)
        if parent in topics and topics[parent][1] != scheme:
            strangers.add(name)
    yield from cycles.findings()
    yield from strangers.findings()
