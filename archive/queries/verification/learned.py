"""Whether models are as they were learned, and what they propose rests on the texts it names."""

import hashlib
from collections.abc import Iterator

from archive.db.left_behind import LEFT, NO_BYTES, left_behind
from archive.db.plain import Plain
from archive.db.unfinished import TEXTS
from archive.queries.verification.findings import Check, Finding, Wrong

_CURE = "`archive topics suggest` proposes anew"
_SUGGESTED = (
    "coalesce(a.key, '?') || ' ' || coalesce(t.scheme || ':' || t.code, '?') FROM suggestions s "
    "LEFT JOIN articles a ON a.id = s.article_id LEFT JOIN topics t ON t.id = s.topic_id "
    "LEFT JOIN article_revisions r ON r.id = s.revision_id"
)

CHECKS = (
    Check(
        *("error", "suggestions", "suggestion", "for a text of another article, or with a score beyond 0 to 1", _CURE),
        f"SELECT {_SUGGESTED} WHERE r.article_id IS DISTINCT FROM s.article_id OR NOT s.score BETWEEN 0 AND 1",
    ),
    Check(
        *("error", "suggestion_words", "word of a suggestion", "outside its text", _CURE),
        f"SELECT {_SUGGESTED} JOIN suggestion_words w ON w.suggestion_id = s.id WHERE NOT (0 <= w.start "
        "AND w.start < w.\"end\" AND w.\"end\" <= CASE w.field WHEN 'headline' THEN length(coalesce(r.headline, '')) "
        "ELSE length(r.body) END) "
        f"AND CASE w.field WHEN 'headline' THEN r.headline ELSE r.body END IS DISTINCT FROM '{LEFT}'",
    ),
)


def check_models(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for models that are not the bytes that were learned, nor were left behind with the texts."""
    found = Wrong(
        *("error", "models", "model", "altered since it was learned (by SHA-256)"),
        "`archive topics learn` makes another",
    )
    may_be_left = TEXTS in left_behind(connection).parts
    for scheme, number, sha256, content in connection.execute(
        "SELECT scheme, number, sha256, content FROM models ORDER BY id"
    ):
        if may_be_left and content == NO_BYTES:
            continue
        if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() != sha256:
            found.add(f"{scheme} {number}")
    yield from found.findings()
