"""All that is known of one article, and why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from archive.errors import NotFoundError
from archive.queries import reading
from archive.queries.article import around, explain_article, read_original, show_article
from tests.engines import connected

CHECKOUT = Path(__file__).resolve().parents[2]
ARTICLES = CHECKOUT / "seeds" / "articles"


def key_of(connection: Connection, file: str) -> str:
    found = connection.scalars(
        text(
            "SELECT DISTINCT a.key FROM articles a JOIN import_items i ON i.article_id = a.id"
            " WHERE i.locator LIKE '%/' || :file"
        ),
        {"file": file},
    ).all()
    assert len(found) == 1
    return str(found[0])


def every(connection: Connection) -> list[str]:
    return [str(key) for key in connection.scalars(text("SELECT key FROM articles"))]


def test_blocks_are_where_they_are_said_to_be(ask: Connection) -> None:
    shown = show_article(ask, key_of(ask, "Untitled.txt"))
    assert [block["kind"] for block in shown["blocks"]] == ["heading"] * 4
    blocks = shown["body"].split("\n\n")
    for block in shown["blocks"]:
        assert shown["body"][block["start"] : block["end"]] == block["text"] == blocks[block["position"]]


def test_every_passage_is_where_it_is_said_to_be(ask: Connection) -> None:
    methods = set()
    for key in every(ask):
        shown = show_article(ask, key)
        fields = {"headline": shown["headline"], "body": shown["body"]}
        for one in shown["evidence"]:
            methods.add(one["method"])
            if one["method"] == "given":
                assert (one["field"], one["start"], one["end"], one["rule"]) == ("topics", None, None, None)
                assert one["passage"]
                assert one["given_by"] in ("front_matter", "sidecar", "archive_toml", "option")
                continue
            if one["field"] == "set_aside":
                whole = next(row["text"] for row in shown["set_aside"] if one["passage"] in row["text"])
            else:
                whole = fields[one["field"]]
            assert one["rule"]
            assert whole[one["start"] : one["end"]] == one["passage"]
            around = one["before"].removeprefix("…") + one["passage"] + one["after"].removesuffix("…")
            assert around in whole
            assert "\n\n" not in around
        assert {one["topic"] for one in shown["evidence"]} == set(shown["topics"])
        assert explain_article(ask, key)["evidence"] == shown["evidence"]
    assert methods == {"given", "rule", "trailing_tags"}


def test_what_was_set_aside_and_where_it_leads(ask: Connection) -> None:
    shown = show_article(ask, key_of(ask, "2023-02-28 visit preview.txt"))
    headlines = [row["text"] for row in shown["set_aside"]]
    assert [row["kind"] for row in shown["set_aside"]] == ["related_headline"] * 4
    assert [row["text"] for row in shown["links"]] == headlines
    targets = [row["target"] for row in shown["links"]]
    assert targets == [key_of(ask, "containers.txt"), None, None, None]


def test_places_with_their_first_and_last_import(seeds_archive: Path) -> None:
    from archive.ingest import ImportOptions, import_paths

    import_paths(seeds_archive, [str(ARTICLES / "Untitled.txt")], ImportOptions(jobs=0))
    with reading(seeds_archive) as connection:
        (place,) = show_article(connection, key_of(connection, "Untitled.txt"))["places"]
        assert place["locator"].endswith("/seeds/articles/Untitled.txt")
        assert (place["first_import"], place["last_import"]) == (1, 2)
        twice = show_article(connection, key_of(connection, "old laptop/2023-02-28 visit preview.txt"))["places"]
        assert len(twice) == 2


def test_places_tell_when_somebody_saved_them(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of({"a.md": "---\ncrawled: 2023-04-01T10:00:00Z\n---\nThe mill is sold."})
    with reading(path) as connection:
        (place,) = show_article(connection, key_of(connection, "a.md"))["places"]
    assert place["crawled"] == "2023-04-01T10:00:00.000000Z"


def test_places_tell_the_url_as_it_was_read(archive_of: Callable[[dict[str, str]], Path]) -> None:
    found = "http://M.mill.example:80/a/?utm_source=letter#top"
    front = "---\nurl: {}\n---\nThe mill is sold."
    path = archive_of(
        {
            "a.md": front.format(found),
            "b.md": front.format("https://mill.example/a/amp"),
            "c.md": "---\nid: 1\n---\nThe mill is not sold.",
        }
    )
    with reading(path) as connection:
        shown = show_article(connection, key_of(connection, "a.md"))
        assert shown["url"] == "https://mill.example/a"
        assert [(place["locator"][-4:], place["url"]) for place in shown["places"]] == [
            ("a.md", found),
            ("b.md", "https://mill.example/a/amp"),
        ]
        assert explain_article(connection, key_of(connection, "a.md"))["places"] == shown["places"]
        (other,) = show_article(connection, key_of(connection, "c.md"))["places"]
        assert other["url"] is None


def test_a_link_leads_to_the_page_that_it_is_a_view_of(archive_of: Callable[[dict[str, str]], Path]) -> None:
    linked = "The [sale](http://www.mill.example/sale/), [again](https://m.mill.example/sale?page=all), its [wheel]"
    path = archive_of(
        {
            "sale.md": "---\nurl: https://mill.example/sale\n---\nThe mill is sold.",
            "later.md": f"{linked}(https://mill.example/wheel), and [none](mailto:desk@mill.example).",
        }
    )
    with reading(path) as connection:
        links = show_article(connection, key_of(connection, "later.md"))["links"]
        assert [link["target"] for link in links] == [key_of(connection, "sale.md")] * 2 + [None, None]


def test_revisions_are_told_in_their_order(ask: Connection) -> None:
    shown = show_article(ask, key_of(ask, "wire/lw-0457.md"))
    assert [row["number"] for row in shown["revisions"]] == [1, 2]
    assert [row["cause"] for row in shown["revisions"]] == ["import", "import"]
    assert "33 percent" in shown["body"]
    assert "23 percent" not in shown["body"]


def test_an_explanation_names_where_values_came_from(ask: Connection) -> None:
    explained = explain_article(ask, key_of(ask, "clippings/exchange.md"))
    values = {row["field"]: row for row in explained["values"]}
    assert (values["source"]["method"], values["published"]["method"]) == ("domain", "front_matter")
    assert values["published"]["text"] == "2023-12"
    assert all(row["locator"].endswith("clippings/exchange.md") and row["import"] == 1 for row in values.values())


def test_an_explanation_has_all_dates_of_the_current_text(ask: Connection) -> None:
    explained = explain_article(ask, key_of(ask, "2023-02-28 visit preview.txt"))
    assert [row["text"] for row in explained["dates"]] == ["Feb 16", "Sept 15", "2022"]
    assert not any(row["chosen"] for row in explained["dates"])
    assert all(row["reason"] for row in explained["dates"])
    body = show_article(ask, explained["key"])["body"]
    assert [body[row["start"] : row["end"]] for row in explained["dates"]] == ["Feb 16", "Sept 15", "2022"]
    chosen = explain_article(ask, key_of(ask, "courier/park.md"))["dates"][0]
    assert (chosen["chosen"], chosen["reason"], chosen["value"]) == (True, None, "2023-02-27T17:40:00Z")


def test_links_lead_to_what_is_here(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of(
        {
            "a.md": "---\ntitle: Here\nurl: https://a.example/here\n---\nA piece that is here.\n",
            "b.md": "---\ntitle: There\n---\nSee [here](https://a.example/here) and [gone](https://a.example/gone).\n",
        }
    )
    with reading(path) as connection:
        links = show_article(connection, key_of(connection, "b.md"))["links"]
        assert [(row["text"], row["target"]) for row in links] == [("here", key_of(connection, "a.md")), ("gone", None)]


def related(connection: Connection) -> list[str | None]:
    return [row["target"] for row in show_article(connection, key_of(connection, "containers.txt"))["links"]]


@pytest.mark.parametrize(("link", "found"), [("two visits IN one  year", True), ("Two visits", False), ("…", False)])
def test_a_related_headline_leads_to_the_one_article_that_has_it(link: str, found: bool, seeds_archive: Path) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute(
            "INSERT INTO article_links (revision_id, position, kind, text) "
            "SELECT a.revision_id, 0, 'related_headline', ?"
            " FROM articles a JOIN import_items i ON i.article_id = a.id WHERE i.locator LIKE '%/containers.txt'",
            (link,),
        )
    with reading(seeds_archive) as connection:
        assert related(connection) == [key_of(connection, "yearbook page 41.md") if found else None]


def test_a_headline_that_two_articles_have_leads_to_neither(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of(
        {
            "a.md": "---\ntitle: Same\nid: 1\n---\nOne piece.\n",
            "b.md": "---\ntitle: Same\nid: 2\n---\nAnother piece.\n",
            "containers.txt": "A text that points elsewhere, to a headline.",
        }
    )
    with connected(path) as writing, writing:
        writing.execute(
            "INSERT INTO article_links (revision_id, position, kind, text) "
            "SELECT max(id), 0, 'related_headline', 'Same'"
            " FROM article_revisions"
        )
    with reading(path) as connection:
        assert related(connection) == [None]


@pytest.mark.parametrize("file", ["Untitled.txt", "kite&anchor FINAL (2).txt", "zh/访问.md"])
def test_bytes_come_back_as_they_were(file: str, ask: Connection) -> None:
    assert read_original(ask, key_of(ask, file)) == (ARTICLES / file).read_bytes()


def test_the_bytes_of_a_revised_article_are_those_of_its_current_text(ask: Connection) -> None:
    key = key_of(ask, "wire/lw-0457.md")
    assert read_original(ask, key) == (ARTICLES / "wire" / "lw-0457_corrected.md").read_bytes()


@pytest.mark.parametrize("ask_for", [show_article, explain_article, read_original])
def test_a_key_that_names_nothing(ask_for: Callable[[Connection, str], Any], ask: Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no article 'zzz'"):
        ask_for(ask, "zzz")


@given(
    before=st.text(st.sampled_from("ab \n"), max_size=150),
    passage=st.text(st.sampled_from("xy"), min_size=1, max_size=9),
    after=st.text(st.sampled_from("ab \n"), max_size=150),
)
def test_what_standsaround_a_passage_is_of_its_block(before: str, passage: str, after: str) -> None:
    whole = before + passage + after
    left, right = around(whole, len(before), len(before) + len(passage))
    assert len(left) <= 61
    assert len(right) <= 61
    assert before.endswith(left.removeprefix("…"))
    assert after.startswith(right.removesuffix("…"))
    assert "\n\n" not in left + passage + right
    if left.startswith("…"):
        assert len(before.rpartition("\n\n")[2]) > 60
