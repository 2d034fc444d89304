"""The condition of the simulation keeps the contract of `informer.runtime.Condition`, and tells of its misuse."""

from __future__ import annotations

from functools import partial

import pytest

from fakes.simulation import Deadlock, Schedule, SimulatedRuntime


@pytest.fixture
def runtime() -> SimulatedRuntime:
    return SimulatedRuntime(schedule=Schedule())


def test_a_notification_wakes_every_waiter_in_the_order_they_came(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    order: list[str] = []

    def wait(name: str) -> None:
        with condition:
            assert condition.wait()
            order.append(name)

    def main() -> None:
        for name in "abc":
            runtime.spawn(partial(wait, name), name=name)
        runtime.sleep(1)
        with condition:
            condition.notify_all()
            order.append("notified")
        runtime.sleep(1)

    runtime.run(main)
    assert order == ["notified", "a", "b", "c"]


def test_a_notification_before_the_wait_is_not_remembered(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")

    def main() -> None:
        with condition:
            condition.notify_all()
            condition.wait()

    with pytest.raises(Deadlock, match="wait for condition 'c'"):
        runtime.run(main)


def test_a_wait_that_runs_out_of_time_returns_false_and_holds_the_condition_again(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")

    def main() -> None:
        with condition:
            assert not condition.wait(4)
            assert runtime.monotonic() == 4
            condition.notify_all()

    runtime.run(main)


@pytest.mark.parametrize("timeout", [0, -1])
def test_a_wait_without_time_lets_the_ready_tasks_go_first_and_is_over(runtime: SimulatedRuntime, timeout: float) -> None:
    condition = runtime.condition("c")
    order: list[str] = []

    def other() -> None:
        with condition:
            order.append("other")

    def main() -> None:
        runtime.spawn(other, name="other")
        with condition:
            assert not condition.wait(timeout)
            order.append("main")

    runtime.run(main)
    assert order == ["other", "main"]
    assert runtime.monotonic() == 0


@pytest.mark.parametrize("before", ["notified", "in vain", "notified too late", "entered"])
def test_a_condition_disturbs_nobody_who_waited_for_it_before(runtime: SimulatedRuntime, before: str) -> None:
    condition = runtime.condition("c")

    def notify_each_second() -> None:
        for _ in range(10):
            runtime.sleep(1)
            with condition:
                condition.notify_all()
                if before == "entered":
                    runtime.sleep(0.5)

    def main() -> None:
        runtime.spawn(notify_each_second, name="notifier")
        runtime.sleep(0)
        match before:
            case "notified":
                with condition:
                    assert condition.wait()
            case "in vain":
                with condition:
                    assert not condition.wait(0.5)
            case "notified too late":  # both timers are due, the notifier's was set first
                with condition:
                    assert not condition.wait(1)
            case "entered":
                runtime.sleep(1.2)
                with condition:
                    assert runtime.monotonic() == 1.5
        slept_from = runtime.monotonic()
        runtime.sleep(5)
        assert runtime.monotonic() == slept_from + 5

    runtime.run(main)


def test_a_wait_in_vain_does_not_spoil_the_next_one(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")

    def notify() -> None:
        runtime.sleep(2)
        with condition:
            condition.notify_all()

    def main() -> None:
        runtime.spawn(notify, name="notifier")
        with condition:
            assert [condition.wait(1), condition.wait(10)] == [False, True]

    runtime.run(main)


def test_while_a_task_waits_others_can_hold_the_condition(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    entered: list[float] = []

    def other() -> None:
        with condition:
            entered.append(runtime.monotonic())

    def main() -> None:
        runtime.spawn(other, name="other")
        with condition:
            condition.wait(5)

    runtime.run(main)
    assert entered == [0]


def test_only_one_task_holds_a_condition_at_a_time(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    order: list[str] = []

    def enter(name: str) -> None:
        with condition:
            order.append(f"{name} in")
            runtime.sleep(1)
            order.append(f"{name} out")

    def main() -> None:
        tasks = [runtime.spawn(partial(enter, name), name=name) for name in "abc"]
        for task in tasks:
            task.join()

    runtime.run(main)
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]
    assert runtime.monotonic() == 3


def test_who_gets_a_contended_condition_is_up_to_the_schedule() -> None:
    order: list[str] = []
    runtime = SimulatedRuntime(schedule=Schedule(((1, 1),)))
    condition = runtime.condition("c")

    def enter(name: str) -> None:
        with condition:
            order.append(name)

    def main() -> None:
        with condition:
            for name in "ab":
                runtime.spawn(partial(enter, name), name=name)
            runtime.sleep(1)
        runtime.sleep(1)

    runtime.run(main)
    assert order == ["b", "a"]


def test_the_notified_wait_for_the_notifier_to_leave(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")
    order: list[str] = []

    def wait() -> None:
        with condition:
            assert condition.wait()
            order.append("woken")

    def main() -> None:
        task = runtime.spawn(wait, name="waiter")
        runtime.sleep(1)
        with condition:
            condition.notify_all()
            runtime.sleep(1)
            order.append("leaving")
        task.join()

    runtime.run(main)
    assert order == ["leaving", "woken"]


def test_entering_a_condition_twice_is_told_with_both_names(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("queue")

    def main() -> None:
        with condition, condition:
            pass

    with pytest.raises(RuntimeError, match="task main enters condition 'queue' and already holds it"):
        runtime.run(main)


def test_waiting_and_notifying_without_holding_are_told(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("queue")
    with pytest.raises(RuntimeError, match="task main may not wait for condition 'queue' without holding it; nobody holds it"):
        runtime.run(condition.wait)
    with pytest.raises(RuntimeError, match="task main may not notify condition 'queue' without holding it"):
        runtime.run(condition.notify_all)
    with pytest.raises(RuntimeError, match="task main may not leave condition 'queue' without holding it"):
        runtime.run(lambda: condition.__exit__(None, None, None))


def test_what_another_task_holds_is_not_held(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("queue")

    def hold() -> None:
        with condition:
            runtime.sleep(10)

    def main() -> None:
        runtime.spawn(hold, name="holder")
        runtime.sleep(1)
        condition.notify_all()

    with pytest.raises(RuntimeError, match="holder holds it"):
        runtime.run(main)


def test_a_checkpoint_while_holding_a_condition_is_told_with_both_names(runtime: SimulatedRuntime) -> None:
    outer, inner = runtime.condition("outer"), runtime.condition("inner")

    def main() -> None:
        with outer, inner:
            runtime.checkpoint("GET pods")

    with pytest.raises(AssertionError, match="checkpoint 'GET pods' in task main while it holds condition 'outer', condition 'inner'"):
        runtime.run(main)


def test_after_a_wait_and_an_exit_a_checkpoint_is_fine(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")

    def main() -> None:
        with condition:
            condition.wait(1)
        runtime.checkpoint("GET pods")

    runtime.run(main)
