"""When two texts are one version of a piece, and what is said of when it was made."""

from archive.db.lookups import KnownRevision, Place, Surroundings
from archive.documents import Article


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
