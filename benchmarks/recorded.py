"""What every benchmark can be told, and the JSON that it leaves."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measured import FEWEST_ROUNDS, machine, positive, versions
from rich.console import Console

HERE = Path(__file__).resolve().parent
_PLACES = ("archive", "folder", "results", "server")  # where, and not what, is measured


def options_of(doc: str | None, *, rounds: int | None, folder: str | None) -> argparse.ArgumentParser:
    """Return a parser for `--seed`, `--results` and, where they are given, `--rounds` and `--folder` with its help."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if rounds is not None:
        told = f"how often ({rounds}; from {FEWEST_ROUNDS} on goals count)"
        parser.add_argument("--rounds", type=positive, default=rounds, help=told)
    if folder is not None:
        parser.add_argument("--folder", type=Path, help=folder)
    parser.add_argument("--seed", type=int, default=1, help="seed of all that is made up (1)")
    parser.add_argument(
        "--results", type=Path, default=HERE / "results", help="folder for the JSON (benchmarks/results)"
    )
    return parser


def record(
    name: str, options: argparse.Namespace, found: Mapping[str, Any], console: Console, *, more: Mapping[str, str] = {}
) -> Path:
    """Write what was found as JSON, with when, how, where and by what it was, and say where it is; returns the file.

    `more` are versions of what else took part.
    """
    now = datetime.now(UTC)
    options.results.mkdir(parents=True, exist_ok=True)
    file: Path = options.results / f"{name}-{now:%Y%m%dT%H%M%SZ}.json"
    about = {
        "measured_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "options": {name: value for name, value in vars(options).items() if name not in _PLACES},
        "machine": machine(),
        "versions": {**versions(), **more},
    }
    file.write_text(json.dumps({**about, **found}, indent=2) + "\n")
    console.print(f"all of it: {file}", highlight=False, soft_wrap=True)
    return file
