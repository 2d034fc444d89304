"""What kind of thing an informer watches: `Resource`, and the names people write for one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from informer.errors import ConfigurationError

_VERSION = re.compile(r"^v[0-9]+((alpha|beta)[0-9]+)?$")
_NAME = re.compile(r"^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$")
_GROUP = re.compile(r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """One resource that a server has, as its discovery names it. `group` is empty for the core group."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    api_version: str = field(init=False, repr=False, compare=False)
    """`v1`, `apps/v1`: the apiVersion of its objects."""
    name: str = field(init=False, repr=False, compare=False)
    """`pods`, `deployments.apps`: how people and messages name it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "api_version", f"{self.group}/{self.version}" if self.group else self.version)
        object.__setattr__(self, "name", f"{self.plural}.{self.group}" if self.group else self.plural)

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str | None = None) -> str:
        """The URL path of its collection, or of one object. `namespace` None means all namespaces, or none where it has none."""
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if namespace and self.namespaced:
            parts += ["namespaces", namespace]
        parts += [part for part in (self.plural, name, subresource) if part]
        return "/".join(parts)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class ResourceName:
    """How a caller named a resource, before discovery has said which one it is. None means "whichever the server prefers"."""

    name: str
    group: str | None = None
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> ResourceName:
        """`pods`, `po`, `Pod`, `deployments.apps`, `deployments.v1.apps`, `widgets.example.com`.

        Raises `ConfigurationError` for a text that cannot name a resource.
        """
        name, _, rest = text.strip().partition(".")
        version: str | None = None
        first, _, after = rest.partition(".")
        if rest and _VERSION.match(first):
            version, rest = first, after
        if not _NAME.match(name) or (rest and not _GROUP.match(rest)):
            raise ConfigurationError(
                f"{text!r} does not name a resource; write its plural, and its group where it has one:"
                ' "pods", "deployments.apps", "widgets.example.com"'
            )
        group = rest if rest else ("" if version is not None else None)
        return cls(name, group, version)

    @classmethod
    def of(cls, resource: Resource) -> ResourceName:
        """The name that means exactly this resource."""
        return cls(resource.plural, resource.group, resource.version)

    def __str__(self) -> str:
        return ".".join(part for part in (self.name, self.version, self.group) if part)
