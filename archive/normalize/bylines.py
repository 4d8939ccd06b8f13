"""Bylines: the names they credit."""

import re

_BY = re.compile(r"^\s*(?:by|von|par|por|di|автор[ы]?:?)(?:\s+|$)", re.IGNORECASE)
_PARTING = re.compile(r"\s*;\s*|\s*[，、]\s*|\s+(?:and|und|et|y|и|&)\s+|\s*,\s+(?:and\s+)?")
_PLACE = re.compile(r"\s+in\s+\w[\w .'-]*$")


def split_byline(text: str) -> list[str]:
    """Return the names that a byline credits, in printed order.

    "By", separators and a trailing place are dropped; initials stay. An agency alone is a name. A name is credited
    once. A blank byline yields [].

    >>> split_byline("By A. Okoro and Li Wei in Lagos")
    ['A. Okoro', 'Li Wei']
    >>> split_byline("Reuters")
    ['Reuters']
    """
    names = (" ".join(part.split()) for part in _PARTING.split(_PLACE.sub("", _BY.sub("", text))))
    return list(dict.fromkeys(name for name in names if name))
