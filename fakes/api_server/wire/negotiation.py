"""What a client can read: Accept, and pretty printing.

Guarantees: of several alternatives that the server has, the one with the highest `q` wins, then the first; a `*` stands behind a name.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from fakes.api_server import errors
from fakes.api_server.kinds import Kind
from fakes.api_server.messages import Request
from fakes.api_server.tables import IncludeObject
from fakes.api_server.wire import protobuf, yaml_form
from fakes.api_server.wire.encoding import META

_META_VERSIONS = (["meta.k8s.io", "v1"], ["meta.k8s.io", "v1beta1"])
WATCH_TYPES = "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"


class Shape(Enum):
    """What is shown of objects."""

    WHOLE = ""
    PARTIAL = "PartialObjectMetadata"
    PARTIAL_LIST = "PartialObjectMetadataList"
    TABLE = "Table"


class Codec(Enum):
    """How it is written, in the server's order of preference."""

    JSON = "application/json"
    YAML = yaml_form.MEDIA_TYPE
    PROTOBUF = protobuf.MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Form:
    """A representation of an answer."""

    shape: Shape = Shape.WHOLE
    codec: Codec = Codec.JSON
    pretty: bool = False
    """Of JSON: for people."""
    version: str = META
    """The apiVersion of a shape other than the whole object."""


def accepted_form(request: Request, kind: Kind, *, watch: bool, collection: bool, tables: bool) -> Form:
    """The first alternative in Accept that this server has. Raises 406, or 501 for what only a real server has.

    Without `tables` there are none: a row is told by its object's metadata, and a review has none.
    """
    accept = request.headers.get("accept", "")
    if not kind.custom and not _is_routed(accept):
        raise errors.not_routed(f"{errors.JSON_TYPES}, {WATCH_TYPES}" if collection else errors.JSON_TYPES)
    binary = _has_binary(kind, accept)
    form = _negotiated(accept, binary=binary, transforms=True, tables=tables)
    if form is None:
        _refuse_what_is_lacking(accept, kind, tables=tables)
        raise errors.not_acceptable(errors.JSON_TYPES)
    if watch and form.codec is Codec.YAML:
        raise errors.not_acceptable(WATCH_TYPES)
    return _for_people(request, form)


def error_form(request: Request) -> Form | None:
    """How a refusal is written: it has one shape only. None where the client takes none of the forms that there are."""
    form = _negotiated(request.headers.get("accept", ""), binary=True, transforms=False)
    return None if form is None else _for_people(request, form)


def _for_people(request: Request, form: Form) -> Form:
    return replace(form, pretty=True) if not form.pretty and wants_pretty(request) else form


def _has_binary(kind: Kind, accept: str) -> bool:
    """Whether whole objects have a binary form. Who does not ask for it by name gets another one, so nothing is loaded for the answer."""
    if kind.custom or Codec.PROTOBUF.value not in accept:
        return False
    return protobuf.has_message(kind.resource.api_version, kind.resource.kind)


def _refuse_what_is_lacking(accept: str, kind: Kind, *, tables: bool) -> None:
    if not kind.custom and _negotiated(accept, binary=True, transforms=True, tables=tables):
        raise errors.not_supported(f"answers in {protobuf.MEDIA_TYPE} for this")


@functools.lru_cache(1024)
def _is_routed(accept: str) -> bool:
    """Whether a handler is looked for at all: where built-in kinds are, only full names and `*/*` find one."""
    names = [part.partition(";")[0].strip(" ") for part in (accept or "*/*").split(",")]
    return "*/*" in names or any(codec.value in names for codec in Codec)


class _Clause(NamedTuple):
    """One alternative in Accept."""

    name: str
    subtype: str
    quality: float
    parameters: Mapping[str, str]

    def allows(self, codec: Codec) -> bool:
        return f"{self.name}/{self.subtype}" in ("*/*", "application/*", codec.value)

    def precedes(self, other: _Clause) -> bool:
        return self.quality > other.quality or (self.name != "*" and other.name == "*") or (self.subtype != "*" and other.subtype == "*")


@functools.lru_cache(1024)
def _negotiated(accept: str, *, binary: bool, transforms: bool, tables: bool = True) -> Form | None:
    """`binary` is whether there is a binary form of whole objects, `transforms` whether there are other shapes, `tables` whether these."""
    codecs = [codec for codec in Codec if binary or codec is not Codec.PROTOBUF]
    for clause in _clauses(accept or "*/*"):
        for codec in filter(clause.allows, Codec):
            form = _form(clause.parameters, codec, codecs, transforms=transforms)
            if form is not None and (tables or form.shape is not Shape.TABLE):
                return form
    return None


def _clauses(accept: str) -> list[_Clause]:
    """Each goes as far to the front as it precedes what is before it, which is how a real server sorts them."""
    ordered: list[_Clause] = []
    for clause in filter(None, map(_clause, accept.split(","))):
        place = len(ordered)
        while place and clause.precedes(ordered[place - 1]):
            place -= 1
        ordered.insert(place, clause)
    return ordered


def _clause(text: str) -> _Clause | None:
    name, *rest = text.strip(" ").split(";")
    first, _, subtype = (part.strip(" ") for part in name.partition("/"))
    if first == "*" and not subtype:
        subtype = "*"
    if not subtype or "/" in subtype:
        return None
    pairs = [part.split("=") for part in rest]
    parameters = {pair[0].strip(" "): pair[1].strip(" ") for pair in pairs if len(pair) == 2 and pair[1]}
    return _Clause(first, subtype, _quality(parameters.pop("q", "1")), parameters)


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0


def _form(parameters: Mapping[str, str], codec: Codec, codecs: Collection[Codec], *, transforms: bool) -> Form | None:
    streamed = parameters.get("stream", "")
    if streamed and (streamed != "watch" or codec is Codec.YAML):
        return None
    if parameters.get("sv", "v1") != "v1":
        return None
    pretty = codec is Codec.JSON and parameters.get("pretty") == "1"
    asked = [parameters.get(name) for name in ("as", "g", "v")]
    if not any(asked):
        return Form(Shape.WHOLE, codec, pretty) if codec in codecs else None
    name, *version = asked
    shape = next((shape for shape in Shape if shape.value == name), None) if version in _META_VERSIONS else None
    if not transforms or shape is None or (shape is Shape.TABLE and codec is Codec.PROTOBUF):
        return None
    return Form(shape, codec, pretty, f"{version[0]}/{version[1]}")


def included_object(request: Request) -> IncludeObject:
    """What of the objects goes into a Table. Raises 400."""
    asked = request.parameter("includeObject")
    match asked:
        case "None" | "Object":
            return asked
        case "" | "Metadata":
            return "Metadata"
    why = f"includeObject: Invalid value: \"{asked}\": must be 'Metadata', 'Object', 'None', or empty"
    raise errors.bad_request(f"Unable to convert to Table as requested: {why}")


def wants_pretty(request: Request) -> bool:
    """Asked for, or a person with curl, wget or a browser."""
    if request.query and (asked := request.parameter("pretty")):
        return asked in ("1", "t", "T", "TRUE", "true", "True")
    return request.headers.get("user-agent", "").startswith(("curl", "Wget", "Mozilla/5.0"))
