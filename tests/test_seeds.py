"""The seeds as files: what a vocabulary, a list of sources and the small collection must hold to before any import."""

import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from archive.normalize.tokens import tokenize

CHECKOUT = Path(__file__).resolve().parents[1]
SEEDS = CHECKOUT / "seeds"
ARTICLES = SEEDS / "articles"
REAL = CHECKOUT / ".." / "shared" / "seeds"

KINDS = {"newspaper", "agency", "broadcaster", "website", "magazine", "government"}
TEXT = {".txt", ".md"}
RUN = 8  # consecutive words that no seed may share with a real document


def entries(name: str) -> list[dict[str, Any]]:
    with (SEEDS / f"{name}.toml").open("rb") as file:
        content = tomllib.load(file)
    assert list(content) == [name]
    found: list[dict[str, Any]] = content[name]
    return found


def collected() -> list[Path]:
    """Return the files of the collection that are units of an import, not its configuration, in import order.

    That is the files of a folder first, then those of its subfolders.
    """
    units = [
        file
        for file in ARTICLES.rglob("*")
        if file.is_file() and file.name != "archive.toml" and not file.name.endswith(".meta.toml")
    ]
    return sorted(units, key=lambda file: [(part != file.name, part) for part in file.relative_to(ARTICLES).parts])


def texts() -> list[Path]:
    return [file for file in collected() if file.suffix in TEXT]


def parts(file: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter and the body of a file; no front matter is an empty one."""
    text = file.read_bytes().decode("utf-8-sig")
    matter = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    return (yaml.safe_load(matter[1]), text[matter.end() :]) if matter else ({}, text)


def key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def twice(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def runs(text: str) -> set[tuple[str, ...]]:
    words = tokenize(text)
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def test_sources_have_the_fields_that_can_be_loaded() -> None:
    for source in entries("sources"):
        assert {"name", "slug", "kind", "language", "aliases", "domains"} <= set(source), source
        known = {"name", "slug", "kind", "country", "language", "aliases", "domains", "credited_as"}
        assert set(source) <= known, source
        assert ("credited_as" in source) == (source["kind"] == "agency"), source
        assert source["kind"] in KINDS, source
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source["slug"]), source
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", source["language"]), source
        assert re.fullmatch(r"[A-Z]{2}", source.get("country", "XX")), source
        assert all(re.fullmatch(r"([a-z0-9-]+\.)+[a-z]+", domain) for domain in source["domains"]), source


def test_a_name_a_slug_and_a_domain_lead_to_one_source() -> None:
    sources = entries("sources")
    assert twice([key(name) for source in sources for name in (source["name"], *source["aliases"])]) == []
    assert twice([source["slug"] for source in sources]) == []
    assert twice([domain for source in sources for domain in source["domains"]]) == []


def test_in_one_language_a_credit_means_one_agency_and_a_name_in_all_is_not_short_and_plain() -> None:
    agencies = [source for source in entries("sources") if "credited_as" in source]
    names = [
        (language, name) for source in agencies for language, names in source["credited_as"].items() for name in names
    ]
    assert twice([f"{language} {key(name)}" for language, name in names]) == []
    assert all(re.fullmatch(r"[a-z]{2,3}", language) for language, _ in names)
    assert not [name for language, name in names if language == "mul" and len(name) <= 2]


def test_invented_sources_have_domains_that_nobody_can_own() -> None:
    names = {"harbour-courier", "quillmere-gazette", "radio-lintel", "lantern-wire"}
    for source in entries("sources"):
        invented = source["slug"] in names
        assert [domain.endswith(".example") for domain in source["domains"]] == [invented] * len(source["domains"])
        assert not (invented and "country" in source), source
    assert names <= {source["slug"] for source in entries("sources")}


def test_topics_have_the_fields_that_can_be_loaded() -> None:
    topics = entries("topics")
    assert 35 <= len(topics) <= 60
    for topic in topics:
        assert {"name", "code", "aliases", "phrases"} <= set(topic), topic
        assert set(topic) <= {"name", "code", "parent", "aliases", "phrases"}, topic
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", topic["code"]), topic


def test_a_parent_stands_before_its_children() -> None:
    seen: set[str] = set()
    for topic in entries("topics"):
        assert topic.get("parent") is None or topic["parent"] in seen, topic
        seen.add(topic["code"])


def test_a_name_and_a_code_lead_to_one_topic() -> None:
    topics = entries("topics")
    assert twice([topic["code"] for topic in topics]) == []
    assert twice([key(name) for topic in topics for name in (topic["name"], *topic["aliases"])]) == []


def test_every_phrase_has_words_and_stands_once_in_its_topic() -> None:
    for topic in entries("topics"):
        words = [" ".join(tokenize(phrase)) for phrase in topic["phrases"]]
        assert "" not in words, topic
        assert twice(words) == [], topic


def test_xi_alone_is_nobody() -> None:
    for topic in entries("topics"):
        for label in (topic["name"], *topic["aliases"], *topic["phrases"]):
            assert tokenize(label) != ["xi"], topic


def test_a_phrase_of_russia_is_not_found_in_the_chinese_name_of_belarus() -> None:
    russia = next(topic for topic in entries("topics") if topic["code"] == "russia")
    words = tokenize("白俄罗斯总统")
    for phrase in russia["phrases"]:
        wanted = tokenize(phrase)
        assert wanted not in [words[start : start + len(wanted)] for start in range(len(words))], phrase


def test_the_collection_has_the_documents_that_it_needs() -> None:
    assert len(texts()) >= 14
    assert [file.name for file in collected() if file.suffix not in TEXT] == ["scan-of-page-3.png"]
    languages = Counter(parts(file)[0].get("lang") for file in texts())
    assert languages["zh"] == languages["ru"] == 1


def test_each_text_is_long_enough_to_be_an_identity_and_short_enough_to_be_read() -> None:
    for file in texts():
        assert 60 <= len(tokenize(parts(file)[1])) <= 250, file.name


def test_the_collection_has_the_defects_that_its_table_promises() -> None:
    preview = "2023-02-28 visit preview.txt"
    assert (ARTICLES / preview).read_bytes() == (ARTICLES / "old laptop" / preview).read_bytes()

    courier, gazette = parts(ARTICLES / "courier" / "park.md"), parts(ARTICLES / "gazette" / "park.md")
    assert courier[1] == gazette[1]
    assert courier[0] != gazette[0]

    first, second = (parts(ARTICLES / "wire" / name) for name in ("lw-0457.md", "lw-0457_corrected.md"))
    assert first[0] == second[0]
    changed = [pair for pair in zip(tokenize(first[1]), tokenize(second[1]), strict=True) if pair[0] != pair[1]]
    assert changed == [("23", "33")]

    with pytest.raises(UnicodeDecodeError):
        (ARTICLES / "scan-of-page-3.png").read_text("utf-8")
    assert (ARTICLES / "kite&anchor FINAL (2).txt").read_bytes().startswith(b"\xef\xbb\xbf")


def test_configuration_beside_the_texts_has_known_keys() -> None:
    known = {"headline", "source", "published", "authors", "topics", "language", "url", "section", "id"}
    sidecars = sorted(ARTICLES.rglob("*.meta.toml"))
    assert sidecars
    for sidecar in sidecars:
        assert set(tomllib.loads(sidecar.read_text("utf-8"))) <= known
        assert sidecar.with_name(sidecar.name.removesuffix(".meta.toml")).is_file()
    folder = tomllib.loads((ARTICLES / "lintel" / "archive.toml").read_text("utf-8"))
    assert set(folder) <= {"source", "topics", "language", "published", "section"}


def test_the_readme_has_one_row_for_each_file_in_import_order() -> None:
    rows = re.findall(r"^\| \d+ \| `([^`]+)` \|", (SEEDS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [file.relative_to(ARTICLES).as_posix() for file in collected()]


@pytest.mark.shared
def test_no_run_of_eight_words_comes_from_a_real_document() -> None:
    real = sorted(REAL.glob("*.txt"))
    if not real:
        pytest.skip("no folder shared/seeds beside the checkout")
    theirs = {run for file in real for run in runs(file.read_text("utf-8"))}
    for file in texts():
        assert runs(file.read_bytes().decode("utf-8-sig")) & theirs == set(), file.name
