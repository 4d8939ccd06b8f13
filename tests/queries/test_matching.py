"""Words asked of both engines at once."""

from pathlib import Path

from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.search import search_articles
from tests.engines import ENGINES, Archives

RARE = "The clerk counted one pangolin in the office that morning, and nothing else of note was seen there."
OFTEN = "Harbour, harbour, harbour: the harbour of the town is a harbour, said the harbour office of that harbour."
FILLER = "The mayor opened the harbour market on Monday, and sixty visitors came to see it before noon."


def test_both_engines_find_the_same_and_rank_in_their_own_way(archives: Archives, tmp_path: Path) -> None:
    """Of two words bm25 lets the rare one decide; `ts_rank` the number of times that any of them stands there."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for number, text in enumerate([RARE, OFTEN, *(f"{FILLER} No {number}." for number in range(30))]):
        (folder / f"{number:02}.txt").write_text(text)
    first, scores, found = [], [], []
    for engine in ENGINES:
        location = archives.copy(engine, "empty", tmp_path / f"{engine}.db")
        import_paths(location, [str(folder)], ImportOptions(jobs=0))
        with reading(location) as connection:
            articles = list(search_articles(connection, Asked("pangolin OR harbour").selection(connection)))
        found.append({article["key"] for article in articles})
        first.append(articles[0]["snippet"].split()[0].strip("…,"))
        scores.append([article["score"] for article in articles])
        archives.gone(location)
    assert found[0] == found[1] and len(found[0]) == 32
    assert first == ["The", "Harbour"]
    assert max(scores[0]) > 1 > max(scores[1]) > 0
