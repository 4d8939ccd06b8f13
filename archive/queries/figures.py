"""The figures of a text: numbers in digits, with their sign, currency and unit as written."""

import re
from typing import NamedTuple

from archive.normalize.tokens import UNSPACED

# what may follow a number after a space, and changes what it means
_UNIT_WORDS = (
    r"percent|per\ cent|pct|percentage\ points?|prozent|pour\ cent|por\ ciento|процент\w*|"
    r"thousand|million(?:s|en)?|billion(?:s|en)?|trillion(?:s|en)?|bn|mln|bln|trn|mio|mrd|milliard(?:s|en)?|milliarden?|"
    r"mill[oó]n(?:es)?|mil|тыс|млн|млрд|трлн|тысяч\w*|миллион\w*|миллиард\w*|"
    r"dollars?|euros?|pounds?|yuan|renminbi|roubles?|rubles?|yen|rupees?|рубл\w*|доллар\w*|евро|юан\w*|"
    r"usd|eur|gbp|cny|rmb|rub|jpy|inr|chf|"
    r"km|cm|mm|m|kg|g|t|tonnes?|tons?|lit(?:er|re)s?|hectares?|acres?|miles?|met(?:er|re)s?|kilomet(?:er|re)s?|"
    r"mw|gw|kw|mwh|gwh|kwh"
)
_SPACE = r"[ \xa0\u2009\u202f]"
_LETTER = rf"[^\W\d_{UNSPACED}]"
_NUMBER = rf"(?:\d{{1,3}}(?:{_SPACE}\d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,:/'’\-–‑]\d+)*)"
_CURRENCY = rf"(?:(?:US|C|A|HK|NT)?[$€£¥₽₹₩]|(?:USD|EUR|GBP|CNY|RMB|RUB|JPY|CHF){_SPACE})"
_FIGURE = re.compile(
    rf"""(?<!{_LETTER})(?<!{_LETTER}[\-–‑/])(?<!\d)(?<!\d[\-–‑.,:/])  # within no name, and no number
    (?:(?<!\w)[\-−+±])?{_CURRENCY}?(?:(?<!\w)[\-−+±])?
    {_NUMBER}
    (?:{_SPACE}?(?:[%‰€$£¥₽₹₩]|[°º]{_SPACE}?[cf]?|[十百千万亿兆億萬]+[元円人吨噸里]?|[元円年月日号時时分人吨噸倍度])
      |{_LETTER}+)*
    (?:(?:{_SPACE}|[\-‑])(?:{_UNIT_WORDS})(?!\w))*""",
    re.VERBOSE | re.IGNORECASE,
)
_BLANK = re.compile(r"\s+")


class Figure(NamedTuple):
    """A figure as written, white space as single spaces, and where it stands in its text."""

    text: str
    start: int
    end: int


def find_figures(text: str) -> list[Figure]:
    """Return the figures of a text in order.

    Digits that end a name (G20, COVID-19) are none; numbers in words are not seen.

    >>> [figure.text for figure in find_figures("US$3.5 million paid, up 12% from 2,100 at a G20; -5 °C, 30亿元")]
    ['US$3.5 million', '12%', '2,100', '-5 °C', '30亿元']
    """
    return [Figure(_BLANK.sub(" ", match[0]), *match.span()) for match in _FIGURE.finditer(text)]
