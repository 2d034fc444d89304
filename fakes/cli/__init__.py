"""The command `fake-kube`. `main` needs the extras `cli` and `fakes`, and says so where they are missing."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command with this process' arguments. Gives the exit code."""
    try:
        from fakes.cli.command import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("fakes", "informer"):
            raise
        print(f"fake-kube: the command needs {error.name}: pip install 'informer-kit[cli,fakes]'", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return run(sys.argv[1:])
