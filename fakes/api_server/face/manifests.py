"""Manifests: the objects in YAML or JSON, each with the place where it stands, so that a complaint about it can name file, line and field.

Read as the tools of Kubernetes read them: timestamps stay texts, keys are texts, a key that is there twice is refused, lists of objects
are taken apart. Assumes UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fakes.api_server.errors import StatusError

Document = dict[str, Any]

_FILES = (".yaml", ".yml", ".json")
_TIMESTAMP, _INTEGER, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("timestamp", "int", "float"))
_NUMBERS = {
    _INTEGER: re.compile(r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[1-9][0-9_]*|0)$"),
    _FLOAT: re.compile(
        r"([-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"
    ),
}
_FIELD = re.compile(r'(?:unknown|duplicate) field "([^"]+)"|Go struct field \w+\.(\S+)|typed patch object \(.*?\): \.(.+?): ')
_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


class ManifestError(StatusError):
    """An object of a manifest was refused: by the reader, or by the server, whose `StatusError` it continues."""


class _Loader(yaml.SafeLoader):
    """YAML as Go's reader for Kubernetes takes it."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, _NUMBERS.get(tag, pattern)) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} is there twice", key.start_mark)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {_key(self.construct_object(key, deep=True)): self.construct_object(value, deep=deep) for key, value in node.value}


def _key(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(key)


def _read_integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = node.value.replace("_", "")
    return int(text, 0) if re.match(r"[-+]?(0[box]|[1-9]|0$)", text) else int(text, 8)


_Loader.add_constructor(_INTEGER, _read_integer)


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a manifest, and where it stands: `source` is the file or empty, numbers count from 1, `item` is 0 outside of lists."""

    document: Document
    source: str = ""
    number: int = 0
    item: int = 0
    node: Any = field(default=None, repr=False)
    """The YAML that it was made of; None for objects that were never a text."""

    @property
    def name(self) -> str:
        """The object as people name it."""
        own = self.document.get("metadata")
        own = own if isinstance(own, dict) else {}
        name = own.get("name") or own.get("generateName") or "(without a name)"
        place = f"{own['namespace']}/{name}" if own.get("namespace") else name
        return f"{self.document.get('kind') or 'object without a kind'} {place}"

    def error(self, error: StatusError) -> ManifestError:
        """The refusal of this object, with its place in front."""
        line = self._line(_fields(error))
        where = f"{self.source or 'manifest'}:{line}" if line else self.source
        number = f"document {self.number}" if self.number else ""
        item = f"item {self.item}" if self.item else ""
        place = ", ".join(part for part in (where, number, item, self.name) if part)
        return ManifestError(error.code, error.reason, f"{place}: {error.message}", error.details, error.metadata)

    def _line(self, paths: Iterable[str]) -> int:
        """Where the first of these fields stands; the start of the object, if none does."""
        if self.node is None:
            return 0
        found = (_find(self.node, path) for path in paths)
        node = next((node for node in found if node is not None), self.node)
        return int(node.start_mark.line) + 1


def _fields(error: StatusError) -> list[str]:
    causes = [cause["field"] for cause in (error.details or {}).get("causes", ()) if cause.get("field")]
    return causes or ["".join(found) for found in _FIELD.findall(error.message)]


def _find(node: Any, path: str) -> Any:
    """The YAML at a path such as `spec.containers[0].image`, or at as much of it as is there; None where nothing is."""
    found = None
    for name, index in _STEP.findall(path):
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next(((key, value) for key, value in node.value if key.value == (name or index)), None)
        elif isinstance(node, yaml.SequenceNode) and index.isdecimal() and int(index) < len(node.value):
            child = (node.value[int(index)], node.value[int(index)])
        if child is None:
            break
        found, node = child
    return found


Manifest = str | Path | Mapping[str, Any] | Iterable[Mapping[str, Any]]


def _is_path(text: str) -> bool:
    return bool(text) and "\n" not in text and (text.endswith(_FILES) or ":" not in text)


def read(manifest: Manifest) -> list[Entry]:
    """Every object in it: in a file, in all such files of a folder (by name), in a text, or given as dicts.

    A text of one line that ends like a file, or is no mapping, is taken for a path. Raises `ManifestError`, and `FileNotFoundError`.
    """
    if isinstance(manifest, str) and _is_path(manifest.strip()):
        manifest = Path(manifest)
    if isinstance(manifest, Path):
        return _read_path(manifest)
    if isinstance(manifest, str):
        return list(_read_text(manifest, ""))
    if not isinstance(manifest, Iterable):
        raise TypeError(f"a manifest is a path, a text, a dict or several, not {manifest!r}")
    documents = [manifest] if isinstance(manifest, Mapping) else list(manifest)
    single = len(documents) == 1
    entries = (Entry(dict(document), number=0 if single else number) for number, document in enumerate(documents, 1))
    return [expanded for entry in entries for expanded in _expand(entry)]


def _read_path(path: Path) -> list[Entry]:
    files = sorted(child for child in path.iterdir() if child.suffix in _FILES) if path.is_dir() else [path]
    if not files:
        raise ManifestError(400, "BadRequest", f"{path}: no file in this folder ends in {', '.join(_FILES)}")
    return [entry for file in files for entry in _read_text(file.read_text(encoding="utf-8"), str(file))]


def _read_text(text: str, source: str) -> Iterator[Entry]:
    loader = _Loader(text)
    number = 0
    try:
        while loader.check_node():
            number += 1
            node = loader.get_node()
            document = loader.construct_document(node)
            if document is not None:
                yield from _expand(Entry(_object(document, source, number, node), source, number, node=node))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{source or 'manifest'}{f':{mark.line + 1}' if mark else ''}, document {max(number, 1)}"
        raise ManifestError(400, "BadRequest", f"{place}: {getattr(error, 'problem', None) or error}") from error
    finally:
        loader.dispose()


def _object(document: Any, source: str, number: int, node: Any) -> Document:
    if isinstance(document, dict):
        return document
    place = f"{source or 'manifest'}:{node.start_mark.line + 1}, document {number}"
    raise ManifestError(400, "BadRequest", f"{place}: an object is a mapping with apiVersion, kind and metadata; this is {document!r:.80}")


def _expand(entry: Entry) -> Iterator[Entry]:
    """The entry, or, of a list, its items."""
    document = entry.document
    items = document.get("items")
    if not (str(document.get("kind", "")).endswith("List") and isinstance(items, list)):
        _check(entry)
        yield entry
        return
    header = {}
    if document["kind"] != "List":
        header = {"apiVersion": document.get("apiVersion", ""), "kind": document["kind"].removesuffix("List")}
    listed = _find_items(entry.node)
    for number, item in enumerate(items, 1):
        node = listed[number - 1] if listed else None
        own = Entry(header | item if isinstance(item, dict) else {}, entry.source, entry.number, number, node)
        _check(own)
        yield own


def _find_items(node: Any) -> list[Any]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return next((value.value for key, value in node.value if key.value == "items"), [])


def _check(entry: Entry) -> None:
    document = entry.document
    why = ""
    for name in ("apiVersion", "kind"):
        if not isinstance(document.get(name), str) or not document[name]:
            why = why or f"{name}: Required value: every object says its {name}"
    own = document.get("metadata")
    if not why and not isinstance(own, dict):
        why = "metadata: Required value: every object has a metadata with its name"
    elif not why and isinstance(own, dict) and not (own.get("name") or own.get("generateName")):
        why = "metadata.name: Required value: name or generateName is required"
    if why:
        raise entry.error(StatusError(400, "BadRequest", why))
