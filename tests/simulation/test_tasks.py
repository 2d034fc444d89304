"""Tasks: what runs, in which order, and what becomes of what they raise."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import partial

import pytest

from fakes.simulation import Deadlock, Schedule, SimulatedRuntime
from informer.runtime import Runtime, Task, ThreadRuntime, current_runtime


@pytest.fixture
def runtime() -> SimulatedRuntime:
    return SimulatedRuntime(schedule=Schedule())


def test_run_gives_what_main_returns(runtime: SimulatedRuntime) -> None:
    assert runtime.run(lambda: 42) == 42


def test_run_raises_what_main_raises(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        runtime.run(main)
    assert runtime.failures == ()


def test_ready_tasks_take_turns_first_in_first_out(runtime: SimulatedRuntime) -> None:
    order: list[str] = []

    def work(name: str) -> None:
        for turn in range(2):
            order.append(f"{name}{turn}")
            runtime.checkpoint("turn")

    def main() -> None:
        tasks = [runtime.spawn(partial(work, name), name=name) for name in "abc"]
        order.append("spawned")
        for task in tasks:
            task.join()

    runtime.run(main)
    assert order == ["spawned", "a0", "b0", "c0", "a1", "b1", "c1"]


def test_between_switch_points_nobody_else_runs(runtime: SimulatedRuntime) -> None:
    order: list[str] = []
    free = runtime.condition("free")

    def main() -> None:
        other = runtime.spawn(lambda: order.append("other"), name="other")
        with free:
            free.notify_all()
        runtime.now(), runtime.monotonic(), runtime.uuid(), runtime.random.random()
        order.append("main")
        other.join()

    runtime.run(main)
    assert order == ["main", "other"]


def test_a_join_waits_for_the_end_of_the_task(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        task = runtime.spawn(lambda: runtime.sleep(5), name="sleeper")
        assert task.name == "sleeper"
        alive = [task.alive]
        assert task.join()
        alive.append(task.alive)
        assert alive == [True, False]
        assert runtime.monotonic() == 5
        assert task.join()

    runtime.run(main)


def test_a_join_that_runs_out_of_time_says_so(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        task = runtime.spawn(lambda: runtime.sleep(5), name="sleeper")
        assert not task.join(2)
        assert runtime.monotonic() == 2
        assert not task.join(0)
        assert task.join(100)
        assert runtime.monotonic() == 5

    runtime.run(main)


def test_a_task_that_joins_itself_is_told_so(runtime: SimulatedRuntime) -> None:
    tasks: list[Task] = []

    def look() -> None:
        tasks[0].join()

    def main() -> None:
        tasks.append(runtime.spawn(look, name="narcissus"))
        tasks[0].join()

    runtime.run(main)
    (failure,) = runtime.failures
    assert "narcissus joins itself" in str(failure.error)


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(3)])
def test_what_escapes_a_task_is_logged_and_recorded_and_ends_only_that_task(
    runtime: SimulatedRuntime, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        runtime.sleep(3)
        raise error

    def main() -> str:
        assert runtime.spawn(fail, name="broken-task").join()
        return "main goes on"

    with caplog.at_level(logging.ERROR):
        assert runtime.run(main) == "main goes on"
    (failure,) = runtime.failures
    assert (failure.task, failure.error, failure.at) == ("broken-task", error, 3)
    (record,) = caplog.records
    assert "broken-task" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_an_interruption_of_the_test_itself_escapes_from_whichever_task(runtime: SimulatedRuntime) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    def main() -> None:
        runtime.spawn(interrupted, name="task").join()

    with pytest.raises(KeyboardInterrupt):
        runtime.run(main)


def test_inside_a_task_the_simulation_is_the_current_runtime_and_outside_it_is_not(runtime: SimulatedRuntime) -> None:
    found: list[Runtime] = []

    def main() -> None:
        found.append(current_runtime())
        runtime.spawn(outer, name="outer").join()

    def outer() -> None:
        runtime.spawn(lambda: found.append(current_runtime()), name="inner").join()

    runtime.run(main)
    assert found == [runtime, runtime]
    assert isinstance(current_runtime(), ThreadRuntime)


def test_main_sees_the_callers_context_and_changes_only_its_own(runtime: SimulatedRuntime) -> None:
    variable = ContextVar("variable", default="nothing")
    seen: list[str] = []

    def main() -> None:
        seen.append(variable.get())
        variable.set("main's")
        runtime.spawn(lambda: seen.append(variable.get()), name="task").join()

    variable.set("caller's")
    runtime.run(main)
    assert seen == ["caller's", "nothing"]
    assert variable.get() == "caller's"


def test_two_simulations_can_be_nested(runtime: SimulatedRuntime) -> None:
    inner = SimulatedRuntime()

    def main() -> tuple[Runtime, Runtime]:
        return inner.run(current_runtime), current_runtime()

    assert runtime.run(main) == (inner, runtime)


def test_a_simulation_that_runs_cannot_be_run_again_inside_itself(runtime: SimulatedRuntime) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        runtime.run(lambda: runtime.run(lambda: None))


def test_time_goes_on_in_a_second_run(runtime: SimulatedRuntime) -> None:
    runtime.run(lambda: runtime.sleep(2))
    runtime.run(lambda: runtime.sleep(3))
    assert runtime.monotonic() == 5


def test_outside_a_run_what_needs_no_waiting_works(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    with condition:
        condition.notify_all()
    runtime.checkpoint("setup")
    assert runtime.monotonic() == 0


def test_outside_a_run_waiting_and_spawning_are_refused_and_nothing_is_left_held(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    with pytest.raises(RuntimeError, match="outside run"):
        runtime.sleep(1)
    with pytest.raises(RuntimeError, match="outside run"):
        runtime.spawn(lambda: None, name="early")
    with pytest.raises(RuntimeError, match="nothing can wait outside run"), condition:
        condition.wait(1)
    with condition:
        pass


def test_an_interrupt_runs_the_latest_callback_once_in_a_task_of_its_own(runtime: SimulatedRuntime) -> None:
    calls: list[str] = []

    def main() -> None:
        runtime.on_interrupt(lambda: calls.append("first"))
        runtime.on_interrupt(lambda: calls.append("second"))
        undone = runtime.on_interrupt(lambda: calls.append("undone"))
        undone()
        undone()
        runtime.interrupt()
        assert calls == []
        runtime.sleep(1)
        assert calls == ["second"]
        runtime.interrupt()
        runtime.sleep(1)
        with pytest.raises(KeyboardInterrupt):
            runtime.interrupt()

    runtime.run(main)
    assert calls == ["second", "first"]


def test_checkpoints_are_counted_and_steps_traced() -> None:
    runtime = SimulatedRuntime(schedule=Schedule(), trace=True)

    def main() -> None:
        runtime.spawn(lambda: runtime.checkpoint("GET pods"), name="worker")
        runtime.sleep(1.5)
        runtime.checkpoint("GET pods")

    runtime.run(main)
    assert runtime.checkpoints == {"GET pods": 2}
    assert runtime.trace == (
        (0.0, "main", "sleep 1.5 s"),
        (0.0, "worker", "GET pods"),
        (0.0, "worker", "end"),
        (1.5, "main", "GET pods"),
        (1.5, "main", "end"),
    )


def test_without_trace_only_the_last_steps_are_kept(runtime: SimulatedRuntime) -> None:
    def main() -> None:
        for number in range(1000):
            runtime.checkpoint(f"{number}")

    runtime.run(main)
    assert 1 < len(runtime.trace) < 100
    assert runtime.trace[-1] == (0.0, "main", "end")


def test_a_deadlock_names_each_task_what_it_waits_for_and_who_failed_before(runtime: SimulatedRuntime) -> None:
    queue = runtime.condition("queue")

    def consume() -> None:
        runtime.sleep(2)
        with queue:
            queue.wait()

    def fail() -> None:
        raise ValueError("no producer today")

    def main() -> None:
        consumer = runtime.spawn(consume, name="consumer")
        runtime.spawn(fail, name="producer")
        consumer.join()

    with pytest.raises(Deadlock) as caught:
        runtime.run(main)
    assert str(caught.value).splitlines() == [
        "at 2 s: no task can run and no timer is set",
        "  main: join consumer, since 0 s",
        "  consumer: wait for condition 'queue', since 2 s",
        "  failed at 0 s: producer: ValueError('no producer today')",
    ]


def test_a_deadlock_over_two_conditions_names_who_holds_them(runtime: SimulatedRuntime) -> None:
    left, right = runtime.condition("left"), runtime.condition("right")

    def other() -> None:
        with right:
            runtime.sleep(1)
            with left:
                pass

    def main() -> None:
        runtime.spawn(other, name="other")
        with left:
            runtime.sleep(1)
            with right:
                pass

    with pytest.raises(Deadlock) as caught:
        runtime.run(main)
    assert "main: enter condition 'right', which other holds" in str(caught.value)
    assert "other: enter condition 'left', which main holds" in str(caught.value)
