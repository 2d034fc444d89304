"""The work queue under drawn use and drawn schedules, Q1 to Q5 and Q8; and bugs planted in it, each of which these must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import Schedule
from fakes.strategies import schedules
from informer.work_queue import WorkQueue, _Delayed, _Retries
from tests.properties.finding import find_story
from tests.properties.queue_stories import Ending, Run, Step, queue_runs, queue_steps, use

Plant = Callable[[pytest.MonkeyPatch], None]
ENDINGS: st.SearchStrategy[Ending] = st.sampled_from(("settle", "stop", "drain"))
WORKERS = st.integers(1, 3)


@settings(max_examples=1000)
@given(steps=queue_steps(), runs=queue_runs(), workers=WORKERS, ending=ENDINGS, schedule=schedules())
def test_each_run_that_is_asked_for_comes_once_in_time_in_turn_and_alone(
    steps: tuple[Step, ...], runs: tuple[Run, ...], workers: int, ending: Ending, schedule: Schedule
) -> None:
    use(steps, runs, workers, ending, schedule)


def give_out_what_is_in_flight(patch: pytest.MonkeyPatch) -> None:
    def push(self: WorkQueue[str], key: str, since: float) -> None:
        self._ready[key] = since
        self._changed.notify_all()

    patch.setattr(WorkQueue, "_push", push)


def lose_what_is_added_in_flight(patch: pytest.MonkeyPatch) -> None:
    push = WorkQueue._push

    def careless(self: WorkQueue[str], key: str, since: float) -> None:
        if key not in self._in_flight:
            push(self, key, since)

    patch.setattr(WorkQueue, "_push", careless)


def run_again_when_the_delay_ends_that_an_add_made_moot(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_Delayed, "discard", lambda self, key: None)


def count_each_add_of_a_queued_key(patch: pytest.MonkeyPatch) -> None:
    ask = WorkQueue._ask

    def eager(self: WorkQueue[str], key: str, due: float) -> None:
        if key in self._ready and not self._closed:
            self._delayed.put(key, due + 0.1)
        ask(self, key, due)

    patch.setattr(WorkQueue, "_ask", eager)


def let_the_last_delay_win(patch: pytest.MonkeyPatch) -> None:
    put = _Delayed.put

    def late(self: _Delayed[str], key: str, due: float) -> bool:
        self.discard(key)
        return put(self, key, due)

    patch.setattr(_Delayed, "put", late)


def never_forget(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_Retries, "forget", lambda self, key: 0)


def never_back_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_Retries, "count", lambda self, key: 0)


def drain_what_is_in_flight_only(patch: pytest.MonkeyPatch) -> None:
    def hasty(self: WorkQueue[str]) -> None:
        if self._closed and not self._in_flight:
            self._drained = True
            self._stop()

    patch.setattr(WorkQueue, "_end_when_drained", hasty)


def go_on_after_stop(patch: pytest.MonkeyPatch) -> None:
    stop = WorkQueue._stop

    def half(self: WorkQueue[str]) -> None:
        if self._ready:
            self._end_when_drained()  # as upstream does: the queue hands out what it has
        else:
            stop(self)

    patch.setattr(WorkQueue, "_stop", half)


def wake_nobody_at_stop(patch: pytest.MonkeyPatch) -> None:
    def silent(self: WorkQueue[str]) -> None:
        self._stopped = True
        self._ready.clear()
        self._again.clear()

    patch.setattr(WorkQueue, "_stop", silent)


def last_in_first_out(patch: pytest.MonkeyPatch) -> None:
    push = WorkQueue._push

    def impolite(self: WorkQueue[str], key: str, since: float) -> None:
        push(self, key, since)
        if key in self._ready:
            self._ready.move_to_end(key, last=False)

    patch.setattr(WorkQueue, "_push", impolite)


def let_delayed_keys_wait_for_a_pause(patch: pytest.MonkeyPatch) -> None:
    promote: Any = WorkQueue._promote

    def lazy(self: WorkQueue[str]) -> None:
        if not self._ready:
            promote(self)

    patch.setattr(WorkQueue, "_promote", lazy)


BUGS = [
    give_out_what_is_in_flight,
    lose_what_is_added_in_flight,
    run_again_when_the_delay_ends_that_an_add_made_moot,
    count_each_add_of_a_queued_key,
    let_the_last_delay_win,
    never_forget,
    never_back_off,
    drain_what_is_in_flight_only,
    go_on_after_stop,
    wake_nobody_at_stop,
    last_in_first_out,
    let_delayed_keys_wait_for_a_pause,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    find_story(use, steps=queue_steps(), runs=queue_runs(), workers=WORKERS, ending=ENDINGS, schedule=schedules())
