"""The closed set of things a source can say, and the errors that callers of the kit catch.

A `WatchSource` reports every trouble by raising one of the `SourceError` classes below and never retries by itself: what to do about
each of them is decided once, in `informer.reflector`. Everything else in this file is raised to the people who use the kit.
"""

from __future__ import annotations

from collections.abc import Sequence


class InformerKitError(Exception):
    """The root of every error this kit raises on purpose."""


class SourceError(InformerKitError):
    """Something a source can say instead of giving data. `code` is the HTTP status, when there was one."""

    code: int | None = None

    def __init__(self, message: str, *, code: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        if code is not None:
            self.code = code


class Expired(SourceError):
    """The version asked for is no longer held (410, as an HTTP status or as an ERROR event)."""

    code = 410


class ResourceVersionTooLarge(SourceError):
    """The version asked for is newer than anything the server has seen."""

    code = 504


class TooManyRequests(SourceError):
    """The server asks for patience (429). `retry_after` is in seconds, None where the server named no time."""

    code = 429

    def __init__(self, message: str, *, retry_after: float | None = None, reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class Unauthorized(SourceError):
    """The credentials are missing, wrong or out of date (401)."""

    code = 401


class Forbidden(SourceError):
    """The credentials are good, and do not allow this (403)."""

    code = 403


class NotFound(SourceError):
    """The server does not know this resource (404): a CRD that is not installed yet, a misspelt name."""

    code = 404


class Invalid(SourceError):
    """The server understood the request and refuses it (400, 405, 406, 415, 422)."""

    code = 422


class ServerError(SourceError):
    """The server failed (5xx, or an ERROR event that is none of the above). `retry_after` is in seconds."""

    code = 500

    def __init__(self, message: str, *, code: int | None = None, retry_after: float | None = None, reason: str = "") -> None:
        super().__init__(message, code=code, reason=reason)
        self.retry_after = retry_after


class Disconnected(SourceError):
    """The connection could not be made, broke, or (`silent`) brought no byte for longer than was asked."""

    def __init__(self, message: str, *, silent: bool = False) -> None:
        super().__init__(message)
        self.silent = silent


class Malformed(SourceError):
    """The answer is not what the protocol says. `excerpt` is the start of the offending bytes, for people and for comparison."""

    def __init__(self, message: str, *, excerpt: bytes = b"") -> None:
        super().__init__(message)
        self.excerpt = excerpt


class StreamEnded(SourceError):
    """The server ended the stream cleanly. Not a failure by itself."""


class SourceClosed(SourceError):
    """`close()` was called on the source or the stream, from this task or another."""


class SyncTimeout(InformerKitError, TimeoutError):
    """`wait_for_sync` ran out of time. `late` has one line for each informer that is not synced: who, its state, its last error."""

    def __init__(self, message: str, late: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.late = tuple(late)


class StopTimeout(InformerKitError, TimeoutError):
    """`stop` ran out of time. `running` names what still runs."""

    def __init__(self, message: str, running: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.running = tuple(running)


class LifecycleError(InformerKitError, RuntimeError):
    """Something was called at the wrong time: started twice, started after stop, changed after start."""


class ConfigurationError(InformerKitError, ValueError):
    """What the caller gave cannot work: a kubeconfig that does not parse, a resource name that is none, options that disagree."""


class Quarantined(InformerKitError, LookupError):
    """The object exists on the server, and the kit could not take it in. `cause` is what refused it."""

    def __init__(self, message: str, *, cause: BaseException | None = None) -> None:
        super().__init__(message)
        self.cause = cause
