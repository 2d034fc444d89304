"""Processes that a test or a program of it has started, by their ids."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def exists(pid: int) -> bool:
    """Whether it runs. One that has ended, and whose end nobody has asked for, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def kill(*pids: int) -> None:
    """Those that are still there."""
    for pid in filter(exists, pids):
        os.kill(pid, 9)
