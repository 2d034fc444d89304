"""Failures: how what a server says, or what a socket says, becomes one of `informer.errors`.

Rules: an HTTP status and an ERROR event with the same content become the same error; the message has what the server wrote, whether it
wrote a Status, JSON of some other kind, text, HTML or nothing; and it is one line.
"""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Mapping
from typing import Any

import msgspec

from informer.errors import (
    Expired,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    ResourceVersionTooLarge,
    ServerError,
    SourceError,
    TooManyRequests,
    Unauthorized,
)

EXCERPT = 200  # bytes of an offending answer that are shown

_TOO_LARGE = "Too large resource version"
_CODES = {  # what a reason means where no code came with it
    "Expired": 410,
    "Gone": 410,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "TooManyRequests": 429,
    "BadRequest": 400,
    "Invalid": 422,
    "Timeout": 504,
}


class Cause(msgspec.Struct):
    """One of the causes in a Status."""

    reason: str | None = None
    message: str | None = None


class Details(msgspec.Struct, rename="camel"):
    """What a Status says beyond its message."""

    causes: list[Cause] | None = None
    retry_after_seconds: float | None = None


class Status(msgspec.Struct):
    """The part of a Kubernetes Status that decides which error it is."""

    kind: str | None = None
    message: str | None = None
    reason: str | None = None
    code: int | None = None
    details: Details | None = None


class _Kind(msgspec.Struct):
    kind: str | None = None


_decode_status = msgspec.json.Decoder(Status).decode
_decode_kind = msgspec.json.Decoder(_Kind).decode


def kind_of(body: bytes) -> str:
    """The kind that `body` says it is; empty where it says none or is no JSON object."""
    try:
        return _decode_kind(body).kind or ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def read_status(body: bytes) -> Status | None:
    """The Status in `body`; None where there is none. Proxies' JSON with a message counts, and so does a Status without its kind."""
    try:
        status = _decode_status(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return status if status.kind == "Status" or status.message or status.reason else None


def error_from_response(server: str, code: int, phrase: str, headers: Mapping[str, str], body: bytes) -> SourceError:
    """The error that an HTTP answer other than 2xx means."""
    status = read_status(body)
    if status is None or not status.message:
        text = _plain_text(body)
        where = f" (redirects to {headers['location']})" if 300 <= code < 400 and "location" in headers else ""
        message = " ".join(f"{server} answered {code} {phrase}".split()) + where + (f": {text}" if text else "")
        status = Status(reason=status.reason if status else None, message=message, details=status.details if status else None)
    return _error(code, status, _seconds(headers.get("retry-after")))


def error_from_event(server: str, raw: bytes) -> SourceError:
    """The error that the object of an ERROR event means."""
    status = read_status(raw)
    if status is None:
        return ServerError(f"{server} sent an ERROR event that says nothing: {excerpt_of(raw)}")
    if not status.message:
        status.message = f"{server} sent an ERROR event: {status.reason or excerpt_of(raw)}"
    return _error(status.code or _CODES.get(status.reason or "", 0), status, None)


def unexpected(server: str, body: bytes, why: str) -> SourceError:
    """The error for bytes that arrived well and are not what was asked for: a Status, a Table, or nothing of Kubernetes at all."""
    kind = kind_of(body)
    if kind == "Status":
        return error_from_event(server, body)
    if kind == "Table":
        return Invalid(f"{server} answered with a Table, which was not asked for")
    shown = f": {excerpt_of(body)}" if body else ""
    return Malformed(f"{server} does not answer like a Kubernetes API server: {why}{shown}", excerpt=body[:EXCERPT])


def excerpt_of(body: bytes) -> str:
    """The start of `body`, as a person may read it, on one line."""
    return " ".join(body[:EXCERPT].decode("utf-8", "replace").split()) + ("…" if len(body) > EXCERPT else "")


def cause_of(error: BaseException) -> str:
    """What is at the bottom of an exception of urllib3, in one line and without its noise."""
    inner = _inner(error)
    if inner is not None:
        return cause_of(inner)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, http.client.IncompleteRead):
        return "the body broke off"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return " ".join(re.sub(r"\(_ssl\.c:\d+\)", "", text).split())


def _inner(error: BaseException) -> BaseException | None:
    candidates: list[Any] = [error.__cause__, getattr(error, "original_error", None), *reversed(error.args), getattr(error, "reason", None)]
    return next((one for one in candidates if isinstance(one, BaseException) and one is not error), None)


def _error(code: int, status: Status, header_seconds: float | None) -> SourceError:
    message = " ".join((status.message or "").split())
    reason = status.reason or ""
    details = status.details or Details()
    retry_after = header_seconds if header_seconds is not None else details.retry_after_seconds
    if code == 410 or reason in ("Expired", "Gone"):
        return Expired(message, reason=reason)
    too_large = _TOO_LARGE in message or any(cause.reason == "ResourceVersionTooLarge" for cause in details.causes or ())
    if too_large and code in (0, 504):
        return ResourceVersionTooLarge(message, code=code or None, reason=reason)
    match code:
        case 401:
            return Unauthorized(message, reason=reason)
        case 403:
            return Forbidden(message, reason=reason)
        case 404:
            return NotFound(message, reason=reason)
        case 429:
            return TooManyRequests(message, retry_after=retry_after, reason=reason)
        case _ if 300 <= code < 500:
            return Invalid(message, code=code, reason=reason)
        case _:
            return ServerError(message, code=code or None, retry_after=retry_after, reason=reason)


def _plain_text(body: bytes) -> str:
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = title.group(1) if title else ""
    return " ".join(text[:EXCERPT].split())


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.strip().isdecimal() else None
