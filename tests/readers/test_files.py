import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from archive.documents import Failure
from archive.readers.base import UnreadableError
from archive.readers.file_bytes import read_stdin
from archive.readers.files import FoundFile, LeftOut, find_files, read_bytes

Found = FoundFile | Failure | LeftOut


def write(path: Path, content: str | bytes = "Text.\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def find(*paths: Path | str, leave_out: Collection[str] = ()) -> list[Found]:
    return list(find_files([str(path) for path in paths], leave_out))


def names(found: list[Found], root: Path) -> list[str]:
    return [os.path.relpath(one.locator, root) for one in found if isinstance(one, FoundFile)]


def only_unused(folder: Path) -> LeftOut:
    (unused,) = [one for one in find_files([str(folder)]) if isinstance(one, LeftOut)]
    return unused


def only_failure(found: list[Found]) -> Failure:
    (failure,) = [one for one in found if isinstance(one, Failure)]
    assert failure.cure
    return failure


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="found-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_files_of_a_folder_come_by_name_then_those_of_its_subfolders(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "z/c.txt", "c/y.txt", "c/d/e.txt"):
        write(tmp_path / name)
    found = find(tmp_path)
    assert names(found, tmp_path) == ["a.md", "b.txt", "c/y.txt", "c/d/e.txt", "z/c.txt"]
    assert found == find(tmp_path)
    assert all(isinstance(one, FoundFile) and one.root == str(tmp_path) and one.sidecar is None for one in found)


def test_paths_come_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a.txt"), write(tmp_path / "b.txt")
    assert names(find(other, one), tmp_path) == ["b.txt", "a.txt"]


def test_a_named_file_has_its_folder_as_root_and_an_absolute_locator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in" / "a.txt")
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / "in")
    assert find("in/../in/a.txt") == [FoundFile(f"{folder}/a.txt", f"{folder}/a.txt", folder, None)]


def test_links_in_a_locator_are_not_resolved_but_leading_out_of_one_is(tmp_path: Path) -> None:
    write(tmp_path / "far" / "in" / "a.txt")
    write(tmp_path / "far" / "b.txt")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "in")
    assert names(find(tmp_path / "link"), tmp_path) == ["link/a.txt"]
    assert names(find(f"{tmp_path}/link/../b.txt"), tmp_path) == ["far/b.txt"]
    assert names(find(f"{tmp_path}/link/.."), tmp_path) == ["far/b.txt", "far/in/a.txt"]


def test_hidden_files_and_folders_are_left_out_unless_named(tmp_path: Path) -> None:
    write(tmp_path / ".a.txt")
    write(tmp_path / ".git" / "b.txt")
    assert find(tmp_path) == []
    assert names(find(tmp_path / ".a.txt", tmp_path / ".git"), tmp_path) == [".a.txt", ".git/b.txt"]


def test_the_folder_that_a_page_was_saved_with_is_left_out_and_told_of(tmp_path: Path) -> None:
    for name in ("Ferry.html", "Ferry_files/a.js", "Mill.htm", "Mill-Dateien/b.css", "old_files/c.txt"):
        write(tmp_path / name)
    told = [(one.locator, one.reason) for one in find_files([str(tmp_path)]) if isinstance(one, LeftOut)]
    assert told == [
        (str(tmp_path / "Ferry_files"), "left out: saved with Ferry.html"),
        (str(tmp_path / "Mill-Dateien"), "left out: saved with Mill.htm"),
    ]
    assert names(find(tmp_path), tmp_path) == ["Ferry.html", "Mill.htm", "old_files/c.txt"]
    assert names(find(tmp_path / "Ferry_files"), tmp_path) == ["Ferry_files/a.js"]


def test_what_systems_put_beside_files_is_left_out_unless_named(tmp_path: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", "~$ferry.docx", "__MACOSX/a.txt"):
        write(tmp_path / name)
    assert find(tmp_path) == []
    assert names(find(tmp_path / "Thumbs.db"), tmp_path) == ["Thumbs.db"]


def test_what_is_to_be_left_out_is_no_unit(tmp_path: Path) -> None:
    kept, own = write(tmp_path / "a.txt"), write(tmp_path / "archive.db")
    assert names(find(tmp_path, own, kept, leave_out={str(own)}), tmp_path) == ["a.txt", "a.txt"]


def test_names_that_are_not_utf_8_are_found_and_storable(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9\n.txt"
    write(Path(os.fsdecode(raw)))
    (found,) = find(tmp_path)
    assert isinstance(found, FoundFile)
    assert os.fsencode(found.path) == raw
    assert found.locator == f"{tmp_path}/caf\\xe9\\x0a.txt"
    assert read_bytes(found) == b"Text.\n"
    assert find(os.fsdecode(raw)) == [FoundFile(found.path, found.locator, str(tmp_path), None)]


def test_sidecars_are_found_by_either_name_the_longer_one_first(tmp_path: Path) -> None:
    for name in ("a.txt", "a.txt.meta.toml", "b.txt", "b.meta.toml", "c", "c.meta.toml"):
        write(tmp_path / name)
    found = find(tmp_path)
    assert [one.sidecar for one in found if isinstance(one, FoundFile)] == [
        f"{tmp_path}/a.txt.meta.toml",
        f"{tmp_path}/b.meta.toml",
        f"{tmp_path}/c.meta.toml",
    ]
    assert [one for name in "abc" for one in find(tmp_path / (name + ".txt" * (name != "c")))] == [
        FoundFile(one.path, one.locator, str(tmp_path), one.sidecar) for one in found if isinstance(one, FoundFile)
    ]


def test_a_sidecar_that_nobody_reads_is_told_of(tmp_path: Path) -> None:
    write(tmp_path / "gone.meta.toml")
    assert only_unused(tmp_path).reason == "a sidecar without its file"


def test_a_sidecar_that_a_nearer_one_hides_is_told_of(tmp_path: Path) -> None:
    for name in ("a.txt", "a.txt.meta.toml", "a.meta.toml"):
        write(tmp_path / name)
    unused = only_unused(tmp_path)
    assert unused.locator == f"{tmp_path}/a.meta.toml"
    assert "a.txt.meta.toml" in unused.cure


def test_a_sidecar_of_a_folder_names_what_to_write_instead(tmp_path: Path) -> None:
    write(tmp_path / "year" / "a.txt")
    write(tmp_path / "year.meta.toml")
    unused = only_unused(tmp_path)
    assert unused.reason == "a sidecar of a folder"
    assert "archive.toml" in unused.cure


def test_a_sidecar_of_what_cannot_be_read_is_not_reported_as_well(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("nowhere")
    write(tmp_path / "a.txt.meta.toml")
    write(tmp_path / "b.meta.toml")
    assert [one.locator for one in find(tmp_path)] == [f"{tmp_path}/a.txt", f"{tmp_path}/b.txt"]


def test_configuration_is_no_unit(tmp_path: Path) -> None:
    write(tmp_path / "archive.toml", 'source = "Example Gazette"')
    write(tmp_path / "sources.toml", '[[sources]]\nname = "Example Gazette"')
    write(tmp_path / "mine.toml", 'a = 1\n  [[ topics ]]\nname = "trade"')
    write(tmp_path / "other.toml", "A text whose name ends like that.")
    write(tmp_path / "a.txt")
    write(tmp_path / "a.meta.toml")
    assert names(find(tmp_path), tmp_path) == ["a.txt", "other.toml"]


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("archive.toml", "", "name the folder that it belongs to"),
        ("a.meta.toml", "", "name the file that it belongs to"),
        ("mine.toml", "[[sources]]", "load it with `archive sources load FILE`"),
        ("mine.toml", "[[topics]]", "load it with `archive topics load FILE`"),
    ],
)
def test_named_configuration_is_a_failure_that_says_so(tmp_path: Path, name: str, content: str, cure: str) -> None:
    failure = only_failure(find(write(tmp_path / name, content)))
    assert failure == Failure(f"{tmp_path}/{name}", "it is configuration, not an article", cure)


def test_what_does_not_exist_is_a_failure(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt")
    for path in (tmp_path / "nothing", file / "below", "", f"{tmp_path}/a\0b", f"{tmp_path}/a\ud800b"):
        failure = only_failure(find(path))
        failure.locator.encode()
    assert only_failure(find(tmp_path / "nothing")).reason == "there is no such file or folder"
    assert only_failure(find("x" * 5000)).reason == "its path is too long for this system"


def test_links_that_lead_nowhere_are_failures(tmp_path: Path) -> None:
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    expected = [
        (f"{tmp_path}/dangling.txt", "a symbolic link to something that is not there"),
        (f"{tmp_path}/loop.txt", "a symbolic link that leads back to itself"),
    ]
    for found in (find(tmp_path), find(tmp_path / "dangling.txt", tmp_path / "loop.txt")):
        assert [(one.locator, one.reason) for one in found if isinstance(one, Failure)] == expected


def test_a_link_to_a_file_is_a_unit_of_its_own(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    assert names(find(tmp_path), tmp_path) == ["a.txt", "b.txt"]


def test_a_linked_folder_is_followed_but_not_back_to_where_it_stands(tmp_path: Path) -> None:
    write(tmp_path / "root" / "in" / "a.txt")
    write(tmp_path / "outside" / "b.txt")
    (tmp_path / "root" / "in" / "up").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "in" / "self").symlink_to(".")
    (tmp_path / "root" / "further-up").symlink_to(tmp_path)
    (tmp_path / "root" / "out").symlink_to(tmp_path / "outside")
    found = find(tmp_path / "root")
    assert names(found, tmp_path) == ["root/in/a.txt", "root/out/b.txt"]
    failures = [one for one in found if isinstance(one, Failure)]
    assert [os.path.relpath(one.locator, tmp_path) for one in failures] == [
        "root/further-up",
        "root/in/self",
        "root/in/up",
    ]
    assert {one.reason for one in failures} == {"a symbolic link to a folder that it stands in"}


def test_links_between_many_folders_come_to_an_end(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path / "far" / f"{number}" / "a.txt")
        for other in range(12):
            (tmp_path / "far" / f"{number}" / f"to-{other}").symlink_to(tmp_path / "far" / f"{other}")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "far" / "0")
    found = find(tmp_path / "root")
    assert len(names(found, tmp_path)) == 12
    assert len(found) < 200


def test_pipes_sockets_and_devices_are_failures(open_folder: Path) -> None:
    os.mkfifo(open_folder / "pipe")
    os.mknod(open_folder / "socket", stat.S_IFSOCK | 0o600)
    (open_folder / "device").symlink_to("/dev/null")
    expected = ["a device, not a file", "a pipe, not a file", "a socket, not a file"]
    assert [one.reason for one in find(open_folder) if isinstance(one, Failure)] == expected
    named = find(open_folder / "device", open_folder / "pipe", open_folder / "socket")
    assert [one.reason for one in named if isinstance(one, Failure)] == expected


@pytest.mark.parametrize("name", ["pipe", "socket", "folder", "device"])
def test_reading_what_became_no_file_does_not_hang(open_folder: Path, name: str) -> None:
    path = open_folder / name
    if name == "pipe":
        os.mkfifo(path)
    elif name == "socket":
        os.mknod(path, stat.S_IFSOCK | 0o600)
    elif name == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(UnreadableError, match=f"a {name}") as caught:
        read_bytes(FoundFile(str(path), str(path), str(open_folder), None))
    assert caught.value.cure


def test_a_file_or_folder_that_vanishes_is_unreadable(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    write(tmp_path / "sub" / "b.txt")
    found = find_files([str(tmp_path)])
    first = next(found)
    assert isinstance(first, FoundFile)
    shutil.rmtree(tmp_path / "sub")
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UnreadableError, match="not there any more") as caught:
        read_bytes(first)
    assert caught.value.cure
    assert only_failure(list(found)).reason == "it is not there any more"


def test_the_size_limit_is_exact_and_names_the_option(tmp_path: Path) -> None:
    (found,) = find(write(tmp_path / "a.txt", b"x" * 20_000))
    assert isinstance(found, FoundFile)
    assert len(read_bytes(found, 20_000)) == 20_000
    with pytest.raises(UnreadableError, match=r"^20,000 bytes is over the limit of 19,999 bytes$") as caught:
        read_bytes(found, 19_999)
    assert "--max-size" in (caught.value.cure or "")


def test_a_file_over_the_default_limit_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt")
    os.truncate(path, 300_000_000)
    with pytest.raises(UnreadableError, match=r"^300 MB is over the limit of 256 MB$"):
        read_bytes(FoundFile(str(path), str(path), str(tmp_path), None))


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs a file system whose files have no size")
def test_files_without_a_size_are_read_to_their_end() -> None:
    found = FoundFile("/proc/version", "/proc/version", "/proc", None)
    assert read_bytes(found) == Path("/proc/version").read_bytes() != b""
    with pytest.raises(UnreadableError, match="it is over the limit of 3 bytes"):
        read_bytes(found, 3)


def test_an_empty_file_has_no_bytes(tmp_path: Path) -> None:
    (found,) = find(write(tmp_path / "a.txt", b""))
    assert isinstance(found, FoundFile)
    assert read_bytes(found) == b""


def test_a_folder_nested_beyond_what_the_system_can_name_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    depth = 5000 // 200
    for _ in range(depth):
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)
    os.chdir(tmp_path)
    assert only_failure(find(tmp_path)).reason == "its path is too long for this system"


def test_standard_input_is_read_up_to_the_limit() -> None:
    assert read_stdin(io.BytesIO(b"Text.\n")) == b"Text.\n"
    with pytest.raises(UnreadableError, match="it is over the limit of 4 bytes"):
        read_stdin(io.BytesIO(b"Text.\n"), 4)


def test_standard_input_that_is_closed_or_breaks_off_is_unreadable() -> None:
    stream = io.BytesIO(b"Text.\n")
    stream.close()
    with pytest.raises(UnreadableError, match="standard input is closed"):
        read_stdin(stream)

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(UnreadableError, match="the disk cannot read it"):
        read_stdin(Broken())


_AS_NOBODY = """
import json, os, sys
from archive.documents import Failure
from archive.readers.base import UnreadableError
from archive.readers.files import find_files, read_bytes
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
outcomes = []
for found in find_files(sys.argv[1:]):
    if not isinstance(found, Failure):
        try:
            read_bytes(found)
            continue
        except UnreadableError as error:
            found = error.failure(found.locator)
    outcomes.append([found.locator, found.reason, found.cure])
print(json.dumps(outcomes))
"""


def test_what_may_not_be_read_is_a_failure_with_a_cure(open_folder: Path) -> None:
    write(open_folder / "open.txt")
    write(open_folder / "closed.txt").chmod(0)
    write(open_folder / "locked" / "a.txt")
    (open_folder / "locked").chmod(0)
    paths = [str(open_folder), str(open_folder / "locked" / "a.txt")]
    try:
        run = subprocess.run([sys.executable, "-c", _AS_NOBODY, *paths], capture_output=True, text=True, check=True)
    finally:
        (open_folder / "locked").chmod(0o700)
    outcomes = json.loads(run.stdout)
    assert [place for place, _, _ in outcomes] == [
        f"{open_folder}/closed.txt",
        f"{open_folder}/locked",
        f"{open_folder}/locked/a.txt",
    ]
    assert {reason for _, reason, _ in outcomes} == {"no permission to read it"}
    assert all("chmod" in cure for _, _, cure in outcomes)
