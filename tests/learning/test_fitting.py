"""A model is learned, told how sure it is, stored, and the same again when it is read."""

import hashlib
import json
from random import Random
from typing import Any

import numpy as np
import pytest
import zstandard
from sklearn.svm import LinearSVC

from archive.errors import ArchiveError
from archive.learning import evaluation, fitting, stored
from archive.learning.evaluation import cross_validate, split
from archive.learning.features import Text, count_terms
from archive.learning.fitting import Fitted, fit
from archive.learning.model import Model
from archive.normalize.tokens import tokenize

OWN = {
    "bread": ["oven", "flour", "dough", "baker", "crust", "loaf", "yeast", "rye"],
    "boats": ["sail", "anchor", "mast", "harbour", "tide", "rope", "deck", "oar"],
    "music": ["violin", "choir", "piano", "melody", "drum", "concert", "flute", "organ"],
}
COMMON = ["town", "street", "year", "people", "week", "morning", "plan", "office", "letter", "evening"]
TOPICS = list(OWN)


def made(number: int, seed: int = 0, noise: float = 0.3) -> tuple[list[Text], np.ndarray[Any, np.dtype[np.int8]]]:
    """Return texts on one topic or two, some with words of another one, and what they are on."""
    drawn = Random(seed)
    texts, labels = [], []
    for _ in range(number):
        on = drawn.sample(TOPICS, drawn.choice([1, 1, 2]))
        words = [drawn.choice(OWN[topic]) for topic in on for _ in range(6)] + drawn.choices(COMMON, k=20)
        if drawn.random() < noise:
            words += drawn.choices(OWN[drawn.choice(TOPICS)], k=3)
        drawn.shuffle(words)
        texts.append(Text(f"{drawn.choice(OWN[on[0]])} in {drawn.choice(COMMON)}", " ".join(words)))
        labels.append([topic in on for topic in TOPICS])
    return texts, np.array(labels, dtype=np.int8)


def learned(number: int = 90, seed: int = 0, **how: Any) -> Fitted:
    texts, labels = made(number)
    return fit(texts, labels, TOPICS, groups=range(number), seed=seed, **how)


@pytest.fixture(scope="module")
def model() -> Model:
    return learned(about={"who": "Ada", "seed": 0}).model


def test_the_same_seed_gives_the_same_model_to_the_byte(model: Model) -> None:
    again = learned(about={"who": "Ada", "seed": 0}).model
    assert stored.dump_model(model) == stored.dump_model(again)


def test_scores_tell_what_texts_are_about(model: Model) -> None:
    texts, labels = made(60, seed=1)
    scores = model.scores(texts)
    assert ((scores > 0) & (scores < 1)).all()
    taken = scores >= [topic.threshold for topic in model.topics]
    assert (taken == (labels == 1)).mean() > 0.9


def test_scores_are_those_of_the_machines_that_were_fitted(model: Model) -> None:
    """What is stored is rounded; the score is that of scikit-learn's own machine, to the fourth digit."""
    texts, labels = made(90)
    counted = [count_terms(text) for text in texts]
    matrix = fitting._matrix(model.terms, counted)
    for column, topic in enumerate(model.topics):
        machine = LinearSVC(C=fitting._C, dual=True, random_state=0, max_iter=10_000).fit(matrix, labels[:, column])
        margins = machine.decision_function(matrix)
        expected = 1 / (1 + np.exp(-(topic.slope * margins + topic.offset)))
        assert np.allclose(model.scores(texts)[:, column], expected, atol=1e-4)


def test_scores_are_calibrated() -> None:
    """Of texts that get a score around s, about a share s is on the topic: on texts the model did not see."""
    texts, labels = made(1200, seed=3, noise=0.9)
    half = fit(texts[:600], labels[:600], TOPICS, groups=range(600), seed=0).model
    scores, truth = half.scores(texts[600:]).ravel(), labels[600:].ravel()
    error = sum(
        abs(scores[inside].mean() - truth[inside].mean()) * inside.mean()
        for low in np.arange(0, 1, 0.2)
        if (inside := (scores >= low) & (scores < low + 0.2)).any()
    )
    assert error < 0.05


def test_a_stored_model_scores_the_same(model: Model) -> None:
    content = stored.dump_model(model)
    again = stored.load_model(content, hashlib.sha256(content).hexdigest())
    texts, _ = made(30, seed=2)
    assert (again.scores(texts) == model.scores(texts)).all()
    assert again.about == {"who": "Ada", "seed": 0}
    assert [one.topic for one in again.topics] == TOPICS
    assert again.words(texts[0], 0) == model.words(texts[0], 0)


def changed(content: bytes, **what: Any) -> bytes:
    document = json.loads(zstandard.ZstdDecompressor().decompress(content)) | what
    return zstandard.ZstdCompressor().compress(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda content: content[:-3] + b"???", "another SHA-256"),
        (lambda content: changed(content, version=2), "of version 2, this program reads 1"),
        (lambda content: changed(content, format="joblib"), "none of this program"),
        (lambda content: changed(content, terms=["a"]), "one for each term"),
        (lambda content: changed(content, terms=["a", "a"]), "not all different"),
        (lambda content: changed(content, terms=7), "no texts"),
        (lambda content: changed(content, topics=[{"topic": "bread"}]), "damaged"),
        (lambda content: changed(content, topics=[{"weights": None}]), "damaged"),
        (lambda content: changed(content, idf=[1e999]), "damaged"),
        (lambda content: zstandard.ZstdCompressor().compress(b"[1, 2]"), "none of this program"),
        (lambda content: zstandard.ZstdCompressor().compress(b"{"), "damaged"),
        (lambda content: zstandard.ZstdCompressor().compress(b"[" * 100_000), "damaged"),
        (lambda content: b"no zstd", "damaged"),
        (lambda content: content[:-30], "damaged"),
    ],
)
def test_a_damaged_model_is_refused(model: Model, damage: Any, told: str) -> None:
    content = damage(stored.dump_model(model))
    sha256 = "0" * 64 if told == "another SHA-256" else hashlib.sha256(content).hexdigest()
    with pytest.raises(ArchiveError, match=told) as refused:
        stored.load_model(content, sha256)
    assert "`archive topics learn` makes another" in str(refused.value)


@pytest.mark.parametrize("limit", ["LARGEST", "LARGEST_UNPACKED"])
def test_a_model_that_is_too_large_is_neither_written_nor_read(
    model: Model, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = stored.dump_model(model)
    monkeypatch.setattr(stored, limit, 1000)
    with pytest.raises(ArchiveError, match="learn of fewer topics"):
        stored.dump_model(model)
    with pytest.raises(ArchiveError, match=r"more than 1,000"):
        stored.load_model(content, hashlib.sha256(content).hexdigest())


def test_words_that_carry_a_score_stand_in_the_text_where_they_are_said_to(model: Model) -> None:
    text = Text("Oven is here", "So there, and the Oven: dough! Dough for a loaf. The oven, the anchor.")
    words = model.words(text, TOPICS.index("bread"))
    found = [getattr(text, one.field)[one.start : one.end] for one in words]
    assert found[0] == "Oven"
    assert {"Oven", "oven", "dough", "Dough", "loaf"} == set(found)
    assert all(one.weight > 0 for one in words)
    places = [(one.field != "headline", one.start) for one in words]
    assert places == sorted(places)


def test_weights_of_all_passages_are_the_margin(model: Model) -> None:
    """A word's weight is divided over where it stands; nothing is lost and nothing counted twice."""
    text = Text("Oven", "oven oven dough")
    column = TOPICS.index("bread")
    topic = model.topics[column]
    numbers, values = model.terms.vector(count_terms(text))
    assert np.isclose(sum(one.weight for one in model.words(text, column)), topic.weights[numbers] @ values)


def test_of_a_word_three_passages_are_named_and_of_words_five(model: Model) -> None:
    text = Text("", " ".join(OWN["bread"]) + " oven" * 9)
    words = model.words(text, TOPICS.index("bread"))
    named = [tokenize(text.body[one.start : one.end])[0] for one in words]
    assert len(set(named)) == 5
    assert max(named.count(one) for one in named) == 3


def test_a_text_without_known_words_has_no_words(model: Model) -> None:
    assert model.words(Text("", "zzz"), 0) == []
    assert model.scores([Text("", "")]).shape == (1, 3)


def test_unknown_labels_are_learned_from_in_no_way() -> None:
    texts, labels = made(90)
    known = labels.copy()
    known[60:, 0] = fitting.UNKNOWN
    flipped = known.copy()
    fitted = fit(texts, known, TOPICS, groups=range(90), seed=0).model
    assert (fitted.topics[0].accepted, fitted.topics[0].rejected) == (
        int((labels[:60, 0] == 1).sum()),
        int((labels[:60, 0] == 0).sum()),
    )
    again = fit(texts, flipped, TOPICS, groups=range(90), seed=0).model
    assert (again.topics[0].weights == fitted.topics[0].weights).all()


def test_topics_that_cannot_be_learned_are_left_out_with_a_reason() -> None:
    texts, labels = made(60)
    labels[:, 0] = 0
    labels[:4, 0] = 1
    labels[:, 1] = 1
    fitted = fit(texts, labels, TOPICS, groups=range(60), seed=0)
    assert [one.topic for one in fitted.model.topics] == ["music"]
    assert fitted.left_out == {
        "bread": "4 different texts with it, at least 5 are needed",
        "boats": "0 different texts without it, at least 5 are needed",
    }


def test_repeats_do_not_count_as_different_texts() -> None:
    texts, labels = made(60)
    fitted = fit(texts, labels, TOPICS, groups=[number % 4 for number in range(60)], seed=0)
    assert not fitted.model.topics
    assert set(fitted.left_out) == set(TOPICS)


def test_what_words_do_not_tell_is_not_learned() -> None:
    texts = [Text("", f"same words every time {number % 2}") for number in range(40)]
    labels = np.array([[number // 2 % 2] for number in range(40)], dtype=np.int8)
    fitted = fit(texts, labels, ["coin"], groups=range(40), seed=0)
    assert fitted.left_out == {"coin": "the words of its articles do not tell them from others"}


def test_progress_is_told() -> None:
    steps: list[tuple[int, int]] = []
    learned(watch=lambda done, total: steps.append((done, total)))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("margins", "truth", "expected"),
    [([3, 2, 1], [1, 1, 0], 1.5), ([3, 2, 2, 1], [1, 0, 1, 0], 1.5), ([1, 1], [1, 0], 0.0), ([2, 1], [1, 1], 0.0)],
)
def test_thresholds_do_not_part_what_has_one_margin(margins: list[float], truth: list[int], expected: float) -> None:
    found = fitting.best_threshold(np.array(margins, dtype=float), np.array(truth, dtype=np.int8))
    assert found == expected


def test_each_text_is_judged_by_a_model_that_did_not_see_it() -> None:
    """Labels drawn by chance cannot be told: a model that had seen a text would know it by heart."""
    texts, _ = made(100)
    chance = np.random.default_rng(0).integers(0, 2, (100, 1)).astype(np.int8)
    tested = cross_validate(texts, chance, ["chance"], groups=range(100), folds=5, seed=0)
    assert (tested.truth == chance).all()
    assert 0.3 < (tested.taken == (chance == 1)).mean() < 0.7
    texts, labels = made(100)
    assert cross_validate(texts, labels, TOPICS, groups=range(100), folds=5, seed=0).micro().f1 > 0.9


def test_quality_is_counted_as_it_is_defined() -> None:
    truth = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [-1, 0]], dtype=np.int8)
    taken = np.array([[True, False], [False, True], [True, True], [False, True], [True, False]])
    tested = evaluation.Tested(("a", "b"), truth, taken, np.zeros((5, 2)))
    first, second = tested.of_topics()
    assert first == (2, 0.5, 0.5, 0.5)
    assert second == (2, 2 / 3, 1.0, 0.8)
    assert tested.micro() == (4, 3 / 5, 3 / 4, 2 * 3 / 9)
    assert tested.macro() == (4, (0.5 + 2 / 3) / 2, 0.75, 0.65)
    assert tested.confused() == [("a", "b", 1)]


def test_the_mean_is_over_topics_that_were_there() -> None:
    truth = np.array([[1, 0], [0, 0]], dtype=np.int8)
    tested = evaluation.Tested(("a", "b"), truth, np.array([[True, True], [False, False]]), np.zeros((2, 2)))
    assert tested.macro() == (1, 1.0, 1.0, 1.0)
    assert np.isnan(tested.of_topics()[1].recall)


def test_the_later_are_judged_by_the_earlier() -> None:
    texts, labels = made(100)
    tested = split(texts, labels, TOPICS, list(range(70)), list(range(70, 100)), groups=range(100), seed=0)
    assert (tested.truth[:70] == fitting.UNKNOWN).all()
    assert (tested.truth[70:] == labels[70:]).all()
    assert tested.micro().f1 > 0.9


def test_what_cannot_be_learned_is_never_taken() -> None:
    texts, labels = made(30)
    tested = split(texts, labels, TOPICS, list(range(3)), list(range(3, 30)), groups=range(30), seed=0)
    assert not tested.taken.any()
    assert tested.micro().recall == 0
