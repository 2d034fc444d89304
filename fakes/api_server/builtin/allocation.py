"""Allocation: the addresses and ports that a real server gives to services, the lowest ones that are free."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from fakes.storage import Storage

SERVICES = ("", "services")
ADDRESSES = ipaddress.IPv4Network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)

Document = dict[str, Any]
_Spec = Mapping[str, Any]


def allocate(storage: Storage, document: Document) -> None:
    """Give a service, in place, the address and the ports that its type has and that it has not got yet."""
    spec = document["spec"]
    if spec.get("type") == "ExternalName":
        return
    lacking = _lacking_ports(spec)
    complete = spec.get("clusterIP") and not lacking
    # there may be many others, and most updates need none of them
    others = [] if complete else [version.document()["spec"] for version in storage.state(SERVICES).versions]
    if not spec.get("clusterIP"):
        used = {address for other in others for address in other.get("clusterIPs") or ()}
        spec["clusterIP"] = next(text for text in map(str, ADDRESSES.hosts()) if text not in used)
    if not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    if spec["clusterIP"] == "None" and not spec.get("selector"):
        # what is behind it nobody knows, so it may be of either family
        spec.setdefault("ipFamilies", ["IPv4", "IPv6"])
        spec.setdefault("ipFamilyPolicy", "RequireDualStack")
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    ports = {port for other in (*others, spec) for port in _ports_of(other)}
    free = (port for port in NODE_PORTS if port not in ports)
    for fields, name in lacking:
        fields[name] = next(free)


def _ports_of(spec: _Spec) -> list[int]:
    """All ports of nodes that a service has."""
    found = [port.get("nodePort") for port in spec.get("ports") or ()]
    return [port for port in (*found, spec.get("healthCheckNodePort")) if port]


def _lacking_ports(spec: Document) -> list[tuple[Document, str]]:
    """Where a port of the nodes is missing: what holds it, and under which name."""
    lacking: list[tuple[Document, str]] = []
    if spec.get("type") == "NodePort" or (spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts")):
        lacking += [(port, "nodePort") for port in spec.get("ports") or () if not port.get("nodePort")]
    if _has_health_port(spec) and not spec.get("healthCheckNodePort"):
        lacking.append((spec, "healthCheckNodePort"))
    return lacking


def reallocate(storage: Storage, old: Mapping[str, Any], new: Document) -> None:
    """Bring an update, in place, to what its type has: what was allocated stays, if it has a use and nothing else was said of it."""
    before, after = old.get("spec") or {}, new["spec"]
    _drop_what_has_no_use(before, after)
    _keep(before, after)
    if after.get("type") != "LoadBalancer" and "status" in new:
        new["status"] = {**new["status"], "loadBalancer": {}}
    allocate(storage, new)


def _drop_what_has_no_use(before: _Spec, after: Document) -> None:
    if _has_address(before) and not _has_address(after):
        if all(after.get(field) == before.get(field) for field in ("clusterIP", "clusterIPs")):
            _drop(after, "clusterIP", "clusterIPs")
        _drop(after, *(field for field in ("ipFamilies", "ipFamilyPolicy") if after.get(field) == before.get(field)))
    if after.get("internalTrafficPolicy") and not _has_address(after):
        _drop(after, "internalTrafficPolicy")
    known = {port.get("nodePort") for port in before.get("ports") or ()}
    if _has_ports(before) and not _has_ports(after) and all(port.get("nodePort") in (None, *known) for port in after.get("ports") or ()):
        for port in after.get("ports") or ():
            _drop(port, "nodePort")
    for field, has_use in (
        ("healthCheckNodePort", _has_health_port),
        ("allocateLoadBalancerNodePorts", _has_balancer),
        ("loadBalancerClass", _has_balancer),
        ("externalTrafficPolicy", _is_open),
    ):
        if has_use(before) and not has_use(after) and after.get(field) == before.get(field):
            _drop(after, field)


def _drop(fields: Document, *names: str) -> None:
    for name in names:
        fields.pop(name, None)


def _keep(before: _Spec, after: Document) -> None:
    if _has_address(before) and _has_address(after):
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if not after.get(field) and field in before:
                after[field] = before[field]
    if _has_ports(before) and _has_ports(after):
        ports = {port.get("name", ""): port.get("nodePort") for port in before.get("ports") or ()}
        said = {port.get("nodePort") for port in after.get("ports") or ()}
        for port in after.get("ports") or ():
            known = ports.get(port.get("name", ""))
            if known and known not in said and not port.get("nodePort"):
                port["nodePort"] = known
                said.add(known)
    if _has_health_port(before) and _has_health_port(after) and not after.get("healthCheckNodePort"):
        after["healthCheckNodePort"] = before["healthCheckNodePort"]


def _has_address(spec: _Spec) -> bool:
    return bool(spec.get("type") != "ExternalName")


def _has_ports(spec: _Spec) -> bool:
    return spec.get("type") in ("NodePort", "LoadBalancer")


def _has_balancer(spec: _Spec) -> bool:
    return bool(spec.get("type") == "LoadBalancer")


def _has_health_port(spec: _Spec) -> bool:
    return _has_balancer(spec) and spec.get("externalTrafficPolicy") == "Local"


def _is_open(spec: _Spec) -> bool:
    """Whether it is to be reached from outside of the cluster."""
    return _has_ports(spec) or (_has_address(spec) and bool(spec.get("externalIPs")))
