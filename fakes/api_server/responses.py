"""Responses: answers and refusals as HTTP, in the form that was negotiated, under the headers that every answer of a real server has."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.utils import format_datetime

from fakes.api_server import encoding, errors, protobuf, yaml_form
from fakes.api_server.errors import StatusError, UnnegotiatedError
from fakes.api_server.faults import Fault
from fakes.api_server.kinds import Kind
from fakes.api_server.messages import Request, Response
from fakes.api_server.negotiation import Form, included_object, wants_pretty
from fakes.api_server.objects import EmptyAnswer, ListAnswer, ObjectAnswer, PlainAnswer
from fakes.api_server.tables import Tables
from informer.runtime import Runtime

Answer = ObjectAnswer | ListAnswer | PlainAnswer | EmptyAnswer

_JSON = {"Content-Type": "application/json"}
_BINARY = {"Content-Type": protobuf.MEDIA_TYPE}
_TEXT = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}


class BrokenBody:
    """A connection that breaks before anything has arrived."""

    def read(self, timeout: float | None = None) -> bytes:
        raise ConnectionResetError("the API server broke the connection")

    def close(self) -> None:
        pass


def render(request: Request, kind: Kind, answer: Answer, form: Form, now: Callable[[], datetime.datetime]) -> Response:
    """An answer in its form; `now` tells the time, for ages. Raises 406 where the form is for a list and the answer none, or vice versa."""
    if isinstance(answer, EmptyAnswer):
        return Response(204, {}, b"")
    if form is Form.PROTOBUF:
        return _render_binary(kind, answer)
    if form is Form.YAML:
        return _as_yaml(render(request, kind, answer, Form.OBJECT, now))
    match answer:
        case PlainAnswer():
            return _json(request, answer.status, encoding.to_json(answer.document))
        case ListAnswer():
            if form is Form.TABLE:
                tables = Tables(kind, included_object(request))
                body = tables.of_list(answer.versions, now(), answer.revision, token=answer.token, remaining=answer.remaining)
            else:
                body = _list_body(kind, answer, form)
            return _json(request, 200, body, _warning(answer.warnings))
        case ObjectAnswer():
            headers = _warning(answer.warnings)
            if form is Form.TABLE:
                body = Tables(kind, included_object(request)).of_object(answer.version, now())
            else:
                body = _object_body(kind, answer, form)
            return _json(request, answer.status, body, headers)


def _as_yaml(response: Response) -> Response:
    assert isinstance(response.body, bytes), "only a watch has another body"
    return replace(
        response, headers={**response.headers, "Content-Type": yaml_form.MEDIA_TYPE}, body=yaml_form.encode(json.loads(response.body))
    )


def warned(response: Response, *texts: str) -> Response:
    """The response with these warnings in front of its own."""
    own = response.headers.get("Warning")
    joined = ", ".join(filter(None, [_warning(texts).get("Warning"), own]))
    return replace(response, headers={**response.headers, "Warning": joined}) if joined else response


def _warning(texts: Sequence[str]) -> dict[str, str]:
    return {"Warning": ", ".join(f'299 - "{_escape(text)}"' for text in dict.fromkeys(texts))} if texts else {}


def _render_binary(kind: Kind, answer: ObjectAnswer | ListAnswer | PlainAnswer) -> Response:
    api_version, name = kind.resource.api_version, kind.resource.kind
    match answer:
        case PlainAnswer():
            return Response(answer.status, dict(_BINARY), protobuf.encode(answer.document))
        case ListAnswer():
            metadata = {"resourceVersion": str(answer.revision), "continue": answer.token}
            counted = {"remainingItemCount": answer.remaining} if answer.remaining else {}
            items = (protobuf.item(api_version, name, version.raw) for version in answer.versions)
            return Response(200, dict(_BINARY), protobuf.encode_list(api_version, kind.list_kind, {**metadata, **counted}, items))
        case ObjectAnswer():
            body = protobuf.enveloped_item(api_version, name, answer.version.raw)
            return Response(answer.status, {**_BINARY, **_warning(answer.warnings)}, body)


def watch_type(form: Form) -> str:
    """The content type of a watch in this form."""
    return f"{protobuf.MEDIA_TYPE};stream=watch" if form is Form.PROTOBUF else "application/json"


def _list_body(kind: Kind, answer: ListAnswer, form: Form) -> bytes:
    if form is Form.PARTIAL:
        go_type = "*unstructured.UnstructuredList" if kind.custom else f"*{kind.resource.group.split('.')[0] or 'core'}.{kind.list_kind}"
        raise _wrong_form(f"you requested PartialObjectMetadata, but the requested object is a list ({go_type})")
    write = encoding.partial_listing if form is Form.PARTIAL_LIST else None
    if write is not None:
        return write(answer.versions, answer.revision, token=answer.token, remaining=answer.remaining)
    return encoding.listing(kind, answer.versions, answer.revision, token=answer.token, remaining=answer.remaining)


def _object_body(kind: Kind, answer: ObjectAnswer, form: Form) -> bytes:
    if form is Form.PARTIAL_LIST:
        raise _wrong_form("you requested PartialObjectMetadataList, but the requested object is not a list")
    return encoding.partial(answer.version) if form is Form.PARTIAL else encoding.whole(kind, answer.version.raw)


def _wrong_form(message: str) -> StatusError:
    return UnnegotiatedError(406, "NotAcceptable", message)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def render_error(request: Request, error: StatusError, form: Form = Form.OBJECT) -> Response:
    """A refusal. Retry-After goes with it as a header, too, and so does what the server warns of."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    headers |= _warning(error.warnings)
    if form is Form.YAML:
        return _as_yaml(render_error(request, error))
    if form is Form.PROTOBUF:
        return Response(error.code, {**_BINARY, **headers}, protobuf.encode(error.status()))
    raw = encoding.to_json(error.status())
    return _json(request, error.code, raw, headers, always_pretty=isinstance(error, UnnegotiatedError))


def render_denial(request: Request, error: StatusError) -> Response:
    """A refusal of access. Like all that is not from a resource itself, no browser is to guess at its type."""
    response = render_error(request, error)
    return replace(response, headers={**response.headers, "X-Content-Type-Options": "nosniff"}) if error.code == 403 else response


def _json(request: Request, status: int, raw: bytes, headers: Mapping[str, str] | None = None, *, always_pretty: bool = False) -> Response:
    body = encoding.pretty(raw) if always_pretty or wants_pretty(request) else raw + b"\n"
    return Response(status, {**_JSON, **(headers or {})}, body)


def page_not_found() -> Response:
    """404 in plain text: no handler for the path."""
    return Response(404, _TEXT, b"404 page not found\n")


def render_fault(request: Request, fault: Fault) -> Response:
    """What an injected fault makes of the answer."""
    if fault.disconnect:
        return Response(200, _JSON, BrokenBody())
    if fault.body is None:
        return render_error(request, fault.to_error())
    headers = {"Content-Type": fault.content_type}
    if fault.retry_after:
        headers["Retry-After"] = str(fault.retry_after)
    return Response(fault.status, headers, fault.body)


class CommonHeaders:
    """The headers of every answer."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._priority = {
            "X-Kubernetes-Pf-Flowschema-Uid": runtime.uuid(),
            "X-Kubernetes-Pf-Prioritylevel-Uid": runtime.uuid(),
        }

    def add(self, request: Request, response: Response) -> Response:
        """The response with them; what it says itself wins."""
        common = {
            "Audit-Id": request.headers.get("audit-id") or self._runtime.uuid(),
            "Cache-Control": "no-cache, private",
            **self._priority,
            "Date": _http_date(self._runtime.now().replace(microsecond=0)),
        }
        return Response(response.status, {**common, **response.headers}, response.body)


@functools.lru_cache(maxsize=1)
def _http_date(moment: datetime.datetime) -> str:
    return format_datetime(moment, usegmt=True)


def internal_error(error: Exception) -> StatusError:
    """500 for a failure of the fake itself."""
    return StatusError(
        500, "InternalError", f"Internal error occurred: {type(error).__name__}: {error}", {"causes": [{"message": str(error)}]}
    )


def unavailable() -> StatusError:
    """503: the server has been closed."""
    return errors.StatusError(503, "ServiceUnavailable", "the API server has been closed")
