"""Places: where on a server the objects of a step live, in a session that shares the server with others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from e2e.drawn.step import DRAWN, Step
from fakes.api_server.kinds import Kinds
from tests.conformance.session import GROUP, Session

EVERYWHERE = "*"


@dataclass(frozen=True)
class Place:
    """A resource in one namespace, in all of them or in none. `wide` is one in which other sessions have objects, too."""

    root: str
    plural: str
    namespaced: bool
    namespace: str

    @property
    def wide(self) -> bool:
        return not self.namespaced or not self.namespace

    def path(self, *more: str) -> str:
        """Of the collection, of an object in it, of a subresource."""
        inside = f"/namespaces/{self.namespace}" if self.namespaced and self.namespace else ""
        return "/".join([self.root + inside, self.plural, *map(quote, more)])


def group_of(session: Session) -> str:
    """The API group of the definition that a session draws."""
    return f"{session.ns}.example.com"


def place_of(session: Session, step: Step, *, drawn_is_namespaced: bool = True) -> Place:
    """Where a step's objects are. In all namespaces only collections can be read: what is about one object is in the session's own."""
    namespace = session.ns if not step.namespace else "" if step.namespace == EVERYWHERE else f"{session.ns}-{step.namespace}"
    if step.resource == DRAWN:
        return Place(f"/apis/{group_of(session)}/{step.served}", DRAWN, drawn_is_namespaced, namespace)
    root, namespaced = _roots()[step.resource]
    return Place(root, step.resource, namespaced, namespace)


def is_wide(resource: str) -> bool:
    """Whether the objects of this resource live outside of namespaces."""
    return resource != DRAWN and not _roots()[resource][1]


@cache
def _roots() -> dict[str, tuple[str, bool]]:
    """Of every built-in kind, the core ones first, and of the definitions that all sessions share."""
    roots = {"foos": (f"/apis/{GROUP}/v1", True), "pins": (f"/apis/{GROUP}/v1", False)}
    for kind in Kinds().all():
        resource = kind.resource
        root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
        roots.setdefault(resource.plural, (root, resource.namespaced))
    return roots
