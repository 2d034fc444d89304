"""Virtual time: it moves only when no task is ready, to the next timer."""

from __future__ import annotations

import datetime
from functools import partial

import pytest

from fakes.simulation import Livelock, Schedule, SimulatedRuntime, SimulationTimeout


@pytest.fixture
def runtime() -> SimulatedRuntime:
    return SimulatedRuntime(schedule=Schedule())


def test_a_sleep_of_a_month_takes_a_month_of_virtual_time_exactly(runtime: SimulatedRuntime) -> None:
    month = 30 * 24 * 3600.0
    runtime.run(lambda: runtime.sleep(month), timeout=month)
    assert runtime.monotonic() == month


def test_the_clock_on_the_wall_is_the_epoch_plus_the_time_that_passed() -> None:
    epoch = datetime.datetime(2030, 6, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    runtime = SimulatedRuntime(epoch=epoch)
    runtime.run(lambda: runtime.sleep(90.5))
    assert runtime.now() == epoch + datetime.timedelta(seconds=90.5)
    assert runtime.now().tzinfo is datetime.UTC


def test_an_epoch_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SimulatedRuntime(epoch=datetime.datetime(2030, 1, 1))  # noqa: DTZ001


def test_time_stands_still_while_a_task_is_ready(runtime: SimulatedRuntime) -> None:
    times: list[float] = []

    def busy() -> None:
        for _ in range(100):
            runtime.checkpoint("busy")
            times.append(runtime.monotonic())

    def main() -> None:
        runtime.spawn(busy, name="busy")
        runtime.sleep(0.001)
        times.append(runtime.monotonic())

    runtime.run(main)
    assert times == [0.0] * 100 + [0.001]


def test_timers_fire_in_order_of_time_and_then_of_creation(runtime: SimulatedRuntime) -> None:
    order: list[str] = []

    def work(name: str, seconds: float) -> None:
        runtime.sleep(seconds)
        order.append(name)

    def main() -> None:
        for name, seconds in (("a", 3), ("b", 1), ("c", 2), ("d", 1), ("e", 2)):
            runtime.spawn(partial(work, name, seconds), name=name)
        runtime.sleep(10)

    runtime.run(main)
    assert order == ["b", "d", "c", "e", "a"]


def test_tasks_whose_timers_are_due_together_can_be_reordered_by_a_schedule() -> None:
    runtime = SimulatedRuntime(schedule=Schedule(((1, 1),)))
    order: list[str] = []

    def work(name: str) -> None:
        runtime.sleep(1)
        order.append(name)

    def main() -> None:
        for name in "ab":
            runtime.spawn(partial(work, name), name=name)
        runtime.sleep(10)

    runtime.run(main)
    assert order == ["b", "a"]


def test_a_sleep_of_nothing_lets_the_ready_tasks_go_first(runtime: SimulatedRuntime) -> None:
    order: list[str] = []

    def main() -> None:
        runtime.spawn(lambda: order.append("other"), name="other")
        runtime.sleep(0)
        order.append("main")

    runtime.run(main)
    assert order == ["other", "main"]
    assert runtime.monotonic() == 0


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_a_sleep_of_less_than_nothing_is_refused(runtime: SimulatedRuntime, seconds: float) -> None:
    with pytest.raises(ValueError, match="cannot sleep"):
        runtime.run(lambda: runtime.sleep(seconds))


def test_a_timer_that_was_overtaken_by_a_notification_does_not_move_time(runtime: SimulatedRuntime) -> None:
    condition = runtime.condition("c")

    def notify() -> None:
        runtime.sleep(1)
        with condition:
            condition.notify_all()

    def main() -> None:
        runtime.spawn(notify, name="notifier")
        with condition:
            assert condition.wait(50)
            assert runtime.monotonic() == 1
            assert not condition.wait(100)
        assert runtime.monotonic() == 101

    runtime.run(main)


def test_a_run_longer_than_its_timeout_names_the_tasks_and_what_they_wait_for(runtime: SimulatedRuntime) -> None:
    def tick() -> None:
        while True:
            runtime.sleep(7)

    def main() -> None:
        runtime.spawn(tick, name="ticker").join()

    runtime.run(lambda: runtime.sleep(50))
    with pytest.raises(SimulationTimeout) as caught:
        runtime.run(main, timeout=20)
    assert runtime.monotonic() == 64
    assert "due at 71 s" in str(caught.value)
    assert "main: join ticker, since 50 s" in str(caught.value)
    assert "ticker: sleep 7 s, since 64 s" in str(caught.value)


@pytest.mark.parametrize("alone", [True, False])
def test_a_loop_in_which_no_time_passes_is_a_livelock_that_names_the_task_and_its_last_checkpoints(alone: bool) -> None:
    runtime = SimulatedRuntime(schedule=Schedule(), livelock_after=1000)

    def spin() -> None:
        while True:
            runtime.checkpoint("GET widgets")

    def main() -> None:
        spinner = runtime.spawn(spin, name="spinner")
        if not alone:
            runtime.spawn(spin, name="other")
        spinner.join()

    with pytest.raises(Livelock) as caught:
        runtime.run(main)
    assert "no time passed" in str(caught.value)
    assert f"the last in task {'spinner' if alone else 'other'}" in str(caught.value)
    assert "\n  spinner: GET widgets" in str(caught.value)
    assert "main: join spinner, since 0 s" in str(caught.value)


def test_a_loop_that_only_looks_at_the_clock_is_a_livelock_too() -> None:
    runtime = SimulatedRuntime(livelock_after=1000)

    def main() -> None:
        while runtime.monotonic() < 5:
            pass

    with pytest.raises(Livelock, match="the last in task main"):
        runtime.run(main)


def test_any_number_of_steps_is_fine_as_long_as_time_passes() -> None:
    runtime = SimulatedRuntime(livelock_after=50)

    def main() -> None:
        for _ in range(100):
            for _ in range(10):
                runtime.checkpoint("work")
            runtime.sleep(0.1)

    runtime.run(main)
    assert runtime.monotonic() == pytest.approx(10)
