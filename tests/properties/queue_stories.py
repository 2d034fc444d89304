"""A work queue under drawn use and a drawn schedule, beside a ledger that knows what it must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fakes import Schedule, SimulatedRuntime
from informer import StopTimeout, WorkQueue

LONG = 10_000.0  # virtual seconds; longer than all work and all delays of a story
_EXACT = 1e-6


@dataclass(frozen=True, slots=True)
class Add:
    """Somebody asks for a run now."""

    key: str


@dataclass(frozen=True, slots=True)
class AddAfter:
    """Somebody asks for a run later."""

    key: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Nobody asks for anything."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """What the next run does: takes its time, then ends well, fails, asks to be run later, or is a hot key, which asks at once."""

    seconds: float = 0.0
    outcome: Literal["well", "failure", "later", "hot"] = "well"


Step = Add | AddAfter | Pause
Ending = Literal["settle", "stop", "drain"]


def queue_steps(max_size: int = 20) -> SearchStrategy[tuple[Step, ...]]:
    key = st.sampled_from(("a", "b", "c"))
    step = (
        st.builds(Add, key)
        | st.builds(AddAfter, key, st.sampled_from((0.003, 0.5, 3.0, 60.0)))
        | st.builds(Pause, st.sampled_from((0.001, 0.5, 2.0, 50.0)))
    )
    return st.lists(step, max_size=max_size).map(tuple)


def queue_runs(max_size: int = 12) -> SearchStrategy[tuple[Run, ...]]:
    run = st.builds(Run, st.sampled_from((0.0, 0.004, 1.0, 7.0)), st.sampled_from(("well", "failure", "later", "hot")))
    return st.lists(run, max_size=max_size).map(tuple)


@dataclass(slots=True)
class Ledger:
    """The model of a queue with `workers` workers that are never idle while a key is ready.

    Each key has at most one pending run (Q3), the earliest that was asked for; when it is taken, it is not in flight (Q1), it is the
    earliest moment at which a worker was free (Q2, Q4), and no other key was taken twice while it was ready (Q8).
    """

    runtime: SimulatedRuntime
    workers: int
    pending: dict[str, float] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    ended: bool = False
    draining: bool = False
    _done_at: dict[str, float] = field(default_factory=dict)
    _idle_since: float | None = 0.0
    _passed: dict[str, Counter[str]] = field(default_factory=dict)

    def asked(self, key: str, seconds: float = 0.0) -> None:
        if not (self.ended or self.draining):
            due = self.runtime.monotonic() + seconds
            self.pending[key] = min(due, self.pending.get(key, due))

    def failed(self, key: str) -> float:
        """The delay that this failure must lead to."""
        delay = min(0.005 * 2.0 ** self.failures[key], 1000.0)
        self.failures[key] += 1
        self.asked(key, delay)
        return delay

    def ready(self) -> set[str]:
        return {key for key, due in self.pending.items() if due <= self.runtime.monotonic()}

    def taken(self, key: str) -> None:
        now = self.runtime.monotonic()
        assert not self.ended, f"{key} was given out after the end"
        assert key not in self.in_flight, f"{key} has two workers"
        assert key in self.pending, f"{key} runs again, and nobody asked"
        assert self._idle_since is not None
        expected = max(self.pending.pop(key), self._done_at.get(key, 0.0), self._idle_since)
        assert abs(now - expected) < _EXACT, f"{key} runs at {now:g} s, it was to run at {expected:g} s"
        self._passed.pop(key, None)
        for waiting in self.ready() - self.in_flight:
            passed = self._passed.setdefault(waiting, Counter())
            passed[key] += 1
            assert passed[key] < 2, f"{key} was taken twice while {waiting} was ready"
        self.in_flight.add(key)
        if len(self.in_flight) == self.workers:
            self._idle_since = None

    def done(self, key: str) -> None:
        now = self.runtime.monotonic()
        self.in_flight.remove(key)
        self._done_at[key] = now
        if self._idle_since is None:
            self._idle_since = now


def use(steps: Sequence[Step], runs: Sequence[Run], workers: int, ending: Ending, schedule: Schedule) -> None:
    """Have `steps` happen to a queue whose runs do `runs`, then end it. Raises `AssertionError` for whatever must not happen."""
    runtime = SimulatedRuntime(schedule=schedule)

    def main() -> None:
        queue: WorkQueue[str] = WorkQueue()
        ledger = Ledger(runtime, workers)
        script = iter(runs)
        tasks = [runtime.spawn(lambda: _work(runtime, queue, ledger, script), name=f"worker {n}") for n in range(workers)]
        for step in steps:
            runtime.checkpoint(f"step {step}")
            _ask(runtime, queue, ledger, step)
        _end(runtime, queue, ledger, ending)
        assert [task.name for task in tasks if not task.join(LONG)] == [], "a worker was not woken"

    try:
        runtime.run(main)
    finally:
        assert not runtime.failures, runtime.failures


def _ask(runtime: SimulatedRuntime, queue: WorkQueue[str], ledger: Ledger, step: Step) -> None:
    match step:
        case Add(key):
            ledger.asked(key)
            queue.add(key)
        case AddAfter(key, seconds):
            ledger.asked(key, seconds)
            queue.add_after(key, seconds)
        case Pause(seconds):
            runtime.sleep(seconds)
        case _:
            assert_never(step)


def _work(runtime: SimulatedRuntime, queue: WorkQueue[str], ledger: Ledger, script: Iterator[Run]) -> None:
    while (key := queue.get()) is not None:
        ledger.taken(key)
        run = next(script, Run())
        runtime.checkpoint(f"run {key}")
        runtime.sleep(run.seconds)
        if run.outcome == "failure":
            expected = ledger.failed(key)
            assert queue.add_rate_limited(key) == expected
        else:
            ledger.failures[key] = 0
            queue.forget(key)
        if run.outcome == "later":
            ledger.asked(key, 5.0)
            queue.add_after(key, 5.0)
        if run.outcome == "hot":
            ledger.asked(key)
            queue.add(key)
        ledger.done(key)
        queue.done(key)


def _end(runtime: SimulatedRuntime, queue: WorkQueue[str], ledger: Ledger, ending: Ending) -> None:
    if ending == "settle":
        runtime.sleep(LONG)
        assert ledger.pending == {}, "a run was asked for and never came"
    elif ending == "drain":
        ledger.pending = {key: ledger.pending[key] for key in ledger.ready()}
        ledger.draining = True
        try:
            queue.drain(timeout=LONG)
        except StopTimeout as error:
            raise AssertionError("the drain never ended") from error
        assert (ledger.pending, ledger.in_flight) == ({}, set()), "the drain ended too early"
    ledger.ended = True
    queue.stop()
    queue.add("a")
    metrics = queue.metrics
    assert (metrics.ready, metrics.delayed, metrics.in_flight) == (0, 0, len(ledger.in_flight))
