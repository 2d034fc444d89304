"""The built-in kinds, custom ones that come and go, and what people call them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind, Kinds, check_plural, version_rank
from informer.errors import ConfigurationError
from informer.resource import ResourceName
from informer.selectors import FieldSelector


def crd(plural: str, kind: str, *versions: str, group: str = "example.com", **names: Any) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    entries = [{"name": version, "served": True, "storage": version == versions[0], "schema": schema} for version in versions]
    spec = {"group": group, "scope": "Namespaced", "names": {"plural": plural, "kind": kind, **names}, "versions": entries}
    return {"metadata": {"name": f"{plural}.{group}"}, "spec": spec}


def find(group: str, version: str, plural: str, kinds: Kinds | None = None) -> Kind:
    kind = (kinds or Kinds()).find(group, version, plural)
    assert kind is not None
    return kind


def test_there_are_72_built_in_resources_with_the_core_group_first() -> None:
    everything = Kinds().all()
    assert len(everything) == 72
    groups = list(dict.fromkeys(kind.resource.group for kind in everything))
    assert groups[:3] == ["", "apiregistration.k8s.io", "apps"]


@pytest.mark.parametrize(
    ("word", "api_version", "plural"),
    [
        ("pods", "v1", "pods"),
        ("po", "v1", "pods"),
        ("Pod", "v1", "pods"),
        ("deploy", "apps/v1", "deployments"),
        ("deployments.apps", "apps/v1", "deployments"),
        ("events", "v1", "events"),
        ("events.events.k8s.io", "events.k8s.io/v1", "events"),
        ("hpa", "autoscaling/v2", "horizontalpodautoscalers"),
        ("horizontalpodautoscalers.v1.autoscaling", "autoscaling/v1", "horizontalpodautoscalers"),
        ("ing", "networking.k8s.io/v1", "ingresses"),
    ],
)
def test_a_resource_is_found_by_any_of_its_names(word: str, api_version: str, plural: str) -> None:
    kind = Kinds().lookup(ResourceName.parse(word))
    assert kind is not None
    assert (kind.resource.api_version, kind.resource.plural) == (api_version, plural)


@pytest.mark.parametrize("word", ["nope", "pods.apps", "deployments.v2.apps"])
def test_a_name_that_means_nothing_finds_nothing(word: str) -> None:
    assert Kinds().lookup(ResourceName.parse(word)) is None


def test_a_kind_is_found_by_what_its_objects_say() -> None:
    kinds = Kinds()
    found = kinds.find_by_kind("apps/v1", "Deployment")
    assert found is find("apps", "v1", "deployments", kinds)
    assert found is not None
    assert (found.list_kind, found.storage_key) == ("DeploymentList", ("apps", "deployments"))
    assert kinds.find_by_kind("apps/v2", "Deployment") is None


def test_subresources_say_which_kind_they_carry() -> None:
    pods = find("", "v1", "pods")
    assert (pods.subresources["eviction"].kind, pods.subresources["eviction"].api_version) == ("Eviction", "policy/v1")
    assert pods.subresources["status"].api_version == "v1"
    assert find("apps", "v1", "deployments").subresources["scale"].api_version == "autoscaling/v1"


def test_what_kinds_do_on_writes_differs_as_on_a_real_server() -> None:
    kinds = Kinds()

    def those(attribute: str) -> set[str]:
        return {kind.resource.plural for kind in kinds.all() if getattr(kind, attribute)}

    assert {"deployments", "pods", "networkpolicies", "customresourcedefinitions"} <= those("has_generation")
    assert not {"configmaps", "secrets", "leases", "namespaces", "nodes", "services"} & those("has_generation")
    assert those("create_on_update") == {
        *("endpoints", "events", "leases", "limitranges", "services", "runtimeclasses"),
        *("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
    }
    assert {"pods", "namespaces", "persistentvolumeclaims", "services"} <= those("returns_deleted")
    assert not {"configmaps", "deployments", "nodes", "secrets"} & those("returns_deleted")


@pytest.mark.parametrize(
    ("path", "selector", "message"),
    [
        (("", "v1", "configmaps"), "data.a=1", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
        (("", "v1", "pods"), "spec.nosuch=1", "field label not supported: spec.nosuch"),
        (("", "v1", "nodes"), "metadata.namespace=x", "field label not supported: metadata.namespace"),
        (("batch", "v1", "jobs"), "spec.zz=1", 'field label "spec.zz" not supported for Job'),
        (
            ("resource.k8s.io", "v1", "resourceslices"),
            "a=1",
            "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: a",
        ),
    ],
)
def test_a_field_that_cannot_be_selected_by_is_refused_as_the_kind_does_it(path: tuple[str, str, str], selector: str, message: str) -> None:
    with pytest.raises(StatusError) as refusal:
        find(*path).check_fields(FieldSelector.parse(selector))
    assert (refusal.value.code, refusal.value.message) == (400, message)


@pytest.mark.parametrize(
    ("path", "field", "document", "value"),
    [
        (("", "v1", "pods"), "spec.nodeName", {"spec": {"nodeName": "n"}}, "n"),
        (("", "v1", "pods"), "spec.nodeName", {"spec": {}}, ""),
        (("", "v1", "pods"), "spec.hostNetwork", {"spec": {}}, "false"),
        (("", "v1", "pods"), "spec.hostNetwork", {"spec": {"hostNetwork": True}}, "true"),
        (("", "v1", "pods"), "status.podIP", {"status": {"podIPs": [{"ip": "10.0.0.1"}]}}, "10.0.0.1"),
        (("", "v1", "nodes"), "spec.unschedulable", {"spec": {}}, "false"),
        (("", "v1", "events"), "source", {"source": {}, "reportingComponent": "kubelet"}, "kubelet"),
        (("", "v1", "events"), "involvedObject.name", {"involvedObject": {"name": "p"}}, "p"),
        (("batch", "v1", "jobs"), "status.successful", {"status": {"succeeded": 2}}, "2"),
        (("batch", "v1", "jobs"), "status.successful", {}, "0"),
    ],
)
def test_a_field_has_the_value_that_the_server_compares(
    path: tuple[str, str, str], field: str, document: dict[str, Any], value: str
) -> None:
    kind = find(*path)
    kind.check_fields(FieldSelector.parse(f"{field}=x"))
    assert kind.field_value(document, field) == value


def test_a_custom_kind_comes_with_its_definition_and_goes_with_it() -> None:
    kinds, definition = Kinds(), crd("widgets", "Widget", "v1", shortNames=["wd"])
    assert not kinds.group_known("example.com")
    kinds.install(definition)
    assert kinds.group_known("example.com")
    assert kinds.version_known("example.com", "v1")
    assert not kinds.version_known("example.com", "v2")
    assert kinds.lookup(ResourceName.parse("wd")) is find("example.com", "v1", "widgets", kinds)
    kinds.remove(definition)
    assert not kinds.group_known("example.com")
    assert kinds.lookup(ResourceName.parse("widgets")) is None


def test_installing_again_replaces_what_the_definition_said_before() -> None:
    kinds = Kinds()
    kinds.install(crd("widgets", "Widget", "v1", "v1beta1"))
    kinds.install(crd("widgets", "Widget", "v1"))
    assert kinds.find("example.com", "v1beta1", "widgets") is None
    assert kinds.find("example.com", "v1", "widgets") is not None


def test_one_servers_kinds_are_not_anothers() -> None:
    Kinds().install(crd("widgets", "Widget", "v1"))
    assert not Kinds().group_known("example.com")


def test_custom_kinds_follow_the_built_in_ones_by_group_and_their_versions_by_stability() -> None:
    kinds = Kinds()
    kinds.install(crd("zebras", "Zebra", "v1alpha1", "v2", "v10", "v1", "v2beta1", "other", group="z.com"))
    kinds.install(crd("ants", "Ant", "v1", group="a.com"))
    custom = [(kind.resource.group, kind.resource.version) for kind in kinds.all()[72:]]
    assert custom == [("a.com", "v1"), *(("z.com", version) for version in ("v10", "v2", "v1", "v2beta1", "v1alpha1", "other"))]


def test_a_custom_kind_never_hides_a_built_in_one_of_the_same_path() -> None:
    kinds = Kinds()
    kinds.install(crd("leases", "Lease", "v1", group="coordination.k8s.io"))
    assert not find("coordination.k8s.io", "v1", "leases", kinds).custom


def test_versions_rank_as_people_read_them() -> None:
    assert sorted(["v1beta1", "foo1", "v11", "v1", "v2alpha1", "v10beta3", "v2"], key=version_rank) == [
        *("v11", "v2", "v1", "v10beta3", "v1beta1", "v2alpha1", "foo1")
    ]


def test_importing_the_kinds_reads_no_data() -> None:
    code = "import fakes.api_server.kinds as k, fakes.api_server.builtin.schemas as s; assert k._builtin.cache_info().currsize == 0;"
    code += "assert s.all_schemas.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "word", ["pod", "Pods", "po", "limits", "deploy", "deploy.apps", "deployment.apps", "deploy.apps/status", "pod/log"]
)
def test_another_word_for_a_resource_is_refused(word: str) -> None:
    with pytest.raises(ConfigurationError, match=r"here$"):
        check_plural(word)


@pytest.mark.parametrize(
    "word", [None, "", "pods", "deployments.apps", "foos", "limits.example.com", "limits.example.com/status", "deploy.lab.io"]
)
def test_what_may_come_to_be_a_custom_resource_is_taken(word: str | None) -> None:
    check_plural(word)
