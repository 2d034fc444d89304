"""Sections 4.3 and 4.4: which state a list shows, in which order, in which pages."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from tests.conformance.definitions import config_map, foo, pin
from tests.conformance.script import script
from tests.conformance.session import Session

FUTURE = "999999999"


def changed(s: Session) -> tuple[str, str]:
    """Three config maps, of which b has been deleted and c changed since the first version given; the second is the newest."""
    s.have(config_map("a"), config_map("b"))
    then = s.have(config_map("c")).version
    s.unseen("DELETE", s.at("configmaps", "b"))
    now = s.unseen("PATCH", s.at("configmaps", "c"), {"data": {"new": "1"}}, "application/merge-patch+json").version
    s.get(s.at("configmaps"))
    return then, now


@script("4.3 no version: consistent")
def _(s: Session) -> None:
    s.post(s.at("configmaps"), config_map("a"))
    s.get(s.at("configmaps"))
    s.delete(s.at("configmaps", "a"))
    s.get(s.at("configmaps"))


@script("4.3 no version, limit: consistent, in pages")
def _(s: Session) -> None:
    changed(s)
    page = s.get(s.at("configmaps"), limit=1)
    s.get(s.at("configmaps"), limit=1, continue_=page.rest)


@script("4.3 version 0: everything in one page, with and without limit and match")
def _(s: Session) -> None:
    changed(s)
    s.get(s.at("configmaps"), resourceVersion="0")
    s.get(s.at("configmaps"), resourceVersion="0", limit=1)
    s.get(s.at("configmaps"), resourceVersion="0", limit=1, resourceVersionMatch="NotOlderThan")


@script("4.3 rv=N: not older than N, which is the state now")
def _(s: Session) -> None:
    then, now = changed(s)
    s.get(s.at("configmaps"), resourceVersion=then)
    s.get(s.at("configmaps"), resourceVersion=now)


@script("4.3 rv=N limit=n is an exact list")
def _(s: Session) -> None:
    then, _now = changed(s)
    page = s.get(s.at("configmaps"), resourceVersion=then, limit=2)
    s.get(s.at("configmaps"), limit=2, continue_=page.rest)


@script("4.3 rv=N Exact is the state at N, with and without limit")
def _(s: Session) -> None:
    then, now = changed(s)
    s.get(s.at("configmaps"), resourceVersion=then, resourceVersionMatch="Exact")
    s.get(s.at("configmaps"), resourceVersion=now, resourceVersionMatch="Exact")
    page = s.get(s.at("configmaps"), resourceVersion=then, resourceVersionMatch="Exact", limit=1)
    s.get(s.at("configmaps"), continue_=page.rest)


@script("4.3 rv=1 Exact on a custom resource: what was there then, which is nothing")
def _(s: Session) -> None:
    s.have(foo("a"))
    first = s.have(foo("b")).version
    s.have(foo("c"))
    s.get(s.at("foos"), resourceVersion=first, resourceVersionMatch="Exact")


@script("4.3 rv=N NotOlderThan limit=n is the state now, in pages")
def _(s: Session) -> None:
    then, _now = changed(s)
    page = s.get(s.at("configmaps"), resourceVersion=then, resourceVersionMatch="NotOlderThan", limit=1)
    s.get(s.at("configmaps"), continue_=page.rest)


@script("4.3 continue without a limit is the rest, with version 0 the limit is ignored")
def _(s: Session) -> None:
    s.have(*[config_map(name) for name in "abcd"])
    page = s.get(s.at("configmaps"), limit=1)
    s.get(s.at("configmaps"), continue_=page.rest)
    s.get(s.at("configmaps"), continue_=page.rest, limit=1, resourceVersion="0")


@script("4.3 a version that is not there yet: 504 after three seconds, for each match")
def _(s: Session) -> None:
    s.get(s.at("configmaps"), resourceVersion=FUTURE)
    s.get(s.at("configmaps"), resourceVersion=FUTURE, limit=1)
    s.get(s.at("configmaps"), resourceVersion=FUTURE, resourceVersionMatch="Exact")
    s.get(s.at("configmaps"), resourceVersion=FUTURE, resourceVersionMatch="NotOlderThan")


@script("4.3 a version that is not there yet, of events: 504 at once")
def _(s: Session) -> None:
    s.get(s.at("events"), resourceVersion=FUTURE)
    s.get(s.at("events"), resourceVersion=FUTURE, resourceVersionMatch="Exact")


@script("4.3 an exact list of a compacted version: 410")
def _(s: Session) -> Iterator[None]:
    then = s.have(config_map("a")).version
    s.have(config_map("b"))
    yield
    s.get(s.at("configmaps"), resourceVersion=then, resourceVersionMatch="Exact")
    s.get(s.at("configmaps"), resourceVersion=then, limit=1)
    s.get(s.at("configmaps"), resourceVersion=then)
    s.get(s.at("configmaps"), resourceVersion=then, resourceVersionMatch="NotOlderThan")


@script("4.3 a namespace that is not there has an empty list")
def _(s: Session) -> None:
    s.get(s.at("configmaps", namespace="nosuch"))
    s.get(s.at("foos", namespace="nosuch"))


@script("4.4 the order is that of the bytes of namespace and name")
def _(s: Session) -> None:
    s.have(*[foo(name) for name in ("b", "aa", "a-1", "a", "a0", "a.b", "a-b")])
    s.get(s.at("foos"))
    s.get(s.at("foos"), limit=3)


@script("4.4 pages: remainingItemCount, and page two keeps the version of page one")
def _(s: Session) -> None:
    s.have(*[config_map(name) for name in "bdf"])
    page = s.get(s.at("configmaps"), limit=1)
    s.have(config_map("e"))
    s.unseen("DELETE", s.at("configmaps", "f"))
    page = s.get(s.at("configmaps"), limit=1, continue_=page.rest)
    s.get(s.at("configmaps"), limit=1, continue_=page.rest)


@script("4.4 pages of a custom resource")
def _(s: Session) -> None:
    s.have(*[foo(name) for name in "abc"])
    page = s.get(s.at("foos"), limit=2)
    s.get(s.at("foos"), limit=2, continue_=page.rest)


@script("4.4 pages of a cluster's objects")
def _(s: Session) -> None:
    mine = {"labels": {"of": s.ns}}
    s.have(*[pin(f"{s.ns}-{name}", **mine) for name in "abc"])
    page = s.get(s.at("pins"), labelSelector=f"of={s.ns}", limit=50)
    assert len(page.json["items"]) == 3


@script("4.4 with a selector there is no remainingItemCount, and a page goes on where there are more keys")
def _(s: Session) -> None:
    for name in "abcdef":
        s.have(config_map(name, labels={"half": "first" if name < "d" else "second"}))
    s.get(s.at("configmaps"), labelSelector="half=first", limit=2)
    page = s.get(s.at("configmaps"), labelSelector="half=second", limit=2)
    s.get(s.at("configmaps"), labelSelector="half=second", limit=2, continue_=page.rest)
    s.get(s.at("configmaps"), fieldSelector="metadata.name=c", limit=1)


@script("4.4 tokens with and without the leading slash are taken")
def _(s: Session) -> None:
    s.have(*[config_map(name) for name in "abc"])
    version = s.get(s.at("configmaps")).version
    for start in ("a\0", "/a\0"):
        content = {"v": "meta.k8s.io/v1", "rv": int(version), "start": start}
        token = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        s.get(s.at("configmaps"), limit=1, continue_=token)


@script("4.4 faulty tokens")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps"), continue_="garbage")
    s.get(s.at("configmaps"), continue_="!!")
    contents: list[Any] = [
        {"v": "meta.k8s.io/v2", "rv": 5, "start": "a"},
        {"v": "meta.k8s.io/v1", "rv": 0, "start": "a"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": ""},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": "../x"},
        {"v": "meta.k8s.io/v1", "rv": -2, "start": "a"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": "a/../b"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": "a//b"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": "./a"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": "a/"},
        {"v": "meta.k8s.io/v1", "rv": "5", "start": "a"},
        {"v": "meta.k8s.io/v1", "rv": 1.5, "start": "a"},
        {"v": 1, "rv": 5, "start": "a"},
        {"v": "meta.k8s.io/v1", "rv": 5, "start": ["a"]},
        {},
        [],
        "text",
        None,
    ]
    for content in contents:
        token = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        s.hide(token, f"TOKEN({content})")
        s.get(s.at("configmaps"), continue_=token)


@script("4.4 an expired token: 410 with a token that goes on at the newest state")
def _(s: Session) -> Iterator[None]:
    s.have(*[config_map(name) for name in "bdf"])
    page = s.get(s.at("configmaps"), limit=1)
    s.have(config_map("e"))
    yield
    expired = s.get(s.at("configmaps"), limit=1, continue_=page.rest)
    page = s.get(s.at("configmaps"), limit=1, continue_=expired.rest)
    s.get(s.at("configmaps"), continue_=page.rest)
