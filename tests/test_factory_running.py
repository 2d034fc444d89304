"""How a factory runs: beside controllers, until something ends it; what `on_error="crash"` does; its client."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from kubernetes.client import CoreV1Api

from fakes import FakeAPIServer, SimulatedRuntime
from fakes.api_server.faults import Fault
from informer import ConfigurationError, Controller, KubeObject, LifecycleError, ObjectKey, SharedInformerFactory, StopTimeout

Body = Callable[[SimulatedRuntime, FakeAPIServer], None]


def simulate(body: Body) -> None:
    runtime = SimulatedRuntime(seed=1)
    runtime.run(lambda: body(runtime, FakeAPIServer()))
    assert not runtime.failures, runtime.failures


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="informer")


def node(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


class Trouble(Exception):
    """What users' code raises here."""


def raise_trouble(obj: KubeObject) -> Any:
    raise Trouble(f"cannot bear {obj.name}")


def test_the_client_of_a_factory_is_for_your_own_requests_too() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        client = api.api_client()
        assert SharedInformerFactory(client).api_client is client
        core: Any = CoreV1Api(SharedInformerFactory(client).api_client)
        core.create_node(node("a"))
        assert [each["metadata"]["name"] for each in api.list("nodes")] == ["a"]

    simulate(body)


def test_selectors_that_mean_the_same_are_the_same_informer() -> None:
    factory = SharedInformerFactory(FakeAPIServer().api_client())
    assert factory.informer("pods", selector="a=b,c=d") is factory.informer("pods", selector="a = b, c=d")
    assert factory.informer("pods", field_selector="spec.nodeName=n") is not factory.informer("pods")


def test_controllers_run_beside_a_factory_until_an_interrupt_and_stop_before_it() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client())
        nodes = factory.informer("nodes")
        story: list[str] = []

        def reconcile(key: ObjectKey) -> None:
            story.append(f"start {key}")
            runtime.sleep(10)
            story.append(f"end {key}, {nodes.health.phase.value}")

        def interrupt() -> None:
            runtime.sleep(5)
            runtime.interrupt()

        api.create(node("a"))
        runtime.spawn(interrupt, name="interrupt")
        factory.run_forever(Controller(reconcile, nodes))
        assert story == ["start a", "end a, watching"]
        assert nodes.health.phase.value == "stopped"

    simulate(body)


def test_a_factory_is_stopped_even_when_a_controller_is_not() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client())
        nodes = factory.informer("nodes")

        def interrupt() -> None:
            runtime.sleep(5)
            runtime.interrupt()

        api.create(node("a"))
        runtime.spawn(interrupt, name="interrupt")
        with pytest.raises(StopTimeout, match="still at: a"):
            factory.run_forever(Controller(lambda key: runtime.sleep(1000), nodes))
        assert nodes.health.phase.value == "stopped"

    simulate(body)


def crash(runtime: SimulatedRuntime, api: FakeAPIServer, factory: SharedInformerFactory) -> None:
    """Start `factory` and let something happen to it."""
    with factory:
        factory.wait_for_sync()
        api.create(node("a"))
        runtime.sleep(1)
        api.delete("nodes", "a")
        runtime.sleep(60)


def test_an_interrupt_while_the_factory_and_what_runs_beside_it_still_start_is_heard() -> None:
    class Impatient:
        stopped = False

        def start(self) -> None:
            runtime.interrupt()

        def stop(self) -> None:
            self.stopped = True

    runtime, beside = SimulatedRuntime(seed=1), Impatient()
    runtime.run(lambda: SharedInformerFactory(FakeAPIServer().api_client()).run_forever(beside))
    assert beside.stopped


def test_an_interrupt_while_it_stops_after_a_start_that_failed_is_not_held_back() -> None:
    class First:
        def start(self) -> None:
            pass

        def stop(self) -> None:
            with pytest.raises(KeyboardInterrupt):
                runtime.interrupt()

    class Second(First):
        def start(self) -> None:
            raise Trouble

    runtime = SimulatedRuntime(seed=1)
    factory = SharedInformerFactory(FakeAPIServer().api_client())
    with pytest.raises(Trouble):
        runtime.run(lambda: factory.run_forever(First(), Second()))


def test_what_a_handler_raises_stops_a_crashing_factory_and_comes_out_of_run_forever() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        nodes, pods = factory.informer("nodes"), factory.informer("pods")
        nodes.on_add(raise_trouble)
        later: list[str] = []
        nodes.on_delete(lambda obj: later.append(obj.name))

        def create() -> None:
            runtime.sleep(5)
            api.create(node("a"))
            api.create(node("b"))

        runtime.spawn(create, name="user")
        with pytest.raises(Trouble, match=r"cannot bear [ab]"):
            factory.run_forever()
        assert runtime.monotonic() < 6
        assert [informer.health.phase.value for informer in (nodes, pods)] == ["stopped", "stopped"]
        api.delete("nodes", "a")
        runtime.sleep(60)
        assert later == []

    simulate(body)


def test_it_comes_out_of_the_with_block_where_nobody_runs_the_factory_for_ever() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        factory.informer("nodes").on_add(raise_trouble)
        with pytest.raises(Trouble):
            crash(runtime, api, factory)
        factory.stop()

    simulate(body)


def test_leaving_the_with_block_hides_no_other_error_and_raises_nothing_twice() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        factory.informer("nodes").on_add(raise_trouble)

        def fail() -> None:
            with factory:
                api.create(node("a"))
                runtime.sleep(5)
                raise KeyError("mine")

        with pytest.raises(KeyError, match="mine"):
            fail()

        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        factory.informer("nodes").on_add(raise_trouble)
        with pytest.raises(Trouble) as raised, factory:
            factory.run_forever()
        assert raised.value.__context__ is None

    simulate(body)


def test_who_waits_for_a_sync_learns_of_the_crash() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.create(node("a"))
        api.inject(Fault(verb="list", resource="pods", times=100))
        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        factory.informer("nodes").on_add(raise_trouble)
        factory.informer("pods")
        factory.start()
        with pytest.raises(LifecycleError, match="stopped") as raised:
            factory.wait_for_sync()
        assert isinstance(raised.value.__cause__, Trouble)
        factory.stop()

    simulate(body)


def test_a_transform_an_index_or_a_model_that_raises_is_a_crash_too() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        transforming = SharedInformerFactory(api.api_client(), on_error="crash", transform=raise_trouble)
        transforming.informer("nodes")
        indexing = SharedInformerFactory(api.api_client(), on_error="crash")
        indexing.informer("nodes").add_index("broken", raise_trouble)
        typed = SharedInformerFactory(api.api_client(), on_error="crash")

        def model(content: dict[str, Any]) -> int:
            raise Trouble("no model")

        typed.informer("nodes", model=model).on_add(lambda number: None)
        for factory in (transforming, indexing, typed):
            with pytest.raises(Trouble):
                crash(runtime, api, factory)

    simulate(body)


def test_a_transform_that_raises_at_a_delete_is_a_crash_and_no_deadlock() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        refusing: list[bool] = []

        def transform(obj: KubeObject) -> KubeObject:
            return raise_trouble(obj) if refusing else obj

        factory = SharedInformerFactory(api.api_client(), on_error="crash", transform=transform)
        factory.informer("nodes")
        api.create(node("a"))

        def delete() -> None:
            with factory:
                factory.wait_for_sync()
                refusing.append(True)
                api.delete("nodes", "a")
                runtime.sleep(60)

        with pytest.raises(Trouble):
            delete()

    simulate(body)


def test_what_is_tried_again_is_no_crash() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client(), on_error="crash")
        nodes = factory.informer("nodes")
        api.inject(Fault(verb="list", times=3))
        with factory:
            factory.wait_for_sync()
            runtime.sleep(10)
            api.disconnect()
            api.compact()
            runtime.sleep(120)
            assert nodes.live
            assert nodes.counters.failures > 3

    simulate(body)


def test_by_default_what_a_handler_raises_is_reported_and_the_factory_goes_on() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client())
        nodes = factory.informer("nodes")
        nodes.on_add(raise_trouble)
        crash(runtime, api, factory)
        assert nodes.counters.handler_errors == 1
        assert len(nodes.lister) == 0

    simulate(body)


def test_another_word_than_crash_is_refused() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        word: Any = "ignore"
        with pytest.raises(ConfigurationError, match=r"on_error='ignore': it is a function, \"crash\" or None"):
            SharedInformerFactory(api.api_client(), on_error=word)

    simulate(body)
