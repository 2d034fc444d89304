"""Allocation: the addresses and ports that a real server gives to services, the lowest ones that are free."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.storage import Storage

SERVICES = ("", "services")
ADDRESSES = ipaddress.IPv4Network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)

Document = dict[str, Any]


def allocate(storage: Storage, document: Document) -> None:
    """Give a new service, in place, the address and the ports that its type has."""
    spec = document["spec"]
    if spec.get("type") == "ExternalName":
        return
    taken = [version.document()["spec"] for version in storage.state(SERVICES).versions]
    if not spec.get("clusterIP"):
        used = {address for other in taken for address in other.get("clusterIPs") or ()}
        spec["clusterIP"] = next(text for text in map(str, ADDRESSES.hosts()) if text not in used)
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    if spec["clusterIP"] == "None" and not spec.get("selector"):
        # what is behind it nobody knows, so it may be of either family
        spec.setdefault("ipFamilies", ["IPv4", "IPv6"])
        spec.setdefault("ipFamilyPolicy", "RequireDualStack")
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    if spec.get("type") == "NodePort" or (spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts")):
        _allocate_ports(spec, {port.get("nodePort") for other in taken for port in other.get("ports") or ()})


def _allocate_ports(spec: Document, used: set[Any]) -> None:
    used |= {port.get("nodePort") for port in spec.get("ports") or ()}
    free: Iterator[int] = (port for port in NODE_PORTS if port not in used)
    for port in spec.get("ports") or ():
        if not port.get("nodePort"):
            port["nodePort"] = next(free)


def keep_allocated(old: Mapping[str, Any], new: Document) -> None:
    """An update that does not say what was allocated keeps it."""
    before, after = old.get("spec") or {}, new.get("spec") or {}
    if after.get("type") == "ExternalName" or before.get("type") == "ExternalName":
        return
    for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if not after.get(field) and field in before:
            after[field] = before[field]
    ports = {(port.get("port"), port.get("protocol")): port.get("nodePort") for port in before.get("ports") or ()}
    for port in after.get("ports") or ():
        known = ports.get((port.get("port"), port.get("protocol", "TCP")))
        if known and not port.get("nodePort") and after.get("type") in ("NodePort", "LoadBalancer"):
            port["nodePort"] = known
