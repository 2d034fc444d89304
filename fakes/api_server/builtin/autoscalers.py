"""Autoscalers: `autoscaling/v2` has all of them; of v1, which knows the CPU's utilization only, the rest stands in annotations.

Guarantees: the annotations are JSON in the words of v1 (and, of the behavior, of the server's own types), as a real server writes them.
One that cannot be read counts for nothing. Assumes: documents that were read as objects of their kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict, TypeVar

import msgspec

from fakes.api_server.builtin.structs import LIMITS, Quantity, Time, read_special
from fakes.api_server.wire import json_syntax
from fakes.api_server.wire.escapes import escaped

Document = dict[str, Any]
T = TypeVar("T")

_ALPHA = "autoscaling.alpha.kubernetes.io"
_METRICS, _BEHAVIOR, _CURRENT, _CONDITIONS = (f"{_ALPHA}/{name}" for name in ("metrics", "behavior", "current-metrics", "conditions"))
_OURS = frozenset((_METRICS, _BEHAVIOR, _CURRENT, _CONDITIONS, f"{_ALPHA}/scale-down-tolerance", f"{_ALPHA}/scale-up-tolerance"))
_CPU, _BY_DEFAULT = "cpu", 80
_SOURCES = ("object", "pods", "resource", "containerResource", "external")
_DIRECTIONS = ("scaleUp", "scaleDown")
_REFERENCE = (("kind", ""), ("name", ""), ("apiVersion", None))
_Side = Literal["target", "current"]

_Int32 = Annotated[int, msgspec.Meta(ge=LIMITS["int32"][0], le=LIMITS["int32"][1])]


class _Expression(TypedDict, total=False):
    key: str | None
    operator: str | None
    values: list[str] | None


class _Selector(TypedDict, total=False):
    matchLabels: dict[str, str] | None
    matchExpressions: list[_Expression] | None


class _Reference(TypedDict, total=False):
    kind: str | None
    name: str | None
    apiVersion: str | None


class _Source(TypedDict, total=False):
    """All fields that a source of v1 may have, of whatever type it is."""

    name: str | None
    container: str | None
    metricName: str | None
    target: _Reference | None
    selector: _Selector | None
    metricSelector: _Selector | None
    targetValue: Quantity | None
    targetAverageValue: Quantity | None
    targetAverageUtilization: _Int32 | None
    averageValue: Quantity | None
    currentValue: Quantity | None
    currentAverageValue: Quantity | None
    currentAverageUtilization: _Int32 | None


class _Metric(TypedDict, total=False):
    type: str | None
    object: _Source | None
    pods: _Source | None
    resource: _Source | None
    containerResource: _Source | None
    external: _Source | None


class _Policy(TypedDict, total=False):
    type: str | None
    value: _Int32 | None
    periodSeconds: _Int32 | None


class _Rules(TypedDict, total=False):
    stabilizationWindowSeconds: _Int32 | None
    selectPolicy: str | None
    policies: list[_Policy] | None
    tolerance: Quantity | None


class _Behavior(TypedDict, total=False):
    scaleUp: _Rules | None
    scaleDown: _Rules | None


class _Condition(TypedDict, total=False):
    type: str | None
    status: str | None
    lastTransitionTime: Time | None
    reason: str | None
    message: str | None
    observedGeneration: int | None


_TYPES = (_Expression, _Selector, _Reference, _Source, _Metric, _Policy, _Rules, _Behavior, _Condition)
_NAMES = {name.lower(): name for type_ in _TYPES for name in type_.__annotations__}


def drop_annotations(document: Document) -> None:
    """Take out, in place, what says something in v1 only."""
    own = document["metadata"]
    if _OURS & (own.get("annotations") or {}).keys():
        own["annotations"] = {name: text for name, text in own["annotations"].items() if name not in _OURS}
        if not own["annotations"]:
            del own["annotations"]


def to_second(document: Document) -> Document:
    """An autoscaler of v1 as one of v2."""
    document = {**document, "metadata": dict(document["metadata"])}
    annotations = document["metadata"].get("annotations") or {}
    drop_annotations(document)
    spec, status = dict(document.get("spec") or {}), dict(document.get("status") or {})
    wanted, used = spec.pop("targetCPUUtilizationPercentage", None), status.pop("currentCPUUtilizationPercentage", None)
    others = [_second_metric(metric, "target") for metric in _read(annotations, _METRICS, list[_Metric | None]) or ()]
    if wanted is None and not others:
        wanted = _BY_DEFAULT
    target = {"type": "Utilization", "averageUtilization": wanted}
    spec["metrics"] = others if wanted is None else [*others, _cpu_metric({"target": target})]
    if behavior := _read(annotations, _BEHAVIOR, _Behavior | None):
        spec["behavior"] = behavior
    if used is not None:
        status["currentMetrics"] = [_cpu_metric({"current": {"averageUtilization": used}})]
    if (current := _read(annotations, _CURRENT, list[_Metric | None] | None)) is not None:
        status["currentMetrics"] = [_second_metric(metric, "current") for metric in current]
    if conditions := _read(annotations, _CONDITIONS, list[_Condition | None] | None):
        status["conditions"] = [{"type": "", "status": "", **(condition or {})} for condition in conditions]
    return {**document, "spec": spec, "status": status}


def to_first(document: Document) -> Document:
    """An autoscaler of v2 as one of v1."""
    document = {**document, "metadata": dict(document["metadata"])}
    drop_annotations(document)
    spec, status = dict(document.get("spec") or {}), dict(document.get("status") or {})
    targets, used = _items(spec.pop("metrics", None)), _items(status.pop("currentMetrics", None))
    behavior, conditions = spec.pop("behavior", None), status.pop("conditions", None) or []
    others = [metric for metric in targets if _utilization(metric, "target") is None]
    percents = [percent for metric in targets if (percent := _utilization(metric, "target")) is not None]
    if percents:
        spec["targetCPUUtilizationPercentage"] = percents[0]
    for metric in used:
        if (percent := _utilization(metric, "current")) is not None:
            status["currentCPUUtilizationPercentage"] = percent
    said = {
        _METRICS: [_first_metric(metric, "target") for metric in others],
        _CURRENT: [_first_metric(metric, "current") for metric in used],
        _BEHAVIOR: None if behavior is None else {_capital(name): _first_rules(behavior.get(name)) for name in _DIRECTIONS},
        _CONDITIONS: conditions,
    }
    written = {name: _written(value) for name, value in said.items() if value}
    if written:
        document["metadata"]["annotations"] = {**(document["metadata"].get("annotations") or {}), **written}
    return {**document, "spec": spec, "status": status}


def _cpu_metric(more: Document) -> Document:
    return {"type": "Resource", "resource": {"name": _CPU, **more}}


def _utilization(metric: Document, side: _Side) -> int | None:
    """Of the CPU, if it is that."""
    resource = metric.get("resource") or {}
    if metric.get("type") != "Resource" or resource.get("name") != _CPU:
        return None
    percent: int | None = (resource.get(side) or {}).get("averageUtilization")
    return percent


def _written(value: Any) -> str:
    return escaped(msgspec.json.encode(value)).decode()


def _said(fields: Mapping[str, Any]) -> Document:
    return {name: value for name, value in fields.items() if value is not None}


def _items(items: list[Document | None] | None) -> list[Document]:
    """Those that are no nulls: what is applied may have some."""
    return [item for item in items or () if item is not None]


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _first_rules(rules: Document | None) -> Document | None:
    """As the server's own type has them, which has no tags for JSON."""
    if rules is None:
        return None
    found = {_capital(name): rules.get(name) for name in _Rules.__annotations__}
    if found["Policies"] is not None:
        policies = _items(found["Policies"])
        found["Policies"] = [{_capital(name): policy.get(name) for name in _Policy.__annotations__} for policy in policies]
    return found


def _first_metric(metric: Document, side: _Side) -> Document:
    sources = {name: _first_source(name, metric[name], side) for name in _SOURCES if metric.get(name) is not None}
    return {"type": metric.get("type", ""), **sources}


def _first_source(name: str, source: Document, side: _Side) -> Document:
    said, metric = source.get(side) or {}, source.get("metric") or {}
    value, average, percent = said.get("value"), said.get("averageValue"), said.get("averageUtilization")
    named, selector = metric.get("name", ""), _ordered(metric.get("selector"))
    used = side == "current"
    match name:
        case "object":
            reference = source.get("describedObject") or {}
            target = _said({name: reference.get(name, empty) for name, empty in _REFERENCE})
            amount = {f"{side}Value": value or "0"}
            return _said({"target": target, "metricName": named, **amount, "selector": selector, "averageValue": average})
        case "pods":
            return _said({"metricName": named, f"{side}AverageValue": average or "0", "selector": selector})
        case "external":
            amount = {f"{side}Value": value or ("0" if used else None), f"{side}AverageValue": average}
            return _said({"metricName": named, "metricSelector": selector, **amount})
    amounts = {f"{side}AverageUtilization": percent, f"{side}AverageValue": average or ("0" if used else None)}
    return _said({"name": source.get("name", ""), **amounts, "container": source.get("container", "") if name != "resource" else None})


def _ordered(selector: Document | None) -> Document | None:
    if selector is None or not selector.get("matchLabels"):
        return selector
    return {**selector, "matchLabels": dict(sorted(selector["matchLabels"].items()))}


def _second_metric(metric: Document | None, side: _Side) -> Document:
    metric = metric or {}
    sources = {name: _second_source(name, metric[name], side) for name in _SOURCES if metric.get(name) is not None}
    return {"type": metric.get("type", ""), **sources}


def _second_source(name: str, source: Document, side: _Side) -> Document:
    value, average, percent = (source.get(f"{side}{field}") for field in ("Value", "AverageValue", "AverageUtilization"))
    used = side == "current"
    selector = source.get("selector" if name in ("object", "pods") else "metricSelector")
    metric = _said({"name": source.get("metricName", ""), "selector": selector})
    match name:
        case "object":
            average = source.get("averageValue")
            # where there is an average, a 0 says nothing: v1 cannot leave the value out
            value = value or "0" if used or average is None else value if value != "0" else None
            more = {"describedObject": {"kind": "", "name": "", **(source.get("target") or {})}, "metric": metric}
        case "pods":
            average, more = average or "0", {"metric": metric}
        case "external":
            value, more = value or ("0" if used else None), {"metric": metric}
        case _:
            average = average or ("0" if used else None)
            more = _said({"name": source.get("name", ""), "container": source.get("container", "") if name != "resource" else None})
    amounts = _said({"value": value, "averageValue": average, "averageUtilization": percent})
    return {**more, side: amounts if used else {"type": _target_type(name, amounts), **amounts}}


def _target_type(name: str, amounts: Document) -> str:
    if name in ("resource", "containerResource"):
        return "Utilization" if "averageUtilization" in amounts else "AverageValue"
    if name == "external":
        return "Value" if "value" in amounts else "AverageValue"
    return "AverageValue" if "averageValue" in amounts else "Value"


def _read(annotations: Mapping[str, str], name: str, kind: type[T] | Any) -> Any:
    """What an annotation says, without nulls. None where it says nothing, or what cannot be read."""
    if name not in annotations:
        return None
    try:
        found = msgspec.convert(_named(json_syntax.read(annotations[name].encode())), kind, dec_hook=read_special)
    except (ValueError, TypeError, RecursionError):
        return None
    plain = _without_nulls(msgspec.to_builtins(found, enc_hook=str))
    return [] if plain is None and name in (_CURRENT, _CONDITIONS) else plain


def _named(value: Any) -> Any:
    """Go takes the names of fields in any case."""
    if isinstance(value, list):
        return [_named(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = {name: _NAMES.get(name.lower(), name) for name in value}
    return {names[name]: item if names[name] == "matchLabels" else _named(item) for name, item in value.items()}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return value
