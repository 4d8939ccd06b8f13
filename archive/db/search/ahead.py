"""The terms of `impacts` made ahead, by a process beside an upgrade, which has much to prove before it fills an index.

    python -m archive.db.search.ahead FILE

writes them to standard output, of all articles as the file has them, and ends when its standard input does.
"""

import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from archive.db.search.impacts import Made, make_all
from archive.db.sqlite import connect_read_only

# what waits for terms that are made meanwhile, and yields them, some at a time
Ahead = Callable[[], Iterable[list[Made]]]

_LEAST = 5_000  # articles; of fewer, terms are made in the time that a process takes to begin


def nothing_ahead() -> Iterable[list[Made]]:
    """Yield none: whoever needs terms makes them."""
    return ()


@contextmanager
def made_ahead(path: Path) -> Iterator[Ahead]:
    """Have terms made meanwhile of all articles as a file has them now.

    None are where there are few articles or one processor, or where they could not be made, for want of room beside the
    file, of memory or of processes.
    """
    with closing(connect_read_only(path)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    process = _start(path) if number >= _LEAST and (os.cpu_count() or 1) > 1 else None
    if process is None:
        yield nothing_ahead
        return
    try:
        yield process.made
    finally:
        process.end()


class _Process:
    """The process that makes them, and the file that it writes them to."""

    def __init__(self, path: Path) -> None:
        # beside the archive, where an upgrade needs room anyway; it has no name, and goes with this process
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed in end()
        command = [sys.executable, "-m", __spec__.name, str(path.absolute())]
        try:
            self._running = subprocess.Popen(  # noqa: S603 - this program itself
                command,
                stdin=subprocess.PIPE,
                stdout=self._file,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the upgrade alone, which then ends this
            )
        except OSError:
            self._file.close()
            raise

    def made(self) -> Iterator[list[Made]]:
        """Yield what it made, when it is done; nothing where it failed."""
        if self._running.wait() != 0:
            return
        self._file.seek(0)
        size = os.fstat(self._file.fileno()).st_size
        while self._file.tell() < size:
            yield pickle.load(self._file)  # noqa: S301 - of a process of our own

    def end(self) -> None:
        self._running.kill()
        self._running.communicate()
        self._file.close()


def _start(path: Path) -> _Process | None:
    try:
        return _Process(path)
    except OSError:  # no room, no right to write there, no more processes for this user
        return None


def _end_with_the_upgrade() -> None:
    os.read(sys.stdin.fileno(), 1)  # not by a buffer, whose lock Python would wait for at its end
    os._exit(1)


def main() -> None:
    """Write what is made of the articles of the file that is named."""
    threading.Thread(target=_end_with_the_upgrade, daemon=True).start()
    os.nice(10)  # the upgrade has much else to do before it waits for this
    with closing(connect_read_only(Path(sys.argv[1]))) as connection:
        for made in make_all(connection):
            pickle.dump(made, sys.stdout.buffer)


if __name__ == "__main__":
    main()
