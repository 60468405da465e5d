"""`python -m zipper`, and the `zipper` command."""

import gc
import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command and exit; ^C is quiet from here on, while modules are still imported too."""
    # A command makes many small values, modules among them, no garbage in cycles, and ends:
    # looking for such garbage takes a third of the time of a large build.
    gc.disable()
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        import warnings  # noqa: PLC0415  (for a free-threaded Python alone)

        # That a package needs the lock is nothing that who runs a command can change.
        message = "The global interpreter lock"
        warnings.filterwarnings("ignore", message, RuntimeWarning, append=True)
    try:
        from zipper import cli  # noqa: PLC0415  (takes 0.03 s, in which the user may interrupt)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was changed\n")
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
