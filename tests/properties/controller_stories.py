"""A controller that copies what it finds to somewhere else, through one history under one schedule, with every oracle watching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fakes import FakeAPIServer, Schedule, SimulatedRuntime
from fakes.api_server.faults import Fault
from fakes.histories import RESOURCE, Step, play
from informer import Controller, Failure, KubeObject, ObjectKey, Requeue, SharedInformerFactory
from tests.properties.queue_stories import Run

CALM = 2000.0  # virtual seconds in which everything must be well again: the longest delay of a retry, and then some
LATER = 200.0
GROUP = "group"


def call_scripts() -> SearchStrategy[tuple[Run, ...]]:
    """What the calls do, over and over: often long enough for something to happen meanwhile."""
    run = st.builds(Run, st.sampled_from((0.0, 0.5, 30.0)), st.sampled_from(("well", "failure", "later")))
    return st.lists(run, min_size=1, max_size=4).map(tuple)


def node(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"at": "0"}}}


def group_of(node: KubeObject) -> ObjectKey:
    """Nodes change their group when their label changes."""
    return ObjectKey(GROUP, str(int(node.labels["at"]) % 5))


def state_of(key: ObjectKey, nodes: Iterable[KubeObject]) -> str:
    """What there is to copy: a node's version, a group's members; empty where there is nothing."""
    if key.namespace == GROUP:
        return ",".join(sorted(node.name for node in nodes if group_of(node) == key))
    return next((node.resource_version for node in nodes if node.key == key), "")


@dataclass(slots=True)
class Copier:
    """The function under control: does what the script says next (nothing special once `calm`), then copies. It checks how it is called."""

    runtime: SimulatedRuntime
    factory: SharedInformerFactory
    script: Iterator[Run]
    copies: dict[ObjectKey, str] = field(default_factory=dict)
    failing: Counter[ObjectKey] = field(default_factory=Counter)
    waiting: set[ObjectKey] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    calm: bool = False
    stopped: bool = False
    _running: set[ObjectKey] = field(default_factory=set)

    def __call__(self, key: ObjectKey) -> Requeue | None:
        self._expect(all(informer.synced for informer in self.factory.informers), "called before the first lists")
        self._expect(key not in self._running, f"{key} has two workers")
        self.waiting.discard(key)
        self._running.add(key)
        try:
            return self._copy(key)
        finally:
            self._running.discard(key)
            self._expect(not self.stopped, "at work after stop")

    def _copy(self, key: ObjectKey) -> Requeue | None:
        state = state_of(key, self.factory.informer(RESOURCE).lister)
        run = Run() if self.calm else next(self.script)
        self.runtime.checkpoint(f"copy {key}")
        self.runtime.sleep(run.seconds)
        if run.outcome == "failure":
            self.failing[key] += 1
            raise OSError("the other side is down")
        self.failing[key] = 0
        self.copies[key] = state
        if run.outcome == "well":
            return None
        self.waiting.add(key)
        return Requeue(after=LATER)

    def failed(self, failure: Failure) -> None:
        """The error hook."""
        assert failure.key is not None
        self._expect(isinstance(failure.error, OSError), f"{failure}")
        self._expect(failure.attempt == self.failing[failure.key], f"{self.failing[failure.key]} failures in a row are told as: {failure}")

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.violations.append(what)


def control(history: Sequence[Step], runs: Sequence[Run], workers: int, schedule: Schedule, *, settle: bool) -> None:
    """Let `history` happen, and, unless it is to `settle` first, stop in the middle. Raises `AssertionError` for what must not happen."""
    runtime = SimulatedRuntime(schedule=schedule)

    def main() -> None:
        api = FakeAPIServer()
        factory = SharedInformerFactory(api.api_client(), page_size=2)
        nodes, pods = factory.informer(RESOURCE), factory.informer("pods")
        copier = Copier(runtime, factory, cycle(runs))
        controller = Controller(copier, nodes, pods, workers=workers, on_error=copier.failed)
        controller.watch(nodes, key=group_of)
        for name in "ab":
            api.create(node(name))
        api.inject(Fault(verb="list", resource="pods"))
        factory.start()
        controller.start()
        play(history, api, runtime)
        if settle:
            api.clear_faults()
            copier.calm = True
            runtime.sleep(CALM)
            _assert_settled(api, controller, copier)
        controller.stop(timeout=CALM)
        copier.stopped = True
        api.create(node("after-stop"))
        runtime.sleep(CALM)
        factory.stop()
        assert copier.violations == []

    try:
        runtime.run(main)
    finally:
        assert not runtime.failures, runtime.failures


def _assert_settled(api: FakeAPIServer, controller: Controller, copier: Copier) -> None:
    """Every key was called after its last change (Q2) though others failed (Q6), and nothing is left to do (Q4)."""
    server = [KubeObject.from_dict(node) for node in api.list(RESOURCE)]
    expected = {key: state_of(key, server) for key in {*copier.copies, *(node.key for node in server), *map(group_of, server)}}
    assert copier.copies == expected, f"the copies are {copier.copies}, the server has {expected}"
    assert copier.waiting == set(), "a key that was to be called again never was"
    metrics = controller.queue.metrics
    assert (metrics.ready, metrics.delayed, metrics.in_flight, metrics.failing) == (0, 0, 0, 0)
