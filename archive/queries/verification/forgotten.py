"""Whether what was forgotten is gone, and on record."""

from archive.queries.verification.findings import REPAIR, RESTORE, Check

AGAIN = "`archive forget KEY`"

CHECKS = (
    Check(
        *("error", "tombstones", "tombstone", "without the decision that forgets the article", RESTORE),
        "SELECT s.key FROM tombstones s LEFT JOIN decisions d ON d.id = s.decision_id "
        "WHERE d.subject IS DISTINCT FROM 'forget' OR d.article_key IS DISTINCT FROM s.key OR d.reason IS NULL "
        "UNION ALL SELECT d.article_key FROM decisions d WHERE d.subject = 'forget' "
        "AND NOT EXISTS (SELECT 1 FROM tombstones s WHERE s.decision_id = d.id)",
    ),
    Check(
        *(
            "error",
            "forgotten_originals",
            "original",
            "that was forgotten, and is there",
            "`archive forget KEY` once more",
        ),
        "SELECT substr(o.sha256, 1, 16) || '… of ' || s.key FROM originals o JOIN forgotten_hashes h "
        "ON h.sha256 = o.sha256 AND h.kind = 'original' JOIN tombstones s ON s.id = h.tombstone_id",
    ),
    Check(
        *("note", "forgotten_texts", "text", "that was forgotten with another article, and is there", None),
        "SELECT DISTINCT coalesce(a.key, '?') || ' as ' || s.key FROM article_revisions r JOIN forgotten_hashes h "
        "ON (h.sha256 = r.text_sha256 AND h.kind = 'text') "
        "OR (h.sha256 = r.fingerprint AND h.kind = 'fingerprint' AND r.words >= 50) "
        "JOIN tombstones s ON s.id = h.tombstone_id LEFT JOIN articles a ON a.id = r.article_id",
    ),
    Check(
        *("error", "wiped_decisions", "decision", "about a forgotten article that still says something", RESTORE),
        "SELECT 'decision ' || d.id || ' about ' || d.article_key FROM decisions d JOIN decisions f "
        "ON f.article_key = d.article_key AND f.subject = 'forget' AND d.subject <> 'forget' "
        "AND (d.made_at, d.id) < (f.made_at, f.id) WHERE coalesce(d.value, d.reason) IS NOT NULL",
    ),
    Check(
        *("error", "unwiped", "forgotten article", "of which traces may be left", REPAIR),
        "SELECT key FROM tombstones WHERE NOT wiped",
    ),
)
