"""Section 8: CustomResourceDefinitions come, change and go."""

from __future__ import annotations

import copy
from typing import Any

from tests.conformance.definitions import COLUMN, definition
from tests.conformance.script import script
from tests.conformance.session import TABLE, Session

CRDS = "customresourcedefinitions"


def defined(s: Session, kind: str = "Bar", **version: Any) -> tuple[str, str]:
    """The name of a new definition, and the path of its objects in the script's namespace."""
    group = f"{s.ns}.example.com"
    answer = s.unseen("POST", s.at(CRDS), definition(kind, group, **version))
    assert answer.status == 201, answer.body
    path = f"/apis/{group}/v1/namespaces/{s.ns}/{kind.lower()}s"
    s.eventually(path, 200)
    return f"{kind.lower()}s.{group}", path


def bar(s: Session, name: str, **own: Any) -> dict[str, Any]:
    return {"apiVersion": f"{s.ns}.example.com/v1", "kind": "Bar", "metadata": {"name": name, **own}, "spec": {"size": 1}}


@script("8 before it is established there is nothing, then there is")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    s.get(f"/apis/{group}/v1/namespaces/{s.ns}/bars")
    s.get(f"/apis/{group}/v1")
    s.unseen("POST", s.at(CRDS), definition("Bar", group))
    s.eventually(f"/apis/{group}/v1/bars", 200)
    s.get(f"/apis/{group}/v1/namespaces/{s.ns}/bars")
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 what a definition looks like when it is created")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    s.post(s.at(CRDS), definition("Bar", group))
    s.post(s.at(CRDS), definition("Bar", group))
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 what a definition looks like when it is established, and the events on the way")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    watch = s.watch(s.at(CRDS), fieldSelector=f"metadata.name=bars.{group}", sendInitialEvents="false", resourceVersionMatch="NotOlderThan")
    s.unseen("POST", s.at(CRDS), definition("Bar", group))
    s.eventually(f"/apis/{group}/v1/bars", 200)
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))
    watch.until("DELETED")


@script("8 definitions that cannot be")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    good = definition("Bar", group)
    s.post(s.at(CRDS), {**good, "metadata": {"name": "other"}})
    s.post(s.at(CRDS), {**good, "spec": {**good["spec"], "scope": "Somewhere"}})
    s.post(s.at(CRDS), {**good, "spec": {**good["spec"], "versions": []}})
    s.post(s.at(CRDS), {**good, "spec": {}})
    version = dict(good["spec"]["versions"][0])
    del version["schema"]
    s.post(s.at(CRDS), {**good, "spec": {**good["spec"], "versions": [version]}})
    s.post(s.at(CRDS), {**good, "spec": {**good["spec"], "versions": [{**version, "storage": False, "schema": {}}]}})
    untyped = {"openAPIV3Schema": {"type": "object", "properties": {"spec": {}}}}
    s.post(s.at(CRDS), {**good, "spec": {**good["spec"], "versions": [{**version, "schema": untyped}]}})


@script("8 a change of its columns ends the watches")
def _(s: Session) -> None:
    name, path = defined(s)
    s.unseen("POST", path, bar(s, "a"))
    watch = s.watch(path, allowWatchBookmarks="true", timeoutSeconds="60")
    patch = [{"op": "add", "path": "/spec/versions/0/additionalPrinterColumns", "value": [COLUMN]}]
    s.unseen("PATCH", s.at(CRDS, name), patch, "application/json-patch+json")
    watch.rest()
    s.eventually(path, 200, '"Size"', headers={"Accept": TABLE})
    s.get(path, TABLE)
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 a version that is served no more")
def _(s: Session) -> None:
    name, path = defined(s)
    watch = s.watch(path, timeoutSeconds="60")
    patch = [
        {
            "op": "add",
            "path": "/spec/versions/-",
            "value": {**definition("Bar", "x")["spec"]["versions"][0], "name": "v2", "storage": False},
        },
        {"op": "replace", "path": "/spec/versions/0/served", "value": False},
    ]
    s.unseen("PATCH", s.at(CRDS, name), patch, "application/json-patch+json")
    watch.rest()
    s.eventually(path, 404)
    s.get(path)
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 two versions without conversion: the apiVersion follows the path")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    made = definition("Bar", group)
    made["spec"]["versions"].append({**made["spec"]["versions"][0], "name": "v2", "storage": False})
    s.unseen("POST", s.at(CRDS), made)
    old, new = (f"/apis/{group}/{version}/namespaces/{s.ns}/bars" for version in ("v1", "v2"))
    s.eventually(new, 200)
    s.eventually(old, 200)
    s.post(new, {**bar(s, "a"), "apiVersion": f"{group}/v2"})
    before = s.get(old).version
    s.get(f"{new}/a")
    s.patch(f"{old}/a", {"spec": {"size": 2}})
    s.watch(new, resourceVersion=before).until("MODIFIED", "a")
    s.post(new, bar(s, "b"))
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 two versions with schemas of their own")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    made = copy.deepcopy(definition("Bar", group))
    spec = {"size": {"type": "integer"}, "more": {"type": "string"}, "extra": {"type": "string", "default": "some"}}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}
    made["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["color"] = {
        "type": "string",
        "default": "red",
    }
    made["spec"]["versions"].append({"name": "v2", "served": True, "storage": False, "schema": {"openAPIV3Schema": schema}})
    s.unseen("POST", s.at(CRDS), made)
    old, new = (f"/apis/{group}/{version}/namespaces/{s.ns}/bars" for version in ("v1", "v2"))
    s.eventually(new, 200)
    s.eventually(old, 200)
    before = s.post(new, {**bar(s, "a"), "apiVersion": f"{group}/v2", "spec": {"size": 1, "more": "x"}}).version
    s.get(f"{old}/a")
    s.get(f"{new}/a")
    s.post(old, bar(s, "b"))
    s.get(new)
    s.get(old)
    s.patch(f"{new}/b", {"spec": {"more": "y"}})
    s.patch(f"{new}/b", {"metadata": {"labels": {"x": "1"}}})
    s.watch(new, resourceVersion=before).until("MODIFIED", "b")
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 the removal of a definition: its objects go, then itself")
def _(s: Session) -> None:
    name, path = defined(s)
    s.unseen("POST", path, bar(s, "a"))
    watch = s.watch(path, timeoutSeconds="60")
    s.delete(s.at(CRDS, name))
    watch.rest()
    s.eventually(path, 404)
    s.get(path)
    s.eventually(s.at(CRDS, name), 404)
    s.get(s.at(CRDS, name))


@script("8 the removal of a definition waits for its objects' finalizers")
def _(s: Session) -> None:
    name, path = defined(s)
    s.unseen("POST", path, bar(s, "a", finalizers=["example.com/x"]))
    s.unseen("DELETE", s.at(CRDS, name))
    s.eventually(f"{path}/a", 200, "deletionTimestamp")
    s.eventually(path, 403, method="POST", body=bar(s, "late"), dryRun="All")
    s.post(path, bar(s, "late"))
    s.get(f"{path}/a")
    s.patch(f"{path}/a", {"metadata": {"finalizers": None}})
    s.eventually(path, 404)
    s.get(path)


@script("8 defaults that a definition gets later are seen in old objects")
def _(s: Session) -> None:
    name, path = defined(s)
    s.unseen("POST", path, bar(s, "a"))
    where = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/color"
    s.unseen(
        "PATCH",
        s.at(CRDS, name),
        [{"op": "replace", "path": where, "value": {"type": "string", "default": "red"}}],
        "application/json-patch+json",
    )
    # the list comes last: until its cache has started anew, it is answered 429
    s.eventually(f"{path}/a", 200, '"red"')
    s.eventually(path, 200, '"red"')
    s.get(f"{path}/a")
    before = s.get(path).version
    s.get(path, fieldSelector="metadata.name=a", limit=1)
    watch = s.watch(path)
    s.patch(f"{path}/a", {})
    s.patch(f"{path}/a", {})
    s.delete(f"{path}/a")
    watch.until("DELETED", "a")
    s.watch(path, resourceVersion=before).until("DELETED", "a")
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 fields that a definition knows no more are not seen in old objects")
def _(s: Session) -> None:
    name, path = defined(s)
    s.unseen("POST", path, bar(s, "a"))
    s.unseen("POST", path, {**bar(s, "b"), "spec": {"size": 2, "color": "red"}})
    where = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size"
    marked = {"op": "add", "path": "/spec/versions/0/additionalPrinterColumns", "value": [COLUMN]}
    s.unseen("PATCH", s.at(CRDS, name), [{"op": "remove", "path": where}, marked], "application/json-patch+json")
    s.eventually(path, 200, '"Size"', headers={"Accept": TABLE})
    s.get(f"{path}/a")
    s.get(path)
    s.patch(f"{path}/b", {"spec": {"color": "blue"}})
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 a cluster's custom resource has no namespaces")
def _(s: Session) -> None:
    s.get(f"/apis/lab.example.com/v1/namespaces/{s.ns}/pins")
    s.get("/apis/lab.example.com/v1/pins/none")


def with_property(s: Session, schema: dict[str, Any]) -> dict[str, Any]:
    """A definition whose spec has one field `x` of this schema."""
    whole = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": schema}}}}
    return definition("Bar", f"{s.ns}.example.com", schema={"openAPIV3Schema": whole})


def refused(s: Session, *schemas: dict[str, Any]) -> None:
    for schema in schemas:
        s.post(s.at(CRDS), with_property(s, schema), dryRun="All")


@script("8 defaults that do not fit their schema: 422")
def _(s: Session) -> None:
    inner = {"type": "object", "properties": {"y": {"type": "integer", "default": 0, "minimum": 1}}}
    refused(
        s,
        {"type": "string", "default": 1},
        {"type": "string", "maxLength": 1, "enum": ["a", "b"], "default": "abc"},
        {"type": "array", "minItems": 1, "default": [], "items": {"type": "string"}},
        {"type": "array", "default": ["a"], "items": {"type": "string", "maxLength": 2, "default": "abc"}},
        {"type": "object", "default": {"z": 1, "y": 0}, "properties": {"y": {"type": "integer", "minimum": 1}}},
        {"type": "array", "items": inner},
        {"type": "object", "default": {}, "required": ["y"], "properties": {"y": {"type": "string"}}},
        {"type": "object", "additionalProperties": {"type": "string", "maxLength": 1, "default": "abc"}},
        {"x-kubernetes-int-or-string": True, "default": [1]},
    )


@script("8 lists and maps of a schema that cannot be: 422")
def _(s: Session) -> None:
    keyed = {"type": "array", "x-kubernetes-list-type": "map"}
    item = {"type": "object", "properties": {"k": {"type": "string"}, "l": {"type": "array", "items": {"type": "string"}}}}
    refused(
        s,
        {**keyed, "items": item},
        {**keyed, "x-kubernetes-list-map-keys": ["k"], "items": item},
        {**keyed, "x-kubernetes-list-map-keys": ["k", "k", "m"], "items": {**item, "required": ["k"]}},
        {**keyed, "x-kubernetes-list-map-keys": ["l"], "items": {**item, "required": ["l"], "nullable": True}},
        {**keyed, "x-kubernetes-list-map-keys": ["k"], "items": {"type": "string"}},
        {"type": "array", "x-kubernetes-list-map-keys": ["k"], "items": item},
        {"type": "array", "x-kubernetes-list-type": "set", "items": item},
        {"type": "array", "x-kubernetes-list-type": "bag", "items": {"type": "string"}},
        {"type": "object", "x-kubernetes-list-type": "set"},
        {"type": "string", "x-kubernetes-map-type": "atomic"},
        {"type": "object", "x-kubernetes-map-type": "whole"},
        {"type": "object", "x-kubernetes-preserve-unknown-fields": False},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}},
        {"x-kubernetes-int-or-string": True, "x-kubernetes-preserve-unknown-fields": True},
        {"x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
        {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
    )


@script("8 a deprecated version: a warning with every answer")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    made = definition("Bar", group, deprecated=True)
    versions = made["spec"]["versions"]
    versions.append({**versions[0], "name": "v2", "storage": False, "deprecated": False})
    versions.append({**versions[0], "name": "v3", "storage": False, "deprecationWarning": "not that one"})
    versions.append({**versions[0], "name": "v4", "storage": False})
    s.unseen("POST", s.at(CRDS), made)
    for version in ("v1", "v2", "v3", "v4"):
        path = f"/apis/{group}/{version}/namespaces/{s.ns}/bars"
        s.eventually(path, 200)
        s.get(path)
        s.get(f"{path}/none")
        s.watch(path, timeoutSeconds="1").rest()
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 the watch cache of a resource starts with its definition, and anew with each change of it: 410 from before")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    first = s.unseen("POST", s.at(CRDS), definition("Bar", group)).version
    path = f"/apis/{group}/v1/namespaces/{s.ns}/bars"
    s.eventually(path, 200)
    s.watch(path, resourceVersion=first).rest()
    version = s.post(path, bar(s, "a")).version
    s.watch(path, resourceVersion=version, timeoutSeconds="1").rest()
    change = [{"op": "add", "path": "/spec/versions/0/additionalPrinterColumns", "value": [COLUMN]}]
    s.unseen("PATCH", s.at(CRDS, f"bars.{group}"), change, "application/json-patch+json")
    s.eventually(path, 200, '"Size"', headers={"Accept": TABLE})
    s.watch(path, resourceVersion=version).rest()
    s.unseen("DELETE", s.at(CRDS, f"bars.{group}"))


@script("8 a deprecated version: a warning also where there is no such subresource")
def _(s: Session) -> None:
    name, path = defined(s, deprecated=True)
    s.get(f"{path}/a/scale")
    s.unseen("DELETE", s.at(CRDS, name))


def with_unknown_fields(s: Session) -> dict[str, Any]:
    """A definition that says things which nobody knows, at every depth."""
    made = with_property(s, {"type": "string", "unknown": 1})
    column = {"name": "A", "type": "string", "jsonPath": ".x", "unknown": 1}
    made["spec"]["versions"][0] |= {"unknown": 1, "additionalPrinterColumns": [column]}
    made["spec"] |= {"unknown": {"a": 1}}
    return {**made, "unknown": 1, "metadata": {**made["metadata"], "unknown": 1}}


@script("8 a definition with fields that nobody knows", managed=True)
def _(s: Session) -> None:
    good, made = with_property(s, {"type": "string"}), with_unknown_fields(s)
    for validation in ("Strict", "Warn", "Ignore"):
        s.post(s.at(CRDS), made, fieldValidation=validation, dryRun="All")
    inside = {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string", "unknown": 1}, "unknown": 1}}
    s.post(s.at(CRDS), with_property(s, inside), fieldValidation="Strict", dryRun="All")
    s.post(s.at(CRDS), b'{"spec": {"group": "a", "group": "b"}, "spec": {}}', fieldValidation="Strict", dryRun="All")
    name, _ = defined(s)
    for validation in ("Strict", "Warn"):
        s.patch(s.at(CRDS, name), {"unknown": 1, "spec": {"unknown": 1}}, fieldValidation=validation, dryRun="All")
        s.put(s.at(CRDS, name), made, fieldValidation=validation, dryRun="All")
    for applied in ({**good, "unknown": 1}, with_property(s, {"type": "string", "unknown": 1})):
        s.apply(s.at(CRDS, name), applied, dryRun="All", fieldManager="m", force="true")
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 a definition whose values have another type: 400")
def _(s: Session) -> None:
    good = definition("Bar", f"{s.ns}.example.com")
    version = good["spec"]["versions"][0]
    named: tuple[dict[str, Any], ...] = (
        {"spec": "x"},
        {"spec": None},
        {"spec": {**good["spec"], "names": {**good["spec"]["names"], "shortNames": [1]}}},
        {"spec": {**good["spec"], "names": {**good["spec"]["names"], "shortNames": "x"}}},
        {"spec": {**good["spec"], "names": []}},
        {"spec": {**good["spec"], "group": 5}},
        {"spec": {**good["spec"], "versions": {}}},
        {"spec": {**good["spec"], "versions": ["v1"]}},
        {"spec": {**good["spec"], "versions": [None]}},
        {"spec": {**good["spec"], "versions": [{**version, "name": None}]}},
        {"spec": {**good["spec"], "versions": [{**version, "served": "yes"}]}},
        {"spec": {**good["spec"], "versions": [{**version, "schema": "x"}]}},
        {"spec": {**good["spec"], "versions": [{**version, "subresources": {"status": "x"}}]}},
        {"spec": {**good["spec"], "versions": [{**version, "additionalPrinterColumns": [{"priority": "x"}]}]}},
        {"spec": {**good["spec"], "conversion": "x"}},
        {"status": "x"},
        {"status": {"storedVersions": "x"}},
        {"metadata": "x"},
        {"metadata": {**good["metadata"], "ownerReferences": [{"name": "a"}, {"name": "a"}]}},
        {"kind": "Other"},
    )
    for part in named:
        s.post(s.at(CRDS), {**good, **part}, dryRun="All")


@script("8 a definition whose schema has values of another type: 400")
def _(s: Session) -> None:
    refused(
        s,
        {"type": "object", "properties": {"s": "string"}},
        {"type": "object", "properties": {"s": None}},
        {"type": "object", "properties": []},
        {"type": 5},
        {"type": "integer", "minimum": "x"},
        {"type": "integer", "maxLength": 1.5},
        {"type": "string", "enum": "x"},
        {"type": "string", "enum": [None, "a", 1]},
        {"type": "array", "items": "x"},
        {"type": "array", "items": [{"type": "string"}]},
        {"type": "object", "additionalProperties": "x"},
        {"type": "object", "additionalProperties": {"type": 5}},
        {"type": "object", "required": "x"},
        {"type": "object", "allOf": {}},
        {"type": "object", "not": []},
        {"type": "object", "x-kubernetes-validations": [{"rule": 5}]},
        {"type": "object", "x-kubernetes-validations": "x"},
        {"type": "string", "nullable": "x"},
        {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-map-keys": "x"},
        {"type": "string", "externalDocs": "x"},
        {"type": "string", "default": None},
        {"type": "object", "dependencies": {"x": 5}, "definitions": {"x": {}}, "id": "x", "$ref": "x", "additionalItems": True},
        {"type": "null", "patternProperties": {"x": {}}},
        {"type": "text"},
    )
    name, _ = defined(s)
    where = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size"
    for value in ("x", {"type": 5}):
        change = [{"op": "replace", "path": where, "value": value}]
        s.patch(s.at(CRDS, name), change, "application/json-patch+json", dryRun="All")
    s.patch(s.at(CRDS, name), {"spec": {"names": {"shortNames": "x"}}}, dryRun="All")
    s.patch(s.at(CRDS, name), {"spec": "x"}, dryRun="All")
    s.patch(s.at(CRDS, name), {"spec": "x"}, "application/strategic-merge-patch+json", dryRun="All")
    s.unseen("DELETE", s.at(CRDS, name))


@script("8 the order of a definition's fields", ordered=True)
def _(s: Session) -> None:
    schema = {"x-kubernetes-preserve-unknown-fields": True, "default": {"b": 1, "a": 2}, "type": "object", "description": "d"}
    schema |= {"required": [], "title": "", "nullable": False, "enum": [], "maxProperties": 0, "properties": {}}
    made = with_property(s, schema)
    version = made["spec"]["versions"][0]
    version["additionalPrinterColumns"] = [{"jsonPath": ".spec.x", "type": "string", "name": "X", "priority": 0}]
    made["spec"]["versions"] = [dict(reversed(version.items()))]
    made["spec"]["names"] = {"categories": [], **dict(reversed(made["spec"]["names"].items()))}
    s.post(s.at(CRDS), {**made, "spec": dict(reversed(made["spec"].items())), "status": {}}, dryRun="All")
