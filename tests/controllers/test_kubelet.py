"""The kubelet and its scheduler: pods get a node, run, and go when their grace is over."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from fakes import FakeAPIServer, objects
from tests.controllers.simulated import SEEDS, names, play, steps

KUBELET = ("kubelet",)


def placed(api: FakeAPIServer) -> dict[str, str]:
    return {pod["metadata"]["name"]: pod["spec"].get("nodeName", "") for pod in api.list("pods")}


def conditions(pod: dict[str, Any]) -> dict[str, str]:
    return {each["type"]: each["status"] for each in pod["status"]["conditions"]}


@SEEDS
def test_a_pod_is_bound_then_runs_and_is_ready(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.load(objects.node("n1"))
        api.create(objects.pod("web-1", image="web:1"))
        api.settle()
        pod = api.get("pods", "web-1")
        assert (pod["spec"]["nodeName"], pod["status"]["phase"], conditions(pod)["Ready"]) == ("n1", "Running", "True")
        (container,) = pod["status"]["containerStatuses"]
        assert (container["name"], container["image"], container["ready"], container["restartCount"]) == ("main", "web:1", True, 0)
        assert pod["status"]["podIP"].startswith("10.244.")
        assert steps(api, "pods", "web-1") == ["ADDED", "MODIFIED", "MODIFIED"]

    play(story, KUBELET, seed)


def test_pods_are_spread_and_have_addresses_of_their_own() -> None:
    def story(api: FakeAPIServer) -> None:
        api.load(objects.node("n1"), objects.node("n2"), objects.node("n3"))
        for number in range(6):
            api.create(objects.pod(f"web-{number}"))
        api.settle()
        assert Counter(placed(api).values()) == {"n1": 2, "n2": 2, "n3": 2}
        assert len({pod["status"]["podIP"] for pod in api.list("pods")}) == 6

    play(story, KUBELET)


def test_nodes_that_take_no_pods_get_none() -> None:
    def story(api: FakeAPIServer) -> None:
        api.load(objects.node("cordoned", unschedulable=True), objects.node("lost", ready=False), objects.node("z", labels={"disk": "ssd"}))
        api.create(objects.pod("a"))
        api.create(objects.pod("b", nodeSelector={"disk": "ssd"}))
        api.create(objects.pod("c", nodeSelector={"disk": "tape"}))
        api.settle()
        assert placed(api) == {"a": "z", "b": "z", "c": ""}

    play(story, KUBELET)


def test_a_pod_that_fits_nowhere_says_so_and_waits_for_a_node() -> None:
    def story(api: FakeAPIServer) -> None:
        api.load(objects.node("n1", unschedulable=True))
        api.create(objects.pod("a"))
        api.settle()
        pod = api.get("pods", "a")
        (condition,) = pod["status"]["conditions"]
        assert (condition["type"], condition["status"], condition["reason"]) == ("PodScheduled", "False", "Unschedulable")
        assert condition["message"].startswith("0/1 nodes are available")
        api.patch("nodes", "n1", {"spec": {"unschedulable": None}})
        api.settle()
        assert placed(api) == {"a": "n1"}
        assert conditions(api.get("pods", "a"))["PodScheduled"] == "True"

    play(story, KUBELET)


def test_a_cluster_without_nodes_gets_one() -> None:
    def story(api: FakeAPIServer) -> None:
        assert names(api, "nodes") == []
        api.create(objects.pod("a"))
        api.settle()
        assert (names(api, "nodes"), placed(api)) == (["node-1"], {"a": "node-1"})

    play(story, KUBELET)


def test_a_pod_that_names_its_node_runs_there_whether_it_exists_or_not() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a", node="far-away"))
        api.settle()
        assert (names(api, "nodes"), api.get("pods", "a")["status"]["phase"]) == ([], "Running")

    play(story, KUBELET)


def test_a_pod_behind_a_gate_is_left_alone() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a", schedulingGates=[{"name": "lab.io/wait"}]))
        api.settle()
        assert placed(api) == {"a": ""}

    play(story, KUBELET)


def test_a_status_that_somebody_has_set_stays() -> None:
    def story(api: FakeAPIServer) -> None:
        api.load(objects.pod("a", node="n1", phase="Succeeded"), objects.pod("b", node="n1", phase="Failed"))
        api.settle()
        assert [pod["status"]["phase"] for pod in api.list("pods")] == ["Succeeded", "Failed"]

    play(story, KUBELET)


def test_init_containers_have_ended_when_a_pod_runs() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a", initContainers=[{"name": "setup", "image": "setup:1"}]))
        api.settle()
        (setup,) = api.get("pods", "a")["status"]["initContainerStatuses"]
        assert (setup["name"], setup["state"]["terminated"]["reason"]) == ("setup", "Completed")

    play(story, KUBELET)


@pytest.mark.parametrize(("grace", "own"), [(None, 30), (5, 30), (None, 3)])
def test_a_deleted_pod_goes_when_its_grace_is_over(grace: int | None, own: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a", terminationGracePeriodSeconds=own))
        api.settle()
        api.delete("pods", "a", grace=grace)
        seconds = own if grace is None else grace
        api.runtime.sleep(seconds - 1)
        assert names(api, "pods") == ["a"]
        api.runtime.sleep(1.5)
        assert names(api, "pods") == []
        assert steps(api, "pods", "a")[-3:] == ["MODIFIED", "MODIFIED", "DELETED"]

    play(story, KUBELET)


def test_a_second_deletion_may_shorten_the_grace() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a"))
        api.settle()
        api.delete("pods", "a")
        api.delete("pods", "a", grace=2)
        api.runtime.sleep(2.5)
        assert names(api, "pods") == []

    play(story, KUBELET)


def test_a_finalizer_holds_a_pod_whose_grace_is_over() -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.pod("a", finalizers=["lab.io/wait"]))
        api.settle()
        api.delete("pods", "a", grace=1)
        api.runtime.sleep(100)
        revision = api.revision
        assert names(api, "pods") == ["a"]
        api.runtime.sleep(100)
        assert api.revision == revision, "nothing is tried again and again"
        api.patch("pods", "a", {"metadata": {"finalizers": None}})
        assert names(api, "pods") == []

    play(story, KUBELET)
