"""Section 3: GET of one object."""

from __future__ import annotations

from tests.conformance.definitions import config_map, foo
from tests.conformance.script import script
from tests.conformance.session import Session

FUTURE = "999999999"


@script("3 no version: the newest, or 404")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for resource in ("configmaps", "foos"):
        s.get(s.at(resource, "a"))
        s.get(s.at(resource, "none"))
    s.get(s.at("configmaps", "a", namespace="nosuch"))


@script("3 version 0 and versions that are past")
def _(s: Session) -> None:
    made = s.have(config_map("a"))
    s.get(s.at("configmaps"))
    s.get(s.at("configmaps", "a"), resourceVersion="0")
    s.get(s.at("configmaps", "a"), resourceVersion=made.version)
    s.get(s.at("configmaps", "none"), resourceVersion="0")


@script("3 a version that is not there yet: 504 after three seconds, before the object is looked for")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps", "a"), resourceVersion=FUTURE)
    s.get(s.at("configmaps", "none"), resourceVersion=FUTURE)


@script("3 a version that is no number: 500")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps", "a"), resourceVersion="abc")
    s.get(s.at("configmaps", "a"), resourceVersion="-1")


@script("3 events are not cached: the answer to a future version comes at once, without a retry")
def _(s: Session) -> None:
    s.get(s.at("events", "none"), resourceVersion=FUTURE)


@script("3 watch=true on one object's path is a plain GET")
def _(s: Session) -> None:
    s.have(foo("a"))
    s.get(s.at("foos", "a"), watch="true")
