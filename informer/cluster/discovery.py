"""Discovery: which resource of a server a name means.

Rules: the core group is asked first and then the others in the server's order, each with its preferred version first; in a group a plural
beats a singular, a kind or a short name; only what can be listed and watched counts. It asks for the aggregated form, and where the server
has only the old one it asks group by group and no further than needed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from informer.cluster.failures import unexpected
from informer.cluster.requester import JSON, Requester
from informer.errors import Forbidden, Invalid, NotFound, ServerError, SourceError
from informer.resource import Resource, ResourceName

AGGREGATED = f"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,{JSON}"
SUGGESTIONS = 3  # close matches that are named

T = TypeVar("T")


class _Kind(msgspec.Struct):
    kind: str = ""


class _Named(msgspec.Struct):
    name: str = ""


class _AggregatedResource(msgspec.Struct, rename="camel"):
    resource: str
    scope: str = ""
    response_kind: _Kind | None = None
    singular_resource: str = ""
    verbs: list[str] = []
    short_names: list[str] | None = None


class _AggregatedVersion(msgspec.Struct):
    version: str
    resources: list[_AggregatedResource] | None = None


class _AggregatedGroup(msgspec.Struct):
    metadata: _Named = msgspec.field(default_factory=_Named)
    versions: list[_AggregatedVersion] | None = None


class _GroupVersion(msgspec.Struct):
    version: str


class _Group(msgspec.Struct, rename="camel"):
    name: str
    versions: list[_GroupVersion]
    preferred_version: _GroupVersion | None = None


class _Root(msgspec.Struct):
    """What `/api` or `/apis` answers: items if aggregated, versions for the old `/api`, groups for the old `/apis`."""

    kind: str
    items: list[_AggregatedGroup] | None = None
    versions: list[str] | None = None
    groups: list[_Group] | None = None


class _PlainResource(msgspec.Struct, rename="camel"):
    name: str
    kind: str
    namespaced: bool
    singular_name: str = ""
    verbs: list[str] | None = None
    short_names: list[str] | None = None


class _PlainResources(msgspec.Struct):
    resources: list[_PlainResource] | None


@dataclass(frozen=True, slots=True)
class _Offer:
    """One resource in one version, as the server offers it."""

    resource: Resource
    singular: str
    short_names: tuple[str, ...]
    verbs: tuple[str, ...]

    def means(self, name: str) -> bool:
        return name in (self.resource.plural, self.singular or self.resource.kind.lower(), self.resource.kind.lower(), *self.short_names)

    @property
    def watchable(self) -> bool:
        return not self.verbs or {"list", "watch"} <= set(self.verbs)


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of a group. `offers` is None where the server has to be asked for them at `path`."""

    group: str
    version: str
    path: str
    offers: tuple[_Offer, ...] | None


def resolve(requester: Requester, name: ResourceName) -> Resource:
    """The resource that `name` means on the server, by plural, singular, kind or short name, in any case.

    Raises `NotFound`, with close matches, where the server has none; `Invalid` where it has one that cannot be listed and watched;
    `Malformed` where the server is none of Kubernetes; and what every request can raise.
    """
    return _Search(requester, name).run()


class _Search:
    def __init__(self, requester: Requester, name: ResourceName) -> None:
        self._requester = requester
        self._name = name
        self._seen: list[_Offer] = []
        self._unanswered: list[tuple[_Version, SourceError]] = []

    def run(self) -> Resource:
        unwatchable: _Offer | None = None
        wanted = self._name.name.lower()
        for version in self._versions():
            offers = self._offers(version)
            self._seen += offers
            if not self._asked_for(version):
                continue
            matches = sorted((offer for offer in offers if offer.means(wanted)), key=lambda offer: offer.resource.plural != wanted)
            for offer in matches:
                if offer.watchable:
                    return offer.resource
                unwatchable = unwatchable or offer
        if unwatchable is not None:
            verbs = ", ".join(unwatchable.verbs)
            raise Invalid(f"{unwatchable.resource} on {self._requester.server} cannot be listed and watched; it can only {verbs}", code=405)
        raise self._not_found(wanted)

    def _asked_for(self, version: _Version) -> bool:
        return self._name.group in (None, version.group) and self._name.version in (None, version.version)

    def _versions(self) -> Iterator[_Version]:
        known = False
        for path in ("/api", "/apis"):
            if path == "/api" and self._name.group:
                continue
            try:
                root = self._get(path, AGGREGATED, _Root)
            except NotFound:
                continue  # a server may lack the core group or have nothing else; one that has neither is none
            known = True
            yield from _listed(root, path)
        if not known:
            raise unexpected(self._requester.server, b"", "neither /api nor /apis is there")

    def _offers(self, version: _Version) -> tuple[_Offer, ...]:
        if version.offers is not None:
            return version.offers
        if not self._asked_for(version):
            return ()
        try:
            plain = self._get(version.path, JSON, _PlainResources)
        except (ServerError, NotFound, Forbidden) as error:
            if self._name.group is not None:
                raise
            self._unanswered.append((version, error))
            return ()
        found = (one for one in plain.resources or () if "/" not in one.name)
        return tuple(
            _Offer(
                Resource(version.group, version.version, one.name, one.kind, one.namespaced),
                one.singular_name,
                tuple(one.short_names or ()),
                tuple(one.verbs or ()),
            )
            for one in found
        )

    def _get(self, path: str, accept: str, type: type[T]) -> T:
        with self._requester.get(f"GET {path}", path, accept=accept, compressed=True) as exchange:
            body = exchange.read_all()
        try:
            return msgspec.json.decode(body, type=type)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise unexpected(self._requester.server, body, f"{path} is no discovery document") from error

    def _not_found(self, wanted: str) -> NotFound:
        names: dict[str, str] = {}
        for offer in self._seen:
            resource = offer.resource
            for alias in (resource.plural, resource.name, offer.singular, resource.kind.lower(), *offer.short_names):
                names.setdefault(alias, resource.name)
        text = f"{wanted}.{self._name.group}" if self._name.group else wanted
        close = difflib.get_close_matches(text, names, n=2 * SUGGESTIONS) + ([wanted] if wanted in names else [])
        suggestions = list(dict.fromkeys(names[alias] for alias in close))[:SUGGESTIONS]
        hint = f"; did you mean {' or '.join(repr(one) for one in suggestions)}?" if suggestions else ""
        missing = ", ".join(f"{version.group}/{version.version} ({error})" for version, error in self._unanswered)
        return NotFound(
            f"no resource {str(self._name)!r} on {self._requester.server}{hint}" + (f" (not answering: {missing})" if missing else "")
        )


def _listed(root: _Root, path: str) -> Iterator[_Version]:
    for item in root.items or ():
        group = item.metadata.name
        for version in item.versions or ():
            offers = tuple(
                _Offer(
                    Resource(group, version.version, one.resource, one.response_kind.kind, one.scope == "Namespaced"),
                    one.singular_resource,
                    tuple(one.short_names or ()),
                    tuple(one.verbs),
                )
                for one in version.resources or ()
                if one.response_kind is not None and one.response_kind.kind
            )
            yield _Version(group, version.version, "", offers)
    for core in root.versions or ():
        yield _Version("", core, f"{path}/{core}", None)
    for old in root.groups or ():
        preferred = old.preferred_version.version if old.preferred_version is not None else ""
        for one in sorted(old.versions, key=lambda one: one.version != preferred):
            yield _Version(old.name, one.version, f"{path}/{old.name}/{one.version}", None)
