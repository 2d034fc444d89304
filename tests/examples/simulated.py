"""A cluster in virtual time for one example, and what the example logs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from fakes import FakeAPIServer, Schedule, SimulatedRuntime

Body = Callable[[SimulatedRuntime, FakeAPIServer], None]


def simulate(body: Body, schedule: Schedule | None = None) -> None:
    runtime = SimulatedRuntime(seed=1, schedule=schedule)
    runtime.run(lambda: body(runtime, FakeAPIServer()))
    assert not runtime.failures, runtime.failures


def messages(records: list[logging.LogRecord], logger: str) -> list[str]:
    """What this logger said, without the uids."""
    return [record.getMessage().split(" (")[0] + record.getMessage().partition(")")[2] for record in records if record.name == logger]


def node(name: str, labels: dict[str, str] | None = None, **spec: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels or {}}, "spec": spec}
