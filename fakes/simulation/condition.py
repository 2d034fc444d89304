"""The simulation's condition: a lock that can wait, for tasks of which only one runs at a time.

Every waiter that is notified, and every task that found it taken, becomes ready and tries anew: who gets it is the scheduler's choice.
Entering a free condition is no switch point. Misuse raises `RuntimeError`: entering twice, and waiting, notifying or leaving without
holding it.
"""

from __future__ import annotations

from types import TracebackType

from fakes.simulation.scheduler import Scheduler
from fakes.simulation.task import SimulatedTask
from informer.runtime import Condition


class SimulatedCondition:
    """Implements `informer.runtime.Condition`."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self._scheduler = scheduler
        self._name = f"condition {name!r}" if name else "a condition without name"
        self._waiting = f"wait for {self._name}"
        self._owner: SimulatedTask | None = None
        self._entering: list[SimulatedTask] = []
        self._waiters: dict[SimulatedTask, None] = {}  # in the order they came

    def __str__(self) -> str:
        return self._name

    def __enter__(self) -> Condition:
        self._take(self._scheduler.current)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        task = self._scheduler.current
        if self._owner is task:
            self._release(task)
        elif not task.ending:  # a task that is ended while it waits leaves without having taken it again
            raise self._not_held(task, "leave")

    def wait(self, timeout: float | None = None) -> bool:
        """As `Condition.wait`; a `timeout` of 0 or less lets the ready tasks go first, and is over."""
        task = self._scheduler.current
        if self._owner is not task:
            raise self._not_held(task, "wait for")
        self._scheduler.refuse_outside(self._waiting)
        self._waiters[task] = None
        self._release(task)
        notified = self._scheduler.block(self._waiting, timeout)
        if not notified:
            self._waiters.pop(task, None)
        self._take(task)
        return notified

    def notify_all(self) -> None:
        task = self._scheduler.current
        if self._owner is not task:
            raise self._not_held(task, "notify")
        for waiter in self._waiters:
            self._scheduler.wake(waiter)
        self._waiters.clear()

    def _take(self, task: SimulatedTask) -> None:
        while self._owner is not None:
            if self._owner is task:
                raise RuntimeError(f"task {task} enters {self._name} and already holds it: conditions are not re-entrant")
            self._entering.append(task)
            self._scheduler.block(f"enter {self._name}, which {self._owner} holds")
        self._owner = task
        task.held.append(self)

    def _release(self, task: SimulatedTask) -> None:
        task.held.remove(self)
        self._owner = None
        if self._entering:
            for waiter in self._entering:
                self._scheduler.wake(waiter)
            self._entering.clear()

    def _not_held(self, task: SimulatedTask, verb: str) -> RuntimeError:
        holder = "nobody holds it" if self._owner is None else f"{self._owner} holds it"
        return RuntimeError(f"task {task} may not {verb} {self._name} without holding it; {holder}")
