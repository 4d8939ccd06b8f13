"""Articles as `export_articles` gives them, made up for tests."""

from typing import Any

from archive.exports import FIELDS


def article(**known: Any) -> dict[str, Any]:
    """Return an article of which only what is named is known."""
    lists: dict[str, Any] = {name: [] for name in ("authors", "topics", "blocks", "set_aside", "links")}
    made = {**dict.fromkeys(FIELDS), **lists, "key": "7u4bzebenofx", "words": 4, "revision": 1, "body": "A text."}
    assert set(known) <= set(FIELDS)
    return {**made, **known}


FULL = article(
    headline="AT&T: 5% of {mills} – «why?»",
    headline_method="given",
    source="Mill & Post",
    url="https://mill.example/a_b?q={1}#x",
    published="2023-02-28T06:30+01:00",
    published_precision="minute",
    language="en-GB",
    authors=["A. Okoro", "李伟"],
    byline="By A. Okoro and 李伟",
    topics=[
        {"scheme": "medtop", "code": "20000574", "name": "Elections", "methods": ["given", "rule"]},
        {"scheme": "local", "code": "eels", "name": "Eels", "methods": ["rule"]},
    ],
    section="Harbour",
    kind="opinion",
    page="A3",
    edition="late",
    rights="© Mill",
    id="17",
    modified="2023-03-01T00:00:00.000000Z",
    crawled="2023-03-02",
    body="First.\n\nSecond.",
)
