"""What each client does in its own process: says what it sees, one JSON document a line, and ends with its standard input."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping


def report(kind: str, name: str = "", data: Mapping[str, str] | None = None) -> None:
    """Print one event of a config map; or `EXPIRED`, where the client was told that its version is too old."""
    line = json.dumps({"type": kind, "name": name, "colour": (data or {}).get("colour", "")}) + "\n"
    os.write(sys.stdout.fileno(), line.encode())  # in one piece: some clients call their handlers in several threads


def end_with_stdin() -> None:
    """End this process as soon as its parent closes the pipe, or dies."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def arguments() -> tuple[str, str]:
    """The kubeconfig and the namespace to follow."""
    kubeconfig, namespace = sys.argv[1:3]
    return kubeconfig, namespace
