"""Whether frozen corpora are what they were: their rows against their checksum, and against the texts they name."""

from collections.abc import Iterator

from archive.db.plain import Plain
from archive.queries.corpora import checksum
from archive.queries.verification.findings import RESTORE, Check, Finding, Wrong

CHECKS = (
    Check(
        *("warning", "corpus_articles", "text", "of a corpus not in the archive any more", None),
        "SELECT c.name || ' ' || m.article_key FROM corpus_revisions m JOIN corpora c ON c.id = m.corpus_id "
        "WHERE NOT EXISTS (SELECT 1 FROM articles a JOIN article_revisions r ON r.article_id = a.id "
        "WHERE a.key = m.article_key AND r.text_sha256 = m.text_sha256)",
    ),
)


def check_corpora(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for corpora whose articles are not those that were frozen, by checksum and number."""
    found = Wrong("error", "corpora", "corpus", "without all the articles that were frozen, or with others", RESTORE)
    for number, name, articles, sha256 in connection.execute(
        "SELECT id, name, articles, sha256 FROM corpora ORDER BY name"
    ).fetchall():
        members = connection.execute(
            "SELECT article_key, text_sha256 FROM corpus_revisions WHERE corpus_id = ? ORDER BY article_key", (number,)
        ).fetchall()
        if len(members) != articles or checksum(members) != sha256:
            found.add(name)
    yield from found.findings()
