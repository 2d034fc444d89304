"""What differs between two states of one object."""

from __future__ import annotations

from typing import Any

import pytest

from informer.cli.changes import MISSING, Change, find_changes, summarize


def said(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [str(change) for change in find_changes(old, new)]


def test_a_changed_value_is_said_with_both_its_values() -> None:
    assert said({"spec": {"unschedulable": False}}, {"spec": {"unschedulable": True}}) == ["spec.unschedulable: false → true"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"labels": {"zone": "x"}}, "labels.zone: +x"),
        ({"labels": {"zone": "x"}}, {}, "labels.zone: -x"),
        ({"labels": {"zone": "x"}}, {"labels": {"zone": "y"}}, "labels.zone: x → y"),
        ({}, {"labels": {"topology.kubernetes.io/zone": "x"}}, "labels[topology.kubernetes.io/zone]: +x"),
        ({}, {"annotations": {"note": ""}}, 'annotations.note: +""'),
        ({}, {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "metadata.deletionTimestamp: +2026-01-01T00:00:00Z"),
        ({"finalizers": ["a", "b"]}, {"finalizers": ["b", "c"]}, "metadata.finalizers: -a metadata.finalizers: +c"),
        ({"finalizers": ["a"]}, {}, "metadata.finalizers: -a"),
    ],
)
def test_labels_and_other_metadata_are_told_one_by_one(old: dict[str, Any], new: dict[str, Any], expected: str) -> None:
    assert " ".join(said({"metadata": old}, {"metadata": new})) == expected


def test_conditions_are_compared_by_their_type_and_their_status_comes_before_reason_and_message() -> None:
    ready = {"type": "Ready", "reason": "KubeletReady", "message": "fine", "status": "True", "lastTransitionTime": "1"}
    away = {"type": "Ready", "reason": "NodeStatusUnknown", "message": "gone", "status": "Unknown", "lastTransitionTime": "2"}
    pressure = {"type": "DiskPressure", "status": "False"}
    assert said({"status": {"conditions": [ready]}}, {"status": {"conditions": [pressure, away]}}) == [
        "status.conditions[Ready].status: True → Unknown",
        "status.conditions[DiskPressure]: +False",
        "status.conditions[Ready].reason: KubeletReady → NodeStatusUnknown",
        "status.conditions[Ready].message: fine → gone",
    ]


def test_containers_are_compared_by_their_name_and_not_by_their_place() -> None:
    app, proxy = {"name": "app", "image": "shop:1"}, {"name": "proxy", "image": "envoy:1"}
    assert said({"spec": {"containers": [app]}}, {"spec": {"containers": [proxy, {**app, "image": "shop:2"}]}}) == [
        "spec.containers[app].image: shop:1 → shop:2",
        "spec.containers[proxy]: +envoy:1",
    ]


def test_taints_are_told_apart_by_their_key_and_where_that_is_not_enough_by_their_effect() -> None:
    soft, hard = {"key": "gone", "effect": "NoSchedule"}, {"key": "gone", "effect": "NoExecute"}
    assert said({"taints": [soft]}, {"taints": [soft, hard]}) == ["taints[gone:NoExecute]: +NoExecute"]
    assert said({"taints": [soft]}, {"taints": []}) == ["taints[gone]: -NoSchedule"]


def test_items_that_have_no_names_are_compared_by_their_place_or_counted() -> None:
    one, other = {"port": 80}, {"port": 443}
    assert said({"ports": [one, other]}, {"ports": [one, {**other, "nodePort": 30000}]}) == ["ports[1].nodePort: +30000"]
    assert said({"ports": [one]}, {"ports": [one, other]}) == ["ports: 1 item → 2 items"]


def test_a_list_of_words_in_another_order_is_told_by_place() -> None:
    assert said({"args": ["a", "b"]}, {"args": ["b", "a"]}) == ["args[0]: a → b", "args[1]: b → a"]


def test_numbers_nulls_and_changes_of_type_are_said_as_json() -> None:
    old: dict[str, Any] = {"a": 1, "b": None, "c": {"x": 1}, "d": "x"}
    assert said(old, {"a": 2.5, "b": 0, "c": "x", "d": []}) == ["a: 1 → 2.5", "b: null → 0", 'c: {"x":1} → x', "d: x → []"]


def test_what_every_write_changes_is_left_out() -> None:
    old = {"metadata": {"resourceVersion": "1", "generation": 1, "managedFields": [{"time": "1"}]}}
    new = {"metadata": {"resourceVersion": "2", "generation": 2, "managedFields": []}}
    assert find_changes(old, new) == []
    assert summarize([]) == "nothing but its version"


def test_heartbeats_are_shown_only_where_nothing_else_has_changed() -> None:
    beat = {"status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "1"}]}}
    next_beat = {"status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": "2"}]}}
    assert said(beat, next_beat) == ["status.conditions[Ready].lastHeartbeatTime: 1 → 2"]
    assert said({**beat, "spec": 1}, {**next_beat, "spec": 2}) == ["spec: 1 → 2"]


def test_long_values_are_cut_and_stay_on_one_line() -> None:
    change = Change("message", MISSING, "a\n b " + 100 * "x")
    assert str(change) == "message: +a b " + 35 * "x" + "…"


def test_two_times_of_one_day_are_said_without_the_day() -> None:
    assert said({"at": "2026-01-01T10:00:00Z"}, {"at": "2026-01-01T10:00:30Z"}) == ["at: 10:00:00Z → 10:00:30Z"]
    assert said({"at": "2026-01-01T10:00:00Z"}, {"at": "2026-01-02T10:00:00Z"}) == ["at: 2026-01-01T10:00:00Z → 2026-01-02T10:00:00Z"]


def test_a_summary_says_how_many_changes_it_leaves_out_for_want_of_room_or_by_its_limit() -> None:
    changes = [Change(name, 1, 2) for name in ("a", "bbb", "c", "d", "e", "f")]
    assert summarize(changes, limit=2) == "a: 1 → 2, bbb: 1 → 2 (+4 more)"
    assert summarize(changes[:2], width=20) == "a: 1 → 2, bbb: 1 → 2"
    assert summarize(changes[:2], width=19) == "a: 1 → 2 (+1 more)"
    assert summarize(changes[:2], width=15) == "a: 1… (+1 more)"
    assert summarize(changes[:1], width=7) == "a: 1 →…"


def test_changes_that_only_explain_another_are_shown_where_there_is_room_and_not_counted_where_there_is_none() -> None:
    old = {"status": {"conditions": [{"type": "Ready", "reason": "a", "status": "True"}]}}
    new = {"status": {"conditions": [{"type": "Ready", "reason": "b", "status": "False"}]}}
    changes = find_changes(old, new)
    status, reason = "status.conditions[Ready].status: True → False", "status.conditions[Ready].reason: a → b"
    assert summarize(changes) == f"{status}, {reason}"
    assert summarize(changes, width=60) == status
