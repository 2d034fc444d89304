"""Section 6: the representations of meta.k8s.io/v1beta1, for which clients of old times still ask."""

from __future__ import annotations

from tests.conformance.definitions import config_map, foo, pod
from tests.conformance.script import script
from tests.conformance.session import MERGE, Session

OLD = "g=meta.k8s.io;v=v1beta1"
TABLE, PARTIAL, PARTIAL_LIST = (
    f"application/json;as={shape};{OLD}" for shape in ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
)
STREAM = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}


@script("6 Tables of v1beta1", ordered=True)
def _(s: Session) -> None:
    s.have(config_map("a"), pod("a"), foo("a", {"size": 3}), foo("b"))
    for include in ("None", "Metadata", "Object", "", "Foo"):
        s.get(s.at("foos"), TABLE, includeObject=include)
        s.get(s.at("pods"), TABLE, includeObject=include)
    s.get(s.at("configmaps", "a"), TABLE)
    s.get(s.at("foos"), TABLE, limit=1)
    s.get(s.at("foos"), TABLE, labelSelector="none=such")
    s.get(s.at("configmaps", "none"), TABLE)


@script("6 metadata only of v1beta1", ordered=True)
def _(s: Session) -> None:
    s.have(config_map("a", labels={"x": "1"}), foo("a"), foo("b"))
    for resource in ("configmaps", "foos"):
        s.get(s.at(resource, "a"), PARTIAL)
        s.get(s.at(resource), PARTIAL_LIST)
        s.get(s.at(resource), PARTIAL_LIST, limit=1)
        s.get(s.at(resource), PARTIAL_LIST, labelSelector="none=such")
        s.get(s.at(resource), PARTIAL)
        s.get(s.at(resource, "a"), PARTIAL_LIST)


@script("6 watches in the forms of v1beta1")
def _(s: Session) -> None:
    before = s.unseen("GET", s.at("foos")).version
    s.have(foo("a"), foo("b"), config_map("a"))
    s.unseen("DELETE", s.at("foos", "a"))
    for accept in (TABLE, PARTIAL):
        s.watch(s.at("foos"), accept, resourceVersion=before).until("DELETED", "a")
        s.watch(s.at("foos"), accept, **STREAM).until("BOOKMARK")
        s.watch(s.at("configmaps"), accept, **STREAM).until("BOOKMARK")
    s.watch(s.at("configmaps"), PARTIAL_LIST).rest()


@script("6 what a write answers in the forms of v1beta1")
def _(s: Session) -> None:
    for accept in (TABLE, PARTIAL):
        s.ask("POST", s.at("foos"), foo("a"), {"Accept": accept})
        s.ask("PATCH", s.at("foos", "a"), {"spec": {"size": 2}}, {"Accept": accept, "Content-Type": MERGE})
        s.ask("DELETE", s.at("foos", "a"), None, {"Accept": accept})
        s.ask("POST", s.at("configmaps"), config_map("a"), {"Accept": accept}, dryRun="All")
        s.ask("DELETE", s.at("configmaps"), None, {"Accept": accept})


@script("6 the forms of v1beta1 in YAML and protobuf, and among others")
def _(s: Session) -> None:
    s.have(config_map("a", labels={"x": "1"}), foo("a"))
    paths = (s.at("configmaps"), s.at("configmaps", "a"), s.at("foos"), s.at("foos", "a"))
    for shape in ("PartialObjectMetadata", "PartialObjectMetadataList"):
        for codec in ("yaml", "vnd.kubernetes.protobuf"):
            for path in paths:
                s.get(path, f"application/{codec};as={shape};{OLD}")
    for accept in (
        f"application/vnd.kubernetes.protobuf;as=Table;{OLD}",
        f"application/json;as=Table;g=meta.k8s.io;v=v1, {TABLE}",
        f"{TABLE}, application/json;as=Table;g=meta.k8s.io;v=v1",
        f"application/json;as=Nosuch;{OLD}",
        f"application/json;as=Nosuch;{OLD}, application/json",
        "application/json;as=Table;g=meta.k8s.io;v=v1alpha1",
        "application/json;as=Table;g=meta.k8s.io",
        "application/json;as=Table",
    ):
        s.get(s.at("configmaps", "a"), accept)
        s.get(s.at("foos", "a"), accept)
