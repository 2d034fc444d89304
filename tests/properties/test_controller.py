"""The controller on drawn histories under drawn schedules, Q1 to Q6; and bugs planted in it, each of which these must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes import Schedule
from fakes.histories import Step
from fakes.strategies import histories, schedules
from informer import Controller, ObjectKey
from informer.work_queue import WorkQueue
from tests.properties.controller_stories import call_scripts, control
from tests.properties.finding import find_story
from tests.properties.queue_stories import Run

Plant = Callable[[pytest.MonkeyPatch], None]
WORKERS = st.integers(1, 3)


@settings(max_examples=150)
@given(history=histories(), runs=call_scripts(), workers=WORKERS, schedule=schedules(), settle=st.booleans())
def test_every_change_is_acted_upon_whatever_fails_and_nothing_after_stop(
    history: tuple[Step, ...], runs: tuple[Run, ...], workers: int, schedule: Schedule, settle: bool
) -> None:
    control(history, runs, workers, schedule, settle=settle)


def let_exceptions_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Controller, "_attend", lambda self, key: self._reconcile(key))


def retry_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WorkQueue, "add_rate_limited", lambda self, key: 0.0)


def count_failures_over_successes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WorkQueue, "forget", lambda self, key: 0)


def ignore_requeues(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WorkQueue, "add_after", lambda self, key, seconds: None)


def map_only_the_new_object(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("informer.controller._keys", lambda function, event: [function(event.object)])


def be_done_before_the_call(patch: pytest.MonkeyPatch) -> None:
    def work(self: Controller) -> None:
        for registration in self._registrations:
            registration.wait_for_sync()
        while (key := self._queue.get()) is not None:
            self._queue.done(key)
            self._attend(key)

    patch.setattr(Controller, "_work", work)


def work_before_the_first_lists(patch: pytest.MonkeyPatch) -> None:
    def work(self: Controller) -> None:
        while (key := self._queue.get()) is not None:
            self._attend(key)
            self._queue.done(key)

    patch.setattr(Controller, "_work", work)


def stop_without_waiting(patch: pytest.MonkeyPatch) -> None:
    def stop(self: Controller, timeout: float = 0) -> None:
        self._stopping = True
        self._queue.stop()

    patch.setattr(Controller, "stop", stop)


def lose_what_changes_during_a_call(patch: pytest.MonkeyPatch) -> None:
    push: Any = WorkQueue._push

    def careless(self: WorkQueue[ObjectKey], key: ObjectKey, since: float) -> None:
        if key not in self._in_flight:
            push(self, key, since)

    patch.setattr(WorkQueue, "_push", careless)


BUGS = [
    let_exceptions_out,
    retry_nothing,
    count_failures_over_successes,
    ignore_requeues,
    map_only_the_new_object,
    be_done_before_the_call,
    work_before_the_first_lists,
    stop_without_waiting,
    lose_what_changes_during_a_call,
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    find_story(
        control,
        history=histories(names=("a", "b")),
        runs=call_scripts(),
        workers=WORKERS,
        schedule=schedules(),
        settle=st.booleans(),
    )
