"""Sequences: what steps are drawn, about a few resources at a time, so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from e2e.drawn import choices, definitions, edits, objects
from e2e.drawn.choices import BODIES, FINALIZERS, LABELS
from e2e.drawn.places import EVERYWHERE, is_wide
from e2e.drawn.step import DEFINITIONS, DRAWN, JSON, PROTOBUF, YAML, Step
from tests.conformance.session import APPLY, JSON_PATCH, MERGE, STRATEGIC

NAMES = ("a", "b")
OWNERS = ("a", "b", "c")
CUSTOM = ("foos", "pins", "things")
Query = tuple[tuple[str, str], ...]


def options(*options: tuple[str, list[str]]) -> SearchStrategy[Query]:
    """Some of these parameters, each with one of its values, or without it: that is the first choice."""
    drawn = [st.none() | st.sampled_from([(name, value) for value in values]) for name, values in options]
    return st.tuples(*drawn).map(lambda pairs: tuple(pair for pair in pairs if pair is not None))


def selectors(resource: str) -> tuple[tuple[str, list[str]], tuple[str, list[str]]]:
    fields = ["metadata.name=a", "metadata.name!=a", *choices.FIELD_SELECTORS.get(resource, [])]
    if is_wide(resource):
        fields = ["metadata.name!=a"]
    return ("labelSelector", choices.LABEL_SELECTORS), ("fieldSelector", fields)


def step(verb: str | SearchStrategy[str], resource: str, **drawn: Any) -> SearchStrategy[Step]:
    """A step whose fields are drawn, or are as they are given."""
    verbs = verb if isinstance(verb, SearchStrategy) else st.just(verb)
    parts = {name: value if isinstance(value, SearchStrategy) else st.just(value) for name, value in drawn.items()}
    return st.builds(Step, verbs, st.just(resource), **parts)


NAME = st.sampled_from(NAMES)
BACK = st.none() | st.integers(0, 3)
VERSIONS = [*["0"] * 12, *["abc"] * 3, "999999999"]
"""The last one is still to come, for which a server waits some seconds."""
DRY = options(("dryRun", ["All"]), ("fieldValidation", ["Strict", "Ignore"]))


def writes(resource: str) -> SearchStrategy[Step]:
    """Writes of every kind to a resource of which the choices know bodies."""
    change = st.sampled_from([*LABELS, *FINALIZERS, *BODIES[resource]])
    fitting = [body for body in BODIES[resource] if None not in body.values()]
    new = st.sampled_from([{}, {}, *LABELS[:2], FINALIZERS[0], choices.metadata(generateName="g-"), *fitting])
    bodies = st.sampled_from([JSON, JSON, JSON, YAML])
    created = step("create", resource, name=NAME, body=new, query=DRY, type=bodies, accept=forms(resource))
    steps = [
        created,
        created,
        step("put", resource, name=NAME, body=change, version=BACK, query=DRY, type=bodies),
        step("patch", resource, name=NAME, body=change, type=MERGE, query=DRY, version=BACK),
        step("patch", resource, name=NAME, body=st.sampled_from(choices.JSON_PATCHES), type=JSON_PATCH),
        applies(resource),
        deletes(resource),
        step("deletecollection", resource, query=options(*selectors(resource))),
    ]
    if resource not in CUSTOM:
        binary = st.sampled_from([*LABELS[:2], {}, FINALIZERS[0]])
        steps.append(step("patch", resource, name=NAME, body=change, type=STRATEGIC, version=BACK))
        steps.append(step(st.sampled_from(["create", "put"]), resource, name=NAME, body=binary, query=DRY, type=PROTOBUF))
    if resource in ("foos", "deployments"):
        status = st.sampled_from([{"status": {"replicas": 1}}, {"status": {"replicas": 2}, "spec": {"replicas": 9}}])
        steps.append(step("patch", resource, name=NAME, body=status, type=MERGE, subresource="status"))
        scale = st.sampled_from([{"spec": {"replicas": 2}}, {"spec": {"replicas": 5}}])
        steps.append(step("patch", resource, name=NAME, body=scale, type=MERGE, subresource="scale"))
        steps.append(step("put", resource, name=NAME, body=scale, subresource="scale", version=BACK))
        steps.append(step("get", resource, name=NAME, subresource=st.sampled_from(["scale", "status"])))
    if resource == "pods":
        target = {"apiVersion": "v1", "kind": "Binding", "target": {"kind": "Node", "name": "n1"}}
        steps.append(step("create", resource, name=NAME, subresource="binding", body=target))
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction"}
        steps.append(step("create", resource, name=NAME, subresource="eviction", body=eviction))
    return st.one_of(steps)


def applies(resource: str) -> SearchStrategy[Step]:
    """By two managers or three, with force or without, of the object or of its status."""
    managers = st.sampled_from(["m1", "m1", "m2", "m2", "m3", ""]).map(lambda name: (("fieldManager", name),) if name else ())
    more = options(("force", ["true", "false"]), ("dryRun", ["All"]), ("fieldValidation", ["Strict", "Ignore"]))
    query = st.tuples(managers, st.just(()) | more).map(lambda parts: (*parts[0], *parts[1]))
    body = st.sampled_from([{}, *LABELS[:2], LABELS[3], FINALIZERS[0], *choices.WANTED[resource], *choices.WANTED[resource]])
    part = st.sampled_from(["", "", "", "", "status"])
    return step(
        "patch",
        resource,
        name=NAME,
        body=body,
        type=APPLY,
        query=query,
        subresource=part,
        version=st.sampled_from([None, None, None, 0, 1]),
    )


def deletes(resource: str) -> SearchStrategy[Step]:
    """With options in the query, in the body, or none."""
    grace, dry = ("gracePeriodSeconds", ["0", "5"]), ("dryRun", ["All"])
    bodies = st.sampled_from([None, None, {"gracePeriodSeconds": 3}, {"preconditions": {"uid": "no-such"}}, {"dryRun": ["All"]}])
    return st.one_of(
        step("delete", resource, name=NAME, version=BACK, query=options(("propagationPolicy", ["Background"]), grace, dry)),
        step("delete", resource, name=NAME, version=BACK, body=bodies),
    )


def forms(resource: str) -> SearchStrategy[str]:
    return st.sampled_from([JSON, JSON, JSON, *choices.FORMS, YAML, *([] if resource in CUSTOM else [PROTOBUF])])


def followed(resource: str) -> SearchStrategy[str]:
    return st.sampled_from([JSON, JSON, JSON, *choices.FORMS, *([] if resource in CUSTOM else [PROTOBUF])])


def list_forms(resource: str) -> SearchStrategy[str]:
    return st.sampled_from([JSON, JSON, JSON, *choices.LIST_FORMS, YAML, *([] if resource in CUSTOM else [PROTOBUF])])


def reads(resource: str, namespaces: SearchStrategy[str] | None = None) -> SearchStrategy[Step]:
    """Gets, lists and watches with every option."""
    back, namespaces = st.none() | st.integers(0, 5), st.just("") if namespaces is None else namespaces
    paging = [] if is_wide(resource) else [("limit", ["1", "2", "0"]), ("continue", ["last"])]
    listed = options(
        *paging,
        *selectors(resource),
        ("resourceVersionMatch", ["Exact", "NotOlderThan", "Foo"]),
        ("resourceVersion", VERSIONS),
        ("sendInitialEvents", ["false"]),
    )
    watched = options(
        *selectors(resource),
        ("allowWatchBookmarks", ["true"]),
        ("sendInitialEvents", ["true", "true", "false"]),
        ("resourceVersionMatch", ["NotOlderThan", "NotOlderThan", "Exact"]),
        ("resourceVersion", VERSIONS),
    )
    return st.one_of(
        step("get", resource, name=NAME, version=back, accept=forms(resource), namespace=namespaces),
        step("list", resource, query=listed, version=back, accept=list_forms(resource), namespace=namespaces),
        step("list", resource, query=listed, accept=list_forms(resource), namespace=namespaces),
        step("watch", resource, query=watched, version=back, accept=followed(resource), namespace=namespaces),
    )


def of(steps: SearchStrategy[Step]) -> SearchStrategy[list[Step]]:
    """Sequences, short ones and long ones."""
    return st.lists(steps, min_size=1, max_size=12) | st.lists(steps, min_size=8, max_size=24)


def of_known_kinds() -> SearchStrategy[list[Step]]:
    """About one or two of the resources of which the choices know bodies."""
    chosen = st.lists(st.sampled_from(sorted(BODIES)), min_size=1, max_size=2, unique=True)
    return chosen.flatmap(lambda names: of(st.one_of([kind(name) for name in names for kind in (writes, writes, reads)])))


def of_built_in_kinds() -> SearchStrategy[list[Step]]:
    """About one built-in kind, with values of all sorts put into its fields."""
    return st.sampled_from(sorted(objects.captured())).flatmap(
        lambda name: of(st.one_of(edits.writes(name), edits.writes(name), reads(name)))
    )


def of_namespaces() -> SearchStrategy[list[Step]]:
    """About namespaces that come and go, and what is written into them meanwhile."""
    inside = st.sampled_from([*NAMES, "a", "", EVERYWHERE])
    about = st.sampled_from(["configmaps", "foos"])
    held = st.sampled_from([choices.metadata(finalizers=["e.com/f"]), choices.metadata(finalizers=None), *LABELS[:2]])
    finalizers = st.sampled_from([["kubernetes"], ["kubernetes", "e.com/x"], ["e.com/x"], []])
    new = st.sampled_from([{}, {}, {}, LABELS[0], choices.metadata(finalizers=["e.com/f"])])
    one = inside.filter(lambda name: name != EVERYWHERE)

    def contents(resource: str) -> SearchStrategy[Step]:
        body = st.sampled_from([{}, LABELS[0], BODIES[resource][0]])
        return st.one_of(
            step("create", resource, name=NAME, namespace=one, body=body, query=DRY),
            step("put", resource, name=NAME, namespace=one, body=body),
            step("patch", resource, name=NAME, namespace=one, body=body, type=MERGE),
            step("delete", resource, name=NAME, namespace=one),
            step("deletecollection", resource, namespace=one),
            reads(resource, namespaces=inside),
        )

    own = st.one_of(
        step("create", "namespaces", name=NAME, body=new, query=DRY),
        step("create", "namespaces", name=NAME, body=new),
        step("put", "namespaces", name=NAME, body=held, version=BACK),
        step("patch", "namespaces", name=NAME, body=held, type=st.sampled_from([MERGE, STRATEGIC])),
        step("put", "namespaces", name=NAME, subresource="finalize", body=finalizers.map(lambda names: {"spec": {"finalizers": names}})),
        step("delete", "namespaces", name=NAME, version=BACK, query=options(("dryRun", ["All"]))),
        step("delete", "namespaces", name=NAME),
        reads("namespaces"),
        st.sampled_from([*[Step("list", "namespaces")] * 5, Step("settle", "namespaces")]),
    )
    return of(st.one_of(own, about.flatmap(contents)))


def of_owners() -> SearchStrategy[list[Step]]:
    """About objects that own others, and what becomes of these when their owners go."""
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "uid": ""}
    owners = st.lists(st.sampled_from(OWNERS), min_size=1, max_size=2, unique=True)
    blocking = st.sampled_from([{}, {}, {"blockOwnerDeletion": True}, {"controller": True}])

    def owned(names: list[str], more: dict[str, Any]) -> dict[str, Any]:
        return choices.metadata(ownerReferences=[{**reference, "name": name, **more} for name in names])

    body = st.builds(owned, owners, blocking) | st.sampled_from([{}, {}, choices.metadata(finalizers=["e.com/f"])])
    gone = st.sampled_from([*FINALIZERS, choices.metadata(ownerReferences=None)])
    name = st.sampled_from(OWNERS)
    policy = st.sampled_from(["Background", "Foreground", "Orphan"])
    by_query = options(("propagationPolicy", ["Background", "Foreground", "Orphan"]))
    return of(
        st.one_of(
            step("create", "configmaps", name=name, body=body),
            step("create", "configmaps", name=name, body=body),
            step("patch", "configmaps", name=name, body=gone, type=MERGE),
            step("put", "configmaps", name=name, body=body),
            step("delete", "configmaps", name=name, query=by_query),
            step("delete", "configmaps", name=name, body=policy.map(lambda value: {"propagationPolicy": value})),
            step("delete", "configmaps", name=name, body=st.booleans().map(lambda value: {"orphanDependents": value})),
            step(
                "deletecollection",
                "configmaps",
                query=options(("fieldSelector", ["metadata.name=a"]), ("propagationPolicy", ["Orphan", "Foreground"])),
            ),
            reads("configmaps"),
        )
    )


def of_definitions() -> SearchStrategy[list[Step]]:
    """About a definition with a drawn schema, and about its objects."""
    return st.tuples(definitions.schemas(), st.sampled_from([False, False, True])).flatmap(lambda drawn: _about_a_definition(*drawn))


def _about_a_definition(schema: dict[str, Any], held: bool) -> SearchStrategy[list[Step]]:
    """Where its objects may be `held` by finalizers the definition stays, as its deletion would wait for them."""
    defined = definitions.specs(schema)
    served = st.sampled_from(["v1", "v1", "v2"])
    body = definitions.objects_of(schema)
    if held:
        body = body | st.tuples(body, st.sampled_from(FINALIZERS)).map(lambda parts: {**parts[0], **parts[1]})
    change = step("put", DEFINITIONS, body=definitions.specs(schema) | definitions.schemas().flatmap(definitions.specs))
    changes = st.one_of(
        change,
        step("get" if held else "delete", DEFINITIONS),
        step("create", DEFINITIONS, body=defined),
        step("get", DEFINITIONS),
        step("patch", DEFINITIONS, body=st.sampled_from(LABELS), type=MERGE),
        reads(DEFINITIONS),
    )
    about = st.one_of(
        step("create", DRAWN, name=NAME, body=body, served=served, query=DRY),
        step("create", DRAWN, name=NAME, body=body, served=served),
        step("put", DRAWN, name=NAME, body=body, served=served, version=BACK, query=DRY),
        step("patch", DRAWN, name=NAME, body=body, served=served, type=MERGE, version=BACK, query=DRY),
        step("patch", DRAWN, name=NAME, body=body, served=served, type=MERGE, subresource=st.sampled_from(["status", "scale"])),
        step("delete", DRAWN, name=NAME, served=served),
        step("deletecollection", DRAWN, served=served, query=options(*selectors(DRAWN))),
        reads(DRAWN),
        reads(DRAWN),
    )
    steps = st.lists(st.one_of(about, about, about, about, about, changes), min_size=1, max_size=16)
    return st.tuples(defined, steps).map(lambda pair: [Step("create", DEFINITIONS, body=pair[0]), *pair[1]])


def of_applies() -> SearchStrategy[list[Step]]:
    """About one object that several managers apply to, and others change; in a few of them a second passes meanwhile."""

    def about(resource: str) -> SearchStrategy[list[Step]]:
        update = step("put", resource, body=st.sampled_from([*LABELS, *BODIES[resource]]), query=options(("fieldManager", ["m1", "u"])))
        change = step("patch", resource, body=st.sampled_from(BODIES[resource]), type=MERGE, query=options(("fieldManager", ["m2", "u"])))
        seen = st.just(Step("get", resource))
        applied = applies(resource)
        steps = of(st.one_of(applied, applied, applied, update, change, writes(resource), seen))
        later = st.tuples(steps, steps).map(lambda halves: [*halves[0], Step("pause", resource), *halves[1]])
        return st.one_of(*[steps] * 7, later)

    return st.sampled_from(sorted(choices.WANTED)).flatmap(about)


def with_a_compaction() -> SearchStrategy[list[Step]]:
    """Any of these, then a compaction, then reads."""
    chosen = st.sampled_from(sorted(BODIES))

    def around(resource: str) -> SearchStrategy[list[Step]]:
        before = st.lists(st.one_of(writes(resource), writes(resource), reads(resource)), min_size=1, max_size=12)
        after = st.lists(reads(resource), min_size=1, max_size=10)
        return st.tuples(before, after).map(lambda halves: [*halves[0], Step("compact", "configmaps"), *halves[1]])

    return chosen.flatmap(around)


def sequences() -> SearchStrategy[list[Step]]:
    """Of every sort."""
    return st.one_of(
        of_known_kinds(),
        of_known_kinds(),
        of_built_in_kinds(),
        of_built_in_kinds(),
        of_applies(),
        of_namespaces(),
        of_owners(),
        of_definitions(),
    )
