"""Bodies: what a step sends, made to fit what the server has answered so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from e2e.drawn import objects
from e2e.drawn.memory import Memory
from e2e.drawn.places import group_of
from e2e.drawn.step import DEFINITIONS, DRAWN, Step
from tests.conformance.definitions import definition
from tests.conformance.session import APPLY, JSON_PATCH

NOBODY = "00000000-0000-0000-0000-000000000000"
"""A uid that no object has."""


@dataclass
class Bodies:
    """Of the steps of one sequence on one server."""

    memory: Memory
    marks: int = 0

    def new(self, step: Step) -> Any:
        """A new object, with what the step adds to it."""
        if step.subresource:
            return {**step.body, "metadata": {"name": self.memory.name(step)}}
        made, own = self._base(step), dict(step.body or {})
        metadata = own.pop("metadata", {})
        made["metadata"] |= metadata
        if "generateName" in metadata:
            del made["metadata"]["name"]
            made["metadata"]["generateName"] = f"{metadata['generateName']}{len(self.memory.session.exchanges)}-"
        self._own(made["metadata"])
        made["metadata"]["labels"] = {**(metadata.get("labels") or {}), "of": self.memory.session.ns}
        spec = own.pop("spec", None)
        if spec is not None:
            made["spec"] = {**made.get("spec", {}), **spec} if isinstance(spec, dict) else spec
        return objects.edited(self._marked(step, {**made, **own}), step.edits)

    def _base(self, step: Step) -> dict[str, Any]:
        if step.resource == DEFINITIONS:
            return definition("Thing", group_of(self.memory.session))
        if step.resource == DRAWN:
            return {
                "apiVersion": f"{group_of(self.memory.session)}/{step.served}",
                "kind": "Thing",
                "metadata": {"name": self.memory.name(step)},
            }
        return objects.new(step.resource, self.memory.name(step))

    def _marked(self, step: Step, document: dict[str, Any]) -> dict[str, Any]:
        """With a column in each version of a definition, which shows in tables when the server has taken it in."""
        if step.resource != DEFINITIONS:
            return document
        self.marks += 1
        column = {"name": f"G{self.marks}", "type": "integer", "jsonPath": ".metadata.generation"}
        versions = [
            {**version, "additionalPrinterColumns": [*version.get("additionalPrinterColumns", ()), column]}
            for version in document["spec"].get("versions") or ()
        ]
        return {**document, "spec": {**document["spec"], "versions": versions}}

    def _own(self, metadata: dict[str, Any]) -> None:
        """Have references to owners name the uids that these have now."""
        if not isinstance(metadata.get("ownerReferences"), list):
            return
        self.memory.owned = True
        references = []
        for reference in metadata["ownerReferences"]:
            answer = self.memory.session.unseen("GET", self.memory.session.at("configmaps", reference["name"]))
            references.append({**reference, "uid": answer.uid if answer.status == 200 else NOBODY})
        metadata["ownerReferences"] = references

    def changed(self, step: Step) -> Any:
        """The object as it is, with the step's change, under the version that the step says: the newest, an older one, none."""
        own = (
            self.memory.path(step)
            if step.subresource == "scale"
            else self.memory.path(Step("get", step.resource, step.name, namespace=step.namespace, served=step.served))
        )
        answer = self.memory.session.unseen("GET", own)
        if answer.status != 200 and step.subresource == "scale":
            return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": self.memory.name(step)}, **(step.body or {})}
        if answer.status != 200:
            return self.new(Step("put", step.resource, step.name, step.body, step.edits, namespace=step.namespace, served=step.served))
        now, body = answer.json, step.body or {}
        metadata = {**now["metadata"], **body.get("metadata", {})}
        self._own(metadata)
        if step.version is not None:
            metadata["resourceVersion"] = self.memory.seen(step.version)
        if ("resourceVersion", "none") in step.query:
            del metadata["resourceVersion"]
        if step.subresource != "scale":
            metadata["labels"] = {**(metadata.get("labels") or {}), "of": self.memory.session.ns}
        rest = {name: value for name, value in body.items() if name not in ("metadata", "spec")}
        spec = {}
        if "spec" in body:
            spec = {"spec": {**now.get("spec", {}), **body["spec"]} if isinstance(body["spec"], dict) else body["spec"]}
        made = {**now, **rest, **spec, "metadata": metadata}
        return objects.edited(self._marked(step, made) if spec else made, step.edits)

    def patch(self, step: Step) -> Any:
        if step.type == APPLY:
            return self._applied(step)
        body = step.body
        if step.edits:
            body = objects.as_json_patch(step.edits) if step.type == JSON_PATCH else objects.as_merge_patch(step.edits)
        if isinstance(body, dict) and step.version is not None:
            return {**body, "metadata": {**body.get("metadata", {}), "resourceVersion": self.memory.seen(step.version)}}
        return body

    def _applied(self, step: Step) -> dict[str, Any]:
        """What a manager wants of an object, and no more."""
        base, own = self._base(step), dict(step.body or {})
        metadata = {"name": self.memory.name(step), **own.pop("metadata", {})}
        if step.version is not None:
            metadata["resourceVersion"] = self.memory.seen(step.version)
        metadata["labels"] = {**(metadata.get("labels") or {}), "of": self.memory.session.ns}
        return {"apiVersion": base["apiVersion"], "kind": base["kind"], "metadata": metadata, **own}

    def delete_options(self, step: Step) -> dict[str, Any] | None:
        if step.version is None:
            return step.body  # type: ignore[no-any-return]
        return {**(step.body or {}), "preconditions": {"resourceVersion": self.memory.seen(step.version)}}
