"""Responses: answers and refusals as HTTP, in the form that was negotiated, under the headers that every answer of a real server has."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import format_datetime
from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.errors import StatusError
from fakes.api_server.faults import Fault
from fakes.api_server.kinds import Kind
from fakes.api_server.messages import Request, Response
from fakes.api_server.objects.objects import ListAnswer, ObjectAnswer, PlainAnswer, TextAnswer
from fakes.api_server.tables import Tables
from fakes.api_server.wire import encoding, protobuf, warning_headers, yaml_form
from fakes.api_server.wire.negotiation import Codec, Form, Shape, error_form, included_object
from fakes.storage import Version
from informer.runtime import Runtime

Answer = ObjectAnswer | ListAnswer | PlainAnswer | TextAnswer

_TEXT = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}


class BrokenBody:
    """A connection that breaks before anything has arrived."""

    def read(self, timeout: float | None = None) -> bytes:
        raise ConnectionResetError("the API server broke the connection")

    def close(self) -> None:
        pass


def render(request: Request, kind: Kind, answer: Answer, form: Form, now: Callable[[], datetime.datetime]) -> Response:
    """An answer in its form; `now` tells the time, for ages. Raises 406 where the form is for a list and the answer none, or vice versa."""
    match answer:
        case ObjectAnswer():
            return _render_object(request, kind, answer, form, now)
        case TextAnswer(None):
            return Response(204, {}, b"")
        case TextAnswer(text):
            return Response(200, {"Content-Type": "text/plain"}, (text or "").encode())
        case PlainAnswer():
            document = answer.document if form.shape is Shape.WHOLE or answer.document["kind"] == "Status" else _shaped(kind, answer, form)
            return _coded(form, answer.status, encoding.to_json(document), lambda: protobuf.encode(document), _warning(answer.warnings))
        case ListAnswer():
            return _render_list(request, kind, answer, form, now)


def _shaped(kind: Kind, answer: PlainAnswer, form: Form) -> dict[str, Any]:
    """What is not stored, in a form other than the whole. Raises 406, and 501 for a table of a scale."""
    found = answer.document
    match form.shape:
        case Shape.PARTIAL_LIST:
            scale = "*v1.Scale" if kind.custom else "*autoscaling.Scale"
            shown = scale if found["kind"] == "Scale" else _go_type(kind, of_list=False)
            raise errors.wrong_form(f"you requested PartialObjectMetadataList, but the requested object is not a list ({shown})")
        case Shape.TABLE:
            raise errors.not_supported(f"tables of the kind {found['kind']}")
    partial: dict[str, Any] = encoding.from_json(encoding.partial(Version("", 0, encoding.to_json(found)), form.version))
    return partial


def _coded(form: Form, status: int, raw: bytes, binary: Callable[[], bytes], headers: Mapping[str, str] | None = None) -> Response:
    """JSON as the form wants it written; `binary` gives its protobuf."""
    match form.codec:
        case Codec.JSON:
            body = encoding.pretty(raw) if form.pretty else raw + b"\n"
        case Codec.YAML:
            body = yaml_form.encode(json.loads(raw))
        case Codec.PROTOBUF:
            body = binary()
    return Response(status, {"Content-Type": form.codec.value, **(headers or {})}, body)


def _encoded(raw: bytes) -> bytes:
    return protobuf.encode(json.loads(raw))


def _render_list(request: Request, kind: Kind, answer: ListAnswer, form: Form, now: Callable[[], datetime.datetime]) -> Response:
    match form.shape:
        case Shape.WHOLE:
            raw = (
                b""
                if form.codec is Codec.PROTOBUF
                else encoding.listing(kind, answer.versions, answer.revision, token=answer.token, remaining=answer.remaining)
            )
            return _coded(form, 200, raw, lambda: _binary_list(kind, answer), _warning(answer.warnings))
        case Shape.PARTIAL:
            why = f"you requested PartialObjectMetadata, but the requested object is a list ({_go_type(kind, of_list=True)})"
            raise errors.wrong_form(why)
        case Shape.PARTIAL_LIST:
            raw = encoding.partial_listing(answer.versions, answer.revision, form.version, token=answer.token, remaining=answer.remaining)
        case Shape.TABLE:
            raw = Tables(kind, included_object(request), form.version).of_list(
                answer.versions, now(), answer.revision, token=answer.token, remaining=answer.remaining
            )
    return _coded(form, 200, raw, lambda: _encoded(raw), _warning(answer.warnings))


def _binary_list(kind: Kind, answer: ListAnswer) -> bytes:
    api_version, name = kind.resource.api_version, kind.resource.kind
    metadata = {"resourceVersion": str(answer.revision), "continue": answer.token}
    counted = {"remainingItemCount": answer.remaining} if answer.remaining else {}
    items = (protobuf.item(api_version, name, version.raw) for version in answer.versions)
    return protobuf.encode_list(api_version, kind.list_kind, {**metadata, **counted}, items)


def _render_object(request: Request, kind: Kind, answer: ObjectAnswer, form: Form, now: Callable[[], datetime.datetime]) -> Response:
    resource, stored = kind.resource, answer.version.raw
    match form.shape:
        case Shape.WHOLE:
            raw = b"" if form.codec is Codec.PROTOBUF else encoding.whole(kind, stored)
        case Shape.PARTIAL:
            raw = encoding.partial(answer.version, form.version)
        case Shape.PARTIAL_LIST if kind.custom:
            raise errors.server_failure("content is not a list")
        case Shape.PARTIAL_LIST:
            why = f"you requested PartialObjectMetadataList, but the requested object is not a list ({_go_type(kind, of_list=False)})"
            raise errors.wrong_form(why)
        case Shape.TABLE:
            raw = Tables(kind, included_object(request), form.version).of_object(answer.version, now())
    whole = form.shape is Shape.WHOLE
    binary = (lambda: protobuf.enveloped_item(resource.api_version, resource.kind, stored)) if whole else (lambda: _encoded(raw))
    return _coded(form, answer.status, raw, binary, _warning(answer.warnings))


def _go_type(kind: Kind, *, of_list: bool) -> str:
    """What a server calls the type in which it holds such objects. Events of both groups are of the core's."""
    if kind.custom:
        return "*unstructured.UnstructuredList"
    package = kind.resource.group.split(".")[0] if kind.resource.kind != "Event" else ""
    return f"*{package or 'core'}.{kind.list_kind if of_list else kind.resource.kind}"


def warned(response: Response, *texts: str) -> Response:
    """The response with these warnings in front of its own."""
    own = response.headers.get("Warning")
    joined = ", ".join(filter(None, [_warning(texts).get("Warning"), own]))
    return replace(response, headers={**response.headers, "Warning": joined}) if joined else response


def _warning(texts: Sequence[str]) -> dict[str, str]:
    value = warning_headers.header(texts) if texts else ""
    return {"Warning": value} if value else {}


def watch_type(form: Form) -> str:
    """The content type of a watch in this form."""
    return form.codec.value if form.codec is Codec.JSON else f"{form.codec.value};stream=watch"


def render_error(request: Request, error: StatusError) -> Response:
    """A refusal, in the first form that Accept names; or JSON for people, where a Status cannot be had in any of them.

    Retry-After goes with it as a header, too, and so does what the server warns of.
    """
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    form = error_form(request) or Form(pretty=True)
    status = error.status()
    return _coded(form, error.code, encoding.to_json(status), lambda: protobuf.encode(status), {**headers, **_warning(error.warnings)})


def render_denial(request: Request, error: StatusError) -> Response:
    """A refusal of access. Like all that is not from a resource itself, no browser is to guess at its type; a 429 is plain text."""
    if error.code == 429:
        return Response(429, {**_TEXT, "Retry-After": str(error.retry_after)}, f"{error.message}\n".encode())
    response = render_error(request, error)
    return replace(response, headers={**response.headers, "X-Content-Type-Options": "nosniff"}) if error.code in (400, 403) else response


def page_not_found() -> Response:
    """404 in plain text: no handler for the path."""
    return Response(404, _TEXT, b"404 page not found\n")


def render_fault(request: Request, fault: Fault) -> Response:
    """What an injected fault makes of the answer."""
    if fault.disconnect:
        return Response(200, {"Content-Type": "application/json"}, BrokenBody())
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
        headers = {
            "Audit-Id": request.headers.get("audit-id") or self._runtime.uuid(),
            "Cache-Control": "no-cache, private",
            **self._priority,
            "Date": _http_date(int(self._runtime.now().timestamp())),
            **response.headers,
        }
        return Response(response.status, headers, response.body)


@functools.lru_cache(maxsize=1)
def _http_date(seconds: int) -> str:
    return format_datetime(datetime.datetime.fromtimestamp(seconds, datetime.UTC), usegmt=True)


def internal_error(error: Exception) -> StatusError:
    """500 for a failure of the fake itself."""
    return StatusError(
        500, "InternalError", f"Internal error occurred: {type(error).__name__}: {error}", {"causes": [{"message": str(error)}]}
    )


def unavailable() -> StatusError:
    """503: the server has been closed."""
    return errors.StatusError(503, "ServiceUnavailable", "the API server has been closed")
