"""A real archive of made-up texts with sources, authors and dates of every precision, tagged by 300 phrases."""

import json
from pathlib import Path
from random import Random

import corpus
from measured import WrongError

from archive.db import schema
from archive.ingest import ImportOptions, import_paths, load_vocabulary

PHRASES = 300


def prepare(folder: Path, articles: int, seed: int) -> Path:
    """Return the archive, made if it is not there; raises WrongError where another one is."""
    archive, marker = folder / "dated.db", folder / "dated.json"
    made_with = {"articles": articles, "seed": seed}
    if marker.exists():
        if json.loads(marker.read_text()) != made_with:
            raise WrongError(f"{archive} is another one; name another folder, or remove this one")
        schema.upgrade(archive)
        return archive
    if archive.exists():
        raise WrongError(f"{archive} is there, and this benchmark did not finish it; name another folder, or remove it")
    files = folder / "files"
    corpus.write_files(files, articles, seed)
    corpus.write_topics(folder / "topics.toml", PHRASES, seed)
    random = Random(seed)
    for file in sorted(files.rglob("*.txt")):
        file.with_suffix(".md").write_text(_front_matter(random) + file.read_text(encoding="utf-8"), encoding="utf-8")
        file.unlink()
    load_vocabulary(archive, folder / "topics.toml", "topics")
    summary = import_paths(archive, [str(files)], ImportOptions())
    if summary.outcomes["failed"]:
        raise WrongError(f"{summary.outcomes['failed']} texts failed")
    marker.write_text(json.dumps(made_with))
    return archive


def _front_matter(random: Random) -> str:
    """Return front matter of an article: of 100, 95 have a source, 97 a date, 7 of which only to month or year."""
    day = f"{random.randrange(2003, 2024)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
    exactness = random.random()
    date = next(
        text
        for below, text in ((0.6, f"{day}T08:30:00Z"), (0.9, day), (0.95, day[:7]), (0.97, day[:4]), (1.0, ""))
        if exactness < below
    )
    lines = [f"author: Author {random.randrange(800)}"]
    lines += [f"date: {date}"] if date else []
    lines += [f"source: Outlet {int(random.paretovariate(1)) % 200}"] if random.random() < 0.95 else []
    return "\n".join(("---", *lines, "---", ""))
