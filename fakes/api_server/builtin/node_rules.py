"""Rules of nodes: the networks of their pods, and what of a node stays as it was said first."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause

Document = Mapping[str, Any]

_NO_NETWORK = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
_FIXED_NETWORK = 'Forbidden: node updates may not change podCIDR except from "" to valid'


def node(document: Document) -> Iterator[Cause]:
    """Of a new node."""
    networks = (document.get("spec") or {}).get("podCIDRs") or []
    families = []
    for index, network in enumerate(networks):
        try:
            families.append(ipaddress.ip_network(network if "/" in network else "", strict=False).version)
        except ValueError:
            yield invalid(f"spec.podCIDRs[{index}]", network, _NO_NETWORK)
    if len(networks) > 1 and sorted(families) != [4, 6]:
        yield invalid("spec.podCIDRs", networks, "may specify no more than one CIDR for each IP family")


def changed_node(document: Document, old: Document) -> Iterator[Cause]:
    """Of what an update changes."""
    after, before = document.get("spec") or {}, old.get("spec") or {}
    networks, known = after.get("podCIDRs") or [], before.get("podCIDRs") or []
    if known and len(networks) != len(known):
        yield Cause("FieldValueForbidden", _FIXED_NETWORK, "spec.podCIDRs")
    elif known:
        for _ in filter(None, map(str.__ne__, networks, known)):
            yield Cause("FieldValueForbidden", _FIXED_NETWORK, "spec.podCIDRs")
    provider, said = after.get("providerID"), before.get("providerID")
    if said and provider != said:
        yield invalid("spec.providerID", None, f"field cannot be {'modified' if provider else 'cleared'} once set")
