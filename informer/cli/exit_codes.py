"""Exit codes: what the command says to the shell, and which troubles of the first seconds end it."""

from __future__ import annotations

import enum
import re

from informer.errors import (
    Disconnected,
    Forbidden,
    InformerKitError,
    Invalid,
    Malformed,
    NotFound,
    Unauthorized,
)


class ExitCode(enum.IntEnum):
    """The exit codes. `meaning` is what `--help` says of each."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    ENDED = 0, "ended by Ctrl-C, SIGTERM, --timeout or a closed pipe"
    NOT_CONNECTED = 1, "ended like that while not connected, so what was shown may be out of date"
    USAGE = 2, "bad options, a bad kubeconfig, or a selector that the server refuses"
    NO_SUCH_RESOURCE = 3, "the server does not have this resource, or cannot watch it"
    NOT_ALLOWED = 4, "the credentials are refused, or do not allow this"
    UNREACHABLE = 5, "no connection to the server"
    NOT_KUBERNETES = 6, "what answers there is not a Kubernetes API server"
    INTERRUPTED = 130, "a second Ctrl-C, before the first one had its effect"


class Fatal(InformerKitError):
    """Ends the command with `code`, and its message as the one line that people see."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def fatal_at_start(error: Exception | SystemExit, *, resolved: bool, synced: bool) -> Fatal | None:
    """The end that `error` means as long as no watch was ever open; None where trying again may help.

    `resolved`: the server has said that it has the resource. `synced`: it has listed it.
    """
    message = message_of(error)
    match error:
        case Disconnected() if not synced:
            return Fatal(ExitCode.UNREACHABLE, message)
        case Unauthorized():
            return Fatal(ExitCode.NOT_ALLOWED, f"the credentials are refused: {message}")
        case Forbidden():
            return Fatal(ExitCode.NOT_ALLOWED, f"not allowed: {message}")
        case NotFound():
            return Fatal(ExitCode.NO_SUCH_RESOURCE, message)
        case Invalid(code=405) if not resolved:
            return Fatal(ExitCode.NO_SUCH_RESOURCE, message)
        case Invalid() if resolved:
            return Fatal(ExitCode.USAGE, f"the server refuses the request: {message}")
        case Malformed() | Invalid():
            return Fatal(ExitCode.NOT_KUBERNETES, message)
        case _:
            return None


_REQUEST = re.compile(r"^(LIST|WATCH|GET) \S+: ")


def message_of(error: Exception | SystemExit) -> str:
    """What the error says, without the request that met it: the command makes no other."""
    return _REQUEST.sub("", str(error)) or type(error).__name__
