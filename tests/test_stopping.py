"""Starts and ends from unusual places: from the informer's own functions, by `sys.exit`, and of what runs already."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from fakes import FakeAPIServer
from fakes.simulation import SimulatedRuntime
from informer import SharedInformerFactory
from informer.errors import Forbidden, LifecycleError
from informer.health import Failure, Phase
from informer.objects import KubeObject
from informer.shared_informer import SharedInformer
from tests.scripted import ScriptedSource, modified, node, page

FIRST = page(node("a", 5), version=5)


def leave(obj: KubeObject) -> Any:
    sys.exit(1)


def test_stop_from_the_error_hook_returns_at_once() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [Forbidden("no")])
    stopped_at: list[float] = []

    def on_error(failure: Failure) -> None:
        informers[0].stop()
        stopped_at.append(runtime.monotonic())

    def main() -> Phase:
        informers.append(SharedInformer(source, runtime=runtime, on_error=on_error))
        informers[0].start()
        runtime.sleep(60)
        return informers[0].health.phase

    informers: list[SharedInformer[KubeObject]] = []
    assert runtime.run(main) is Phase.STOPPED
    assert stopped_at == [0]
    assert source.requests == ["list"]


def test_stop_from_a_transform_returns_at_once() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [FIRST])
    stopped_at: list[float] = []

    def transform(obj: KubeObject) -> KubeObject:
        informers[0].stop()
        stopped_at.append(runtime.monotonic())
        return obj

    def main() -> Phase:
        informers.append(SharedInformer(source, runtime=runtime, transform=transform))
        informers[0].start()
        runtime.sleep(60)
        return informers[0].health.phase

    informers: list[SharedInformer[KubeObject]] = []
    assert runtime.run(main) is Phase.STOPPED
    assert stopped_at == [0]


def test_stop_of_a_factory_from_the_error_hook_returns_at_once_and_stops_every_informer() -> None:
    runtime = SimulatedRuntime(seed=1)
    stopped: list[bool] = []

    def main() -> list[Phase]:
        def on_error(failure: Failure) -> None:
            before = runtime.monotonic()
            factory.stop()
            stopped.append(runtime.monotonic() == before)

        factory = SharedInformerFactory(FakeAPIServer().api_client(), on_error=on_error)
        factory.informer("nosuchthings.example.com")
        factory.informer("nodes")
        factory.start()
        runtime.sleep(60)
        return [informer.health.phase for informer in factory.informers]

    assert runtime.run(main) == [Phase.STOPPED, Phase.STOPPED]
    assert stopped == [True]


def test_a_handler_that_exits_is_reported_and_the_next_event_follows() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [page(node("a", 5), node("b", 5), version=5)], [[modified(node("b", 6))]])
    failures: list[Failure] = []
    updates: list[str] = []

    def main() -> int:
        informer = SharedInformer(source, runtime=runtime, on_error=failures.append)
        registration = informer.add_handler(on_add=leave, on_update=lambda old, new: updates.append(new.resource_version))
        informer.start()
        runtime.sleep(10)
        backlog = registration.backlog
        informer.stop()
        return backlog

    assert runtime.run(main) == 0
    assert [(failure.phase, type(failure.error)) for failure in failures] == [("handler", SystemExit)] * 2
    assert updates == ["6"]


def test_an_informer_whose_transform_exits_says_that_it_stopped() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [FIRST])

    def main() -> None:
        informer = SharedInformer(source, runtime=runtime, transform=leave)
        informer.start()
        with pytest.raises(LifecycleError, match="was stopped before it was synced"):
            informer.wait_for_sync(None)
        assert informer.health.phase is Phase.STOPPED
        informer.stop()

    runtime.run(main)


def test_a_factory_starts_the_informers_that_do_not_run_yet_and_stops_all() -> None:
    runtime = SimulatedRuntime(seed=1)

    def main() -> list[Phase]:
        factory = SharedInformerFactory(FakeAPIServer().api_client())
        for resource in ("nodes", "pods", "services"):
            factory.informer(resource)
        factory.informers[1].start()
        with factory:
            factory.wait_for_sync()
        return [informer.health.phase for informer in factory.informers]

    assert runtime.run(main) == [Phase.STOPPED] * 3


def test_a_handler_that_was_removed_has_no_backlog() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [page(*(node(f"n{number}", 5) for number in range(10)), version=5)])

    def main() -> int:
        informer = SharedInformer(source, runtime=runtime)
        registration = informer.add_handler(on_add=lambda obj: registration.remove())
        informer.start()
        runtime.sleep(10)
        backlog = registration.backlog
        informer.stop()
        return backlog

    assert runtime.run(main) == 0
