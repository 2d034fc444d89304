"""The cells of what says how a cluster should behave: autoscaling, disruption, quota, admission, certificates, devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.tables.row import NONE, UNKNOWN, UNSET, Row, at, human_duration, labels, selector

_METRICS = {"Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object", "External": "external"}
_SHOWN_METRICS = 2


def autoscaler(row: Row) -> list[Any]:
    reference = f"{row.at('spec.scaleTargetRef.kind')}/{row.at('spec.scaleTargetRef.name')}"
    counts = [row.at("spec.maxReplicas", 0), row.at("status.currentReplicas", 0)]
    return [row.name, reference, _targets(row), str(row.at("spec.minReplicas", UNSET)), *counts, row.age()]


def _targets(row: Row) -> str:
    statuses = row.at("status.currentMetrics", [])
    texts = [_metric(spec, statuses[index] if index < len(statuses) else {}) for index, spec in enumerate(row.at("spec.metrics", []))]
    if (percent := row.at("spec.targetCPUUtilizationPercentage", None)) is not None:
        current = row.at("status.currentCPUUtilizationPercentage", None)
        texts.append(f"cpu: {UNKNOWN if current is None else f'{current}%'}/{percent}%")
    more = f" + {len(texts) - _SHOWN_METRICS} more..." if len(texts) > _SHOWN_METRICS else ""
    return ", ".join(texts[:_SHOWN_METRICS]) + more if texts else NONE


def _metric(spec: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    kind = _METRICS.get(spec.get("type", ""))
    if kind is None:
        return "<unknown type>"
    target, current = at(spec, f"{kind}.target", {}), at(status, f"{kind}.current", {})
    if kind in ("resource", "containerResource"):
        name = at(spec, f"{kind}.name")
        if "averageValue" in target:
            return f"{name}: {current.get('averageValue', UNKNOWN)}/{target['averageValue']}"
        used, wanted = current.get("averageUtilization"), target.get("averageUtilization")
        return f"{name}: {UNKNOWN if used is None else f'{used}%'}/{'<auto>' if wanted is None else f'{wanted}%'}"
    if "averageValue" in target:
        return f"{current.get('averageValue', UNKNOWN)}/{target['averageValue']}" + ("" if kind == "pods" else " (avg)")
    return f"{current.get('value', UNKNOWN)}/{target.get('value', '0')}"


def disruption_budget(row: Row) -> list[Any]:
    limits = [str(row.at(f"spec.{field}", "N/A")) for field in ("minAvailable", "maxUnavailable")]
    return [row.name, *limits, row.at("status.disruptionsAllowed", 0), row.age()]


def resource_quota(row: Row) -> list[Any]:
    hard, used = row.at("status.hard", {}), row.at("status.used", {})
    texts = {name: f"{name}: {used.get(name, '0')}/{hard[name]}" for name in sorted(hard)}
    limits = {name for name in texts if name.startswith("limits.")}
    return [
        row.name,
        ", ".join(text for name, text in texts.items() if name not in limits),
        ", ".join(text for name, text in texts.items() if name in limits),
        row.age(),
    ]


def signing_request(row: Row) -> list[Any]:
    types = {condition.get("type") for condition in row.at("status.conditions", [])}
    status = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    status += ",Failed" if "Failed" in types else ""
    status += ",Issued" if row.at("status.certificate") else ""
    seconds = row.at("spec.expirationSeconds", None)
    asked = NONE if seconds is None else human_duration(seconds)
    return [row.name, row.age(), row.at("spec.signerName", NONE), row.at("spec.username"), asked, status]


def pod_certificate_request(row: Row) -> list[Any]:
    types = [condition.get("type") for condition in row.at("status.conditions", [])]
    state = next((ended for ended in reversed(types) if ended in ("Issued", "Denied", "Failed")), "Pending")
    fields = [row.at(f"spec.{field}") for field in ("podName", "serviceAccountName", "nodeName", "signerName")]
    return [row.name, *fields, state, labels(row.at("spec.unverifiedUserAnnotations", {}))]


def validating_policy(row: Row) -> list[Any]:
    return [row.name, len(row.at("spec.validations", [])), _parameter_kind(row), row.age()]


def mutating_policy(row: Row) -> list[Any]:
    return [row.name, len(row.at("spec.mutations", [])), _parameter_kind(row), row.age()]


def _parameter_kind(row: Row) -> str:
    kind = row.at("spec.paramKind", {})
    return f"{kind.get('apiVersion', '')}/{kind.get('kind', '')}" if kind else UNSET


def policy_binding(row: Row) -> list[Any]:
    reference = row.at("spec.paramRef", {})
    shown = UNSET
    if reference.get("name"):
        shown = f"{reference.get('namespace') or '*'}/{reference['name']}"
    elif reference.get("selector"):
        shown = selector(reference["selector"])
    return [row.name, row.at("spec.policyName"), shown, row.age()]


def priority_level(row: Row) -> list[Any]:
    queues = [row.at(f"spec.limited.limitResponse.queuing.{field}", NONE) for field in ("queues", "handSize", "queueLengthLimit")]
    return [row.name, row.at("spec.type"), row.at("spec.limited.nominalConcurrencyShares", NONE), *queues, row.age()]


def flow_schema(row: Row) -> list[Any]:
    dangling = (condition.get("status") for condition in row.at("status.conditions", []) if condition.get("type") == "Dangling")
    fields = [row.at("spec.priorityLevelConfiguration.name"), row.at("spec.matchingPrecedence", 0)]
    return [row.name, *fields, row.at("spec.distinguisherMethod.type", NONE), row.age(), next(dangling, "?")]


def resource_claim(row: Row) -> list[Any]:
    allocated = bool(row.at("status.allocation", {}))
    states = {
        "deleted": row.is_going,
        "pending": not allocated and not row.is_going,
        "allocated": allocated,
        "reserved": allocated and bool(row.at("status.reservedFor", [])),
    }
    return [row.name, ",".join(state for state, holds in states.items() if holds), row.age()]


def device_taint(row: Row) -> list[Any]:
    added = row.at("spec.taint.timeAdded")
    fields = [row.at(f"spec.taint.{field}") for field in ("key", "value", "effect")]
    return [row.name, *fields, row.since(added) if added else "", row.age()]


def storage_migration(row: Row) -> list[Any]:
    resource = ".".join(filter(None, (row.at("spec.resource.resource"), row.at("spec.resource.group"))))
    done = [
        condition["type"]
        for condition in row.at("status.conditions", [])
        if condition.get("status") == "True" and condition.get("type") in ("Running", "Failed", "Succeeded")
    ]
    return [row.name, resource, done[-1] if done else "Unknown"]
