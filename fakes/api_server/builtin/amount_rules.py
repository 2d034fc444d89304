"""Amounts: what a real server refuses in the resources that ResourceQuotas and LimitRanges name, and in how much of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fakes.api_server.builtin.quantities import amount
from fakes.api_server.custom.structural_faults import invalid, required
from fakes.api_server.errors import Cause
from informer.selectors import label_key_faults

Document = Mapping[str, Any]
Amounts = Mapping[str, str]

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_COUNTED = (
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
)
_QUOTA = frozenset((*_COMPUTE, *(f"{part}.{name}" for part in ("requests", "limits") for name in _COMPUTE), "requests.storage", *_COUNTED))
_STANDARD = _QUOTA | {"storage"}
_HUGE, _HUGE_REQUESTS = "hugepages-", "requests.hugepages-"
_LIMIT_TYPES = ("Pod", "Container", "PersistentVolumeClaim")
_EXCLUSIVE_SCOPES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_PODS_AND_COMPUTE = frozenset(("pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"))
_SCOPES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"), _PODS_AND_COMPUTE),
    "BestEffort": frozenset(("pods",)),
    "VolumeAttributesClass": frozenset(("persistentvolumeclaims", "requests.storage")),
}
"""The scopes of a quota, and which of the resources that are known each is about."""


def quota_faults(document: Document) -> Iterator[Cause]:
    """Of a ResourceQuota."""
    spec, status = document.get("spec") or {}, document.get("status") or {}
    for path, amounts in (
        ("spec.hard", spec.get("hard")),
        ("status.hard", status.get("hard")),
        ("status.used", status.get("used")),
    ):
        for name, value in (amounts or {}).items():
            yield from _faults_of_name(name, f"{path}[{name}]", _QUOTA, (_HUGE, _HUGE_REQUESTS), "must be a standard resource for quota")
            yield from _faults_of_amount(name, value, f"{path}[{name}]")
    yield from _scope_faults(spec)


def changed_quota(document: Document, old: Document) -> Iterator[Cause]:
    """What an update of a ResourceQuota may not change."""
    now, before = ((found.get("spec") or {}).get("scopes") or [] for found in (document, old))
    if set(now) != set(before):
        yield invalid("spec.scopes", now or None, "field is immutable")


def _scope_faults(spec: Document) -> Iterator[Cause]:
    scopes = spec.get("scopes") or []
    for scope in scopes:
        if scope not in _SCOPES:
            yield invalid("spec.scopes", scopes, "unsupported scope")
        for name in sorted(spec.get("hard") or ()):
            if name in _QUOTA and name not in _SCOPES.get(scope, _QUOTA):
                yield invalid("spec.scopes", scopes, "unsupported scope applied to resource")
    for pair in _EXCLUSIVE_SCOPES:
        if set(pair) <= set(scopes):
            yield invalid("spec.scopes", scopes, "conflicting scopes")


def _faults_of_name(name: str, path: str, known: frozenset[str], prefixes: tuple[str, ...], why: str) -> Iterator[Cause]:
    """That it is a resource at all, and one of the `known` ones or with one of the `prefixes`, unless it names its domain."""
    yield from _faults_of_resource(name, path)
    if "/" not in name and name not in known and not name.startswith(prefixes):
        yield invalid(path, name, why)


def _faults_of_resource(name: str, path: str) -> Iterator[Cause]:
    found = [invalid(path, name, fault) for fault in label_key_faults(name)]
    if not found and "/" not in name and name not in _STANDARD and not name.startswith((_HUGE, _HUGE_REQUESTS)):
        found = [invalid(path, name, "must be a standard resource type or fully qualified")]
    yield from found


def _faults_of_amount(name: str, value: str, path: str) -> Iterator[Cause]:
    number = amount(value)
    if number < 0:
        yield invalid(path, value, "must be greater than or equal to 0")
    if (name in _COUNTED or _is_extended(name)) and number != int(number):
        yield invalid(path, value, "must be an integer")


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_extended(name: str) -> bool:
    return not _is_native(name) and not name.startswith("requests.") and not list(label_key_faults(f"requests.{name}"))


def limit_faults(document: Document) -> Iterator[Cause]:
    """Of a LimitRange."""
    types: list[str] = []
    for index, limit in enumerate((document.get("spec") or {}).get("limits") or ()):
        path, kind = f"spec.limits[{index}]", limit.get("type", "")
        yield from _faults_of_type(kind, f"{path}.type")
        if kind in types:
            yield Cause("FieldValueDuplicate", f'Duplicate value: "{kind}"', f"{path}.type")
        types.append(kind)
        yield from _faults_of_limit(kind, limit, path)


def _faults_of_type(kind: str, path: str) -> Iterator[Cause]:
    found = [invalid(path, kind, fault) for fault in label_key_faults(kind)]
    if not found and "/" not in kind and kind not in _LIMIT_TYPES:
        found = [invalid(path, kind, "must be a standard limit type or fully qualified")]
    yield from found


def _faults_of_limit(kind: str, limit: Document, path: str) -> Iterator[Cause]:
    parts: dict[str, Amounts] = {}
    for field in ("max", "min", "default", "defaultRequest"):
        amounts = limit.get(field) or {}
        if kind == "Pod" and field.startswith("default"):
            if amounts:
                yield Cause("FieldValueForbidden", "Forbidden: may not be specified when `type` is 'Pod'", f"{path}.{field}")
            continue
        parts[field] = amounts
        yield from _faults_of_limited(kind, amounts, f"{path}.{field}")
    if kind == "PersistentVolumeClaim" and "storage" not in parts["min"] and "storage" not in parts["max"]:
        yield required(f"{path}.limits", "either minimum or maximum storage value is required, but neither was provided")
    parts["maxLimitRequestRatio"] = limit.get("maxLimitRequestRatio") or {}
    yield from _faults_of_limited(kind, parts["maxLimitRequestRatio"], f"{path}.maxLimitRequestRatio")
    for name in sorted({name for amounts in parts.values() for name in amounts}):
        yield from _faults_of_bounds(name, {field: amounts[name] for field, amounts in parts.items() if name in amounts}, path)


def _faults_of_limited(kind: str, amounts: Amounts, path: str) -> Iterator[Cause]:
    for name in amounts:
        if kind not in ("Pod", "Container"):
            yield from _faults_of_resource(name, f"{path}[{name}]")
            continue
        why = "must be a standard resource for containers"
        yield from _faults_of_name(name, f"{path}[{name}]", frozenset(_COMPUTE), (_HUGE,), why)
        if not _is_native(name) and not _is_extended(name):
            yield invalid(f"{path}[{name}]", name, "doesn't follow extended resource name standard")


_ORDER = (
    ("min", "max", "min", "min"),
    ("min", "defaultRequest", "defaultRequest", "defaultRequest"),
    ("defaultRequest", "max", "defaultRequest", "defaultRequest"),
    ("defaultRequest", "default", "defaultRequest", "defaultRequest"),
    ("min", "default", "default", "min"),
    ("default", "max", "default", "max"),
)
"""What may not be more than what; the field that is complained of, and the one whose value is shown."""
_CALLED = {"default": "default", "defaultRequest": "default request", "max": "max", "min": "min"}


def _faults_of_bounds(name: str, told: Amounts, path: str) -> Iterator[Cause]:
    """Of the bounds of one resource."""
    numbers: dict[str, Decimal] = {field: amount(value) for field, value in told.items()}
    for less, more, field, shown in _ORDER:
        if less in told and more in told and numbers[less] > numbers[more]:
            called = "default limit" if (less, more) == ("defaultRequest", "default") else _CALLED[more]
            why = f"{_CALLED[less]} value {told[less]} is greater than {called} value {told[more]}"
            yield invalid(f"{path}.{field}[{name}]", told[shown], why)
    if ratio := told.get("maxLimitRequestRatio"):
        at = f"{path}.maxLimitRequestRatio[{name}]"
        if numbers["maxLimitRequestRatio"] < 1:
            yield invalid(at, ratio, f"ratio {ratio} is less than 1")
        if "min" in told and "max" in told:
            most = _quotient(numbers["max"], numbers["min"])
            if numbers["maxLimitRequestRatio"] > most:
                yield invalid(at, ratio, f"ratio {ratio} is greater than max/min = {most:f}")
    if {"default", "defaultRequest"} <= set(told) and (not _is_native(name) or name.startswith(_HUGE)):
        first, second = told["default"], told["defaultRequest"]
        if numbers["default"] != numbers["defaultRequest"]:
            why = f"default value {first} must equal to defaultRequest value {second} in {name}"
            yield invalid(f"{path}.defaultRequest[{name}]", second, why)


def _quotient(most: Decimal, least: Decimal) -> float:
    if not least:
        return float("inf") if most else float("nan")
    return float(most) / float(least)
