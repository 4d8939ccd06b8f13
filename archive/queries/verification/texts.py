"""Whether what is kept of texts agrees with the texts: passages, words, checksums. One pass over all of them."""

from collections.abc import Iterator
from typing import NamedTuple

from archive.db.left_behind import LEFT, is_left, left_behind
from archive.db.plain import Plain
from archive.db.unfinished import TEXTS
from archive.normalize.article import FINGERPRINT_VERSION, fingerprint, text_sha256
from archive.normalize.tokens import index_text, tokenize
from archive.queries.verification.findings import REPAIR, RESTORE, Finding, Wrong
from archive.queries.verification.passages import ByText, has_place, is_block, is_hit, is_passage, stands_at
from archive.running import Watch

STEP = 500  # texts between two words to the watcher

_TEXTS = """
SELECT r.id, coalesce(a.key, 'article number ' || r.article_id) || CASE r.number WHEN 1 THEN '' ELSE
       ' text ' || r.number END, r.headline, r.body, r.headline_index, r.body_index,
       r.words, r.text_sha256, r.fingerprint, r.fingerprint_version
  FROM article_revisions r LEFT JOIN articles a ON a.id = r.article_id
 WHERE {} ORDER BY r.id
"""
_EVIDENCE = (
    'SELECT revision_id, field, start, "end", rule, method FROM tag_evidence '
    "WHERE revision_id IS NOT NULL AND rule IS NOT NULL AND field <> 'values' ORDER BY revision_id"
)
_DATES = (
    'SELECT revision_id, field, start, "end", text FROM article_dates '
    "WHERE revision_id IS NOT NULL ORDER BY revision_id"
)
_BLOCKS = 'SELECT revision_id, start, "end" FROM body_blocks ORDER BY revision_id'
_EVIDENCE_ASIDE = (
    "SELECT coalesce(a.key, '?'), x.text, e.start, e.\"end\", e.rule FROM tag_evidence e "
    "JOIN set_aside x ON x.id = e.set_aside_id LEFT JOIN article_topics g ON g.id = e.article_topic_id "
    "LEFT JOIN articles a ON a.id = g.article_id WHERE e.rule IS NOT NULL"
)


class Text(NamedTuple):
    """A state of an article's text, with what is kept of it; `place` is how people find it."""

    id: int
    place: str
    headline: str | None
    body: str
    headline_index: str | None
    body_index: str | None
    words: int
    text_sha256: str
    fingerprint: str
    fingerprint_version: int

    def is_text(self) -> bool:
        """Tell whether it is UTF-8: what is not is read with surrogates in place of the bytes."""
        try:
            f"{self.headline}{self.body}".encode()
        except UnicodeEncodeError:
            return False
        return True

    def is_left_behind(self) -> bool:
        """Tell whether it is what stands instead of a text, where an archive says that texts were left behind."""
        return is_left(self.headline, self.body) and not self.is_as_it_came()

    def is_as_it_came(self) -> bool:
        """Tell whether the text is the one of which the checksum was taken."""
        return text_sha256(self.headline, self.body) == self.text_sha256

    def unlike(self, *, counted: bool) -> dict[str, str | int | None]:
        """Return the columns that do not follow from the text, as they should be.

        Those are what is indexed in its place and, if `counted`, its words and its fingerprint, the latter only of the
        version that is made now.
        """
        columns: dict[str, str | int | None] = {
            "headline_index": index_text(self.headline) if self.headline else None,
            "body_index": index_text(self.body),
        }
        if counted:
            words = tokenize(self.body)
            columns["words"] = len(words)
            if self.fingerprint_version == FINGERPRINT_VERSION:
                columns["fingerprint"] = fingerprint(self.body, words)
        return {name: value for name, value in columns.items() if value != getattr(self, name)}


def texts(connection: Plain, number: int | None = None) -> Iterator[Text]:
    """Yield all texts in the order they came, or the one of that id; what is no text at all is left out."""
    of = "true" if number is None else f"r.id = {number:d}"
    for text in map(Text._make, connection.execute(_TEXTS.format(of))):
        if isinstance(text.body, str) and isinstance(text.headline, str | None):
            yield text


def altered_texts() -> Wrong:
    """Return what texts are collected in that are not the ones that came in."""
    return Wrong("error", "texts", "text", "altered since the import (by SHA-256)", RESTORE)


def check_texts(connection: Plain, watch: Watch, *, deep: bool) -> Iterator[Finding]:
    """Yield findings for texts and what stands in them; only `deep` counts words and computes checksums.

    What is kept of texts that an archive says were left behind is compared with nothing.
    """
    may_be_left = TEXTS in left_behind(connection).parts
    altered = altered_texts()
    search_text = Wrong("error", "search_text", "text", "in another form for search than queries expect", REPAIR)
    words = Wrong("error", "words", "text", "with another number of words than is kept", REPAIR)
    fingerprints = Wrong("error", "fingerprints", "text", "with another fingerprint than is kept", REPAIR)
    columns = {"headline_index": search_text, "body_index": search_text, "words": words, "fingerprint": fingerprints}
    versions = Wrong(
        *("error", "fingerprint_versions", "text"),
        "with a fingerprint of a version that this program does not know, and cannot compare",
        f"a newer program may know it; else {RESTORE}",
    )
    evidence = Wrong("error", "evidence", "passage", "without the words of the rule", RESTORE)
    dates = Wrong("error", "date_passages", "date", "not found at the place given", RESTORE)
    blocks = Wrong("error", "blocks", "block", "of a body not found at the place given", RESTORE)
    (total,) = connection.execute("SELECT count(*) FROM article_revisions").fetchone()
    by_rule = (row for row in connection.execute(_EVIDENCE) if isinstance(row[4], str))
    passages, mentions, marked = (ByText(rows) for rows in (by_rule, *map(connection.execute, (_DATES, _BLOCKS))))
    for number, text in enumerate(texts(connection)):
        if number % STEP == 0:
            watch("texts", number, total)
        if may_be_left and text.is_left_behind():
            continue
        fields = {"headline": text.headline or "", "body": text.body}
        for field, start, end, rule, method in passages.take(text.id):
            stands = is_hit if method == "query" else is_passage
            if has_place(field, start, end) and not stands(fields[field], start, end, rule):
                evidence.add(f"{text.place} {field} {start}–{end} '{rule}'")
        for field, start, end, written in mentions.take(text.id):
            if has_place(field, start, end) and not stands_at(fields[field], start, end, written):
                dates.add(f"{text.place} {field} {start}–{end} '{written}'")
        for start, end in marked.take(text.id):
            if has_place("body", start, end) and not is_block(text.body, start, end):
                blocks.add(f"{text.place} body {start}–{end}")
        if text.fingerprint_version not in range(1, FINGERPRINT_VERSION + 1):
            versions.add(text.place)
        if not text.is_text():
            altered.add(text.place)
            continue
        is_as_it_came = deep and text.is_as_it_came()
        if deep and not is_as_it_came:
            altered.add(text.place)
        # words and fingerprint of an altered text were made of another text
        for found in dict.fromkeys(columns[name] for name in text.unlike(counted=is_as_it_came)):
            found.add(text.place)
    for place, aside, start, end, rule in connection.execute(_EVIDENCE_ASIDE):
        are_texts = isinstance(rule, str) and isinstance(aside, str)
        if may_be_left and aside == LEFT:
            continue
        if are_texts and has_place("body", start, end) and not is_passage(aside, start, end, rule):
            evidence.add(f"{place} set_aside {start}–{end} '{rule}'")
    for found in (evidence, dates, blocks, altered, search_text, words, fingerprints, versions):
        yield from found.findings()
