"""The storage by itself: revisions, states, events, compaction."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.simulation import SimulatedRuntime
from fakes.storage import Changed, Compacted, Event, Storage

PODS, NODES = "pods", "nodes"


def storage(**options: int) -> Storage:
    return Storage(SimulatedRuntime(0), **options)


def value(text: str = "{}") -> Callable[[int], bytes]:
    return lambda revision: text.replace("REVISION", str(revision)).encode()


def put(store: Storage, key: str, text: str = "{}", resource: str = PODS) -> int:
    old = store.get(resource, key)
    return store.write(resource, key, value(text), expect=old.revision if old else 0).revision


def drop(store: Storage, key: str, resource: str = PODS) -> int:
    old = store.get(resource, key)
    assert old is not None
    return store.delete(resource, key, expect=old.revision).revision


def test_all_resources_share_one_counter_and_a_deletion_takes_a_revision_too() -> None:
    store = storage(revision=40)
    assert [put(store, "a"), put(store, "n", resource=NODES), drop(store, "a"), put(store, "a")] == [41, 42, 43, 44]
    assert store.revision == 44


def test_the_bytes_are_made_once_with_the_revision_they_get() -> None:
    store = storage(revision=6)
    put(store, "a", "at REVISION")
    version = store.get(PODS, "a")
    assert version is not None
    assert version.raw == b"at 7"
    assert store.state(PODS).versions[0] is version


def test_keys_come_in_byte_order() -> None:
    store = storage()
    for key in ("b", "a/x", "aa", "a-b/x", "a0", "a.b", "a"):
        put(store, key)
    assert [version.key for version in store.state(PODS).versions] == ["a", "a-b/x", "a.b", "a/x", "a0", "aa", "b"]


def test_a_prefix_and_a_start_cut_the_order() -> None:
    store = storage()
    for key in ("a-b/x", "a/x", "a/y", "a0/x"):
        put(store, key)
    assert [version.key for version in store.state(PODS, prefix="a/").versions] == ["a/x", "a/y"]
    assert [version.key for version in store.state(PODS, prefix="a/", start="a/x\0").versions] == ["a/y"]
    assert [version.key for version in store.state(PODS, start="a/y").versions] == ["a/y", "a0/x"]


def test_a_state_in_the_past_is_what_was_there_then() -> None:
    store = storage()
    put(store, "a", "1")
    put(store, "b", "1")
    then = store.revision
    put(store, "a", "2")
    drop(store, "b")
    put(store, "c", "1")
    assert [(version.key, version.raw) for version in store.state(PODS, at=then).versions] == [("a", b"1"), ("b", b"1")]
    assert store.state(PODS, at=then).revision == then


@pytest.mark.parametrize("expect", [0, 1])
def test_a_write_from_another_state_than_the_newest_changes_nothing(expect: int) -> None:
    store = storage(revision=5)
    put(store, "a")
    with pytest.raises(Changed):
        store.write(PODS, "a", value("late"), expect=expect)
    with pytest.raises(Changed):
        store.delete(PODS, "a", expect=expect)
    version = store.get(PODS, "a")
    assert version is not None
    assert (store.revision, version.raw) == (6, b"{}")


def test_a_subscriber_gets_what_came_after_its_revision_and_what_comes_now() -> None:
    store = storage()
    put(store, "x/a")
    start = store.revision
    put(store, "x/a")
    put(store, "y/b")
    put(store, "x/a", resource=NODES)
    seen: list[Event] = []
    subscription = store.subscribe(PODS, seen.append, prefix="x/", after=start)
    drop(store, "x/a")
    put(store, "y/c")
    assert [(event.key, event.revision, event.old is None, event.new is None) for event in seen] == [
        ("x/a", start + 1, False, False),
        ("x/a", start + 4, False, True),
    ]
    subscription.cancel()
    subscription.cancel()
    put(store, "x/a")
    assert len(seen) == 2


def test_a_subscriber_from_now_on_starts_where_its_state_ends() -> None:
    store = storage()
    put(store, "a")
    seen: list[Event] = []
    subscription = store.subscribe(PODS, seen.append)
    assert [version.key for version in subscription.state.versions] == ["a"]
    assert subscription.after == subscription.state.revision == store.revision
    put(store, "b")
    assert [event.key for event in seen] == ["b"]


def test_a_subscriber_from_the_future_hears_nothing_up_to_there() -> None:
    store = storage(revision=1)
    seen: list[Event] = []
    store.subscribe(PODS, seen.append, after=3)
    for key in ("a", "b", "c"):
        put(store, key)
    assert [event.revision for event in seen] == [4]


def test_the_revision_shows_only_after_its_event_was_delivered() -> None:
    store = storage(revision=1)
    shown: list[tuple[int, int]] = []
    store.subscribe(PODS, lambda event: shown.append((event.revision, store.revision)))
    put(store, "a")
    assert shown == [(2, 1)]


def test_what_is_compacted_is_refused_and_the_oldest_revision_is_not() -> None:
    store = storage()
    put(store, "a", "1")
    put(store, "a", "2")
    oldest = store.compact()
    put(store, "a", "3")
    assert oldest == store.revision - 1
    assert store.state(PODS, at=oldest).versions[0].raw == b"2"
    seen: list[Event] = []
    store.subscribe(PODS, seen.append, after=oldest)
    assert [event.revision for event in seen] == [store.revision]
    with pytest.raises(Compacted) as refused:
        store.state(PODS, at=oldest - 1)
    assert (refused.value.revision, refused.value.oldest) == (oldest - 1, oldest)
    with pytest.raises(Compacted):
        store.subscribe(PODS, seen.append, after=oldest - 1)


def test_compaction_goes_neither_back_nor_into_the_future() -> None:
    store = storage()
    put(store, "a")
    assert store.compact(10_000) == store.revision
    assert store.compact(1) == store.revision


def test_the_older_half_of_a_long_history_goes_by_itself() -> None:
    store = storage(revision=1, history=10)
    for _ in range(30):
        put(store, "a")
    assert store.revision - 10 <= store.compacted <= store.revision - 5
    assert store.state(PODS, at=store.compacted).versions


def test_waiting_for_a_revision_ends_when_it_is_written() -> None:
    runtime = SimulatedRuntime(0)
    store = Storage(runtime, revision=1)

    def write_later() -> None:
        runtime.sleep(2)
        put(store, "a")

    def main() -> tuple[bool, float, bool, float]:
        runtime.spawn(write_later, name="writer")
        early = store.wait_for(2, timeout=3)
        at = runtime.monotonic()
        return early, at, store.wait_for(3, timeout=3), runtime.monotonic()

    assert runtime.run(main) == (True, 2.0, False, 5.0)


def test_a_restored_snapshot_is_the_past_with_its_revision() -> None:
    store = storage(revision=1)
    put(store, "a", "1")
    snapshot = store.snapshot()
    put(store, "a", "2")
    put(store, "n", resource=NODES)
    store.restore(snapshot)
    assert (store.revision, store.state(NODES).versions) == (2, [])
    version = store.get(PODS, "a")
    assert version is not None
    assert version.raw == b"1"
    assert put(store, "b") == 3


KEYS = st.sampled_from(["a", "a/x", "a-b/x", "b/y", "b/z"])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "drop", "compact"]), KEYS), max_size=40)


@given(STEPS, st.integers(0, 45), st.sampled_from(["", "a/", "b/"]))
def test_every_state_that_is_held_and_every_replay_agree_with_a_plain_log(steps: list[tuple[str, str]], after: int, prefix: str) -> None:
    store = storage(revision=1)
    states: dict[int, dict[str, bytes]] = {1: {}}
    now: dict[str, bytes] = {}
    for step, key in steps:
        if step == "compact":
            store.compact(store.revision - 3)
            continue
        if step == "drop" and key not in now:
            continue
        revision = put(store, key, json.dumps({"at": "REVISION"})) if step == "put" else drop(store, key)
        now = {**now, key: json.dumps({"at": str(revision)}).encode()} if step == "put" else {k: v for k, v in now.items() if k != key}
        states[revision] = now
    for revision, state in states.items():
        if revision >= store.compacted:
            expected = sorted((key, raw) for key, raw in state.items() if key.startswith(prefix))
            assert [(version.key, version.raw) for version in store.state(PODS, prefix=prefix, at=revision).versions] == expected
    replayed: dict[str, bytes] = dict(states.get(after, {}))
    if store.compacted <= after <= store.revision:

        def apply(event: Event) -> None:
            assert (event.old.raw if event.old else None) == replayed.get(event.key)
            replayed.pop(event.key, None)
            if event.new:
                replayed[event.key] = event.new.raw

        store.subscribe(PODS, apply, after=after)
        assert replayed == now
