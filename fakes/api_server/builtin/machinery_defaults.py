"""Machinery defaults: those of the kinds that are about the API server itself: admission, flow control, API services."""

from __future__ import annotations

from typing import Any

from fakes.api_server.builtin.pod_defaults import put

Document = dict[str, Any]


def _match(into: Document, *rules: str) -> None:
    put(into, {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}})
    for name in rules:
        for rule in into.get(name) or ():
            rule.setdefault("scope", "*")


def admission_policy(document: Document) -> None:
    spec = document.get("spec") or {}
    spec.setdefault("failurePolicy", "Fail")
    if spec.get("matchConstraints") is not None:
        _match(spec["matchConstraints"], "resourceRules", "excludeResourceRules")


def admission_binding(document: Document) -> None:
    if (matched := (document.get("spec") or {}).get("matchResources")) is not None:
        _match(matched, "resourceRules", "excludeResourceRules")


def webhooks(document: Document, **more: Any) -> None:
    for webhook in document.get("webhooks") or ():
        put(webhook, {"failurePolicy": "Fail", "timeoutSeconds": 10, **more})
        _match(webhook, "rules")
        if service := (webhook.get("clientConfig") or {}).get("service"):
            service.setdefault("port", 443)


def mutating_webhooks(document: Document) -> None:
    webhooks(document, reinvocationPolicy="Never")


def api_service(document: Document) -> None:
    if service := (document["spec"].get("service") or {}):
        service.setdefault("port", 443)


def flow_schema(document: Document) -> None:
    spec = document.get("spec") or {}
    if not spec.get("matchingPrecedence"):
        spec["matchingPrecedence"] = 1000


def priority_level(document: Document) -> None:
    spec = document.get("spec") or {}
    if (exempt := spec.get("exempt")) is not None:
        put(exempt, {"nominalConcurrencyShares": 0, "lendablePercent": 0})
    if (limited := spec.get("limited")) is None:
        return
    limited.setdefault("lendablePercent", 0)
    if limited.get("nominalConcurrencyShares") is None:
        limited["nominalConcurrencyShares"] = 30
    if (queuing := limited.get("limitResponse", {}).get("queuing")) is not None:
        for name, value in (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50)):
            queuing[name] = queuing.get(name) or value
