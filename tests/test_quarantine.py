"""What transforms, filters, models and indexes refuse: each handler's story stays whole, and nothing else suffers."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fakes.simulation import SimulatedRuntime
from informer.errors import ConfigurationError, Expired, Quarantined
from informer.handlers import Added, Deleted, Event, Updated
from informer.objects import KubeObject, ObjectKey, UnreadableObject
from informer.shared_informer import SharedInformer
from informer.source import ListPage, WatchEvent
from tests.scripted import ScriptedSource, Step, deleted, modified, node, page

A = ObjectKey("", "a")
FIRST = page(node("a", 5), version=5)
Informer = SharedInformer[KubeObject]


class Simulation:
    """An informer over a script, and the body of a test beside it."""

    def __init__(self, lists: Sequence[ListPage], steps: Sequence[Step] = (), **options: Any) -> None:
        self.runtime = SimulatedRuntime(seed=1)
        self.source = ScriptedSource(self.runtime, lists, [steps])
        self._options = options

    def run(self, body: Callable[[Informer], object]) -> Informer:
        """Show `body` a new informer, let that follow its script where `body` did not, and stop it."""

        def main() -> Informer:
            informer = SharedInformer(self.source, runtime=self.runtime, **self._options)
            body(informer)
            if not informer.started:
                self.follow(informer)
            informer.stop()
            return informer

        return self.runtime.run(main)

    def follow(self, informer: Informer) -> None:
        """Start it, and let a minute pass."""
        informer.start()
        self.runtime.sleep(60)


def refusing(*versions: str) -> Callable[[KubeObject], KubeObject]:
    """A transform that raises for these versions."""

    def transform(obj: KubeObject) -> KubeObject:
        if obj.resource_version in versions:
            raise ValueError(f"version {obj.resource_version} is refused")
        return obj

    return transform


def story(events: Sequence[Event[Any]]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize(("then", "kind"), [(modified(node("a", 7)), Updated), (deleted(node("a", 7)), Deleted)], ids=["update", "delete"])
def test_a_handler_added_while_an_object_is_quarantined_is_told_of_its_last_good_state_first(then: WatchEvent, kind: type[Any]) -> None:
    simulation = Simulation([FIRST], [modified(node("a", 6))], transform=refusing("6"))
    events: list[Event[KubeObject]] = []

    def body(informer: Informer) -> None:
        simulation.follow(informer)
        assert A in informer.health.quarantined
        informer.add_handler(events.append)
        simulation.source.say(then)
        simulation.runtime.sleep(1)

    simulation.run(body)
    assert events[0] == Added(A, node("a", 5), initial=True)
    assert [type(event) for event in events[1:]] == [kind]


def test_a_last_state_that_the_filter_does_not_pass_still_ends_the_object() -> None:
    terminating = node("a", 6, metadata={"deletionTimestamp": "2024-01-01T00:00:00Z"})
    events: list[Event[KubeObject]] = []
    Simulation([FIRST], [deleted(terminating)]).run(
        lambda informer: informer.add_handler(events.append, filter=lambda obj: "deletionTimestamp" not in obj["metadata"])
    )
    assert story(events) == ["Added", "Deleted"]


def test_a_last_state_that_the_model_refuses_still_ends_the_object() -> None:
    events: list[Event[str]] = []

    def model(content: dict[str, Any]) -> str:
        version = str(content["metadata"]["resourceVersion"])
        if version == "6":
            raise ValueError("no model")
        return version

    informer = Simulation([FIRST], [deleted(node("a", 6))]).run(lambda informer: informer.typed(model).add_handler(events.append))
    assert events == [Added(A, "5", initial=True), Deleted(A, "5")]
    assert informer.counters.model_errors == 1


def test_a_filter_that_raises_for_one_version_is_reported_once_and_does_not_cost_the_next_one() -> None:
    events: list[Event[KubeObject]] = []

    def passes(obj: KubeObject) -> bool:
        return bool(refusing("6")(obj))

    informer = Simulation([FIRST], [modified(node("a", 6)), modified(node("a", 7))]).run(
        lambda informer: informer.add_handler(events.append, filter=passes)
    )
    assert story(events) == ["Added", "Deleted", "Added"]
    assert events[-1].object.resource_version == "7"
    assert informer.counters.handler_errors == 1


def test_each_read_of_a_quarantined_object_raises_an_error_of_its_own() -> None:
    depths: list[int] = []

    def body(informer: Informer) -> None:
        simulation.follow(informer)
        for _ in range(5):
            with pytest.raises(Quarantined) as raised:
                informer.lister.get("a")
            depths.append(len(list(traceback.walk_tb(raised.value.__traceback__))))

    simulation = Simulation([FIRST], transform=refusing("5"))
    simulation.run(body)
    assert len(set(depths)) == 1


def test_an_index_value_that_is_no_text_quarantines_the_object() -> None:
    objects = page(node("a", 5, spec={}), node("b", 5, spec={"zone": "x"}), version=5)
    informer = Simulation([objects]).run(lambda informer: informer.add_index("zone", lambda obj: [obj["spec"].get("zone")]))
    assert list(informer.lister.index_values("zone")) == ["x"]
    assert isinstance(informer.health.quarantined[A].cause, ConfigurationError)
    assert "None for a, which is no text" in str(informer.health.quarantined[A])


def test_an_index_may_be_added_from_the_error_hook() -> None:
    made: list[Informer] = []
    simulation = Simulation([FIRST], transform=refusing("5"), on_error=lambda failure: made[0].add_index("late", lambda obj: [obj.name]))
    informer = simulation.run(made.append)
    assert list(informer.lister.index_values("late")) == []
    assert A in informer.health.quarantined


def test_a_transform_that_strips_the_uid_does_not_make_one_object_of_two() -> None:
    def strip(obj: KubeObject) -> KubeObject:
        content = obj.to_dict()
        del content["metadata"]["uid"]
        return KubeObject.from_dict(content)

    events: list[Event[KubeObject]] = []
    lists = [page(node("a", 5, uid="one"), version=5), page(node("a", 9, uid="two"), version=9)]
    informer = Simulation(lists, [Expired("gone")], transform=strip).run(lambda informer: informer.add_handler(events.append))
    assert "Updated" not in story(events)
    assert A in informer.health.quarantined


def test_an_object_that_cannot_be_read_any_more_is_quarantined_and_not_deleted() -> None:
    unreadable = UnreadableObject("the uid is a number", b"{}", key=A, resource_version="9")
    events: list[Event[KubeObject]] = []
    informer = Simulation([FIRST, ListPage([], "9", unreadable=[unreadable])], [Expired("gone")]).run(
        lambda informer: informer.add_handler(events.append)
    )
    assert story(events) == ["Added"]
    assert list(informer.health.quarantined) == [A]


class Counted(KubeObject):
    """Objects of one test only, which can be counted."""

    @classmethod
    def alive(cls) -> int:
        gc.collect()
        return sum(type(each) is cls for each in gc.get_objects())

    @classmethod
    def page(cls, count: int) -> ListPage:
        return page(*(cls.from_dict(node(f"n{number}", 1 + number)) for number in range(count)), version=2000)


def test_a_quarantined_object_keeps_no_other_object_of_its_list_in_memory() -> None:
    simulation = Simulation(
        [Counted.page(100)], [deleted(node(f"n{number}", 3000 + number)) for number in range(1, 100)], transform=refusing("1")
    )

    def body(informer: Informer) -> None:
        simulation.follow(informer)
        assert [str(key) for key in informer.lister.keys()]  # noqa: SIM118 == ["n0"]
        simulation.source.say(modified(node("x", 9000)))  # or the last batch is still in the reflector's hands
        simulation.runtime.sleep(1)
        assert Counted.alive() <= 1

    simulation.run(body)


def test_an_idle_handler_keeps_no_delivered_object_in_memory() -> None:
    simulation = Simulation([Counted.page(100), page(version=3000)], [Expired("gone")])

    def body(informer: Informer) -> None:
        informer.add_handler(on_delete=lambda obj: None)
        simulation.follow(informer)
        assert len(informer.lister) == 0
        assert Counted.alive() == 0

    simulation.run(body)
