"""Waiting for what something else does, as long as it takes.

A deadline only bounds a failure here: it is longer than a machine is ever too busy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from informer.runtime import ThreadRuntime

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds after which what has not come is taken not to come any more."""

_MOMENT = 0.02


def eventually(look: Callable[[], T | None], *, seconds: float = PATIENCE, what: str = "") -> T:
    """The first truthy answer of `look`. Fails, with the last answer, when there is none within `seconds`."""
    runtime = ThreadRuntime()
    deadline = runtime.monotonic() + seconds
    while not (seen := look()):
        assert runtime.monotonic() < deadline, f"not within {seconds:g} s: {what or look}; last seen: {seen!r}"
        runtime.sleep(_MOMENT)
    return seen
