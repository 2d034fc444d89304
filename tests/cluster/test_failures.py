from typing import Any, cast

import pytest
import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProtocolError, ProxyError, SSLError

from informer.errors import (
    Disconnected,
    Expired,
    Forbidden,
    Invalid,
    NotFound,
    ResourceVersionTooLarge,
    ServerError,
    SourceError,
    TooManyRequests,
    Unauthorized,
)
from informer.source import ListQuery
from tests.cluster.scripted_pool import Pool, http_answer, source, status

TEXT = "Content-Type: text/plain"
HTML = "Content-Type: text/html"


def failure(*script: bytes | Exception) -> SourceError:
    with pytest.raises(SourceError) as raised:
        source(Pool(*script)).list(ListQuery())
    return raised.value


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (400, "BadRequest", Invalid),
        (401, "Unauthorized", Unauthorized),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (405, "MethodNotAllowed", Invalid),
        (406, "NotAcceptable", Invalid),
        (410, "Expired", Expired),
        (410, "Gone", Expired),
        (415, "UnsupportedMediaType", Invalid),
        (422, "Invalid", Invalid),
        (429, "TooManyRequests", TooManyRequests),
        (500, "InternalError", ServerError),
        (503, "ServiceUnavailable", ServerError),
        (504, "Timeout", ServerError),
    ],
)
@pytest.mark.parametrize("form", ["status", "text", "html", "nothing"])
def test_an_http_status_is_the_same_error_whatever_its_body(code: int, reason: str, kind: type[SourceError], form: str) -> None:
    answers = {
        "status": http_answer(code, status(code, reason, "what the server\nwrote")),
        "text": http_answer(code, "what the server wrote\n", TEXT),
        "html": http_answer(code, "<html><head><title>what the server wrote</title></head><p>sorry</p></html>", HTML),
        "nothing": http_answer(code, ""),
    }
    error = failure(answers[form])
    assert type(error) is kind
    assert error.code == code
    assert "\n" not in str(error)
    if form == "nothing":
        assert str(error).startswith(f"https://cluster.example:6443 answered {code} ")
    else:
        assert "what the server wrote" in str(error)
    if form == "status":
        assert (str(error), error.reason) == ("what the server wrote", reason)


def test_a_version_that_is_too_large_is_told_by_its_cause_or_its_message() -> None:
    cause = {"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1}
    assert type(failure(http_answer(504, status(504, "Timeout", "Timeout", details=cause)))) is ResourceVersionTooLarge
    message = "Timeout: Too large resource version: 999999, current: 17"
    assert type(failure(http_answer(504, status(504, "Timeout", message)))) is ResourceVersionTooLarge


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_comes_from_the_header_and_else_from_the_status(code: int) -> None:
    content = status(code, "", "later", details={"retryAfterSeconds": 9})
    for answer, expected in [
        (http_answer(code, content, "Retry-After: 5"), 5.0),
        (http_answer(code, content), 9.0),
        (http_answer(code, "Too many requests, please try again later.\n", TEXT, "Retry-After: 1"), 1.0),
        (http_answer(code, "later", TEXT, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT"), None),
        (http_answer(code, "", TEXT), None),
    ]:
        error = failure(answer)
        assert isinstance(error, TooManyRequests | ServerError)
        assert error.retry_after == expected


def test_a_redirect_is_refused_and_says_where_to() -> None:
    error = failure(http_answer(302, "", "Location: https://login.example/"))
    assert type(error) is Invalid
    assert "redirects to https://login.example/" in str(error)


def test_json_of_a_proxy_is_shown_too() -> None:
    error = failure(http_answer(502, {"message": "no healthy upstream"}))
    assert (type(error), str(error)) == (ServerError, "no healthy upstream")


def test_an_error_whose_body_breaks_off_is_still_that_error() -> None:
    whole = http_answer(503, status(503, "ServiceUnavailable", "later"), "Retry-After: 3")
    error = failure(whole[:-10])
    assert isinstance(error, ServerError)
    assert error.retry_after == 3


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


CONNECTION = HTTPSConnection("cluster.example", 6443)
POOL = urllib3.HTTPSConnectionPool("cluster.example", 6443)


REFUSED = caused(NewConnectionError(CONNECTION, "Failed to establish a new connection"), ConnectionRefusedError(111, "Connection refused"))
UNKNOWN = caused(NameResolutionError("cluster.example", CONNECTION, cast("Any", OSError())), OSError(-2, "Name or service not known"))
SLOW = caused(ConnectTimeoutError(CONNECTION, "timed out"), TimeoutError("timed out"))
NOT_TLS = SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
RESET = ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))
PROXY = ProxyError("Unable to connect to proxy", OSError("Tunnel connection failed: 407 Proxy Authentication Required"))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (REFUSED, "Connection refused"),
        (UNKNOWN, "Name or service not known"),
        (SLOW, "timed out"),
        (NOT_TLS, "[SSL: WRONG_VERSION_NUMBER] wrong version number"),
        (RESET, "Connection reset by peer"),
        (PROXY, "Tunnel connection failed: 407 Proxy Authentication Required"),
        (urllib3.exceptions.LocationParseError("https://x"), "Failed to parse: https://x"),
    ],
)
def test_a_connection_that_cannot_be_made_is_disconnected_and_says_where_and_why(error: Exception, text: str) -> None:
    raised = failure(error)
    assert type(raised) is Disconnected
    assert str(raised) == f"LIST nodes: cannot reach https://cluster.example:6443: {text}"


def test_silence_before_the_head_of_an_answer_is_disconnected_and_silent() -> None:
    error = failure(urllib3.exceptions.ReadTimeoutError(POOL, "/", "Read timed out. (read timeout=60)"))
    assert isinstance(error, Disconnected)
    assert error.silent
