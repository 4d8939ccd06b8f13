"""What the last runs of all benchmarks found, as one table.

    python benchmarks/summary.py [--results FOLDER]

Reads the newest JSON of each benchmark that has goals. Prints of each comparison the ratio (least, median, most of the
rounds), what is asked of it and whether that is met, and when and on which machine it was measured.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
MET = {True: "yes", False: "NO", None: ""}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--results", type=Path, default=HERE / "results", help="folder of the JSON (benchmarks/results)"
    )
    folder = parser.parse_args().results
    newest = {file.name.rpartition("-")[0]: file for file in sorted(folder.glob("*.json"))}
    if not newest:
        sys.exit(f"no results in {folder}; `make bench` measures")
    console = Console()
    table = Table("benchmark", "what", "min", "median", "max", "of", "goal", "met")
    for name, file in newest.items():
        record = json.loads(file.read_text())
        for one in record.get("compared", []):
            table.add_row(name, *_row(one))
        console.print(f"{name}: {record['measured_at']}, {_about(record)}", highlight=False, soft_wrap=True)
    console.print(table, highlight=False)


def _row(one: dict[str, Any]) -> list[str]:
    return [
        one["name"],
        *(f"{one[key]:.2f}" for key in ("min", "median", "max")),
        one["is"],
        one["asked"],
        MET[one["met"]],
    ]


def _about(record: dict[str, Any]) -> str:
    parts = {**record.get("options", {}), **record.get("machine", {}), **record.get("versions", {})}
    return ", ".join(f"{name} {value}" for name, value in parts.items())


if __name__ == "__main__":
    main()
