"""Requests: sequences of writes, reads and watches as data, drawn for the differential test, and how they are played.

A step names what it needs of the past by a number: the Nth version that the answers showed. So it can be played on two servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.conformance.definitions import config_map, deployment, foo, pin, pod
from tests.conformance.session import APPLY, JSON_PATCH, MERGE, PARTIAL, PARTIAL_LIST, STRATEGIC, TABLE, Answer, Session, Watch

Resource = Literal["configmaps", "foos", "pods", "deployments", "nodes", "leases", "pins"]
CLUSTER_WIDE = ("nodes", "pins")
NAMES = ("a", "b")
JSON = "application/json"


@dataclass(frozen=True)
class Step:
    """One request. `version` counts versions seen so far, from the newest back; what a step does not need is ignored."""

    verb: str
    resource: Resource
    name: str = "a"
    body: Any = None
    type: str = JSON
    subresource: str = ""
    query: tuple[tuple[str, str], ...] = ()
    version: int | None = None
    accept: str = JSON

    def __repr__(self) -> str:
        told = [f"{name}={value!r}" for name, value in vars(self).items() if value not in (None, "", (), JSON) or name == "resource"]
        return f"Step({', '.join(told)})"


@dataclass
class Play:
    """One sequence on one server. `due` is how many events each watch brought on the other server."""

    session: Session
    due: list[int] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    token: str = ""
    counts: list[int] = field(default_factory=list)

    def run(self, steps: list[Step]) -> Iterator[None]:
        """Yields for each compaction."""
        watches: list[Watch] = []
        for step in steps:
            if step.verb == "compact":
                self._listen(watches)
                self.session.have(config_map(f"compaction-{len(self.session.exchanges)}"))
                yield
                for resource in ("foos", "pins"):
                    self.session.eventually(self.session.at(resource, namespace=""), 200)
            elif step.verb == "watch":
                self._refresh(step)
                watches.append(self.session.watch(self._path(step, collection=True), step.accept, **self._query(step)))
            else:
                self._learn(self._ask(step))
        self._listen(watches)

    def tidy(self) -> None:
        """Delete what lives outside of the session's namespace."""
        for resource in CLUSTER_WIDE:
            for name in NAMES:
                path = self.session.at(resource, f"{self.session.ns}-{name}")
                self.session.unseen("PATCH", path, {"metadata": {"finalizers": None}}, MERGE)
                self.session.unseen("DELETE", path)

    def _listen(self, watches: list[Watch]) -> None:
        """Read the open watches, in the order in which they were opened."""
        while watches:
            number = len(self.counts)
            self.counts.append(watches.pop(0).lull(self.due[number] if number < len(self.due) else 0))

    def _ask(self, step: Step) -> Answer:
        session, path = self.session, self._path(step, collection=step.verb in ("create", "list", "deletecollection"))
        query = self._query(step)
        match step.verb:
            case "create":
                return session.post(path, self._body(step), **query)
            case "put":
                return session.put(path, self._changed(step), **query)
            case "patch":
                return session.patch(path, self._patch(step), step.type, **query)
            case "delete" | "deletecollection":
                return session.delete(path, self._delete_options(step), **query)
            case _:
                self._refresh(step)
                return session.get(path, step.accept, **query)

    def _path(self, step: Step, *, collection: bool) -> str:
        more = [] if collection else [self._name(step), *filter(None, [step.subresource])]
        return self.session.at(step.resource, *more)

    def _name(self, step: Step) -> str:
        return f"{self.session.ns}-{step.name}" if step.resource in CLUSTER_WIDE else step.name

    def _body(self, step: Step) -> dict[str, Any]:
        """A new object, with what the step adds to it."""
        name, own = self._name(step), dict(step.body or {})
        metadata = own.pop("metadata", {})
        made = _new(step.resource, name)
        made["metadata"] |= metadata
        made["metadata"]["labels"] = {**metadata.get("labels", {}), "of": self.session.ns}
        spec = own.pop("spec", None)
        if spec is not None:
            made["spec"] = {**made.get("spec", {}), **spec}
        return {**made, **own}

    def _changed(self, step: Step) -> dict[str, Any]:
        """The object as it is, with the step's change, under the version that the step says: the newest, an older one, none."""
        answer = self.session.unseen("GET", self._path(Step("get", step.resource, step.name), collection=False))
        if answer.status != 200:
            return self._body(step)
        now = answer.json
        metadata = {**now["metadata"], **step.body.get("metadata", {})}
        if step.version is not None:
            metadata["resourceVersion"] = self._seen(step.version)
        if ("resourceVersion", "none") in step.query:
            del metadata["resourceVersion"]
        metadata["labels"] = {**metadata.get("labels", {}), "of": self.session.ns}
        rest = {name: value for name, value in step.body.items() if name not in ("metadata", "spec")}
        spec = {"spec": {**now.get("spec", {}), **step.body["spec"]}} if "spec" in step.body else {}
        return {**now, **rest, **spec, "metadata": metadata}

    def _patch(self, step: Step) -> Any:
        if step.type == APPLY:
            return self._body(step)
        if isinstance(step.body, dict) and step.version is not None:
            return {**step.body, "metadata": {**step.body.get("metadata", {}), "resourceVersion": self._seen(step.version)}}
        return step.body

    def _delete_options(self, step: Step) -> dict[str, Any] | None:
        if step.version is None:
            return step.body  # type: ignore[no-any-return]
        return {**(step.body or {}), "preconditions": {"resourceVersion": self._seen(step.version)}}

    def _query(self, step: Step) -> dict[str, str]:
        query = dict(step.query)
        if step.verb in ("list", "watch", "get") and step.version is not None:
            query["resourceVersion"] = self._seen(step.version)
        if query.get("resourceVersion") == "none":
            del query["resourceVersion"]
        if query.get("continue") == "last":
            query["continue"] = self.token
            if not self.token:
                del query["continue"]
        if step.resource in CLUSTER_WIDE and step.verb in ("list", "watch", "deletecollection"):
            mine = f"of={self.session.ns}"
            query["labelSelector"] = f"{query['labelSelector']},{mine}" if query.get("labelSelector") else mine
        return query

    def _seen(self, back: int) -> str:
        return self.versions[-1 - back % len(self.versions)] if self.versions else "0"

    def _refresh(self, step: Step) -> None:
        """Have the server's cache catch up: from it come answers that may be of any age."""
        self.session.unseen("GET", self._path(step, collection=True), labelSelector="of=nobody")

    def _learn(self, answer: Answer) -> None:
        try:
            metadata = answer.metadata
        except (ValueError, KeyError, TypeError):
            return
        self.token = metadata.get("continue") or self.token
        version, kind = metadata.get("resourceVersion", ""), answer.json["kind"]
        if version and version not in self.versions and kind != "Table" and not kind.endswith("List"):
            self.versions.append(version)


def _new(resource: Resource, name: str) -> dict[str, Any]:
    metadata = {"name": name}
    match resource:
        case "configmaps":
            return config_map(name)
        case "foos":
            return foo(name)
        case "pins":
            return pin(name)
        case "pods":
            return pod(name)
        case "deployments":
            return deployment(name)
        case "nodes":
            return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
        case "leases":
            return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {"holderIdentity": "me"}}


def _metadata(labels: dict[str, str | None] | None = None, **more: Any) -> dict[str, Any]:
    return {"metadata": {**({"labels": labels} if labels is not None else {}), **more}}


_SPECS: dict[str, list[dict[str, Any]]] = {
    "configmaps": [
        {"data": {"a": "1"}},
        {"data": {"b": "2", "a": None}},
        {"data": None},
        {"binaryData": {"c": "AAEC"}},
        {"data": {"a": 1}},
    ],
    "foos": [
        {"spec": {"color": "red"}},
        {"spec": {"color": "blue", "size": 2}},
        {"spec": {"size": -1}},
        {"spec": {"tags": ["a", "b"]}},
        {"spec": {"parts": [{"name": "x"}]}},
        {"spec": {"nosuch": 1}},
        {"spec": {"level": "middle"}},
        {"status": {"x": 1}},
        {"spec": {"size": "1"}},
    ],
    "pins": [{"spec": {"size": 2}}, {"spec": {"color": "red"}}, {"spec": None}],
    "pods": [{"spec": {"activeDeadlineSeconds": 50}}, {"spec": {"nosuch": 1}}, {"spec": {"containers": [{"name": "c", "image": "i:2"}]}}],
    "deployments": [
        {"spec": {"replicas": 3}},
        {"spec": {"paused": True}},
        {"spec": {"minReadySeconds": 5}},
        {"spec": {"strategy": {"type": "Recreate"}}},
    ],
    "nodes": [{"spec": {"unschedulable": True}}, {"spec": {"podCIDR": "10.0.0.0/24"}}],
    "leases": [{"spec": {"holderIdentity": "you"}}, {"spec": {"leaseDurationSeconds": 15}}],
}
_LABELS: list[dict[str, Any]] = [
    _metadata({"x": "1"}),
    _metadata({"x": "2"}),
    _metadata({"x": None}),
    _metadata(annotations={"n": "1"}),
    {},
]
_FINALIZERS: list[dict[str, Any]] = [_metadata(finalizers=["e.com/f"]), _metadata(finalizers=None)]
_JSON_PATCHES: list[Any] = [
    [{"op": "add", "path": "/metadata/labels/y", "value": "1"}],
    [{"op": "remove", "path": "/metadata/labels/y"}],
    [{"op": "test", "path": "/metadata/labels/x", "value": "1"}, {"op": "add", "path": "/metadata/labels/x", "value": "3"}],
    [],
]
_LABEL_SELECTORS = ["x=1", "x!=1", "x in (1,2)", "!x", "x,y", "x notin (1)"]
_FIELD_SELECTORS: dict[str, list[str]] = {
    "foos": ["spec.color=red", "spec.color!=red"],
    "pods": ["status.phase=Pending", "spec.nodeName=", "spec.nodeName!="],
}


def _options(*options: tuple[str, list[str]]) -> SearchStrategy[tuple[tuple[str, str], ...]]:
    """Some of these parameters, each with one of its values, or without it: that is the first choice."""
    drawn = [st.none() | st.sampled_from([(name, value) for value in values]) for name, values in options]
    return st.tuples(*drawn).map(lambda pairs: tuple(pair for pair in pairs if pair is not None))


def _selectors(resource: Resource) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    fields = ["metadata.name=a", "metadata.name!=a", *_FIELD_SELECTORS.get(resource, [])]
    if resource in CLUSTER_WIDE:
        fields = ["metadata.name!=a"]
    return ("labelSelector", _LABEL_SELECTORS), ("fieldSelector", fields)


def _writes(resource: Resource) -> SearchStrategy[Step]:
    name, back = st.sampled_from(NAMES), st.none() | st.integers(0, 3)
    change = st.sampled_from([*_LABELS, *_FINALIZERS, *_SPECS[resource]])
    dry = _options(("dryRun", ["All"]), ("fieldValidation", ["Strict", "Ignore"]))
    new = st.sampled_from([{}, {}, *_LABELS[:2], _FINALIZERS[0], *[spec for spec in _SPECS[resource] if None not in spec.values()]])
    typed = resource not in ("foos", "pins")
    created = st.builds(Step, st.just("create"), st.just(resource), name, new, query=dry)
    steps = [
        created,
        created,
        st.builds(Step, st.just("put"), st.just(resource), name, change, version=back, query=dry),
        st.builds(Step, st.just("patch"), st.just(resource), name, change, st.just(MERGE), query=dry, version=back),
        st.builds(Step, st.just("patch"), st.just(resource), name, st.sampled_from(_JSON_PATCHES), st.just(JSON_PATCH)),
        st.builds(
            Step,
            st.just("patch"),
            st.just(resource),
            name,
            new,
            st.just(APPLY),
            query=_options(("fieldManager", ["m1", "m2"]), ("force", ["true"])),
        ),
        st.builds(
            Step,
            st.just("delete"),
            st.just(resource),
            name,
            version=back,
            query=_options(("propagationPolicy", ["Background"]), ("gracePeriodSeconds", ["0", "5"]), ("dryRun", ["All"])),
        ),
        st.builds(Step, st.just("deletecollection"), st.just(resource), query=_options(*_selectors(resource))),
    ]
    if typed:
        steps.append(st.builds(Step, st.just("patch"), st.just(resource), name, change, st.just(STRATEGIC), version=back))
    if resource in ("foos", "deployments"):
        status = st.sampled_from([{"status": {"replicas": 1}}, {"status": {"replicas": 2}, "spec": {"replicas": 9}}])
        steps.append(st.builds(Step, st.just("patch"), st.just(resource), name, status, st.just(MERGE), st.just("status")))
        scale = st.sampled_from([{"spec": {"replicas": 2}}, {"spec": {"replicas": 5}}])
        steps.append(st.builds(Step, st.just("patch"), st.just(resource), name, scale, st.just(MERGE), st.just("scale")))
    return st.one_of(steps)


def _reads(resource: Resource) -> SearchStrategy[Step]:
    back = st.none() | st.integers(0, 5)
    paging = [] if resource in CLUSTER_WIDE else [("limit", ["1", "2", "0"]), ("continue", ["last"])]
    listed = _options(
        *paging,
        *_selectors(resource),
        ("resourceVersionMatch", ["Exact", "NotOlderThan", "Foo"]),
        ("resourceVersion", ["0", "0", "abc"]),
        ("sendInitialEvents", ["false"]),
    )
    watched = _options(
        *_selectors(resource),
        ("allowWatchBookmarks", ["true"]),
        ("sendInitialEvents", ["true", "true", "false"]),
        ("resourceVersionMatch", ["NotOlderThan", "NotOlderThan", "Exact"]),
        ("resourceVersion", ["0"]),
    )
    forms = st.sampled_from([JSON, JSON, JSON, TABLE, PARTIAL])
    lists = st.sampled_from([JSON, JSON, JSON, TABLE, PARTIAL_LIST])
    return st.one_of(
        st.builds(Step, st.just("get"), st.just(resource), st.sampled_from(NAMES), version=back, accept=forms),
        st.builds(Step, st.just("list"), st.just(resource), query=listed, version=back, accept=lists),
        st.builds(Step, st.just("list"), st.just(resource), query=listed, accept=lists),
        st.builds(Step, st.just("watch"), st.just(resource), query=watched, version=back, accept=forms),
    )


RESOURCES: tuple[Resource, ...] = ("configmaps", "foos", "pods", "deployments", "nodes", "leases", "pins")


def sequences(*, compaction: bool = False) -> SearchStrategy[list[Step]]:
    """Up to 20 steps about one or two resources, so that they meet; with a compaction in the middle, or none."""
    chosen = st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True)

    def of(resources: list[Resource]) -> SearchStrategy[list[Step]]:
        step = st.one_of([kind(resource) for resource in resources for kind in (_writes, _writes, _reads)])
        steps = st.lists(step, min_size=1, max_size=20)
        if not compaction:
            return steps
        return st.tuples(steps, st.lists(st.one_of([_reads(resource) for resource in resources]), min_size=1, max_size=10)).map(
            lambda halves: [*halves[0], Step("compact", "configmaps"), *halves[1]]
        )

    return chosen.flatmap(of)
