"""Section 7.4: strategic merge patches, which only built-in kinds take."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import config_map, deployment
from tests.conformance.script import script
from tests.conformance.session import STRATEGIC, Session


def deployed(s: Session) -> None:
    made = deployment("a", labels={"one": "1"})
    spec = made["spec"]["template"]["spec"]
    spec["containers"][0] |= {"env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}], "args": ["a", "b"]}
    spec["volumes"] = [{"name": "v", "emptyDir": {}}]
    s.have(made)


def pods(s: Session, spec: dict[str, Any], **query: Any) -> None:
    s.patch(s.at("deployments", "a"), {"spec": {"template": {"spec": spec}}}, STRATEGIC, **query)


@script("7.4 strategic: lists merge by key, new entries come first")
def _(s: Session) -> None:
    deployed(s)
    pods(s, {"containers": [{"name": "c", "image": "i:2"}]})
    pods(s, {"containers": [{"name": "d", "image": "j:1"}]})
    pods(s, {"containers": [{"name": "c", "env": [{"name": "Y", "value": "9"}, {"name": "Z", "value": "3"}]}]})


@script("7.4 strategic: lists without a key are replaced")
def _(s: Session) -> None:
    deployed(s)
    pods(s, {"containers": [{"name": "c", "args": ["z"]}]})


@script("7.4 strategic: $patch delete and replace, of entries, lists and maps")
def _(s: Session) -> None:
    deployed(s)
    pods(s, {"containers": [{"name": "c", "env": [{"$patch": "delete", "name": "X"}]}]})
    pods(s, {"containers": [{"name": "c", "env": [{"$patch": "replace"}, {"name": "Z", "value": "9"}]}]})
    pods(s, {"volumes": [{"$patch": "delete", "name": "v"}]})
    s.patch(s.at("deployments", "a"), {"metadata": {"labels": {"$patch": "replace", "three": "3"}}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"metadata": {"labels": {"$patch": "nosuch"}}}, STRATEGIC)


@script("7.4 strategic: null deletes")
def _(s: Session) -> None:
    deployed(s)
    s.patch(s.at("deployments", "a"), {"metadata": {"labels": {"one": None}}}, STRATEGIC)
    pods(s, {"volumes": None})


@script("7.4 strategic: $setElementOrder")
def _(s: Session) -> None:
    deployed(s)
    pods(s, {"containers": [{"name": "e", "image": "i:3"}]})
    pods(s, {"$setElementOrder/containers": [{"name": "e"}, {"name": "c"}], "containers": [{"name": "e", "image": "i:4"}]})
    pods(s, {"$setElementOrder/containers": [{"name": "c"}, {"name": "e"}]})


@script("7.4 strategic: $retainKeys")
def _(s: Session) -> None:
    deployed(s)
    s.patch(s.at("deployments", "a"), {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}, STRATEGIC)


@script("7.4 strategic: $deleteFromPrimitiveList, and sets of finalizers")
def _(s: Session) -> None:
    s.have(config_map("a", finalizers=["e.com/a", "e.com/b"]))
    s.patch(s.at("configmaps", "a"), {"metadata": {"finalizers": ["e.com/c"]}}, STRATEGIC)
    s.patch(s.at("configmaps", "a"), {"metadata": {"$deleteFromPrimitiveList/finalizers": ["e.com/a"]}}, STRATEGIC)
    s.patch(s.at("configmaps", "a"), {"metadata": {"finalizers": None}}, STRATEGIC)


@script("7.4 strategic: what changes nothing takes no version")
def _(s: Session) -> None:
    deployed(s)
    s.get(s.at("deployments", "a"))
    s.patch(s.at("deployments", "a"), {}, STRATEGIC)
    pods(s, {"containers": [{"name": "c", "image": "i:1"}]})


@script("7.4 strategic: an entry without its key, and types that cannot be")
def _(s: Session) -> None:
    deployed(s)
    pods(s, {"containers": [{"image": "i:2"}]})
    pods(s, {"containers": {"name": "c"}})
    s.patch(s.at("deployments", "a"), {"spec": {"replicas": "x"}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"replicas": 1.5}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"paused": "yes"}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"strategy": {"rollingUpdate": {"maxSurge": {}}}}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"metadata": {"labels": {"x": 1}}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"metadata": {"deletionTimestamp": 1}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": 1}, STRATEGIC)
    pods(s, {"dnsPolicy": 1})
    pods(s, {"dnsPolicy": True})
    pods(s, {"nodeSelector": "x"})
    pods(s, {"securityContext": []})
    pods(s, {"overhead": {"cpu": "x"}})
    s.patch(s.at("deployments", "a"), b'{"a":', STRATEGIC)
    s.patch(s.at("deployments", "a"), b"[]", STRATEGIC)
    s.patch(s.at("deployments", "a"), {"metadata": {"name": "other"}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"nosuch": 1}}, STRATEGIC)
    s.patch(s.at("deployments", "a"), {"spec": {"nosuch": 1}}, STRATEGIC, fieldValidation="Strict")


@script("7.4 strategic: a selector is a map that merges, and immutable")
def _(s: Session) -> None:
    deployed(s)
    s.patch(s.at("deployments", "a"), {"spec": {"selector": {"matchLabels": {"q": "r"}}}}, STRATEGIC)


@script("7.4 strategic: ports of a service merge by their number")
def _(s: Session) -> None:
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    made = s.have({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"clusterIP": "None", "ports": ports}})
    assert made.status == 201
    s.patch(s.at("services", "a"), {"spec": {"ports": [{"port": 81, "name": "bb"}, {"port": 82, "name": "c"}]}}, STRATEGIC)
