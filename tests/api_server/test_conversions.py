"""Built-in kinds that are served in two forms from one storage: events of both groups, autoscalers of both versions."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import objects
from fakes.api_server.builtin.conversions import conversion_of
from fakes.api_server.errors import StatusError
from fakes.api_server.messages import AnnouncingBody
from tests.api_server.client import Client, brief

CORE, GROUP = "/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events"
FIRST, SECOND = (f"/apis/autoscaling/{version}/namespaces/default/horizontalpodautoscalers" for version in ("v1", "v2"))
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
MEMORY = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 60}}}


@pytest.fixture
def client() -> Client:
    return Client()


def autoscaler(name: str, version: str = "v2", **spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {"scaleTargetRef": target, "maxReplicas": 5, **spec},
    }


def test_an_event_is_one_object_for_a_tests_hands_too(client: Client) -> None:
    client.api.create(objects.event(objects.pod("web-1"), "Pulled", "it is there"))
    (found,) = client.api.list("events.events.k8s.io")
    assert (found["note"], found["regarding"]["name"]) == ("it is there", "web-1")
    with client.api.watch("events.events.k8s.io", initial=True) as changes:
        client.api.patch("events", "web-1.pulled", {"message": "still there"})
        assert [(change.type, change.object["note"]) for change in changes.pending()] == [
            ("ADDED", "it is there"),
            ("MODIFIED", "still there"),
        ]
    assert [change.object["message"] for change in client.api.history("events", "web-1.pulled")] == ["it is there", "still there"]


def test_an_event_goes_for_both_groups_and_its_last_state_is_told_in_each(client: Client) -> None:
    client.api.create(objects.event(objects.pod("web-1"), "Pulled", "it is there"))
    old, new = (client.watch(path, resourceVersion=client.api.revision) for path in (CORE, GROUP))
    client.delete(f"{GROUP}/web-1.pulled")
    assert [(brief(event), event["object"]["message"]) for event in old.read()] == [
        (f"DELETED web-1.pulled@{client.api.revision}", "it is there")
    ]
    assert [event["object"]["note"] for event in new.read()] == ["it is there"]
    assert client.get(f"{CORE}/web-1.pulled").status == 404


def test_a_dry_run_answers_in_the_form_that_was_sent(client: Client) -> None:
    client.post(FIRST, autoscaler("a", "v1"))
    answer = client.merge(f"{FIRST}/a", {"spec": {"targetCPUUtilizationPercentage": 33}}, dryRun="All")
    assert answer.json["spec"]["targetCPUUtilizationPercentage"] == 33
    assert client.get(f"{FIRST}/a").json["spec"]["targetCPUUtilizationPercentage"] == 80


def test_the_cpus_use_is_told_in_both_versions(client: Client) -> None:
    client.post(FIRST, autoscaler("a", "v1"))
    client.merge(f"{FIRST}/a/status", {"status": {"currentCPUUtilizationPercentage": 41, "currentReplicas": 2, "desiredReplicas": 2}})
    (used,) = client.get(f"{SECOND}/a").json["status"]["currentMetrics"]
    assert used["resource"]["current"] == {"averageUtilization": 41}
    assert client.get(f"{FIRST}/a").json["status"]["currentCPUUtilizationPercentage"] == 41


@pytest.mark.parametrize("more", [{"metrics": [MEMORY]}, {"metrics": [CPU, MEMORY]}, {"metrics": [CPU], "behavior": {"scaleDown": {}}}])
def test_what_the_first_version_of_an_autoscaler_cannot_say_is_refused_there_by_name(client: Client, more: dict[str, Any]) -> None:
    client.api.create(autoscaler("fine", metrics=[CPU]))
    opened = client.watch(FIRST, resourceVersion=client.api.revision)
    client.api.create(autoscaler("later", metrics=[CPU]))
    client.api.create(autoscaler("more", **more))
    for path in (FIRST, f"{FIRST}/more"):
        assert client.get(path).status == client.get(f"{FIRST}?watch=true").status == 501
    assert "autoscaling/v1 of an autoscaler" in client.get(FIRST).message
    assert [brief(event).split("@")[0] for event in opened.rest()] == ["ADDED later", "ERROR "]
    assert client.get(f"{FIRST}/fine").status == client.get(SECOND).status == 200


def test_a_tests_hands_are_told_so_as_well(client: Client) -> None:
    with client.api.watch("horizontalpodautoscalers.v1.autoscaling") as changes:
        client.api.create(autoscaler("more", metrics=[MEMORY]))
        with pytest.raises(StatusError, match="does not support autoscaling/v1 of an autoscaler"):
            changes.pending()


def test_annotations_by_which_the_first_version_says_more_are_refused(client: Client) -> None:
    made = autoscaler("a", "v1")
    made["metadata"]["annotations"] = {"autoscaling.alpha.kubernetes.io/metrics": "[]"}
    assert client.post(FIRST, made).status == 501


def test_a_namespace_with_objects_of_two_forms_is_emptied(client: Client) -> None:
    client.api.create(objects.namespace("shop"))
    client.api.create(autoscaler("a", metrics=[MEMORY]), "shop")
    client.api.create(objects.event(objects.pod("web-1", "shop"), "Pulled"))
    client.api.delete("namespaces", "shop")
    assert client.api.empty_namespace("shop")
    assert client.api.list("events") == client.api.list("hpa") == []


@pytest.mark.parametrize("place", [("events.k8s.io", "v1", "events"), ("autoscaling", "v1", "horizontalpodautoscalers")])
def test_the_way_into_storage_and_back_changes_nothing(client: Client, place: tuple[str, str, str]) -> None:
    client.post(FIRST, autoscaler("a", "v1", targetCPUUtilizationPercentage=70))
    client.api.create(objects.event(objects.pod("web-1"), "Pulled"))
    conversion = conversion_of(*place)
    assert conversion is not None
    group, version, plural = place
    (document,) = client.get(f"/apis/{group}/{version}/{plural}").json["items"]
    assert conversion.from_stored(conversion.to_stored(document)) == {**document}


def test_an_event_that_cannot_be_told_is_announced_as_every_other(client: Client) -> None:
    body, woken = client.watch(FIRST).body, list[str]()
    assert isinstance(body, AnnouncingBody)
    body.announce(lambda: woken.append("once"))
    client.post(SECOND, autoscaler("web", metrics=[MEMORY]))
    assert woken == ["once"]
