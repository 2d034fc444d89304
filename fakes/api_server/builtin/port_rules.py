"""Ports of containers: which numbers, names and protocols they may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
