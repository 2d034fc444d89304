"""Sections 9 and 11: who may do what, and what else is answered before a request reaches a resource."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map
from tests.conformance.script import script
from tests.conformance.session import Session

BOB = {"Impersonate-User": "bob"}


@script("9 401: a token that nobody has")
def _(s: Session) -> None:
    for path in (s.at("configmaps"), "/api", "/version", "/nosuch"):
        s.ask("GET", path, None, {"Authorization": "Bearer nosuch"})
    s.ask("GET", s.at("configmaps"), None, {"Authorization": "Bearer nosuch"}, watch="true", timeoutSeconds="1")


@script("9 403: what RBAC does not allow, in each wording")
def _(s: Session) -> None:
    s.ask("GET", s.at("pods"), None, BOB)
    s.ask("GET", s.at("pods", "x"), None, BOB)
    s.ask("GET", s.at("pods", "x", "log"), None, BOB)
    s.ask("GET", s.at("deployments"), None, BOB)
    s.ask("GET", s.at("nodes"), None, BOB)
    s.ask("GET", s.at("pods", namespace=""), None, BOB)
    s.ask("DELETE", s.at("pods"), None, BOB)
    s.ask("POST", s.at("configmaps"), config_map("a"), BOB)
    s.ask("PATCH", s.at("configmaps", "a"), {}, {**BOB, "Content-Type": "application/merge-patch+json"})
    s.ask("GET", s.at("pods"), None, BOB, watch="true", timeoutSeconds="1")
    s.ask("GET", "/metrics", None, BOB)


@script("9 403 goes when RBAC objects allow it")
def _(s: Session) -> None:
    role: dict[str, Any] = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "r"}}
    role["rules"] = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    subject = {"kind": "User", "name": s.ns, "apiGroup": "rbac.authorization.k8s.io"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
    bound = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "r"},
        "subjects": [subject],
        "roleRef": reference,
    }
    s.have(role, bound, config_map("a"))
    s.eventually(s.at("configmaps", "a"), 200, headers={"Impersonate-User": s.ns})
    s.ask("GET", s.at("configmaps", "a"), None, {"Impersonate-User": s.ns})
    s.ask("DELETE", s.at("configmaps", "a"), None, {"Impersonate-User": s.ns})


@script("11 gzip from 128 KiB on, if the header names it")
def _(s: Session) -> None:
    s.have(config_map("a", {"text": "x" * 200_000}))
    for accepted in ("gzip", "identity", "deflate, gzip", "gzip;q=1.0"):
        s.ask("GET", s.at("configmaps", "a"), None, {"Accept-Encoding": accepted})
    for exchange in s.exchanges:
        exchange.body = b"left out"


@script("11 an Audit-Id is given back")
def _(s: Session) -> None:
    s.ask("GET", s.at("configmaps"), None, {"Audit-Id": "my-own"})
    headers = s.exchanges[-1].headers
    s.exchanges[-1].headers = {**headers, "vary": headers["audit-id"]}


@script("9 403: subresources, and methods that a path does not know")
def _(s: Session) -> None:
    for method, steps in (
        ("GET", ("exec",)),
        ("POST", ("exec",)),
        ("GET", ("portforward",)),
        ("GET", ("proxy",)),
        ("POST", ("proxy", "x")),
        ("POST", ("eviction",)),
        ("PUT", ("status",)),
        ("PATCH", ("status",)),
        ("GET", ("nosuch",)),
    ):
        s.ask(method, s.at("pods", "x", *steps), None, BOB)
    for method in ("PUT", "PATCH", "POST"):
        s.ask(method, s.at("configmaps"), None, BOB)
    s.ask("POST", s.at("configmaps", "x"), None, BOB)
    s.ask("GET", s.at("foos", "x"), None, BOB)
    s.ask("GET", "/apis/nosuch.example.com/v1/things", None, BOB)
    s.ask("GET", "/api/v1/namespaces", None, BOB)
    s.ask("GET", s.at("namespaces", s.ns), None, BOB)
    s.ask("DELETE", s.at("namespaces", s.ns), None, BOB)
    s.ask("GET", f"/api/v1/watch/namespaces/{s.ns}/pods", None, BOB)
    s.ask("POST", "/nosuch", None, BOB)


@script("9 a group, or what else, without a user to be")
def _(s: Session) -> None:
    s.ask("GET", s.at("configmaps"), None, {"Impersonate-Group": "system:masters"})
    s.ask("GET", s.at("configmaps"), None, {**BOB, "Impersonate-Group": "system:masters"})
    s.ask("GET", s.at("configmaps"), None, {"Impersonate-Extra-Scopes": "x"})
    s.ask("GET", s.at("configmaps"), None, {"Impersonate-Uid": "x"})


@script("11 how long a request may take")
def _(s: Session) -> None:
    for timeout in ("30s", "abc", "5", "-1s", "0s", "0", "", "1h", "1.5m"):
        s.get(s.at("configmaps"), timeout=timeout)
    s.get(s.at("configmaps"), timeout="abc", watch="true", timeoutSeconds="1")
    s.post(s.at("configmaps"), config_map("a"), timeout="abc")
    s.post(s.at("configmaps"), config_map("a"), timeout="10s")
    s.get("/version", timeout="abc")
    s.get("/apis", timeout="abc")
    s.get("/nosuch", timeout="abc")
