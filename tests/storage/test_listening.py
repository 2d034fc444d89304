"""Who listens to a storage hears of every write of every resource, and of a restore."""

from __future__ import annotations

from collections.abc import Hashable

import pytest

from fakes.simulation import SimulatedRuntime
from fakes.storage import Compacted, Event, Storage


def test_a_listener_hears_of_every_resource_until_it_ends() -> None:
    store = Storage(SimulatedRuntime(0))
    heard: list[tuple[Hashable, int]] = []

    def hear(resource: Hashable, event: Event | None) -> None:
        heard.append((resource, event.revision if event else 0))

    end = store.listen(hear)
    store.write("pods", "a", lambda revision: b"{}", expect=0)
    store.write("nodes", "n", lambda revision: b"{}", expect=0)
    snapshot = store.snapshot()
    store.delete("pods", "a", expect=2)
    store.restore(snapshot)
    end()
    store.write("pods", "b", lambda revision: b"{}", expect=0)
    assert heard == [("pods", 2), ("nodes", 3), ("pods", 4), (None, 0)]


def test_a_restore_at_a_later_revision_has_compacted_all_before() -> None:
    store = Storage(SimulatedRuntime(0))
    store.write("pods", "a", lambda revision: b"{}", expect=0)
    snapshot = store.snapshot()
    store.write("pods", "b", lambda revision: b"{}", expect=0)
    store.restore(snapshot, revision=10)
    assert (store.revision, store.compacted) == (10, 10)
    assert [version.key for version in store.state("pods").versions] == ["a"]
    with pytest.raises(Compacted):
        store.state("pods", at=9)
    with pytest.raises(Compacted):
        store.subscribe("pods", lambda event: None, after=9)
    assert store.write("pods", "c", lambda revision: b"{}", expect=0).revision == 11
