"""Waiting for something that another process is about to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 30.0


def eventually(look: Callable[[], T | None], *, seconds: float = SECONDS, what: str = "") -> T:
    """The first truthy answer of `look`. Fails, with the last answer, when there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or look}; last seen: {seen!r}"
        time.sleep(0.05)
    return seen
