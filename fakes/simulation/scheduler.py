"""The scheduler: one task runs at a time, the next one is chosen here, and virtual time moves when none is ready.

A hub (the greenlet that called `run`) chooses and switches; a task comes back to it at every switch point. Ready tasks run first in, first
out, save for the deviations it was given. Timers that are due together become ready together, in the order they were set. Nothing here
reads a clock, draws a number or iterates over something unordered, so a run depends only on its program and its deviations.
"""

from __future__ import annotations

import heapq
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextvars import Context
from functools import partial
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet  # type: ignore[import-untyped]

from fakes.simulation.errors import Deadlock, Livelock, SimulationTimeout, TaskWouldNotEnd
from fakes.simulation.task import SimulatedTask, TaskFailure

_logger = logging.getLogger(__name__)

_NO_DEVIATION = (-1, 0)
_THROWS = 4  # a task that ends may wait in this many nested `finally`s before it counts as one that would not end
_SHOWN = 12  # steps in the message of a Livelock


class Scheduler:
    """Runs tasks. `now` is in virtual seconds; `choices` counts the choice points; `trace` holds the last `traced` steps."""

    def __init__(self, deviations: Iterator[tuple[int, int]], *, livelock_after: int, traced: int) -> None:
        self.now = 0.0
        self.choices = 0
        self.failures: list[TaskFailure] = []
        self.checkpoints: Counter[str] = Counter()
        self.trace: deque[tuple[float, str, str]] = deque(maxlen=max(traced, _SHOWN))
        self.current = self._outside = self._first = SimulatedTask("outside run()", self.join)
        self._deviations = deviations
        self._deviation = next(deviations, _NO_DEVIATION)
        self._livelock_after = livelock_after
        self._steps = 0  # since virtual time moved
        self._hub: Any = None
        self._tasks: dict[SimulatedTask, None] = {}  # those alive, in the order they were created
        self._ready: deque[SimulatedTask] = deque()
        self._timers: list[tuple[float, int, SimulatedTask, int]] = []  # due, number, whose, for which of its blocks
        self._timers_set = 0
        self._unended: list[str] = []

    def run(self, main: Callable[[], None], context: Context, timeout: float) -> None:
        """Run `main` as the first task until it returns or raises; then end the rest. Raises what the module `errors` lists."""
        if self._hub is not None:
            raise RuntimeError("this simulation is running already")
        self._hub = getcurrent()
        self._steps = 0
        try:
            self._first = self.spawn(main, "main")
            self._first.greenlet.gr_context = context
            self._run_until_ended(self._first, self.now + timeout)
        except BaseException as error:
            if unended := self._end_all():
                error.add_note(unended)
            raise
        else:
            if unended := self._end_all():
                raise TaskWouldNotEnd(unended)
        finally:
            self._ready.clear()
            self._timers.clear()
            self.current = self._first = self._outside
            self._hub = None

    def spawn(self, function: Callable[[], None], name: str) -> SimulatedTask:
        if self._hub is None:
            raise RuntimeError(f"task {name!r} cannot start: nothing runs outside run()")
        task = SimulatedTask(name, self.join)
        task.since = self.now
        task.greenlet = greenlet(partial(self._body, task, function), parent=self._hub)
        self._tasks[task] = None
        self._ready.append(task)
        return task

    def checkpoint(self, what: str) -> None:
        """Let the other ready tasks go first, if there are any."""
        task = self.current
        if task.held:
            raise AssertionError(f"checkpoint {what!r} in task {task} while it holds {', '.join(map(str, task.held))}")
        self.checkpoints[what] += 1
        if self._hub is not None:
            self._note(task, what)
            if (self._ready and not task.ending) or self._steps > self._livelock_after:
                self._ready.append(task)
                self._hub.switch()

    def read_clock(self) -> float:
        """Virtual time. Readings count as steps, so that a loop that waits for the clock to move is a Livelock and not a hang."""
        self._steps += 1
        if self._steps > self._livelock_after and self._hub is not None:
            self._ready.append(self.current)
            self._hub.switch()
        return self.now

    def block(self, what: str, timeout: float | None = None) -> bool:
        """Leave until `wake`, at most `timeout` seconds. False when the time ran out; 0 or less lets the ready tasks go first."""
        task = self.current
        self.refuse_outside(what)
        self._note(task, what)
        task.blocks += 1
        task.timed_out = False
        task.blocked = True
        if timeout is not None:
            if timeout > 0:
                self._timers_set += 1
                heapq.heappush(self._timers, (self.now + timeout, self._timers_set, task, task.blocks))
            else:
                self._time_out(task)
        self._hub.switch()
        return not task.timed_out

    def refuse_outside(self, what: str) -> None:
        """Raise `RuntimeError` when no run goes on: then nothing could end the wait."""
        if self._hub is None:
            raise RuntimeError(f"cannot {what}: nothing can wait outside run()")

    def wake(self, task: SimulatedTask) -> None:
        """Make a blocked task ready. Nothing happens when it is not blocked (any more)."""
        if task.blocked:
            task.blocked = False
            self._ready.append(task)

    def join(self, task: SimulatedTask, timeout: float | None) -> bool:
        if task is self.current:
            raise RuntimeError(f"task {task} joins itself")
        if task.alive:
            task.joiners.append(self.current)
            self.block(f"join {task}", timeout)
        return not task.alive

    def _note(self, task: SimulatedTask, what: str) -> None:
        task.what = what
        task.since = self.now
        self.trace.append((self.now, task.name, what))
        self._steps += 1

    def _body(self, task: SimulatedTask, function: Callable[[], None]) -> None:
        try:
            function()
        except (Exception, SystemExit) as error:
            if task is self._first and not task.ending:
                raise
            self._failed(task, error)
        finally:
            self._finish(task)

    def _failed(self, task: SimulatedTask, error: BaseException) -> None:
        self.failures.append(TaskFailure(task.name, error, self.now))
        self._note(task, f"raise {type(error).__name__}")
        _logger.error("task=%s failed", task.name, exc_info=error)

    def _finish(self, task: SimulatedTask) -> None:
        task.alive = False
        self._tasks.pop(task, None)
        self._note(task, "end")
        for joiner in task.joiners:
            self.wake(joiner)
        task.joiners.clear()

    def _run_until_ended(self, first: SimulatedTask, limit: float) -> None:
        while first.alive:
            if not self._ready:
                self._advance(limit)
            elif self._steps > self._livelock_after:
                raise Livelock(self._story(f"{self._steps} steps and no time passed, the last in task {self.current}", self._last_steps()))
            self.current = task = self._choose()
            task.greenlet.switch()

    def _choose(self) -> SimulatedTask:
        ready = self._ready
        if len(ready) == 1:
            return ready.popleft()
        step = self.choices
        self.choices = step + 1
        if step != self._deviation[0]:
            return ready.popleft()
        pick = 1 + (self._deviation[1] - 1) % (len(ready) - 1)
        self._deviation = next(self._deviations, _NO_DEVIATION)
        task = ready[pick]
        del ready[pick]
        return task

    def _advance(self, limit: float) -> None:
        timers = self._timers
        while timers and not self._is_live(timers[0]):
            heapq.heappop(timers)
        if not timers:
            raise Deadlock(self._story("no task can run and no timer is set"))
        due = timers[0][0]
        if due > limit:
            raise SimulationTimeout(self._story(f"the next timer is due at {due:g} s, and the run may last until {limit:g} s"))
        if due > self.now:
            self.now = due
            self._steps = 0
        while timers and timers[0][0] == due:
            timer = heapq.heappop(timers)
            if self._is_live(timer):
                self._time_out(timer[2])

    def _is_live(self, timer: tuple[float, int, SimulatedTask, int]) -> bool:
        task = timer[2]
        return task.blocked and task.blocks == timer[3]

    def _time_out(self, task: SimulatedTask) -> None:
        task.timed_out = True
        self.wake(task)

    def _end_all(self) -> str:
        """End the tasks that are alive, in the order they were created. Gives a sentence about those that would not, or nothing."""
        interrupted: BaseException | None = None
        while self._tasks:
            try:
                self._end(next(iter(self._tasks)))
            except BaseException as error:  # Ctrl-C, or a test runner's timeout: after the others have ended
                interrupted = error
        if interrupted is not None:
            raise interrupted
        unended, self._unended = self._unended, []
        return "; ".join(unended)

    def _end(self, task: SimulatedTask) -> None:
        task.ending = True
        for _ in range(_THROWS):
            self.current = task
            self._steps = 0
            task.blocked = False
            task.greenlet.throw(GreenletExit)
            if task.greenlet.dead:
                break
        else:
            self._unended.append(f"task {task} would not end: it went on to {task.what}")
        if task.alive:
            self._finish(task)

    def _story(self, what: str, steps: str = "") -> str:
        tasks = "".join(f"\n  {task}: {task.what}, since {task.since:g} s" for task in self._tasks)
        failures = "".join(f"\n  failed at {failure.at:g} s: {failure.task}: {failure.error!r}" for failure in self.failures)
        return f"at {self.now:g} s: {what}{tasks}{failures}{steps}"

    def _last_steps(self) -> str:
        return "\nlast steps:" + "".join(f"\n  {task}: {what}" for _, task, what in list(self.trace)[-_SHOWN:])
