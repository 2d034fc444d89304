"""Section 7.4: merge patches and JSON patches."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, deployment, foo
from tests.conformance.script import script
from tests.conformance.session import JSON_PATCH, MERGE, STRATEGIC, Session


@script("7.4 merge patch")
def _(s: Session) -> None:
    s.have(config_map("a", {"a": "1", "b": "2"}), foo("a", {"size": 1, "tags": ["x"]}))
    s.patch(s.at("configmaps", "a"), {"data": {"a": None, "c": "3"}, "metadata": {"labels": {"x": "1"}}})
    s.patch(s.at("configmaps", "a"), {"data": None})
    s.patch(s.at("foos", "a"), {"spec": {"size": None, "tags": ["y"]}})
    s.patch(s.at("foos", "a"), {"spec": {"nosuch": 1, "note": None}})


@script("7.4 a merge patch that changes nothing takes no version")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        s.post(s.at(resource), made)
        s.patch(s.at(resource, "a"), {})
        s.patch(s.at(resource, "a"), {"metadata": {"labels": None}})


@script("7.4 a version in a patch is a precondition")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        old = s.have(made).version
        s.patch(s.at(resource, "a"), {"metadata": {"resourceVersion": old, "labels": {"x": "1"}}})
        s.patch(s.at(resource, "a"), {"metadata": {"resourceVersion": old, "labels": {"x": "2"}}})
        s.patch(s.at(resource, "a"), {"metadata": {"resourceVersion": "abc"}})


@script("7.4 what a patch may not change")
def _(s: Session) -> None:
    for resource, made in (("configmaps", config_map("a")), ("foos", foo("a"))):
        s.have(made)
        s.patch(s.at(resource, "a"), {"metadata": {"uid": "zzz"}})
        s.patch(s.at(resource, "a"), {"metadata": {"name": "b"}})
        s.patch(s.at(resource, "a"), {"metadata": {"namespace": "other"}})
        s.patch(s.at(resource, "a"), {"kind": "Other"})
        s.patch(s.at(resource, "a"), {"apiVersion": "other/v1"})
        s.patch(s.at(resource, "a"), {"apiVersion": "other/v1", "kind": "Other"})
        s.patch(s.at(resource, "a"), {"kind": "Secret"})
        s.patch(s.at(resource, "a"), {"kind": "Pod"})
        s.patch(s.at(resource, "a"), {"kind": None})
        s.patch(s.at(resource, "a"), {"apiVersion": None})
        s.patch(s.at(resource, "a"), {"metadata": {"creationTimestamp": "2001-01-01T00:00:00Z"}})
        s.patch(s.at(resource, "a"), {"metadata": {"deletionTimestamp": "2001-01-01T00:00:00Z"}})
        s.patch(s.at(resource, "a"), {"metadata": None})


@script("7.4 it is not there: 404, whatever the patch")
def _(s: Session) -> None:
    for resource in ("configmaps", "foos"):
        s.patch(s.at(resource, "none"), {})
        s.patch(s.at(resource, "none"), [], JSON_PATCH)
    s.patch(s.at("configmaps", "none"), {}, STRATEGIC)


@script("7.4 content types of patches: 415")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        for media in ("application/json", "text/plain", "application/nosuch", "application/merge-patch+json; charset=utf-8"):
            s.patch(s.at(resource, "a"), {}, media)
    s.patch(s.at("foos", "a"), {}, STRATEGIC)


@script("7.4 JSON patch")
def _(s: Session) -> None:
    s.have(config_map("a", {"a": "1", "b": "2"}, labels={"x": "1"}), foo("a", {"tags": ["x", "y"]}))
    s.patch(
        s.at("configmaps", "a"),
        [
            {"op": "test", "path": "/data/a", "value": "1"},
            {"op": "replace", "path": "/data/a", "value": "9"},
            {"op": "remove", "path": "/data/b"},
            {"op": "add", "path": "/metadata/labels/e.com~1d", "value": "3"},
            {"op": "copy", "from": "/data/a", "path": "/data/e"},
            {"op": "move", "from": "/data/e", "path": "/data/f"},
        ],
        JSON_PATCH,
    )
    s.patch(
        s.at("foos", "a"),
        [{"op": "add", "path": "/spec/tags/0", "value": "w"}, {"op": "add", "path": "/spec/tags/-", "value": "z"}],
        JSON_PATCH,
    )
    s.patch(s.at("foos", "a"), [], JSON_PATCH)


@script("7.4 JSON patches that fail")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a", {"tags": ["x"]}))
    failing: list[Any] = [
        [{"op": "test", "path": "/data/a", "value": "2"}],
        [{"op": "remove", "path": "/data/nosuch"}],
        [{"op": "replace", "path": "/data/nosuch", "value": "1"}],
        [{"op": "add", "path": "/nosuch/deep", "value": "1"}],
        [{"op": "nosuch", "path": "/data/a"}],
        [{"op": "add", "path": "data", "value": "1"}],
        [{"op": "add", "value": "1"}],
        [{"op": "copy", "from": "/nosuch", "path": "/data/x"}],
        {},
        "text",
        [1],
    ]
    for operations in failing:
        s.patch(s.at("configmaps", "a"), operations, JSON_PATCH)
    s.patch(s.at("foos", "a"), [{"op": "remove", "path": "/spec/tags/5"}], JSON_PATCH)
    s.patch(s.at("foos", "a"), [{"op": "add", "path": "/spec/tags/9", "value": "x"}], JSON_PATCH)
    s.patch(s.at("foos", "a"), [{"op": "replace", "path": "/spec/size", "value": "text"}], JSON_PATCH)


@script("7.4 JSON patches of more operations than may be: 413")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos", "none"):
        for count in (10_000, 10_001):
            s.patch(s.at("foos" if resource == "none" else resource, "a" if resource != "none" else "none"), [{}] * count, JSON_PATCH)


@script("7.4 patches that are no JSON")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        for media in (MERGE, JSON_PATCH):
            s.patch(s.at(resource, "a"), b'{"a":', media)
            s.patch(s.at(resource, "a"), b"", media)
        s.patch(s.at(resource, "a"), b"[]", MERGE)
        s.patch(s.at(resource, "a"), b'"x"', MERGE)
        s.patch(s.at(resource, "a"), b"null", MERGE)


@script("7.4 what is odd about a patch's text")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        for validation in ("Ignore", "Warn", "Strict"):
            s.patch(
                s.at(resource, "a"),
                b'{"metadata":{"labels":{"x":"1","x":"2"}},"metadata":{"labels":{"y":"1"}}}',
                fieldValidation=validation,
            )
            twice = b'[{"op":"test","op":"add","path":"/metadata/labels","value":{},"nosuch":1}]'
            s.patch(s.at(resource, "a"), twice, JSON_PATCH, fieldValidation=validation)
            both = b'[{"op":"add","path":"/nosuch","value":{},"other":1}]'
            s.patch(s.at(resource, "a"), both, JSON_PATCH, fieldValidation=validation)
    s.patch(s.at("configmaps", "a"), b'{"data":{"x":"1","x":"2"},"nosuch":1}', STRATEGIC, fieldValidation="Warn")
    s.patch(s.at("configmaps", "a"), b'{"data":{"x":"1","x":"2"},"nosuch":1}', STRATEGIC, fieldValidation="Strict")
    s.patch(s.at("configmaps", "a"), b'{"data":{"x":1,"x":"2"}}')


@script("7.4 options that cannot be")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        s.patch(s.at(resource, "a"), {}, force="true")
        s.patch(s.at(resource, "a"), {}, dryRun="foo")
        s.patch(s.at(resource, "a"), {}, fieldValidation="foo")
    s.patch(s.at("foos", "a"), {"spec": {"bogus": 1}}, fieldValidation="Strict")
    s.patch(s.at("configmaps", "a"), {"bogus": 1}, fieldValidation="Strict")
    s.patch(s.at("foos", "a"), {"spec": {"bogus": 1}}, fieldValidation="Warn")
    s.patch(s.at("configmaps", "a"), {"bogus": 1}, fieldValidation="Warn")
    s.patch(s.at("foos", "a"), [{"op": "add", "path": "/spec/bogus", "value": 1}], JSON_PATCH, fieldValidation="Strict")


@script("7.4 a result that cannot be: 422")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"), deployment("a"))
    s.patch(s.at("foos", "a"), {"spec": {"size": "text"}})
    s.patch(s.at("foos", "a"), {"spec": {"level": "middle", "color": "much too long"}})
    s.patch(s.at("configmaps", "a"), {"data": {"a": 1}})
    s.patch(s.at("configmaps", "a"), {"metadata": {"labels": {"x": "bad value"}}})
    s.patch(s.at("deployments", "a"), {"spec": {"replicas": -1}})
    s.patch(s.at("deployments", "a"), {"spec": {"replicas": "text"}})
    s.patch(s.at("deployments", "a"), {"spec": {"paused": 1, "strategy": {"type": "Recreate", "rollingUpdate": None}}})
    s.patch(s.at("deployments", "a"), [{"op": "replace", "path": "/spec/template/spec/dnsPolicy", "value": 1}], JSON_PATCH)
    s.patch(s.at("deployments", "a"), {"spec": {"template": {"spec": {"dnsPolicy": "Nosuch"}}}})


@script("7.4 dryRun")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.patch(s.at("configmaps", "a"), {"data": {"b": "1"}}, dryRun="All")
    s.get(s.at("configmaps", "a"))
