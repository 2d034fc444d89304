"""The fake in process and a cluster answer the same to random sequences of requests, after masking.

`--differential N` says how many sequences there are; a tenth as many have a compaction, for which the real server restarts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings

from e2e.requests import Play, Step, sequences
from fakes.clusters import Cluster
from informer.runtime import ThreadRuntime
from tests.conformance.doors import HTTPDoor
from tests.conformance.masking import masked
from tests.conformance.outcome import difference
from tests.conformance.running import Seen, install, open_session, play_on_the_fake
from tests.conformance.script import Script
from tests.conformance.session import PARTIAL_LIST, STRATEGIC, Session

_RUNTIME = ThreadRuntime()
_DOORS: dict[str, HTTPDoor] = {}
COMPARABLE = ("control-plane", "fake")
NOT_IMPLEMENTED = 501


@dataclass(frozen=True)
class Known:
    """A difference that is known: which steps it concerns, and a sequence that shows it; when that agrees, the entry must go."""

    what: str
    concerns: Callable[[Step], bool]
    shows: list[Step]


KNOWN = [
    Known(
        "an empty list of metadata has the items null on a real server",
        lambda step: step.verb == "list" and step.accept == PARTIAL_LIST,
        [Step("list", "configmaps", query=(("labelSelector", "no=such"),), accept=PARTIAL_LIST)],
    ),
    Known(
        "bookmarks have the zero values of the kind's required fields",
        lambda step: step.verb == "watch" and step.resource in ("deployments", "nodes"),
        [Step("watch", "deployments", query=(("allowWatchBookmarks", "true"),))],
    ),
    Known(
        "a custom resource's label may be null, which is none",
        lambda step: step.verb == "put" and step.body == {"metadata": {"labels": {"x": None}}},
        [Step("put", "foos", body={"metadata": {"labels": {"x": None}}})],
    ),
    Known(
        "podCIDRs of a node are filled in from its podCIDR",
        lambda step: step.resource == "nodes" and step.body == {"spec": {"podCIDR": "10.0.0.0/24"}},
        [Step("create", "nodes", body={"spec": {"podCIDR": "10.0.0.0/24"}})],
    ),
    Known(
        "an update warns of unknown fields even where there is nothing to update",
        lambda step: step.verb == "put" and step.body == {"spec": {"nosuch": 1}},
        [Step("put", "pods", body={"spec": {"nosuch": 1}})],
    ),
    Known(
        "a strategic patch with a wrong type is refused in other words",
        lambda step: step.type == STRATEGIC and step.body == {"data": {"a": 1}},
        [Step("create", "configmaps", body={}), Step("patch", "configmaps", body={"data": {"a": 1}}, type=STRATEGIC)],
    ),
]


def on_the_fake(steps: list[Step]) -> tuple[Seen, list[int]]:
    """What is seen, and how many events each watch brought."""
    plays: list[Play] = []

    def play(session: Session) -> Iterator[None]:
        plays.append(Play(session))
        return plays[0].run(steps)

    return play_on_the_fake(Script("drawn", play)), plays[0].counts


def on_the_cluster(steps: list[Step], cluster: Cluster, due: list[int]) -> Seen:
    session = open_session(door_of(cluster), _RUNTIME.uuid()[:8])
    play = Play(session, due)
    try:
        for _ in play.run(steps):
            cluster.compact()
    finally:
        play.tidy()
    return masked(session.exchanges, session.hidden, managed=False)


def without_what_is_known(steps: list[Step]) -> list[Step]:
    """Leave out the steps in which the servers are known to differ, and what comes after a step that the fake refuses."""
    steps = [step for step in steps if not any(known.concerns(step) for known in KNOWN)]
    asked = [step for step in steps if step.verb != "compact"]
    refused = [step for step, exchange in zip(asked, on_the_fake(steps)[0], strict=True) if exchange["code"] == NOT_IMPLEMENTED]
    return steps[: steps.index(refused[0])] if refused else steps


def door_of(cluster: Cluster) -> HTTPDoor:
    """The way to the cluster, which has the definitions then."""
    if cluster.url not in _DOORS:
        _DOORS[cluster.url] = HTTPDoor(cluster.api_client(), _RUNTIME.sleep)
        install(_DOORS[cluster.url])
    return _DOORS[cluster.url]


def compare(cluster: Cluster, examples: int, *, compaction: bool) -> None:
    if cluster.kind_of not in COMPARABLE:
        pytest.skip("other clusters have controllers that change what they answer")

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(sequences(compaction=compaction))
    def answers_the_same(drawn: list[Step]) -> None:
        steps = without_what_is_known(drawn)
        fake, due = on_the_fake(steps)
        real = on_the_cluster(steps, cluster, due)
        assert fake == real, difference(fake, real, ordered=False)

    answers_the_same()


def test_random_sequences_of_requests_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    compare(cluster, pytestconfig.getoption("differential"), compaction=False)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.what)
def test_a_known_difference_is_still_there(cluster: Cluster, known: Known) -> None:
    if cluster.kind_of != "control-plane":
        pytest.skip("a real control plane shows it")
    assert any(known.concerns(step) for step in known.shows)
    fake, due = on_the_fake(known.shows)
    assert fake != on_the_cluster(known.shows, cluster, due), "the fake answers as the real server now: remove the entry from KNOWN"


@pytest.mark.kube_cluster(needs="compact")
def test_random_sequences_with_a_compaction_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    compare(cluster, max(1, pytestconfig.getoption("differential") // 10), compaction=True)
