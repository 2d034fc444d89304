"""Processes that a test or a program of it has started, by their ids."""

from __future__ import annotations

import os


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def kill(*pids: int) -> None:
    """Those that are still there."""
    for pid in filter(exists, pids):
        os.kill(pid, 9)
