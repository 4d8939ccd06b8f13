"""Language tags."""

import re

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


def language_tag(text: str) -> str:
    """Return a language as a BCP 47 tag in its usual case: `en`, `zh-Hant`, `pt-BR`.

    Raises ValueError, with a reason in words, where the text has not the form of a tag.

    >>> language_tag("zh_hant_tw")
    'zh-Hant-TW'
    """
    tag = text.strip()
    if not _TAG.fullmatch(tag):
        raise ValueError("not a language tag such as 'en' or 'zh-Hant'")
    first, *rest = tag.replace("_", "-").lower().split("-")
    cased = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in rest]
    return "-".join([first, *cased])
