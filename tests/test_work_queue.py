"""What the work queue promises: one run at a time and one pending, the order, delays, backoff, drain and stop."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from fakes import SimulatedRuntime
from informer import ConfigurationError, LifecycleError, StopTimeout, WorkQueue

Queue = WorkQueue[str]


def simulate(body: Callable[[SimulatedRuntime, Queue], None], *, first_retry: float = 0.005, longest_retry: float = 1000.0) -> None:
    runtime = SimulatedRuntime(seed=1)
    runtime.run(lambda: body(runtime, WorkQueue(name="q", first_retry=first_retry, longest_retry=longest_retry)))
    assert not runtime.failures


def take(queue: Queue) -> str:
    """The key whose turn it is; work on it takes no time."""
    key = queue.get()
    assert key is not None
    queue.done(key)
    return key


def everything(queue: Queue) -> list[str]:
    """What can be taken at once."""
    return [take(queue) for _ in range(len(queue))]


def test_keys_leave_first_in_first_out() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for key in ("b", "a", "c"):
            queue.add(key)
        assert everything(queue) == ["b", "a", "c"]

    simulate(body)


def test_a_key_that_is_queued_is_not_queued_again() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for key in ("a", "b", "a", "a"):
            queue.add(key)
        assert len(queue) == 2
        assert everything(queue) == ["a", "b"]

    simulate(body)


def test_a_key_added_while_it_is_in_flight_waits_until_it_is_done_and_then_runs_once() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add("a")
        assert queue.get() == "a"
        queue.add("a")
        queue.add("a")
        queue.add("b")
        assert (len(queue), queue.in_flight()) == (1, ["a"])
        queue.done("a")
        assert everything(queue) == ["b", "a"]

    simulate(body)


def test_done_without_get_raises_and_changes_nothing() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add("a")
        with pytest.raises(LifecycleError, match=r"queue q: done\('a'\), which is not in flight"):
            queue.done("a")
        assert take(queue) == "a"
        with pytest.raises(LifecycleError):
            queue.done("a")
        assert len(queue) == 0

    simulate(body)


def test_get_waits_for_a_key() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        taken: list[tuple[str | None, float]] = []
        task = runtime.spawn(lambda: taken.append((queue.get(), runtime.monotonic())), name="taker")
        runtime.sleep(7)
        queue.add("a")
        assert task.join(1)
        assert taken == [("a", 7)]

    simulate(body)


def test_a_delayed_key_runs_at_its_time_and_delayed_keys_run_in_the_order_of_their_times() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add_after("late", 2.5)
        queue.add_after("early", 1.5)
        queue.add_after("now", 0)
        queue.add_after("at once", -3)
        assert everything(queue) == ["now", "at once"]
        assert (take(queue), runtime.monotonic()) == ("early", 1.5)
        assert (take(queue), runtime.monotonic()) == ("late", 2.5)

    simulate(body)


def test_a_key_that_became_due_comes_before_what_was_added_after_that() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add_after("due", 1)
        runtime.sleep(2)
        queue.add("added")
        assert everything(queue) == ["due", "added"]

    simulate(body)


@pytest.mark.parametrize("delays", [(5, 7), (7, 5)])
def test_of_two_delays_the_earlier_one_counts_and_the_key_runs_once(delays: tuple[float, float]) -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for delay in delays:
            queue.add_after("a", delay)
        assert (take(queue), runtime.monotonic()) == ("a", 5)
        runtime.sleep(10)
        assert queue.metrics.delayed == len(queue) == 0

    simulate(body)


def test_add_makes_a_waiting_delay_moot() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add_after("a", 5)
        queue.add("a")
        assert take(queue) == "a"
        runtime.sleep(10)
        assert len(queue) == 0

    simulate(body)


def test_a_delay_for_a_key_that_is_about_to_run_is_moot() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add("a")
        queue.add_after("a", 5)
        assert queue.get() == "a"
        queue.add("a")
        queue.add_after("a", 5)
        queue.done("a")
        assert take(queue) == "a"
        runtime.sleep(10)
        assert len(queue) == 0

    simulate(body)


def test_a_delay_that_ends_while_its_key_is_in_flight_has_it_run_again() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add("a")
        assert queue.get() == "a"
        queue.add_after("a", 5)
        runtime.sleep(10)
        assert len(queue) == 0
        queue.done("a")
        assert everything(queue) == ["a"]

    simulate(body)


def test_many_delays_that_became_moot_leave_nothing_behind() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for _ in range(1000):
            queue.add_after("a", 1000)
            queue.add("a")
            assert take(queue) == "a"
        assert len(queue._delayed._heap) < 50

    simulate(body)


def test_each_failure_doubles_the_delay_from_5_ms_to_1000_s_and_forget_starts_anew() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        delays = [queue.add_rate_limited("a") for _ in range(20)]
        assert delays[:5] == [0.005, 0.01, 0.02, 0.04, 0.08]
        assert all(later == min(2 * earlier, 1000.0) for earlier, later in pairwise(delays))
        assert delays[-1] == 1000.0
        assert queue.add_rate_limited("b") == 0.005
        assert (queue.failures("a"), queue.failures("b"), queue.failures("c")) == (20, 1, 0)
        assert queue.forget("a") == 20
        assert queue.forget("a") == 0
        assert queue.add_rate_limited("a") == 0.005

    simulate(body)


def test_after_a_burst_of_100_failures_all_keys_together_get_ten_retries_a_second() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        delays = [queue.add_rate_limited(f"key {number}") for number in range(300)]
        assert set(delays[:100]) == {0.005}
        assert delays[150] == pytest.approx(5.1)
        assert delays[299] == pytest.approx(20.0)
        for _ in range(300):
            take(queue)
        assert runtime.monotonic() == pytest.approx(20.0)
        runtime.sleep(10)
        assert queue.add_rate_limited("another") == 0.005

    simulate(body)


def test_failures_that_nobody_forgets_are_forgotten_when_the_key_has_been_left_alone_for_long() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for number in range(100):
            queue.add_rate_limited(f"key {number}")
            take(queue)
        runtime.sleep(70)
        queue.add_rate_limited("new")
        assert (queue.metrics.failing, queue.failures("key 7")) == (1, 0)

    simulate(body, longest_retry=60)


@pytest.mark.parametrize(("first", "longest"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)])
def test_delays_that_make_no_sense_are_refused(first: float, longest: float) -> None:
    with pytest.raises(ConfigurationError, match="first_retry"):
        simulate(lambda runtime, queue: None, first_retry=first, longest_retry=longest)


def test_stop_wakes_all_that_wait_and_drops_what_is_queued_and_delayed() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        taken: list[str | None] = []
        tasks = [runtime.spawn(lambda: taken.append(queue.get()), name=f"taker {number}") for number in range(2)]
        runtime.sleep(1)
        queue.stop()
        assert [task.join(1) for task in tasks] == [True, True]
        assert taken == [None, None]

    simulate(body)

    def abandoned(runtime: SimulatedRuntime, queue: Queue) -> None:
        for key in ("a", "b"):
            queue.add(key)
        queue.add_after("c", 5)
        assert queue.get() == "a"
        queue.add("a")
        queue.stop()
        queue.add("d")
        assert queue.get() is None
        queue.done("a")
        assert queue.get() is None
        assert queue.metrics.dropped == 4  # b, c, a once more, d

    simulate(abandoned)


def work(runtime: SimulatedRuntime, queue: Queue, ran: list[str], seconds: float, start: float = 0) -> None:
    runtime.sleep(start)
    while (key := queue.get()) is not None:
        runtime.sleep(seconds)
        ran.append(key)
        queue.done(key)


def test_drain_waits_for_what_is_queued_and_for_what_is_in_flight() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        ran: list[str] = []
        for key in ("a", "b", "c"):
            queue.add(key)
        queue.add_after("delayed", 1)
        worker = runtime.spawn(lambda: work(runtime, queue, ran, 2.0), name="worker")
        runtime.sleep(0.5)
        queue.add("a")

        def add_too_late() -> None:
            runtime.sleep(0.1)
            queue.add("too late")

        runtime.spawn(add_too_late, name="adder")
        queue.drain(timeout=60)
        assert (ran, runtime.monotonic()) == (["a", "b", "c", "a"], 8.0)
        assert worker.join(1)
        queue.drain(timeout=0)

    simulate(body)


def test_drain_waits_for_queued_keys_even_when_nothing_is_in_flight() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        ran: list[str] = []
        queue.add("a")
        runtime.spawn(lambda: work(runtime, queue, ran, 1.0, start=3), name="late worker")
        queue.drain(timeout=60)
        assert ran == ["a"]

    simulate(body)


def test_a_drain_that_runs_out_of_time_names_what_runs_and_what_never_will() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for key in ("a", "b"):
            queue.add(key)
        assert queue.get() == "a"
        with pytest.raises(StopTimeout, match=r"queue q was not drained within 3s; in flight: a; not run: b") as raised:
            queue.drain(timeout=3)
        assert raised.value.running == ("a",)
        assert runtime.monotonic() == 3
        assert queue.get() is None
        queue.done("a")

    simulate(body)


def test_a_drain_that_is_cut_short_by_stop_says_so_to_each_that_drains() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        errors: list[str] = []

        def drain() -> None:
            try:
                queue.drain(timeout=60)
            except LifecycleError as error:
                errors.append(str(error))

        queue.add("a")
        tasks = [runtime.spawn(drain, name=f"drainer {number}") for number in range(2)]
        runtime.sleep(1)
        queue.stop()
        assert [task.join(1) for task in tasks] == [True, True]
        assert errors == ["queue q was stopped before it was drained; what was queued then never runs"] * 2

    simulate(body)


def test_two_that_drain_are_both_woken() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        queue.add("a")
        tasks = [runtime.spawn(lambda: queue.drain(timeout=60), name=f"drainer {number}") for number in range(2)]
        runtime.sleep(1)
        assert take(queue) == "a"
        assert [task.join(1) for task in tasks] == [True, True]

    simulate(body)


def test_the_metrics_are_numbers() -> None:
    def body(runtime: SimulatedRuntime, queue: Queue) -> None:
        for key in ("a", "b", "c", "c"):
            queue.add(key)
        runtime.sleep(4)
        queue.add("d")
        queue.add_after("e", 60)
        assert queue.get() == "a"
        queue.add_rate_limited("a")
        metrics = queue.metrics
        assert (metrics.ready, metrics.delayed, metrics.in_flight, metrics.oldest, metrics.failing) == (3, 2, 1, 4.0, 1)
        assert (metrics.adds, metrics.retries, metrics.dropped) == (7, 1, 0)
        assert len(queue) == 3
        queue.done("a")
        assert (everything(queue), queue.metrics.oldest) == (["b", "c", "d"], 0.0)

    simulate(body)
