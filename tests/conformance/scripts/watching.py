"""Sections 5.4 to 5.8: where a watch starts, and what it brings."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.definitions import config_map, foo, pod
from tests.conformance.script import script
from tests.conformance.session import Session

FUTURE = "999999999"


def history(s: Session, resource: str = "configmaps") -> str:
    """An object comes, changes, goes; another comes. Gives the version before all of it."""
    made = foo if resource == "foos" else config_map
    before = str(s.unseen("GET", s.at(resource)).version)
    s.have(made("a"))
    s.unseen("PATCH", s.at(resource, "a"), {"metadata": {"labels": {"x": "1"}}}, "application/merge-patch+json")
    s.unseen("DELETE", s.at(resource, "a"))
    s.have(made("b"))
    return before


def last(s: Session, name: str = "last", resource: str = "configmaps") -> None:
    """What every watch of these scripts gets to see at the end."""
    s.have((foo if resource == "foos" else config_map)(name))


@script("5.4 rv=N: every event after N, in order")
def _(s: Session) -> None:
    before = history(s)
    s.watch(s.at("configmaps"), resourceVersion=before).until("ADDED", "b")


@script("5.4 rv=N of a custom resource")
def _(s: Session) -> None:
    before = history(s, "foos")
    s.watch(s.at("foos"), resourceVersion=before).until("ADDED", "b")


@script("5.4 rv=N starts after N, not at it")
def _(s: Session) -> None:
    s.have(config_map("a"))
    at = s.have(config_map("b")).version
    last(s)
    s.watch(s.at("configmaps"), resourceVersion=at).until("ADDED", "last")


@script("5.4 no version: the state, then what happens")
def _(s: Session) -> None:
    s.have(config_map("b"), config_map("a"))
    watch = s.watch(s.at("configmaps"))
    last(s)
    watch.until("ADDED", "last")


@script("5.4 no version, with bookmarks: the state, its end, then what happens")
def _(s: Session) -> None:
    s.have(config_map("b"), config_map("a"))
    watch = s.watch(s.at("configmaps"), allowWatchBookmarks="true")
    watch.until("BOOKMARK")


@script("5.4 version 0, with bookmarks")
def _(s: Session) -> None:
    s.have(foo("b"), foo("a"))
    s.get(s.at("foos"))
    s.watch(s.at("foos"), allowWatchBookmarks="true", resourceVersion="0").until("BOOKMARK")


@script("5.4 streaming list: no version, version 0, version N")
def _(s: Session) -> None:
    s.have(config_map("b"), config_map("a"))
    version = s.get(s.at("configmaps")).version
    asked = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    s.watch(s.at("configmaps"), **asked).until("BOOKMARK")
    s.watch(s.at("configmaps"), resourceVersion="0", **asked).until("BOOKMARK")
    s.watch(s.at("configmaps"), resourceVersion=version, **asked).until("BOOKMARK")


@script("5.4 streaming list of nothing")
def _(s: Session) -> None:
    asked = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    s.watch(s.at("foos"), **asked).until("BOOKMARK")
    s.watch(s.at("configmaps"), **asked).until("BOOKMARK")


@script("5.4 streaming list goes on with what happens")
def _(s: Session) -> None:
    s.have(foo("b"), foo("a"))
    asked = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    watch = s.watch(s.at("foos"), **asked)
    s.unseen("DELETE", s.at("foos", "a"))
    last(s, resource="foos")
    watch.until("ADDED", "last")


@script("5.4 sendInitialEvents=false: nothing of what is there")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps"))
    for version in ("", "0"):
        asked = {"resourceVersion": version} if version else {}
        watch = s.watch(s.at("configmaps"), sendInitialEvents="false", resourceVersionMatch="NotOlderThan", **asked)
        last(s, f"last{version}")
        watch.until("ADDED", f"last{version}")


@script("5.4 a future version: silence, and what happens before it is not told")
def _(s: Session) -> None:
    watch = s.watch(s.at("configmaps"), resourceVersion=FUTURE, timeoutSeconds="1", allowWatchBookmarks="true")
    s.have(config_map("a"))
    assert watch.rest() == []


@script("5.4 a future version with initial events: 504 in the stream")
def _(s: Session) -> None:
    asked = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    s.watch(s.at("configmaps"), resourceVersion=FUTURE, **asked).rest()


@script("5.4 a compacted version: 410 in the stream")
def _(s: Session) -> Iterator[None]:
    then = s.have(config_map("a")).version
    s.have(config_map("b"))
    yield
    s.watch(s.at("configmaps"), resourceVersion=then).rest()
    s.watch(s.at("configmaps"), resourceVersion="1").rest()


@script("5.4 version 1 of a custom resource: 410 in the stream after a compaction")
def _(s: Session) -> Iterator[None]:
    s.have(foo("a"))
    yield
    s.eventually(s.at("foos"), 200)
    s.watch(s.at("foos"), resourceVersion="1").rest()


@script("5.6 a label selector: objects enter and leave")
def _(s: Session) -> None:
    before = s.have(config_map("a", labels={"x": "no"})).version
    for label in ("yes", "yes", "no", "yes"):
        s.unseen(
            "PATCH", s.at("configmaps", "a"), {"metadata": {"labels": {"x": label}}, "data": {"at": label}}, "application/merge-patch+json"
        )
    s.unseen("PATCH", s.at("configmaps", "a"), {"data": {"more": "1"}}, "application/merge-patch+json")
    s.unseen("DELETE", s.at("configmaps", "a"))
    s.have(config_map("b", labels={"x": "no"}), config_map("last", labels={"x": "yes"}))
    s.watch(s.at("configmaps"), resourceVersion=before, labelSelector="x=yes").until("ADDED", "last")


@script("5.6 a field selector of a custom resource: objects enter and leave")
def _(s: Session) -> None:
    before = s.have(foo("a", {"color": "blue"})).version
    for color in ("red", "red", "blue", "red"):
        s.unseen("PATCH", s.at("foos", "a"), {"spec": {"color": color}}, "application/merge-patch+json")
    s.unseen("DELETE", s.at("foos", "a"))
    s.have(foo("b", {"color": "blue"}), foo("last", {"color": "red"}))
    s.watch(s.at("foos"), resourceVersion=before, fieldSelector="spec.color=red").until("ADDED", "last")


@script("5.6 a field selector of pods: a pod enters when it is bound")
def _(s: Session) -> None:
    before = s.have(pod("a")).version
    target = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "a"}, "target": {"kind": "Node", "name": "n1"}}
    assert s.unseen("POST", s.at("pods", "a", "binding"), target).status == 201
    s.have(pod("b"), pod("last", node="n1"))
    s.watch(s.at("pods"), resourceVersion=before, fieldSelector="spec.nodeName=n1").until("ADDED", "last")


@script("5.6 a delete shows the last state under the version of the delete")
def _(s: Session) -> None:
    before = s.have(config_map("a")).version
    s.unseen("DELETE", s.at("configmaps", "a"))
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "a")


@script("5.6 a delete by the last finalizer shows the state that still has it, and nothing else of that patch")
def _(s: Session) -> None:
    before = s.have(config_map("a", finalizers=["example.com/x", "example.com/y"])).version
    s.delete(s.at("configmaps", "a"))
    s.patch(s.at("configmaps", "a"), {"metadata": {"finalizers": ["example.com/x"]}})
    s.patch(s.at("configmaps", "a"), {"metadata": {"finalizers": None}, "data": {"lost": "1"}})
    s.get(s.at("configmaps", "a"))
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "a")


@script("5.6 delete and create again: two objects of one name")
def _(s: Session) -> None:
    before = s.have(config_map("a")).version
    s.unseen("DELETE", s.at("configmaps", "a"))
    s.have(config_map("a", {"new": "1"}))
    s.watch(s.at("configmaps"), resourceVersion=before).until("ADDED", "a")


@script("5.6 a write that changes nothing is no event")
def _(s: Session) -> None:
    made = s.have(config_map("a"))
    s.unseen("PUT", s.at("configmaps", "a"), made.json)
    s.unseen("PATCH", s.at("configmaps", "a"), {}, "application/merge-patch+json")
    last(s)
    s.watch(s.at("configmaps"), resourceVersion=made.version).until("ADDED", "last")


@script("5.7 a bookmark two seconds before the end, if there is something to tell")
def _(s: Session) -> None:
    before = s.have(config_map("a")).version
    watch = s.watch(s.at("configmaps"), resourceVersion=before, timeoutSeconds="15", allowWatchBookmarks="true")
    s.unseen("PATCH", s.at("configmaps", "a"), {"data": {"b": "1"}}, "application/merge-patch+json")
    watch.rest()


@script("5.7 no bookmarks unless they are asked for")
def _(s: Session) -> None:
    before = s.have(config_map("a")).version
    watch = s.watch(s.at("configmaps"), resourceVersion=before, timeoutSeconds="15")
    s.unseen("PATCH", s.at("configmaps", "a"), {"data": {"b": "1"}}, "application/merge-patch+json")
    watch.rest()


@script("5.7 a bookmark also where nothing is selected")
def _(s: Session) -> None:
    before = s.have(config_map("a")).version
    asked = {"allowWatchBookmarks": "true", "timeoutSeconds": "15", "labelSelector": "none=such"}
    watch = s.watch(s.at("configmaps"), resourceVersion=before, **asked)
    s.patch(s.at("configmaps", "a"), {"data": {"b": "1"}})
    watch.rest()


@script("5.8 timeoutSeconds ends the stream cleanly")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.watch(s.at("configmaps"), timeoutSeconds="5").rest()


@script("5.1 watch=1, and one object through its name")
def _(s: Session) -> None:
    before = s.have(config_map("a"), config_map("b")).version
    s.unseen("PATCH", s.at("configmaps", "a"), {"data": {"b": "1"}}, "application/merge-patch+json")
    s.unseen("PATCH", s.at("configmaps", "b"), {"data": {"b": "1"}}, "application/merge-patch+json")
    s.watch(s.at("configmaps"), watch="1", resourceVersion=before, fieldSelector="metadata.name=b").until("MODIFIED", "b")


@script("5.1 the old paths of watches")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    s.watch(f"/api/v1/watch/namespaces/{s.ns}/configmaps").until("ADDED", "b")
    s.watch(f"/api/v1/watch/namespaces/{s.ns}/configmaps/b").until("ADDED", "b")
    s.get(f"/api/v1/watch/namespaces/{s.ns}/configmaps/b", fieldSelector="metadata.name=a", timeoutSeconds="1")


@script("5.1 a namespace that is not there: silence")
def _(s: Session) -> None:
    assert s.watch(s.at("configmaps", namespace="nosuch"), timeoutSeconds="1").rest() == []


@script("5.1 limit is ignored, and so is continue")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    s.watch(s.at("configmaps"), limit="1").until("ADDED", "b")
    before = s.have(config_map("c")).version
    last(s)
    s.watch(s.at("configmaps"), continue_="x", resourceVersion=before).until("ADDED", "last")
    s.watch(s.at("configmaps"), continue_="x").close()
