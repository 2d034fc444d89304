"""Section 9: tokens of service accounts, and what a server says of a token."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import pod as bare_pod
from tests.conformance.script import script
from tests.conformance.session import Answer, Session

REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"
SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def pod(name: str, account: str) -> dict[str, Any]:
    made = bare_pod(name)
    made["spec"]["serviceAccountName"] = account
    return made


def account(s: Session, name: str = "robot") -> None:
    s.have({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})


def token(s: Session, name: str = "robot", **spec: Any) -> str:
    """A token of this account; it is compared as `TOKEN`."""
    answer = s.unseen("POST", s.at("serviceaccounts", name, "token"), {"spec": spec})
    assert answer.status == 201, answer.body
    return hidden(s, answer)


def hidden(s: Session, answer: Answer) -> str:
    """The token of an answer; it and the name of the server that made it are chosen by the server."""
    text = str(answer.json["status"]["token"])
    s.hide(text, "TOKEN")
    for audience in answer.json["spec"]["audiences"]:
        if audience.startswith("https://"):
            s.hide(audience, "ISSUER")
    return text


def review(s: Session, text: Any, **spec: Any) -> None:
    s.post(REVIEWS, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": text, **spec}})


def requested(s: Session, spec: Any, name: str = "robot", **rest: Any) -> None:
    """Ask for a token, which is compared as `TOKEN`."""
    answer = s.post(s.at("serviceaccounts", name, "token"), {"spec": spec, **rest})
    if answer.status == 201:
        hidden(s, answer)


@script("9 a token of a service account")
def _(s: Session) -> None:
    account(s)
    requested(s, {})
    requested(s, {"expirationSeconds": 600, "audiences": ["vault"]})
    requested(s, {"expirationSeconds": 7200}, metadata={"name": "robot", "namespace": s.ns})


@script("9 a token of a service account that cannot be")
def _(s: Session) -> None:
    account(s)
    requested(s, {}, "nosuch")
    requested(s, {"expirationSeconds": 60})
    requested(s, {"expirationSeconds": 2**33})
    requested(s, {"expirationSeconds": "1h"})
    requested(s, {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "nosuch"}})
    requested(s, {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "a"}})
    requested(s, {}, metadata={"name": "other"})
    requested(s, {}, metadata={"namespace": "other"})
    s.get(s.at("serviceaccounts", "robot", "token"))
    s.delete(s.at("serviceaccounts", "robot", "token"))


@script("9 a token that is bound to a pod or a secret goes with it")
def _(s: Session) -> None:
    account(s)
    s.have(pod("a", "robot"), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})
    requested(s, {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "a", "uid": "other"}})
    for kind, resource in (("Pod", "pods"), ("Secret", "secrets")):
        bound = {"kind": kind, "apiVersion": "v1", "name": "a"}
        requested(s, {"boundObjectRef": bound})
        text = token(s, boundObjectRef=bound)
        review(s, text)
        s.ask("GET", s.at("configmaps"), None, {"Authorization": f"Bearer {text}"})
        s.unseen("DELETE", s.at(resource, "a"))
        s.door.pause(12)
        review(s, text)
    s.have(pod("b", "default"))
    requested(s, {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "b"}})


@script("9 who shows a token of a service account")
def _(s: Session) -> None:
    account(s)
    shown = {"Authorization": f"Bearer {token(s)}"}
    s.ask("POST", SELF, {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}, shown)
    s.ask("GET", s.at("configmaps"), None, shown)
    s.ask("GET", s.at("nodes"), None, shown)
    s.ask("GET", s.at("configmaps"), None, {"Authorization": f"Bearer {token(s, audiences=['vault'])}"})
    s.unseen("DELETE", s.at("serviceaccounts", "robot"))
    s.door.pause(12)
    s.ask("GET", s.at("configmaps"), None, shown)


@script("9 what a server says of a token")
def _(s: Session) -> None:
    account(s)
    text = token(s)
    review(s, text)
    review(s, "nosuch")
    review(s, "")
    review(s, None)
    review(s, 3)
    review(s, text, audiences=["vault"])
    review(s, token(s, audiences=["vault", "other"]))
    review(s, token(s, audiences=["vault", "other"]), audiences=["vault", "more"])
    s.post(REVIEWS, {"spec": {}})
    s.post(REVIEWS, {"metadata": {"name": "a"}, "spec": {"token": "x"}})
    s.get(REVIEWS)
    s.unseen("DELETE", s.at("serviceaccounts", "robot"))
    s.door.pause(12)
    review(s, text)


@script("9 requests and reviews with fields that nobody knows")
def _(s: Session) -> None:
    account(s)
    shown = {"Authorization": f"Bearer {token(s)}"}
    asked = {"resourceAttributes": {"verb": "get", "resource": "pods", "unknown": 1}}
    for validation in ("Strict", "Warn", "Ignore"):
        answer = s.post(s.at("serviceaccounts", "robot", "token"), {"unknown": 1, "spec": {"unknown": 1}}, fieldValidation=validation)
        if answer.status == 201:
            hidden(s, answer)
        s.post(REVIEWS, {"unknown": 1, "spec": {"token": "x", "unknown": 1}}, fieldValidation=validation)
        s.ask("POST", SELF, {"unknown": 1}, shown, fieldValidation=validation)
        for kind in ("selfsubjectaccessreviews", "subjectaccessreviews"):
            s.post(f"/apis/authorization.k8s.io/v1/{kind}", {"unknown": 1, "spec": {**asked, "user": "x"}}, fieldValidation=validation)
        s.post("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {"unknown": 1, "spec": {}}, fieldValidation=validation)


@script("9 requests and reviews that cannot be")
def _(s: Session) -> None:
    account(s)
    for part in ({"spec": "x"}, {"metadata": "x"}, {"spec": {"audiences": "x"}}, {"spec": {"boundObjectRef": "x"}}):
        s.post(s.at("serviceaccounts", "robot", "token"), part)
        s.post(REVIEWS, part)
    s.post(SELF, {"metadata": "x"})
    kinds = ("selfsubjectaccessreviews", "subjectaccessreviews", "selfsubjectrulesreviews")
    odd: tuple[dict[str, Any], ...] = ({"resourceAttributes": "x"}, {"groups": "x"}, {"namespace": 5})
    for body in ({"spec": "x"}, {"metadata": "x"}, *({"spec": spec} for spec in odd)):
        for kind in kinds:
            s.post(f"/apis/authorization.k8s.io/v1/{kind}", body)
