"""One informer through one history under one schedule, with every oracle watching."""

from __future__ import annotations

from collections.abc import Sequence

from fakes import FakeAPIServer, Schedule, SimulatedRuntime
from fakes.histories import RESOURCE, Step, play
from fakes.invariants import HandlerLog, WatchedSource, assert_converged, assert_no_hot_loop
from informer import Failure, SharedInformer
from informer.cluster import ClusterSource
from informer.resource import ResourceName

CALM = 120.0  # virtual seconds after the last fault, in which everything must be well again: two waits of the longest backoff, and a list


def survive(history: Sequence[Step], schedule: Schedule, late: int = 0) -> None:
    """A second handler comes after the first `late` steps. Raises `AssertionError` for whatever must not happen."""
    runtime = SimulatedRuntime(schedule=schedule)

    def main() -> None:
        api = FakeAPIServer()
        source = WatchedSource(ClusterSource(api.api_client(), ResourceName(RESOURCE, "", "v1"), runtime=runtime), runtime)
        failures: list[Failure] = []
        informer = SharedInformer(source, name=RESOURCE, page_size=2, on_error=failures.append)
        logs = [HandlerLog(), HandlerLog()]
        informer.add_handler(logs[0])
        informer.start()
        play(history[:late], api, runtime)
        informer.add_handler(logs[1])
        play(history[late:], api, runtime)
        api.clear_faults()
        runtime.sleep(CALM)
        for failure in failures:  # an oracle speaks up in a handler or a request, where the informer takes it for a failure
            if isinstance(failure.error, AssertionError):
                raise failure.error
        for log in logs:
            assert_converged(informer, api.list(RESOURCE), log)
        assert informer.live, str(informer.health)
        informer.stop()
        for log in logs:
            log.close()
        api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "after-stop"}})
        runtime.sleep(CALM)
        assert_no_hot_loop(source.times, within=60, most=12 + 3 * len(history))

    runtime.run(main)
    assert not runtime.failures, runtime.failures
