"""Access: who asks, and whether they may: by the rules that a test makes, and, where it is asked for, by the RBAC objects there are.

Guarantees: as on a real server, nobody looks at what exists before this has been decided, and a stream that is open stays open. Without
rules and RBAC everybody may do everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fakes.api_server import errors
from fakes.api_server.access.attributes import Attributes
from fakes.api_server.access.authentication import unauthorized
from fakes.api_server.access.rbac import MASTERS, RBAC, Decision
from fakes.api_server.errors import StatusError
from fakes.api_server.messages import Identity, Request
from fakes.api_server.requests import check_verb
from fakes.storage import Storage

ADMIN, ANONYMOUS = "system:admin", "system:anonymous"
_SERVICE_ACCOUNT = "system:serviceaccount:"
_EXTRA = "impersonate-extra-"

TOO_MANY = "Too many requests, please try again later."

Several = str | Iterable[str] | None


@dataclass(frozen=True, slots=True)
class Denial:
    """Who may not do what. An empty field stands for anything; `code` is 401, 403 or 429, and `retry_after` is in seconds."""

    users: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    code: int = 403
    retry_after: int = 1

    def matches(self, who: Identity, wanted: Attributes) -> bool:
        plural = f"{wanted.resource}.{wanted.group}" if wanted.group else wanted.resource
        suffix = f"/{wanted.subresource}" if wanted.subresource else ""
        words = {f"{wanted.resource}{suffix}", f"{plural}{suffix}"} - {""}
        return (
            (not self.users or not self.users.isdisjoint({who.name, *who.groups}))
            and (not self.verbs or wanted.verb in self.verbs)
            and (not self.resources or not self.resources.isdisjoint(words))
            and (not self.namespaces or wanted.namespace in self.namespaces)
            and (not self.names or wanted.name in self.names)
        )


class Access:
    """See the module."""

    def __init__(self, storage: Storage, *, rbac: bool = False) -> None:
        self.rbac = RBAC(storage) if rbac else None
        self._denials: dict[object, Denial] = {}

    def deny(self, denial: Denial) -> Callable[[], None]:
        """From now on. Gives the function that takes it back."""
        key = object()
        self._denials[key] = denial

        def undo() -> None:
            self._denials.pop(key, None)

        return undo

    def check(self, request: Request) -> None:
        """Raises 401, 429, 403, and 400 for an impersonation of nobody."""
        if self.rbac is None and not self._denials and "impersonate-" not in " ".join(request.headers):
            return
        wanted = Attributes.of(request)
        sender = complete(Identity(request.user, request.groups))
        who = self._impersonated(request, sender, wanted)
        denials = [denial for denial in list(self._denials.values()) if denial.code != 403 and denial.matches(who, wanted)]
        if any(denial.code == 401 for denial in denials):
            raise unauthorized()
        if denials:
            raise StatusError(429, "TooManyRequests", TOO_MANY, {"retryAfterSeconds": max(denial.retry_after for denial in denials)})
        decision = self.decide(who, wanted)
        if not decision.allowed:
            raise _forbidden(who, wanted, decision.reason)

    def decide(self, who: Identity, wanted: Attributes) -> Decision:
        """Whether `who`, whose groups are complete, may do this."""
        if any(denial.code != 429 and denial.matches(who, wanted) for denial in list(self._denials.values())):
            return Decision(False)
        return Decision(True) if self.rbac is None else self.rbac.decide(who, wanted)

    def sender(self, request: Request) -> Identity:
        """Who the server takes the sender for, impersonation included. Assumes that `check` has nothing against the request."""
        return _claimed(request) or complete(Identity(request.user, request.groups))

    def _impersonated(self, request: Request, sender: Identity, wanted: Attributes) -> Identity:
        claimed = _claimed(request)
        if claimed is None:
            return sender
        mode = "serviceaccount" if claimed.name.startswith(_SERVICE_ACCOUNT) else "user-info"
        for asked in _needed(request, claimed):
            decision = self.decide(sender, asked)
            if not decision.allowed:
                raise _forbidden(sender, replace(wanted, verb=f"impersonate-on:{mode}:{wanted.verb}"), decision.reason)
        return claimed


def denial(user: Several, verb: Several, resource: Several, namespace: Several, name: Several, code: int, retry_after: int = 1) -> Denial:
    """Each None, one or several. Raises `ValueError` for a code that is no refusal of access, or a verb that no request has."""
    if code not in (401, 403, 429):
        raise ValueError(f"access is denied with 401, 403 or 429, not {code}; inject(Fault(...)) answers with anything")
    for each in _words(verb) - {"impersonate"}:
        check_verb(each)
    return Denial(_words(user), _words(verb), _words(resource), _words(namespace), _words(name), code, retry_after)


def _words(several: Several) -> frozenset[str]:
    return frozenset({several} if isinstance(several, str) else several or ())


def complete(who: Identity) -> Identity:
    """With the groups that everybody of such a name is in."""
    groups = list(who.groups)
    if who.name == ADMIN and not groups:
        groups.append(MASTERS)
    if who.name.startswith(_SERVICE_ACCOUNT) and not groups:
        groups += ["system:serviceaccounts", f"system:serviceaccounts:{who.name.split(':')[2]}"]
    groups.append("system:unauthenticated" if who.name == ANONYMOUS else "system:authenticated")
    return Identity(who.name, tuple(dict.fromkeys(groups)))


def _claimed(request: Request) -> Identity | None:
    """Who the sender wants to be taken for."""
    name = request.headers.get("impersonate-user", "")
    groups = _values(request.headers.get("impersonate-group", ""))
    if name:
        return complete(Identity(name, groups))
    uid = request.headers.get("impersonate-uid", "")
    extra = {header.removeprefix(_EXTRA): _values(text) for header, text in sorted(request.headers.items()) if header.startswith(_EXTRA)}
    if groups or uid or extra:
        listed = ", ".join(f'"{key}":{_go_list(values)}' for key, values in extra.items())
        told = f"{{{listed}}}" if extra else "(nil)"
        asked = f'&user.DefaultInfo{{Name:"", UID:"{uid}", Groups:{_go_list(groups)}, Extra:map[string][]string{told}}}'
        raise StatusError(400, "BadRequest", f"requested {asked} without impersonating a user name")
    return None


def _values(header: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in header.split(",") if value.strip())


def _go_list(values: Sequence[str]) -> str:
    listed = ", ".join(f'"{value}"' for value in values)
    return f"[]string{{{listed}}}" if values else "[]string(nil)"


def _needed(request: Request, claimed: Identity) -> list[Attributes]:
    """What the sender must be allowed to do, to be taken for somebody else."""
    if claimed.name.startswith(_SERVICE_ACCOUNT) and claimed.name.count(":") == 3:
        _, _, namespace, name = claimed.name.split(":")
        needed = [Attributes("impersonate", "", "v1", "serviceaccounts", "", namespace, name)]
    else:
        needed = [Attributes("impersonate", "", "v1", "users", name=claimed.name)]
    groups = _values(request.headers.get("impersonate-group", ""))
    return needed + [Attributes("impersonate", "", "v1", "groups", name=group) for group in groups]


def _forbidden(who: Identity, wanted: Attributes, reason: str) -> StatusError:
    why = wanted.refusal(who.name) + (f": {reason}" if reason else "")
    if wanted.path:
        empty: dict[str, Any] = {}
        return StatusError(403, "Forbidden", f"forbidden: {why}", empty)
    return errors.forbidden(f"{wanted.resource}.{wanted.group}" if wanted.group else wanted.resource, wanted.name, why)
