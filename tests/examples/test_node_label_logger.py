"""Which nodes the node label logger logs, and how often."""

from __future__ import annotations

import logging

import pytest

from examples.node_label_logger import NodeLabelLogger
from fakes import FakeAPIServer, SimulatedRuntime
from informer import SharedInformerFactory
from tests.examples.simulated import messages, node, simulate

GPU = {"role": "gpu"}


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="node-label-logger")


def follow(api: FakeAPIServer) -> tuple[SharedInformerFactory, NodeLabelLogger]:
    factory = SharedInformerFactory(api.api_client())
    return factory, NodeLabelLogger(factory.informer("nodes"), "role=gpu")


def label(api: FakeAPIServer, name: str, role: str | None) -> None:
    api.patch("nodes", name, {"metadata": {"labels": {"role": role}}})


def test_a_node_that_joins_with_the_label_is_logged_and_one_without_it_is_not(caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.create(node("old", GPU))
        factory, _ = follow(api)
        with factory:
            factory.wait_for_sync()
            runtime.sleep(1)
            api.create(node("new", GPU))
            api.create(node("other", {"role": "cpu"}))
            runtime.sleep(1)

    simulate(body)
    assert messages(caplog.records, "node-label-logger") == ["node old is there", "node new joined"]


def test_a_label_that_arrives_by_an_update_counts_once_per_uid(caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.create(node("n1"))
        factory, _ = follow(api)
        with factory:
            factory.wait_for_sync()
            for role in ("cpu", "gpu", None, "gpu"):
                runtime.sleep(1)
                label(api, "n1", role)
            runtime.sleep(1)

    simulate(body)
    assert messages(caplog.records, "node-label-logger") == ["node n1 joined"]


def test_another_node_of_the_same_name_is_logged_again_even_when_its_birth_was_not_seen(caplog: pytest.LogCaptureFixture) -> None:
    def body(runtime: SimulatedRuntime, api: FakeAPIServer) -> None:
        api.create(node("n1", GPU))
        factory, logger = follow(api)
        with factory:
            factory.wait_for_sync()
            runtime.sleep(10)
            api.disconnect()
            api.delete("nodes", "n1")
            api.create(node("n1", GPU))
            api.compact()
            runtime.sleep(60)
            assert len(logger.seen) == 1
            api.delete("nodes", "n1")
            runtime.sleep(60)
            assert logger.seen == set()

    simulate(body)
    assert messages(caplog.records, "node-label-logger") == ["node n1 is there", "node n1 joined"]
