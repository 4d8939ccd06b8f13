"""What the tests of upgrades share: archives of released schemas, migrations on top, what an archive holds."""

import os
import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.db import proof, schema, upgrades
from archive.db.location import Location
from tests.engines import connected, located

CHECKOUT = Path(__file__).resolve().parents[2]
RELEASED = sorted((CHECKOUT / "tests" / "archives").glob("*.sql"))

MIGRATION = '''"""What a migration does.

A downgrade is not there.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = {name!r}
down_revision = {below!r}
branch_labels = None
depends_on = None

CHANGES = {changes!r}


def upgrade() -> None:
{upgrade}


def invariant(connection: sa.Connection) -> str | None:
    """Say what must be true afterwards."""
    return {invariant!r}


def downgrade() -> None:
{downgrade}
'''


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `released_text` once for every released schema."""
    if "released_text" in metafunc.fixturenames:
        metafunc.parametrize("released_text", RELEASED, ids=lambda text: text.stem)


@pytest.fixture(scope="session")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Make the archive that a text of tests/archives says, once."""
    folder = tmp_path_factory.mktemp("released")
    load = runpy.run_path(str(CHECKOUT / "tests" / "archives" / "dump.py"))["load"]

    def loaded(text: Path) -> Path:
        path = folder / f"{text.stem}.db"
        if not path.exists():
            load(text, path)
            with connected(path) as connection:  # as every writer leaves it
                connection.execute("PRAGMA journal_mode = WAL")
        return path

    return loaded


@pytest.fixture
def released(loaded_once: Callable[[Path], Path], released_text: Path, tmp_path: Path) -> Path:
    """A populated archive of a released schema; the test runs for each of them."""
    return Path(shutil.copy(loaded_once(released_text), tmp_path / "old.db"))


@pytest.fixture
def oldest(loaded_once: Callable[[Path], Path], tmp_path: Path) -> Path:
    """A populated archive of the first released schema."""
    return Path(shutil.copy(loaded_once(RELEASED[0]), tmp_path / "old.db"))


@pytest.fixture(scope="session")
def current_once(loaded_once: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(loaded_once(RELEASED[0]), tmp_path_factory.mktemp("current") / "current.db"))
    upgrades.upgrade(path, keep_backup=False)
    with connected(path) as connection:
        connection.execute(
            "INSERT INTO decisions (made_at, who, article_key, subject, name, value, reason) "
            "SELECT '2026-11-22T08:00:00.000000Z', 'Ada', key, 'topic', 'local:trade', 'rejected', 'only in passing' "
            "FROM articles ORDER BY id LIMIT 2"
        )
        connection.commit()
    return path


@pytest.fixture
def current(current_once: Path, tmp_path: Path) -> Path:
    """A populated archive of the newest schema, with decisions of a person."""
    return Path(shutil.copy(current_once, tmp_path / "current.db"))


@pytest.fixture
def state() -> Callable[[Path], object]:
    """Tell all that an archive is: every value, every statement of its schema, where it stands; to be compared."""

    def of(path: Path) -> object:
        with connected(path) as connection:
            shadows = {name for (name,) in connection.execute("SELECT name FROM pragma_table_list WHERE type='shadow'")}
            statements = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
            return (
                proof.take_inventory(connection),
                sorted(row[1:] for row in statements if row[1] not in shadows),
                connection.execute("SELECT version_num FROM alembic_version").fetchall(),
                connection.execute("PRAGMA integrity_check").fetchall(),
                proof.check_search(connection),
            )

    return of


@pytest.fixture
def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Add a migration on top of a copy of the migrations, which the program then works with; returns its name."""
    folder = tmp_path / "checkout"
    shutil.copytree(CHECKOUT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "alembic.ini", folder)
    monkeypatch.setattr(schema, "alembic_ini", lambda: folder / "alembic.ini")
    added = [schema.HEAD]

    def add(
        upgrade: str, changes: dict[str, Any] | None = None, invariant: str | None = None, downgrade: str | None = None
    ) -> str:
        name = f"20991231_{len(added)}"
        text = MIGRATION.format(
            name=name,
            below=added[-1],
            changes=changes or {},
            upgrade=indent(_as_code(upgrade), "    "),
            invariant=invariant,
            downgrade=indent(_as_code(downgrade or "raise NotImplementedError('there is no way back')"), "    "),
        )
        (folder / "migrations" / "versions" / f"{name}.py").write_text(text)
        added.append(name)
        return name

    return add


def _as_code(text: str) -> str:
    """Return Python for what is Python already, or else statements of SQL, one a line."""
    if any(mark in text for mark in ("op.", "raise ", "rebuild_table(", "connection")):
        return text
    return "\n".join(f"op.get_bind().exec_driver_sql({line.strip()!r})" for line in text.splitlines() if line.strip())


@pytest.fixture
def archive() -> Callable[..., Result]:
    """Run the command line on an archive."""

    def run(location: Location, *words: str) -> Result:
        from archive.cli import cli

        return CliRunner().invoke(cli, ["--db", located(location), *words])

    return run


@pytest.fixture
def forked() -> Callable[..., tuple[int, str]]:
    """Run a function in a process of its own; returns how that ended, and what the function returned or raised."""

    def run(function: Callable[[], object], *, as_nobody: bool = False) -> tuple[int, str]:
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                if as_nobody and os.geteuid() == 0:
                    os.setuid(65534)
                try:
                    told, code = str(function()), 0
                except Exception as error:
                    told, code = f"{type(error).__name__}: {error}", 1
                os.write(send, told.encode()[:60_000])
                os._exit(code)
            finally:
                os._exit(99)
        os.close(send)
        with os.fdopen(receive, "rb") as stream:
            told = stream.read().decode()
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), told

    return run


@pytest.fixture
def world_readable() -> Iterator[Path]:
    """A folder that every user can get at, which that of pytest is not."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)
