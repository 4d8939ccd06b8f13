"""The fold table against the SQLite at hand: what becomes of each code point there is."""

import sqlite3
from contextlib import closing

from archive.normalize.tokens import index_text, tokenize

BLOCK = 1024


def test_every_code_point_folds_as_in_the_sqlite_at_hand() -> None:
    """Each stands between `xq` and `qx`; fts5vocab tells what words came of it, and where one differs it is named."""
    wrong = []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5(text, tokenize='unicode61 remove_diacritics 2', content='')"
        )
        connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'instance')")
        texts = {}
        for first in range(0, 0x110000, BLOCK):
            points = [point for point in range(max(1, first), first + BLOCK) if not 0xD800 <= point <= 0xDFFF]
            if points:
                texts[first] = " ".join([f"xq{chr(point)}qx" for point in points])
                connection.execute(
                    "INSERT INTO words(rowid, text) VALUES (?, ?)", (first, index_text(texts[first]) or texts[first])
                )
        found: dict[int, list[str]] = {first: [] for first in texts}
        for term, first in connection.execute('SELECT term, doc FROM vocabulary ORDER BY doc, "offset"'):
            found[first].append(term)
    for first, text in texts.items():
        words = tokenize(text)
        if words != found[first]:
            pairs = zip(words, found[first], strict=False)
            wrong.append((hex(first), next((pair for pair in pairs if pair[0] != pair[1]), "one has more")))
    assert wrong == []
    assert sum(map(len, found.values())) > 1_200_000
