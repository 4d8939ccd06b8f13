"""The least that any import has to do: walk a folder, read each file, hash it. Alone, or beside an import.

python read_and_hash.py FOLDER                         prints how many files there were
python read_and_hash.py FOLDER --beside ARCHIVE        prints the seconds of this, and of importing FOLDER, as JSON

The second measures within one process, so that neither pays for starting.
"""

import hashlib
import os
import sys


def read_and_hash(folder: str) -> int:
    """Return how many files there are in a folder and below it, each read and hashed with SHA-256."""
    number = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:  # noqa: PTH118, PTH123 - a Path costs more than the file
                hashlib.sha256(file.read()).hexdigest()
            number += 1
    return number


def beside_an_import(folder: str, archive: str, jobs: int | None) -> dict[str, float]:
    """Return the seconds that both take in this process: `bare`, `import`; and how many units were `unchanged`."""
    import tempfile
    import time
    from pathlib import Path

    from archive import ImportOptions, import_paths

    with tempfile.TemporaryDirectory() as elsewhere:  # a first import also loads Alembic and the like: not this one
        piece = Path(elsewhere, "piece.txt")
        piece.write_text("Warm words.\n")
        import_paths(Path(elsewhere, "warm.db"), [str(piece)])

    start = time.perf_counter()
    read_and_hash(folder)
    middle = time.perf_counter()
    summary = import_paths(Path(archive), [folder], ImportOptions(jobs=jobs))
    end = time.perf_counter()
    return {"bare": middle - start, "import": end - middle, "unchanged": summary.outcomes["unchanged"]}


if __name__ == "__main__":
    if "--beside" in sys.argv:
        import json

        folder, _, archive, *jobs = sys.argv[1:]
        print(json.dumps(beside_an_import(folder, archive, int(jobs[0]) if jobs else None)))
    else:
        print(read_and_hash(sys.argv[1]))
