"""The namespace controller: a namespace that was deleted is emptied, then it goes."""

from __future__ import annotations

import pytest

from fakes import FakeAPIServer, objects
from fakes.api_server.errors import StatusError
from tests.controllers.simulated import SEEDS, names, play, steps

NAMESPACES = ("namespaces",)


@SEEDS
def test_a_deleted_namespace_goes_with_all_that_is_in_it(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.apply([objects.namespace("shop"), objects.crd("Widget")])
        api.apply([objects.configmap("a", "shop"), objects.pod("p", "shop", node="n1"), objects.custom("Widget", "w", "shop")])
        api.create(objects.configmap("elsewhere"))
        api.delete("namespaces", "shop")
        with pytest.raises(StatusError, match=r"unable to create new content in namespace shop"):
            api.create(objects.configmap("late", "shop"))
        api.settle()
        assert "shop" not in names(api, "namespaces")
        assert [names(api, resource, "shop") for resource in ("configmaps", "pods", "widgets")] == [[], [], []]
        assert names(api, "configmaps") == ["elsewhere"]
        assert steps(api, "namespaces", "shop") == ["ADDED", "MODIFIED", "MODIFIED", "DELETED"]

    play(story, NAMESPACES, seed)


def test_the_last_state_of_a_namespace_says_that_all_is_gone() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("tmp"))
        api.delete("namespaces", "tmp")
        api.settle()
        last = api.history("namespaces", "tmp")[-1].object["status"]
        assert [(each["type"], each["status"], each["reason"], each["message"]) for each in last["conditions"]] == [
            ("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
            ("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            (
                "NamespaceDeletionContentFailure",
                "False",
                "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization",
            ),
            ("NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed"),
            ("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
        ]

    play(story, NAMESPACES)


def test_what_holds_a_namespace_back_is_said_in_its_conditions() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("stuck"))
        api.create(objects.configmap("a", "stuck", finalizers=["lab.io/x"]))
        api.create(objects.configmap("b", "stuck", finalizers=["lab.io/x", "lab.io/y"]))
        api.delete("namespaces", "stuck")
        api.settle()
        conditions = {each["type"]: each["message"] for each in api.get("namespaces", "stuck")["status"]["conditions"]}
        assert conditions["NamespaceContentRemaining"] == "Some resources are remaining: configmaps. has 2 resource instances"
        waiting = "lab.io/x in 2 resource instances, lab.io/y in 1 resource instances"
        assert conditions["NamespaceFinalizersRemaining"] == f"Some content in the namespace has finalizers remaining: {waiting}"
        for name in ("a", "b"):
            api.patch("configmaps", name, {"metadata": {"finalizers": None}}, "stuck")
        api.settle()
        assert "stuck" not in names(api, "namespaces")

    play(story, NAMESPACES)


def test_a_namespace_that_was_deleted_before_the_controller_came_goes_too() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("tmp"))
        api.delete("namespaces", "tmp")
        assert "tmp" in names(api, "namespaces")
        api.start_controllers(NAMESPACES)
        api.settle()
        assert "tmp" not in names(api, "namespaces")

    play(story, ())


def test_pods_get_their_grace_where_a_kubelet_can_end_it() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("shop"))
        api.create(objects.pod("p", "shop", terminationGracePeriodSeconds=10))
        api.settle()
        api.delete("namespaces", "shop")
        api.settle()
        assert names(api, "pods", "shop") == ["p"]
        api.runtime.sleep(11)
        api.settle()
        assert "shop" not in names(api, "namespaces")

    play(story, ("namespaces", "kubelet"))


def test_while_pods_are_left_all_else_stays_and_the_conditions_say_nothing_of_what_remains() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("stuck", labels={"a": "b"}))
        api.create(objects.pod("p", "stuck", finalizers=["lab.io/x"]))
        api.create(objects.configmap("c", "stuck"))
        api.delete("namespaces", "stuck")
        api.settle()
        assert names(api, "configmaps", "stuck") == ["c"]
        assert "deletionTimestamp" in api.get("pods", "p", "stuck")["metadata"]
        stuck = api.get("namespaces", "stuck")
        assert {each["status"] for each in stuck["status"]["conditions"]} == {"False"}
        assert stuck["metadata"]["labels"] == {"a": "b", "kubernetes.io/metadata.name": "stuck"}
        api.patch("pods", "p", {"metadata": {"finalizers": None}}, "stuck")
        api.settle()
        assert "stuck" not in names(api, "namespaces")

    play(story, NAMESPACES)
