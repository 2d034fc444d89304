"""Reviews: the questions about access that a client may ask by creating an object which is answered, and not stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.access.access import Access, complete
from fakes.api_server.access.attributes import Attributes
from fakes.api_server.access.authentication import shown_token
from fakes.api_server.access.rbac import joined
from fakes.api_server.access.tokens import Tokens
from fakes.api_server.builtin import schemas, typed
from fakes.api_server.errors import Cause, StatusError
from fakes.api_server.messages import Identity, Request
from fakes.api_server.objects.objects import PlainAnswer, timestamp
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.managers import Entries
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.requests import Call
from fakes.api_server.verbs.sent_object import decode_body
from fakes.api_server.wire.encoding import to_json
from informer.runtime import Runtime

Document = dict[str, Any]

_OWNED = frozenset(("SelfSubjectAccessReview", "SubjectAccessReview", "LocalSubjectAccessReview", "TokenReview"))
"""What is answered with the metadata that was sent."""
_GROUP = "authorization.k8s.io"
_ORDER = ("namespace", "verb", "group", "version", "resource", "subresource", "name", "fieldSelector", "labelSelector")
_ONE = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
_EVERYTHING: Document = {
    "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
    "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    "incomplete": False,
}


class Reviewer:
    """Answers creations of SubjectAccessReviews (self, local), SelfSubjectRulesReviews, SelfSubjectReviews and TokenReviews."""

    def __init__(self, access: Access, runtime: Runtime, tokens: Tokens, ownership: Ownership) -> None:
        self._tokens = tokens
        self._ownership = ownership
        self._access = access
        self._runtime = runtime

    def answer(self, request: Request, call: Call, document: Document, options: WriteOptions) -> PlainAnswer:
        """Raises 400 and 422."""
        sent = managers.take(document)
        warnings = decode_body(call.kind, document, options)
        own = self._owned(call, document, sent, options)
        if call.kind.resource.kind == "TokenReview":
            answer = self._tokens.review(document)
        else:
            answer = self._reviewed(request, call, document, own)
        if call.kind.resource.kind in _OWNED:
            answer.document["metadata"] = own
        return replace(answer, warnings=warnings)

    def _owned(self, call: Call, document: Document, sent: Entries | None, options: WriteOptions) -> Document:
        """The metadata that was sent, with its namespace, and with managedFields as if it were stored."""
        own = {**(document.get("metadata") or {}), **({"namespace": call.namespace} if call.namespace else {})}
        made = {**document, "metadata": {**own, "creationTimestamp": timestamp(self._runtime.now())}}
        entries = self._ownership.of_new(call, made, sent, options)
        return {**own, "managedFields": entries} if entries else own

    def _reviewed(self, request: Request, call: Call, document: Document, sent: Document) -> PlainAnswer:
        """`sent` is the metadata."""
        who = self._access.sender(request)
        own: Document = {"namespace": call.namespace} if call.namespace else {}
        spec = document.get("spec") or {}
        match call.kind.resource.kind:
            case "SelfSubjectReview":
                own = {"creationTimestamp": timestamp(self._runtime.now())}
                shown: Document = {"status": {"userInfo": self._user(request, who)}}
            case "SelfSubjectRulesReview":
                shown = {"spec": {}, "status": self._rules(who, spec.get("namespace", ""))}
            case "SelfSubjectAccessReview":
                _check(*_faults(spec), *_metadata_faults(sent))
                shown = {"spec": _ordered(spec), "status": self._decide(who, spec)}
            case _:
                _check(
                    *_faults(spec),
                    *_subject_faults(spec),
                    *_metadata_faults(sent, namespaced=bool(call.namespace)),
                    *(_local_faults(spec, call.namespace) if call.namespace else ()),
                )
                shown = {
                    "spec": _ordered(spec),
                    "status": self._decide(complete(Identity(spec.get("user", ""), tuple(spec.get("groups") or ()))), spec),
                }
        resource = call.kind.resource
        return PlainAnswer({"kind": resource.kind, "apiVersion": resource.api_version, "metadata": own, **shown}, 201)

    def _user(self, request: Request, who: Identity) -> Document:
        """Of who shows a token a server knows more, unless they speak for somebody else."""
        token = shown_token(request)
        bearer = self._tokens.check(token) if token else None
        return bearer.user() if bearer and bearer.who == who else {"username": who.name, "groups": list(who.groups)}

    def _decide(self, who: Identity, spec: Mapping[str, Any]) -> Document:
        resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if resource is not None:
            fields = ("verb", "group", "version", "resource", "subresource", "namespace", "name")
            wanted = Attributes(**{field: resource.get(field, "") for field in fields})
        else:
            assert path is not None, "one of the two is there"
            wanted = Attributes(path.get("verb", ""), path=path.get("path", "") or "/")
        decision = self._access.decide(who, wanted)
        return {"allowed": decision.allowed, **({"reason": decision.reason} if decision.reason else {})}

    def _rules(self, who: Identity, namespace: str) -> Document:
        if not namespace:
            raise StatusError(400, "BadRequest", "no namespace on request")
        if self._access.rbac is None:
            return _EVERYTHING
        missing: list[str] = []
        rules = [grant.rule for grant in self._access.rbac.grants(who, namespace, missing)]
        told = {"evaluationError": joined(missing)} if missing else {}
        fields = ("verbs", "apiGroups", "resources", "resourceNames")
        return {
            "resourceRules": [{field: rule[field] for field in fields if rule.get(field)} for rule in rules if rule.get("resources")],
            "nonResourceRules": [
                {field: rule[field] for field in ("verbs", "nonResourceURLs")} for rule in rules if rule.get("nonResourceURLs")
            ],
            "incomplete": False,
            **told,
        }


def _faults(spec: Mapping[str, Any]) -> list[Cause]:
    one = (spec.get("resourceAttributes") is None) != (spec.get("nonResourceAttributes") is None)
    return [] if one else [_bad("spec", "null", _ONE)]


def _metadata_faults(own: Document, *, namespaced: bool = False) -> list[Cause]:
    if set(own) <= {"managedFields", *(("namespace",) if namespaced else ())}:
        return []
    shown = (typed.written(own, schemas.OBJECT_META) or to_json(own)).decode()
    return [_bad("metadata", shown, "must be empty except for namespace" if namespaced else "must be empty")]


def _subject_faults(spec: Mapping[str, Any]) -> list[Cause]:
    named = spec.get("user") or spec.get("groups")
    return [] if named else [_bad("spec.user", '""', "at least one of user or group must be specified")]


def _local_faults(spec: Mapping[str, Any], namespace: str) -> Iterator[Cause]:
    """Of a review that is about one namespace."""
    attributes = spec.get("resourceAttributes")
    if attributes is not None and attributes.get("namespace", "") != namespace:
        yield _bad("spec.resourceAttributes.namespace", f'"{attributes.get("namespace", "")}"', "must match metadata.namespace")
    if (path := spec.get("nonResourceAttributes")) is not None:
        shown = {"Path": path.get("path", ""), "Verb": path.get("verb", "")}
        yield _bad("spec.nonResourceAttributes", to_json(shown).decode(), "disallowed on this kind of request")


def _ordered(spec: Mapping[str, Any]) -> Document:
    result: Document = {}
    if spec.get("resourceAttributes") is not None:
        attributes = spec["resourceAttributes"]
        result["resourceAttributes"] = {field: attributes[field] for field in _ORDER if attributes.get(field)}
    if spec.get("nonResourceAttributes") is not None:
        result["nonResourceAttributes"] = spec["nonResourceAttributes"]
    return result | {field: spec[field] for field in ("user", "groups", "extra", "uid") if spec.get(field)}


def _bad(field: str, value: str, why: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {value}: {why}", field)


def _check(*causes: Cause) -> None:
    """Raises 422 where there is a cause."""
    if causes:
        raise errors.invalid(f".{_GROUP}", "", causes)
