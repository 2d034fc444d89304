"""Tokens: the bearer tokens that a server takes, those that a test has named and those that it issues for service accounts.

Guarantees: a token of a service account is taken until it expires, and as long as the account is there, and the object that it is bound to.
A real server may take one for ten seconds more. It reads as a JSON Web Token, but its signature is nothing that anybody could check.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakes.api_server import errors
from fakes.api_server.access.access import complete
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.messages import Identity
from fakes.api_server.objects.objects import Objects, PlainAnswer, timestamp
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call, object_key
from fakes.api_server.verbs.sent_object import decode_body
from fakes.api_server.wire.encoding import to_json
from fakes.storage import Version
from informer.resource import Resource

Document = dict[str, Any]

ISSUER = "https://kubernetes.default.svc.cluster.local"
"""Who makes the tokens, and for whom they are where nobody says."""
_GROUP, _EXTRA = "authentication.k8s.io", "authentication.kubernetes.io"
_REQUESTS = Kind(Resource(_GROUP, "v1", "tokenrequests", "TokenRequest", True), "tokenrequest", "TokenRequestList")
_BINDABLE = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}
_LEEWAY = datetime.timedelta(seconds=60)
"""How long a token outlives the deletion of what it is bound to, while that waits for its end."""
_SHORTEST, _LONGEST, _DEFAULT = 600, 2**32, 3600


class InvalidToken(ValueError):
    """A token is not taken; the message is what a TokenReview says."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who shows a token, and for whom it is meant of those who were asked about."""

    who: Identity
    audiences: Sequence[str]
    uid: str = ""
    extra: Mapping[str, list[str]] = field(default_factory=dict)

    def user(self) -> Document:
        """As reviews show it."""
        own: Document = {"username": self.who.name, "uid": self.uid, "groups": list(self.who.groups), "extra": dict(self.extra)}
        return {name: value for name, value in own.items() if value}


@dataclass(frozen=True, slots=True)
class _Life:
    """An object that a token lives as long as."""

    storage_key: tuple[str, str]
    key: str
    uid: str


@dataclass(frozen=True, slots=True)
class _Issued:
    namespace: str
    account: str
    audiences: tuple[str, ...]
    expires: datetime.datetime
    lives: tuple[_Life, ...]
    extra: Mapping[str, list[str]]


class Tokens:
    """See the module. `named` are those of the test, by token; it may change."""

    def __init__(self, objects: Objects, named: Mapping[str, str | Identity]) -> None:
        self._objects = objects
        self._named = named
        self._issued: dict[str, _Issued] = {}

    def holder(self, token: str) -> Identity | None:
        """Who a request is from that shows this token; None where it is not taken."""
        try:
            return self.check(token).who
        except InvalidToken:
            return None

    def check(self, token: str, audiences: Sequence[str] = (ISSUER,)) -> Bearer:
        """Raises `InvalidToken`."""
        if (named := self._named.get(token)) is not None:
            meant = [audience for audience in audiences if audience == ISSUER]
            if not meant:
                raise InvalidToken("invalid bearer token")
            return Bearer(complete(Identity(named) if isinstance(named, str) else named), meant)
        issued = self._issued.get(token)
        if issued is None:
            raise InvalidToken("invalid bearer token")
        meant = [audience for audience in issued.audiences if audience in audiences]
        if not meant:
            ours, theirs = (" ".join(f'"{audience}"' for audience in each) for each in (issued.audiences, audiences))
            raise _invalid(f"token audiences [{ours}] is invalid for the target audiences [{theirs}]")
        if issued.expires <= self._objects.runtime.now():
            raise _invalid("service account token has expired")
        account, *bound = issued.lives
        if self._objects.storage.get(account.storage_key, account.key) is None:
            raise _invalid(f'serviceaccounts "{issued.account}" not found')
        if not all(map(self._lives, [account, *bound])):
            raise _invalid("service account token has been invalidated")
        who = complete(Identity(f"system:serviceaccount:{issued.namespace}:{issued.account}"))
        return Bearer(who, meant, account.uid, issued.extra)

    def _lives(self, life: _Life) -> bool:
        found = self._objects.storage.get(life.storage_key, life.key)
        if found is None:
            return False
        own = found.document()["metadata"]
        ending = own.get("deletionTimestamp")
        gone = ending is not None and datetime.datetime.fromisoformat(ending) + _LEEWAY < self._objects.runtime.now()
        return own["uid"] == life.uid and not gone

    def review(self, document: Document) -> PlainAnswer:
        """What a TokenReview, which was read, is answered. Raises 400."""
        spec = document.get("spec") or {}
        if not spec.get("token"):
            raise errors.bad_request("token is required for TokenReview in authentication")
        try:
            bearer = self.check(spec["token"], spec.get("audiences") or (ISSUER,))
            status: Document = {"authenticated": True, "user": bearer.user(), "audiences": bearer.audiences}
        except InvalidToken as error:
            status = {"user": {}, "error": str(error)}
        names = {"kind": "TokenReview", "apiVersion": f"{_GROUP}/v1", "metadata": document.get("metadata") or {}}
        return PlainAnswer({**names, "spec": spec, "status": status}, 201)

    def issue(self, call: Call, document: Document, options: WriteOptions) -> PlainAnswer:
        """What a TokenRequest for a service account is answered. Raises 400, 404, 409 and 422."""
        warnings = decode_body(_REQUESTS, document, options)
        own = document.get("metadata") or {}
        if (own.get("namespace") or call.namespace) != call.namespace:
            raise errors.wrong_namespace()
        if (own.get("name") or call.name) != call.name:
            raise _refused(call.name, "metadata.name", f'"{own["name"]}"', "must match the service account name if specified")
        account = self._objects.read(call)
        uid = account.document()["metadata"]["uid"]
        spec = document.get("spec") or {}
        seconds = spec.get("expirationSeconds")
        seconds = _DEFAULT if seconds is None else seconds
        if seconds < _SHORTEST:
            raise _refused("", "spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes")
        if seconds > _LONGEST:
            raise _refused("", "spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds")
        bound = spec.get("boundObjectRef")
        lives, extra = [_Life(call.kind.storage_key, call.key, uid)], {}
        identifier = self._objects.runtime.uuid()
        if bound:
            found, life = self._bound(call, bound)
            lives.append(life)
            extra = self._origin(bound["kind"], found)
        now = self._objects.runtime.now()
        expires = now + datetime.timedelta(seconds=seconds)
        audiences = tuple(spec.get("audiences") or (ISSUER,))
        extra = {f"{_EXTRA}/credential-id": [f"JTI={identifier}"], **extra}
        issued = _Issued(call.namespace, call.name, audiences, expires, tuple(lives), extra)
        token = self._written(issued, identifier, now)
        self._issued[token] = issued
        named = {"name": call.name, "namespace": call.namespace, "uid": uid, "creationTimestamp": timestamp(now)}
        told = {
            "kind": "TokenRequest",
            "apiVersion": f"{_GROUP}/v1",
            "metadata": named,
            "spec": {"audiences": list(audiences), "expirationSeconds": seconds, "boundObjectRef": bound},
            "status": {"token": token, "expirationTimestamp": timestamp(expires)},
        }
        return PlainAnswer(told, 201, warnings)

    def _bound(self, call: Call, reference: Document) -> tuple[Version, _Life]:
        """The object that a token is bound to."""
        version, kind, name = (reference.get(part, "") for part in ("apiVersion", "kind", "name"))
        if version != "v1" or kind not in _BINDABLE:
            group, _, short = version.rpartition("/")
            raise errors.bad_request(f"cannot bind token to object of type {group}/{short}, Kind={kind}")
        storage_key, key = ("", _BINDABLE[kind]), object_key("" if kind == "Node" else call.namespace, name)
        found = self._objects.storage.get(storage_key, key)
        if found is None:
            raise errors.not_found(_BINDABLE[kind], name)
        document = found.document()
        if kind == "Pod" and document["spec"].get("serviceAccountName", "") != call.name:
            text = f'cannot bind token for serviceaccount "{call.name}" to pod running with different serviceaccount name.'
            raise errors.bad_request(text)
        uid = document["metadata"]["uid"]
        if reference.get("uid") not in (None, "", uid):
            text = f"the UID in the bound object reference ({reference['uid']}) does not match the UID in record."
            raise errors.conflict(kind, name, f"{text} The object might have been deleted and then recreated")
        return found, _Life(storage_key, key, uid)

    def _origin(self, kind: str, found: Version) -> dict[str, list[str]]:
        """What a server tells of the object that a token is bound to."""
        if kind == "Secret":
            return {}
        own = found.document()
        told = {f"{_EXTRA}/{kind.lower()}-{part}": [own["metadata"][part]] for part in ("name", "uid")}
        node = own["spec"].get("nodeName") if kind == "Pod" else None
        if node:
            told[f"{_EXTRA}/node-name"] = [node]
            running = self._objects.storage.get(("", "nodes"), node)
            if running is not None:
                told[f"{_EXTRA}/node-uid"] = [running.document()["metadata"]["uid"]]
        return told

    def _written(self, issued: _Issued, identifier: str, now: datetime.datetime) -> str:
        account = {"name": issued.account, "uid": issued.lives[0].uid}
        claims = {
            "aud": issued.audiences,
            "exp": int(issued.expires.timestamp()),
            "iat": int(now.timestamp()),
            "iss": ISSUER,
            "jti": identifier,
            "kubernetes.io": {"namespace": issued.namespace, "serviceaccount": account},
            "nbf": int(now.timestamp()),
            "sub": f"system:serviceaccount:{issued.namespace}:{issued.account}",
        }
        parts = (to_json({"alg": "RS256", "kid": "fake"}), to_json(claims), self._objects.runtime.uuid().encode())
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _invalid(why: str) -> InvalidToken:
    return InvalidToken(f"[invalid bearer token, {why}]")


def _refused(name: str, field: str, value: Any, why: str) -> errors.StatusError:
    return errors.invalid(f"TokenRequest.{_GROUP}", name, [Cause("FieldValueInvalid", f"Invalid value: {value}: {why}", field)])
