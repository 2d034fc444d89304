"""Faults as data: what goes wrong with the next requests, or on the streams of watches. Nothing here is left to chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import names_resource
from fakes.api_server.requests import check_verb
from informer.errors import ConfigurationError

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The next `times` requests that match, after the first `after` of them, get another answer than they should.

    `verb` is get, list, watch, create, update, patch, delete or deletecollection; `resource` is `pods` or `deployments.apps`, or
    `deployments` of any group; None matches any, discovery included. The answer is a Status of `status` (or of `error`), or the raw `body`
    with its `content_type`; `retry_after` is in seconds. `disconnect` breaks the connection instead: the answer's body raises
    `ConnectionResetError`. With `commit` the request is carried out all the same, and only its answer is lost. Raises `ConfigurationError`
    for a verb or a status that no request has.
    """

    verb: str | None = None
    resource: str | None = None
    status: int = 500
    times: int = 1
    after: int = 0
    message: str = ""
    retry_after: int | None = None
    body: bytes | None = None
    content_type: str = "text/plain; charset=utf-8"
    error: StatusError | None = None
    disconnect: bool = False
    commit: bool = False

    def __post_init__(self) -> None:
        if self.verb is not None:
            check_verb(self.verb)
        if not 200 <= self.status <= 599:
            raise ConfigurationError(f"{self.status} is no status of HTTP that ends a request: those are 200 to 599")

    def matches(self, verb: str, resource: str) -> bool:
        return self.verb in (None, verb) and names_resource(self.resource, resource)

    def to_error(self) -> StatusError:
        """The Status that it answers."""
        if self.error is not None:
            return self.error
        details: dict[str, Any] | None = {"retryAfterSeconds": self.retry_after} if self.retry_after else None
        return StatusError(self.status, _REASONS.get(self.status, ""), self.message or "an injected fault", details)


StreamAction = Literal["end", "break", "tear", "line", "silence", "error"]


@dataclass(frozen=True, slots=True)
class StreamFault:
    """Damage to the streams of watches: of those that are open now, or of the `opening` next ones. `resource` None matches any.

    It happens after `after` more events, what was on its way before them included:

    - `end`: the stream ends cleanly, as at a timeout;
    - `break`: the connection breaks, and nothing that was on its way arrives;
    - `tear`: the start of a line arrives, then the connection breaks;
    - `line`: the bytes of `line` arrive as they are, and the stream goes on;
    - `silence`: nothing arrives any more, no bookmark and no end, until somebody closes the stream;
    - `error`: an ERROR event with the Status of `error` (default: 410 Expired) arrives, then the stream ends cleanly.
    """

    action: StreamAction
    resource: str | None = None
    after: int = 0
    opening: int = 0
    line: bytes = b""
    error: StatusError | None = None

    def __post_init__(self) -> None:
        if self.action not in get_args(StreamAction):
            raise ConfigurationError(f"a stream fault is one of {', '.join(get_args(StreamAction))}, not {self.action!r}")

    def matches(self, resource: str) -> bool:
        return names_resource(self.resource, resource)


class FaultList:
    """The faults that wait for their requests. Not safe by itself: its owner has the lock."""

    def __init__(self) -> None:
        self._requests: list[Fault] = []
        self._streams: list[StreamFault] = []

    def add(self, fault: Fault | StreamFault) -> None:
        if isinstance(fault, Fault):
            self._requests.append(fault)
        else:
            self._streams.append(fault)

    def next_fault(self, verb: str, resource: str) -> Fault | None:
        """What happens to this request: the oldest fault that matches; every other that matches and still counts comes closer."""
        chosen: Fault | None = None
        waiting: list[Fault] = []
        for fault in self._requests:
            if fault.matches(verb, resource):
                if fault.after:
                    fault = replace(fault, after=fault.after - 1)
                elif chosen is None:
                    chosen = fault
                    fault = replace(fault, times=fault.times - 1)
            if fault.times > 0:
                waiting.append(fault)
        self._requests = waiting
        return chosen

    def for_opening(self, resource: str) -> list[StreamFault]:
        """What happens to the watch that opens now."""
        chosen = [fault for fault in self._streams if fault.matches(resource)]
        rest = [replace(fault, opening=fault.opening - 1) if fault in chosen else fault for fault in self._streams]
        self._streams = [fault for fault in rest if fault.opening > 0]
        return chosen

    def clear(self) -> None:
        self._requests, self._streams = [], []
