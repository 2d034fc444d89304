"""FaultOption: a fault as people write it on the command line, `verb=list,resource=pods,status=429,retry_after=1,times=3`."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import click

from fakes.api_server.faults import Fault, StreamAction, StreamFault

_NUMBERS = ("status", "times", "after", "retry_after", "opening")
_FLAGS = ("disconnect", "commit")
_REQUEST = ("verb", "resource", "status", "times", "after", "message", "retry_after", "body", "disconnect", "commit")
_STREAM = ("action", "resource", "after", "opening", "line")
_BYTES = ("body", "line")


class FaultOption(click.ParamType):  # type: ignore[type-arg]  # generic only in some versions of click
    """Gives a `Fault`, or, where there is an `action`, a `StreamFault`: by default of the next stream that opens."""

    name = "FAULT"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Fault | StreamFault:
        if isinstance(value, Fault | StreamFault):
            return value
        fields = self._fields(value, parameter, context)
        if "action" not in fields:
            return Fault(**self._known(fields, _REQUEST, parameter, context))
        if fields["action"] not in get_args(StreamAction):
            self.fail(f"action is one of {', '.join(get_args(StreamAction))}, not {fields['action']!r}", parameter, context)
        return StreamFault(**{"opening": 1, **self._known(fields, _STREAM, parameter, context)})

    def _fields(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for part in value.split(","):
            name, equals, text = part.partition("=")
            name = name.strip().replace("-", "_")
            if name in _FLAGS and not equals:
                fields[name] = True
            elif not equals:
                self.fail(f"{part!r} is no NAME=VALUE", parameter, context)
            elif name in _NUMBERS:
                if not text.isdecimal():
                    self.fail(f"{name} is a number, not {text!r}", parameter, context)
                fields[name] = int(text)
            else:
                fields[name] = text.encode() if name in _BYTES else text == "true" if name in _FLAGS else text
        return fields

    def _known(
        self, fields: dict[str, Any], names: tuple[str, ...], parameter: click.Parameter | None, context: click.Context | None
    ) -> dict[str, Any]:
        if unknown := [name for name in fields if name not in names]:
            self.fail(f"{unknown[0]!r} is none of {', '.join(names)}", parameter, context)
        return fields


def describe(fault: Fault | StreamFault) -> str:
    """The fault in the same words, without what is as by default; but the status that it answers."""
    said = {field.name: getattr(fault, field.name) for field in dataclasses.fields(fault) if getattr(fault, field.name) != field.default}
    if isinstance(fault, Fault) and not fault.disconnect:
        said["status"] = fault.status
    words = {name: value.decode() if isinstance(value, bytes) else value for name, value in said.items()}
    return ",".join(name if value is True else f"{name}={value}" for name, value in words.items())
