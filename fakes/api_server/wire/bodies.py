"""Bodies: what a client has sent, in any of the forms that a server reads.

An object that says something twice comes as a `Doubled`.
"""

from __future__ import annotations

import functools
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin import schemas
from fakes.api_server.errors import StatusError
from fakes.api_server.messages import Request
from fakes.api_server.wire import json_syntax, protobuf, yaml_form

BODY_LIMIT = 3 * 1024 * 1024
_TYPES = ("", "application/json", yaml_form.MEDIA_TYPE, protobuf.MEDIA_TYPE)
_TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
_SHOWN = 30

Document = dict[str, Any]


def media_type(request: Request) -> str:
    """The body's type without its parameters; empty when the client named none."""
    return _without_parameters(request.headers.get("content-type", ""))


@functools.lru_cache(maxsize=256)
def _without_parameters(content_type: str) -> str:
    named = content_type.strip()
    return named.partition(";")[0].strip().lower() or named


def check_size(request: Request) -> None:
    """Raises 413."""
    if len(request.body) > BODY_LIMIT:
        raise errors.too_large(BODY_LIMIT)


def check(request: Request, *, binary: bool = True) -> None:
    """Raises 415 for a form that is not read, 413 for too much."""
    sent = media_type(request)
    if sent not in _TYPES or (sent == protobuf.MEDIA_TYPE and not binary):
        raise errors.unsupported_media_type()
    check_size(request)


def read_object(request: Request, kind: str, api_version: str, *, untyped: bool = False) -> Document | None:
    """The body of a create or an update, None where it says `null`. `kind` is what it must be, for messages. Raises 400."""
    try:
        return _read(request, api_version, kind, untyped=untyped)
    except protobuf.UnknownKind as error:
        why, version = schemas.unregistered(error.api_version, error.kind), error.api_version.rpartition("/")[2]
        raise errors.undecodable(error.kind, version, why, wanted=kind) from None
    except json_syntax.OutOfRange as error:
        raise errors.undecodable(kind, api_version.rpartition("/")[2], str(error)) from None
    except ValueError as error:
        raise _unrecognized(request.body, kind, str(error)) from None


def missing_kind(body: bytes, kind: str) -> StatusError:
    """400 for an object that does not say what it is."""
    return _unrecognized(body, kind, f"Object 'Kind' is missing in '{body.decode(errors='replace')}'")


def _unrecognized(body: bytes, kind: str, why: str) -> StatusError:
    return errors.bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(body)})")


def _summary(body: bytes) -> str:
    if not body:
        return "<empty>"
    shown = body[:_SHOWN].decode(errors="replace") if body.startswith(b"{") else body[:_SHOWN].hex()
    return f"{shown} ..." if len(body) > _SHOWN else shown


def read_options(request: Request) -> Document | None:
    """The body of a delete, None where there is none. Raises 400, 413 and 415."""
    if not request.body.strip():
        return None
    check(request)
    try:
        return _read(request, "v1", "DeleteOptions") or {}
    except ValueError as error:
        raise errors.bad_request(str(error)) from None


def _read(request: Request, api_version: str, kind: str, *, untyped: bool = False) -> Document | None:
    """Raises `ValueError` for what is no object."""
    match media_type(request):
        case protobuf.MEDIA_TYPE:
            return protobuf.decode(request.body, api_version, kind)
        case yaml_form.MEDIA_TYPE:
            return _object(yaml_form.decode(request.body))
    try:
        value = json_syntax.read(request.body, untyped=untyped)
    except json_syntax.OutOfRange:
        raise
    except ValueError as error:
        raise ValueError(f"couldn't get version/kind; json parse error: {error}") from None
    return _object(value)


def _object(value: Any) -> Document | None:
    if value is None or (isinstance(value, dict) and _is_named(value)):
        version: str = (value or {}).get("apiVersion") or ""
        if version.count("/") > 1:
            raise ValueError(f"unexpected GroupVersion string: {version}")
        return value
    raise ValueError(no_object(value))


def no_object(value: Any) -> str:
    """What a decoder says of what is no object, or has other things than texts for its names."""
    if not isinstance(value, dict):
        found, into = json_syntax.type_of(value), f"value of type {_TYPE_META}"
    else:
        field = next(field for field in ("apiVersion", "kind") if not isinstance(value.get(field), str | None))
        found, into = json_syntax.type_of(value[field]), f"struct field .{field} of type string"
    return f"couldn't get version/kind; json parse error: json: cannot unmarshal {found} into Go {into}"


def _is_named(value: Document) -> bool:
    return isinstance(value.get("apiVersion"), str | None) and isinstance(value.get("kind"), str | None)
