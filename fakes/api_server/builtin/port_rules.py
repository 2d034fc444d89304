"""Ports of containers: which numbers, names and protocols they may have, and what a server warns of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.custom.structural_faults import invalid, required, unsupported
from fakes.api_server.errors import Cause

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_LONGEST_NAME = 15


def port_faults(ports: Sequence[dict[str, Any]], path: str) -> Iterator[Cause]:
    """Of all ports of one container, which have their defaults."""
    names = set()
    for index, port in enumerate(ports):
        place, name, number = f"{path}[{index}]", port.get("name", ""), port.get("containerPort", 0)
        faults = list(_name_faults(name)) if name else []
        yield from (invalid(f"{place}.name", name, fault) for fault in faults)
        if name in names:
            yield Cause("FieldValueDuplicate", f'Duplicate value: "{name}"', f"{place}.name")
        if name and not faults:
            names.add(name)
        if not number:
            yield required(f"{place}.containerPort")
        elif not 0 < number < 65536:
            yield invalid(f"{place}.containerPort", number, "must be between 1 and 65535, inclusive")
        if port.get("protocol") and port["protocol"] not in _PROTOCOLS:
            yield unsupported(f"{place}.protocol", port["protocol"], _PROTOCOLS)


def host_port_faults(containers: Sequence[Mapping[str, Any]], path: str) -> Iterator[Cause]:
    """Of ports of one node that several containers want."""
    taken = set()
    for number, container in enumerate(containers):
        for index, port in enumerate(container.get("ports") or ()):
            if not port.get("hostPort"):
                continue
            wanted = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{port['hostPort']}"
            if wanted in taken:
                yield Cause("FieldValueDuplicate", f'Duplicate value: "{wanted}"', f"{path}[{number}].ports[{index}].hostPort")
            taken.add(wanted)


def port_warnings(spec: Mapping[str, Any], path: str) -> Iterator[str]:
    """Of all containers of a pod's spec: ports and names that are there twice."""
    ports = [
        (f"{path}.{field}[{number}].ports[{index}]", port)
        for field in ("initContainers", "containers", "ephemeralContainers")
        for number, container in enumerate(spec.get(field) or ())
        for index, port in enumerate(container.get("ports") or ())
    ]
    of_number: dict[tuple[Any, Any], list[tuple[str, Mapping[str, Any]]]] = {}
    for place, port in ports:
        if port.get("hostIP") and not port.get("hostPort"):
            yield f"{place}: hostIP set without hostPort: {_go_port(port)}"
        earlier = of_number.setdefault(_number(port), [])
        for earlier_place, same in earlier:
            if kind := _overlap(port, same):
                yield f"{place}: {kind} port definition with {earlier_place}"
        earlier.append((place, port))
    first: dict[str, str] = {}
    for place, port in ports:
        if not (name := port.get("name")):
            continue
        if place != (other := first.setdefault(name, place)):
            why = f"services and probes that select ports by name will use {other}"
            yield f'{place}: duplicate port name "{name}" with {other}, {why}'


def _number(port: Mapping[str, Any]) -> tuple[Any, Any]:
    return port.get("containerPort", 0), port.get("protocol", "")


def _overlap(port: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What two ports of the same number have of each other; empty for nothing."""
    addresses, hosts = ([found.get(field, zero) for found in (port, other)] for field, zero in (("hostIP", ""), ("hostPort", 0)))
    if hosts[0] == hosts[1] and addresses[0] == addresses[1]:
        return "duplicate"
    if not all(hosts):
        return "overlapping"
    return "dangerously ambiguous" if hosts[0] == hosts[1] and "" in addresses else ""


def _go_port(port: Mapping[str, Any]) -> str:
    fields = (("Name", "name", ""), ("HostPort", "hostPort", 0), ("ContainerPort", "containerPort", 0), ("Protocol", "protocol", ""))
    return "{" + " ".join(f"{label}:{port.get(name, zero)}" for label, name, zero in (*fields, ("HostIP", "hostIP", ""))) + "}"


def _name_faults(name: str) -> Iterator[str]:
    if len(name) > _LONGEST_NAME:
        yield f"must be no more than {_LONGEST_NAME} characters"
    if not re.fullmatch("[-a-z0-9]+", name):
        yield "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
    if not re.search("[a-z]", name):
        yield "must contain at least one letter (a-z)"
    if "--" in name:
        yield "must not contain consecutive hyphens"
    if name.startswith("-") or name.endswith("-"):
        yield "must not begin or end with a hyphen"
