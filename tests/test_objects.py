"""KubeObject as a reader meets it."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.client import ApiClient, V1Pod

from informer import builtin
from informer.objects import KubeObject, ObjectKey, UnreadableObject, plain
from informer.resource import Resource, ResourceName
from informer.store import same
from informer.versions import is_older, newest

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web",
        "namespace": "shop",
        "uid": "u1",
        "resourceVersion": "7",
        "labels": {"app": "web"},
        "annotations": {"n": "1"},
    },
    "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}]},
}


def pod() -> KubeObject:
    return KubeObject.from_dict(POD)


def test_the_header_is_read_at_once() -> None:
    obj = pod()
    assert (obj.key, obj.uid, obj.resource_version) == (ObjectKey("shop", "web"), "u1", "7")
    assert (obj.name, obj.namespace, obj.kind, obj.api_version) == ("web", "shop", "Pod", "v1")
    assert (obj.labels, obj.annotations) == ({"app": "web"}, {"n": "1"})


def test_fields_are_read_like_a_dict() -> None:
    obj = pod()
    assert obj["spec"]["nodeName"] == "n1"
    assert obj["spec"]["containers"][0]["ports"][-1]["containerPort"] == 80
    assert list(obj) == ["apiVersion", "kind", "metadata", "spec"]
    assert "status" not in obj
    assert obj.get("status") is None
    with pytest.raises(KeyError):
        obj["status"]


def test_nothing_can_be_assigned_at_any_depth() -> None:
    obj = pod()
    targets: tuple[Any, ...] = (obj, obj["spec"], obj["spec"]["containers"], obj["spec"]["containers"][0])
    for target in targets:
        with pytest.raises(TypeError):
            target["x"] = 1
    with pytest.raises(AttributeError):
        obj.extra = 1  # type: ignore[attr-defined]


def test_copies_are_the_callers_own() -> None:
    obj = pod()
    obj.to_dict()["spec"]["nodeName"] = "other"
    obj["spec"].to_dict()["nodeName"] = "other"
    obj["spec"]["containers"].to_list()[0]["name"] = "other"
    obj.labels["app"] = "other"
    assert obj.to_dict() == POD
    assert type(obj["spec"].to_dict()["containers"]) is list


def test_items_of_built_in_lists_get_their_kind_and_api_version() -> None:
    item = KubeObject(b'{"metadata":{"name":"a"}}', api_version="v1", kind="Node")
    assert (item.kind, item.api_version) == ("Node", "v1")
    assert item["kind"] == "Node"
    assert item.to_dict() == {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}}
    assert item == KubeObject(b'{"kind":"Node","apiVersion":"v1","metadata":{"name":"a"}}')


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not a Kubernetes object"),
        (b"{", "not a Kubernetes object"),
        (b"[]", "not a Kubernetes object"),
        (b"\xff\xfe", "not a Kubernetes object"),
        (b'{"metadata":{"name":1}}', "not a Kubernetes object"),
        (b"{}", "no metadata.name"),
        (b'{"metadata":{"name":""}}', "no metadata.name"),
    ],
)
def test_bytes_that_are_no_object_are_refused_with_a_reason(raw: bytes, message: str) -> None:
    with pytest.raises(UnreadableObject, match=message) as caught:
        KubeObject(raw)
    assert caught.value.raw == raw


def test_a_body_built_from_one_can_be_handed_to_the_official_client() -> None:
    body = {"spec": pod()["spec"], "whole": pod(), "containers": pod()["spec"]["containers"]}
    client: Any = ApiClient()
    sent = json.loads(json.dumps(client.sanitize_for_serialization(body)))
    assert sent == {"spec": POD["spec"], "whole": POD, "containers": POD["spec"]["containers"]}
    assert json.loads(json.dumps(client.sanitize_for_serialization(pod()))) == POD


class Meta(msgspec.Struct):
    name: str
    labels: dict[str, str]


class Slim(msgspec.Struct):
    metadata: Meta


def test_it_becomes_a_model_on_request() -> None:
    assert pod().to_model(Slim) == Slim(Meta("web", {"app": "web"}))
    assert pod().to_model(lambda content: len(content["spec"])) == 2
    model = pod().to_model(V1Pod)
    assert isinstance(model, V1Pod)
    assert model.spec is not None
    assert model.spec.node_name == "n1"


def test_it_can_be_copied_pickled_and_hashed() -> None:
    assert copy.deepcopy(pod()) == pickle.loads(pickle.dumps(pod())) == pod()
    assert len({pod(), pod()}) == 1
    assert "shop/web" in repr(pod())


def test_reading_many_objects_in_turn_mixes_up_none() -> None:
    objects = [KubeObject.from_dict({"metadata": {"name": f"n{i}"}, "spec": {"i": i}}) for i in range(500)]
    for _ in range(2):
        assert [obj["spec"]["i"] for obj in objects] == list(range(500))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5).filter(lambda field: field != "metadata"), json_values, max_size=4))
def test_what_is_read_through_views_is_what_was_written(content: dict[str, Any]) -> None:
    content = {**content, "metadata": {"name": "a"}}
    obj = KubeObject.from_dict(content)
    assert obj.to_dict() == content
    assert plain(obj) == content
    assert {field: plain(obj[field]) for field in obj} == content
    for field, value in content.items():
        assert obj[field] == value


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (b'{"metadata":{"name":"a"}}', b'{"kind":"Node","apiVersion":"v1","metadata":{"name":"a"}}', True),
        (b'{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}}', b'{"metadata":{"name":"a"},"kind":"Node"}', True),
        (b'{"metadata":{"name":"a"}}', b'{"spec":1,"metadata":{"name":"a"}}', False),
        (b'{"metadata":{"name":"a"},"spec":1}', b'{"metadata":{"name":"a"},"spec":2}', False),
    ],
)
def test_sameness_leaves_out_kind_and_api_version_and_nothing_else(one: bytes, other: bytes, expected: bool) -> None:
    assert same(KubeObject(one), KubeObject(other)) is expected
    assert same(KubeObject(other), KubeObject(one)) is expected


def test_keys_parse_and_print() -> None:
    for text in ("a", "ns/a"):
        assert str(ObjectKey.parse(text)) == text
    for bad in ("", "/a", "a/", "a/b/c"):
        with pytest.raises(ValueError, match="is not a key"):
            ObjectKey.parse(bad)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("pods", ResourceName("pods")),
        ("deployments.apps", ResourceName("deployments", "apps")),
        ("deployments.v1.apps", ResourceName("deployments", "apps", "v1")),
        ("pods.v1", ResourceName("pods", "", "v1")),
        ("widgets.example.com", ResourceName("widgets", "example.com")),
        ("widgets.v1beta2.example.com", ResourceName("widgets", "example.com", "v1beta2")),
    ],
)
def test_resource_names_parse(text: str, parsed: ResourceName) -> None:
    assert ResourceName.parse(text) == parsed


@pytest.mark.parametrize("text", ["", " ", "a b", "pods/x", ".apps", "pods..", "-", "pods.Ap ps"])
def test_texts_that_name_no_resource_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not name a resource"):
        ResourceName.parse(text)


def test_paths_of_resources() -> None:
    pods = Resource("", "v1", "pods", "Pod", True)
    assert pods.path() == "/api/v1/pods"
    assert pods.path("shop", "web", "status") == "/api/v1/namespaces/shop/pods/web/status"
    assert Resource("apps", "v1", "deployments", "Deployment", True).path("x") == "/apis/apps/v1/namespaces/x/deployments"
    assert Resource("", "v1", "nodes", "Node", False).path("ignored", "n1") == "/api/v1/nodes/n1"


def test_well_known_resources_need_no_discovery() -> None:
    for text in ("pods", "po", "Pod", "pod", "pods.v1"):
        assert builtin.find(ResourceName.parse(text)) == Resource("", "v1", "pods", "Pod", True)
    assert builtin.find(ResourceName("networkpolicies")) == Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", True)
    assert builtin.find(ResourceName("ingressclasses")) == Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", False)
    assert builtin.find(ResourceName("events")) == Resource("", "v1", "events", "Event", True)
    assert builtin.find(ResourceName("events", "events.k8s.io")) == Resource("events.k8s.io", "v1", "events", "Event", True)
    assert builtin.find(ResourceName("pods", "metrics.k8s.io")) is None
    assert builtin.find(ResourceName("widgets")) is None


def test_models_of_the_official_client_name_their_resource() -> None:
    assert builtin.name_of_model("V1Node") == ResourceName("nodes", "", "v1")
    assert builtin.name_of_model("EventsV1Event") == ResourceName("events", "events.k8s.io", "v1")
    assert builtin.name_of_model("CoreV1Event") == ResourceName("events", "", "v1")
    assert builtin.name_of_model("V2HorizontalPodAutoscaler") == ResourceName("HorizontalPodAutoscaler", None, "v2")
    assert builtin.name_of_model("ApiClient") is None


def test_versions_compare_as_numbers_and_opaque_ones_are_never_older() -> None:
    assert is_older("9", "10")
    assert not is_older("10", "9")
    assert not is_older("10", "10")
    assert is_older(str(2**63), str(2**63 + 1))
    assert not is_older("abc", "10")
    assert not is_older("", "10")
    assert [newest("9", "10"), newest("10", "9"), newest("10", ""), newest("a", "b")] == ["10", "10", "10", "b"]
