"""What handlers are promised: order, isolation, late arrival, removal, filters, resync, typed views, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fakes.simulation import SimulatedRuntime
from informer.errors import LifecycleError, StopTimeout, SyncTimeout
from informer.handlers import Added, Deleted, Event, Registration, Updated
from informer.health import Failure
from informer.objects import KubeObject
from informer.shared_informer import SharedInformer
from tests.scripted import ScriptedSource, added, deleted, modified, node, page

Informer = SharedInformer[KubeObject]


class Meta(msgspec.Struct):
    name: str


class Node(msgspec.Struct):
    metadata: Meta
    kind: str


def simulate(body: Callable[[SimulatedRuntime, ScriptedSource, Informer], None], **options: Any) -> None:
    """Run `body` with an informer that lists nodes a and b, then watches what the body says."""
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [page(node("a", 5), node("b", 6), version=10)])

    def main() -> None:
        informer = SharedInformer(source, name="nodes", runtime=runtime, **options)
        body(runtime, source, informer)
        informer.stop()

    runtime.run(main)


def names(events: list[Event[KubeObject]]) -> list[str]:
    return [f"{type(event).__name__} {event.key}" for event in events]


def test_decorated_functions_get_objects() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        calls: list[tuple[str, ...]] = []

        @informer.on_add
        def joined(obj: KubeObject) -> None:
            calls.append(("joined", obj.name))

        @informer.on_update
        def changed(old: KubeObject, new: KubeObject) -> None:
            calls.append(("changed", old.resource_version, new.resource_version))

        @informer.on_delete
        def left(obj: KubeObject) -> None:
            calls.append(("left", obj.name))

        informer.start()
        informer.wait_for_sync()
        source.say(modified(node("a", 11)), deleted(node("b", 12)))
        runtime.sleep(1)
        assert sorted(calls) == [("changed", "5", "11"), ("joined", "a"), ("joined", "b"), ("left", "b")]

    simulate(body)


def test_decorated_functions_are_called_in_the_order_of_the_events() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        calls: list[str] = []

        @informer.on_add
        def joined(obj: KubeObject) -> None:
            runtime.sleep(5)
            calls.append(f"joined {obj.name}")

        @informer.on_delete
        def left(obj: KubeObject) -> None:
            calls.append(f"left {obj.name}")

        @informer.on_add
        def counted(obj: KubeObject) -> None:
            calls.append(f"counted {obj.name}")

        informer.start()
        informer.wait_for_sync()
        source.say(deleted(node("a", 11)))
        runtime.sleep(60)
        assert [call for call in calls if not call.startswith("counted")] == ["joined a", "joined b", "left a"]
        assert calls[:2] == ["counted a", "counted b"]

    simulate(body)


def test_a_late_handler_is_first_told_of_everything_and_then_of_what_follows() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        informer.start()
        informer.wait_for_sync()
        events: list[Event[KubeObject]] = []
        registration = informer.add_handler(events.append)
        assert not registration.synced
        assert registration.wait_for_sync(1)
        assert names(events) == ["Added a", "Added b"]
        assert all(isinstance(event, Added) and event.initial for event in events)
        source.say(modified(node("a", 11)))
        runtime.sleep(1)
        assert names(events)[2:] == ["Updated a"]

    simulate(body)


def test_a_handler_that_raises_is_reported_and_the_next_event_follows() -> None:
    failures: list[Failure] = []

    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        seen: list[str] = []

        def fragile(event: Event[KubeObject]) -> None:
            if event.key.name == "a":
                raise RuntimeError("cannot bear a")
            seen.append(event.key.name)

        others: list[Event[KubeObject]] = []
        registration = informer.add_handler(fragile)
        informer.add_handler(others.append)
        informer.start()
        assert registration.wait_for_sync(10)
        runtime.sleep(1)
        assert seen == ["b"]
        assert len(others) == 2
        assert informer.counters.handler_errors == 1

    simulate(body, on_error=failures.append)
    assert [(failure.phase, str(failure.error), str(failure.key)) for failure in failures] == [("handler", "cannot bear a", "a")]


def test_an_error_hook_that_raises_harms_nothing() -> None:
    def hook(failure: Failure) -> None:
        raise RuntimeError("hook")

    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        seen: list[str] = []

        def fragile(obj: KubeObject) -> None:
            seen.append(obj.name)
            raise RuntimeError("handler")

        informer.add_handler(on_add=fragile)
        informer.start()
        runtime.sleep(1)
        assert seen == ["a", "b"]

    simulate(body, on_error=hook)


def test_a_slow_handler_delays_neither_the_cache_nor_the_others_and_its_backlog_is_a_number() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        quick: list[Event[KubeObject]] = []
        slow = informer.add_handler(lambda event: runtime.sleep(100))
        informer.add_handler(quick.append)
        informer.start()
        informer.wait_for_sync()
        source.say(added(node("c", 11)))
        runtime.sleep(1)
        assert names(quick) == ["Added a", "Added b", "Added c"]
        assert len(informer.lister) == 3
        assert slow.backlog == 3
        assert not slow.synced
        runtime.sleep(350)
        assert slow.backlog == 0
        assert slow.synced

    simulate(body)


def test_after_remove_no_new_call_starts() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        events: list[Event[KubeObject]] = []
        registration = informer.add_handler(events.append)
        informer.start()
        informer.wait_for_sync()
        runtime.sleep(1)
        registration.remove()
        registration.remove()
        source.say(added(node("c", 11)))
        runtime.sleep(1)
        assert names(events) == ["Added a", "Added b"]

    simulate(body)


def test_a_handler_may_remove_itself() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        events: list[Event[KubeObject]] = []
        registrations: list[Registration] = []

        def once(event: Event[KubeObject]) -> None:
            events.append(event)
            registrations[0].remove()

        registrations.append(informer.add_handler(once))
        informer.start()
        runtime.sleep(1)
        assert names(events) == ["Added a"]
        assert not registrations[0].wait_for_sync(5)

    simulate(body)


def test_an_object_that_starts_to_pass_the_filter_is_added_and_one_that_stops_is_deleted() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        events: list[Event[KubeObject]] = []
        informer.add_handler(events.append, filter=lambda obj: "ready" in obj.labels)
        informer.start()
        ready = {"labels": {"ready": "yes"}}
        source_events = [node("a", 11, metadata=ready), node("a", 12, metadata=ready), node("a", 13), node("a", 14)]
        informer.wait_for_sync()
        runtime.sleep(1)
        source.say(*(modified(obj) for obj in source_events), deleted(node("a", 15)))
        runtime.sleep(1)
        assert names(events) == ["Added a", "Updated a", "Deleted a"]
        assert isinstance(events[2], Deleted)
        assert events[2].object.resource_version == "12"

    simulate(body)


def test_each_handler_is_resynced_at_its_own_period_from_the_cache() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        events: dict[float, list[tuple[float, Event[KubeObject]]]] = {0: [], 20: [], 30: []}
        for period, log in events.items():
            informer.add_handler(lambda event, log=log: log.append((runtime.monotonic(), event)), resync=period)  # type: ignore[misc]
        informer.start()
        runtime.sleep(65)
        assert {period: sorted({time for time, _ in log if time}) for period, log in events.items()} == {
            0: [],
            20: [20, 40, 60],
            30: [30, 60],
        }
        resyncs = [event for time, event in events[20] if time]
        assert all(isinstance(event, Updated) and event.resync and event.old is event.new for event in resyncs)
        assert source.requests == ["list", "watch 10"]

    simulate(body)


def test_a_resync_never_takes_a_handler_back_in_time() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        versions: list[int] = []

        def slow(event: Event[KubeObject]) -> None:
            if event.key.name == "a":
                versions.append(int(event.object.resource_version))
            runtime.sleep(3)

        informer.add_handler(slow, resync=5)
        informer.start()
        for version in range(11, 30):
            runtime.sleep(1)
            source.say(modified(node("a", version)))
        runtime.sleep(300)
        assert versions == sorted(versions)
        assert versions[-1] == 29

    simulate(body)


def test_a_typed_view_shows_models_of_the_same_informer() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        view = informer.typed(Node)
        seen: list[Node] = []
        view.add_handler(on_add=seen.append)
        informer.start()
        view.wait_for_sync()
        runtime.sleep(1)
        assert seen == [Node(Meta("a"), "Node"), Node(Meta("b"), "Node")]
        assert view.lister.get("a") == Node(Meta("a"), "Node")
        assert source.requests == ["list", "watch 10"]

    simulate(body)


def test_the_official_clients_models_are_a_typed_view() -> None:
    from kubernetes.client import V1Node

    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        view = informer.typed(V1Node)
        informer.start()
        view.wait_for_sync()
        found = view.lister.get("a")
        assert isinstance(found, V1Node)
        assert found.metadata is not None
        assert found.metadata.name == "a"
        assert found.metadata.resource_version == "5"

    simulate(body)


def test_an_object_that_a_model_refuses_is_hidden_from_that_view_only() -> None:
    failures: list[Failure] = []

    def strict(content: dict[str, Any]) -> str:
        if content.get("spec"):
            raise ValueError("no spec allowed")
        return str(content["metadata"]["name"])

    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        view = informer.typed(strict)
        seen: list[str] = []
        every: list[Event[KubeObject]] = []
        view.add_handler(lambda event: seen.append(f"{type(event).__name__} {event.object}"))
        informer.add_handler(every.append)
        informer.start()
        informer.wait_for_sync()
        source.say(modified(node("a", 11, spec={"x": 1})), modified(node("a", 12)), deleted(node("a", 13)))
        runtime.sleep(1)
        assert seen == ["Added a", "Added b", "Deleted a", "Added a", "Deleted a"]
        assert len(every) == 5
        source.say(added(node("c", 14, spec={"x": 1})))
        runtime.sleep(1)
        assert view.lister.list() == ["b"]
        assert [str(key) for key in view.lister.list().quarantined] == ["c"]
        assert [obj.name for obj in informer.lister.list()] == ["b", "c"]

    simulate(body, on_error=failures.append)
    assert {failure.phase for failure in failures} == {"model"}


def test_stop_returns_when_all_has_ended_and_nothing_is_called_after_it() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        calls: list[float] = []

        def slow(event: Event[KubeObject]) -> None:
            runtime.sleep(4)
            calls.append(runtime.monotonic())

        informer.add_handler(slow)
        informer.start()
        runtime.sleep(1)
        informer.stop()
        assert calls == [4.0]
        runtime.sleep(60)
        assert calls == [4.0]
        assert informer.health.phase.value == "stopped"
        assert [obj.name for obj in informer.lister.list()] == ["a", "b"]

    simulate(body)


def test_stop_names_what_still_runs_when_its_time_is_up() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        def endless(event: Event[KubeObject]) -> None:
            runtime.sleep(1000)

        informer.add_handler(endless)
        informer.start()
        runtime.sleep(1)
        with pytest.raises(StopTimeout, match=r"nodes did not stop within 20s; still running: nodes handler 1 .*endless"):
            informer.stop()
        runtime.sleep(1000)

    simulate(body)


def test_stop_from_a_handler_returns_at_once_and_nothing_new_starts() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        events: list[Event[KubeObject]] = []

        def last(event: Event[KubeObject]) -> None:
            events.append(event)
            informer.stop()

        informer.add_handler(last)
        informer.start()
        runtime.sleep(5)
        assert names(events) == ["Added a"]

    simulate(body)


def test_starting_twice_or_after_stop_or_adding_a_handler_after_stop_says_so() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        with pytest.raises(LifecycleError, match="not started"):
            informer.wait_for_sync()
        informer.start()
        with pytest.raises(LifecycleError, match="started already"):
            informer.start()
        informer.stop()
        informer.stop()
        with pytest.raises(LifecycleError, match="runs once"):
            informer.start()
        with pytest.raises(LifecycleError, match="would never be called"):
            informer.add_handler(print)

    simulate(body)


def test_waiting_for_sync_in_vain_says_who_is_late_and_why() -> None:
    from informer.errors import Forbidden

    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [Forbidden("nodes is forbidden")] * 100)

    def main() -> None:
        informer = SharedInformer(source, name="nodes", runtime=runtime)
        informer.start()
        with pytest.raises(
            SyncTimeout, match=r"nodes: backing off since .*not synced, last error: Forbidden: nodes is forbidden"
        ) as caught:
            informer.wait_for_sync(timeout=30)
        assert len(caught.value.late) == 1
        assert runtime.monotonic() == 30
        informer.stop()

    runtime.run(main)


def test_who_waits_for_sync_is_woken_by_stop() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [])

    def main() -> None:
        informer = SharedInformer(source, name="nodes", runtime=runtime)
        informer.start()
        woken: list[float] = []

        def wait() -> None:
            with pytest.raises(LifecycleError, match="stopped before it was synced"):
                informer.wait_for_sync(timeout=None)
            woken.append(runtime.monotonic())

        task = runtime.spawn(wait, name="waiter")
        runtime.sleep(7)
        informer.stop()
        task.join()
        assert woken == [7]

    runtime.run(main)


def test_health_follows_what_the_informer_does() -> None:
    from informer.errors import Disconnected

    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [page(version=10)], [[10.0, Disconnected("reset by peer")], Disconnected("refused")])

    def main() -> None:
        informer = SharedInformer(source, name="nodes", runtime=runtime)
        assert informer.health.phase.value == "not started"
        informer.start()
        runtime.sleep(5)
        assert (informer.live, informer.health.failure) == (True, None)
        runtime.sleep(5.1)
        assert (informer.live, "reset by peer" in str(informer.health)) == (False, True)
        runtime.sleep(30)
        assert (informer.live, informer.health.failure) == (True, None)
        assert informer.counters.failures == 2
        informer.stop()

    runtime.run(main)


def test_an_index_can_be_added_late_and_follows_changes() -> None:
    def body(runtime: SimulatedRuntime, source: ScriptedSource, informer: Informer) -> None:
        informer.start()
        informer.wait_for_sync()
        informer.add_index("zone", lambda obj: [zone] if (zone := obj.labels.get("zone")) else [])
        assert informer.lister.index_values("zone") == []
        source.say(modified(node("a", 11, metadata={"labels": {"zone": "x"}})))
        runtime.sleep(1)
        assert [obj.name for obj in informer.lister.by_index("zone", "x")] == ["a"]
        source.say(modified(node("a", 12, metadata={"labels": {"zone": "y"}})))
        runtime.sleep(1)
        assert informer.lister.index_values("zone") == ["y"]
        with pytest.raises(ValueError, match="no index 'rack'; those there are: namespace, zone"):
            informer.lister.by_index("rack", "x")
        with pytest.raises(ValueError, match="an index 'zone' already"):
            informer.add_index("zone", lambda obj: [])

    simulate(body)


def test_the_lister_selects_by_labels_and_by_namespace() -> None:
    runtime = SimulatedRuntime(seed=1)
    pods = [node("p", 5, metadata={"namespace": "x", "labels": {"app": "web"}}), node("p", 6, metadata={"namespace": "y"})]
    source = ScriptedSource(runtime, [page(*pods, version=10)])

    def main() -> None:
        with SharedInformer(source, runtime=runtime) as informer:
            informer.wait_for_sync()
            lister = informer.lister
            assert [str(obj.key) for obj in lister.list(selector="app=web")] == ["x/p"]
            assert [str(obj.key) for obj in lister.list(namespace="y")] == ["y/p"]
            assert [str(obj.key) for obj in lister.list(namespace="")] == ["x/p", "y/p"]
            assert lister.get("x/p") == pods[0]
            assert lister.get("z/p") is None
            assert [*map(str, lister.keys())] == ["x/p", "y/p"]
            assert len(list(lister)) == len(lister) == 2

    runtime.run(main)
