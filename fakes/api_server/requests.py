"""Call: what a request asks of which resource, and the record that is kept of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from fakes.api_server import durations, errors
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.messages import Request
from fakes.api_server.wire.bodies import media_type
from fakes.api_server.wire.encoding import from_json
from informer.errors import ConfigurationError

_INTEGER = re.compile(r"^[+-]?[0-9]+$")
_ON_COLLECTION = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_ON_OBJECT = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}

CUSTOM_PATCHES = ("application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml")
"""The media types of patches that custom resources take."""

_SUBRESOURCES = ("status", "scale", "finalize", "binding", "eviction", "token")
STREAMS = ("log", "exec", "attach", "portforward", "proxy")
"""Subresources of pods that a kubelet answers, once the server has found the pod and its node."""

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
_METHODS = ("post", "put", "head", "options")
"""What a request for no resource has instead, where that is no verb as well."""
REVIEWS = frozenset(
    (
        ("authentication.k8s.io", "selfsubjectreviews"),
        ("authentication.k8s.io", "tokenreviews"),
        ("authorization.k8s.io", "localsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectaccessreviews"),
        ("authorization.k8s.io", "selfsubjectrulesreviews"),
        ("authorization.k8s.io", "subjectaccessreviews"),
    )
)
"""What is created to be answered, and not to be stored."""


class PageNotFound(LookupError):
    """No handler for this path: a real server answers 404 in plain text."""


class Parameters:
    """Query parameters, read as Go reads them."""

    def __init__(self, query: tuple[tuple[str, str], ...]) -> None:
        self._query = query
        self._values: dict[str, str] = {}
        for name, value in query:
            self._values.setdefault(name, value)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._values)

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        return self._values.get(name, "")

    def texts(self, name: str) -> tuple[str, ...]:
        """All that were sent under this name."""
        return tuple(value for key, value in self._query if key == name) if name in self._values else ()

    def flag(self, name: str) -> bool:
        """True for anything but absence, `false` and `0`."""
        return name in self._values and self._values[name].lower() not in ("false", "0")

    def integer(self, name: str) -> int:
        """0 when absent. Raises 400."""
        text = self._values.get(name, "0")
        if not _INTEGER.match(text):
            raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        number = in_range(text, -(2**63), 2**63)
        if number is None:
            raise errors.bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
        return number


def check_verb(verb: str) -> None:
    """Raises `ConfigurationError` for a verb that no request has."""
    if verb not in VERBS and verb not in _METHODS:
        raise ConfigurationError(f"no request has the verb {verb!r}; those for resources have {', '.join(VERBS)}")


NO_PARAMETERS = Parameters(())


def in_range(text: str, low: int, end: int) -> int | None:
    """The number that a text of digits is, if it lies there: some are longer than Python reads them."""
    digits = text.lstrip("+-0")
    if len(digits) > 20:
        return None
    number = int(digits or "0") * (-1 if text.startswith("-") else 1)
    return number if low <= number < end else None


class Call(msgspec.Struct, frozen=True):
    """One verb on one resource. `namespace` is empty for all namespaces and for resources without; `name` for collections.

    `verb` is the one that access rules and faults know: get, list, watch, create, update, patch, delete, deletecollection.
    """

    verb: str
    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    parameters: Parameters = NO_PARAMETERS

    @property
    def key(self) -> str:
        """Where the object is stored."""
        return object_key(self.namespace, self.name)

    @property
    def prefix(self) -> str:
        """What the keys of the collection begin with."""
        return f"{self.namespace}/" if self.namespace else ""


def object_key(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name


class RequestRecord(msgspec.Struct, frozen=True):
    """One request that came in at the door. `time` is the runtime's monotonic clock, in seconds.

    `resource` is `pods`, `deployments.apps`, or empty for discovery and for what has no handler; `verb` is the method then, in lower case.
    `query` has the first value of each parameter; `body` is what was sent. `status` is 0 when the connection was broken, not answered.
    """

    time: float
    verb: str
    resource: str
    namespace: str
    name: str
    subresource: str
    query: Mapping[str, str]
    status: int
    user_agent: str
    path: str
    user: str = "system:admin"
    body: bytes = b""

    @property
    def document(self) -> Any:
        """The body as data; None where it is empty, no JSON, or deeper than can be read."""
        try:
            return from_json(self.body) if self.body else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


def record_of(started: float, verb: str, call: Call | None, request: Request, status: int) -> RequestRecord:
    """What is kept of a request that was answered so; `call` is None for what is no resource's."""
    resource, namespace, name, subresource = ("", "", "", "")
    if call is not None:
        resource, namespace, name, subresource = call.kind.resource.name, call.namespace, call.name, call.subresource
    query = dict(reversed(request.query)) if request.query else {}  # of a repeated parameter the first counts
    agent = request.headers.get("user-agent", "")
    return RequestRecord(
        started, verb, resource, namespace, name, subresource, query, status, agent, request.path, request.user, request.body
    )


_SHORTEST = {"api": 3, "apis": 4}


def is_resource_path(path: str) -> bool:
    """Whether a path can name a collection or an object; all others are discovery's."""
    parts = path.strip("/").split("/")
    return parts[0] in _SHORTEST and len(parts) >= _SHORTEST[parts[0]]


def resolve(request: Request, kinds: Kinds) -> Call:
    """What the request asks for; its path is one of a resource. Raises `PageNotFound`, 400, 404 or 405."""
    parameters = Parameters(request.query) if request.query else NO_PARAMETERS
    group, version, watched, namespace, plural, name, subresource, too_long = _place(request.path)
    if request.query and not watched and (name or not parameters.flag("watch")):
        check_timeout(parameters.text("timeout"))
    kind = kinds.find(group, version, plural)
    if kind is None or too_long or (namespace and not kind.resource.namespaced):
        raise _unknown(kinds, group)
    if name and kind.resource.namespaced and not namespace:
        raise _unknown(kinds, group)
    if watched:
        if request.method != "GET" or subresource:
            raise _unknown(kinds, group)
        verb = "watch"
    elif subresource and request.method == "POST":
        verb = "create"
    else:
        verb = _verb(request, kind, namespace, name, parameters)
    try:
        _check_subresource(kind, name, subresource, verb)
    except errors.StatusError as error:
        error.warnings = (kind.deprecation,) if kind.custom and kind.deprecation else ()
        raise
    return Call(verb, kind, namespace, name, subresource, parameters)


@functools.lru_cache(maxsize=4096)
def _place(path: str) -> tuple[str, str, bool, str, str, str, str, bool]:
    """group, version, whether it is one of the old paths for watches, namespace, plural, name, subresource, whether it is too long."""
    parts = path.strip("/").split("/")
    group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
    watched = bool(rest) and rest[0] == "watch"
    namespace, plural, name, subresource = _parts(rest[1:] if watched else rest)
    return group, version, watched, namespace, plural, name, subresource, len(rest) > 6 and subresource != "proxy"


def _parts(rest: list[str]) -> tuple[str, str, str, str]:
    """namespace, plural, name, subresource."""
    if len(rest) >= 3 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    else:
        namespace = ""
    plural, name, subresource = [*rest, "", "", ""][:3]
    if subresource and subresource != "proxy":
        # what stands behind a proxy is its own business
        subresource = "/".join([subresource, *rest[3:]])
    return namespace, plural, name, subresource


def _unknown(kinds: Kinds, group: str) -> Exception:
    return errors.unknown_resource() if kinds.group_built_in(group) else PageNotFound()


def _verb(request: Request, kind: Kind, namespace: str, name: str, parameters: Parameters) -> str:
    # built-in kinds have a route for each of their methods, custom ones go by what access control makes of a method
    method = "GET" if request.method == "HEAD" and kind.custom else request.method
    if name:
        verb = _ON_OBJECT.get(method)
        if verb is None and method == "POST" and kind.custom:
            verb = "create"
    else:
        verb = _ON_COLLECTION.get(method)
        if verb == "list" and parameters.flag("watch"):
            verb = "watch"
        if verb is None and method in ("PUT", "PATCH") and kind.custom:
            if method == "PATCH" and media_type(request) not in CUSTOM_PATCHES:
                raise errors.unsupported_media_type(", ".join(CUSTOM_PATCHES))
            raise errors.bad_request("name must be provided")
        if verb in ("create", "deletecollection") and kind.resource.namespaced and not namespace:
            raise PageNotFound if kind.custom else errors.method_not_allowed()
    if verb is None:
        raise errors.method_not_allowed(kind.resource.name if kind.custom else "")
    return verb


def _check_subresource(kind: Kind, name: str, subresource: str, verb: str) -> None:
    if not subresource:
        if verb not in kind.verbs:
            raise errors.method_not_allowed()
        if kind.storage_key in REVIEWS:
            return
        if "get" not in kind.verbs or "create" not in kind.verbs:
            raise errors.not_supported(f"{verb} of {kind.resource.name}, which real servers compute instead of storing")
        return
    if subresource not in kind.subresources:
        raise errors.not_found(kind.resource.name, name) if kind.custom else errors.unknown_resource()
    if subresource not in _SUBRESOURCES and not (kind.resource.name == "pods" and subresource in STREAMS):
        raise errors.not_supported(f"the subresource {kind.resource.name}/{subresource}")
    if verb not in kind.subresources[subresource].verbs:
        raise errors.method_not_allowed(kind.resource.name if kind.custom else "", verb)


def check_timeout(text: str) -> None:
    """Raises 400 for a `timeout` that is no duration."""
    why = durations.complaint(text) if text else None
    if why is not None:
        raise errors.bad_request(f"invalid timeout specified in the request URL - {why}")
