"""The fake in process and a cluster answer the same to random sequences of requests, after masking.

`--differential N` says how many sequences there are; a tenth as many have a compaction, for which the real server restarts. A difference is
reported with the shortest sequence that shows it, as Python: `@example(...)` above `@given` plays it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2e.drawn.sequences import sequences, with_a_compaction
from e2e.drawn.servers import on_the_cluster, on_the_fake, together_on_the_cluster
from e2e.drawn.step import Step
from fakes.clusters import Cluster
from tests.conformance.outcome import difference
from tests.conformance.running import Seen

NOT_IMPLEMENTED = 501
TOGETHER = 20
"""How many sequences share a compaction."""


@dataclass(frozen=True)
class Known:
    """A difference that is known: which steps it concerns, and a sequence that shows it; when that agrees, the entry must go."""

    what: str
    concerns: Callable[[Step], bool]
    shows: list[Step]


KNOWN: list[Known] = [
    Known(
        "an update that changes nothing is a write where a second has passed: the time of its managedFields changes",
        lambda step: step.resource in ("jobs", "persistentvolumeclaims") and step.verb in ("put", "patch"),
        [
            Step("create", "persistentvolumeclaims"),
            Step("pause", "persistentvolumeclaims"),
            Step("patch", "persistentvolumeclaims", body={}, type="application/merge-patch+json"),
        ],
    )
]


def without_what_is_known(steps: list[Step]) -> list[Step]:
    """Leave out the steps in which the servers are known to differ, and what comes after a step that the fake refuses."""
    steps = [step for step in steps if not any(known.concerns(step) for known in KNOWN)]
    asked = [step for step in steps if step.verb not in ("compact", "settle", "pause")]
    refused = [step for step, exchange in zip(asked, on_the_fake(steps)[0], strict=True) if exchange["code"] == NOT_IMPLEMENTED]
    return steps[: steps.index(refused[0])] if refused else steps


def report(steps: list[Step], fake: Seen, real: Seen) -> None:
    """Raises `AssertionError` where they differ, with how, and with the steps as Python."""
    told = "".join(f"    {step!r},\n" for step in steps)
    assert fake == real, f"{difference(fake, real, ordered=False)}\n\nsteps = [\n{told}]"


def settled(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def comparable(cluster: Cluster) -> None:
    if cluster.kind_of != "control-plane":
        pytest.skip("a fake would be compared with itself, and other clusters have controllers that change what they answer")


def test_random_sequences_of_requests_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    comparable(cluster)

    @settled(pytestconfig.getoption("differential"))
    @given(sequences())
    def answers_the_same(drawn: list[Step]) -> None:
        steps = without_what_is_known(drawn)
        fake, due = on_the_fake(steps)
        report(steps, fake, on_the_cluster(steps, cluster, due))

    answers_the_same()


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.what)
def test_a_known_difference_is_still_there(cluster: Cluster, known: Known) -> None:
    if cluster.kind_of != "control-plane":
        pytest.skip("a real control plane shows it")
    assert any(known.concerns(step) for step in known.shows)
    fake, due = on_the_fake(known.shows)
    assert fake != on_the_cluster(known.shows, cluster, due), "the fake answers as the real server now: remove the entry from KNOWN"


@pytest.mark.kube_cluster(needs="compact")
def test_random_sequences_with_a_compaction_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    comparable(cluster)

    @settled(max(1, pytestconfig.getoption("differential") // 10 // TOGETHER))
    @given(
        st.lists(with_a_compaction(), min_size=1, max_size=TOGETHER) | st.lists(with_a_compaction(), min_size=TOGETHER, max_size=TOGETHER)
    )
    def answers_the_same(drawn: list[list[Step]]) -> None:
        batch = [without_what_is_known(steps) for steps in drawn]
        on_fakes = [on_the_fake(steps) for steps in batch]
        for steps, (fake, _), real in zip(
            batch, on_fakes, together_on_the_cluster(batch, cluster, [due for _, due in on_fakes]), strict=True
        ):
            report(steps, fake, real)

    answers_the_same()
