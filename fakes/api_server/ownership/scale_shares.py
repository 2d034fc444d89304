"""Scale shares: who owns the number in a Scale, told from who owns it in the object that is scaled, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from fakes.api_server.ownership import field_sets
from fakes.api_server.ownership.field_sets import difference
from fakes.api_server.ownership.managers import Entries, Manager, Share, known, write

_SCALE = "autoscaling/v1"
_REPLICAS = ("f:spec", "f:replicas")


class ScaleShares:
    """Of one object. `paths` says, for each version that is served, where the number is; empty where that version has no scale."""

    def __init__(self, entries: Entries | None, paths: Mapping[str, Sequence[str]]) -> None:
        self._parent = known(entries, None)
        self._paths = {version: [f"f:{name}" for name in path] for version, path in paths.items()}

    def of_scale(self) -> Entries:
        """The managedFields of the Scale."""
        shares = {manager: replace(share, fields=field_sets.at(_REPLICAS), api_version=_SCALE) for manager, share in self._owners()}
        return write(shares)

    def of_parent(self, entries: Entries, api_version: str) -> Entries:
        """The managedFields of the object when those of the Scale have become `entries`, by way of this version."""
        scale = known(entries, None)
        owners = {manager for manager, _ in self._owners()}
        shares: dict[Manager, Share] = {}
        for manager, share in self._parent.items():
            if share.api_version not in self._paths:
                continue
            if manager in owners and scale.pop(manager, None) is None:
                # as a server does it: who updates by way of the Scale is never the one who updates the object
                share = replace(share, fields=difference(share.fields, field_sets.at(self._paths[share.api_version])))
            if share.fields:
                shares[manager] = share
        for manager, share in scale.items():
            if field_sets.has(share.fields, _REPLICAS):
                before = self._parent.get(manager)
                shares[manager] = Share(field_sets.at(self._paths[api_version]), api_version, before.time if before else None)
        return write(shares)

    def _owners(self) -> Iterator[tuple[Manager, Share]]:
        for manager, share in self._parent.items():
            path = self._paths.get(share.api_version)
            if path and field_sets.has(share.fields, path):
                yield manager, share
