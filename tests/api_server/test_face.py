"""The Python face: what a test's own hands get, and what they are told where they slip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kubernetes.client import V1ConfigMap

from fakes import FakeAPIServer, SimulatedRuntime, objects
from fakes.api_server import errors


@pytest.fixture
def api() -> FakeAPIServer:
    api = FakeAPIServer(runtime=SimulatedRuntime(0))
    api.create(objects.deployment("web"))
    return api


STALE = {**objects.deployment("web"), "metadata": {"name": "web", "resourceVersion": "1"}}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda api: api.get("deployments", "nope"), errors.NotFound),
        (lambda api: api.get("deploymints", "web"), errors.NotFound),
        (lambda api: api.create(objects.deployment("web")), errors.AlreadyExists),
        (lambda api: api.update(STALE), errors.Conflict),
        (lambda api: api.patch("deployments", "web", {"spec": {"template": {"spec": {"containers": None}}}}), errors.Invalid),
        (lambda api: api.delete("namespaces", "default"), errors.Forbidden),
        (lambda api: api.watch("deployments", version=0), errors.Expired),
    ],
)
def test_each_refusal_that_one_does_something_about_is_of_a_class_of_its_own(
    api: FakeAPIServer, act: Callable[[FakeAPIServer], object], kind: type[errors.StatusError]
) -> None:
    with pytest.raises(errors.StatusError) as refusal:
        act(api)
    assert type(refusal.value) is kind
    assert str(refusal.value).startswith(f"{refusal.value.code} {kind.__name__}: ")


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda api: api.get("deploymints", "web"), "the server has no resource 'deploymints'; create its CustomResourceDefinition first"),
        (lambda api: api.create({"kind": "Pod"}), "every object has an apiVersion and a kind; this one has '' and 'Pod'"),
        (lambda api: api.create({"apiVersion": "v1", "kind": "Pot"}), "the server has no kind 'Pot' in 'v1'"),
        (
            lambda api: api.create({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}),
            "a SelfSubjectAccessReview is answered and never stored; ask for it by a request",
        ),
        (
            lambda api: api.load({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "a"}}),
            "a Binding is answered and never stored",
        ),
        (
            lambda api: api.apply({"apiVersion": "v1", "kind": "ComponentStatus", "metadata": {"name": "a"}}),
            "a ComponentStatus is answered",
        ),
        (lambda api: api.create(objects.pod("a", nodeNmae="n1")), 'unknown field "spec.nodeNmae"'),
        (lambda api: api.patch("deployments", "web", {"spec": {"replica": 3}}), 'unknown field "spec.replica"'),
        (lambda api: api.patch("deployments", "web", {}, subresource="stat"), "cannot be written by its subresource 'stat'"),
        (lambda api: api.patch("configmaps", "a", {}, subresource="status"), "cannot be written by its subresource 'status'"),
        (lambda api: api.update(objects.deployment("web"), subresource="scale"), "cannot be written by its subresource 'scale'"),
        (lambda api: api.delete("deployments", "web", propagation="orphan"), 'Unsupported value: "orphan"'),
        (lambda api: api.load(objects.pod("a", nodeNmae="n1")), 'Pod default/a: .*unknown field "spec.nodeNmae"'),
    ],
)
def test_a_slip_of_a_tests_hands_is_an_error_that_names_it(
    api: FakeAPIServer, act: Callable[[FakeAPIServer], object], complaint: str
) -> None:
    before = api.revision
    with pytest.raises(errors.StatusError, match=complaint):
        act(api)
    assert api.revision == before


def test_what_is_no_dict_is_refused_by_its_type(api: FakeAPIServer) -> None:
    model: Any = V1ConfigMap()
    with pytest.raises(TypeError, match=r"^a V1ConfigMap is nothing that JSON can say; objects are dicts"):
        api.create(model)


def test_the_scale_is_patched_as_kubectl_does_it(api: FakeAPIServer) -> None:
    assert api.patch("deployments", "web", {"spec": {"replicas": 3}}, subresource="scale")["kind"] == "Scale"
    assert api.get("deployments", "web")["spec"]["replicas"] == 3


def test_a_snapshot_is_shown_in_a_line(api: FakeAPIServer) -> None:
    assert repr(api.snapshot()) == f"Snapshot(revision={api.revision}, compacted=1)"


@pytest.mark.parametrize("act", ["create", "update", "load"])
def test_a_text_is_applied_and_not_created(api: FakeAPIServer, act: str) -> None:
    with pytest.raises(TypeError, match="an object is a dict, as it is in a manifest; `apply` takes texts and files"):
        getattr(api, act)("kind: ConfigMap")


@pytest.mark.parametrize("limits", [{"watch_window": 0}, {"watch_buffer": -1}, {"compact_after": 0}])
def test_a_past_of_nothing_is_refused(limits: dict[str, int]) -> None:
    (name,) = limits
    with pytest.raises(ValueError, match=f"{name} is at least 1"):
        FakeAPIServer(runtime=SimulatedRuntime(0), **limits)  # type: ignore[arg-type]


def test_a_type_of_patch_that_there_is_not_is_said(api: FakeAPIServer) -> None:
    with pytest.raises(ValueError, match="a patch is of the type merge, strategic or json, not 'strat'"):
        api.patch("deployments", "web", {}, type="strat")  # type: ignore[arg-type]
