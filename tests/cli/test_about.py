"""What is said first about an object."""

from __future__ import annotations

from typing import Any

import pytest

from informer.cli.about import about
from informer.objects import KubeObject


def said(kind: str, **content: Any) -> str:
    return about(KubeObject.from_dict({"kind": kind, "metadata": {"name": "x"}, **content}))


def condition(status: str) -> dict[str, Any]:
    return {"conditions": [{"type": "DiskPressure", "status": "True"}, {"type": "Ready", "status": status}]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, "NotReady"),
        ({"status": None}, "NotReady"),
        ({"status": condition("True") | {"nodeInfo": {"kubeletVersion": "v1.36.1"}}}, "Ready, v1.36.1"),
        ({"status": condition("Unknown")}, "NotReady"),
        ({"status": condition("True"), "spec": {"unschedulable": True}}, "Ready, SchedulingDisabled"),
    ],
)
def test_a_node_is_ready_or_not_and_has_a_version(content: dict[str, Any], expected: str) -> None:
    assert said("Node", **content) == expected


CRASHING = {"phase": "Running", "containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, ""),
        ({"status": {"phase": "Pending"}}, "Pending"),
        ({"status": {"phase": "Running"}, "spec": {"nodeName": "node-1"}}, "Running on node-1"),
        ({"status": CRASHING, "spec": {"nodeName": "node-1"}}, "CrashLoopBackOff on node-1"),
        ({"spec": {"nodeName": "node-1"}}, "on node-1"),
    ],
)
def test_a_pod_has_a_phase_or_what_holds_it_up_and_a_node(content: dict[str, Any], expected: str) -> None:
    assert said("Pod", **content) == expected


def test_of_other_kinds_nothing_is_said() -> None:
    assert said("Widget", status={"phase": "Running"}) == ""
