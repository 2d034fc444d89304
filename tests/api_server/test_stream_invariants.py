"""What holds on every history of the API server: its streams lose, repeat and invent nothing, and its lists are what history says.

S1 ordered: versions strictly increase       S5 bookmarkable: what a bookmark covers came before it   S9 pages together are the list
S2 unique: nothing comes twice               S6 filtered: the selector decides what is seen, and how   S10 a no-op takes no version
S3 reliable: nothing is missing              S7 the initial events are the list at their bookmark      S11 uid, generation, deletion
S4 resumable: cut and resumed is uncut       S8 an exact list is the replay of history
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api_server.client import FOOS, Client, Stream, foo


@dataclass(frozen=True)
class Shape:
    """A kind of objects: where they are, one of them, two states of its spec, and a field that it may be selected by."""

    path: str
    make: Callable[..., dict[str, Any]]
    specs: tuple[dict[str, Any], dict[str, Any]]
    field: str

    @property
    def selectors(self) -> list[dict[str, str]]:
        both = {"labelSelector": "x!=1", "fieldSelector": self.field}
        return [{}, {"labelSelector": "x=1"}, {"fieldSelector": self.field}, both]


def deployment(name: str, **metadata: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {"metadata": {"name": name, **metadata}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}


CUSTOM = Shape(FOOS, foo, ({"color": "red"}, {"color": "blue"}), "spec.color=red")
BUILT_IN = Shape("/apis/apps/v1/namespaces/default/deployments", deployment, ({"replicas": 2}, {"replicas": 3}), "metadata.name=a")
Event = dict[str, Any]
Seen = tuple[str, str, int, str]
"""Type, name, version, and the object without its version, as text."""


@dataclass(frozen=True)
class Step:
    """Something that happens, to the object `name` as a rule: see `Run.take`. What happens to one that is not there creates it."""

    what: str
    name: str = "a"
    value: str = "1"


@dataclass(frozen=True)
class Change:
    """One entry of the history as it was answered: what stood there before the version, and what after."""

    version: int
    name: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass
class Reader:
    """Watches while things happen, and rests for some seconds after each read.

    Cut off, it goes on from where it was, unless that has been compacted: then it is `lost`.
    """

    start: int
    selector: dict[str, str]
    rest: float
    events: list[Event] = field(default_factory=list)
    lost: bool = False

    def follow(self, run: Run) -> None:
        at = self.start
        while not (self.lost or run.over):
            stream = run.stream(at, self.selector, timeoutSeconds="4000")
            try:
                while events := stream.read():
                    self.lost = events[-1]["type"] == "ERROR"
                    self.events += events[: len(events) - self.lost]
                    at = version_of(self.events[-1]) if self.events else at
                    run.client.runtime.sleep(self.rest)
            except ConnectionResetError:
                continue

    def check(self, run: Run) -> None:
        seen, expected = objects_of(self.events), run.expected(self.start, self.selector)
        check_stream(expected[: len(seen)] if self.lost else expected, self.events)


@dataclass
class Run:
    """A history that is happening, with readers beside it."""

    shape: Shape
    client: Client = field(default_factory=lambda: Client(revision=100).with_foos())
    first: int = field(init=False)
    """The version at which the definition was there: the cache of its objects starts with it."""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    over: bool = False

    def __post_init__(self) -> None:
        self.first = self.client.api.revision

    def take(self, step: Step) -> None:
        api, before = self.client.api, self.client.api.revision
        match step.what:
            case "pause":
                self.client.runtime.sleep(70)
            case "elsewhere":
                api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"at-{before}"}})
            case "compact":
                api.compact(before - 2 * int(step.value))
            case "watch":
                self._watch(self.shape.selectors[int(step.value) % 4], rest=50.0 if step.name == "a" else 0.0)
            case "cut":
                api.disconnect(clean=step.value == "1")
            case _:
                self._write(step, before)

    def _write(self, step: Step, before: int) -> None:
        client, collection, there = self.client, self.shape.path, self.objects.get(step.name)
        path = f"{collection}/{step.name}"
        match step.what if there else "create":
            case "create":
                held = ["e.com/f"] if step.value == "2" else []
                client.post(collection, self.shape.make(step.name, labels={"x": step.value}, finalizers=held))
            case "label":
                client.merge(path, {"metadata": {"labels": {"x": step.value}}})
            case "spec":
                client.merge(path, {"spec": self.shape.specs[step.value != "1"]})
            case "put":
                client.put(path, as_sent(there or {}))
            case "status":
                client.merge(f"{path}/status", {"status": {"replicas": int(step.value)}})
            case "finalizers":
                client.merge(path, {"metadata": {"finalizers": None}})
            case "delete":
                client.delete(path)
        answer = client.get(path)
        self._record(step.name, before, answer.json if answer.status == 200 else None)

    def _record(self, name: str, before: int, now: dict[str, Any] | None) -> None:
        old, revision = self.objects.get(name), self.client.api.revision
        if now == old or (now and old and text(now) == text(old)):
            assert revision == before, "S10: a write that changes nothing takes no version"
            return
        assert revision == before + 1
        self.changes.append(Change(revision, name, old, now))
        if now is None:
            del self.objects[name]
            return
        self.objects[name] = now
        assert int(now["metadata"]["resourceVersion"]) == revision
        self._check_identity(old, now)

    def _check_identity(self, old: dict[str, Any] | None, now: dict[str, Any]) -> None:
        own, uid = now["metadata"], now["metadata"]["uid"]
        if old is None:
            assert uid not in self.uids, "S11: each create has a fresh uid"
            self.uids.append(uid)
            assert own["generation"] == 1
            return
        was = old["metadata"]
        assert uid == was["uid"]
        assert was.get("deletionTimestamp") in (None, own.get("deletionTimestamp")), "S11: a deletion is never taken back"
        counted = now["spec"] != old["spec"] or ("deletionTimestamp" in own and "deletionTimestamp" not in was)
        assert own["generation"] == was["generation"] + counted, "S11: the generation counts changes of the spec, and the deletion"

    def _watch(self, selector: dict[str, str], rest: float) -> None:
        reader = Reader(self.client.api.revision, selector, rest)
        self.readers.append(reader)
        self.client.runtime.spawn(partial(reader.follow, self), name=f"reader {len(self.readers)}")

    def end(self) -> None:
        """Let all that has happened be told."""
        self.over = True
        self.client.api.disconnect(clean=True)
        self.client.runtime.sleep(500)

    def stream(self, version: int | None, selector: Mapping[str, str], **query: str) -> Stream:
        start = {} if version is None else {"resourceVersion": str(version)}
        asked: dict[str, Any] = {**start, **selector, "allowWatchBookmarks": "true", "timeoutSeconds": "100", **query}
        return self.client.watch(self.shape.path, **asked)

    def expected(self, after: int, selector: Mapping[str, str]) -> list[Seen]:
        """The history from `after` on, as the selector shows it."""
        return list(filter(None, (shown(change, selector) for change in self.changes if change.version > after)))

    def state_at(self, version: int) -> list[dict[str, Any]]:
        """The replay of history."""
        there: dict[str, dict[str, Any]] = {}
        for change in self.changes:
            if change.version <= version:
                if change.new is None:
                    del there[change.name]
                else:
                    there[change.name] = change.new
        return [there[name] for name in sorted(there)]

    def list(self, **query: Any) -> dict[str, Any]:
        """A list, whose items say what they are: those of built-in kinds leave it to the list."""
        answer = self.client.get(self.shape.path, **query).json
        said = {"kind": answer["kind"].removesuffix("List"), "apiVersion": answer["apiVersion"]}
        return {**answer, "items": [{**said, **item} for item in answer["items"]]}

    @property
    def held(self) -> range:
        """The versions from which a watch may start."""
        return range(max(self.first, self.client.api.storage.compacted), self.client.api.revision + 1)


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """An object as somebody sends it who leaves to the server what is the server's."""
    own = {name: value for name, value in document["metadata"].items() if name in ("name", "resourceVersion", "labels", "finalizers")}
    return {**document, "metadata": own}


def matches(document: dict[str, Any] | None, selector: Mapping[str, str]) -> bool:
    if document is None:
        return False
    labelled = document["metadata"].get("labels", {}).get("x") == "1"
    wanted = {"": True, "x=1": labelled, "x!=1": not labelled}[selector.get("labelSelector", "")]
    field = {"": True, "spec.color=red": document["spec"].get("color") == "red", "metadata.name=a": document["metadata"]["name"] == "a"}
    return wanted and bool(field[selector.get("fieldSelector", "")])


def shown(change: Change, selector: Mapping[str, str]) -> Seen | None:
    before, now = matches(change.old, selector), matches(change.new, selector)
    if now:
        return ("MODIFIED" if before else "ADDED", change.name, change.version, text(change.new))
    return ("DELETED", change.name, change.version, text(change.old)) if before else None


def text(document: dict[str, Any] | None) -> str:
    assert document is not None
    own = {name: value for name, value in document["metadata"].items() if name != "resourceVersion"}
    return repr({**document, "metadata": dict(sorted(own.items()))})


def version_of(event: Mapping[str, Any]) -> int:
    return int(event["object"]["metadata"]["resourceVersion"])


def objects_of(events: Sequence[Mapping[str, Any]]) -> list[Seen]:
    told = [event for event in events if event["type"] != "BOOKMARK"]
    return [(event["type"], event["object"]["metadata"]["name"], version_of(event), text(event["object"])) for event in told]


def check_stream(expected: Sequence[Seen], events: Sequence[Event]) -> None:
    seen = objects_of(events)
    versions = [version for _, _, version, _ in seen]
    assert versions == sorted(set(versions)), "S1, S2"
    assert seen == expected, "S3, S6"
    told: list[int] = []
    for event in events:
        if event["type"] == "BOOKMARK":
            covered = [version for _, _, version, _ in expected if version <= version_of(event)]
            assert covered == told, "S5: everything up to a bookmark's version has come, and nothing of later"
        else:
            told.append(version_of(event))


def check_resuming(run: Run, start: int, selector: Mapping[str, str], cut: int) -> None:
    whole = objects_of(run.stream(start, selector).rest())
    first = whole[: cut % (len(whole) + 1)]
    at = first[-1][2] if first else start
    assert first + objects_of(run.stream(at, selector).rest()) == whole, "S4"


def check_initial_events(run: Run, selector: Mapping[str, str]) -> None:
    asked = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
    events = run.stream(None, selector, **asked).rest()
    added, mark = events[:-1], events[-1]
    while added and added[-1]["type"] == "BOOKMARK":
        added, mark = added[:-1], added[-1]
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    at = mark["object"]["metadata"]["resourceVersion"]
    listed = run.list(resourceVersion=at, resourceVersionMatch="Exact", **selector)["items"]
    assert [event["object"] for event in added] == listed, "S7"


def check_lists(run: Run, version: int, limit: int, selector: Mapping[str, str]) -> None:
    exact = run.list(resourceVersion=str(version), resourceVersionMatch="Exact")
    assert exact["items"] == run.state_at(version), "S8"
    assert exact["metadata"]["resourceVersion"] == str(version)
    whole = run.list(resourceVersion=str(version), resourceVersionMatch="Exact", **selector)
    page = run.list(resourceVersion=str(version), resourceVersionMatch="Exact", limit=str(limit), **selector)
    items = page["items"]
    while page["metadata"].get("continue"):
        assert len(items) <= len(whole["items"]), "S9: there is an end of pages"
        page = run.list(limit=str(limit), **{"continue": page["metadata"]["continue"]}, **selector)
        assert page["metadata"]["resourceVersion"] == str(version)
        items = items + page["items"]
    assert items == whole["items"], "S9"


WRITES = ["create", "label", "label", "spec", "spec", "put", "status", "finalizers", "delete", "delete"]
STEPS = st.builds(
    Step,
    st.sampled_from([*WRITES, "watch", "watch", "cut", "elsewhere", "pause", "pause", "compact"]),
    st.sampled_from("ab"),
    st.sampled_from("1234"),
)
HISTORIES = st.lists(st.lists(STEPS, max_size=10), max_size=8).map(lambda parts: [step for part in parts for step in part])
"""In parts, because a list that is drawn is short as a rule, and what matters takes a while to happen."""


@settings(max_examples=100)
@given(st.sampled_from([CUSTOM, BUILT_IN]), HISTORIES, st.integers(0, 30), st.integers(0, 10))
def test_streams_and_lists_tell_the_history_as_it_was(shape: Shape, steps: list[Step], back: int, number: int) -> None:
    run = Run(shape)

    def story() -> None:
        for step in (Step("watch", "a", "0"), Step("watch", "b", "1"), *steps):
            run.take(step)
        held = run.held
        start = held[-1 - min(back, len(held) - 1)]
        for selector in shape.selectors:
            check_stream(run.expected(start, selector), run.stream(start, selector).rest())
        selector = shape.selectors[number % 4]
        check_resuming(run, start, selector, cut=number)
        check_initial_events(run, selector)
        for version in (start, held[len(held) // 2], held[-1]):
            check_lists(run, version, 1 + number % 3, selector)
        run.end()
        for reader in run.readers:
            reader.check(run)

    run.client.run(story)
