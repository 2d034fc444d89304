"""What a client can read and what it has sent: Accept, Content-Type, pretty printing, and JSON errors in the server's words."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from fakes.api_server import errors, protobuf, yaml_form
from fakes.api_server.encoding import from_json
from fakes.api_server.kinds import Kind
from fakes.api_server.messages import Request
from fakes.api_server.tables import IncludeObject

BODY_LIMIT = 3 * 1024 * 1024
WATCH_TYPES = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
_JSON = ("application/json", "application/*", "*/*")


class Form(Enum):
    """The representations that this server has."""

    OBJECT = "object"
    PARTIAL = "PartialObjectMetadata"
    PARTIAL_LIST = "PartialObjectMetadataList"
    TABLE = "Table"
    PROTOBUF = "protobuf"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class _Alternative:
    media_type: str
    parameters: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> _Alternative:
        media_type, *rest = (part.strip() for part in text.split(";"))
        pairs = (part.partition("=") for part in rest)
        return cls(media_type.lower(), {name.strip(): value.strip() for name, _, value in pairs})


@functools.lru_cache(maxsize=256)
def _alternatives(accept: str) -> tuple[_Alternative, ...]:
    return tuple(map(_Alternative.parse, accept.split(",")))


def accepted_form(request: Request, kind: Kind, *, watch: bool) -> Form:
    """The first alternative in Accept that this server has. Raises 406, or 501 for what only a real server has."""
    accept = request.headers.get("accept", "").strip() or "*/*"
    lacking = ""
    for alternative in _alternatives(accept):
        form = _form(alternative)
        if form is not None:
            return form
        if alternative.media_type == protobuf.MEDIA_TYPE and not kind.custom:
            if "as" not in alternative.parameters and protobuf.has_message(kind.resource.api_version, kind.resource.kind):
                return Form.PROTOBUF
            lacking = lacking or f"answers in {alternative.media_type} for this"
        elif alternative.media_type == yaml_form.MEDIA_TYPE and not watch:
            if "as" not in alternative.parameters:
                return Form.YAML
            lacking = lacking or f"answers in {alternative.media_type} as {alternative.parameters['as']}"
    if lacking:
        raise errors.not_supported(lacking)
    raise errors.not_acceptable(WATCH_TYPES if watch else errors.JSON_TYPES)


def _form(alternative: _Alternative) -> Form | None:
    if alternative.media_type not in _JSON:
        return None
    wanted = alternative.parameters.get("as")
    if wanted is None:
        return Form.OBJECT
    if alternative.parameters.get("g") != "meta.k8s.io" or alternative.parameters.get("v") != "v1":
        return None
    return {form.value: form for form in (Form.PARTIAL, Form.PARTIAL_LIST, Form.TABLE)}.get(wanted)


def included_object(request: Request) -> IncludeObject:
    """What of the objects goes into a Table. Raises 400."""
    asked = request.parameter("includeObject")
    match asked:
        case "None" | "Object":
            return asked
        case "" | "Metadata":
            return "Metadata"
    why = f"includeObject: Invalid value: \"{asked}\": must be 'Metadata', 'Object', 'None', or empty"
    raise errors.UnnegotiatedError(400, "BadRequest", f"Unable to convert to Table as requested: {why}")


def wants_pretty(request: Request) -> bool:
    """Asked for, or a person with curl, wget or a browser."""
    if request.query and (asked := request.parameter("pretty")):
        return asked.lower() not in ("0", "false")
    return request.headers.get("user-agent", "").startswith(("curl", "Wget", "Mozilla/5.0"))


def media_type(request: Request) -> str:
    """The body's type without its parameters; empty when the client named none."""
    return _without_parameters(request.headers.get("content-type", ""))


@functools.lru_cache(maxsize=256)
def _without_parameters(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def check_size(request: Request) -> None:
    """Raises 413."""
    if len(request.body) > BODY_LIMIT:
        raise errors.too_large(BODY_LIMIT)


def read_object(request: Request, kind: str, api_version: str, *, custom: bool) -> dict[str, Any]:
    """The body of a create or an update. `kind` is what it must be, for messages. Raises 400, 413, 415 or 501."""
    check_size(request)
    if media_type(request) == protobuf.MEDIA_TYPE and not custom:
        return _read_binary(request, api_version, kind)
    if media_type(request) == yaml_form.MEDIA_TYPE:
        return _read_yaml(request)
    _refuse_other_types(request)
    try:
        document = from_json(request.body)
    except msgspec.DecodeError as error:
        why = f"couldn't get version/kind; json parse error: {json_complaint(request.body, error)}"
        raise errors.bad_request(
            f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(request.body)})"
        ) from None
    if not isinstance(document, dict):
        why = "couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct"
        raise errors.bad_request(f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(request.body)})")
    return document


def read_options(request: Request) -> dict[str, Any] | None:
    """The body of a delete, None where there is none. Raises 400, 413, 415 or 501."""
    check_size(request)
    if not request.body.strip():
        return None
    if media_type(request) == protobuf.MEDIA_TYPE:
        return _read_binary(request, "v1", "DeleteOptions")
    if media_type(request) == yaml_form.MEDIA_TYPE:
        return _read_yaml(request)
    _refuse_other_types(request)
    try:
        document = from_json(request.body)
    except msgspec.DecodeError as error:
        raise errors.bad_request(f"couldn't get version/kind; json parse error: {json_complaint(request.body, error)}") from None
    if not isinstance(document, dict):
        raise errors.bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct")
    return document


def _read_binary(request: Request, api_version: str, kind: str) -> dict[str, Any]:
    try:
        return protobuf.decode(request.body, api_version, kind)
    except ValueError as error:
        raise errors.bad_request(str(error)) from None


def _read_yaml(request: Request) -> dict[str, Any]:
    try:
        document = yaml_form.decode(request.body)
    except ValueError as error:
        raise errors.bad_request(str(error)) from None
    if not isinstance(document, dict):
        raise errors.bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct")
    return document


def _refuse_other_types(request: Request) -> None:
    sent = media_type(request)
    if sent not in ("", "application/json"):
        raise errors.unsupported_media_type()


def missing_kind(request_body: bytes, kind: str) -> errors.StatusError:
    """400 for an object that does not say what it is."""
    text = request_body.decode(errors="replace")
    why = f"Object 'Kind' is missing in '{text}' ({_summary(request_body)})"
    return errors.bad_request(f"the object provided is unrecognized (must be of type {kind}): {why}")


def _summary(body: bytes) -> str:
    if not body:
        return "<empty>"
    limit = 30
    shown = body[:limit].decode(errors="replace") if body.startswith(b"{") else body[:limit].hex()
    return f"{shown} ..." if len(body) > limit else shown


def json_complaint(raw: bytes, error: msgspec.DecodeError) -> str:
    """What Go's decoder says about JSON that is none: exact for the first character and for an object's first key, else Python's words."""
    text = raw.lstrip(b" \t\r\n")
    if not text:
        return "unexpected end of JSON input"
    if text[0] not in b'{["-0123456789tfn':
        return f"invalid character {quoted(text[0])} looking for beginning of value"
    inside = text[1:].lstrip(b" \t\r\n")
    if text.startswith(b"{") and inside and inside[0] not in b'"}':
        return f"invalid character {quoted(inside[0])} looking for beginning of object key string"
    if text[0] in b"{[" and not inside:
        return "unexpected end of JSON input"
    return str(error)


def quoted(byte: int) -> str:
    """A byte as Go quotes a character."""
    character = chr(byte)
    if character in "'\\":
        return f"'\\{character}'"
    if character.isprintable():
        return f"'{character}'"
    return f"'\\x{byte:02x}'" if byte < 0x80 else f"'\\u{byte:04x}'"
