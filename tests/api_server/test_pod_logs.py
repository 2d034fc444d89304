"""Logs of containers, as a test tells them."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes.client import CoreV1Api

from fakes import FakeAPIServer, SimulatedRuntime, objects
from fakes.api_server.errors import NotFound, StatusError
from tests.api_server.client import Answer, Client

LOG = "/api/v1/namespaces/default/pods/web-1/log"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.api.load(objects.node("n1"), objects.pod("web-1", node="n1", phase="Running"))
    return client


def text(answer: Answer) -> str:
    assert answer.status == 200, answer.raw
    return answer.raw.decode()


def test_the_official_client_reads_what_a_test_has_said() -> None:
    api = FakeAPIServer(runtime=SimulatedRuntime(0))
    api.create(objects.pod("web-1"))
    api.log("web-1", "started\nlistening on :80")
    core: Any = CoreV1Api(api.api_client())
    assert core.read_namespaced_pod_log("web-1", "default") == "started\nlistening on :80\n"
    assert core.read_namespaced_pod_log("web-1", "default", tail_lines=1) == "listening on :80\n"


def test_each_container_has_a_log_and_a_silent_one_an_empty_one(client: Client) -> None:
    two = [{"name": "a", "image": "i"}, {"name": "b", "image": "i"}, {"name": "c", "image": "i"}]
    client.api.create(objects.pod("web-2", containers=two))
    client.api.log("web-2", "of a", container="a")
    client.api.log("web-2", "of b", container="b")
    path = LOG.replace("web-1", "web-2")
    assert [text(client.get(path, container=name)) for name in "abc"] == ["of a\n", "of b\n", ""]
    assert client.get(path).message == "a container name must be specified for pod web-2, choose one of: [a b c]"


def test_a_log_is_read_by_time_and_by_length(client: Client) -> None:
    def story() -> None:
        for number in range(3):
            client.api.log("web-1", f"line {number}")
            client.runtime.sleep(10)

    client.run(story)
    assert text(client.get(LOG, sinceSeconds=15)) == "line 2\n"
    assert text(client.get(LOG, sinceTime="2024-01-01T00:00:10Z")) == "line 1\nline 2\n"
    assert text(client.get(LOG, tailLines=0)) == ""
    assert text(client.get(LOG, limitBytes=4)) == "line"
    assert text(client.get(LOG, timestamps="true", tailLines=1)) == "2024-01-01T00:00:20.000000000Z line 2\n"
    assert client.get(LOG, tailLines=-1).status == 422
    assert client.get(LOG, sinceTime="yesterday").status == 400


def test_a_log_goes_with_its_pod(client: Client) -> None:
    client.api.log("web-1", "of the first")
    client.api.delete("pods", "web-1", grace=0)
    client.api.load(objects.pod("web-1", node="n1", phase="Running"))
    assert client.get(LOG).status == 501


@pytest.mark.parametrize("option", [{"follow": "true"}, {"previous": "true"}, {"stream": "Stdout"}])
def test_what_is_not_simulated_is_refused_by_name(client: Client, option: dict[str, Any]) -> None:
    assert "no kubelet runs there" in client.get(LOG).message, "nothing has been said of this pod"
    client.api.log("web-1", "started")
    assert client.get(LOG, **option).status == 501


def test_a_log_of_nobody_is_refused(client: Client) -> None:
    with pytest.raises(NotFound, match='pods "nosuch" not found'):
        client.api.log("nosuch", "hello")
    with pytest.raises(StatusError, match="container b is not valid for pod web-1"):
        client.api.log("web-1", "hello", container="b")
