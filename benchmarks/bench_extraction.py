"""How near bodies and metadata of pages come to what people marked, beside other programs; and how quickly.

    make bench-extraction [DATA=../shared]

DATA holds corpora/NAME/truth.json, corpora/NAME/html/*.html.gz and tools/score_extraction.py, score_metadata.py.
docs/accuracy.md says what the columns are. All programs get the same bytes, in one process, page by page. The last two
lines are of whole imports: all pages, then each of them four times under other names, so that the start of processes
counts less, into a new archive, with the processes that `archive import` takes by itself, beside trafilatura alone in
one process; they take turns, three rounds, and the medians count.
"""

import importlib.util
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from extractors import bare, find_programs, unpacked

from archive.ingest import ImportOptions, import_paths

CORPORA = ("html-benchmark", "html-fundus", "html-metadata")
METRICS = ("title.close", "date.day", "date.wrong", "date.instant", "authors.F1", "topics.F1")
ROUNDS = 3
COPIES = (1, 4)

# Day and month are swapped in the marks of these pages, as who made them says: they are later than the page was saved.
WRONG_MARKS = ("KlasseGegenKlasse_2026_01_07", "AnadoluAjansi_2025_04_05")


def main(data: Path) -> None:
    """Print a row for each corpus and program, and how quickly pages are imported."""
    extraction, metadata = (_load(data / "tools" / f"score_{name}.py") for name in ("extraction", "metadata"))
    print("| pages | by | pages/s | F1 | under .5 |", *(f" {name} |" for name in METRICS), sep="")
    print("|---|---|---|---|---|", "---|" * len(METRICS), sep="")
    everything: dict[str, bytes] = {}
    for corpus in CORPORA:
        file = data / "corpora" / corpus / "truth.json"
        if not file.is_file():
            print(f"no {file}", file=sys.stderr)
            continue
        marked = json.loads(file.read_text("utf-8"))
        truth = {key: entry for key, entry in marked.items() if not key.endswith(WRONG_MARKS)}
        pages = {key: unpacked(file.parent / "html", key, entry) for key, entry in truth.items()}
        everything |= {f"{corpus}-{key.replace('/', '-')}": content for key, content in pages.items()}
        for name, program in find_programs():
            program(next(iter(pages.values())))  # what is loaded once is not counted
            start = time.perf_counter()
            found = {key: program(content) for key, content in pages.items()}
            row = [corpus, name, f"{len(pages) / (time.perf_counter() - start):.0f}"]
            has_bodies = any(extraction.body(entry) for entry in truth.values())
            scores, _, _ = extraction.score(found, truth) if has_bodies else ({}, None, None)
            row += [f"{scores[metric]:.4f}" if scores else "" for metric in ("f1", "bad_pages")]
            known = metadata.score(found, truth) if any("title" in one for one in found.values()) else {}
            row += [f"{known[metric]:.3f}" if metric in known else "" for metric in METRICS]
            print("| " + " | ".join(row) + " |", flush=True)
    if everything:
        for copies in COPIES:
            _tell_speed(everything, copies)


def _tell_speed(pages: dict[str, bytes], copies: int) -> None:
    """Print how many pages a second are imported, beside how many trafilatura alone takes."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "pages")
        folder.mkdir()
        for number in range(copies):
            for name, content in pages.items():
                (folder / f"{name}-{number}.html").write_bytes(content)
        alone, imports = [], []
        for turn in range(ROUNDS):
            alone.append(_seconds(lambda: [bare(content) for _ in range(copies) for content in pages.values()]))
            archive = Path(made, f"{turn}.db")
            imports.append(_seconds(lambda into=archive: import_paths(into, [str(folder)], ImportOptions())))
    ratios = [one / other for one, other in zip(alone, imports, strict=True)]
    told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    print(
        f"\n{len(pages)} pages, each {copies} times: {copies * len(pages) / statistics.median(imports):.1f} a second, "
        f"{statistics.median(ratios):.2f} × trafilatura in one process (rounds: {told})"
    )


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise SystemExit(f"no {path}: pass DATA=FOLDER")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
