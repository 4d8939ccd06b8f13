"""The built wheel, installed elsewhere, brings all that it needs: migrations, seeds, alembic.ini."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def test_wheel_makes_an_archive_and_imports(tmp_path: Path) -> None:
    wheels, installed = tmp_path / "wheels", tmp_path / "installed"
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(CHECKOUT)])
    (wheel,) = wheels.glob("*.whl")
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(installed), str(wheel)])
    assert not (installed / "migrations").exists(), "a top-level package called migrations would shadow others"

    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = run([sys.executable, "-c", "import archive; print(archive.__file__)"], environment, tmp_path)
    assert where.startswith(str(installed))
    (tmp_path / "piece.txt").write_text("Harbour opens again\n\n" + "The harbour of Lintel opened again today. " * 12)
    command = [sys.executable, "-m", "archive", "--db", str(tmp_path / "new.db")]
    assert "1 added" in run([*command, "import", "piece.txt"], environment, tmp_path)
    assert "(newest)" in run([*command, "db", "current"], environment, tmp_path)
    assert "Belarus" in run([*command, "topics", "--all", "-f", "csv"], environment, tmp_path)


def run(command: list[str], environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
