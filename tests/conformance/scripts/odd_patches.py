"""Section 7.4: what is odd about the values of patches, and about what they make of a scale."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.definitions import config_map, deployment, foo
from tests.conformance.script import script
from tests.conformance.session import JSON_PATCH, MERGE, STRATEGIC, Session


@script("7.4 a key twice inside of an operation's value")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a", {"replicas": 1}))
    values = (
        b'{"x":"1","x":"2"}',
        b'{"y":"1","x":"1","y":"2"}',
    )
    for validation in ("Warn", "Ignore", "Strict"):
        for value in values:
            body = b'[{"op":"add","path":"/metadata/labels","value":' + value + b"}]"
            for resource in ("configmaps", "foos"):
                s.patch(s.at(resource, "a"), body, JSON_PATCH, fieldValidation=validation, dryRun="All")
        deep = b'[{"op":"add","path":"/spec","value":{"parts":[{"name":"a","name":"b","count":1,"count":2}],"size":1,"size":2}}]'
        s.patch(s.at("foos", "a"), deep, JSON_PATCH, fieldValidation=validation, dryRun="All")
        both = b'[{"op":"add","path":"/data","value":{"k":"1","k":"2"}},{"op":"test","path":"/data","value":{"k":"2","k":"2"}}]'
        s.patch(s.at("configmaps", "a"), both, JSON_PATCH, fieldValidation=validation, dryRun="All")
        copied = b'[{"op":"add","path":"/data","value":{"k":"1","k":"2"}},{"op":"copy","from":"/data","path":"/metadata/labels"}]'
        s.patch(s.at("configmaps", "a"), copied, JSON_PATCH, fieldValidation=validation, dryRun="All")
        gone = b'[{"op":"add","path":"/data","value":{"k":"1","k":"2"}},{"op":"remove","path":"/data"}]'
        s.patch(s.at("configmaps", "a"), gone, JSON_PATCH, fieldValidation=validation, dryRun="All")
        inside = b'[{"op":"add","path":"/data","value":{"k":"1","k":"2"}},{"op":"add","path":"/data/j","value":"3"}]'
        s.patch(s.at("configmaps", "a"), inside, JSON_PATCH, fieldValidation=validation, dryRun="All")
        s.patch(
            s.at("foos", "a", "scale"),
            b'[{"op":"add","path":"/spec","value":{"replicas":1,"replicas":2}}]',
            JSON_PATCH,
            fieldValidation=validation,
            dryRun="All",
        )


@script("7.4 numbers of an operation that are too large, or written in another way")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a", {"size": 1}), deployment("a"))
    for text in (b"1e999", b"-1e999", b"9" * 30, b"9223372036854775808", b"1e2", b"1.0", b"100e-2", b"1.5", b"-0", b"0.0", b"1e400"):
        body = b'[{"op":"replace","path":"/spec/size","value":' + text + b"}]"
        s.patch(s.at("foos", "a"), body, JSON_PATCH, dryRun="All")
        if text not in (b"1e2", b"100e-2", b"-0"):  # a refusal shows them as they were written
            body = b'[{"op":"replace","path":"/spec/replicas","value":' + text + b"}]"
            s.patch(s.at("deployments", "a"), body, JSON_PATCH, dryRun="All")
            body = b'[{"op":"add","path":"/metadata/labels","value":{"x":' + text + b"}}]"
            s.patch(s.at("configmaps", "a"), body, JSON_PATCH, dryRun="All")
    for whole in ("1e15", "1e17", "9007199254740991.0", "9007199254740992.0", "9007199254740993", "9" * 25):
        s.post(s.at("foos"), json.dumps(foo("b", {"size": 123456})).replace("123456", whole).encode(), dryRun="All")
    for text in (b"1e999", b"1.0", b"1e2", b"9" * 30):
        body = b'[{"op":"test","path":"/spec/size","value":' + text + b"}]"
        s.patch(s.at("foos", "a"), body, JSON_PATCH, dryRun="All")
        gone = b'[{"op":"add","path":"/spec/level","value":' + text + b'},{"op":"remove","path":"/spec/level"}]'
        s.patch(s.at("foos", "a"), gone, JSON_PATCH, dryRun="All")
        s.patch(s.at("configmaps", "a"), gone.replace(b"/spec/level", b"/data/level"), JSON_PATCH, dryRun="All")
        s.patch(s.at("foos", "a"), b'[{"op":"remove","path":"/spec/size","value":' + text + b"}]", JSON_PATCH, dryRun="All")


@script("7.4 a scale that a patch makes something else")
def _(s: Session) -> None:
    s.have(foo("a", {"replicas": 2}), deployment("a"))
    others: tuple[dict[str, Any], ...] = (
        {"kind": "Deployment"},
        {"kind": "Deployment", "apiVersion": "apps/v1"},
        {"kind": "Foo", "apiVersion": "lab.example.com/v1"},
        {"kind": "ConfigMap", "apiVersion": "v1"},
        {"apiVersion": "autoscaling/v2"},
        {"apiVersion": "nosuch/v1"},
        {"apiVersion": "v1"},
        {"apiVersion": "a/b/c"},
        {"kind": "Nosuch"},
        {"kind": ""},
        {"apiVersion": ""},
        {"kind": None, "apiVersion": None},
        {"kind": None},
        {"kind": 5},
        {"kind": "HorizontalPodAutoscaler", "apiVersion": "autoscaling/v1"},
        {"kind": "HorizontalPodAutoscaler", "apiVersion": "autoscaling/v2"},
    )
    for version in ("apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"):
        s.patch(s.at("foos", "a", "scale"), {"kind": "Scale", "apiVersion": version}, MERGE, dryRun="All")
    for other in others:
        for resource in ("foos", "deployments"):
            s.patch(s.at(resource, "a", "scale"), other, MERGE, dryRun="All")
        if other.get("kind") != 5:
            s.patch(s.at("deployments", "a", "scale"), other, STRATEGIC, dryRun="All")
    s.patch(s.at("deployments", "a"), {"kind": "Pod", "apiVersion": "v1", "spec": {"replicas": 2}}, STRATEGIC, dryRun="All")
    for resource in ("foos", "deployments"):
        change = [{"op": "replace", "path": "/kind", "value": "Deployment"}]
        s.patch(s.at(resource, "a", "scale"), change, JSON_PATCH, dryRun="All")
