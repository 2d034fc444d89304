"""Running: a script played on the fake in this process, or many of them on a cluster, and what was seen, masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor  # noqa: TID251 - on a cluster most of a script is waiting
from functools import cache
from typing import Any

from fakes.clusters import Cluster
from fakes.fake_api_server import FakeAPIServer
from fakes.simulation import SimulatedRuntime
from informer.runtime import ThreadRuntime
from tests.conformance.definitions import SHARED
from tests.conformance.doors import Door, FakeDoor, HTTPDoor
from tests.conformance.masking import masked
from tests.conformance.script import Script
from tests.conformance.session import Session

Seen = list[dict[str, Any]]
_AT_ONCE = 12
ATTENDANTS = ("garbage-collector", "namespaces")
FIRST_REVISION = 1000
"""The fake starts there, so that no small number of a message looks like a version."""


@cache
def on_the_fake(script: Script) -> Seen:
    """What is seen of it on a fake of its own. Played once: it is the same every time."""
    return play_on_the_fake(script)


def play_on_the_fake(script: Script) -> Seen:
    """Play it on a fake of its own, in a simulation."""
    runtime = SimulatedRuntime(seed=0)

    def story() -> Seen:
        with FakeAPIServer(runtime=runtime, revision=FIRST_REVISION, rbac=True, controllers=ATTENDANTS if script.attended else ()) as api:
            session = open_session(FakeDoor(api), "fake")
            for _ in script.play(session) or ():
                api.compact()
            return _seen(script, session)

    return runtime.run(story)


def on_a_cluster(scripts: Iterable[Script], cluster: Cluster) -> dict[str, Seen | BaseException]:
    """Play them side by side. Those that want a compaction go on after the one that all of them share."""
    runtime = ThreadRuntime()
    seen: dict[str, Seen | BaseException] = {}
    waiting: list[tuple[Script, Session, Iterator[None]]] = []
    with cluster.api_client() as client, ThreadPoolExecutor(_AT_ONCE) as pool:
        door = HTTPDoor(client, runtime.sleep)
        install(door)

        def play(script: Script) -> None:
            try:
                session = open_session(door, runtime.uuid()[:8])
                rest = script.play(session)
                if rest is not None:
                    next(rest)
                    waiting.append((script, session, rest))
                else:
                    seen[script.name] = _seen(script, session)
            except Exception as error:
                seen[script.name] = error

        def go_on(paused: tuple[Script, Session, Iterator[None]]) -> None:
            script, session, rest = paused
            try:
                for _ in rest:
                    raise AssertionError("a script may want one compaction")
                seen[script.name] = _seen(script, session)
            except Exception as error:
                seen[script.name] = error

        list(pool.map(play, scripts))
        if waiting:
            cluster.compact()
            list(pool.map(go_on, waiting))
    return seen


def open_session(door: Door, salt: str) -> Session:
    """A session with a namespace of its own, which `salt` makes one."""
    session = Session(door, f"conformance-{salt}")
    session.hide(session.ns, "NS")
    if salt == "fake":
        install(door)
    answer = session.unseen("POST", "/api/v1/namespaces", {"metadata": {"name": session.ns}})
    assert answer.status == 201, answer.body
    return session


def install(door: Door) -> None:
    """The definitions that all scripts share, once on a server."""
    session = Session(door, "")
    for definition in SHARED:
        answer = session.unseen("POST", session.at("customresourcedefinitions"), definition)
        assert answer.status in (201, 409), answer.body
    for definition in SHARED:
        session.eventually(session.at(definition["spec"]["names"]["plural"], namespace=""), 200)


def _seen(script: Script, session: Session) -> Seen:
    return masked(session.exchanges, session.hidden, managed=script.managed, verbatim=script.verbatim, headers=script.headers)
