"""Section 7.5: server-side apply."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, deployment, foo
from tests.conformance.script import script
from tests.conformance.session import Session


@script("7.5 it is not there: 201; the same again: 200 and the same version", managed=True)
def _(s: Session) -> None:
    for resource, made in (("foos", foo("a")), ("configmaps", config_map("a"))):
        s.apply(s.at(resource, "a"), made, fieldManager="m1")
        s.apply(s.at(resource, "a"), made, fieldManager="m1")


@script("7.5 no fieldManager: 422")
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), foo("a"))
    s.apply(s.at("configmaps", "a"), config_map("a"))


@script("7.5 conflicts of one and of several fields, and force", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), foo("a", {"size": 1, "color": "red"}), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {"size": 2}), fieldManager="m2")
    s.apply(s.at("foos", "a"), foo("a", {"size": 2, "color": "blue"}), fieldManager="m2")
    s.apply(s.at("foos", "a"), foo("a", {"size": 2, "color": "blue"}), fieldManager="m2", force="true")
    s.apply(s.at("foos", "a"), foo("a", {"size": 1}), fieldManager="m1")


@script("7.5 a conflict with a manager that updated", managed=True)
def _(s: Session) -> None:
    s.post(s.at("foos"), foo("a"), fieldManager="upd")
    s.apply(s.at("foos", "a"), foo("a", {"size": 2}), fieldManager="m1")
    s.have(config_map("a"))
    s.apply(s.at("configmaps", "a"), config_map("a", {"a": "2"}), fieldManager="m1")


@script("7.5 the same value is owned together", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), foo("a"), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a"), fieldManager="m2")
    s.apply(s.at("foos", "a"), foo("a", {}), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {}), fieldManager="m2")


@script("7.5 a field that its only manager gives up is removed", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("configmaps", "a"), config_map("a", {"a": "1", "b": "2"}), fieldManager="m1")
    s.apply(s.at("configmaps", "a"), config_map("a", {"b": "2"}), fieldManager="m1")


@script("7.5 sets and keyed lists of a custom resource merge by entry", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), foo("a", {"tags": ["a", "b"], "parts": [{"name": "x", "count": 1}]}), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {"tags": ["c"], "parts": [{"name": "y", "count": 2}]}), fieldManager="m2")
    s.apply(s.at("foos", "a"), foo("a", {"tags": ["b"], "parts": [{"name": "x"}]}), fieldManager="m1")


@script("7.5 sets and maps of a config map merge by entry", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("configmaps", "own"), config_map("own", {"k": "1"}, finalizers=["e.com/a"]), fieldManager="a")
    s.apply(s.at("configmaps", "own"), config_map("own", {"j": "1"}, finalizers=["e.com/b"]), fieldManager="b")
    s.apply(s.at("configmaps", "own"), config_map("own", {}), fieldManager="a")
    s.unseen("PATCH", s.at("configmaps", "own"), {"metadata": {"finalizers": None}}, "application/merge-patch+json")


def with_container(name: str, container: str, image: str, **more: Any) -> dict[str, Any]:
    made = deployment(name)
    made["spec"]["template"]["spec"]["containers"] = [{"name": container, "image": image, **more}]
    return made


@script("7.5 keyed lists of a deployment merge by entry", managed=True)
def _(s: Session) -> None:
    s.apply(s.at("deployments", "a"), with_container("a", "c", "i:1", ports=[{"containerPort": 80}]), fieldManager="m1")
    s.apply(s.at("deployments", "a"), with_container("a", "d", "i:1"), fieldManager="m2")
    s.apply(s.at("deployments", "a"), with_container("a", "c", "i:2"), fieldManager="m2")
    s.apply(s.at("deployments", "a"), with_container("a", "c", "i:2"), fieldManager="m1")


@script("7.5 the same key twice")
def _(s: Session) -> None:
    made = deployment("a")
    made["spec"]["template"]["spec"]["containers"] *= 2
    s.apply(s.at("deployments", "a"), made, fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {"parts": [{"name": "x"}, {"name": "x"}]}), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {"tags": ["x", "x"]}), fieldManager="m1")


@script("7.5 what is wrong with the body")
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), {"metadata": {"name": "a"}}, fieldManager="m1")
    s.apply(s.at("foos", "a"), {**foo("a"), "kind": "Bar"}, fieldManager="m1")
    s.apply(s.at("foos", "a"), {**foo("a"), "apiVersion": "lab.example.com/v2"}, fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("b"), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", managedFields=[{"manager": "q"}]), fieldManager="m1")
    s.apply(s.at("foos", "a"), b"{", fieldManager="m1")
    s.apply(s.at("foos", "a"), b"a: b: c", fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", {"size": "text"}), fieldManager="m1")
    s.apply(s.at("configmaps", "a"), {**config_map("a"), "data": {"a": 1}}, fieldManager="m1")
    s.apply(s.at("configmaps", "a"), {**config_map("a"), "data": ["a"]}, fieldManager="m1")
    s.apply(s.at("configmaps", "a"), {**config_map("a"), "bogus": 1}, fieldManager="m1")


@script("7.5 names may be left out where the path has them")
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), {"apiVersion": "lab.example.com/v1", "kind": "Foo", "spec": {"size": 1}}, fieldManager="m1")
    s.apply(s.at("configmaps", "a"), {"apiVersion": "v1", "kind": "ConfigMap"}, fieldManager="m1")


@script("7.5 versions and uids in the body")
def _(s: Session) -> None:
    old = s.have(foo("a")).version
    s.unseen("PATCH", s.at("foos", "a"), {"spec": {"color": "red"}}, "application/merge-patch+json")
    s.apply(s.at("foos", "a"), foo("a", resourceVersion=old), fieldManager="m1")
    s.apply(s.at("foos", "b"), foo("b", resourceVersion="5"), fieldManager="m1")
    s.apply(s.at("foos", "c"), foo("c", uid="abc"), fieldManager="m1")
    s.apply(s.at("foos", "a"), foo("a", uid="abc"), fieldManager="m1")


@script("7.5 the status")
def _(s: Session) -> None:
    body = {**foo("a"), "status": {"x": 1}}
    s.apply(s.at("foos", "a", "status"), body, fieldManager="m1")
    s.have(foo("a"))
    s.apply(s.at("foos", "a", "status"), body, fieldManager="m1")
    s.apply(s.at("foos", "a"), {**foo("a"), "status": {"x": 2}}, fieldManager="m1")


@script("7.5 dryRun and fieldValidation")
def _(s: Session) -> None:
    s.apply(s.at("foos", "a"), foo("a"), fieldManager="m1", dryRun="All")
    s.get(s.at("foos", "a"))
    for value in ("Strict", "Warn", "Ignore"):
        s.apply(s.at("foos", "a"), foo("a", {"size": 1, "bogus": 1}), fieldManager="m1", fieldValidation=value)
        s.apply(s.at("configmaps", "a"), {**config_map("a"), "bogus": 1}, fieldManager="m1", fieldValidation=value)


@script("7.5 in a namespace that is not there")
def _(s: Session) -> None:
    s.apply(s.at("configmaps", "a", namespace="nosuch"), config_map("a"), fieldManager="m1")


@script("7.5 a body in YAML")
def _(s: Session) -> None:
    s.apply(s.at("configmaps", "a"), b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {a: one}\n", fieldManager="m1")
