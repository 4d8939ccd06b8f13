"""`archive`, and `python -m archive`."""

import gc
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line."""
    # what is loaded stays: to look for cycles in it, as Python does all the while, takes a tenth of a command's time
    gc.set_threshold(100_000)
    from archive.cli import main as run  # late: loading it is where most would be looked through

    run()


if __name__ == "__main__":
    main()
