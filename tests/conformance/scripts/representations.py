"""Section 6: what Accept asks for."""

from __future__ import annotations

from tests.conformance.definitions import config_map, definition, deployment, foo, pod
from tests.conformance.script import script
from tests.conformance.session import PARTIAL, PARTIAL_LIST, TABLE, Session

STREAM = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}


@script("6 JSON is the default, and the first acceptable alternative wins")
def _(s: Session) -> None:
    s.have(config_map("a"))
    for accept in (
        "*/*",
        "application/*",
        "application/json, */*",
        "text/html, application/json",
        "application/json;q=0.1, application/yaml",
        "application/json;as=Nosuch;v=v1;g=meta.k8s.io, application/json",
        "application/json;stream=watch",
    ):
        s.get(s.at("configmaps", "a"), accept)


@script("6 what is not acceptable: 406")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for accept in (
        "text/html",
        "application/xml",
        "application/json;as=Nosuch;v=v1;g=meta.k8s.io",
        "application/json;as=Table;v=v9;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadata;v=v1;g=nosuch",
    ):
        s.get(s.at("configmaps", "a"), accept)
        s.get(s.at("configmaps"), accept)
        s.get(s.at("foos", "a"), accept)


@script("6 YAML")
def _(s: Session) -> None:
    s.have(config_map("a", {"text": "a: b", "number": "1"}))
    s.get(s.at("configmaps", "a"), "application/yaml")
    s.get(s.at("configmaps", "none"), "application/yaml")


@script("6 metadata only: object, list, watch")
def _(s: Session) -> None:
    before = s.unseen("GET", s.at("configmaps")).version
    s.have(config_map("a", labels={"x": "1"}), config_map("b"))
    s.get(s.at("configmaps", "a"), PARTIAL)
    s.get(s.at("configmaps"), PARTIAL_LIST)
    s.get(s.at("configmaps"), PARTIAL_LIST, limit=1)
    s.watch(s.at("configmaps"), PARTIAL, resourceVersion=before).until("ADDED", "b")
    s.watch(s.at("configmaps"), PARTIAL, **STREAM).until("BOOKMARK")


@script("6 metadata only of a custom resource")
def _(s: Session) -> None:
    before = s.unseen("GET", s.at("foos")).version
    s.have(foo("a", labels={"x": "1"}), foo("b"))
    s.get(s.at("foos", "a"), PARTIAL)
    s.get(s.at("foos"), PARTIAL_LIST)
    s.watch(s.at("foos"), PARTIAL, resourceVersion=before).until("ADDED", "b")
    s.watch(s.at("foos"), PARTIAL, **STREAM).until("BOOKMARK")


@script("6 metadata only, the wrong form")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps"), PARTIAL)
    s.get(s.at("configmaps", "a"), PARTIAL_LIST)
    s.watch(s.at("configmaps"), PARTIAL_LIST).rest()


@script("6 metadata only of what a write answers")
def _(s: Session) -> None:
    s.ask("POST", s.at("configmaps"), config_map("a"), {"Accept": PARTIAL})
    s.ask("DELETE", s.at("configmaps", "a"), None, {"Accept": PARTIAL})


@script("6 a Table of a custom resource, with each includeObject")
def _(s: Session) -> None:
    s.have(foo("a", {"size": 3}), foo("b"))
    for include in ("None", "Metadata", "Object", "", "Foo"):
        s.get(s.at("foos"), TABLE, includeObject=include)
    s.get(s.at("foos", "a"), TABLE)
    s.get(s.at("foos"), TABLE, limit=1)
    s.get(s.at("foos"), TABLE, labelSelector="none=such")


@script("6 a Table of a custom resource with no columns of its own")
def _(s: Session) -> None:
    made = {"apiVersion": "lab.example.com/v1", "kind": "Pin", "metadata": {"name": f"{s.ns}-a", "labels": {"of": s.ns}}}
    s.have(made)
    s.get(s.at("pins"), TABLE, labelSelector=f"of={s.ns}")


@script("6 Tables of built-in kinds")
def _(s: Session) -> None:
    s.have(config_map("a"), pod("a"), pod("b", node="n1"), deployment("a", 2))
    for resource in ("configmaps", "pods", "deployments"):
        s.get(s.at(resource), TABLE)
    s.get(s.at("secrets"), TABLE)
    s.get(s.at("services"), TABLE)
    s.get(s.at("leases"), TABLE)


@script("6 a Table of nothing")
def _(s: Session) -> None:
    made = {"metadata": {"name": "a"}, "rules": []}
    s.have({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", **made})
    for resource in ("roles", "configmaps", "foos", "limitranges", "customresourcedefinitions", "storageclasses"):
        s.get(s.at(resource), TABLE, labelSelector="of=nobody")
    s.get(s.at("roles"), TABLE, fieldSelector="metadata.name=b")


@script("6 Tables in a watch: columns once, bookmarks as a row, errors as a Status")
def _(s: Session) -> None:
    before = s.unseen("GET", s.at("foos")).version
    s.have(foo("a"), foo("b"))
    s.unseen("DELETE", s.at("foos", "a"))
    s.watch(s.at("foos"), TABLE, resourceVersion=before).until("DELETED", "a")
    s.watch(s.at("foos"), TABLE, **STREAM).until("BOOKMARK")
    s.watch(s.at("foos"), TABLE, includeObject="None", **STREAM).until("BOOKMARK")
    s.watch(s.at("foos"), TABLE, includeObject="Object", **STREAM).until("BOOKMARK")


@script("6 Tables in a watch of a built-in kind")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    s.watch(s.at("configmaps"), TABLE, **STREAM).until("BOOKMARK")
    s.watch(s.at("pods"), TABLE, **STREAM).until("BOOKMARK")


@script("6 what a watch accepts")
def _(s: Session) -> None:
    for accept in (
        "application/json;stream=watch",
        "application/json;stream=nosuch",
        "application/yaml",
        "text/html",
        "application/json, */*",
    ):
        s.watch(s.at("configmaps"), accept, timeoutSeconds="1", resourceVersion="").close()


@script("6 protobuf of a custom resource is not acceptable")
def _(s: Session) -> None:
    s.have(foo("a"))
    s.get(s.at("foos"), "application/vnd.kubernetes.protobuf")
    s.get(s.at("foos"), "application/vnd.kubernetes.protobuf,application/json")
    s.watch(s.at("foos"), "application/vnd.kubernetes.protobuf;stream=watch").close()


@script("6 a Table of a definition's own columns: types, formats, priorities, arrays and what is not there")
def _(s: Session) -> None:
    group = f"{s.ns}.example.com"
    columns = [
        {"name": "Color", "type": "string", "jsonPath": ".spec.color", "priority": 1},
        {"name": "Tags", "type": "string", "jsonPath": ".spec.tags"},
        {"name": "First", "type": "string", "jsonPath": ".spec.parts[0].name"},
        {"name": "Every", "type": "string", "jsonPath": ".spec.parts[*].name"},
        {"name": "Number", "type": "number", "jsonPath": ".spec.size"},
        {"name": "Wrong", "type": "integer", "jsonPath": ".spec.color"},
        {"name": "Yes", "type": "boolean", "jsonPath": ".spec.yes"},
        {"name": "When", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    s.unseen("POST", s.at("customresourcedefinitions"), definition("Bar", group, additionalPrinterColumns=columns))
    path = f"/apis/{group}/v1/namespaces/{s.ns}/bars"
    s.eventually(path, 200)
    spec = {"color": "red", "size": 2, "tags": ["a", "b"], "parts": [{"name": "x"}, {"name": "y"}]}
    for name, own in (("a", spec), ("b", {})):
        s.unseen("POST", path, {"apiVersion": f"{group}/v1", "kind": "Bar", "metadata": {"name": name}, "spec": own})
    s.get(path, TABLE)
    s.unseen("DELETE", s.at("customresourcedefinitions", f"bars.{group}"))


@script("6 a Table of what was not stored")
def _(s: Session) -> None:
    s.ask("POST", s.at("configmaps"), config_map("a"), {"Accept": TABLE}, dryRun="All")
    s.ask("POST", s.at("foos"), foo("a"), {"Accept": TABLE}, dryRun="All")


@script("6 the quality of alternatives, and parameters that say nothing")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for accept in (
        "application/yaml;q=0.5, application/json;q=0.5",
        "*/*, application/yaml",
        "application/*;q=0.9, application/yaml;q=0.8",
        "application/json;stream=watch;q=0.1, application/yaml",
        "application/json;pretty=1",
        "application/json;charset=utf-8",
        "application/json;sv=v9",
        "application/json;q=nosuch, application/yaml;q=0.1",
        "application/yaml;stream=watch",
        "json",
        "*",
        "APPLICATION/JSON",
        "application/json;g=meta.k8s.io;v=v1",
        "",
    ):
        s.get(s.at("configmaps", "a"), accept)
        s.get(s.at("foos", "a"), accept)


@script("6 refusals in the form that was asked for")
def _(s: Session) -> None:
    s.have(config_map("a"), foo("a"))
    for accept in ("application/yaml", "application/vnd.kubernetes.protobuf", TABLE, f"{TABLE}, application/json", "text/html", "*/*"):
        s.get(s.at("foos", "none"), accept)
        s.get(s.at("configmaps", "none"), accept)
        s.ask("POST", s.at("configmaps"), config_map("Bad_"), {"Accept": accept})
        s.ask("POST", s.at("foos"), foo("Bad_"), {"Accept": accept})


@script("6 metadata only and Tables, in YAML and protobuf")
def _(s: Session) -> None:
    s.have(config_map("a", labels={"x": "1"}), foo("a"))
    for own in ("PartialObjectMetadata", "PartialObjectMetadataList", "Table"):
        for codec in ("yaml", "vnd.kubernetes.protobuf"):
            if (own, codec) == ("Table", "yaml"):
                # its columns are described, which is the API's documentation
                continue
            accept = f"application/{codec};as={own};g=meta.k8s.io;v=v1"
            for path in (s.at("configmaps"), s.at("configmaps", "a"), s.at("foos"), s.at("foos", "a")):
                s.get(path, accept)


@script("6 metadata only of nothing")
def _(s: Session) -> None:
    for resource in ("configmaps", "foos", "deployments"):
        s.get(s.at(resource), PARTIAL_LIST)
        s.get(s.at(resource), PARTIAL_LIST, labelSelector="none=such")
        s.get(s.at(resource), PARTIAL)


@script("6 Tables of what a write answers")
def _(s: Session) -> None:
    s.ask("POST", s.at("foos"), foo("a"), {"Accept": TABLE})
    s.ask("PATCH", s.at("foos", "a"), {"spec": {"size": 2}}, {"Accept": TABLE, "Content-Type": "application/merge-patch+json"})
    s.ask("DELETE", s.at("foos", "a"), None, {"Accept": TABLE})
    s.ask("POST", s.at("configmaps"), config_map("a"), {"Accept": TABLE}, includeObject="None")
    s.ask("DELETE", s.at("configmaps"), None, {"Accept": TABLE})
    s.ask("POST", s.at("configmaps"), config_map("a"), {"Accept": TABLE}, includeObject="Foo")


@script("6 pages of a Table, and of metadata only")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"), config_map("c"), foo("a"), foo("b"))
    for resource in ("configmaps", "foos"):
        s.get(s.at(resource), PARTIAL_LIST, limit=1)
        rest = s.get(s.at(resource), TABLE, limit=1).rest
        s.get(s.at(resource), TABLE, continue_=rest)
        s.get(s.at(resource), TABLE, limit=1, labelSelector="none!=such")


@script("6 metadata alone lacks a daemon set's template generation, which the whole object shows")
def _(s: Session) -> None:
    path = f"/apis/apps/v1/namespaces/{s.ns}/daemonsets"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    made = {"metadata": {"name": "a"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}}
    s.post(path, made)
    s.get(f"{path}/a", PARTIAL)
    s.get(path, TABLE)
    s.patch(f"{path}/a", {"metadata": {"annotations": {"x": "1"}}})
    s.get(path, PARTIAL_LIST)


@script("6 a bookmark in a table was never created")
def _(s: Session) -> None:
    for resource in ("clusterroles", "roles", "leases", "configmaps"):
        query = {"allowWatchBookmarks": "true", "sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
        s.watch(s.at(resource), TABLE, labelSelector="of=nobody", **query).until("BOOKMARK")
