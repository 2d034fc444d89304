"""SimulatedRuntime: seam 2 in one thread, in virtual time, in an order that a seed or a schedule decides.

The same seed, schedule and program give the same run, in every process. A task can lose its turn only at a switch point: `sleep`,
`checkpoint`, `Condition.wait`, entering a condition that is taken, and `Task.join`. Assumes that the program takes time, waiting, tasks and
chance from the runtime only, and runs in the thread that called `run`.
"""

from __future__ import annotations

import contextvars
import datetime
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from fakes.simulation.condition import SimulatedCondition
from fakes.simulation.schedule import Schedule, seeded_deviations, substream
from fakes.simulation.scheduler import Scheduler
from fakes.simulation.task import TaskFailure
from informer.runtime import Condition, Task, set_current_runtime

T = TypeVar("T")

DAY = 24 * 3600.0
EPOCH = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_TRACED = 100_000


class SimulatedRuntime:
    """Implements `informer.runtime.Runtime`.

    `seed` decides `random`, `uuid` and, when there is no `schedule`, the order of tasks; each from a stream of its own. `epoch` (aware) is
    what `now` says at the start. A run ends with `Livelock` after `livelock_after` steps without virtual time passing. `trace` keeps the
    last 100,000 steps instead of a few. Outside `run` all works but what would have to wait, and `spawn`: they raise `RuntimeError`.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        schedule: Schedule | None = None,
        epoch: datetime.datetime = EPOCH,
        livelock_after: int = 200_000,
        trace: bool = False,
    ) -> None:
        if epoch.tzinfo is None:
            raise ValueError(f"the epoch {epoch} has no time zone")
        self.seed = seed
        self._schedule = schedule
        self._epoch = epoch.astimezone(datetime.UTC)
        self._random = substream(seed, "random")
        self._uuids = substream(seed, "uuid")
        deviations = seeded_deviations(seed) if schedule is None else iter(schedule.deviations)
        self._scheduler = Scheduler(deviations, livelock_after=livelock_after, traced=_TRACED if trace else 0)
        self._callbacks: dict[object, Callable[[], None]] = {}

    def run(self, main: Callable[[], T], *, timeout: float = DAY) -> T:
        """Run `main` as the first task, named "main", until it returns; then end the others and give what it returned.

        The others are ended in the order they were spawned: `GreenletExit` is raised where they wait, and again where their clean-up waits.
        `main` sees the caller's context variables, other tasks start with none, as threads do. Time goes on from where the last run ended.

        Raises what `main` raises; `Deadlock`, `Livelock`, or `SimulationTimeout` after `timeout` virtual seconds; `TaskWouldNotEnd`; and at
        once what is not an `Exception` (Ctrl-C, a test runner's timeout), from whichever task.
        """
        results: list[T] = []
        self._scheduler.run(self._inside(lambda: results.append(main())), contextvars.copy_context(), timeout)
        return results[0]

    @property
    def random(self) -> random.Random:
        return self._random

    def now(self) -> datetime.datetime:
        return self._epoch + datetime.timedelta(seconds=self._scheduler.read_clock())

    def monotonic(self) -> float:
        """Virtual seconds since the runtime was made."""
        return self._scheduler.read_clock()

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass; 0 lets the ready tasks go first. Raises `ValueError` when negative."""
        if not seconds >= 0:
            raise ValueError(f"cannot sleep {seconds} s")
        self._scheduler.block(f"sleep {seconds:g} s", seconds)

    def spawn(self, function: Callable[[], None], *, name: str) -> Task:
        """As `Runtime.spawn`; the task becomes ready, the caller goes on. An exception that escapes it is also kept in `failures`."""
        return self._scheduler.spawn(self._inside(function), name)

    def condition(self, name: str = "") -> Condition:
        return SimulatedCondition(self._scheduler, name)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self._uuids.getrandbits(128), version=4))

    def checkpoint(self, what: str) -> None:
        """As `Runtime.checkpoint`. Raises `AssertionError` when the task holds a condition."""
        self._scheduler.checkpoint(what)

    def on_interrupt(self, callback: Callable[[], None]) -> Callable[[], None]:
        """As `Runtime.on_interrupt`; the signal is a call of `interrupt`. The latest callback that is not undone comes first."""
        key = object()
        self._callbacks[key] = callback

        def undo() -> None:
            self._callbacks.pop(key, None)

        return undo

    def interrupt(self) -> None:
        """Do what Ctrl-C would do: run the latest callback of `on_interrupt` in a task, once; without any, raise `KeyboardInterrupt`."""
        if not self._callbacks:
            raise KeyboardInterrupt
        _, callback = self._callbacks.popitem()
        self.spawn(callback, name="interrupt")

    @property
    def failures(self) -> Sequence[TaskFailure]:
        """The exceptions that escaped spawned tasks, oldest first."""
        return tuple(self._scheduler.failures)

    @property
    def trace(self) -> Sequence[tuple[float, str, str]]:
        """The last steps: virtual time, task, and what the task was about to do."""
        return tuple(self._scheduler.trace)

    @property
    def checkpoints(self) -> Mapping[str, int]:
        """How often each checkpoint was reached."""
        return MappingProxyType(self._scheduler.checkpoints)

    @property
    def schedule(self) -> Schedule:
        """The schedule it was given, or the one that its seed has amounted to so far: with it, another runtime does the same."""
        return Schedule.from_seed(self.seed, self._scheduler.choices) if self._schedule is None else self._schedule

    def _inside(self, function: Callable[[], None]) -> Callable[[], None]:
        def body() -> None:
            set_current_runtime(self)
            function()

        return body
