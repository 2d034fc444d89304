"""Sections 7.6 and 8: what the garbage collector and the namespace controller make of a deletion."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map
from tests.conformance.script import script
from tests.conformance.session import Session


def family(s: Session, **of_the_child: Any) -> str:
    """An owner and its child; gives the version of the younger."""
    owner = s.have(config_map("owner"))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner.uid, "blockOwnerDeletion": True}
    return s.have(config_map("child", ownerReferences=[reference], **of_the_child)).version


@script("7.6 the garbage collector: dependents go after an owner that went", attended=True)
def _(s: Session) -> None:
    before = family(s)
    s.delete(s.at("configmaps", "owner"), propagationPolicy="Background")
    s.eventually(s.at("configmaps", "child"), 404)
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "child")


@script("7.6 the garbage collector: an owner in the foreground goes after its dependents", attended=True)
def _(s: Session) -> None:
    before = family(s)
    s.delete(s.at("configmaps", "owner"), propagationPolicy="Foreground")
    s.eventually(s.at("configmaps", "owner"), 404)
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "owner")


@script("7.6 the garbage collector: a dependent with a finalizer holds its owner back", attended=True)
def _(s: Session) -> None:
    before = family(s, finalizers=["example.com/x"])
    s.delete(s.at("configmaps", "owner"), {"propagationPolicy": "Foreground"})
    s.eventually(s.at("configmaps", "child"), 200, "deletionTimestamp")
    s.get(s.at("configmaps", "owner"))
    s.patch(s.at("configmaps", "child"), {"metadata": {"finalizers": None}})
    s.eventually(s.at("configmaps", "owner"), 404)
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "owner")


@script("7.6 the garbage collector: orphans forget their owner and stay", attended=True)
def _(s: Session) -> None:
    before = family(s)
    s.delete(s.at("configmaps", "owner"), propagationPolicy="Orphan")
    s.eventually(s.at("configmaps", "owner"), 404)
    s.get(s.at("configmaps", "child"))
    s.watch(s.at("configmaps"), resourceVersion=before).until("DELETED", "owner")


@script("7.6 the garbage collector: an owner that never was", attended=True)
def _(s: Session) -> None:
    ghost = {"apiVersion": "v1", "kind": "ConfigMap", "name": "ghost", "uid": "00000000-0000-4000-8000-000000000000"}
    s.post(s.at("configmaps"), config_map("a", ownerReferences=[ghost]))
    s.eventually(s.at("configmaps", "a"), 404)


def namespace_with(s: Session, *contents: dict[str, Any]) -> tuple[str, str]:
    """A new namespace with these config maps in it, and its version."""
    name = f"{s.ns}-2"
    version = s.unseen("POST", s.at("namespaces"), {"metadata": {"name": name}}).version
    for content in contents:
        assert s.unseen("POST", s.at("configmaps", namespace=name), content).status == 201
    return name, version


@script("8 the end of an empty namespace, event by event", attended=True)
def _(s: Session) -> None:
    name, before = namespace_with(s)
    s.delete(s.at("namespaces", name))
    s.eventually(s.at("namespaces", name), 404)
    s.watch(s.at("namespaces"), fieldSelector=f"metadata.name={name}", resourceVersion=before).until("DELETED", name)
    s.get(s.at("namespaces", name))


@script("8 what is in a deleted namespace goes, and what has finalizers holds it back", attended=True)
def _(s: Session) -> None:
    name, _version = namespace_with(s, config_map("a"), config_map("b", finalizers=["example.com/x", "example.com/y"]))
    s.delete(s.at("namespaces", name))
    s.eventually(s.at("namespaces", name), 200, "Some content in the namespace has finalizers remaining")
    s.get(s.at("namespaces", name))
    s.get(s.at("configmaps", namespace=name))
    s.delete(s.at("namespaces", name))
    s.patch(s.at("configmaps", "b", namespace=name), {"metadata": {"finalizers": None}})
    s.eventually(s.at("namespaces", name), 404)
