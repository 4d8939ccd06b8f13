"""Tables are made when they are asked for: a command does not wait for those that it does without."""

import subprocess
import sys
from pathlib import Path

import pytest

from archive.db import tables


def test_every_table_is_found_by_its_name() -> None:
    assert set(tables.__all__) == {*tables.metadata.tables, "metadata"}
    for name, table in tables.metadata.tables.items():
        assert getattr(tables, name) is table


def test_no_module_hides_a_table() -> None:
    modules = {file.stem for file in Path(tables.__file__).parent.glob("*.py")}
    assert not modules & set(tables.metadata.tables)


def test_what_is_no_table_is_told() -> None:
    with pytest.raises(AttributeError, match=r"module 'archive\.db\.tables' has no attribute 'nosuch'"):
        _ = tables.nosuch  # type: ignore[attr-defined]


def test_those_that_are_not_asked_for_are_not_made() -> None:
    program = (
        "from archive.queries.counts import count_by\nfrom archive.db.tables.base import metadata\n"
        "print(*metadata.tables)\nfrom archive.db.tables import metadata\nprint(len(metadata.tables))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    made, number = done.stdout.splitlines()
    assert {"articles", "article_revisions"} <= set(made.split())
    assert not {"import_items", "tag_evidence", "corpora", "article_values"} & set(made.split())
    assert int(number) == len(tables.metadata.tables)
