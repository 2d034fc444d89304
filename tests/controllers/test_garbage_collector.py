"""The garbage collector: what it does after each way of deleting an owner, as the captures of a real one have it."""

from __future__ import annotations

from typing import Any

from fakes import FakeAPIServer, objects
from tests.controllers.simulated import SEEDS, names, play, steps

COLLECTOR = ("garbage-collector",)


def family(api: FakeAPIServer) -> dict[str, Any]:
    """An owner and its child; gives the owner."""
    owner = api.create(objects.configmap("owner"))
    api.create(objects.configmap("child", owners=[objects.owner_reference(owner, controller=False)]))
    return owner


@SEEDS
def test_dependents_go_after_an_owner_that_went(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        family(api)
        api.settle()
        api.delete("configmaps", "owner", propagation="Background")
        assert names(api, "configmaps") in (["child"], [])
        api.settle()
        assert names(api, "configmaps") == []
        assert int(api.history("configmaps", "owner")[-1].version) < int(api.history("configmaps", "child")[-1].version)

    play(story, COLLECTOR, seed)


@SEEDS
def test_an_owner_in_the_foreground_goes_after_its_dependents(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        family(api)
        waiting = api.delete("configmaps", "owner", propagation="Foreground")
        assert waiting["metadata"]["finalizers"] == ["foregroundDeletion"]
        api.settle()
        assert names(api, "configmaps") == []
        assert steps(api, "configmaps", "owner") == ["ADDED", "MODIFIED", "DELETED"]
        assert steps(api, "configmaps", "child") == ["ADDED", "DELETED"]
        assert int(api.history("configmaps", "child")[-1].version) < int(api.history("configmaps", "owner")[-1].version)

    play(story, COLLECTOR, seed)


@SEEDS
def test_orphans_forget_their_owner_and_stay(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        family(api)
        api.delete("configmaps", "owner", propagation="Orphan")
        api.settle()
        assert names(api, "configmaps") == ["child"]
        assert "ownerReferences" not in api.get("configmaps", "child")["metadata"]
        assert steps(api, "configmaps", "child") == ["ADDED", "MODIFIED"]
        assert steps(api, "configmaps", "owner") == ["ADDED", "MODIFIED", "DELETED"]

    play(story, COLLECTOR, seed)


def test_an_object_whose_owner_never_existed_goes() -> None:
    def story(api: FakeAPIServer) -> None:
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "no-such-uid"}
        api.create(objects.configmap("child", owners=[reference]))
        api.settle()
        assert names(api, "configmaps") == []

    play(story, COLLECTOR)


def test_an_owner_of_the_same_name_and_another_uid_is_no_owner() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        api.delete("configmaps", "owner")
        api.create(objects.configmap("owner"))
        api.create(objects.configmap("child", owners=[owner]))
        api.settle()
        assert names(api, "configmaps") == ["owner"]

    play(story, COLLECTOR)


def test_an_owner_in_another_namespace_is_no_owner() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        api.create(objects.configmap("child", "kube-public", owners=[owner]))
        api.settle()
        assert names(api, "configmaps") == ["owner"]

    play(story, COLLECTOR)


def test_one_owner_that_is_left_keeps_an_object_which_forgets_the_other() -> None:
    def story(api: FakeAPIServer) -> None:
        first, second = api.create(objects.configmap("first")), api.create(objects.configmap("second"))
        api.create(objects.configmap("child", owners=[objects.owner_reference(each, controller=False) for each in (first, second)]))
        api.delete("configmaps", "first")
        api.settle()
        (reference,) = api.get("configmaps", "child")["metadata"]["ownerReferences"]
        assert (reference["name"], reference["blockOwnerDeletion"]) == ("second", True)
        api.delete("configmaps", "second")
        api.settle()
        assert names(api, "configmaps") == []

    play(story, COLLECTOR)


@SEEDS
def test_grandchildren_go_first_in_the_foreground(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        deployment = api.create(objects.deployment("web"))
        replicas = api.create(objects.replicaset("web-1", owners=[deployment]))
        api.create(objects.pod("web-1-a", owners=[replicas]))
        api.settle()
        api.delete("deployments.apps", "web", propagation="Foreground")
        api.settle()
        ends = [api.history(*each)[-1] for each in (("pods", "web-1-a"), ("replicasets", "web-1"), ("deployments", "web"))]
        assert [end.type for end in ends] == ["DELETED"] * 3
        assert sorted(ends, key=lambda end: int(end.version)) == ends

    play(story, COLLECTOR, seed)


def test_an_owner_waits_for_a_dependent_that_has_a_finalizer_of_its_own() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        api.create(objects.configmap("child", owners=[owner], finalizers=["lab.io/wait"]))
        api.delete("configmaps", "owner", propagation="Foreground")
        api.settle()
        assert names(api, "configmaps") == ["child", "owner"]
        assert "deletionTimestamp" in api.get("configmaps", "child")["metadata"]
        api.patch("configmaps", "child", {"metadata": {"finalizers": None}})
        api.settle()
        assert names(api, "configmaps") == []

    play(story, COLLECTOR)


def test_a_dependent_that_does_not_block_is_not_waited_for() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        reference = objects.owner_reference(owner, block=False)
        api.create(objects.configmap("child", owners=[reference], finalizers=["lab.io/wait"]))
        api.delete("configmaps", "owner", propagation="Foreground")
        api.settle()
        assert names(api, "configmaps") == ["child"]
        assert "deletionTimestamp" in api.get("configmaps", "child")["metadata"]

    play(story, COLLECTOR)


def test_objects_that_own_each_other_go_when_one_is_deleted_in_the_foreground() -> None:
    def story(api: FakeAPIServer) -> None:
        first, second = objects.configmap("first", uid="u-1"), objects.configmap("second", uid="u-2")
        first["metadata"]["ownerReferences"] = [objects.owner_reference(second)]
        second["metadata"]["ownerReferences"] = [objects.owner_reference(first)]
        api.load_cluster([first, second])
        api.settle()
        assert names(api, "configmaps") == ["first", "second"]
        api.delete("configmaps", "first", propagation="Foreground")
        api.settle()
        assert names(api, "configmaps") == []

    play(story, COLLECTOR)


def test_an_owner_of_an_unknown_kind_is_not_judged_until_its_kind_is_there() -> None:
    def story(api: FakeAPIServer) -> None:
        reference = {"apiVersion": "example.com/v1", "kind": "Widget", "name": "w", "uid": "no-such-uid"}
        api.create(objects.configmap("child", owners=[reference]))
        api.settle()
        assert names(api, "configmaps") == ["child"]
        api.create(objects.crd("Widget"))
        api.settle()
        assert names(api, "configmaps") == []

    play(story, COLLECTOR)


def test_an_object_of_the_whole_cluster_cannot_be_owned_by_one_in_a_namespace() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        node = objects.node("n1")
        node["metadata"]["ownerReferences"] = [objects.owner_reference(owner)]
        api.create(node)
        api.delete("configmaps", "owner")
        api.settle()
        assert names(api, "nodes") == ["n1"]

    play(story, COLLECTOR)


def test_custom_resources_own_and_are_owned() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.crd("Widget"))
        owner = api.create(objects.custom("Widget", "w"))
        api.create(objects.custom("Widget", "child", owners=[owner]))
        api.create(objects.configmap("child", owners=[owner]))
        api.delete("widgets", "w")
        api.settle()
        assert (names(api, "widgets"), names(api, "configmaps")) == ([], [])

    play(story, COLLECTOR)


def test_events_are_left_alone() -> None:
    def story(api: FakeAPIServer) -> None:
        owner = api.create(objects.configmap("owner"))
        event = objects.event(owner, "Seen")
        event["metadata"]["ownerReferences"] = [objects.owner_reference(owner)]
        api.create(event)
        api.delete("configmaps", "owner")
        api.settle()
        assert len(names(api, "events")) == 1

    play(story, COLLECTOR)


@SEEDS
def test_nobody_who_writes_at_the_same_time_is_overwritten(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        family(api)
        api.delete("configmaps", "owner", propagation="Orphan")
        for number in range(5):
            api.patch("configmaps", "child", {"data": {"n": str(number)}})
            api.runtime.checkpoint("a write")
        api.settle()
        child = api.get("configmaps", "child")
        assert (child["data"], "ownerReferences" in child["metadata"]) == ({"n": "4"}, False)
        assert names(api, "configmaps") == ["child"]

    play(story, COLLECTOR, seed)


def test_a_collector_that_comes_late_finds_what_was_left_behind() -> None:
    def story(api: FakeAPIServer) -> None:
        family(api)
        api.delete("configmaps", "owner")
        assert names(api, "configmaps") == ["child"]
        api.start_controllers(COLLECTOR)
        api.settle()
        assert names(api, "configmaps") == []

    play(story, ())


def test_what_a_restore_brings_back_is_collected_anew() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.configmap("before"))
        family(api)
        snapshot = api.snapshot()
        api.delete("configmaps", "owner")
        api.settle()
        api.restore(snapshot)
        api.settle()
        assert names(api, "configmaps") == ["before", "child", "owner"]
        api.delete("configmaps", "owner")
        api.settle()
        assert names(api, "configmaps") == ["before"]

    play(story, COLLECTOR)


@SEEDS
def test_who_cannot_forget_an_owner_keeps_it_until_it_can_and_stops_nothing_else(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.crd("Widget"))
        owner = api.create(objects.configmap("owner"))
        api.create(objects.custom("Widget", "w", owners=[objects.owner_reference(owner)]))
        schema = {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object"}}}
        api.apply(objects.crd("Widget", schema=schema))
        api.delete("configmaps", "owner", propagation="Orphan")
        api.settle()
        assert names(api, "configmaps") == ["owner"]
        other = api.create(objects.configmap("other"))
        api.create(objects.configmap("child", owners=[objects.owner_reference(other)]))
        api.delete("configmaps", "other")
        api.settle()
        assert names(api, "configmaps") == ["owner"]
        api.patch("widgets.example.com", "w", {"spec": {}})
        api.settle()
        assert names(api, "configmaps") == []
        assert "ownerReferences" not in api.get("widgets.example.com", "w")["metadata"]

    play(story, COLLECTOR, seed)
