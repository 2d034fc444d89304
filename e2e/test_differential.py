"""The fake in process and a cluster answer the same to random sequences of requests, after masking.

`--differential N` says how many sequences there are; a tenth as many have a compaction, for which the real server restarts. A difference is
reported with the shortest sequence that shows it, as Python: `@example(...)` above `@given` plays it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from e2e.drawn.play import Due, TooSlow
from e2e.drawn.sequences import sequences, with_a_compaction
from e2e.drawn.servers import on_the_cluster, on_the_fake, together_on_the_cluster, with_columns_once
from e2e.drawn.step import Step
from fakes.clusters import Cluster
from tests.conformance.outcome import difference
from tests.conformance.running import Seen

NOT_IMPLEMENTED = 501
TOGETHER = 20
"""How many sequences share a compaction."""
SAID_EVERY = 100


def on_the_fake_as_far_as_implemented(steps: list[Step]) -> tuple[list[Step], Seen, list[Due]]:
    """As `on_the_fake`, and the steps themselves, without what comes after one that the fake refuses."""
    seen, due = on_the_fake(steps)
    asked = [step for step in steps if step.verb not in ("compact", "settle", "pause")]
    refused = [step for step, exchange in zip(asked, seen, strict=True) if exchange["code"] == NOT_IMPLEMENTED]
    if not refused:
        return steps, seen, due
    steps = steps[: steps.index(refused[0])]
    return steps, *on_the_fake(steps)


@dataclass
class Progress:
    """Says now and then how many sequences agreed so far, and the first difference at once: a run that is cut off says how far it came."""

    config: pytest.Config
    what: str
    agreed: int = field(default=0, init=False)

    differs: bool = field(default=False, init=False)

    def report(self, steps: list[Step], fake: Seen, real: Seen, again: Callable[[], Seen]) -> None:
        """Raises `AssertionError` where they differ, with how, and with the steps as Python.

        What differs is played on the real server `again`: what its controllers do meanwhile is chance, and comes once.
        """
        if fake != real:
            first = difference(fake, real, ordered=False)
            real = again()
            if fake == real:
                self._say(f"one of the {self.what} differed once, and then agreed: {first}")
        if fake == real:
            self._count()
            return
        told = "".join(f"    {step!r},\n" for step in steps)
        what = f"{difference(fake, real, ordered=False)}\n\nsteps = [\n{told}]"
        if not self.differs:
            self.differs = True
            self._say(f"after {self.agreed} {self.what} that agree, one differs; looking for a shorter one. {what}")
        raise AssertionError(what)

    def _count(self) -> None:
        self.agreed += not self.differs
        if not self.differs and self.agreed % SAID_EVERY == 0:
            self._say(f"{self.agreed} {self.what} agree")

    def _say(self, text: str) -> None:
        with self.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(text, flush=True)


def settled(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def comparable(cluster: Cluster) -> None:
    if cluster.kind_of != "control-plane":
        pytest.skip("a fake would be compared with itself, and other clusters have controllers that change what they answer")


def test_random_sequences_of_requests_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    comparable(cluster)
    progress = Progress(pytestconfig, "sequences")

    @settled(pytestconfig.getoption("differential"))
    @given(sequences())
    def answers_the_same(drawn: list[Step]) -> None:
        steps, fake, due = on_the_fake_as_far_as_implemented(drawn)
        on_real = partial(on_the_cluster, steps, cluster, due)
        try:
            progress.report(steps, fake, on_real(), on_real)
        except TooSlow:
            reject()

    answers_the_same()


@pytest.mark.kube_cluster(needs="compact")
def test_random_sequences_with_a_compaction_are_answered_the_same(cluster: Cluster, pytestconfig: pytest.Config) -> None:
    comparable(cluster)
    progress = Progress(pytestconfig, "sequences with a compaction")

    @settled(max(1, pytestconfig.getoption("differential") // 10 // TOGETHER))
    @given(
        st.lists(with_a_compaction(), min_size=1, max_size=TOGETHER) | st.lists(with_a_compaction(), min_size=TOGETHER, max_size=TOGETHER)
    )
    def answers_the_same(drawn: list[list[Step]]) -> None:
        batch = [on_the_fake_as_far_as_implemented(steps) for steps in drawn]
        on_real = together_on_the_cluster([steps for steps, _, _ in batch], cluster, [due for _, _, due in batch])
        for (steps, fake, due), real in zip(batch, on_real, strict=True):
            progress.report(steps, fake, real, partial(_alone_on_the_cluster, steps, cluster, due))

    answers_the_same()


def _alone_on_the_cluster(steps: list[Step], cluster: Cluster, due: list[Due]) -> Seen:
    (seen,) = together_on_the_cluster([steps], cluster, [due])
    return seen


def test_columns_that_a_watch_tells_again_do_not_count() -> None:
    def table(*columns: str) -> dict[str, Any]:
        return {"type": "ADDED", "object": {"kind": "Table", "columnDefinitions": list(columns) or None}}

    assert with_columns_once([table("Name"), table("Name"), table()]) == [table("Name"), table(), table()]
    assert with_columns_once([table(), table("Name"), table("Age")]) == [table(), table("Name"), table("Age")]
    assert with_columns_once([{"type": "ERROR", "object": {"kind": "Status"}}, "cut"]) == [
        {"type": "ERROR", "object": {"kind": "Status"}},
        "cut",
    ]
