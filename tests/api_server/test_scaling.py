"""The subresources scale, binding and eviction. Texts are those that a 1.37.2 server was seen to answer."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.errors import StatusError
from tests.api_server.client import FOOS, MERGE, PODS, Client, foo, foo_definition

WEB = "/apis/apps/v1/namespaces/default/deployments/web"
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}


@pytest.fixture
def client() -> Client:
    client = Client()
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    client.api.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    return client


def scale(replicas: Any, **metadata: str) -> dict[str, Any]:
    own = {"name": "web", "namespace": "default", **metadata}
    return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": own, "spec": {"replicas": replicas}}


def test_a_scale_says_how_many_are_wanted_and_how_many_there_are(client: Client) -> None:
    own = client.api.get("deployments", "web")["metadata"]
    shown = {field: own[field] for field in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
    assert client.get(f"{WEB}/scale").json == {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": shown,
        "spec": {"replicas": 2},
        "status": {"replicas": 0, "selector": "a=b"},
    }


@pytest.mark.parametrize("headers", [MERGE, STRATEGIC])
def test_a_patch_of_the_scale_changes_the_object_and_its_generation(client: Client, headers: dict[str, str]) -> None:
    answer = client.ask("PATCH", f"{WEB}/scale", {"spec": {"replicas": 7}}, headers)
    stored = client.api.get("deployments", "web")
    assert (answer.status, answer.json["spec"]) == (200, {"replicas": 7})
    assert (stored["spec"]["replicas"], stored["metadata"]["generation"]) == (7, 2)
    assert answer.json["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]


def test_a_scale_can_be_replaced_unless_it_is_stale_negative_or_of_another_kind(client: Client) -> None:
    old = client.get(f"{WEB}/scale").json["metadata"]["resourceVersion"]
    assert client.put(f"{WEB}/scale", scale(0)).json["spec"] == {}
    assert client.put(f"{WEB}/scale", scale(3, resourceVersion=old)).status == 409
    negative = client.put(f"{WEB}/scale", scale(-1))
    text = 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'
    assert (negative.status, negative.message) == (422, text)
    assert client.put(f"{WEB}/scale", {**scale(1), "kind": "Deployment"}).status == 400
    assert client.api.get("deployments", "web")["spec"]["replicas"] == 0


@pytest.mark.parametrize("part", [{"spec": []}, {"spec": {"replicas": 2**40}}, {"metadata": "x"}, {"status": "x"}, {"kind": "Foo"}])
def test_a_scale_that_cannot_be_changes_nothing(client: Client, part: dict[str, Any]) -> None:
    assert client.put(f"{WEB}/scale", {**scale(1), **part}).status == 400
    assert client.ask("PATCH", f"{WEB}/scale", part, MERGE).status == 422
    assert client.api.get("deployments", "web")["spec"]["replicas"] == 2


def test_a_scale_with_a_field_that_nobody_knows_is_refused_or_warned_of(client: Client) -> None:
    odd = {**scale(3), "bogus": 1}
    assert client.put(f"{WEB}/scale?fieldValidation=Strict", odd).status == 400
    with pytest.raises(StatusError, match="bogus"):
        client.api.patch("deployments", "web", {"bogus": 1}, subresource="scale")
    assert client.put(f"{WEB}/scale", odd).headers["Warning"] == '299 - "unknown field \\"bogus\\""'


def test_the_scale_of_nothing_is_not_found(client: Client) -> None:
    assert client.get(f"{WEB}x/scale").message == 'deployments.apps "webx" not found'


def test_a_custom_resource_scales_where_its_definition_says(client: Client) -> None:
    client.api.create(foo_definition(subresources={"scale": SCALE, "status": {}}))
    client.api.create(foo("a", spec={"replicas": 1}))
    client.api.patch("foos.lab.io", "a", {"status": {"replicas": 1, "selector": "x=y"}}, subresource="status")
    answer = client.merge(f"{FOOS}/a/scale", {"spec": {"replicas": 5}})
    assert (answer.json["spec"], answer.json["status"]) == ({"replicas": 5}, {"replicas": 1, "selector": "x=y"})
    assert client.api.get("foos.lab.io", "a")["spec"] == {"replicas": 5}
    client.api.create(foo("b", spec={"size": 1}))
    lost = client.get(f"{FOOS}/b/scale")
    assert (lost.status, lost.message) == (500, 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist')


def pod(client: Client, name: str, phase: str = "Running") -> None:
    spec = {"containers": [{"name": "c", "image": "i"}]}
    client.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"a": "b"}}, "spec": spec})
    client.api.patch("pods", name, {"status": {"phase": phase}}, subresource="status")


def binding(name: str, node: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": {"kind": "Node", "name": node}}


def test_a_binding_gives_a_pod_its_node_once(client: Client) -> None:
    pod(client, "p", "Pending")
    answer = client.post(f"{PODS}/p/binding", binding("p", "n1"))
    assert answer.text == '201 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}'
    bound = client.api.get("pods", "p")
    assert (bound["spec"]["nodeName"], bound["metadata"]["generation"]) == ("n1", 1)
    assert [(found["type"], found["status"]) for found in bound["status"]["conditions"]] == [("PodScheduled", "True")]
    again = client.post(f"{PODS}/p/binding", binding("p", "n2"))
    text = 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"'
    assert (again.status, again.message, again.json["details"]) == (409, text, {"name": "p", "kind": "pods/binding"})
    assert client.post(f"{PODS}/none/binding", binding("none", "n1")).status == 404


def eviction(name: str) -> dict[str, Any]:
    return {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}


def budget(client: Client, allowed: int, name: str = "b") -> None:
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}
    client.api.create({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec})
    status = {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, "observedGeneration": 1}
    client.api.patch("poddisruptionbudgets", name, {"status": status}, subresource="status")


def test_an_eviction_deletes_the_pod(client: Client) -> None:
    pod(client, "p")
    answer = client.post(f"{PODS}/p/eviction", eviction("p"))
    assert answer.text == '201 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}'
    assert client.get(f"{PODS}/p").status == 404
    assert client.post(f"{PODS}/p/eviction", eviction("p")).status == 404


def test_a_budget_is_spent_by_evictions_and_then_refuses_them(client: Client) -> None:
    budget(client, 1)
    for name in ("p", "q", "r"):
        pod(client, name, "Pending" if name == "r" else "Running")
    for name in ("p", "q"):
        ready = {"conditions": [{"type": "Ready", "status": "True"}]}
        client.api.patch("pods", name, {"status": ready}, subresource="status")
    assert client.post(f"{PODS}/p/eviction", eviction("p")).status == 201
    status = client.api.get("poddisruptionbudgets", "b")["status"]
    assert (status["disruptionsAllowed"], list(status["disruptedPods"])) == (0, ["p"])
    refused = client.post(f"{PODS}/q/eviction", eviction("q"))
    assert (refused.status, refused.message) == (429, "Cannot evict pod as it would violate the pod's disruption budget.")
    assert refused.json["details"]["causes"] == [
        {"reason": "DisruptionBudget", "message": "The disruption budget b needs 1 healthy pods and has 1 currently"}
    ]
    assert client.post(f"{PODS}/r/eviction", eviction("r")).status == 201
    budget(client, 1, "c")
    assert client.post(f"{PODS}/q/eviction", eviction("q")).status == 500


@pytest.mark.parametrize("part", [{"metadata": "x"}, {"target": "x"}, {"deleteOptions": "x"}, {"bogus": 1}])
def test_a_binding_or_an_eviction_that_is_none_does_nothing(client: Client, part: dict[str, Any]) -> None:
    client.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
    own = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "n"}}
    for subresource in ("binding", "eviction"):
        assert client.post(f"{PODS}/p/{subresource}?fieldValidation=Strict", {**own, **part}).status == 400
    assert "nodeName" not in client.api.get("pods", "p")["spec"]
