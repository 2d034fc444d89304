"""Patch: a document that changes another one, and the words in which what it makes is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fakes.api_server.builtin import schemas
from fakes.api_server.errors import Cause, StatusError, invalid
from fakes.api_server.kinds import Kind
from fakes.api_server.patching import patches
from fakes.api_server.patching.patch_complaints import json_patch_complaints, lasting, merge_complaints, raw_text
from fakes.api_server.patching.restoring import complaint
from fakes.api_server.wire.encoding import to_json
from fakes.api_server.wire.json_syntax import quote

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

Document = dict[str, Any]


class Patch(msgspec.Struct, frozen=True):
    """Of one of three media types: JSON patch, merge patch and, for built-in kinds, strategic merge patch."""

    kind: Kind
    media_type: str
    content: Any

    def apply(self, document: Document) -> Any:
        """What it makes of `document`, which stays as it is. Raises `StatusError`."""
        if self.media_type == JSON_PATCH:
            return patches.json_patch(document, self.content)
        if self.media_type == MERGE_PATCH:
            return patches.merge_patch(document, self.content)
        names = {name: document[name] for name in ("apiVersion", "kind") if name in document}
        # an object of a type is merged with: it stays of this type
        return {**patches.strategic_merge_patch(document, self.content, self.kind), **names}

    def complaints(self) -> list[str]:
        """What is odd about its text, and remains so in what it makes, each once."""
        if self.media_type != JSON_PATCH:
            return list(dict.fromkeys(merge_complaints(self.content)))
        said = list(json_patch_complaints(self.content))
        remains = [text for each in lasting(self.content) for text in each.complaints()] if said else []
        return list(dict.fromkeys([*said, *remains]))

    def refusal(self, result: Any, why: str) -> StatusError:
        """422 for what it made: `why` a decoder does not take it. The server shows it, or, of a strategic patch, the patch."""
        if self.media_type == STRATEGIC_PATCH:
            resource = self.kind.resource
            schema = schemas.name_of(resource.group, resource.version, resource.kind)
            return unreadable(patches.go_text(self.content), (schema and complaint(result, schema)) or why)
        return unreadable(self._shown(result), why)

    def _shown(self, result: Any) -> str:
        """As JSON: where the patch went, the keys are sorted; elsewhere they stay as they were. Those that are twice in a value stay so."""
        for way, value in lasting(self.content) if self.media_type == JSON_PATCH else ():
            result = patches.put(result, way, raw_text(value))
        if self.kind.custom or not isinstance(result, dict):
            return to_json(result, ordered=True).decode()
        return to_json(_sorted_along(result, self._tree())).decode()

    def _tree(self) -> Any:
        """The objects that the patch went through, as dicts in dicts."""
        if self.media_type == MERGE_PATCH:
            return self.content
        tree: Document = {}
        for operation in self.content or ():
            for path in (operation.get("path"), operation.get("from")):
                branch = tree
                for step in (path or "").split("/")[1:-1]:
                    branch = branch.setdefault(step.replace("~1", "/").replace("~0", "~"), {})
        return tree


def unreadable(shown: str, why: str) -> StatusError:
    """422 for what a patch made, which is no object of its kind."""
    value = quote(shown)
    return invalid("", "", [Cause("FieldValueInvalid", f"Invalid value: {value}: {why}", "patch")])


def _sorted_along(value: Any, tree: Any) -> Any:
    if isinstance(value, dict) and isinstance(tree, Mapping):
        return {name: _sorted_along(value[name], tree.get(name)) for name in sorted(value)}
    if isinstance(value, list) and isinstance(tree, Mapping):
        return [_sorted_along(item, tree.get(str(index))) for index, item in enumerate(value)]
    return value
