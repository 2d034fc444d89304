"""Builders of objects: a server takes what they make, and keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import FakeAPIServer, SimulatedRuntime, objects


@pytest.fixture
def api() -> FakeAPIServer:
    return FakeAPIServer(runtime=SimulatedRuntime(0))


@pytest.mark.parametrize(
    "made",
    [
        objects.pod("web-1", node="n1", phase="Running", ip="10.0.0.1", labels={"app": "web"}, annotations={"a": "b"}, finalizers=["a/b"]),
        objects.node("n1", unschedulable=True, taints=[{"key": "a", "effect": "NoSchedule"}], labels={"zone": "a"}),
        objects.namespace("shop", labels={"team": "a"}),
        objects.deployment("web", replicas=3),
        objects.replicaset("web-abc"),
        objects.workload("StatefulSet", "db", serviceName="db"),
        objects.job("once", backoffLimit=0),
        objects.serviceaccount("robot", labels={"team": "a"}),
        objects.lease("leader", holder="me", leaseTransitions=1),
        objects.service("web", port=80, target="http"),
        objects.configmap("c", data={"a": "1"}),
        objects.secret("s", text={"password": "x"}),
        objects.event({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "uid": "1"}}, "Rebooted", "again"),
        objects.crd("Widget", short_names=["wd"]),
    ],
    ids=lambda made: str(made["kind"]),
)
def test_a_server_takes_every_object_without_an_unknown_field(api: FakeAPIServer, made: dict[str, Any]) -> None:
    (stored,) = api.apply(made)
    for field, value in made["metadata"].items():
        assert stored["metadata"][field] == value or value.items() <= stored["metadata"][field].items()


def test_a_custom_resource_belongs_to_the_definition_of_its_kind(api: FakeAPIServer) -> None:
    api.apply(objects.crd("Widget"))
    api.apply(objects.custom("Widget", "w", spec={"size": 1}))
    assert api.get("widgets.example.com", "w")["spec"] == {"size": 1}


def test_what_a_builder_does_not_name_is_a_field_of_the_spec() -> None:
    assert objects.pod("a", restartPolicy="Never", node="n1")["spec"] == {
        "nodeName": "n1",
        "containers": [{"name": "main", "image": "example.com/app:1"}],
        "restartPolicy": "Never",
    }


def test_a_pod_is_ready_when_it_is_running_unless_said_otherwise() -> None:
    def ready(**said: Any) -> str:
        status = objects.pod("a", **said)["status"]
        return next(str(condition["status"]) for condition in status["conditions"] if condition["type"] == "Ready")

    assert [ready(phase="Running"), ready(phase="Failed"), ready(phase="Running", ready=False)] == ["True", "False", "False"]
    assert "status" not in objects.pod("a")


def test_an_owner_is_named_by_the_uid_that_the_server_gave_it(api: FakeAPIServer) -> None:
    owner = api.create(objects.replicaset("web"))
    pod = api.create(objects.pod("web-1", owners=[owner]))
    assert pod["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "name": "web",
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def test_an_owner_that_was_never_stored_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="ReplicaSet web has no uid; create it first"):
        objects.pod("web-1", owners=[objects.replicaset("web")])


def test_two_objects_of_one_builder_share_nothing() -> None:
    labels = {"app": "web"}
    first, second = objects.deployment("web", pod_labels=labels), objects.deployment("web", pod_labels=labels)
    first["spec"]["selector"]["matchLabels"]["app"] = "other"
    assert second["spec"]["template"]["metadata"]["labels"] == second["spec"]["selector"]["matchLabels"] == labels
    assert first["spec"]["template"]["metadata"]["labels"] == labels
