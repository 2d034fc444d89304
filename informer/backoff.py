"""Backoff: how long to wait after the n-th failure in a row."""

from __future__ import annotations

from informer.runtime import Runtime


class Backoff:
    """Each delay is drawn from [d/2, d] seconds, where d is `initial` doubling up to `maximum` with every failure since `reset`."""

    def __init__(self, runtime: Runtime, *, initial: float = 0.8, maximum: float = 30.0) -> None:
        self._runtime = runtime
        self._initial = initial
        self._maximum = maximum
        self.attempt = 0

    def next(self, floor: float | None = None) -> float:
        """The seconds to wait now; never less than `floor`, which is what the server asked for."""
        ceiling = min(self._initial * 2.0 ** min(self.attempt, 32), self._maximum)
        self.attempt += 1
        return max(self._runtime.random.uniform(ceiling / 2, ceiling), floor or 0.0)

    def reset(self) -> None:
        """Things went well: the next failure is the first one again."""
        self.attempt = 0
