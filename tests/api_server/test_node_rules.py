"""What a real server refuses of a node's spec: networks that are none, and changes of what is said once."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.builtin.node_rules import changed_node, node


def new(*networks: str) -> list[str]:
    return [f"{cause.field}: {cause.message}" for cause in node({"spec": {"podCIDRs": list(networks)}})]


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{cause.field}: {cause.message}" for cause in changed_node({"spec": after}, {"spec": before})]


@pytest.mark.parametrize("networks", [(), ("10.0.0.0/24",), ("10.0.0.0/24", "fd00::/64"), ("fd00::/64", "10.0.0.0/24")])
def test_a_node_has_no_network_or_one_of_each_family(networks: tuple[str, ...]) -> None:
    assert new(*networks) == []


@pytest.mark.parametrize("network", ["10.0.0.0", "10.0.0.0/33", "nonsense/24"])
def test_what_is_no_network_is_told_with_its_place(network: str) -> None:
    assert new(network) == [
        f'spec.podCIDRs[0]: Invalid value: "{network}": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
    ]


@pytest.mark.parametrize("networks", [("10.0.0.0/24", "10.1.0.0/24"), ("10.0.0.0/24", "fd00::/64", "fd01::/64")])
def test_two_networks_of_a_family_are_one_too_many(networks: tuple[str, ...]) -> None:
    assert [told.rpartition(": ")[2] for told in new(*networks)] == ["may specify no more than one CIDR for each IP family"]


def test_a_network_may_come_later_and_then_stays() -> None:
    known = {"podCIDRs": ["10.0.0.0/24"]}
    assert changed({}, known) == changed(known, known) == []
    kept = 'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'
    assert changed(known, {"podCIDRs": ["10.1.0.0/24"]}) == changed(known, {}) == [kept]


def test_a_provider_id_may_come_later_and_then_stays() -> None:
    known = {"providerID": "cloud://a"}
    assert changed({}, known) == changed(known, known) == []
    assert changed(known, {"providerID": "cloud://b"}) == ["spec.providerID: Invalid value: null: field cannot be modified once set"]
    assert changed(known, {}) == ["spec.providerID: Invalid value: null: field cannot be cleared once set"]
