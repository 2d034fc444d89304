"""Schedules: what they mean, and that drawn ones find what first in, first out hides."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from fakes.simulation import Deadlock, Schedule, SimulatedRuntime
from fakes.strategies import schedules
from informer.runtime import Runtime

SEARCH = settings(max_examples=1000, deadline=None, derandomize=True, database=None)


def order_of(schedule: Schedule) -> str:
    """Three tasks with two turns each."""
    runtime = SimulatedRuntime(schedule=schedule)
    order: list[str] = []

    def work(name: str) -> None:
        order.append(name)
        runtime.checkpoint("turn")
        order.append(name)

    def main() -> None:
        for task in [runtime.spawn(partial(work, name), name=name) for name in "abc"]:
            task.join()

    runtime.run(main)
    return "".join(order)


@pytest.mark.parametrize(
    ("deviations", "order"),
    [
        ((), "abcabc"),
        (((0, 1),), "bacbac"),
        (((0, 2),), "cabcab"),
        (((0, 3),), "bacbac"),
        (((1, 1),), "acbacb"),
        (((0, 1), (1, 1)), "bcabca"),
        (((1000, 1),), "abcabc"),
    ],
)
def test_at_a_step_the_picked_task_runs_instead_of_the_first(deviations: tuple[tuple[int, int], ...], order: str) -> None:
    assert order_of(Schedule(deviations)) == order


@pytest.mark.parametrize("deviations", [((-1, 1),), ((0, 0),), ((2, 1), (1, 1)), ((1, 1), (1, 2))])
def test_steps_ascend_and_picks_start_at_one(deviations: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"schedule|pick"):
        Schedule(deviations)


@given(schedules(max_deviations=3))
def test_drawn_schedules_are_as_short_as_asked(schedule: Schedule) -> None:
    assert len(schedule.deviations) <= 3


def test_schedules_shrink_to_first_in_first_out() -> None:
    assert find(schedules(), lambda schedule: True, settings=SEARCH) == Schedule()


def begins_with(first: str, schedule: Schedule) -> bool:
    return order_of(schedule).startswith(first)


def test_drawn_schedules_reach_every_order_of_three_first_turns() -> None:
    for first in ("abc", "acb", "bac", "bca", "cab", "cba"):
        found = find(schedules(), partial(begins_with, first), settings=SEARCH)
        assert len(found.deviations) <= 2


class SoundQueue:
    """A queue as the book says."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.condition = runtime.condition("queue")
        self.items: list[int] = []

    def put(self, items: Iterable[int]) -> None:
        self.runtime.checkpoint("put")
        with self.condition:
            self.items.extend(items)
            self.condition.notify_all()

    def get(self) -> int:
        self.runtime.checkpoint("get")
        with self.condition:
            while not self.items:
                self.condition.wait()
            return self.items.pop(0)


class ForgetfulQueue(SoundQueue):
    """The bug: between looking and waiting the condition is let go, so that a notification in between is lost."""

    def get(self) -> int:
        with self.condition:
            empty = not self.items
        self.runtime.checkpoint("get")
        with self.condition:
            if empty:
                self.condition.wait()
            return self.items.pop(0)


class TrustingQueue(SoundQueue):
    """The bug: `if` instead of `while`, so that who is woken finds nothing when another was faster."""

    def get(self) -> int:
        self.runtime.checkpoint("get")
        with self.condition:
            if not self.items:
                self.condition.wait()
            return self.items.pop(0)


def consumed(queue_type: type[SoundQueue], consumers: int, pause: float, schedule: Schedule) -> list[int]:
    """Three batches, each with an item per consumer, through the queue: what came out. Consumers pause after each item."""
    runtime = SimulatedRuntime(schedule=schedule)
    queue = queue_type(runtime)
    got: list[int] = []

    def produce() -> None:
        for batch in range(3):
            runtime.sleep(1)
            runtime.checkpoint("make")
            queue.put(range(batch * consumers, (batch + 1) * consumers))

    def consume() -> None:
        for _ in range(3):
            got.append(queue.get())
            runtime.sleep(pause)

    def main() -> None:
        tasks = [runtime.spawn(consume, name=f"consumer-{number}") for number in range(consumers)]
        tasks.append(runtime.spawn(produce, name="producer"))
        for task in tasks:
            task.join()

    runtime.run(main)
    for failure in runtime.failures:
        raise failure.error
    return sorted(got)


@settings(max_examples=200)
@given(schedules(), st.integers(1, 3), st.sampled_from([0, 1]))
def test_a_sound_queue_loses_nothing_under_any_schedule(schedule: Schedule, consumers: int, pause: float) -> None:
    assert consumed(SoundQueue, consumers, pause, schedule) == list(range(3 * consumers))


@pytest.mark.parametrize(
    ("queue_type", "consumers", "pause", "error"), [(ForgetfulQueue, 1, 1, Deadlock), (TrustingQueue, 2, 0, IndexError)]
)
def test_a_planted_bug_that_first_in_first_out_hides_is_found_and_shrinks_to_a_few_steps(
    queue_type: type[SoundQueue], consumers: int, pause: float, error: type[Exception]
) -> None:
    def goes_wrong(schedule: Schedule) -> bool:
        try:
            consumed(queue_type, consumers, pause, schedule)
        except error:
            return True
        return False

    assert not goes_wrong(Schedule())
    found = find(schedules(), goes_wrong, settings=SEARCH)
    assert len(found.deviations) <= 2
