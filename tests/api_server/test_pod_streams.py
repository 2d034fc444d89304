"""Logs, exec, attach, port forwarding and proxying, up to where a kubelet or a container would be asked."""

from __future__ import annotations

import pytest

from tests.api_server.client import PODS, Client


@pytest.fixture
def client() -> Client:
    client = Client()
    client.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})
    client.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
    return client


@pytest.mark.parametrize("subresource", ["log", "exec", "attach", "portforward", "proxy"])
def test_what_a_kubelet_would_answer_is_refused_by_name(client: Client, subresource: str) -> None:
    client.api.patch("pods", "p", {"status": {"podIP": "10.0.0.1"}}, subresource="status")
    client.post(f"{PODS}/p/binding", {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n1"}})
    refused = client.get(f"{PODS}/p/{subresource}")
    assert refused.status == 501
    assert f"the subresource pods/{subresource} of a pod" in refused.message


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("http:p:80", 400, "address not allowed"),
        ("ftp:p:80", 400, 'invalid pod request "ftp:p:80"'),
        ("a:b:c:d", 400, "invalid pod request"),
    ],
)
def test_a_pod_is_proxied_by_scheme_name_and_port(client: Client, name: str, code: int, text: str) -> None:
    answer = client.get(f"{PODS}/{name}/proxy/some/path/below")
    assert answer.status == code
    assert text in answer.message
