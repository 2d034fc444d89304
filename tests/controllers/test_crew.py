"""The crew: controllers start, settle and stop with their server."""

from __future__ import annotations

import pytest

from fakes import FakeAPIServer, SimulatedRuntime, objects
from fakes.controllers import CONTROLLERS, Crew
from fakes.controllers.kubelet import Kubelet
from informer.errors import ConfigurationError
from tests.controllers.simulated import names, play


def test_an_unknown_controller_is_refused_by_name() -> None:
    known = "garbage-collector, namespaces, service-accounts, replicas, kubelet"
    with pytest.raises(ConfigurationError, match=f"there is no controller 'cubelet'; there are {known}"):
        FakeAPIServer(controllers=["cubelet"])


def test_one_name_may_stand_alone() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a"))
        api.settle()
        assert api.get("pods", "a")["status"]["phase"] == "Running"

    play(story, "kubelet")


def test_a_closed_server_has_no_controllers() -> None:
    def story(api: FakeAPIServer) -> None:
        api.close()
        api.create(objects.pod("a"))
        api.runtime.sleep(10)
        assert "nodeName" not in api.get("pods", "a")["spec"]
        api.close()

    play(story, CONTROLLERS)


def test_controllers_leave_no_record_and_meet_no_fault() -> None:
    def story(api: FakeAPIServer) -> None:
        api.deny()
        api.create(objects.pod("a"))
        api.settle()
        assert (api.get("pods", "a")["status"]["phase"], api.requests) == ("Running", [])

    play(story, CONTROLLERS)


def test_what_breaks_a_controller_comes_out_where_somebody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Kubelet) -> bool:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Kubelet, "step", broken)
    runtime = SimulatedRuntime(0)

    def main() -> None:
        with FakeAPIServer(controllers=["kubelet"]) as api, pytest.raises(ZeroDivisionError, match="a bug"):
            api.settle()

    runtime.run(main)
    assert [str(failure.error) for failure in runtime.failures] == ["a bug"]


def test_who_never_settles_is_named() -> None:
    def main() -> None:
        api = FakeAPIServer()
        crew = Crew(api, ["kubelet"])
        crew.stop()
        with pytest.raises(TimeoutError, match="the controller kubelet has not settled within 1 s"):
            crew.settle(1.0)

    SimulatedRuntime(0).run(main)


def test_all_of_them_work_together_on_threads() -> None:
    with FakeAPIServer(controllers=CONTROLLERS) as api:
        api.create(objects.namespace("shop"))
        api.create(objects.deployment("web", "shop"))
        api.settle()
        (pod,) = api.list("pods", "shop")
        assert pod["status"]["phase"] == "Running"
        api.delete("pods", pod["metadata"]["name"], "shop", grace=0)
        api.delete("namespaces", "shop")
        api.settle()
        assert "shop" not in names(api, "namespaces")
