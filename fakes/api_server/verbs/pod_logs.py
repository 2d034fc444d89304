"""PodLogs: what the containers of pods have logged, as a test has said it. A log goes with its pod."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from fakes.api_server import errors
from fakes.api_server.requests import Parameters

_REFUSED = {"follow": "following a log", "previous": "the log of a container that ran before"}


@dataclass(frozen=True, slots=True)
class _Line:
    time: datetime.datetime
    text: str


class PodLogs:
    """Lines by pod (its uid) and container, each with the time at which it was logged."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, list[_Line]]] = {}

    def add(self, uid: str, container: str, text: str, time: datetime.datetime) -> None:
        """Each line of `text` is one of the log."""
        lines = self._lines.setdefault(uid, {}).setdefault(container, [])
        lines += [_Line(time, line) for line in text.removesuffix("\n").split("\n")]

    def __contains__(self, uid: str) -> bool:
        """Whether anything is known of this pod: then its silent containers have logged nothing."""
        return uid in self._lines

    def read(self, uid: str, container: str, parameters: Parameters, now: datetime.datetime) -> str:
        """What a client gets that asks with these parameters, which have been checked. Raises 400, and 501 for what is not simulated."""
        for name, what in _REFUSED.items():
            if parameters.flag(name):
                raise errors.not_supported(what)
        if parameters.text("stream") not in ("", "All"):
            raise errors.not_supported("the log of one stream of a container")
        lines = self._lines[uid].get(container, [])
        if (since := _since(parameters, now)) is not None:
            lines = [line for line in lines if line.time >= since]
        if parameters.has("tailLines"):
            lines = lines[max(len(lines) - parameters.integer("tailLines"), 0) :]
        stamped = parameters.flag("timestamps")
        text = "".join(f"{_stamp(line.time)} {line.text}\n" if stamped else f"{line.text}\n" for line in lines)
        if parameters.has("limitBytes"):
            return text.encode()[: parameters.integer("limitBytes")].decode(errors="ignore")
        return text


def _since(parameters: Parameters, now: datetime.datetime) -> datetime.datetime | None:
    if parameters.has("sinceSeconds"):
        return now - datetime.timedelta(seconds=parameters.integer("sinceSeconds"))
    if not parameters.text("sinceTime"):
        return None
    try:
        return datetime.datetime.fromisoformat(parameters.text("sinceTime"))
    except ValueError as error:
        raise errors.bad_request(str(error)) from None


def _stamp(time: datetime.datetime) -> str:
    return f"{time.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"
