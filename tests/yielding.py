"""A simulation that changes tasks wherever threads may: after each release of a condition, not only where somebody waits."""

from __future__ import annotations

from types import TracebackType

from fakes.simulation import SimulatedRuntime
from informer.runtime import Condition, Runtime, current_runtime


class YieldingRuntime(SimulatedRuntime):
    """Its conditions let the other tasks go first each time they are released."""

    def condition(self, name: str = "") -> Condition:
        return _YieldingCondition(self, super().condition(name))


class _YieldingCondition:
    def __init__(self, runtime: Runtime, inner: Condition) -> None:
        self._runtime = runtime
        self._inner = inner

    def __enter__(self) -> Condition:
        self._inner.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._inner.__exit__(kind, error, trace)
        if current_runtime() is self._runtime:  # outside of a run there is nobody else
            self._runtime.sleep(0)

    def wait(self, timeout: float | None = None) -> bool:
        return self._inner.wait(timeout)

    def notify_all(self) -> None:
        self._inner.notify_all()
