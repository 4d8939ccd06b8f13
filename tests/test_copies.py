"""Copies in a real collection: which files are one article is known there."""

import json
import random
from pathlib import Path

import pytest

from archive.ingest import ImportOptions, import_paths
from tests.engines import connected


@pytest.mark.shared
@pytest.mark.parametrize("order", ["by name", "backwards", "shuffled", "in two imports"])
def test_each_group_of_copies_is_one_article_and_nothing_else_is(shared: Path, database: Path, order: str) -> None:
    folder = shared / "corpora" / "text-bbc"
    if not folder.is_dir():
        pytest.skip("no corpora/text-bbc beside the checkout")
    files = sorted(str(path) for path in folder.rglob("*.txt"))
    if order == "backwards":
        files.reverse()
    elif order == "shuffled":
        random.Random(17).shuffle(files)
    portions = [files[1::2], files[::2]] if order == "in two imports" else [files]
    for portion in portions:
        import_paths(database, portion, ImportOptions(jobs=0))
    places: dict[str, set[str]] = {}
    with connected(database) as connection:
        for key, locator, revision in connection.execute(
            "SELECT a.key, i.locator, r.number FROM import_items i JOIN articles a ON a.id = i.article_id "
            "JOIN article_revisions r ON r.id = i.revision_id"
        ):
            assert revision == 1
            places.setdefault(key, set()).add(str(Path(locator).relative_to(folder)))
    groups = [set(group) for group in json.loads((folder / "duplicates.json").read_text())]
    assert sum(map(len, places.values())) == len(files) > 200
    assert len(groups) > 10
    assert sorted(sorted(names) for names in places.values() if len(names) > 1) == sorted(map(sorted, groups))
