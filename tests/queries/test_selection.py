"""What a query means in SQL: the same articles as the reference finds."""

import os
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive.db import clock
from archive.db.location import Location
from archive.db.tables import articles
from archive.ingest import ImportOptions, import_paths
from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.selection import Selection, select_articles
from archive.queries.verification import verify
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.reference import Known, asks_for_hidden, evaluate, is_hidden
from archive.query_language.rules import asks_for_values, parse_rule
from archive.query_language.tree import Query
from archive.retagging import retag
from tests.engines import Archives, connected

TODAY = date(2026, 11, 22)
NOW = "2026-11-22T10:00:00.000000Z"
DATES = ("", "2022", "2023", "2023-02", "2023-03", "2023-02-28", "2023-02-28T23:30", "2023-03-01T06:30:00+08:00")
FACTS = [
    *("source:radio-lintel", 'source:"the mill"', "topic:sanctions", "topic:kites", "author:okoro", "author:öz"),
    *("language:en", "language:zh-Hant", "section:POLITICS", "section:sport", "kind:opinion", "has:date"),
    *("has:source", "has:topic", "has:author", "has:section", "import:1", "import:last"),
    *("status:usable", "status:withheld", "status:canceled", "has:status", "has:embargo"),
    *("credited:reuters", 'credited:"Lantern Wire"', "credited:AFP", "has:credit"),
]
USUAL = 400
QUERIES = int(os.environ.get("ARCHIVE_QUERIES", USUAL))  # `make bench-queries` asks 10,000


def keys(connection: Connection, selection: Selection | None) -> set[str]:
    if selection is None:
        return set()
    ranked = set(connection.scalars(selection.of(select(articles.c.key))))
    assert ranked == set(connection.scalars(select(articles.c.key).where(*selection.as_conditions())))
    return ranked


def found(connection: Connection, query: str, **options: bool) -> set[str]:
    return keys(connection, select_articles(connection, [parse_query(query, TODAY)], **options))


def front_matter(number: int) -> str:
    """Return what a file says of itself: values that differ from file to file, some of them missing."""
    lines = {
        "date": DATES[number % len(DATES)],
        "source": ("Radio Lintel", "The Mill", "")[number % 3],
        "author": ("A. Okoro", "Li Wei; A. Okoro", "", "Ünal Öz/AFP", "By A. Okoro, Reuters")[number % 5],
        "language": ("en", "en-GB", "zh-Hant", "", "")[number % 5],
        "section": ("Politics", "politics", "Sport", "")[number % 4],
        "topics": ("[sanctions]", "[Kites, sanctions]", "")[number % 3],
        "kind": ("opinion", "", "")[number % 3],
        "status": ("", "usable", "canceled", "", "", "withheld", "")[number % 7],
        "embargo": ("", "", "2026-11-01", "2026-11-22T10:00Z", "2026-11-22T10:01Z", "2027")[number % 11 % 6],
    }
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in lines.items() if value) + "---\n"


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Texts as newspapers print them, and some that are hard on whatever cuts them into words."""
    shared = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "text-bbc"
    real = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(shared.rglob("*.txt"))[::4]]
    own = [
        "Kites over Büyükçekmece\n\nA kite is a kite. The wind was -5 degrees; AT&T’s lines held, O'Brien's not.",
        "贸易制裁\n\n北京大学的学者说，贸易 sanctions 会影响 AT&T 的业务。中国和北京的大学都同意。",
        "One two three\n\nOne two three two one. One, three, two! Three one two one two.",
        "ΣΊΣΥΦΟΣ and straße\n\nStraße, STRASSE, Σίσυφος; café cafe\u0301 naïve ﬁn fin.",
        "Trade talks\n\nThe trade minister talked of trade, of trading and of traders. Talks on trade were slow.",
    ]
    return own * 3 + real


class Collection(NamedTuple):
    """An archive to ask, what it knows of its articles, the words of their texts, their files, and a copy of it."""

    connection: Connection
    known: list[Known]
    words: list[list[str]]
    folder: Path
    copy: Location


@pytest.fixture(scope="module")
def asked(
    texts: list[str],
    engine: str,
    archives: Archives,
    tmp_path_factory: pytest.TempPathFactory,
    known_articles: Callable[[Location], list[Known]],
) -> Iterator[Collection]:
    folder = tmp_path_factory.mktemp("asked")
    for number, text in enumerate(texts):
        (folder / f"{number:04}.md").write_text(f"{front_matter(number)}\n{text}\n", encoding="utf-8")
    target = tmp_path_factory.mktemp("archive")
    path = archives.copy(engine, "empty", target / "archive.db")
    import_paths(path, [str(folder)], ImportOptions(jobs=0))
    known = known_articles(path)
    assert len(known) > len(texts) / 2
    copy = archives.copy_of(path, target / "copy.db")
    with reading(path) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        yield Collection(connection, known, [tokenize(text) for text in texts], folder, copy)
    archives.gone(path)
    archives.gone(copy)


class _Writer:
    """Writes queries at random, mostly of words that follow each other somewhere."""

    def __init__(self, choose: random.Random, texts: list[list[str]]) -> None:
        self._choose = choose
        self._texts = texts

    def query(self, depth: int = 3) -> str:
        kind = self._choose.random()
        if depth == 0 or kind < 0.35:
            return self._leaf()
        if kind < 0.5:
            return f"{self._choose.choice(('NOT ', '-'))}{self._group(depth)}"
        joint = self._choose.choice((" ", " ", " AND ", " OR ", " OR ", " NOT ", " -"))
        return joint.join(self._group(depth) for _ in range(self._choose.randint(2, 3)))

    def _group(self, depth: int) -> str:
        inner = self.query(depth - 1)
        return inner if self._choose.random() < 0.3 and " " not in inner else f"({inner})"

    def _leaf(self) -> str:
        choose = self._choose
        words = choose.choice(self._texts)
        at = choose.randrange(len(words))
        column = choose.choice(("", "", "", "headline:", "body:"))
        kind = choose.randrange(9)
        if kind < 3:
            word = words[at]
            return column + (f"{word[: choose.randint(1, 4)]}*" if choose.random() < 0.3 else word)
        if kind == 3:
            return f'{column}"{" ".join(words[at : at + choose.randint(1, 4)])}"'
        if kind == 4:
            near = [choose.choice(words[max(0, at - 9) : at + 9]) for _ in range(choose.randint(2, 3))]
            near = [f"{word}-{choose.choice(words)}" if choose.random() < 0.05 else word for word in near]
            near = [f"{word[:7]}*" if choose.random() < 0.2 else word for word in near]
            return f'{column}"{" ".join(near)}"~{choose.choice((0, 1, 2, 5, 20))}'
        if kind < 7:
            first, last = sorted(choose.choices(("2022", "2023", "2023-02", "2023-02-28", "2023-03-01", "2024"), k=2))
            return f"date:{choose.choice((first, f'{first}..{last}', f'{first}..', f'..{last}'))}"
        return choose.choice(FACTS)


def test_sql_finds_what_the_reference_finds(asked: Collection, engine: str) -> None:
    connection, known, words, *_ = asked
    counts = {"some": 0, "none": 0, "undecided": 0, "hidden": 0}
    number = QUERIES if QUERIES > USUAL or engine == "sqlite" else QUERIES // 3

    @settings(max_examples=number, database=None)
    @given(st.integers(min_value=0))
    def ask(seed: int) -> None:
        typed = _Writer(random.Random(seed), words).query()
        query = parse_query(typed.replace("import:last", "import:1"), TODAY)
        assert query.tree is not None
        verdicts = {one.key: evaluate(query.tree, one) for one in known}
        hidden = {one.key for one in known if is_hidden(one, NOW) and not asks_for_hidden(query.tree)}
        named = {key for key, verdict in verdicts.items() if verdict}
        so = named - hidden
        all_open = {key for key, verdict in verdicts.items() if verdict is None}
        open_ = all_open - hidden
        undated = {one.key for one in known if one.starts is None}
        selection = select_articles(connection, [parse_query(typed, TODAY)])
        assert keys(connection, selection) == so, typed
        assert keys(connection, selection.undated) == open_ & undated, typed
        assert keys(connection, selection.imprecise) == open_ - undated, typed
        assert keys(connection, selection.hidden) == named & hidden, typed
        everything = select_articles(connection, [query], include_hidden=True)
        assert keys(connection, everything) == named, typed
        assert keys(connection, everything.undated) == all_open & undated, typed
        assert everything.hidden is None
        with_imprecise = select_articles(connection, [query], include_imprecise=True)
        assert keys(connection, with_imprecise) == so | (open_ - undated), typed
        assert keys(connection, with_imprecise.undated) == open_ & undated, typed
        counts["some" if so else "none"] += 1
        counts["undecided"] += bool(open_)
        counts["hidden"] += bool(named & hidden)

    ask()
    assert min(counts.values()) > number / 20, counts


Passages = set[tuple[str, str, str, int | None, int | None]]


def passages(path: Location) -> Passages:
    """Return what queries as rules put on articles: key, rule, field, start, end."""
    with connected(path) as connection:
        rows = connection.execute(
            'SELECT a.key, e.rule, e.field, e.start, e."end" FROM tag_evidence e '
            "JOIN article_topics g ON g.id = e.article_topic_id JOIN articles a ON a.id = g.article_id "
            "WHERE e.method = 'query'"
        )
        return {tuple(row) for row in rows.fetchall()}


def add_rules(path: Location, rules: Iterable[str]) -> None:
    with connected(path) as connection, connection:
        connection.executemany(
            "INSERT INTO topic_rules (topic_id, kind, expression) VALUES (1, 'query', ?)", [(one,) for one in rules]
        )


def test_rules_tag_what_the_reference_finds(asked: Collection, database: Location) -> None:
    """What a rule tags is what a search for it finds, hidden articles too; retagged, and imported with the rules."""
    _, known, words, folder, path = asked
    writer = _Writer(random.Random(QUERIES), words)
    rules: dict[str, Query] = {}
    while len(rules) < QUERIES:
        with suppress(QueryError):
            typed = writer.query()
            rules[typed] = parse_rule(typed)
    add_rules(path, rules)
    retag(path)
    tagged: dict[str, set[str]] = {}
    for key, rule, *_ in passages(path):
        tagged.setdefault(rule, set()).add(key)
    counts = {"some": 0, "none": 0, "by values": 0}
    for typed, query in rules.items():
        assert query.tree is not None
        so = {one.key for one in known if evaluate(query.tree, one)}
        assert tagged.get(typed, set()) == so, typed
        counts["some" if so else "none"] += 1
        counts["by values"] += asks_for_values(query.tree)
    assert min(counts.values()) > QUERIES / 20, counts
    assert verify(path).findings == ()
    with connected(database) as fresh, fresh:
        fresh.execute(
            "INSERT INTO topics (scheme, code, name, origin, created_at) VALUES ('local', 'x', 'X', 'vocabulary', ?)",
            (NOW,),
        )
    add_rules(database, rules)
    import_paths(database, [str(folder)], ImportOptions(jobs=0))
    assert passages(database) == passages(path)
