"""What all tests share: an archive that Alembic made once, real data beside the checkout, and no network."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"

settings.register_profile(
    "archive", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("archive")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the archive opens a connection; what does fails its test."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own, without what the machine says about an archive."""
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
    monkeypatch.delenv("ARCHIVE_DB", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive without anything in it, to be copied."""
    from archive.db import schema

    path = tmp_path_factory.mktemp("empty") / "archive.db"
    schema.upgrade(path)
    return path


@pytest.fixture
def database(empty_archive: Path, tmp_path: Path) -> Path:
    """A fresh archive."""
    return Path(shutil.copy(empty_archive, tmp_path / "archive.db"))


@pytest.fixture(scope="session")
def seeds_archive_once(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from archive.ingest import ImportOptions, import_paths

    path = Path(shutil.copy(empty_archive, tmp_path_factory.mktemp("seeds") / "archive.db"))
    import_paths(path, [str(CHECKOUT / "seeds" / "articles")], ImportOptions(jobs=0))
    return path


@pytest.fixture
def seeds_archive(seeds_archive_once: Path, tmp_path: Path) -> Path:
    """An archive of its own that holds the collection of seeds/articles."""
    return Path(shutil.copy(seeds_archive_once, tmp_path / "seeds.db"))


@pytest.fixture
def shared() -> Iterator[Path]:
    """The folder of real data beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no real data beside the checkout (../shared)")
    yield SHARED
