"""What becomes of the tasks that are alive when main has ended."""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
from functools import partial
from pathlib import Path

import greenlet  # type: ignore[import-untyped]
import pytest

from fakes.simulation import Deadlock, Schedule, SimulatedRuntime, TaskWouldNotEnd
from informer.runtime import Task
from tests.waiting import PATIENCE


@pytest.fixture
def runtime() -> SimulatedRuntime:
    return SimulatedRuntime(schedule=Schedule())


def test_the_tasks_that_are_left_end_in_the_order_they_were_created_wherever_they_wait(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    tasks: dict[str, Task] = {}
    order: list[str] = []

    def until_ended(name: str) -> None:
        try:
            match name:
                case "sleeping":
                    runtime.sleep(100)
                case "waiting":
                    with condition:
                        condition.wait()
                case "entering":
                    with held:
                        pass
                case "joining":
                    tasks["sleeping"].join()
                case _:
                    while True:
                        runtime.checkpoint("loop")
                        runtime.sleep(1)
        finally:
            order.append(name)

    held = runtime.condition("held")

    def main() -> str:
        for name in ("sleeping", "waiting", "entering", "looping", "joining"):
            tasks[name] = runtime.spawn(partial(until_ended, name), name=name)
        with held:
            runtime.sleep(2.5)
        with held:
            return "done"

    assert runtime.run(main) == "done"
    assert order == ["sleeping", "waiting", "entering", "looping", "joining"]
    assert not any(task.alive for task in tasks.values())
    assert runtime.failures == ()
    with condition, held:
        pass


def test_a_task_that_has_not_started_never_does(runtime: SimulatedRuntime) -> None:
    started: list[str] = []
    task = runtime.run(lambda: runtime.spawn(lambda: started.append("late"), name="late"))
    assert started == []
    assert not task.alive


@pytest.mark.parametrize("how", ["return", "raise", "deadlock"])
def test_no_greenlet_outlives_the_run(runtime: SimulatedRuntime, how: str) -> None:
    greenlets: list[greenlet.greenlet] = []

    def work() -> None:
        greenlets.append(greenlet.getcurrent())
        with runtime.condition("never"), runtime.condition("notified") as condition:
            condition.wait()

    def main() -> None:
        greenlets.append(greenlet.getcurrent())
        for number in range(3):
            runtime.spawn(work, name=f"task-{number}")
        runtime.sleep(1)
        if how == "raise":
            raise KeyError
        if how == "deadlock":
            work()

    with contextlib.suppress(KeyError, Deadlock):
        runtime.run(main)
    assert [each.dead for each in set(greenlets)] == [True] * 4


def test_a_clean_up_can_enter_conditions_notify_pass_checkpoints_and_spawn_in_vain(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    done: list[str] = []

    def work() -> None:
        try:
            runtime.sleep(100)
        finally:
            with condition:
                condition.notify_all()
            runtime.spawn(lambda: done.append("spawned"), name="in vain")
            runtime.checkpoint("DELETE lease")
            done.append("cleaned up")

    def main() -> None:
        runtime.spawn(work, name="worker")
        runtime.spawn(partial(runtime.sleep, 50), name="another")
        runtime.sleep(1)

    runtime.run(main)
    assert done == ["cleaned up"]


def test_a_clean_up_that_waits_is_ended_too(runtime: SimulatedRuntime) -> None:
    done: list[str] = []

    def work() -> None:
        try:
            try:
                runtime.sleep(100)
            finally:
                runtime.sleep(100)
                done.append("never")
        finally:
            done.append("outer")

    def main() -> None:
        runtime.spawn(work, name="worker")
        runtime.sleep(1)

    runtime.run(main)
    assert done == ["outer"]
    assert runtime.monotonic() == 1


def test_what_a_clean_up_raises_is_recorded_and_the_others_end_all_the_same(runtime: SimulatedRuntime) -> None:
    done: list[str] = []

    def fail() -> None:
        try:
            runtime.sleep(100)
        finally:
            raise ValueError("while cleaning up")

    def work() -> None:
        try:
            runtime.sleep(100)
        finally:
            done.append("worker")

    def main() -> str:
        runtime.spawn(fail, name="failing")
        runtime.spawn(work, name="worker")
        runtime.sleep(1)
        return "done"

    assert runtime.run(main) == "done"
    assert [failure.task for failure in runtime.failures] == ["failing"]
    assert done == ["worker"]


def test_what_main_raises_when_it_is_ended_does_not_hide_why(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        try:
            with runtime.condition("never") as condition:
                condition.wait()
        finally:
            raise ValueError("while cleaning up")

    with pytest.raises(Deadlock):
        runtime.run(main)
    assert [failure.task for failure in runtime.failures] == ["main"]


def test_an_interruption_while_the_tasks_end_escapes_after_all_have_ended(runtime: SimulatedRuntime) -> None:
    done: list[str] = []

    def work(name: str) -> None:
        try:
            runtime.sleep(100)
        finally:
            done.append(name)
            if name == "first":
                raise KeyboardInterrupt

    def main() -> None:
        for name in ("first", "second"):
            runtime.spawn(partial(work, name), name=name)
        runtime.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        runtime.run(main)
    assert done == ["first", "second"]
    runtime.run(lambda: runtime.sleep(1))


def stubborn(runtime: SimulatedRuntime) -> None:
    while True:
        try:
            runtime.sleep(3)
        except BaseException:
            continue


def test_a_task_that_will_not_end_is_named_and_the_others_end(runtime: SimulatedRuntime) -> None:
    done: list[str] = []

    def work() -> None:
        try:
            runtime.sleep(100)
        finally:
            done.append("worker")

    def main() -> None:
        runtime.spawn(partial(stubborn, runtime), name="stubborn")
        runtime.spawn(work, name="worker")
        runtime.sleep(1)

    with pytest.raises(TaskWouldNotEnd, match="task stubborn would not end: it went on to sleep 3 s"):
        runtime.run(main)
    assert done == ["worker"]
    gc.collect()
    runtime.run(lambda: runtime.sleep(1))


def test_beside_the_error_of_main_a_task_that_will_not_end_is_a_note(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        runtime.spawn(partial(stubborn, runtime), name="stubborn")
        runtime.sleep(1)
        raise KeyError("the cause")

    with pytest.raises(KeyError, match="the cause") as caught:
        runtime.run(main)
    assert "task stubborn would not end" in caught.value.__notes__[0]


def test_a_task_that_spins_instead_of_ending_does_not_hang_the_run() -> None:
    runtime = SimulatedRuntime(livelock_after=1000)

    def spin() -> None:
        try:
            runtime.sleep(100)
        finally:
            while True:
                runtime.checkpoint("again")

    def main() -> None:
        runtime.spawn(spin, name="spinner")
        runtime.sleep(1)

    runtime.run(main)


def test_a_process_with_a_task_that_would_not_end_still_ends() -> None:
    program = (
        "from fakes.simulation import *\n"
        "from tests.simulation.test_ending import stubborn\n"
        "runtime = SimulatedRuntime()\n"
        "def main():\n"
        "    runtime.spawn(lambda: stubborn(runtime), name='stubborn')\n"
        "    runtime.sleep(1)\n"
        "try:\n"
        "    runtime.run(main)\n"
        "except TaskWouldNotEnd:\n"
        "    del runtime\n"
        "    print('refused')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert (ended.stdout, ended.stderr) == ("refused\n", "")
