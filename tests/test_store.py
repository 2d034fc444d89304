"""What the cache and the handlers make of lists and events: the decisions 1 to 5 and 7 of the design."""

from __future__ import annotations

import pytest

from fakes.simulation import SimulatedRuntime
from informer.errors import Expired, Quarantined
from informer.handlers import Added, Deleted, Event, Updated
from informer.objects import KubeObject, ObjectKey, UnreadableObject
from informer.shared_informer import SharedInformer
from informer.source import EventType, ListPage, WatchEvent
from tests.scripted import ScriptedSource, Step, added, deleted, modified, node, page

A = ObjectKey("", "a")


def told(
    lists: list[ListPage], steps: list[Step] | None = None, **options: object
) -> tuple[list[Event[KubeObject]], SharedInformer[KubeObject]]:
    """The events that a handler sees, and the informer after it."""
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, lists, [steps or []])
    events: list[Event[KubeObject]] = []

    def main() -> SharedInformer[KubeObject]:
        informer = SharedInformer(source, runtime=runtime, **options)  # type: ignore[arg-type]
        informer.add_handler(events.append)
        informer.start()
        runtime.sleep(60)
        informer.stop()
        return informer

    return events, runtime.run(main)


def relist() -> Step:
    """The end of a watch whose version is gone."""
    return Expired("410")


def test_the_first_list_is_delivered_as_initial_adds() -> None:
    events, _ = told([page(node("a", 5), node("b", 6), version=10)])
    assert events == [Added(A, node("a", 5), initial=True), Added(ObjectKey("", "b"), node("b", 6), initial=True)]


def test_modified_of_an_unknown_key_is_an_add() -> None:
    events, _ = told([page(version=10)], [modified(node("a", 11))])
    assert events == [Added(A, node("a", 11))]


def test_added_of_a_known_key_is_an_update() -> None:
    events, _ = told([page(node("a", 5), version=10)], [added(node("a", 11))])
    assert events[1:] == [Updated(A, node("a", 5), node("a", 11))]


def test_deleted_of_an_unknown_key_is_counted_and_not_delivered() -> None:
    events, informer = told([page(version=10)], [deleted(node("a", 11))])
    assert events == []
    assert informer.counters.unknown_deletes == 1


def test_a_delete_carries_the_state_and_version_of_the_event() -> None:
    events, informer = told([page(node("a", 5), version=10)], [deleted(node("a", 11))])
    assert events[1:] == [Deleted(A, node("a", 11))]
    assert informer.lister.get("a") is None


def test_a_delete_in_the_gap_is_delivered_once_with_the_last_known_object() -> None:
    events, _ = told([page(node("a", 5), version=10), page(version=20)], [relist()])
    assert events[1:] == [Deleted(A, node("a", 5), final_state_unknown=True)]


def test_a_new_uid_under_the_same_name_is_a_delete_and_an_add() -> None:
    again = node("a", 15, uid="other")
    events, _ = told([page(node("a", 5), version=10), page(again, version=20)], [relist()])
    assert events[1:] == [Deleted(A, node("a", 5), final_state_unknown=True), Added(A, again)]
    events, _ = told([page(node("a", 5), version=10)], [modified(again)])
    assert events[1:] == [Deleted(A, node("a", 5), final_state_unknown=True), Added(A, again)]


def test_a_relist_that_finds_the_same_version_tells_nobody() -> None:
    bare = KubeObject(b'{"metadata":{"name":"a","uid":"u","resourceVersion":"11"}}', api_version="v1", kind="Node")
    full = KubeObject(b'{"kind":"Node","apiVersion":"v1","metadata":{"name":"a","uid":"u","resourceVersion":"11"}}')
    events, _ = told([page(version=10), page(bare, version=20)], [added(full), relist()])
    assert events == [Added(A, full)]


def test_other_content_under_the_same_version_is_an_update() -> None:
    restored = node("a", 5, spec={"unschedulable": True})
    events, _ = told([page(node("a", 5), version=10), page(restored, version=20)], [relist()])
    assert events[1:] == [Updated(A, node("a", 5), restored)]


def test_deletes_come_before_the_other_events_of_a_relist() -> None:
    lists = [page(node("a", 5), node("z", 5), version=10), page(node("a", 15), node("b", 16), version=20)]
    events, _ = told(lists, [relist()])
    assert [type(event) for event in events[2:]] == [Deleted, Updated, Added]
    assert not events[-1].initial  # type: ignore[union-attr]


@pytest.mark.parametrize("event", [modified, added, deleted], ids=["modified", "added", "deleted"])
def test_an_event_older_than_the_cache_is_dropped_and_counted(event) -> None:  # type: ignore[no-untyped-def]
    events, informer = told([page(node("a", 12), version=12)], [event(node("a", 9))])
    assert events == [Added(A, node("a", 12), initial=True)]
    assert informer.counters.stale_events == 1


def test_a_repeated_event_is_not_delivered_again() -> None:
    events, _ = told([page(version=10)], [added(node("a", 11)), added(node("a", 11))])
    assert events == [Added(A, node("a", 11))]


def picky(obj: KubeObject) -> KubeObject:
    if obj.get("spec") == {"bad": True}:
        raise ValueError("bad spec")
    return obj


def test_an_object_that_a_transform_refuses_is_quarantined_until_its_next_version() -> None:
    bad, good = node("a", 11, spec={"bad": True}), node("a", 12)
    events, informer = told([page(node("b", 5), version=10)], [added(bad)], transform=picky)
    assert len(events) == 1
    with pytest.raises(Quarantined, match="bad spec"):
        informer.lister.get("a")
    assert A in informer.lister
    assert list(informer.lister.list().quarantined) == [A]
    assert list(informer.health.quarantined) == [A]
    events, informer = told([page(version=10)], [added(bad), modified(good)], transform=picky)
    assert events == [Added(A, good)]
    assert informer.health.quarantined == {}


def test_a_quarantined_object_keeps_its_place_in_the_handlers_story() -> None:
    first, bad, last = node("a", 5), node("a", 11, spec={"bad": True}), node("a", 12)
    events, _ = told([page(first, version=10)], [modified(bad), modified(last)], transform=picky)
    assert events[1:] == [Updated(A, first, last)]
    events, informer = told([page(first, version=10)], [modified(bad), deleted(bad)], transform=picky)
    assert events[1:] == [Deleted(A, first)]
    assert len(informer.lister) == 0


def test_a_transform_shrinks_what_is_stored_and_delivered() -> None:
    def shrink(obj: KubeObject) -> KubeObject:
        content = obj.to_dict()
        content.pop("spec", None)
        return KubeObject.from_dict(content)

    events, informer = told([page(node("a", 5, spec={"x": 1}), version=10)], transform=shrink)
    assert "spec" not in events[0].object
    assert "spec" not in (informer.lister.get("a") or {})


def test_a_transform_that_changes_the_key_is_refused() -> None:
    _, informer = told([page(node("a", 5), version=10)], transform=lambda obj: node("b", 5))
    with pytest.raises(Quarantined, match="changed the key from a to b"):
        informer.lister.get("a")


def test_an_index_that_raises_quarantines_the_object() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [page(node("a", 5), node("b", 6, spec={"zone": "x"}), version=10)])

    def main() -> None:
        informer = SharedInformer(source, runtime=runtime)
        informer.add_index("zone", lambda obj: [obj["spec"]["zone"]])
        informer.start()
        informer.wait_for_sync()
        assert [obj.name for obj in informer.lister.by_index("zone", "x")] == ["b"]
        assert list(informer.health.quarantined) == [A]
        informer.stop()

    runtime.run(main)


def test_an_object_without_a_name_is_reported_and_the_others_are_taken_in() -> None:
    nameless = UnreadableObject("the object has no metadata.name", b"{}", resource_version="12")
    failures: list[object] = []
    lists = [ListPage([node("b", 5)], "10", unreadable=[nameless])]
    events, informer = told(lists, [WatchEvent(EventType.ADDED, None, "12", nameless), added(node("c", 13))], on_error=failures.append)
    assert [event.key.name for event in events] == ["b", "c"]
    assert informer.health.nameless == 2
    assert "no metadata.name" in str(failures[0])
