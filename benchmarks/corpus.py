"""A made-up collection of plain-text news, the same for the same seed: words by Zipf's law, headlines, paragraphs.

Ten in a hundred texts repeat an earlier one to the letter, as wire copy does. No word means anything.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from measured import WrongError

_ONSETS = [*"bcdfghjklmnprstvwz", "st", "tr", "pr", "ch", "sh", "gr", "kl", "br"]
_VOWELS = [*"aeiouaeiou", "ai", "ea", "ou", "é", "ö", "ie"]
_ENDS = ["", "", "", "n", "r", "s", "t", "l", "ng", "rs", "tion", "ed", "ing", "ly"]
_SENTENCE_ENDS = [".", ".", ".", "?", "."]
_FREQUENT = "the of and to in a is that for it as was with be by on not he his but at are this have from"


@cache
def vocabulary(size: int = 60_000, seed: int = 1) -> tuple[str, ...]:
    """Return made-up words, after some real ones that are frequent; the most frequent first."""
    random = np.random.default_rng(seed)
    words = dict.fromkeys(_FREQUENT.split())
    while len(words) < size:
        syllables = 1 + (len(words) > 300) + (len(words) > 8000)
        word = "".join(_one(_ONSETS, random) + _one(_VOWELS, random) for _ in range(syllables)) + _one(_ENDS, random)
        if len(word) > 2:
            words[word] = None
    return tuple(words)


def write_files(folder: Path, number: int, seed: int = 1) -> None:
    """Write so many texts of about 3.3 KB, a thousand to a folder, into a folder that is made if it is missing."""
    words = np.array(vocabulary(seed=seed), dtype=object)
    weights = 1 / (np.arange(len(words)) + 2.7) ** 1.05
    cumulative = np.cumsum(weights / weights.sum())
    random = np.random.default_rng(seed)
    texts: list[str] = []
    for position in range(number):
        if texts and random.random() < 0.1:
            text = texts[int(random.integers(len(texts)))]
        else:
            length = max(60, int(random.lognormal(6.13, 0.42)))
            text = _text(words[np.searchsorted(cumulative, random.random(length))].tolist(), random)
            texts.append(text)
        place = folder / f"{position // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{position:06d}.txt").write_text(text, encoding="utf-8")


def files_of(folder: Path, number: int, seed: int) -> Path:
    """Return the folder of so many texts, written unless they are there; raises WrongError where others are."""
    files, marker = folder / "files", folder / "corpus.json"
    made_with = {"files": number, "seed": seed}
    if not marker.exists():
        if files.exists():
            raise WrongError(f"{files} is there, and this benchmark did not write it; name another folder")
        write_files(files, number, seed)
        marker.write_text(json.dumps(made_with))
    elif json.loads(marker.read_text()) != made_with:
        raise WrongError(f"{files} has other files ({marker.read_text()}); name another folder, or remove this one")
    return files


def write_topics(file: Path, number: int, seed: int = 1) -> None:
    """Write a vocabulary of so many phrases (tens of them) of one to three words, ten to a topic."""
    words = vocabulary(seed=seed)
    random = np.random.default_rng(seed + 1)
    entries = []
    for topic in range(number // 10):
        phrases = [_phrase(words, random) for _ in range(10)]
        listed = ", ".join(f'"{phrase}"' for phrase in dict.fromkeys(phrases))
        entries.append(f'[[topics]]\nname = "Topic {topic}"\nphrases = [{listed}]\n')
    file.write_text("\n".join(entries), encoding="utf-8")


def _one(of: list[str], random: np.random.Generator) -> str:
    return of[random.integers(len(of))]


def _phrase(words: Sequence[str], random: np.random.Generator) -> str:
    return " ".join(words[int(200 * 100 ** random.random())] for _ in range(int(random.integers(1, 4))))


def _text(words: list[str], random: np.random.Generator) -> str:
    headline = " ".join(words[:8]).capitalize()
    sentences, start = [], 0
    while start < len(words):
        length = int(random.integers(8, 27))
        sentence = words[start : start + length]
        for place in range(1, len(sentence)):
            draw = random.random()
            if draw < 0.06:
                sentence[place] = sentence[place].capitalize()
            elif draw < 0.10:
                sentence[place - 1] += ","
            elif draw < 0.11:
                sentence[place] = str(int(random.integers(1, 2030)))
        sentences.append(" ".join(sentence).capitalize() + _one(_SENTENCE_ENDS, random))
        start += length
    paragraphs = [" ".join(sentences[place : place + 4]) for place in range(0, len(sentences), 4)]
    return "\n\n".join([headline, *paragraphs]) + "\n"
