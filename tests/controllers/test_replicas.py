"""The controller of replicas: pods of ReplicationControllers and ReplicaSets, ReplicaSets of Deployments."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import FakeAPIServer
from tests.controllers.simulated import SEEDS, names, play

REVISION = "deployment.kubernetes.io/revision"
ALONE = ("replicas",)
WITH_KUBELET = ("replicas", "kubelet")
ALL = ("replicas", "kubelet", "garbage-collector")


def template(image: str = "i:1") -> dict[str, Any]:
    labels = {"app": "web"}
    return {"metadata": {"labels": labels, "annotations": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": image}]}}


def replication_controller(replicas: int) -> dict[str, Any]:
    spec = {"replicas": replicas, "selector": {"app": "web"}, "template": template()}
    return {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": "web"}, "spec": spec}


def deployment(replicas: int) -> dict[str, Any]:
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template()}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


@SEEDS
def test_a_replication_controller_gets_the_pods_that_it_asks_for(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        made = api.create(replication_controller(3))
        api.settle()
        pods = api.list("pods")
        assert [pod["metadata"]["generateName"] for pod in pods] == ["web-"] * 3
        assert pods[0]["metadata"]["labels"] == {"app": "web"}
        assert pods[0]["metadata"]["annotations"] == {"a": "b"}
        (owner,) = pods[0]["metadata"]["ownerReferences"]
        assert owner == {
            "apiVersion": "v1",
            "kind": "ReplicationController",
            "name": "web",
            "uid": made["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
        status = api.get("replicationcontrollers", "web")["status"]
        assert status == {
            "replicas": 3,
            "fullyLabeledReplicas": 3,
            "readyReplicas": 3,
            "availableReplicas": 3,
            "observedGeneration": 1,
        }

    play(story, WITH_KUBELET, seed)


@SEEDS
def test_what_is_too_much_goes_and_what_was_deleted_comes_again(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(replication_controller(3))
        api.settle()
        api.patch("replicationcontrollers", "web", {"spec": {"replicas": 1}})
        api.settle()
        (left,) = names(api, "pods")
        api.delete("pods", left, grace=0)
        api.settle()
        (new,) = names(api, "pods")
        assert new != left

    play(story, ALONE, seed)


@SEEDS
def test_a_deployment_gets_a_set_and_its_pods_and_another_template_replaces_them(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(deployment(2))
        api.settle()
        (first,) = api.list("replicasets.apps")
        assert first["spec"]["selector"]["matchLabels"]["pod-template-hash"] == first["metadata"]["name"].removeprefix("web-")
        status = api.get("deployments.apps", "web")["status"]
        assert (status["replicas"], status["updatedReplicas"], status["availableReplicas"]) == (2, 2, 2)
        assert [(each["type"], each["status"]) for each in status["conditions"]] == [("Available", "True"), ("Progressing", "True")]
        api.patch("deployments.apps", "web", {"spec": {"template": template("i:2")}})
        api.settle()
        sizes = {each["metadata"]["name"]: each["spec"]["replicas"] for each in api.list("replicasets.apps")}
        assert sizes.pop(first["metadata"]["name"]) == 0
        assert list(sizes.values()) == [2]
        images = {pod["spec"]["containers"][0]["image"] for pod in api.list("pods") if "deletionTimestamp" not in pod["metadata"]}
        assert images == {"i:2"}

    play(story, WITH_KUBELET, seed)


@SEEDS
def test_a_deployments_revisions_are_counted_and_an_old_template_is_a_new_one(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(deployment(1))
        for image in ("i:1", "i:2", "i:1"):
            api.patch("deployments", "web", {"spec": {"template": template(image)}})
            api.settle()
            (own,) = api.list("deployments")
            sets = {each["spec"]["template"]["spec"]["containers"][0]["image"]: each for each in api.list("replicasets")}
            told.append([each["metadata"]["annotations"][REVISION] for each in (own, *(sets[name] for name in sorted(sets)))])
        assert own["metadata"]["generation"] == own["status"]["observedGeneration"] == 3
        api.patch("deployments", "web", {"spec": {"paused": True, "template": template("i:3")}})
        api.settle()
        assert api.get("deployments", "web")["metadata"]["annotations"][REVISION] == "3"

    told: list[list[str]] = []
    play(story, ALONE, seed)
    assert told == [["1", "1"], ["2", "1", "2"], ["3", "3", "2"]]


@SEEDS
def test_the_owner_that_is_deleted_takes_all_with_it(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(deployment(2))
        api.settle()
        api.delete("deployments.apps", "web", propagation="Background")
        api.settle()
        api.runtime.sleep(31)
        api.settle()
        assert [names(api, resource) for resource in ("deployments.apps", "replicasets.apps", "pods")] == [[], [], []]

    play(story, ALL, seed)


@SEEDS
def test_what_is_refused_is_left_until_it_changes_and_stops_nothing_else(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    def story(api: FakeAPIServer) -> None:
        bad = deployment(1)
        bad["metadata"]["name"] = "bad"
        bad["spec"]["template"]["metadata"]["finalizers"] = ["bad"]
        api.create(bad)
        long = deployment(1)
        long["metadata"]["name"] = "l" * 250
        api.create(long)
        api.settle()
        assert names(api, "pods") == []
        assert "name is neither a standard finalizer name nor is it fully qualified" in caplog.text
        assert "must be no more than 253 characters" in caplog.text
        api.create(deployment(1))
        api.settle()
        assert len(names(api, "pods")) == 1
        api.patch("deployments.apps", "bad", {"spec": {"template": {"metadata": {"finalizers": None}}}})
        api.settle()
        assert len(names(api, "pods")) == 2

    play(story, ALL, seed)
