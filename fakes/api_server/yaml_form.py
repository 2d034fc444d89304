"""YAML: objects as people write them. Read into, and written from, what the same object is in JSON."""

from __future__ import annotations

import re
from typing import Any

import yaml

MEDIA_TYPE = "application/yaml"
COMPLAINT = "error converting YAML to JSON: "
"""How what `decode` raises begins."""


class _Loader(yaml.SafeLoader):
    """Times stay texts, as they are in JSON. Keys that are there twice are noted in `repeated`; the last one counts."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.repeated: list[str] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                self.repeated.append(f'line {key.start_mark.line + 1}: key "{key.value}" already set in map')
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.bool_values = {**yaml.SafeLoader.bool_values, "y": True, "n": False}


class _Dumper(yaml.SafeDumper):
    """Quotes what would be read as a number or a time."""


for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("[yYnN]$"), list("yYnN"))
_STRING = "tag:yaml.org,2002:str"
_TIME = re.compile(r"\d{4}-\d\d-\d\d.*")


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    ambiguous = _TIME.fullmatch(value) or dumper.resolve(yaml.ScalarNode, value, (True, False)) != _STRING  # type: ignore[no-untyped-call]
    style = "|" if "\n" in value else '"' if ambiguous else None
    return dumper.represent_scalar(_STRING, value, style=style)


_Dumper.add_representer(str, _text)


def decode(body: bytes, repeated: list[str] | None = None) -> Any:
    """What a YAML document says. Notes in `repeated` which keys are there twice. Raises `ValueError`."""
    try:
        loader = _Loader(body)
        found = loader.get_single_data()
        if repeated is not None:
            repeated += loader.repeated
        return _with_texts_as_keys(found)
    except yaml.YAMLError as error:
        raise ValueError(f"{COMPLAINT}yaml: {_complaint(error)}") from None


def _complaint(error: yaml.YAMLError) -> str:
    """What Go's reader says, where it is known."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    if isinstance(error, yaml.reader.ReaderError):
        return "control characters are not allowed"
    if problem == "mapping values are not allowed here":
        return "mapping values are not allowed in this context"
    if getattr(error, "context", None) == "while parsing a flow node":
        mark = error.problem_mark  # type: ignore[attr-defined]
        return f"line {mark.line + 1}: did not find expected node content"
    return str(problem)


def _with_texts_as_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key if isinstance(key, str) else _key(key): _with_texts_as_keys(item) for key, item in value.items()}
    return [_with_texts_as_keys(item) for item in value] if isinstance(value, list) else value


def _key(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)


def encode(document: Any) -> bytes:
    """A document with its fields in the order of their names."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=True, default_flow_style=False, allow_unicode=True, width=1_000_000)
    return text.encode()
