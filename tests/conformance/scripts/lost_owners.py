"""Sections 7.5 and 8: where a server loses count of the owners, what it takes for their times, and what it keeps of an object."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, definition
from tests.conformance.script import script
from tests.conformance.scripts.definitions import CRDS, bar, defined
from tests.conformance.session import MERGE, TABLE, Session


def account(name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}, **more}


@script("7.5 entries without their key leave an object without owners", managed=True)
def _(s: Session) -> None:
    at = s.at("serviceaccounts")
    s.post(at, account("a", secrets=[{"name": "x"}, {"namespace": "n"}]), fieldManager="m1")
    s.patch(f"{at}/a", {"metadata": {"labels": {"x": "1"}}}, fieldManager="m2")
    s.apply(f"{at}/a", account("a", automountServiceAccountToken=True), fieldManager="m3")
    s.put(f"{at}/a", account("a", secrets=[{"name": "x"}]), fieldManager="m1")
    s.apply(f"{at}/a", account("a", automountServiceAccountToken=False), fieldManager="m3")
    s.post(at, account("b"), fieldManager="m1")
    s.patch(f"{at}/b", {"secrets": [{"namespace": "n"}]}, fieldManager="m2")
    s.apply(f"{at}/b", account("b", automountServiceAccountToken=True), fieldManager="m3")
    s.apply(f"{at}/c", account("c", secrets=[{"namespace": "n"}]), fieldManager="m3")
    s.post(at, account("d", imagePullSecrets=[{}, {"name": "x"}]), fieldManager="m1")
    s.apply(f"{at}/d", account("d", automountServiceAccountToken=True), fieldManager="m3")
    s.post(at, account("e", automountServiceAccountToken=True), fieldManager="m1")
    s.patch(f"{at}/e", {"secrets": [{"namespace": "n"}]}, fieldManager="m2")
    s.patch(f"{at}/e", {"metadata": {"labels": {"x": "1"}}}, fieldManager="m2")
    s.apply(f"{at}/e", account("e", automountServiceAccountToken=False), fieldManager="m3", force="true")
    s.patch(f"{at}/e", {"secrets": None}, fieldManager="m2")
    s.patch(f"{at}/e", {"metadata": {"labels": {"x": "2"}}}, fieldManager="m2")
    s.post(at, account("f", secrets=[{"name": "x", "namespace": "n"}, {"name": "x"}]), fieldManager="m1")
    s.patch(f"{at}/f", {"secrets": [{"name": "x", "uid": "u"}]}, fieldManager="m2")


@script("7.5 times of owners in other forms", managed=True)
def _(s: Session) -> None:
    entry = {"manager": "x", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:immutable": {}}}
    times: tuple[Any, ...] = (
        "2020-01-01",
        "2020-01-01T00:00:00",
        "2020-01-01 00:00:00Z",
        "2020-01-01T00:00Z",
        "20200101T000000Z",
        "2020-W01-1",
        "2020-01-01T00:00:00+01:00",
        "2020-01-01T00:00:00.5Z",
        "2020-01-01T00:00:00,5Z",
        "2020-01-01t00:00:00z",
        "2020-02-30T00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T1:00:00Z",
        "2020-01-01T00:00:60Z",
        5,
        True,
        {},
        None,
    )
    for time in times:
        s.post(s.at("configmaps"), {**config_map("a"), "metadata": {"name": "a", "managedFields": [{**entry, "time": time}]}}, dryRun="All")
        made = {**config_map("a"), "metadata": {"name": "a", "creationTimestamp": time}}
        s.post(s.at("configmaps"), made, dryRun="All")


@script("7.5 fields that nobody declared", managed=True)
def _(s: Session) -> None:
    # of several in one object, a server names the one that it meets first, which is chance
    _, path = defined(s)
    for validation in ("Warn", "Ignore", "Strict"):
        s.apply(f"{path}/a", {**bar(s, "a"), "spec": {"size": 1, "one": 1}}, fieldManager="m", fieldValidation=validation)
        s.apply(s.at("configmaps", "a"), {**config_map("a"), "one": 1}, fieldManager="m", fieldValidation=validation)
    parts = {**bar(s, "a"), "spec": {"parts": [{"name": "x", "more": 1}, {"name": "y", "most": 2}]}}
    s.apply(f"{path}/a", parts, fieldManager="m")
    s.unseen("DELETE", s.at(CRDS, f"bars.{s.ns}.example.com"))


@script("7.5 a status that is dropped and fits no schema", managed=True)
def _(s: Session) -> None:
    status = {"type": "object", "properties": {"count": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}, "status": status}}
    name, path = defined(s, schema={"openAPIV3Schema": schema}, subresources={"status": {}})
    made = bar(s, "a")
    s.post(path, {**made, "status": {"count": "x"}}, fieldManager="m1")
    s.patch(f"{path}/a", {"metadata": {"labels": {"x": "1"}}}, fieldManager="m2")
    s.apply(f"{path}/a", made, fieldManager="m3")
    s.post(path, bar(s, "b"), fieldManager="m1")
    s.patch(f"{path}/b", {"spec": {"size": 2}, "status": {"count": "x"}}, fieldManager="m2")
    s.patch(f"{path}/b", {"spec": {"size": 3}, "status": {"count": 5}}, fieldManager="m2")
    s.patch(f"{path}/b", {"metadata": {"labels": {"x": "1"}}}, fieldManager="m2")
    s.apply(f"{path}/b", {**bar(s, "b"), "status": {"count": "x"}}, fieldManager="m3", force="true")
    s.patch(f"{path}/b/status", {"spec": {"size": "x"}, "status": {"count": 5}}, fieldManager="m4")
    s.unseen("DELETE", s.at(CRDS, name))


@script("7.5 empty labels and annotations that are applied", managed=True)
def _(s: Session) -> None:
    for resource, body in (("foos", {"apiVersion": "lab.example.com/v1", "kind": "Foo"}), ("configmaps", config_map("a"))):
        for field in ("annotations", "labels", "finalizers", "ownerReferences"):
            name = field.lower()
            at = s.at(resource, name)
            made = {**body, "metadata": {"name": name, field: {} if field in ("annotations", "labels") else []}}
            bare = {**body, "metadata": {"name": name}}
            for config, query in (
                (made, {"fieldManager": "m1"}),
                (made, {"fieldManager": "m1"}),
                (made, {"fieldManager": "m2"}),
                (None, {"fieldManager": "m1"}),
                (made, {"fieldManager": "m1", "dryRun": "All"}),
                (bare, {"fieldManager": "m1"}),
                (bare, {"fieldManager": "m1"}),
            ):
                s.unseen("GET", s.at(resource))  # or else a write may begin with an older state, which is of consequence here
                s.patch(at, {}, **query) if config is None else s.apply(at, config, **query)
            s.post(s.at(resource), {**made, "metadata": {**made["metadata"], "name": f"{name}2"}})
            s.unseen("GET", s.at(resource))
            s.patch(s.at(resource, f"{name}2"), {})


@script("8 fields that only one of two versions knows")
def _(s: Session) -> None:
    def schema(**properties: str) -> dict[str, Any]:
        spec = {"type": "object", "properties": {name: {"type": kind} for name, kind in properties.items()}}
        return {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}

    def change(column: str) -> None:
        """Store the changed versions, and wait until both show that they are."""
        for version in changed:
            version["additionalPrinterColumns"] = [{"name": column, "type": "string", "jsonPath": ".spec.both"}]
        s.unseen("PATCH", s.at(CRDS, f"bars.{s.ns}.example.com"), {"spec": {"versions": changed}}, MERGE)
        for path in (one, two):
            s.eventually(path, 200, f'"{column}"', headers={"Accept": TABLE})

    made = definition("Bar", f"{s.ns}.example.com", schema=schema(both="string", first="string"))
    first = made["spec"]["versions"][0]
    made["spec"]["versions"].append({**first, "name": "v2", "storage": False, "schema": schema(both="string", second="string")})
    s.unseen("POST", s.at(CRDS), made)
    one, two = (f"/apis/{s.ns}.example.com/{version}/namespaces/{s.ns}/bars" for version in ("v1", "v2"))
    s.eventually(one, 200)
    s.eventually(two, 200)
    body = {"apiVersion": f"{s.ns}.example.com/v1", "kind": "Bar", "spec": {"both": "b", "first": "f", "second": "s"}}
    older = {**body, "apiVersion": f"{s.ns}.example.com/v2"}
    s.post(one, {**body, "metadata": {"name": "a"}})
    s.get(f"{two}/a")
    s.get(f"{one}/a")
    s.post(two, {**older, "metadata": {"name": "b"}})
    s.get(f"{one}/b")
    s.get(f"{two}/b")
    s.patch(f"{two}/a", {"spec": {"both": "c"}})
    s.get(f"{one}/a")
    s.patch(f"{one}/b", {"spec": {"both": "c"}})
    s.get(f"{two}/b")
    changed = s.unseen("GET", s.at(CRDS, f"bars.{s.ns}.example.com")).json["spec"]["versions"]
    changed[0]["storage"], changed[1]["storage"] = False, True
    change("First")
    s.get(f"{one}/a")
    s.get(f"{two}/a")
    s.get(f"{two}/b")
    s.get(f"{one}/b")
    s.patch(f"{two}/b", {"spec": {"second": "t"}})
    s.get(f"{one}/b")
    changed[0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-preserve-unknown-fields"] = True
    change("Second")
    s.patch(f"{one}/b", {"spec": {"more": 1}})
    s.get(f"{one}/b")
    changed[1]["schema"] = changed[0]["schema"]
    change("Third")
    s.get(f"{two}/b")
    s.get(f"{one}/b")
    s.patch(f"{one}/b", {"spec": {"more": 1}})
    s.get(f"{two}/b")
    s.unseen("DELETE", s.at(CRDS, f"bars.{s.ns}.example.com"))
