"""How near bodies and metadata of pages come to what people marked, beside bare trafilatura.

    make bench-extraction [DATA=../shared]

DATA holds corpora/NAME/truth.json, corpora/NAME/html/*.html.gz and tools/score_extraction.py, score_metadata.py.
"""

import gzip
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import trafilatura

from archive.documents import Original
from archive.errors import ReadError
from archive.normalize.article import Matchers, normalize_document
from archive.normalize.phrases import PhraseMatcher
from archive.readers.html import HtmlReader

CORPORA = ("html-benchmark", "html-fundus", "html-metadata")
NOTHING = Matchers(PhraseMatcher([]), PhraseMatcher([]))
METRICS = ("title.close", "date.day", "date.wrong", "date.instant", "authors.F1", "topics.F1")


def ours(content: bytes) -> dict[str, Any]:
    """Return body and metadata of a page as they would be stored."""
    try:
        (document,) = HtmlReader().read("page", content)
    except ReadError:
        return {}
    article = normalize_document(document, (), Original("", "text/html", 0, b""), NOTHING, "")
    return {
        "body": article.body,
        "title": article.headline,
        "published": article.published.text if article.published else None,
        "authors": [name for name, _ in article.authors],
        "topics": [topic.text for topic in article.topics],
    }


def bare(content: bytes) -> dict[str, Any]:
    """Return what trafilatura alone makes of a page, as its documentation shows."""
    found = trafilatura.bare_extraction(content, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    return {
        "body": found.text,
        "title": found.title,
        "published": found.date,
        "authors": (found.author or "").split("; "),
        "topics": found.tags or [],
    }


def main(data: Path) -> None:
    """Print a row for each corpus and program."""
    extraction, metadata = (_load(data / "tools" / f"score_{name}.py") for name in ("extraction", "metadata"))
    print("| pages | by | pages/s | F1 | under .5 |", *(f" {name} |" for name in METRICS), sep="")
    print("|---|---|---|---|---|", "---|" * len(METRICS), sep="")
    programs: tuple[tuple[str, Callable[[bytes], dict[str, Any]]], ...] = (("archive", ours), ("trafilatura", bare))
    for corpus in CORPORA:
        file = data / "corpora" / corpus / "truth.json"
        if not file.is_file():
            print(f"no {file}", file=sys.stderr)
            continue
        truth = json.loads(file.read_text("utf-8"))
        pages = {key: _page(file.parent / "html", key, entry) for key, entry in truth.items()}
        for name, program in programs:
            program(next(iter(pages.values())))  # what is loaded once is not counted
            start = time.perf_counter()
            found = {key: program(content) for key, content in pages.items()}
            row = [corpus, name, f"{len(pages) / (time.perf_counter() - start):.0f}"]
            has_bodies = any(extraction.body(entry) for entry in truth.values())
            scores, _, _ = extraction.score(found, truth) if has_bodies else ({}, None, None)
            row += [f"{scores[metric]:.4f}" if scores else "" for metric in ("f1", "bad_pages")]
            known = metadata.score(found, truth)
            row += [f"{known[metric]:.3f}" if metric in known else "" for metric in METRICS]
            print("| " + " | ".join(row) + " |", flush=True)


def _page(folder: Path, key: str, entry: dict[str, Any]) -> bytes:
    name = str(entry.get("file") or f"{key}.html.gz").removeprefix("html/")
    return gzip.decompress((folder / name).read_bytes())


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SystemExit(f"no {path}: pass DATA=FOLDER")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
