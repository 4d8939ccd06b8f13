"""Words that set articles apart from others."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive.db.search import index_of
from archive.db.tables import article_revisions, articles
from archive.ingest import ImportOptions, import_paths
from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.articles import HEADLINE
from archive.queries.filters import Asked, Filters
from archive.queries.terms import Comparison, compare_words, log_likelihood, log_ratio
from tests.engines import NewArchive, state

ArchiveOf = Callable[[dict[str, str]], Path]
COUNTS = st.integers(0, 500)


def counted_plainly(connection: Connection, *conditions: object) -> tuple[Counter[str], Counter[str]]:
    """Count the words of articles one by one: occurrences, and articles."""
    occurrences: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    texts = (
        select(HEADLINE, article_revisions.c.body)
        .join(articles, articles.c.revision_id == article_revisions.c.id)
        .where(*conditions)  # type: ignore[arg-type]
    )
    for headline, body in connection.execute(texts):
        words = tokenize(headline or "") + tokenize(body)
        occurrences.update(words)
        documents.update(set(words))
    return occurrences, documents


def test_an_example_computed_by_hand() -> None:
    """A word 10 times in 1,000 words and 5 times in 2,000: 15 in 3,000, so 5 and 10 are expected.

    2 × (10 × ln(10/5) + 5 × ln(5/10)) = 2 × 5 × ln 2 = 6.931; it is 4 times as frequent, and log2(4) = 2.
    """
    assert log_likelihood((10, 5), (1000, 2000)) == pytest.approx(10 * math.log(2))
    assert log_ratio((10, 5), (1000, 2000)) == 2.0
    # 8 times in 100 words and never in 100: 4 and 4 are expected, 2 × 8 × ln 2 = 11.09; 8 to half an occurrence is 16
    assert log_likelihood((8, 0), (100, 100)) == pytest.approx(16 * math.log(2))
    assert log_ratio((8, 0), (100, 100)) == 4.0


@given(COUNTS, COUNTS, st.integers(500, 10_000), st.integers(500, 10_000))
def test_swapping_the_sets_flips_the_sign_and_nothing_else(first: int, second: int, here: int, there: int) -> None:
    assert log_ratio((first, second), (here, there)) == -log_ratio((second, first), (there, here))
    one, other = log_likelihood((first, second), (here, there)), log_likelihood((second, first), (there, here))
    assert one == pytest.approx(other, abs=1e-9)
    assert one >= 0


@given(st.integers(1, 100), st.integers(1, 50), st.integers(1, 50))
def test_a_word_as_frequent_in_both_does_not_differ(number: int, here: int, there: int) -> None:
    words = (1000 * here, 1000 * there)
    assert log_ratio((number * here, number * there), words) == 0
    assert log_likelihood((number * here, number * there), words) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    "filters",
    [Filters(source="radio-lintel"), Filters(until="2030"), Filters(language="ru"), Filters(), Filters(topic="trade")],
    ids=str,
)
def test_here_and_there_add_up_to_the_archive(filters: Filters, ask: Connection) -> None:
    """However many articles are meant, and whatever their conditions say of those that have no source or date."""
    conditions = Asked(filters=filters).selection(ask).as_conditions()
    compared = compare_words(ask, conditions)
    whole, documents = counted_plainly(ask)
    here, here_documents = counted_plainly(ask, *conditions)
    assert sum(compared.articles) == 16
    assert sum(compared.words) == whole.total()
    assert (compared.chosen.occurrences, compared.chosen.documents) == (here, here_documents)
    assert compared.chosen.occurrences + compared.others.occurrences == whole
    assert compared.chosen.documents + compared.others.documents == documents


def test_two_sets_and_what_is_in_both(ask: Connection) -> None:
    dated, lintel = (
        Asked(filters=Filters(since="2000")).selection(ask).as_conditions(),
        Asked(filters=Filters(source="radio-lintel")).selection(ask).as_conditions(),
    )
    compared = compare_words(ask, dated, lintel)
    assert compared.chosen.occurrences == counted_plainly(ask, *dated)[0]
    assert compared.others.occurrences == counted_plainly(ask, *lintel)[0]
    assert compared.in_both == len(ask.execute(select(articles.c.id).where(*dated, *lintel)).all()) > 0
    swapped = compare_words(ask, lintel, dated)
    more = compared.terms("more", minimum=1)
    less = swapped.terms("less", minimum=1)
    assert more
    assert [(one.word, one.occurrences[::-1], -one.log_ratio) for one in more] == [
        (one.word, one.occurrences, one.log_ratio) for one in less
    ]
    assert compared.in_both == swapped.in_both


def words_of(compared: Comparison, **how: object) -> list[str]:
    return [term.word for term in compared.terms(**how)]  # type: ignore[arg-type]


def test_order_direction_and_minimum(archive_of: ArchiveOf) -> None:
    path = archive_of(
        {
            "a.md": "---\nsource: Bay Post\n---\nEels eels eels swam. Crabs crabs walked. Zander, yabby.\n",
            "b.md": "---\nsource: Dune Echo\n---\nSand sand sand blew. Crabs crabs slept there too, and more of it.\n",
        }
    )
    with reading(path) as connection:
        compared = compare_words(
            connection, Asked(filters=Filters(source="Bay Post")).selection(connection).as_conditions()
        )
    assert words_of(compared, minimum=3) == ["eels", "crabs"]
    # of equals, the alphabet decides
    assert words_of(compared, minimum=1) == ["eels", "swam", "walked", "yabby", "zander", "crabs"]
    assert words_of(compared, minimum=3, direction="less") == ["sand"]
    assert words_of(compared, minimum=3, direction="both") == ["eels", "sand", "crabs"]
    assert words_of(compared, minimum=5) == []
    assert words_of(compared, minimum=1, order="ratio") == []  # nothing here is beyond chance
    eels = compared.terms(minimum=3)[0].row()
    assert (eels["word"], eels["occurrences"], eels["occurrences_against"]) == ("eels", 3, 0)
    assert (eels["articles"], eels["articles_against"]) == (1, 0)
    assert eels["per_million"] == round(3 / compared.words[0] * 1e6, 2)


def test_by_ratio_only_what_is_beyond_chance(archive_of: ArchiveOf) -> None:
    path = archive_of(
        {
            "a.md": f"---\nsource: Bay Post\n---\n{'Eels and crabs swam. ' * 40}{'Rays crabs. ' * 20}Once.\n",
            "b.md": f"---\nsource: Dune Echo\n---\n{'Sand and crabs lay. ' * 60}\n",
        }
    )
    with reading(path) as connection:
        compared = compare_words(
            connection, Asked(filters=Filters(source="Bay Post")).selection(connection).as_conditions()
        )
    by_ratio = compared.terms(order="ratio", minimum=1)
    assert [term.word for term in by_ratio] == ["eels", "swam", "rays"]
    assert all(term.log_likelihood >= 15.13 for term in by_ratio)
    assert "once" in words_of(compared, minimum=1)


def test_where_there_is_nothing_to_compare(ask: Connection) -> None:
    assert compare_words(ask, []).terms("both", minimum=1) == []
    assert compare_words(ask, [articles.c.key == ""]).terms("both", minimum=1) == []


def test_the_index_forgets_what_is_no_current_text(archive_of: ArchiveOf, tmp_path: Path) -> None:
    path = archive_of({"a.md": "---\nid: 7\n---\nEels and more eels, as printed at first.\n", "b.txt": "Crabs."})
    (tmp_path / "files" / "a.md").write_text("---\nid: 7\n---\nRays and more rays, as printed at first.\n")
    import_paths(path, [str(tmp_path / "files" / "a.md")], ImportOptions(jobs=0))
    with reading(path) as connection:
        occurrences, documents = counted_plainly(connection)
        indexed = {word: numbers for word, *numbers in index_of(connection).indexed_words(connection)}
        again = {word: numbers for word, *numbers in index_of(connection).indexed_words(connection)}
    assert indexed == again == {word: [documents[word], number] for word, number in occurrences.items()}
    assert "eels" not in indexed


@pytest.mark.sqlite("modes of files")
def test_an_archive_on_read_only_media_is_compared_too(seeds_archive: Path) -> None:
    seeds_archive.chmod(0o444)
    before = state(seeds_archive)
    with reading(seeds_archive) as connection:
        assert compare_words(
            connection, Asked(filters=Filters(topic="trade")).selection(connection).as_conditions()
        ).terms()
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    assert state(seeds_archive) == before


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(["Eels", "Crábs", "rays", "北京", "5"]), max_size=8)),
        min_size=1,
    )
)
def test_any_split_adds_up(
    new_archive: NewArchive, tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[bool, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("split")
    archive = new_archive()
    for number, (ours, words) in enumerate(texts):
        source = "source: Bay Post\n" if ours else ""
        (folder / f"{number}.md").write_text(f"---\nid: {number}\n{source}---\nText {number} has {' '.join(words)}.\n")
    import_paths(archive, [str(folder / f"{number}.md") for number in range(len(texts))], ImportOptions(jobs=0))
    with reading(archive) as connection:
        conditions = [articles.c.source_id.is_not(None)]
        compared = compare_words(connection, conditions)
        assert compared.chosen.occurrences == counted_plainly(connection, *conditions)[0]
        assert compared.chosen.occurrences + compared.others.occurrences == counted_plainly(connection)[0]
