"""Keywords of a page: which are topics, and which are something else."""

import re

_NOT_TOPICS = (
    ("an id", re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,}|[0-9_.:/-]+", re.IGNORECASE)),
    (
        "an address",
        re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|[a-z]{2})", re.IGNORECASE),
    ),
    (
        "a label for machines",
        re.compile(
            r"(?:NLP|IAB|GCAT)[ _](?:Category|Entity)\b.*|(?:primary )?(?:region|section)\b.*"
            r"|[\w.-]+[:=|]\S.*|[a-z0-9]+_\S*|/.*",
            re.IGNORECASE,
        ),
    ),
)
_LABEL = re.compile(r"^(?:category: |tag: |(?:topics?|organizations?|persons?|places?|tags?)/(?=\S))", re.IGNORECASE)
_LONGEST = 80
_SEPARATORS = re.compile(r"\s*[,;，；、|]\s*")


def split_keywords(text: str) -> list[str]:
    """Return the keywords of a list that is one text: parted by commas, semicolons or bars."""
    return [part for part in _SEPARATORS.split(text) if part]


def not_a_topic(keyword: str) -> str | None:
    """Return what a keyword is instead of a topic, in words, or None if it can be one.

    >>> not_a_topic("NLP Category: Politics"), not_a_topic("example.com"), not_a_topic("Trade")
    ('a label for machines', 'an address', None)
    """
    if len(keyword) > _LONGEST:
        return "a text"
    return next((what for what, form in _NOT_TOPICS if form.fullmatch(keyword)), None)


def choose_topics(keywords: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the keywords that are topics, each once, with the method of each, and notes on the others."""
    kept: dict[str, tuple[str, str]] = {}
    dropped: dict[str, list[str]] = {}
    for stated, method in keywords:
        text = _LABEL.sub("", stated)
        what = not_a_topic(text)
        if what is None:
            kept.setdefault(text.casefold(), (text, method))
        else:
            dropped.setdefault(what, []).append(text)
    notes = [
        f"keyword{'s' if len(some) > 1 else ''} {', '.join(map(repr, some[:3]))}{' …' if len(some) > 3 else ''} "
        f"not taken as topic: {what}"
        for what, some in dropped.items()
    ]
    return list(kept.values()), notes
