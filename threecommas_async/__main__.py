"""The ``threecommas`` command; ``python -m threecommas_async`` is the same."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command with the arguments of this process and return its exit status."""
    try:
        from threecommas_async.cli import run

        return run()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("threecommas_async"):
            raise
        sys.stderr.write(
            f"Error: the threecommas command needs {error.name}: install it with pip install 'threecommas-async[cli]'\n"
        )
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
