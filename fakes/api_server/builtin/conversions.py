"""Conversions: built-in kinds that are kept in the form of another group or version, where both are the same objects.

Events of `events.k8s.io` are those of the core group by other names. Autoscalers are kept as `autoscaling/v2`, of which v1 knows the
CPU's utilization only; where an object says more, real servers put it into annotations, and this refuses it by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.api_server.errors import not_supported

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How objects of a kind are kept: under which group and plural, as which kind, and how one form becomes the other."""

    storage_key: tuple[str, str]
    stored: tuple[str, str, str]
    """Group, version and kind."""
    to_stored: Callable[[Document], Document]
    from_stored: Callable[[Document], Document]


_EVENT_FIELDS = {
    "regarding": "involvedObject",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "reportingController": "reportingComponent",
}
_CORE_FIELDS = {old: new for new, old in _EVENT_FIELDS.items()}


_CPU_METRIC, _BY_DEFAULT = "cpu", 80
_ANNOTATIONS = "autoscaling.alpha.kubernetes.io/"
_BEYOND_V1 = "autoscaling/v1 of an autoscaler that has more than one target for the CPU's utilization; autoscaling/v2 has it all"


def _to_second(document: Document) -> Document:
    """An autoscaler of v1 as one of v2."""
    if any(name.startswith(_ANNOTATIONS) for name in document["metadata"].get("annotations") or ()):
        raise not_supported(_BEYOND_V1)
    spec, status = dict(document.get("spec") or {}), dict(document.get("status") or {})
    wanted, current = spec.pop("targetCPUUtilizationPercentage", None), status.pop("currentCPUUtilizationPercentage", None)
    target = {"type": "Utilization", "averageUtilization": _BY_DEFAULT if wanted is None else wanted}
    spec["metrics"] = [{"type": "Resource", "resource": {"name": _CPU_METRIC, "target": target}}]
    if current is not None:
        used = {"name": _CPU_METRIC, "current": {"averageUtilization": current}}
        status["currentMetrics"] = [{"type": "Resource", "resource": used}]
    return {**document, "spec": spec, "status": status}


def _to_first(document: Document) -> Document:
    """An autoscaler of v2 as one of v1. Raises 501."""
    spec, status = dict(document["spec"]), dict(document.get("status") or {})
    targets, used = spec.pop("metrics", None) or [], status.pop("currentMetrics", None) or []
    if spec.get("behavior") or status.pop("conditions", None) or not all(map(_is_cpu, [*targets, *used])) or len(targets) > 1:
        raise not_supported(_BEYOND_V1)
    spec.pop("behavior", None)
    for target in targets:
        spec["targetCPUUtilizationPercentage"] = target["resource"]["target"]["averageUtilization"]
    for metric in used:
        status["currentCPUUtilizationPercentage"] = metric["resource"]["current"]["averageUtilization"]
    return {**document, "spec": spec, "status": status}


def _is_cpu(metric: Document) -> bool:
    resource = metric.get("resource") or {}
    said = resource.get("target") or resource.get("current") or {}
    plain = said.get("averageUtilization") is not None and not said.get("averageValue")
    return metric.get("type") == "Resource" and resource.get("name") == _CPU_METRIC and plain


def _renamed(document: Document, names: dict[str, str]) -> Document:
    return {names.get(field, field): value for field, value in document.items()}


_CONVERSIONS = {
    ("events.k8s.io", "v1", "events"): Conversion(
        ("", "events"),
        ("", "v1", "Event"),
        lambda document: _renamed(document, _EVENT_FIELDS),
        lambda document: _renamed(document, _CORE_FIELDS),
    ),
    ("autoscaling", "v1", "horizontalpodautoscalers"): Conversion(
        ("autoscaling", "horizontalpodautoscalers"),
        ("autoscaling", "v2", "HorizontalPodAutoscaler"),
        _to_second,
        _to_first,
    ),
}


def conversion_of(group: str, version: str, plural: str) -> Conversion | None:
    """None for a kind that is kept as it is."""
    return _CONVERSIONS.get((group, version, plural))
