"""Histories: what happens to a cluster while a program under test runs, as data that prints as a story and shrinks to a short one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from fakes.api_server.faults import Fault
from fakes.api_server.server import APIServer
from informer.runtime import Runtime

RESOURCE = "nodes"


@dataclass(frozen=True, slots=True)
class Create:
    """An object appears; nothing where it is there."""

    name: str


@dataclass(frozen=True, slots=True)
class Update:
    """An object changes; nothing where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class Delete:
    """An object goes; nothing where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class Recreate:
    """An object goes, and another comes under its name, at once."""

    name: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something else in the cluster changes, so versions go on without an event here."""


@dataclass(frozen=True, slots=True)
class Compact:
    """The server forgets its history: older watches and lists answer 410."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The server's watch cache starts anew: watches end, older ones answer 410; for some seconds lists and watches answer 429."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Every open watch ends: cleanly, or with a broken connection."""

    clean: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """The next `times` requests of this verb are answered with `status`."""

    verb: Literal["list", "watch"]
    status: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens for a while."""

    seconds: float


Step = Create | Update | Delete | Recreate | Elsewhere | Compact | Reset | Disconnect | Refuse | Pause


def play(history: Sequence[Step], api: APIServer, runtime: Runtime) -> None:
    """Let it happen to the nodes of `api`. Before each step other tasks may go first."""
    for step in history:
        runtime.checkpoint(f"history {step}")
        there = {node["metadata"]["name"] for node in api.list(RESOURCE)}
        match step:
            case Create(name):
                if name not in there:
                    _create(api, name)
            case Update(name):
                if name in there:
                    api.patch(RESOURCE, name, {"metadata": {"labels": {"at": str(api.revision)}}})
            case Delete(name):
                if name in there:
                    api.delete(RESOURCE, name)
            case Recreate(name):
                if name in there:
                    api.delete(RESOURCE, name)
                _create(api, name)
            case Elsewhere():
                api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"at-{api.revision}"}})
            case Compact():
                api.compact()
            case Reset(seconds):
                api.reset_watch_cache(RESOURCE, seconds=seconds)
            case Disconnect(clean):
                api.disconnect(clean=clean)
            case Refuse(verb, status, times):
                api.inject(Fault(verb=verb, resource=RESOURCE, status=status, times=times))
            case Pause(seconds):
                runtime.sleep(seconds)
            case _:
                assert_never(step)


def _create(api: APIServer, name: str) -> None:
    api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"at": str(api.revision)}}})
