"""Built-in kinds that are served in two forms from one storage: events of both groups, autoscalers of both versions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes import objects
from fakes.api_server.builtin.conversions import conversion_of
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call
from fakes.api_server.verbs.revision import Revision
from tests.api_server.client import MERGE, Client, brief

CORE, GROUP = "/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events"
FIRST, SECOND = (f"/apis/autoscaling/{version}/namespaces/default/horizontalpodautoscalers" for version in ("v1", "v2"))
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
APPLY = {"Content-Type": "application/apply-patch+yaml"}
EVENT = {
    "apiVersion": "events.k8s.io/v1",
    "kind": "Event",
    "eventTime": "2026-01-01T00:00:00.000000Z",
    "reportingController": "lab.io/tests",
    "reportingInstance": "tests-1",
    "action": "Look",
    "reason": "Seen",
    "type": "Normal",
    "note": "it is there",
}
METRICS = "autoscaling.alpha.kubernetes.io/metrics"
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


def test_what_the_first_version_of_an_autoscaler_cannot_say_comes_with_every_event(client: Client) -> None:
    opened = client.watch(FIRST, resourceVersion=client.api.revision)
    with client.api.watch("horizontalpodautoscalers.v1.autoscaling") as changes:
        client.api.create(autoscaler("more", metrics=[MEMORY]))
        client.api.delete("hpa", "more")
        said = [change.object["metadata"]["annotations"][METRICS] for change in changes.pending()]
    assert said == [event["object"]["metadata"]["annotations"][METRICS] for event in opened.read()]
    assert said == ['[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":60}}]'] * 2


def test_a_dry_run_shows_what_the_annotations_would_become(client: Client) -> None:
    client.api.create(autoscaler("a", metrics=[MEMORY]))
    answer = client.merge(f"{FIRST}/a", {"metadata": {"annotations": {METRICS: "no JSON"}}}, dryRun="All")
    assert METRICS not in answer.json["metadata"].get("annotations", {})
    assert answer.json["spec"]["targetCPUUtilizationPercentage"] == 80
    assert METRICS in client.get(f"{FIRST}/a").json["metadata"]["annotations"]


@pytest.mark.parametrize("said", ["[" * 100_000, "[" * 1_500 + "]" * 1_500, '[{"type": "Resource", "x": NaN}]'])
def test_an_annotation_that_cannot_be_read_counts_for_nothing(client: Client, said: str) -> None:
    sent = autoscaler("a", "v1")
    sent["metadata"]["annotations"] = {METRICS: said}
    assert client.post(FIRST, sent).status == 201
    (metric,) = client.get(f"{SECOND}/a").json["spec"]["metrics"]
    assert metric["resource"]["name"] == "cpu"


def test_who_applies_labels_only_in_the_second_version_gives_up_the_spec_of_the_first(client: Client) -> None:
    labels = {"name": "a", "labels": {"a": "b"}}
    client.ask("PATCH", f"{FIRST}/a", autoscaler("a", "v1"), APPLY, fieldManager="m")
    sent = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": labels}
    client.ask("PATCH", f"{FIRST}/a", sent, APPLY, fieldManager="n")
    refused = client.ask("PATCH", f"{SECOND}/a", {**sent, "apiVersion": "autoscaling/v2"}, APPLY, fieldManager="m")
    assert refused.status == 422
    assert "spec.scaleTargetRef.kind: Required value" in refused.message


def test_nulls_in_lists_say_nothing_in_the_first_version() -> None:
    conversion = conversion_of("autoscaling", "v1", "horizontalpodautoscalers")
    assert conversion is not None
    rules = {"scaleUp": {"policies": [None, {"type": "Pods"}]}}
    sent = {"metadata": {"name": "a"}, "spec": {"metrics": [None, CPU], "behavior": rules}, "status": {"currentMetrics": [None]}}
    shown = conversion.from_stored(sent)
    assert shown["spec"] == {"targetCPUUtilizationPercentage": 60}
    (said,) = shown["metadata"]["annotations"].values()
    assert '"Policies":[{"Type":"Pods",' in said


@pytest.mark.parametrize("form", ["Table", "PartialObjectMetadata"])
@pytest.mark.parametrize("path", [FIRST, GROUP])
def test_a_dry_run_tells_tables_and_metadata_of_what_would_be_stored(client: Client, form: str, path: str) -> None:
    sent = autoscaler("a", "v1", minReplicas=2)
    sent["metadata"]["annotations"] = {METRICS: json.dumps([{"type": "Pods", "pods": {"metricName": "m", "targetAverageValue": "5"}}])}
    if path == GROUP:
        sent = {**EVENT, "metadata": {"name": "a", "namespace": "default"}}
    accept = {"Accept": f"application/json;as={form};v=v1;g=meta.k8s.io"}

    def told(method: str, at: str, body: Any, **query: Any) -> Any:
        content = client.ask(method, at, body, {**accept, **(MERGE if method == "PATCH" else {})}, **query).json
        own = content["rows"][0].pop("object")["metadata"] if form == "Table" else content["metadata"]
        return content.get("rows"), own.get("annotations"), own.get("labels")

    assert told("POST", path, sent, dryRun="All") == told("POST", path, sent)
    change = {"metadata": {"labels": {"a": "b"}}}
    assert told("PATCH", f"{path}/a", change, dryRun="All") == told("PATCH", f"{path}/a", change)


def test_a_write_of_the_first_version_is_tried_again_when_another_one_was_faster(client: Client) -> None:
    client.api.create(autoscaler("a", metrics=[CPU, MEMORY]))
    kind = client.api.kinds.find("autoscaling", "v1", "horizontalpodautoscalers")
    assert kind is not None
    raced = list[int]()

    def race(document: dict[str, Any]) -> Revision:
        if not raced:
            client.api.patch("hpa", "a", {"spec": {"maxReplicas": 9}})
        raced.append(document["spec"]["maxReplicas"])
        return Revision({**document, "spec": {**document["spec"], "minReplicas": 3}})

    client.api._verbs.writer.revise(Call("patch", kind, "default", "a"), race, WriteOptions())
    assert raced == [5, 9]
    assert client.api.get("hpa", "a")["spec"]["minReplicas"] == 3


def test_a_namespace_with_objects_of_two_forms_is_emptied(client: Client) -> None:
    client.api.create(objects.namespace("shop"))
    client.api.create(autoscaler("a", metrics=[MEMORY]), "shop")
    client.api.create(objects.event(objects.pod("web-1", "shop"), "Pulled"))
    client.api.delete("namespaces", "shop")
    assert client.api.empty_namespace("shop")
    assert client.api.list("events") == client.api.list("hpa") == []


@pytest.mark.parametrize("place", [("events.k8s.io", "v1", "events"), ("autoscaling", "v1", "horizontalpodautoscalers")])
def test_the_way_into_storage_and_back_changes_nothing(client: Client, place: tuple[str, str, str]) -> None:
    client.api.create(autoscaler("a", metrics=[MEMORY, CPU], behavior={"scaleDown": {"selectPolicy": "Min"}}))
    client.api.create(objects.event(objects.pod("web-1"), "Pulled"))
    conversion = conversion_of(*place)
    assert conversion is not None
    group, version, plural = place
    (document,) = client.get(f"/apis/{group}/{version}/{plural}").json["items"]
    assert conversion.from_stored(conversion.to_stored(document)) == {**document}
