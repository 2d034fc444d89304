"""Masking takes away what differs from run to run, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

from fakes.api_server.wire import protobuf
from tests.conformance.masking import masked
from tests.conformance.session import GROUP, Exchange


def mask(*bodies: Any, managed: bool = False) -> list[Any]:
    exchanges = [Exchange("GET /x", 200, {"content-type": "application/json"}, json.dumps(body).encode()) for body in bodies]
    return [exchange["body"] for exchange in masked(exchanges, {"ns-17": "NS"}, managed=managed)]


def obj(version: int, **own: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a", "resourceVersion": str(version), **own}}


def listed(version: int, *items: Any, **own: Any) -> dict[str, Any]:
    return {"metadata": {"resourceVersion": str(version), **own}, "items": list(items)}


def test_versions_become_ranks_and_a_list_counts_as_the_newest_write_it_may_show() -> None:
    seen = mask(obj(70), listed(75, obj(70)), obj(80), listed(79), listed(200))
    assert [body["metadata"]["resourceVersion"] for body in seen] == ["v1", "v1", "v2", "v1", "v2"]


def test_an_empty_list_without_items_is_no_write() -> None:
    seen = mask(obj(70), {"kind": "ConfigMapList", "metadata": {"resourceVersion": "75"}})
    assert [body["metadata"]["resourceVersion"] for body in seen] == ["v1", "v1"]


def test_a_version_that_a_script_made_up_stays() -> None:
    assert [body["metadata"]["resourceVersion"] for body in mask(listed(0), listed(1), listed(999999999))] == ["0", "1", "999999999"]


def test_uids_are_numbered_wherever_they_stand() -> None:
    one, other = "11111111-2222-3333-4444-555555555555", "61111111-2222-3333-4444-555555555555"
    first, second = mask(obj(1, uid=one), {"message": f"{other} is not {one}"})
    assert first["metadata"]["uid"] == "uid1"
    assert second["message"] == "uid2 is not uid1"


def test_times_ages_and_hidden_names_are_masked() -> None:
    (body,) = mask({"at": "2026-01-01T00:00:00Z", "cells": ["5m3s", "a5s"], "in": "ns-17/x", "limit": "5s"})
    assert body == {"at": "TIME", "cells": ["AGE", "a5s"], "in": "NS/x", "limit": "5s"}


def test_versions_in_messages_are_masked_where_they_are_some() -> None:
    _, body = mask(obj(17), {"message": "Too large resource version: 999999999, current: 18"})
    assert body["message"] == "Too large resource version: 999999999, current: v1"


def test_a_version_in_a_map_that_a_message_shows_is_masked() -> None:
    _, body = mask(obj(17), {"message": "map[data:map[a:1] metadata:map[resourceVersion:17]]"})
    assert body["message"] == "map[data:map[a:1] metadata:map[resourceVersion:v1]]"


def test_a_continue_token_is_shown_with_what_it_says() -> None:
    token = base64.urlsafe_b64encode(json.dumps({"v": "meta.k8s.io/v1", "rv": 17, "start": "/ns-17/a\0"}).encode()).decode().rstrip("=")
    _, body = mask(obj(17), listed(17, **{"continue": token}))
    assert body["metadata"]["continue"] == "meta.k8s.io/v1 v1 NS/a\0"


def test_managed_fields_are_left_out_unless_they_are_the_point() -> None:
    whole = obj(1, managedFields=[{"manager": "b", "operation": "Update"}, {"manager": "a", "operation": "Update"}])
    assert "managedFields" not in mask(whole)[0]["metadata"]
    assert [entry["manager"] for entry in mask(whole, managed=True)[0]["metadata"]["managedFields"]] == ["a", "b"]


def test_entries_of_one_manager_are_sorted_by_their_subresource() -> None:
    entries = [{"manager": "a", "operation": "Update", "subresource": "status"}, {"manager": "a", "operation": "Update"}]
    one, other = (mask(obj(1, managedFields=found), managed=True) for found in (entries, entries[::-1]))
    assert one == other


def invalid(*causes: tuple[str, str], group: str = "") -> dict[str, Any]:
    texts = ", ".join(": ".join(cause) for cause in causes)
    shown = [{"field": field, "message": message} for field, message in causes]
    return {"message": f"x is invalid: [{texts}]", "details": {"group": group, "causes": shown}}


def test_the_causes_of_a_custom_resource_are_compared_as_a_set() -> None:
    one, other = ("b", "no"), ("a", "no")
    assert mask(invalid(one, other, group=GROUP)) == mask(invalid(other, one, group=GROUP))
    assert mask(invalid(one, other, group="ns-17.example.com")) == mask(invalid(other, one, group="ns-17.example.com"))
    assert mask(invalid(one, other, group=GROUP)) != mask(invalid(one, ("a", "yes"), group=GROUP))


def test_the_order_of_other_causes_counts_but_within_a_map() -> None:
    assert mask(invalid(("b", "no"), ("a", "no"))) != mask(invalid(("a", "no"), ("b", "no")))
    assert mask(invalid(("a[1]", "no"), ("a[0]", "no"))) != mask(invalid(("a[0]", "no"), ("a[1]", "no")))
    assert mask(invalid(("data[y]", "no"), ("data[x]", "no"), ("a", "no"))) == mask(
        invalid(("data[x]", "no"), ("data[y]", "no"), ("a", "no"))
    )
    assert mask(invalid(("labels", "y"), ("labels", "x"))) == mask(invalid(("labels", "x"), ("labels", "y")))


def test_a_bookmark_that_is_sent_again_counts_once() -> None:
    lines = [json.dumps({"type": "BOOKMARK", "object": obj(version)}).encode() for version in (5, 6)]
    added = json.dumps({"type": "ADDED", "object": obj(4)}).encode()
    (seen,) = masked([Exchange("GET /x", 200, {}, events=[added, *lines, added, added])], {}, managed=False)
    assert [event["type"] for event in seen["events"]] == ["ADDED", "BOOKMARK", "ADDED", "ADDED"]


def test_headers_that_matter_are_told_unless_they_are_as_always() -> None:
    headers = {"content-type": "text/plain", "retry-after": "1", "date": "now"}
    seen = masked(
        [Exchange("GET /x", 504, headers, b"text"), Exchange("GET /x", 200, {"content-type": "application/json"}, b"{}")], {}, managed=False
    )
    assert [exchange.get("headers") for exchange in seen] == [{"content-type": "text/plain", "retry-after": "1"}, None]


def test_a_binary_body_is_compared_by_what_it_says() -> None:
    status = {"kind": "Status", "apiVersion": "v1", "message": "ns-17", "code": 404}
    silent = {**status, "metadata": {"continue": ""}, "details": {"name": "", "retryAfterSeconds": 0}}
    exchanges = [Exchange("GET /x", 404, {}, protobuf.encode(document)) for document in (status, silent)]
    first, second = (exchange["body"] for exchange in masked(exchanges, {"ns-17": "NS"}, managed=False))
    assert first == second == {"protobuf": {**status, "message": "NS"}}


def test_what_is_zero_in_a_binary_body_is_not_what_is_missing() -> None:
    scaled = {
        "kind": "Deployment",
        "apiVersion": "apps/v1",
        "metadata": {"name": "a", "generation": 0},
        "spec": {"replicas": 0, "paused": False},
    }
    (body,) = (exchange["body"] for exchange in masked([Exchange("GET /x", 200, {}, protobuf.encode(scaled))], {}, managed=False))
    assert (body["protobuf"]["spec"]["replicas"], "generation" in body["protobuf"]["metadata"]) == (0, False)
    going = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a", "deletionGracePeriodSeconds": 0}}
    (body,) = (exchange["body"] for exchange in masked([Exchange("GET /x", 200, {}, protobuf.encode(going))], {}, managed=False))
    assert body["protobuf"]["metadata"] == {"name": "a", "deletionGracePeriodSeconds": 0}
