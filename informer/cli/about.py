"""About: the one or two things that people want to know first about an object, for the kinds that everybody watches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from informer.objects import KubeObject


def about(obj: KubeObject) -> str:
    """`Ready, v1.36.1` for a node, `Running on node-1` for a pod; empty for a kind of which nothing is known."""
    match obj.kind:
        case "Node":
            return _about_node(obj)
        case "Pod":
            return _about_pod(obj)
        case _:
            return ""


def _about_node(node: KubeObject) -> str:
    status = _mapping(node.get("status"))
    ready = any(condition.get("type") == "Ready" and condition.get("status") == "True" for condition in status.get("conditions") or ())
    words = ["Ready" if ready else "NotReady"]
    if _mapping(node.get("spec")).get("unschedulable"):
        words.append("SchedulingDisabled")
    version = _mapping(status.get("nodeInfo")).get("kubeletVersion")
    return ", ".join([*words, str(version)] if version else words)


def _about_pod(pod: KubeObject) -> str:
    status = _mapping(pod.get("status"))
    phase = str(status.get("phase") or "")
    for container in status.get("containerStatuses") or ():
        waiting = _mapping(_mapping(container.get("state")).get("waiting"))
        phase = str(waiting.get("reason") or phase)
    node = _mapping(pod.get("spec")).get("nodeName")
    return f"{phase} on {node}".strip() if node else phase


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
