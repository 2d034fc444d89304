"""Servers: a sequence played on a fake of its own, and on a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from e2e.drawn.play import Due, Play, TooSlow
from e2e.drawn.step import Step
from fakes.clusters import Cluster
from fakes.controllers import Crew
from fakes.fake_api_server import FakeAPIServer
from fakes.simulation import SimulatedRuntime
from informer.runtime import ThreadRuntime
from tests.conformance.doors import FakeDoor, HTTPDoor
from tests.conformance.masking import masked
from tests.conformance.running import FIRST_REVISION, Seen, install, open_session
from tests.conformance.session import Session

_RUNTIME = ThreadRuntime()
_ENDED = object()
_ATTEMPTS = 3
_DOORS: dict[str, HTTPDoor] = {}


def _seen(session: Session) -> Seen:
    exchanges = masked(session.exchanges, session.hidden, managed=True)
    for exchange in exchanges:
        if "events" in exchange:
            exchange["events"] = with_columns_once(exchange["events"])
    return exchanges


def with_columns_once(events: list[Any]) -> list[Any]:
    """The events of a watch that shows tables, without the columns that it has told already.

    A real server encodes an event once for all watches that still have to tell their columns, and only the one that did it knows that they
    are told. So of several watches at once some tell them again: which ones is chance.
    """
    told, result = None, []
    for event in events:
        table = event.get("object") if isinstance(event, dict) else None
        columns = table.get("columnDefinitions") if isinstance(table, dict) else None
        if told is not None and columns == told:
            event = {**event, "object": {**event["object"], "columnDefinitions": None}}
        told = told or columns
        result.append(event)
    return result


def on_the_fake(steps: list[Step]) -> tuple[Seen, list[Due]]:
    """What is seen, and what each watch brought."""
    runtime = SimulatedRuntime(seed=0)

    def story() -> tuple[Seen, list[Due]]:
        api = FakeAPIServer(runtime=runtime, revision=FIRST_REVISION, controllers=["garbage-collector"], rbac=True)
        session = open_session(FakeDoor(api), "fake")
        play = Play(session, settle=partial(_empty_namespaces, api))
        for _ in play.run(steps):
            api.compact()
        api.close()
        return _seen(session), [play.told[number] for number in sorted(play.told)]

    return runtime.run(story)


def _empty_namespaces(api: FakeAPIServer) -> None:
    """Only now, as a real controller lets some seconds pass."""
    crew = Crew(api, ["namespaces"])
    crew.settle(10)
    crew.stop()


def on_the_cluster(steps: list[Step], cluster: Cluster, due: list[Due]) -> Seen:
    """What is seen; `due` is what each watch brought on the fake. Raises `TooSlow` where that happened each time."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(TooSlow):
            return _once_on_the_cluster(steps, cluster, due)
    return _once_on_the_cluster(steps, cluster, due)


def _once_on_the_cluster(steps: list[Step], cluster: Cluster, due: list[Due]) -> Seen:
    session = open_session(door_of(cluster), _RUNTIME.uuid()[:8])
    play = Play(session, due, clock=_RUNTIME.monotonic)
    try:
        for _ in play.run(steps):
            cluster.compact()
    finally:
        play.tidy()
    return _seen(session)


def together_on_the_cluster(batch: Sequence[list[Step]], cluster: Cluster, due: Sequence[list[Due]]) -> list[Seen]:
    """What is seen of each, where all wait for one compaction. Each has at most one."""
    plays = [Play(open_session(door_of(cluster), _RUNTIME.uuid()[:8]), each) for each in due]
    runs = [play.run(steps) for play, steps in zip(plays, batch, strict=True)]
    try:
        waiting = [run for run in runs if next(run, _ENDED) is not _ENDED]
        if waiting:
            cluster.compact()
        for run in waiting:
            assert next(run, _ENDED) is _ENDED, "a sequence may have one compaction"
    finally:
        for play in plays:
            play.tidy()
    return [_seen(play.session) for play in plays]


def door_of(cluster: Cluster) -> HTTPDoor:
    """The way to the cluster, which has the shared definitions then."""
    if cluster.url not in _DOORS:
        _DOORS[cluster.url] = HTTPDoor(cluster.api_client(), _RUNTIME.sleep)
        install(_DOORS[cluster.url])
    return _DOORS[cluster.url]
