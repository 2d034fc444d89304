"""The command `informer`. `main` needs the extra `cli`, and says so where it is missing."""

from __future__ import annotations

import sys

USAGE = 2  # also `ExitCode.USAGE`, which cannot be imported without the extra


def main() -> int:
    """Run the command with this process' arguments. Gives the exit code."""
    try:
        from informer.cli.command import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("click", "rich"):
            raise
        print("informer: the command needs click and rich: pip install 'informer-kit[cli]'", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    return run(sys.argv[1:])
