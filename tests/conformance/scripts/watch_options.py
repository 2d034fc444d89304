"""Sections 5.2 and 5.3: what is wrong with the parameters of a watch."""

from __future__ import annotations

from tests.conformance.script import script
from tests.conformance.session import Session


@script("5.3 combinations of initial events, versions and matches")
def _(s: Session) -> None:
    for query in (
        {"sendInitialEvents": "true"},
        {"sendInitialEvents": "false"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "Exact"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "Foo"},
        {"resourceVersionMatch": "NotOlderThan"},
        {"resourceVersionMatch": "NotOlderThan", "resourceVersion": "0"},
        {"resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "Exact", "resourceVersion": "5"},
        {"resourceVersionMatch": "NotOlderThan", "continue_": "x"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "continue_": "x"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "resourceVersion": "abc"},
        {"resourceVersion": "abc"},
        {"sendInitialEvents": "abc"},
        {"timeoutSeconds": "abc"},
        {"labelSelector": "a b"},
        {"fieldSelector": "spec.nosuch=1"},
        {"fieldSelector": "foo"},
    ):
        for resource in ("configmaps", "foos"):
            s.watch(s.at(resource), **query).close()


@script("5.2 sendInitialEvents is defaulted only without a match")
def _(s: Session) -> None:
    s.watch(s.at("foos"), resourceVersion="0", resourceVersionMatch="NotOlderThan").close()
    s.watch(s.at("foos"), resourceVersion="0", allowWatchBookmarks="true").until("BOOKMARK")


@script("5.3 values of booleans")
def _(s: Session) -> None:
    for value in ("1", "true", "True", "t", "0", "false", "no", ""):
        s.get(s.at("configmaps"), watch=value, timeoutSeconds="1")
