"""A server with controllers in virtual time, and a look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from fakes import FakeAPIServer, SimulatedRuntime

Story = Callable[[FakeAPIServer], None]

SEEDS = pytest.mark.parametrize("seed", range(4))


def play(story: Story, controllers: Iterable[str], seed: int = 0) -> None:
    """Run `story` beside these controllers; what fails in a task of theirs fails the test."""
    runtime = SimulatedRuntime(seed)

    def main() -> None:
        with FakeAPIServer(controllers=controllers) as api:
            story(api)

    runtime.run(main)
    assert not runtime.failures, runtime.failures


def names(api: FakeAPIServer, resource: str, namespace: str | None = None) -> list[str]:
    """What of a resource is there."""
    return [str(obj["metadata"]["name"]) for obj in api.list(resource, namespace)]


def steps(api: FakeAPIServer, resource: str, name: str) -> list[str]:
    """What has happened to an object."""
    return [change.type for change in api.history(resource, name)]
