"""What the controller promises: keys, retries, requeues, the order of start and stop, and what it reports."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from fakes import FakeAPIServer, SimulatedRuntime
from informer import (
    ConfigurationError,
    Controller,
    Failure,
    KubeObject,
    LifecycleError,
    ObjectKey,
    Requeue,
    SharedInformerFactory,
    StopTimeout,
)

Body = Callable[[SimulatedRuntime, FakeAPIServer, SharedInformerFactory], None]


def simulate(body: Body) -> None:
    runtime = SimulatedRuntime(seed=1)

    def main() -> None:
        api = FakeAPIServer()
        body(runtime, api, SharedInformerFactory(api.api_client()))

    runtime.run(main)
    assert not runtime.failures, runtime.failures


def node(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


def ignore(key: ObjectKey) -> None:
    """A reconcile function that does nothing."""


def test_each_change_of_an_object_leads_to_a_call_with_its_key_and_a_delete_too() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        nodes = factory.informer("nodes")
        seen: list[tuple[str, str | None]] = []

        def reconcile(key: ObjectKey) -> None:
            found = nodes.lister.get(key)
            seen.append((str(key), found.labels.get("zone") if found else None))

        api.create(node("a", zone="1"))
        with factory, Controller(reconcile, nodes):
            runtime.sleep(1)
            api.patch("nodes", "a", {"metadata": {"labels": {"zone": "2"}}})
            runtime.sleep(1)
            api.delete("nodes", "a")
            runtime.sleep(1)
        assert seen == [("a", "1"), ("a", "2"), ("a", None)]

    simulate(body)


def test_a_key_function_maps_objects_to_keys_and_after_an_update_both_the_old_and_the_new_one() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        seen: list[str] = []
        controller = Controller(lambda key: seen.append(str(key)), name="zones")

        def zones(obj: KubeObject) -> list[ObjectKey] | None:
            return [ObjectKey("", zone) for zone in obj.labels["zones"].split("-")] if "zones" in obj.labels else None

        controller.watch(factory.informer("nodes"), key=zones)
        with factory, controller:
            api.create(node("ignored"))
            api.create(node("a", zones="x-y"))
            runtime.sleep(1)
            assert sorted(seen) == ["x", "y"]
            seen.clear()
            api.patch("nodes", "a", {"metadata": {"labels": {"zones": "z"}}})
            runtime.sleep(1)
            assert sorted(seen) == ["x", "y", "z"]

    simulate(body)


def test_what_a_key_function_gives_that_is_no_key_is_reported_by_its_informer() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        failures: list[Failure] = []
        factory = SharedInformerFactory(factory.api_client, on_error=failures.append)
        api.create(node("a"))
        wrong: Any = lambda obj: obj.name  # noqa: E731
        with factory, Controller(ignore, factory.informer("nodes"), key=wrong):
            runtime.sleep(1)
        assert [(failure.phase, str(failure.error)) for failure in failures] == [
            ("handler", "a key function gave 'a'; it gives an ObjectKey, several, or None")
        ]

    simulate(body)


def test_nothing_is_called_before_every_informer_has_fed_its_first_list() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        from fakes.api_server.faults import Fault

        for name in ("a", "b", "c"):
            api.create(node(name))
        api.inject(Fault(verb="list", resource="pods", status=500, times=5))
        pods, nodes = factory.informer("pods"), factory.informer("nodes")
        calls: list[tuple[bool, int]] = []
        controller = Controller(lambda key: calls.append((pods.synced, len(nodes.lister))), nodes, pods, workers=3)
        with controller, factory:
            nodes.wait_for_sync()
            runtime.sleep(1)
            assert (calls, controller.synced, len(controller.queue)) == ([], False, 3)
            factory.wait_for_sync(timeout=300)
            runtime.sleep(1)
            assert controller.synced
        assert calls == [(True, 3)] * 3

    simulate(body)


def test_a_failure_is_retried_with_backoff_reported_and_forgotten_after_a_success(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="informer.controller")

    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        times: list[float] = []
        failures: list[Failure] = []

        def reconcile(key: ObjectKey) -> None:
            times.append(runtime.monotonic())
            if len(times) % 7:
                raise OSError("the cloud is down")

        api.create(node("a"))
        controller = Controller(reconcile, factory.informer("nodes"), name="labels", on_error=failures.append)
        with factory, controller:
            runtime.sleep(60)
            assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([0.005, 0.01, 0.02, 0.04, 0.08, 0.16])
            api.patch("nodes", "a", {"metadata": {"labels": {"zone": "2"}}})
            runtime.sleep(60)
        assert times[8] - times[7] == pytest.approx(0.005)
        assert (controller.counters.successes, controller.counters.failures) == (2, 12)
        assert controller.queue.metrics.failing == 0
        assert str(failures[2]) == "labels: reconcile of a failed: OSError: the cloud is down; attempt 3, next in 0.0s"
        assert [failure.attempt for failure in failures] == [1, 2, 3, 4, 5, 6] * 2

    simulate(body)
    messages = [record.getMessage() for record in caplog.records]
    assert (
        messages
        == [
            "controller=labels reconcile failed for object=a retry_in=0.005s",
            "controller=labels object=a recovered attempts=6",
        ]
        * 2
    )
    assert "the cloud is down" in caplog.text


def test_a_failing_key_holds_up_no_other() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        done: list[str] = []

        def reconcile(key: ObjectKey) -> None:
            if key.name == "bad":
                raise ValueError("never works")
            done.append(key.name)

        for name in ("bad", "a", "b"):
            api.create(node(name))
        with factory, Controller(reconcile, factory.informer("nodes")):
            runtime.sleep(0.001)
            assert sorted(done) == ["a", "b"]

    simulate(body)


def test_sys_exit_in_the_function_is_a_failure_and_not_the_end_of_its_worker() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        calls: list[ObjectKey] = []

        def reconcile(key: ObjectKey) -> None:
            calls.append(key)
            if len(calls) < 3:
                raise SystemExit(1)

        api.create(node("a"))
        controller = Controller(reconcile, factory.informer("nodes"))
        with factory, controller:
            runtime.sleep(1)
        assert (controller.counters.failures, controller.counters.successes) == (2, 1)

    simulate(body)


def test_an_error_hook_that_raises_harms_nothing() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        calls: list[float] = []

        def reconcile(key: ObjectKey) -> None:
            calls.append(runtime.monotonic())
            raise ValueError("bad")

        def hook(failure: Failure) -> None:
            raise RuntimeError("hook")

        api.create(node("a"))
        with factory, Controller(reconcile, factory.informer("nodes"), on_error=hook):
            runtime.sleep(1)
        assert len(calls) > 3

    simulate(body)


def test_requeue_has_the_key_called_again_after_that_time_and_is_no_failure() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        times: list[float] = []

        def reconcile(key: ObjectKey) -> Requeue | None:
            times.append(runtime.monotonic())
            return Requeue(after=30) if len(times) < 3 else None

        api.create(node("a"))
        controller = Controller(reconcile, factory.informer("nodes"))
        with factory, controller:
            runtime.sleep(300)
        assert [later - earlier for earlier, later in pairwise(times)] == [30, 30]
        assert (controller.counters.successes, controller.counters.requeues, controller.counters.failures) == (3, 2, 0)

    simulate(body)


def test_a_change_before_a_requeue_is_due_leads_to_one_call_and_not_to_two() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        times: list[float] = []

        def reconcile(key: ObjectKey) -> Requeue | None:
            times.append(runtime.monotonic())
            return Requeue(after=30) if len(times) == 1 else None

        api.create(node("a"))
        with factory, Controller(reconcile, factory.informer("nodes")):
            runtime.sleep(10)
            api.patch("nodes", "a", {"metadata": {"labels": {"zone": "2"}}})
            runtime.sleep(300)
        assert len(times) == 2

    simulate(body)


@pytest.mark.parametrize("after", [-1, float("inf"), float("nan")])
def test_a_requeue_that_names_no_time_is_refused(after: float) -> None:
    with pytest.raises(ValueError, match="no number of seconds"):
        Requeue(after)


def test_a_function_that_returns_something_else_is_told_so_and_tried_again() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        failures: list[Failure] = []
        wrong: Any = lambda key: True  # noqa: E731
        api.create(node("a"))
        with factory, Controller(wrong, factory.informer("nodes"), on_error=failures.append):
            runtime.sleep(1)
        assert str(failures[1].error) == "reconcile returned True; it returns None, or Requeue(after=seconds)"

    simulate(body)


def test_a_resync_feeds_everything_again() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        times: list[float] = []
        api.create(node("a"))
        with factory, Controller(lambda key: times.append(runtime.monotonic()), factory.informer("nodes"), resync=60):
            runtime.sleep(150)
        assert len(times) == 3

    simulate(body)


def test_keys_may_come_from_elsewhere_and_a_controller_needs_no_informer() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        seen: list[ObjectKey] = []
        with Controller(seen.append) as controller:
            controller.queue.add(ObjectKey("ns", "x"))
            runtime.sleep(1)
        assert seen == [ObjectKey("ns", "x")]

    simulate(body)


def test_workers_work_on_different_keys_at_once() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        for number in range(6):
            api.create(node(f"n{number}"))
        controller = Controller(lambda key: runtime.sleep(10), factory.informer("nodes"), workers=3)
        with factory, controller:
            runtime.sleep(1)
            assert len(controller.queue.in_flight()) == 3
            runtime.sleep(20)
            assert controller.counters.successes == 6

    simulate(body)


def test_stop_waits_for_the_calls_that_run_and_starts_no_other() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        story: list[str] = []

        def reconcile(key: ObjectKey) -> None:
            story.append(f"start {key}")
            runtime.sleep(10)
            story.append(f"end {key}")

        for name in ("a", "b", "c"):
            api.create(node(name))
        controller = Controller(reconcile, factory.informer("nodes"), workers=2)
        with factory:
            controller.start()
            runtime.sleep(1)
            before = runtime.monotonic()
            controller.stop(timeout=20)
            assert 8 < runtime.monotonic() - before <= 10
            assert [line.split()[0] for line in story] == ["start", "start", "end", "end"]
            api.create(node("d"))
            runtime.sleep(60)
            assert len(story) == 4
            controller.stop()

    simulate(body)


def test_a_stop_that_runs_out_of_time_names_the_keys_that_are_worked_on() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        api.create(node("a"))
        controller = Controller(lambda key: runtime.sleep(100), factory.informer("nodes"), name="slow")
        with factory:
            controller.start()
            runtime.sleep(1)
            with pytest.raises(StopTimeout, match=r"controller slow did not stop within 3s; still at: a") as raised:
                controller.stop(timeout=3)
            assert raised.value.running == ("a",)
            controller.stop(timeout=200)

    simulate(body)


def test_stop_from_the_function_itself_returns_at_once_and_nothing_new_starts() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        seen: list[ObjectKey] = []

        def reconcile(key: ObjectKey) -> Requeue:
            controller.stop()
            seen.append(key)
            return Requeue(after=1)

        for name in ("a", "b", "c"):
            api.create(node(name))
        controller = Controller(reconcile, factory.informer("nodes"), workers=2)
        with factory:
            controller.start()
            runtime.sleep(60)
            controller.stop()
        assert len(seen) == 1

    simulate(body)


def test_stop_before_the_first_list_wakes_the_workers_that_wait_for_it() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        controller = Controller(ignore, factory.informer("nodes"))
        controller.start()
        runtime.sleep(1)
        controller.stop(timeout=1)
        factory.stop()

    simulate(body)


def test_a_controller_runs_once_and_cannot_be_changed_after_its_start() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        nodes = factory.informer("nodes")
        controller = Controller(ignore, nodes)
        controller.start()
        with pytest.raises(LifecycleError, match="started already"):
            controller.start()
        with pytest.raises(LifecycleError, match="call watch before"):
            controller.watch(nodes)
        controller.stop()
        with pytest.raises(LifecycleError, match="has stopped"):
            controller.start()

    simulate(body)


def test_a_controller_does_not_start_on_an_informer_that_has_stopped() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
        other = SharedInformerFactory(api.api_client())
        controller = Controller(ignore, other.informer("nodes"), factory.informer("nodes"))
        factory.stop()
        with pytest.raises(LifecycleError, match="has stopped"):
            controller.start()
        with other:
            api.create(node("a"))
            runtime.sleep(1)
        assert len(controller.queue) == 0

    simulate(body)


def test_a_controller_without_workers_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="workers=0"):
        Controller(ignore, workers=0)
