"""StatusError: a refusal as the real API server words it, and one constructor for each kind of refusal.

`status()` is the Status object on the wire. `details=None` leaves the field out, `{}` sends it empty: real servers do both, per error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

JSON_TYPES = "application/json, application/yaml, application/vnd.kubernetes.protobuf"


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of `details.causes`. An empty field is left out."""

    reason: str
    message: str
    field: str = ""

    def to_dict(self) -> dict[str, str]:
        named = {"reason": self.reason, "message": self.message, "field": self.field}
        return {name: text for name, text in named.items() if text}


class StatusError(Exception):
    """The server refuses a request: an HTTP code and what the Status object says. `reason` may be empty, as for raw server failures.

    Refusals that callers do something about are of a class of their own: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`
    and `Expired`.
    """

    def __new__(cls, code: int = 0, reason: str = "", *rest: Any, **more: Any) -> StatusError:
        return super().__new__(_CLASSES.get(reason, cls) if cls is StatusError else cls)

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = None if details is None else dict(details)
        self.metadata = dict(metadata or {})
        self.warnings: tuple[str, ...] = ()
        """What the server warned of before it refused."""

    @property
    def retry_after(self) -> int:
        """Seconds for the Retry-After header; 0 means that there is none."""
        return int((self.details or {}).get("retryAfterSeconds", 0))

    def status(self) -> dict[str, Any]:
        """The Status object, fields in the real server's order. A fresh dict."""
        document: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": dict(self.metadata), "status": "Failure"}
        document["message"] = self.message
        if self.reason:
            document["reason"] = self.reason
        if self.details is not None:
            document["details"] = dict(self.details)
        document["code"] = self.code
        return document

    def __str__(self) -> str:
        return f"{self.code} {self.reason}: {self.message}" if self.reason else f"{self.code}: {self.message}"


class NotFound(StatusError):
    """404: there is no such object, or the server has no such kind."""


class AlreadyExists(StatusError):
    """409: an object of this name is there."""


class Conflict(StatusError):
    """409: the write was made from an older state, or a precondition does not hold."""


class Invalid(StatusError):
    """422: the object or the options break a rule; `details` names the fields."""


class Forbidden(StatusError):
    """403: understood, and not allowed."""


class Expired(StatusError):
    """410: the version asked for has been compacted."""


_CLASSES = {kind.__name__: kind for kind in (NotFound, AlreadyExists, Conflict, Invalid, Forbidden, Expired)}
"""By their reason."""


def _split(resource: str) -> dict[str, str]:
    """`deployments.apps` as the fields of details: the group first, as real servers send it, and left out for the core group."""
    kind, _, group = resource.partition(".")
    return {name: text for name, text in (("group", group), ("kind", kind)) if text}


def _about(resource: str, name: str) -> dict[str, Any]:
    return {"name": name, **_split(resource)} if name else _split(resource)


def bad_request(message: str) -> StatusError:
    """400: the request cannot be understood."""
    return StatusError(400, "BadRequest", message)


def invalid(kind: str, name: str, causes: Sequence[Cause]) -> StatusError:
    """422: the object or the options break a rule. `kind` is `Pod`, `Foo.example.com` or `ListOptions.meta.k8s.io`; one cause or more."""
    texts = list(dict.fromkeys(f"{cause.field}: {cause.message}" if cause.field else cause.message for cause in causes))
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    details = {**_about(kind, name), "causes": [cause.to_dict() for cause in causes]}
    return StatusError(422, "Invalid", f'{kind} "{name}" is invalid: {joined}', details)


def unprocessable() -> StatusError:
    """422 without a word about why: what a JSON patch that does not apply gets."""
    return StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {})


def not_found(resource: str, name: str) -> StatusError:
    """404: `resource` is `pods` or `deployments.apps`."""
    return StatusError(404, "NotFound", f'{resource} "{name}" not found', _about(resource, name))


def unknown_resource() -> StatusError:
    """404: no such resource or subresource in this API."""
    return StatusError(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(resource: str, name: str, *, terminating: bool = False) -> StatusError:
    """409: the name is taken, perhaps by an object that is being deleted."""
    message = f'{resource} "{name}" already exists'
    return StatusError(409, "AlreadyExists", f"object is being deleted: {message}" if terminating else message, _about(resource, name))


def names_exhausted(resource: str, name: str) -> StatusError:
    """409: every name that was generated is taken."""
    message = f'{resource} "{name}" already exists, the server was not able to generate a unique name for the object'
    return StatusError(409, "AlreadyExists", message, {**_about(resource, name), "retryAfterSeconds": 1})


STALE = "the object has been modified; please apply your changes to the latest version and try again"


def conflict(resource: str, name: str, why: str = STALE) -> StatusError:
    """409: the write was made from an older state, or a precondition does not hold. `why` ends the sentence."""
    return StatusError(409, "Conflict", f'Operation cannot be fulfilled on {resource} "{name}": {why}', _about(resource, name))


def expired(message: str, *, continue_token: str = "") -> StatusError:
    """410: the version asked for is no longer held. `continue_token` lets the caller go on inconsistently."""
    return StatusError(410, "Expired", message, None, {"continue": continue_token} if continue_token else None)


def forbidden(resource: str, name: str, why: str, causes: Sequence[Cause] = ()) -> StatusError:
    """403: understood, and not allowed."""
    subject = f'{resource} "{name}"' if name else resource
    details = _about(resource, name)
    if causes:
        details["causes"] = [cause.to_dict() for cause in causes]
    return StatusError(403, "Forbidden", f"{subject} is forbidden: {why}", details)


def method_not_allowed(resource: str = "", verb: str = "") -> StatusError:
    """405: this resource does not have this verb. Custom resources are named, and the verb where a subresource lacks it."""
    if resource:
        return StatusError(405, "MethodNotAllowed", f'{verb} is not supported on resources of kind "{resource}"', _split(resource))
    return StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def not_acceptable(accepted: str) -> StatusError:
    """406: no answer in any of the forms that Accept names. `accepted` is the server's own list."""
    return StatusError(406, "NotAcceptable", f"only the following media types are accepted: {accepted}")


def not_routed(available: str) -> StatusError:
    """406, from where a real server looks for the handler: Accept names nothing that it knows. `available` is its own list."""
    return StatusError(406, "NotAcceptable", f"406: Not Acceptable\n\nAvailable representations: {available}", {})


def not_consumed() -> StatusError:
    """415, from where a real server looks for the handler: no built-in kind takes a patch of this type."""
    return StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})


def wrong_form(message: str) -> StatusError:
    """406: the answer cannot be shown in the form that was accepted."""
    return StatusError(406, "NotAcceptable", message)


def unsupported_media_type(accepted: str = JSON_TYPES) -> StatusError:
    """415: the body is in a form that this verb does not take."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return StatusError(415, "UnsupportedMediaType", message)


def too_large(limit: int) -> StatusError:
    """413: the body has more than `limit` bytes."""
    return StatusError(413, "RequestEntityTooLarge", f"Request entity too large: limit is {limit}")


def too_large_version(asked: int, current: int, *, retry_after: int) -> StatusError:
    """504: the version asked for is newer than anything this server has seen. `retry_after` is in seconds, 0 for no word about it."""
    details: dict[str, Any] = {"causes": [Cause("ResourceVersionTooLarge", "Too large resource version").to_dict()]}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    return StatusError(504, "Timeout", f"Timeout: Too large resource version: {asked}, current: {current}", details)


def undecodable(said: str, version: str, why: str, *, wanted: str = "") -> StatusError:
    """400 for a body that says that it is a `said`, and cannot be read as what is wanted: the same, where nothing is."""
    return bad_request(f'{said} in version "{version}" cannot be handled as a {wanted or said}: {why}')


def wrong_namespace() -> StatusError:
    """400 for an object that says another namespace than the path."""
    return bad_request("the namespace of the provided object does not match the namespace sent on the request")


def server_failure(message: str) -> StatusError:
    """500 with nothing but a message: what a real server says where an error has no Status of its own."""
    return StatusError(500, "", message)


def not_supported(what: str) -> StatusError:
    """501: a real server can do `what`; this one cannot, and says so instead of ignoring it."""
    return StatusError(501, "NotImplemented", f"the fake API server does not support {what}")
