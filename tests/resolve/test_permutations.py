"""In whichever order units come, the same archive comes of them; and where it does not, which is shown one by one."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.db.location import Location
from archive.ingest import ImportOptions, import_paths, load_vocabulary
from archive.resolve.values import mean_the_same
from tests.engines import Archives, NewArchive, assert_sound, connected

SOURCES = """
[[sources]]
name = "Alpha Post"
aliases = ["Alpha"]
domains = ["alpha.example"]

[[sources]]
name = "Beta News"
aliases = ["Beta"]
"""

TOPICS = """
[[topics]]
name = "Rivers"
phrases = ["river"]

[[topics]]
name = "Weather"
phrases = ["storm"]
"""

TRADES = ("ferry", "bakery", "quarry", "orchard")


def long_text(number: int) -> str:
    """Return a text that has words enough to be known by, and no run of three words in common with the next."""
    trade = TRADES[number]
    words = (f"{trade} {trade[: number + 2]}{position} river" for position in range(20))
    return f"The {trade}. " + " ".join(words) + f" and then the storm took the {trade}."


def short_text(number: int) -> str:
    trade = TRADES[number]
    return f"No {trade} today. Every {trade} of the {trade[::-1]} rests until the {trade} is mended by a {trade}."


@dataclass(frozen=True)
class Unit:
    """What a file holds when it is imported, and what its sidecar says."""

    place: str
    text: str
    front_matter: dict[str, str] = field(default_factory=dict)
    sidecar: dict[str, str] = field(default_factory=dict)

    def lay(self, folder: Path) -> str:
        """Write the file and return its path."""
        file = folder / self.place
        lines = [f"{key}: {value}" for key, value in self.front_matter.items()]
        file.write_text("\n".join(["---", *lines, "---", self.text] if lines else [self.text]))
        sidecar = folder / f"{self.place}.meta.toml"
        sidecar.unlink(missing_ok=True)
        if self.sidecar:
            sidecar.write_text("".join(f'{key} = "{value}"\n' for key, value in self.sidecar.items()))
        return str(file)


@pytest.fixture(scope="session")
def two_sources(archives: Archives, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Location]:
    """An archive with a vocabulary that is small, and so quick to load."""
    folder = tmp_path_factory.mktemp("two")
    archive = archives.copy(engine, "empty", folder / "archive.db")
    for kind, content in (("sources", SOURCES), ("topics", TOPICS)):
        (folder / f"{kind}.toml").write_text(content)
        load_vocabulary(archive, folder / f"{kind}.toml", kind)
    yield archive
    archives.gone(archive)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files stand."""
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def fill(archive: Location, folder: Path, units: Sequence[Unit], *cuts: int) -> Location:
    """Import units in their order and return the archive; what stands at one place needs an import for each."""
    for file in folder.iterdir():
        file.unlink()
    portion: list[Unit] = []
    for number, unit in enumerate(units):
        if number in cuts or unit.place in {one.place for one in portion}:
            import_paths(archive, [one.lay(folder) for one in portion], ImportOptions(jobs=0))
            portion = []
        portion.append(unit)
    import_paths(archive, [one.lay(folder) for one in portion], ImportOptions(jobs=0))
    return archive


COLUMNS = (
    "s.slug, a.url, a.section, a.published, a.published_from, a.published_precision, a.published_method, a.language"
)
PARTS = {
    "texts": "SELECT headline, body, words, fingerprint FROM article_revisions WHERE article_id = ?",
    "current": "SELECT r.headline, r.body FROM article_revisions r JOIN articles a ON a.revision_id = r.id "
    "WHERE a.id = ?",
    "identifiers": "SELECT scheme, scope, value FROM article_identifiers WHERE article_id = ?",
    "tags": 'SELECT t.name, e.method, e.rule, e.field, e.start, e."end", e.given_text, e.given_by '
    "FROM tag_evidence e "
    "JOIN article_topics g ON g.id = e.article_topic_id JOIN topics t ON t.id = g.topic_id WHERE g.article_id = ?",
    "authors": "SELECT n.name_key, c.position FROM article_authors c JOIN authors n ON n.id = c.author_id "
    "WHERE c.article_id = ?",
    "date": "SELECT value, method FROM article_dates WHERE chosen AND article_id = ?",
    "places": "SELECT DISTINCT locator, source_as_read, id_as_read, url_as_read FROM import_items WHERE article_id = ?",
}


def told(path: Location, *, keys: bool = True) -> list[Any]:
    """Return what an archive holds, article by article, whatever its ids and numbers."""
    assert_sound(path)
    with connected(path) as connection:
        found = [
            (
                key if keys else "",
                columns,
                *(sorted(connection.execute(query, (article_id,)).fetchall(), key=repr) for query in PARTS.values()),
            )
            for article_id, key, *columns in connection.execute(
                f"SELECT a.id, a.key, {COLUMNS} FROM articles a LEFT JOIN sources s ON s.id = a.source_id"
            ).fetchall()
        ]
        return sorted(found, key=repr)


def values(path: Location) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the values on record by article and field: where each was given, and its text."""
    with connected(path) as connection:
        return {
            (key, name): (method, text)
            for key, name, method, text in connection.execute(
                "SELECT a.key, v.field, v.method, v.text FROM article_values v JOIN articles a ON a.id = v.article_id"
            )
        }


def _one(key: str, *values: str) -> st.SearchStrategy[dict[str, str]]:
    return st.sampled_from(({}, *({key: value} for value in values)))


def _joined(parts: Iterable[dict[str, str]]) -> dict[str, str]:
    return {key: value for part in parts for key, value in part.items()}


@st.composite
def pieces(draw: st.DrawFn) -> list[Unit]:
    """Draw units of some pieces: each piece with an id, a URL, both or neither, at several places or at one twice.

    All units of a piece state the same identifiers. Either they have its text to the letter, and what else they say
    differs and may contradict; or they are versions of it, which say when they were changed or saved, at one place too.
    A place is used by several pieces only where they state what they are known by.
    """
    units: list[Unit] = []
    for number in range(draw(st.integers(1, 4), label="pieces")):
        known_by = draw(st.sampled_from(("id", "url", "id and url", "text", "place")), label="known by")
        source = draw(_one("source", "Alpha", "Beta", "Gamma"))
        times = (
            draw(st.sampled_from(("", "", "modified", "crawled"))) if known_by in ("id", "url", "id and url") else ""
        )
        for again in range(1 if known_by == "place" else draw(st.integers(1, 3), label="units")):
            stated: dict[str, str] = {}
            if "id" in known_by:
                stated |= {"id": str(number), **source}
            else:
                stated |= source if times else draw(_one("source", "Alpha", "Alpha Post", "Beta", "Gamma"))
            if "url" in known_by:
                view = draw(st.sampled_from(("http://alpha.example/{}", "https://m.alpha.example/{}/amp?utm_a=b")))
                stated["url"] = view.format(number)
            said = draw(
                st.tuples(
                    _one("section", "Harbour", "Town"),
                    _one("date", "2023", "2023-02", "2023-02-28", "28 February 2023", "2023-02-27"),
                    _one("author", "A. Okoro", "By A. Okoro", "Li Wei and A. Okoro"),
                    _one("tags", "Rivers", "Bread", "Weather, Bread"),
                    _one("lang", "en", "EN", "be"),
                )
            )
            beside = draw(st.tuples(_one("section", "Wire", "Archive"), _one("published", "2024", "2023-03-01")))
            places = (
                [f"{number}{again}.md"] if known_by in ("text", "place") else ["a.md", "b.md", f"{number}{again}.md"]
            )
            text = short_text(number) if known_by == "place" else long_text(number)
            if times:
                text = text.replace("The ", f"The {again} times changed ", 1)
                units.append(Unit(draw(st.sampled_from(places)), text, {**stated, times: f"2023-03-0{again + 1}"}))
                continue
            units.append(Unit(draw(st.sampled_from(places)), text, stated | _joined(said), _joined(beside)))
    return units


@given(units=pieces(), data=st.data())
@settings(max_examples=50)
def test_any_order_gives_the_same_archive(
    two_sources: Location, new_archive: NewArchive, folder: Path, units: list[Unit], data: st.DataObject
) -> None:
    units = _one_state_a_place(units)
    first = fill(new_archive(two_sources), folder, units)
    expected, on_record = told(first), values(first)
    others = data.draw(
        st.permutations([*units, *data.draw(st.lists(st.sampled_from(units), max_size=3), label="again")])
    )
    cuts = data.draw(st.lists(st.integers(1, 6), max_size=2), label="cuts")
    second = fill(new_archive(two_sources), folder, others, *cuts)
    assert told(second) == expected
    for where, (method, text) in values(second).items():
        known_method, known_text = on_record.pop(where)
        assert method == known_method
        assert where[1] == "source" or mean_the_same(where[1], text, known_text)
    assert on_record == {}


def _one_state_a_place(units: Iterable[Unit]) -> list[Unit]:
    """Return the units without those that alter what a place says of a piece."""
    kept: dict[tuple[str, str], Unit] = {}
    for unit in units:
        kept.setdefault((unit.place, unit.text), unit)
    return list(kept.values())


LATER = long_text(0).replace("The ferry", "The large ferry")
AT = "https://else.example/1"

# What depends on order, by why it does, with the part of an archive that comes out otherwise.
EXCEPTIONS = {
    "versions at one place, without a time": (
        "current",
        [Unit("a.md", long_text(0)), Unit("a.md", LATER)],
    ),
    "versions of one id at two places, without a time": (
        "current",
        [Unit("a.md", long_text(0), {"id": "1"}), Unit("b.md", LATER, {"id": "1"})],
    ),
    "what one place says first and last": (
        "section",
        [
            Unit("a.md", long_text(0), {"id": "1", "section": "Town"}),
            Unit("a.md", long_text(0), {"id": "1", "section": "Harbour"}),
        ],
    ),
    "pieces without id and URL that follow each other at one place": (
        "keys",
        [Unit("a.md", short_text(0)), Unit("a.md", short_text(1))],
    ),
    "two ids at one URL, and who only states that URL": (
        "places",
        [
            Unit("a.md", long_text(0), {"id": "1", "url": AT}),
            Unit("b.md", long_text(0), {"id": "2", "url": AT}),
            Unit("c.md", long_text(0), {"url": AT}),
        ],
    ),
    "an id and a URL, and who states both": (
        "articles",
        [
            Unit("a.md", long_text(0), {"id": "1"}),
            Unit("b.md", long_text(0), {"url": AT}),
            Unit("c.md", long_text(0), {"id": "1", "url": AT}),
        ],
    ),
    "the key, where a unit states only one of two identifiers": (
        "keys",
        [Unit("a.md", long_text(0), {"id": "1", "url": AT}), Unit("b.md", long_text(0), {"url": AT})],
    ),
    "copies that are not the same to the letter": (
        "texts",
        [Unit("a.md", long_text(0)), Unit("b.md", long_text(0).upper())],
    ),
}


@pytest.mark.parametrize(("part", "units"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_what_depends_on_order(
    two_sources: Location, new_archive: NewArchive, folder: Path, part: str, units: list[Unit]
) -> None:
    """Only what is named depends on it; what came in is all there in any case."""
    archives = [told(fill(new_archive(two_sources), folder, order)) for order in itertools.permutations(units)]
    differing = {_part(archive, part) for archive in archives}
    assert len(differing) > 1
    if part not in ("articles", "texts"):
        assert len({len(archive) for archive in archives}) == 1
    if part != "texts":
        assert len({repr(sorted({text for one in archive for text in one[2]})) for archive in archives}) == 1
    if part == "keys":
        assert len({repr(sorted(one[1:] for one in archive)) for archive in archives}) == 1


def _part(archive: list[Any], part: str) -> str:
    """Return what an archive holds of one kind, as text that can be compared."""
    if part == "articles":
        return str(len(archive))
    if part == "keys":
        return repr(sorted((one[0], one[2]) for one in archive))
    if part == "section":
        return repr([one[1][2] for one in archive])
    number = 2 + list(PARTS).index(part)
    return repr(sorted(repr(one[number]) for one in archive))
