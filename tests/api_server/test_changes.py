"""`api.watch`: what a test is told of the changes that its program makes, in a simulation and on threads."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes.client import CoreV1Api

from fakes import FakeAPIServer, SimulatedRuntime, objects
from fakes.api_server.errors import StatusError
from fakes.api_server.faults import Fault
from informer.runtime import Runtime, ThreadRuntime
from tests.waiting import PATIENCE


@pytest.fixture
def simulation() -> SimulatedRuntime:
    return SimulatedRuntime(0)


@pytest.fixture
def api(simulation: SimulatedRuntime) -> FakeAPIServer:
    return FakeAPIServer(runtime=simulation)


def test_changes_are_told_in_order_with_their_versions_and_objects(api: FakeAPIServer) -> None:
    with api.watch("configmaps") as changes:
        api.create(objects.configmap("a", data={"v": "1"}))
        api.patch("configmaps", "a", {"data": {"v": "2"}})
        api.delete("configmaps", "a")
        told = changes.pending()
    assert [(change.type, change.name, change.object["data"]["v"]) for change in told] == [
        ("ADDED", "a", "1"),
        ("MODIFIED", "a", "2"),
        ("DELETED", "a", "2"),
    ]
    assert [int(change.version) for change in told] == [api.revision - 2, api.revision - 1, api.revision]
    assert str(told[0]) == f"ADDED default/a@{told[0].version}"
    assert changes.pending() == []


def test_a_selection_is_entered_and_left(api: FakeAPIServer) -> None:
    api.create(objects.configmap("a"))
    with api.watch("configmaps", "default", "team=x") as labelled, api.watch("configmaps", field_selector="metadata.name=b") as named:
        api.create(objects.configmap("b"))
        api.create(objects.configmap("c", "kube-public", labels={"team": "x"}))
        for team in ("x", "y"):
            api.patch("configmaps", "a", {"metadata": {"labels": {"team": team}}})
        assert [str(change).split("@")[0] for change in labelled.pending()] == ["ADDED default/a", "DELETED default/a"]
        assert [change.name for change in named.pending()] == ["b"]


def test_a_watch_starts_now_or_after_a_version_or_with_what_there_is(api: FakeAPIServer) -> None:
    first = api.create(objects.configmap("a"))["metadata"]["resourceVersion"]
    api.create(objects.configmap("b"))
    assert api.watch("configmaps").pending() == []
    assert [change.name for change in api.watch("configmaps", version=first).pending()] == ["b"]
    assert [change.name for change in api.watch("configmaps", version=int(first)).pending()] == ["b"]
    assert [change.name for change in api.watch("configmaps", initial=True).pending()] == ["a", "b"]
    with pytest.raises(ValueError, match="not both"):
        api.watch("configmaps", initial=True, version=first)
    api.compact()
    with pytest.raises(StatusError, match="too old resource version") as refusal:
        api.watch("configmaps", version=first)
    assert refusal.value.code == 410
    with pytest.raises(StatusError, match="not a known field selector"):
        api.watch("configmaps", field_selector="data.a=1")


@pytest.mark.parametrize("runtime", [SimulatedRuntime(0), ThreadRuntime()], ids=["simulated", "threads"])
def test_a_program_that_runs_beside_the_test_is_waited_for(runtime: Runtime) -> None:
    def story() -> tuple[str, str]:
        with FakeAPIServer(runtime=runtime) as api, api.watch("pods", timeout=PATIENCE) as changes:
            client: Any = CoreV1Api(api.api_client())

            def program() -> None:
                client.create_namespaced_pod("default", objects.pod("web-1"))
                client.patch_namespaced_pod_status("web-1", "default", {"status": {"phase": "Running"}})
                client.delete_namespaced_pod("web-1", "default")

            runtime.spawn(program, name="program")
            running = changes.until(name="web-1", when=lambda pod: pod["status"].get("phase") == "Running")
            return running.type, changes.until("DELETED").name

    assert (runtime.run(story) if isinstance(runtime, SimulatedRuntime) else story()) == ("MODIFIED", "web-1")


def test_iteration_ends_where_nothing_comes_for_the_timeout(api: FakeAPIServer, simulation: SimulatedRuntime) -> None:
    def write() -> None:
        for pause, name in [(4, "a"), (4, "b"), (6, "late")]:
            simulation.sleep(pause)
            api.create(objects.configmap(name))

    def story() -> list[tuple[float, str]]:
        simulation.spawn(write, name="writer")
        with api.watch("configmaps", timeout=5) as changes:
            told = [(simulation.monotonic(), change.name) for change in changes]
        return [*told, (simulation.monotonic(), "end")]

    assert simulation.run(story) == [(4, "a"), (8, "b"), (13, "end")]


def test_what_does_not_come_is_an_error_that_tells_what_came(api: FakeAPIServer, simulation: SimulatedRuntime) -> None:
    def story() -> None:
        with api.watch("configmaps", timeout=5) as changes:
            api.create(objects.configmap("a"))
            changes.until("DELETED", "a", when=lambda found: True)

    with pytest.raises(TimeoutError) as error:
        simulation.run(story)
    assert str(error.value) == (
        f"no DELETED of configmaps a of which `when` is true: none came within 5 s; what came: ADDED default/a@{api.revision}"
    )


def test_changes_end_when_the_server_is_closed_or_restored(api: FakeAPIServer, simulation: SimulatedRuntime) -> None:
    def story() -> None:
        snapshot = api.snapshot()
        restored = api.watch("configmaps", timeout=None)
        api.create(objects.configmap("a"))
        api.restore(snapshot)
        closed = api.watch("configmaps", timeout=None)
        api.create(objects.configmap("b"))
        simulation.spawn(api.close, name="closer")
        assert [change.name for change in restored] == ["a"]
        assert [change.name for change in closed] == ["b"]
        with pytest.raises(TimeoutError, match="no change of configmaps: the changes have ended; what came: nothing"):
            closed.until()

    simulation.run(story)


def test_no_fault_meets_them_and_they_are_no_request(api: FakeAPIServer) -> None:
    api.inject(Fault(status=500, times=9))
    with api.watch("configmaps") as changes:
        api.disconnect()
        api.create(objects.configmap("a"))
        assert [change.name for change in changes.pending()] == ["a"]
    assert api.requests == []


def test_closed_changes_hold_what_had_come_and_nothing_more(api: FakeAPIServer) -> None:
    changes = api.watch("configmaps")
    api.create(objects.configmap("a"))
    changes.close()
    changes.close()
    api.create(objects.configmap("b"))
    assert [change.name for change in changes] == ["a"]
