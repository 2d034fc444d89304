"""Which pods the restarter deletes, how often, and which it leaves alone."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples.restart_stuck_pods import StuckPodRestarter
from fakes import FakeAPIServer, Schedule, SimulatedRuntime
from fakes.api_server.faults import Fault
from fakes.histories import Compact, Disconnect, Pause, play
from fakes.strategies import schedules
from informer import SharedInformerFactory
from tests.examples.simulated import messages, simulate

LOGGER = "restart-stuck-pods"
OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1234", "controller": True}


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="informer")
    caplog.set_level(logging.INFO, logger=LOGGER)  # the last level is also the handler's


def pod(name: str = "web-1", *owners: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "ownerReferences": list(owners)},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
    }


def failure(about: dict[str, Any], name: str, *, reason: str = "FailedMount", count: int = 3) -> dict[str, Any]:
    metadata = about["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": metadata["namespace"]},
        "involvedObject": {"kind": "Pod", "namespace": metadata["namespace"], "name": metadata["name"], "uid": metadata["uid"]},
        "reason": reason,
        "message": "the volume is nowhere",
        "count": count,
    }


def follow(api: FakeAPIServer) -> tuple[SharedInformerFactory, StuckPodRestarter]:
    factory = SharedInformerFactory(api.api_client())
    return factory, StuckPodRestarter(factory)


def create(api: FakeAPIServer, obj: dict[str, Any], phase: str = "Pending") -> dict[str, Any]:
    api.create(obj)
    return api.patch("pods", obj["metadata"]["name"], {"status": {"phase": phase}}, "default", subresource="status")


def deletions(api: FakeAPIServer) -> list[int]:
    """The answers to the requests to delete pods."""
    return [request.status for request in api.requests if (request.verb, request.resource) == ("delete", "pods")]


def there(api: FakeAPIServer) -> list[str]:
    return [each["metadata"]["name"] for each in api.list("pods")]


@pytest.mark.parametrize("reason", ["FailedMount", "FailedAttachVolume"])
def test_a_stuck_pod_with_an_owner_is_deleted_once(reason: str, caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            stuck = create(api, pod("web-1", OWNER))
            create(api, pod("web-2", OWNER))
            runtime.sleep(1)
            api.create(failure(stuck, "e1", reason=reason))
            runtime.sleep(1)
            api.patch("events", "e1", {"count": 4}, "default")
            api.create(failure(stuck, "e2", reason=reason))
            runtime.sleep(60)
        assert there(api) == ["web-2"]
        assert deletions(api) == [200]
        assert restarter.handled == {}

    simulate(body)
    assert messages(caplog.records, LOGGER) == ["pod default/web-1 deleted, its owner recreates it: the volume is nowhere"]


def test_a_pod_that_takes_its_time_to_go_is_deleted_once_too() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            slow = pod("web-1", OWNER)
            slow["metadata"]["finalizers"] = ["example.com/slow"]
            stuck = create(api, slow)
            for number in range(5):
                api.create(failure(stuck, f"e{number}"))
                runtime.sleep(5)
        assert deletions(api) == [200]
        assert there(api) == ["web-1"]

    simulate(body)


def test_it_does_not_matter_whether_the_event_or_the_pod_is_seen_first() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        stuck = create(api, pod("web-1", OWNER))
        api.create(failure(stuck, "e1"))
        api.inject(Fault(verb="list", resource="pods", times=5))
        factory, restarter = follow(api)
        with restarter.controller, factory:
            factory.wait_for_sync(timeout=120)
            runtime.sleep(1)
        assert there(api) == []

    simulate(body)


def test_a_pod_without_an_owner_is_reported_once_and_stays(caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            stuck = create(api, pod("alone"))
            for number in range(3):
                api.create(failure(stuck, f"e{number}"))
                runtime.sleep(1)
        assert (there(api), deletions(api)) == (["alone"], [])

    simulate(body)
    assert messages(caplog.records, LOGGER) == ["pod default/alone is stuck, and nobody would recreate it: the volume is nowhere"]


def test_a_failure_or_two_a_failure_of_another_kind_and_a_pod_that_runs_are_left_alone() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            api.create(failure(create(api, pod("first-tries", OWNER)), "e1", count=2))
            api.create(failure(create(api, pod("other-reason", OWNER)), "e2", reason="FailedScheduling"))
            api.create(failure(create(api, pod("running", OWNER), phase="Running"), "e3"))
            runtime.sleep(60)
        assert there(api) == ["first-tries", "other-reason", "running"]

    simulate(body)


def test_the_failures_of_a_pod_are_not_held_against_the_next_one_of_its_name() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            api.create(failure(create(api, pod("db-0", OWNER)), "e1"))
            runtime.sleep(1)
            create(api, pod("db-0", OWNER))
            runtime.sleep(60)
        assert there(api) == ["db-0"]
        assert deletions(api) == [200]

    simulate(body)


def test_a_pod_that_was_replaced_unseen_is_spared_by_the_precondition(caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            stuck = create(api, pod("db-0", OWNER))
            runtime.sleep(10)
            api.inject(Fault(verb="watch", resource="pods", times=20))
            api.disconnect(resource="pods")
            api.delete("pods", "db-0", "default")
            api.create(pod("db-0", OWNER))
            api.create(failure(stuck, "e1"))
            runtime.sleep(10)
            assert deletions(api) == [409]
        assert there(api) == ["db-0"]

    simulate(body)
    assert messages(caplog.records, LOGGER) == ["pod default/db-0 was gone already"]


def test_a_delete_that_fails_is_tried_again() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.inject(Fault(verb="delete", resource="pods", status=500, times=3))
        factory, restarter = follow(api)
        with factory, restarter.controller:
            api.create(failure(create(api, pod("web-1", OWNER)), "e1"))
            runtime.sleep(60)
        assert (there(api), deletions(api)) == ([], [500, 500, 500, 200])

    simulate(body)


TROUBLE = st.sampled_from((Compact(), Disconnect(), Disconnect(clean=True), Pause(0.1), Pause(70.0)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(trouble=st.lists(TROUBLE, max_size=6), schedule=schedules())
def test_whatever_happens_to_the_connection_each_stuck_pod_is_deleted_once(
    trouble: list[Compact | Disconnect | Pause], schedule: Schedule
) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory, restarter = follow(api)
        with factory, restarter.controller:
            stuck = [create(api, pod(name, OWNER)) for name in ("db-0", "db-1")]
            for number, step in enumerate([Pause(0), *trouble]):
                play([step], api, runtime)
                for about in stuck:
                    api.create(failure(about, f"{about['metadata']['name']}-{number}"))
            api.clear_faults()
            runtime.sleep(120)
        assert (there(api), deletions(api)) == ([], [200, 200])

    simulate(body, schedule)
