"""YAML: objects as people write them. Read into, and written from, what the same object is in JSON, in the manner of Go's YAML.

The words of a syntax error are those of libyaml, which Go's is made from, where PyYAML was built with it.
"""

from __future__ import annotations

import base64
import functools
import math
import re
from collections.abc import Iterable
from typing import Any

import yaml

from fakes.api_server.wire.json_syntax import Doubled
from fakes.api_server.wire.yaml_scalars import BINARY, BOOL, COLLECTIONS, FLOAT, INT, MERGE, NULL, STRING, TIME, needs_quotes, resolve

MEDIA_TYPE = "application/yaml"
_MANY = "yaml: unmarshal errors:\n"
_WIDTH = 80


_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(yaml.composer.Composer, _Parser):  # type: ignore[misc, valid-type]  # which of the two is there, nobody knows before
    """Notes keys that are there twice, by their lines. Counts what reading every alias anew would take, as Go's YAML reads them."""

    def __init__(self, body: bytes) -> None:
        _Parser.__init__(self, body)
        yaml.composer.Composer.__init__(self)
        self.repeated: list[str] = []
        self._sizes: dict[yaml.Node, int] = {}
        self._decoded, self._aliased = 1, 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        event, before = self.peek_event(), self._decoded
        self._decoded += 1
        if isinstance(event, yaml.AliasEvent):
            node = self._composed(parent, index)
            if node.end_mark is None:
                raise ValueError(f"yaml: anchor '{event.anchor}' value contains itself")
            self._decoded += self._sizes[node]
            self._aliased += self._sizes[node]
        else:
            # an anchor may be set anew
            self.anchors.pop(event.anchor, None)
            node = self._composed(parent, index)
            self._sizes[node] = self._decoded - before
        if self._aliased > 100 and self._decoded > 1000 and self._aliased / self._decoded > _allowed_aliases(self._decoded):
            raise ValueError("yaml: document contains excessive aliasing")
        return node

    def _composed(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        node = super().compose_node(parent, index)
        assert node is not None, "an event makes a node"
        return node

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: tuple[bool, bool]) -> Any:
        if kind is yaml.ScalarNode:
            return resolve(value)[0] if implicit[0] else STRING
        return super().resolve(kind, value, implicit)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:
        own = len(node.value)
        self.flatten_mapping(node)
        merged = len(node.value) - own
        mapping: dict[str, Any] = {}
        seen: set[tuple[type, Any]] = set()
        for number, (key_node, value_node) in enumerate(node.value):
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, dict | list):
                raise ValueError(f"yaml: invalid map key: {_go_value(key)}")
            if (type(key), key) in seen and number > merged:
                self.repeated.append(f"line {value_node.start_mark.line + 1}: key {_go_value(key)} already set in map")
            seen.add((type(key), key))
            value = self.construct_object(value_node, deep=deep)
            mapping[_key(key, value)] = value
        return mapping


def _allowed_aliases(decoded: int) -> float:
    """Which part of so many values may come from aliases."""
    few, many = 400_000, 4_000_000
    return 0.99 - 0.89 * (min(max(decoded, few), many) - few) / (many - few)


def _go_value(value: Any) -> str:
    """A key as Go prints it with `%#v`."""
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_value, value))}}}"
    if isinstance(value, dict):
        return f"map[interface {{}}]interface {{}}{{{', '.join(f'{_go_value(key)}:{_go_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        {None: "interface {}(nil)", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, float)
        else _go_float(value)
    )


def _scalar(loader: _Loader, node: yaml.ScalarNode) -> Any:
    tag, value = resolve(node.value)
    return node.value if tag == TIME or node.tag == STRING else value


def _untagged(loader: _Loader, node: yaml.Node) -> Any:
    """What has a tag that nobody knows, as if it had none."""
    match node:
        case yaml.ScalarNode():
            return node.value
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            return loader.construct_mapping(node, deep=True)


def _binary(loader: _Loader, node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        return _untagged(loader, node)
    try:
        return base64.b64decode(re.sub(r"[\r\n]", "", node.value), validate=True).decode(errors="replace")
    except ValueError:
        raise ValueError("yaml: !!binary value contains invalid base64 data") from None


_Loader.add_constructor(None, _untagged)
_Loader.add_constructor(BINARY, _binary)
for _tag in COLLECTIONS:
    _Loader.add_constructor(_tag, _untagged)
for _tag in (BOOL, INT, FLOAT, NULL, TIME, STRING, MERGE):
    _Loader.add_constructor(_tag, _scalar)


def decode(body: bytes) -> Any:
    """What the first YAML document says; a `Doubled` where a key is there twice. Raises `ValueError` in the words of Go's YAML."""
    loader = _Loader(body)
    try:
        value = loader.get_data() if loader.check_data() else None
    except yaml.YAMLError as error:
        raise ValueError(f"yaml: {_complaint(error, body)}") from None
    finally:
        loader.dispose()
    said = _as_json(value)
    if not loader.repeated or not isinstance(said, dict):
        return said
    return Doubled(said.items(), (_MANY + "\n".join(f"  {text}" for text in loader.repeated),))


def lines(complaints: Iterable[str]) -> tuple[str, ...]:
    """What `complaints` of a `Doubled` say, each thing by itself."""
    return tuple(line.strip() for text in complaints for line in text.removeprefix(_MANY).split("\n"))


def _complaint(error: yaml.YAMLError, body: bytes) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return "control characters are not allowed"
    if not isinstance(error, yaml.MarkedYAMLError):
        return str(error).splitlines()[0]
    mark = error.problem_mark
    if isinstance(error, yaml.composer.ComposerError) and mark is not None:
        name = re.match(r"\*[\w-]*", body.decode(errors="replace").splitlines()[mark.line][mark.column :])
        return f"unknown anchor '{name[0][1:] if name else ''}' referenced"
    line = 0
    if mark is not None and mark.line:
        line = mark.line + isinstance(error, yaml.scanner.ScannerError)
    elif error.context_mark is not None:
        line = error.context_mark.line
    return f"line {line}: {error.problem}" if line else str(error.problem)


def _as_json(value: Any) -> Any:
    """In the order in which Go hands it on, as JSON with sorted keys. Raises `ValueError`."""
    if isinstance(value, dict):
        return {key: _as_json(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"json: unsupported value: {_go_float(value)}")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value


def _key(key: Any, item: Any) -> str:
    if key is None:
        shown = _go_value(item)
        raise ValueError(f"unsupported map key of type: %!s(<nil>), key: <nil>, value: {shown}")
    if isinstance(key, bool):
        return "true" if key else "false"
    return _go_float(key) if isinstance(key, float) else str(key)


def _go_float(value: float) -> str:
    if math.isfinite(value):
        return f"{value:g}"
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


class _Dumper(yaml.SafeDumper):
    """Quotes what would be taken for something else."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode:
            return resolve(value)[0] if implicit[0] else STRING
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else '"' if needs_quotes(value) else None
    return dumper.represent_scalar(STRING, value, style=style)


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.MappingNode:
    pairs = [(key, value[key]) for key in sorted(value, key=functools.cmp_to_key(_compare))]
    return dumper.represent_mapping(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, pairs)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)


def _compare(left: str, right: str) -> int:
    """Letters stand behind everything else, and numbers are compared as numbers."""
    for at, (one, other) in enumerate(zip(left, right, strict=False)):
        if one == other:
            continue
        if one.isalpha() or other.isalpha():
            return (1 if one > other else -1) if one.isalpha() and other.isalpha() else 1 if one.isalpha() else -1
        mine, theirs = _number(left, at), _number(right, at)
        return 1 if (mine, one) > (theirs, other) else -1
    return len(left) - len(right)


def _number(text: str, at: int) -> tuple[int, int]:
    """The number that goes on or begins there, and where it ends."""
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    inside = text[:at].rstrip("0")[-1:].isdigit() and text[at - 1].isdigit()
    digits = ("1" if inside else "") + text[at:end]
    return int(digits or "0"), end


def encode(document: Any) -> bytes:
    """A document with its fields in the order of their names."""
    text: str = yaml.dump(document, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=_WIDTH)
    return text.encode()
