"""Kinds: every kind of object the server has, built in and custom, and how it is named, stored and answered.

Guarantees: the built-in ones are those of a 1.37.2 server, in its order of preference; custom ones come and go with their definitions, and
a reader sees all of a change or nothing of it. Assumes: one task at a time installs and removes. The data is read when first needed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Protocol

from fakes.api_server.builtin.conversions import Conversion, conversion_of
from fakes.api_server.builtin.late_defaults import late_defaults_of
from fakes.api_server.errors import bad_request
from fakes.storage import Version
from informer.errors import ConfigurationError
from informer.resource import Resource, ResourceName
from informer.selectors import FieldSelector

NAME, NAMESPACE = "metadata.name", "metadata.namespace"


@dataclass(frozen=True, slots=True)
class Subresource:
    """One subresource: its name (`status`), and the kind of object that requests to it carry."""

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str
    version: str

    @property
    def api_version(self) -> str:
        """The apiVersion of the objects it answers."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class SelectableField:
    """One field that a field selector may name: the first of `paths` with a value gives it, `default` stands for none."""

    name: str
    paths: tuple[str, ...]
    default: str = ""

    def value(self, document: Mapping[str, Any]) -> str:
        """What the field says in `document`, as a selector compares it."""
        for path in self.paths:
            if (found := _at(document, path)) not in (None, ""):
                return _text(found)
        return self.default


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, Sequence) and not isinstance(document, str) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


class Lens(Protocol):
    """How a kind shows what is stored.

    `exact`: what is written through it is seen as it was written. `up_to_date`: what it shows is what an update stores anew, even one that
    changes nothing.
    """

    @property
    def exact(self) -> bool: ...

    @property
    def up_to_date(self) -> bool: ...

    def __call__(self, version: Version) -> Version: ...

    def keep(self, document: dict[str, Any]) -> None:
        """Take out, in place, what is not stored of what is written through it."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object in one version of its group."""

    resource: Resource
    singular: str
    list_kind: str
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    subresources: Mapping[str, Subresource] = field(default_factory=dict, hash=False)
    custom: bool = False
    has_generation: bool = False
    """Whether its objects count their changes in metadata.generation."""
    create_on_update: bool = False
    """Whether PUT of an object that is not there creates it."""
    returns_deleted: bool = False
    """Whether DELETE answers with the object instead of a Status."""
    fields: tuple[SelectableField, ...] = ()
    field_refusal: str = ""
    """What a selector on any other field is answered; `{}` stands for the field."""
    storage_version_hash: str = ""
    deprecation: str = ""
    """What every answer about it warns of; empty for most."""
    definition: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    """Of a custom kind: its entry of `spec.versions`, with schema, subresources and printer columns."""
    lens: Lens | None = field(default=None, compare=False, repr=False)
    """Through which its objects are seen where they are stored in another form: a definition may have changed since."""

    conversion: Conversion | None = field(default=None, hash=False, repr=False)
    """Where its objects are kept in another form."""

    storage_key: tuple[str, str] = field(init=False, compare=False, repr=False)
    """Under which its objects are kept: the same for all versions."""

    def __post_init__(self) -> None:
        own = (self.resource.group, self.resource.plural)
        object.__setattr__(self, "storage_key", own if self.conversion is None else self.conversion.storage_key)

    def seen(self, version: Version) -> Version:
        """A stored state as clients see it in this kind."""
        return version if self.lens is None else version.through(self.lens)

    @property
    def selectable_fields(self) -> tuple[str, ...]:
        """The names of all fields that a field selector may name."""
        return tuple(selectable.name for selectable in self.fields)

    def check_fields(self, selector: FieldSelector) -> None:
        """Raise the server's 400 `StatusError` when `selector` names a field that this kind does not offer."""
        for name, _, _ in selector.requirements:
            if name not in self.selectable_fields:
                raise bad_request(self.field_refusal.format(name))

    def field_value(self, document: Mapping[str, Any], name: str) -> str:
        """The value that a field selector compares; `name` is one of `selectable_fields`."""
        return next(selectable.value(document) for selectable in self.fields if selectable.name == name)


def storage_version_hash(group: str, version: str, kind: str) -> str:
    """The digest by which discovery tells that objects are stored in another form than before."""
    return base64.b64encode(hashlib.sha256(f"{group}/{version}/{kind}".encode()).digest()[:8]).decode()


def version_rank(version: str) -> tuple[int, int, int, str]:
    """A sort key that puts `v2` before `v1` before `v2beta1` before `v1alpha1`, and names of no such form last, in order."""
    match = re.fullmatch(r"v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?", version)
    if match is None:
        return (3, 0, 0, version)
    stability = {None: 0, "beta": 1, "alpha": 2}[match[2]]
    return (stability, -int(match[1]), -int(match[3] or 0), "")


class Kinds:
    """The kinds of one server. Starts with the built-in ones."""

    def __init__(self) -> None:
        self._custom: dict[str, tuple[Kind, ...]] = {}
        self._arrange()

    def _arrange(self) -> None:
        builtin = {_place(kind): kind for kind in _builtin()}
        rank = {group: index for index, group in enumerate(dict.fromkeys(kind.resource.group for kind in _builtin()))}
        custom = [kind for kinds in self._custom.values() for kind in kinds if _place(kind) not in builtin]

        def preference(kind: Kind) -> tuple[int, str]:
            return (rank.get(kind.resource.group, len(rank)), kind.resource.group)

        # Custom groups follow the built-in ones by name; a custom version in a built-in group follows the built-in versions.
        custom.sort(key=lambda kind: (version_rank(kind.resource.version), kind.resource.plural))
        ordered = sorted([*builtin.values(), *custom], key=preference)
        self._kinds = {_place(kind): kind for kind in ordered}

    def all(self) -> tuple[Kind, ...]:
        """Every kind in every version, in the server's order of preference."""
        return tuple(self._kinds.values())

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind at this path, if the server has it."""
        return self._kinds.get((group, version, plural))

    def find_by_kind(self, api_version: str, kind: str) -> Kind | None:
        """The kind of an object that says this of itself."""
        same = (other for other in self.all() if other.resource.kind == kind and other.resource.api_version == api_version)
        return next(same, None)

    def lookup(self, name: ResourceName) -> Kind | None:
        """The kind that a person means: by plural, singular, kind or else short name, in any case; the most preferred of several."""
        word = name.name.lower()
        eligible = [
            kind for kind in self.all() if name.group in (None, kind.resource.group) and name.version in (None, kind.resource.version)
        ]
        for kind in eligible:
            if word in (kind.resource.plural, kind.singular, kind.resource.kind.lower()):
                return kind
        return next((kind for kind in eligible if word in kind.short_names), None)

    def group_known(self, group: str) -> bool:
        """Whether the server has anything in this group."""
        return any(kind.resource.group == group for kind in self.all())

    def group_built_in(self, group: str) -> bool:
        """Whether the server has anything in this group that no definition made."""
        return any(kind.resource.group == group and not kind.custom for kind in self.all())

    def version_known(self, group: str, version: str) -> bool:
        """Whether the server has anything in this version of the group."""
        return any(kind.resource.group == group and kind.resource.version == version for kind in self.all())

    def install(self, crd: Mapping[str, Any]) -> tuple[Kind, ...]:
        """Take in the kinds of a CustomResourceDefinition, in place of what it defined before, and give them."""
        from fakes.api_server.custom.crds import kinds_of

        kinds = kinds_of(crd)
        if self._custom.get(crd["metadata"]["name"]) == kinds:
            return self._custom[crd["metadata"]["name"]]
        self._custom = {**self._custom, crd["metadata"]["name"]: kinds}
        self._arrange()
        return kinds

    def remove(self, crd: Mapping[str, Any]) -> None:
        """Forget the kinds of a CustomResourceDefinition."""
        self._custom = {name: kinds for name, kinds in self._custom.items() if name != crd["metadata"]["name"]}
        self._arrange()


def _place(kind: Kind) -> tuple[str, str, str]:
    return kind.resource.group, kind.resource.version, kind.resource.plural


def check_plural(name: str | None, kinds: Iterable[Kind] | None = None) -> None:
    """Raise `ConfigurationError` for another word for a resource, such as `pod`, where only `pods` is ever met.

    `kinds` are the built-in ones if None. What nobody knows may come to be, with its definition: `limits` of
    another group than that of the LimitRanges, say.
    """
    word, _, group = (name or "").partition("/")[0].partition(".")
    known = _builtin() if kinds is None else tuple(kinds)
    if not word or any(kind.resource.plural == word for kind in known):
        return
    lower = word.lower()
    eligible = (kind for kind in known if group in ("", kind.resource.group))
    meant = next((kind for kind in eligible if lower in (kind.resource.plural, kind.singular, *kind.short_names)), None)
    if meant is not None:
        raise ConfigurationError(f"{name!r} is {meant.resource.plural!r} here")


def names_resource(said: str | None, resource: str) -> bool:
    """Whether `deployments.apps`, say, is meant by what was said: that, `deployments`, or None for any."""
    return said is None or said == resource or said == resource.partition(".")[0]


def builtin_kind(group: str, version: str, plural: str) -> Kind:
    """One of those that every server has. Raises `StopIteration` where there is none."""
    return next(kind for kind in _builtin() if _place(kind) == (group, version, plural))


@functools.cache
def _builtin() -> tuple[Kind, ...]:
    data = json.loads((files("fakes.api_server") / "data" / "kinds.json").read_bytes())
    return tuple(
        _read(group["group"], version["version"], entry)
        for group in data["groups"]
        for version in group["versions"]
        for entry in version["resources"]
    )


def _read(group: str, version: str, entry: Mapping[str, Any]) -> Kind:
    subresources = {
        sub["name"]: Subresource(sub["name"], sub["kind"], tuple(sub["verbs"]), sub.get("group", group), sub.get("version", version))
        for sub in entry.get("subresources", ())
    }
    resource = Resource(group, version, entry["plural"], entry["kind"], entry["namespaced"])
    return Kind(
        resource=resource,
        singular=entry["singular"],
        list_kind=f"{entry['kind']}List",
        short_names=tuple(entry.get("shortNames", ())),
        categories=tuple(entry.get("categories", ())),
        verbs=tuple(entry["verbs"]),
        subresources=subresources,
        has_generation=entry.get("generation", False),
        create_on_update=entry.get("createOnUpdate", False),
        returns_deleted=entry.get("returnsDeleted", False),
        fields=tuple(_selectable(entry.get("fields", (NAME, NAMESPACE)))),
        field_refusal=entry.get("fieldRefusal", '"{}" is not a known field selector: only "metadata.name", "metadata.namespace"'),
        storage_version_hash=entry.get("hash", ""),
        deprecation=entry.get("deprecation", ""),
        lens=late_defaults_of(resource),
        conversion=conversion_of(group, version, entry["plural"]),
    )


def _selectable(entries: Iterable[Any]) -> Iterable[SelectableField]:
    for entry in entries:
        if isinstance(entry, str):
            yield SelectableField(entry, (entry,))
        else:
            name, paths, default = entry
            yield SelectableField(name, tuple(paths), default)
