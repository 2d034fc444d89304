"""Header: of a stored object what controllers look at, and the way to it by name."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from fakes.storage import Version


class Place(NamedTuple):
    """Where an object is: `pods`, `deployments.apps`; its namespace or None; its name. As the methods of a server take it."""

    resource: str
    namespace: str | None
    name: str

    @classmethod
    def of(cls, resource: object, key: str) -> Place:
        """From the names that the storage has for it."""
        assert isinstance(resource, tuple), "objects are stored under group and plural"
        group, plural = resource
        namespace, _, name = key.rpartition("/")
        return cls(f"{plural}.{group}" if group else plural, namespace or None, name)


class Reference(msgspec.Struct, frozen=True, rename="camel"):
    """An owner reference."""

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Header(msgspec.Struct, frozen=True, rename="camel"):
    """An object's metadata."""

    uid: str
    resource_version: str
    deletion_timestamp: str | None = None
    finalizers: tuple[str, ...] = ()
    owner_references: tuple[Reference, ...] = ()

    @property
    def deleted(self) -> bool:
        return self.deletion_timestamp is not None

    @property
    def controller(self) -> str | None:
        """The uid of the owner that manages it."""
        return next((reference.uid for reference in self.owner_references if reference.controller), None)


class _Object(msgspec.Struct):
    metadata: Header


_decode = msgspec.json.Decoder(_Object).decode


def header(version: Version) -> Header:
    return _decode(version.raw).metadata
