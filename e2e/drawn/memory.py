"""Memory: what a server has answered so far, and where that puts the steps to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from e2e.drawn.places import Place, group_of, place_of
from e2e.drawn.step import DEFINITIONS, DRAWN, Step
from tests.conformance.session import Session

_COLLECTIONS = ("create", "list", "deletecollection", "watch")


@dataclass
class Memory:
    """Of one sequence on one server. `owned` is whether there may be work for a garbage collector."""

    session: Session
    versions: list[str] = field(default_factory=list)
    token: str = ""
    definition: dict[str, Any] = field(default_factory=dict)
    owned: bool = False

    def place(self, step: Step) -> Place:
        scope = self.definition.get("spec", {}).get("scope", "Namespaced")
        return place_of(self.session, step, drawn_is_namespaced=scope != "Cluster")

    def path(self, step: Step) -> str:
        place = self.place(step)
        if step.verb in _COLLECTIONS and not step.subresource:
            return place.path()
        return place.path(self.name(step), *filter(None, [step.subresource]))

    def name(self, step: Step) -> str:
        if step.resource == DEFINITIONS:
            return f"{DRAWN}.{group_of(self.session)}"
        return step.name if self.place(step).namespaced else f"{self.session.ns}-{step.name}"

    def seen(self, back: int) -> str:
        return self.versions[-1 - back % len(self.versions)] if self.versions else "0"
