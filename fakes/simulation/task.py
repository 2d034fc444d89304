"""A task of the simulation: a greenlet, with what the scheduler knows about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """An exception that escaped a spawned task, `at` seconds of virtual time."""

    task: str
    error: BaseException
    at: float


class SimulatedTask:
    """Implements `informer.runtime.Task`. Its other fields belong to the scheduler and the conditions."""

    __slots__ = ("_join", "alive", "blocked", "blocks", "ending", "greenlet", "held", "joiners", "name", "since", "timed_out", "what")

    def __init__(self, name: str, join: Callable[[SimulatedTask, float | None], bool]) -> None:
        self._join = join
        self.name = name
        self.alive = True
        self.greenlet: Any = None
        self.held: list[object] = []  # conditions, in the order they were entered
        self.joiners: list[SimulatedTask] = []
        self.what = "start"
        self.since = 0.0
        self.blocked = False  # only `wake` or its timer makes it ready
        self.blocks = 0  # how often it has blocked: tells a timer of now from one that is over
        self.timed_out = False
        self.ending = False

    def join(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, at most `timeout` seconds. Raises `RuntimeError` when a task joins itself."""
        return self._join(self, timeout)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<SimulatedTask {self.name!r}: {self.what}>"
