"""What a real server warns of in the ports of a pod: ports and names that are there twice."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.builtin import port_rules
from fakes.api_server.builtin.port_rules import port_warnings


def warnings(*ports: dict[str, Any]) -> list[str]:
    containers = [{"ports": [port]} for port in ports]
    return [
        warning.replace("spec.containers", "").replace(".ports[0]", "") for warning in port_warnings({"containers": containers}, "spec")
    ]


def test_a_port_is_compared_with_those_before_it_in_their_order() -> None:
    told = warnings({"containerPort": 1}, {"containerPort": 2}, {"containerPort": 1, "hostPort": 8}, {"containerPort": 1, "hostPort": 8})
    assert told == [
        "[2]: overlapping port definition with [0]",
        "[3]: overlapping port definition with [0]",
        "[3]: duplicate port definition with [2]",
    ]


def test_ports_of_other_protocols_or_other_ports_of_the_node_are_others() -> None:
    assert warnings({"containerPort": 1, "protocol": "TCP"}, {"containerPort": 1, "protocol": "UDP"}) == []
    assert warnings({"containerPort": 1, "hostPort": 8}, {"containerPort": 1, "hostPort": 9}) == []


def test_ports_of_different_numbers_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    number = port_rules._number

    def counted(port: dict[str, Any]) -> tuple[Any, Any]:
        asked.append(port)
        return number(port)

    monkeypatch.setattr(port_rules, "_number", counted)
    assert warnings(*({"containerPort": index + 1} for index in range(50))) == []
    assert len(asked) == 50
