"""The cells of a pod: what its containers add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.tables.row import NONE, Row, at, has_condition

_Status = Mapping[str, Any]


class _Tally:
    """What has been seen of a pod's containers."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.ready = self.restarts = 0
        self.last_restart = ""

    def restarted(self, status: _Status) -> None:
        self.restarts += status.get("restartCount") or 0
        self.last_restart = max(self.last_restart, at(status, "lastState.terminated.finishedAt"))


def pod(row: Row) -> list[Any]:
    """Name, readiness, status, restarts, age; address, node, nominated node, readiness gates."""
    phase = row.at("status.phase")
    conditions = row.at("status.conditions", [])
    reason = row.at("status.reason") or phase
    if any((found.get("type"), found.get("reason")) == ("PodScheduled", "SchedulingGated") for found in conditions):
        reason = "SchedulingGated"
    sidecars = {container.get("name") for container in row.at("spec.initContainers", []) if container.get("restartPolicy") == "Always"}
    tally, initializing = _initialized(row, reason, sidecars)
    if not initializing or has_condition(conditions, "Initialized"):
        tally = _running(row, tally, sidecars)
    if row.is_going and row.at("status.reason") == "NodeLost":
        tally.reason = "Unknown"
    elif row.is_going and phase not in ("Succeeded", "Failed"):
        tally.reason = "Terminating"
    total = len(row.at("spec.containers", [])) + len(sidecars)
    restarts = str(tally.restarts)
    if tally.restarts and tally.last_restart:
        restarts += f" ({row.since(tally.last_restart)} ago)"
    ips = row.at("status.podIPs", [{}])
    return [
        row.name,
        f"{tally.ready}/{total}",
        tally.reason,
        restarts,
        row.age(),
        ips[0].get("ip") or NONE,
        row.at("spec.nodeName", NONE),
        row.at("status.nominatedNodeName", NONE),
        _gates(row.at("spec.readinessGates", []), conditions),
    ]


def _initialized(row: Row, reason: str, sidecars: set[Any]) -> tuple[_Tally, bool]:
    """What the init containers say, up to the first that is not done, and whether there is one."""
    tally = _Tally(reason)
    for index, status in enumerate(row.at("status.initContainerStatuses", [])):
        tally.restarted(status)
        terminated, waiting = at(status, "state.terminated", None), at(status, "state.waiting.reason")
        if terminated and not terminated.get("exitCode"):
            continue
        if status.get("name") in sidecars and status.get("started"):
            tally.ready += bool(status.get("ready"))
            continue
        if terminated:
            tally.reason = f"Init:{_ending(terminated)}"
        elif waiting and waiting != "PodInitializing":
            tally.reason = f"Init:{waiting}"
        else:
            tally.reason = f"Init:{index}/{len(row.at('spec.initContainers', []))}"
        return tally, True
    return tally, False


def _running(row: Row, before: _Tally, sidecars: set[Any]) -> _Tally:
    """What the containers say. Of the init containers only the restarts of those that stay count from here on."""
    tally = _Tally(before.reason)
    tally.ready = before.ready
    for status in row.at("status.initContainerStatuses", []):
        if status.get("name") in sidecars:
            tally.restarted(status)
    has_running, failure = False, ""
    for status in reversed(row.at("status.containerStatuses", [])):
        tally.restarted(status)
        terminated, waiting = at(status, "state.terminated", None), at(status, "state.waiting.reason")
        if waiting:
            tally.reason = waiting
        elif terminated:
            tally.reason = _ending(terminated)
            failure = tally.reason if terminated.get("exitCode") else failure
        elif status.get("ready") and "running" in (status.get("state") or {}):
            has_running = True
            tally.ready += 1
    if tally.reason == "Completed":
        if has_running and has_condition(row.at("status.conditions", []), "Ready"):
            tally.reason = "Running"
        elif failure or has_running:
            tally.reason = failure or "NotReady"
    return tally


def _ending(terminated: Mapping[str, Any]) -> str:
    if reason := terminated.get("reason"):
        return str(reason)
    return f"Signal:{terminated['signal']}" if terminated.get("signal") else f"ExitCode:{terminated.get('exitCode', 0)}"


def _gates(gates: list[Mapping[str, Any]], conditions: list[Mapping[str, Any]]) -> str:
    if not gates:
        return NONE
    return f"{sum(has_condition(conditions, gate.get('conditionType', '')) for gate in gates)}/{len(gates)}"
