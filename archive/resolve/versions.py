"""When two texts are one version of a piece, and what is said of when it was made."""

from archive.db.lookups import KnownArticle, KnownRevision, Place, Surroundings
from archive.documents import Article
from archive.normalize.article import fingerprint
from archive.normalize.status import HIDDEN, publication_status

# The fingerprint of a text without words.
NO_WORDS = fingerprint("")


def is_notice(unit: Article) -> bool:
    """Tell whether a unit says of a piece that it is withheld or canceled, and has no text of it."""
    return unit.status in HIDDEN and unit.words == 0


def stands_in_for_notice(article: KnownArticle, revision: KnownRevision) -> bool:
    """Tell whether a text that comes later than a notice without one is to be read in its place, however old it is."""
    status = article.values.get("status")
    return (
        status is not None
        and publication_status(status.text) in HIDDEN
        and article.current.fingerprint == NO_WORDS
        and revision.fingerprint != NO_WORDS
    )


def gives_same_text(unit: Article, place: Place) -> bool:
    """Tell whether a unit has the text that its place last gave.

    The same bytes that an older program made another text of are the same text: better rules alter what is in the
    archive only when someone asks for it.
    """
    if place.text_sha256 == unit.text_sha256:
        return True
    return place.original_sha256 == unit.original.sha256 and place.normalizer_version != unit.normalizer_version


def stated_times(revision: KnownRevision) -> str:
    """Return in words which times are stated of a version."""
    times = (("modified", revision.modified_at), ("crawled", revision.crawled_at))
    return ", ".join(f"{name} {time}" for name, time in times if time)


def surroundings(unit: Article) -> Surroundings:
    """Return what is kept of a unit beside its headline and its body."""
    return Surroundings(
        unit.blocks,
        tuple((passage.kind, passage.text, passage.after_block) for passage in unit.set_aside),
        tuple((link.kind, link.text, link.url) for link in unit.links),
    )
