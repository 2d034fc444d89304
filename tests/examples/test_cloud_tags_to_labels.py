"""How tags become labels, what happens when the cloud or the API fails, and that it comes to rest."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from typing import Any

import pytest

from examples.cloud_tags_to_labels import TagLabeller, label_text, load
from fakes import FakeAPIServer, SimulatedRuntime
from fakes.api_server.faults import Fault
from informer import SharedInformerFactory
from tests.examples.simulated import node, simulate

TAGS = {"team": "blue", "cost center": "a/1"}
LABELS = {"tags.example.com/team": "blue", "tags.example.com/cost_center": "a_1"}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="informer")


class Cloud:
    """Knows one instance, and fails a number of times first."""

    def __init__(self, failures: int = 0) -> None:
        self.asked: list[str] = []
        self.failures = failures

    def __call__(self, instance: str) -> dict[str, str]:
        self.asked.append(instance)
        if len(self.asked) <= self.failures:
            raise ConnectionError("the cloud is down")
        return TAGS if instance == "i-0123" else {}


def labels(api: FakeAPIServer, name: str = "n1") -> dict[str, str]:
    found: dict[str, str] = api.get("nodes", name)["metadata"].get("labels") or {}
    return found


def patches(api: FakeAPIServer) -> list[int]:
    return [request.status for request in api.requests if request.verb == "patch"]


def follow(api: FakeAPIServer, cloud: Cloud, body: Callable[[], None], **options: Any) -> None:
    factory = SharedInformerFactory(api.api_client())
    with factory, TagLabeller(factory, cloud, **options).controller:
        factory.wait_for_sync()
        body()


def test_a_node_that_joins_gets_its_tags_as_labels_with_one_write_and_one_question() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        cloud = Cloud()

        def happen() -> None:
            api.create(node("n1", {"zone": "a"}, providerID="aws:///eu-west-1a/i-0123"))
            runtime.sleep(60)
            for number in range(3):  # what a kubelet does all the time
                api.patch("nodes", "n1", {"metadata": {"annotations": {"at": str(number)}}})
                runtime.sleep(10)

        follow(api, cloud, happen)
        assert labels(api) == {"zone": "a", **LABELS}
        assert patches(api) == [200]
        assert cloud.asked == ["i-0123"]

    simulate(body)


@pytest.mark.parametrize("fault", [Fault(verb="patch", status=500, times=3), Fault(verb="patch", disconnect=True, commit=True, times=3)])
def test_the_cloud_and_the_api_may_each_fail_three_times(fault: Fault) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        cloud = Cloud(failures=3)
        api.inject(fault)

        def happen() -> None:
            api.create(node("n1", providerID="aws:///eu-west-1a/i-0123"))
            runtime.sleep(60)

        follow(api, cloud, happen)
        assert labels(api) == LABELS
        assert len(cloud.asked) == 4

    simulate(body)


def test_a_provider_id_that_comes_later_is_enough_and_the_id_may_stand_in_a_label() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        def happen() -> None:
            api.create(node("n1"))
            runtime.sleep(10)
            assert labels(api) == {}
            api.patch("nodes", "n1", {"spec": {"providerID": "aws:///eu-west-1a/i-0123"}})
            runtime.sleep(10)
            assert labels(api) == LABELS

        follow(api, Cloud(), happen)

        def happen_to_a_label() -> None:
            api.create(node("n2", {"id": "i-0123"}))
            runtime.sleep(10)

        follow(api, Cloud(), happen_to_a_label, id_label="id", prefix="cloud/")
        assert labels(api, "n2") == {"id": "i-0123", "cloud/team": "blue", "cloud/cost_center": "a_1"}

    simulate(body)


def test_a_label_that_somebody_takes_away_comes_back_and_a_restart_writes_nothing() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.create(node("n1", providerID="aws:///eu-west-1a/i-0123"))

        def happen() -> None:
            runtime.sleep(10)
            api.patch("nodes", "n1", {"metadata": {"labels": {"tags.example.com/team": None}}})
            runtime.sleep(10)

        follow(api, Cloud(), happen)
        assert (labels(api), patches(api)) == (LABELS, [200, 200])
        follow(api, Cloud(), lambda: runtime.sleep(10))
        assert patches(api) == [200, 200]

    simulate(body)


def test_what_is_known_of_a_node_goes_with_it() -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        factory = SharedInformerFactory(api.api_client())
        labeller = TagLabeller(factory, Cloud())
        with factory, labeller.controller:
            api.create(node("n1", providerID="aws:///eu-west-1a/i-0123"))
            runtime.sleep(10)
            assert len(labeller.wanted) == 1
            api.delete("nodes", "n1")
            runtime.sleep(10)
        assert labeller.wanted == {}

    simulate(body)


@pytest.mark.parametrize(
    ("tag", "label"), [("Name", "Name"), ("aws:group/x y", "aws_group_x_y"), ("-_é", ""), ("x" * 70, "x" * 63), ("x" * 62 + ".y", "x" * 62)]
)
def test_any_text_becomes_one_that_a_label_may_have(tag: str, label: str) -> None:
    assert label_text(tag) == label


def test_a_name_of_a_function_is_loaded_and_one_that_names_none_is_refused() -> None:
    loaded: object = load("examples.cloud_tags_to_labels:label_text")
    assert loaded is label_text
    for name in ("no_such_module:f", "argparse:no_such", "argparse"):
        with pytest.raises(argparse.ArgumentTypeError, match="names no function"):
            load(name)
