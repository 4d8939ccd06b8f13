"""The language of a text, told from its words: right or not at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Given, Original, Value
from archive.normalize.article import normalize_document, tell_language
from archive.normalize.detection import MIN_WORDS, detect_language
from archive.normalize.matching import Matchers
from archive.normalize.phrases import PhraseMatcher
from archive.normalize.tokens import tokenize

ENGLISH = (
    "The ferry stays in the harbour until spring, because nobody has mended its rudder. The harbour master says that "
    "he wrote three letters about it, and that no answer came before the ice did."
)
RUSSIAN = (
    "Паром останется в порту до весны, потому что никто не починил его руль. Начальник порта говорит, что написал "
    "об этом три письма, и что ответа не было до самого льда."
)
TEXTS = {
    "en": ENGLISH,
    "ru": RUSSIAN,
    "uk": "Пором залишиться в порту до весни, бо ніхто не полагодив його кермо. Начальник порту каже, що "
    "написав про це три листи, але відповіді не було, доки не прийшла крига.",
    "be": "Паром застанецца ў порце да вясны, бо ніхто не адрамантаваў яго стырно. Начальнік порта кажа, што "
    "напісаў пра гэта тры лісты, але адказу не было, пакуль не прыйшоў лёд.",
    "de": "Die Fähre bleibt bis zum Frühjahr im Hafen, weil niemand ihr Ruder repariert hat. Der Hafenmeister "
    "sagt, er habe deswegen drei Briefe geschrieben, und eine Antwort sei nicht gekommen.",
    "fr": "Le bac reste au port jusqu’au printemps, parce que personne n’a réparé son gouvernail. Le capitaine "
    "du port dit qu’il a écrit trois lettres à ce sujet et qu’aucune réponse n’est venue.",
    "pl": "Prom zostanie w porcie do wiosny, ponieważ nikt nie naprawił jego steru. Kapitan portu mówi, że "
    "napisał w tej sprawie trzy listy i że przed lodem nie przyszła żadna odpowiedź.",
    "zh": "渡轮将停留在港口直到春天，因为没有人修理它的船舵。港务长说，他为此写了三封信，但在结冰之前没有得到任何答"
    "复。",
    "ja": "舵を直す人がいなかったため、渡し船は春まで港にとどまる。港長はこの件で手紙を三通書いたが、氷が張るまで返"
    "事はなかったと言う。",
    "ar": "ستبقى العبارة في الميناء حتى الربيع لأن أحدا لم يصلح دفتها، ويقول مدير الميناء "
    "إنه كتب ثلاث رسائل بهذا الشأن ولم يصله أي جواب قبل أن يأتي الجليد.",
}


def detected(text: str, headline: str | None = None) -> str | None:
    return detect_language(headline, text, len(tokenize(text)))


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_is_told_from_a_short_text(language: str) -> None:
    assert detected(TEXTS[language]) == language


def test_what_is_too_short_or_no_language_gets_none() -> None:
    words = ENGLISH.split()
    assert detected(" ".join(words[: MIN_WORDS - 1])) is None
    assert detected(" ".join(words[:MIN_WORDS])) == "en"
    assert detected("") is None
    assert detected("17 3 2 0 1 " * 20) is None


def test_where_several_languages_are_likely_none_is_made_up() -> None:
    norwegian = (
        "Ferja blir liggende i havna til våren fordi ingen har reparert roret. Havnesjefen sier at han skrev tre brev "
        "om saken, og at det ikke kom noe svar før isen la seg."
    )
    assert detected(norwegian) is None
    assert detected(f"{ENGLISH}\n\n{RUSSIAN}") in ("ru", None)


@given(st.text(max_size=300), st.text(max_size=30))
@settings(max_examples=100)
def test_whatever_the_text_is_there_is_a_tag_or_none(text: str, headline: str) -> None:
    language = detect_language(headline, text, 50)
    assert language is None or 2 <= len(language) <= 3


def normalized(text: str, *values: Value) -> tuple[str | None, Value | None, tuple[str, ...]]:
    document = Document("a.txt", "text", "text/plain", text.encode(), text=text)
    nothing = PhraseMatcher([])
    original = Original("0" * 64, "text/plain", len(text), b"")
    article = tell_language(normalize_document(document, (Given(values),), original, Matchers(nothing, nothing), ""))
    return article.language, article.values.get("language"), article.notes


def test_what_anyone_states_goes_before_what_the_words_say() -> None:
    assert normalized(ENGLISH)[:2] == ("en", Value("language", "en", "detected"))
    assert normalized(ENGLISH, Value("language", "cy", "option"))[:2] == ("cy", Value("language", "cy", "option"))
    language, value, notes = normalized(ENGLISH, Value("language", "English language", "option"))
    assert (language, value) == ("en", Value("language", "en", "detected"))
    assert notes and "was not used" in notes[0]
    assert normalized("Two words")[:2] == (None, None)


@pytest.mark.shared
def test_real_texts_are_answered_rightly() -> None:
    folder = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "text-bbc"
    if not folder.exists():
        pytest.skip("no shared data beside the checkout")
    texts = [file.read_text("utf-8", "replace") for file in sorted(folder.rglob("*.txt"))]
    answers = [detected(text) for text in texts]
    assert len(texts) > 200 and answers.count("en") > 0.98 * len(texts)
    assert set(answers) <= {"en", None}
