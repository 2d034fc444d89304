"""The options of each verb, and the combinations of them that a real server refuses, in its words and its order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from fakes.api_server import errors
from fakes.api_server.errors import Cause
from fakes.api_server.ownership import field_manager
from fakes.api_server.requests import Parameters

_MATCH = "resourceVersionMatch"
_POLICIES = ("Foreground", "Background", "Orphan")


def _forbidden(field: str, text: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {text}", field)


def unsupported_option(field: str, value: str, supported: str) -> Cause:
    return Cause("FieldValueNotSupported", f"Unsupported value: {value}: supported values: {supported}", field)


def check_options(kind: str, causes: list[Cause]) -> None:
    if causes:
        raise errors.invalid(f"{kind}.meta.k8s.io", "", causes)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Options of list and watch. `version` is the resource version as it was sent; `initial_events` None where it was not."""

    version: str
    match: str
    limit: int
    token: str
    labels: str
    fields: str
    timeout: int
    bookmarks: bool
    initial_events: bool | None

    @classmethod
    def of(cls, parameters: Parameters) -> ListOptions:
        """Raises 400 for values of the wrong type."""
        return cls(
            version=parameters.text("resourceVersion"),
            match=parameters.text(_MATCH),
            limit=max(parameters.integer("limit"), 0),
            token=parameters.text("continue"),
            labels=parameters.text("labelSelector"),
            fields=parameters.text("fieldSelector"),
            timeout=max(parameters.integer("timeoutSeconds"), 0),
            bookmarks=parameters.flag("allowWatchBookmarks"),
            initial_events=parameters.flag("sendInitialEvents") if parameters.has("sendInitialEvents") else None,
        )

    def check_list(self) -> None:
        """Raises 422."""
        causes: list[Cause] = []
        if self.match:
            if not self.version:
                causes.append(_forbidden(_MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
            if self.token:
                causes.append(_forbidden(_MATCH, "resourceVersionMatch is forbidden when continue is provided"))
            if self.match not in ("Exact", "NotOlderThan"):
                causes.append(unsupported_option(_MATCH, f'"{self.match}"', '"Exact", "NotOlderThan", ""'))
            if self.match == "Exact" and self.version == "0":
                causes.append(_forbidden(_MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
        if self.initial_events is not None:
            causes.append(_forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        check_options("ListOptions", causes)

    def check_watch(self) -> None:
        """Raises 422. Where nothing is said of initial events and they are sent all the same, the match counts as said."""
        causes: list[Cause] = []
        if self.initial_events is not None and self.match != "NotOlderThan":
            causes.append(_forbidden(_MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        if self.match:
            if self.initial_events is None:
                text = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                causes.append(_forbidden(_MATCH, text))
            if self.match != "NotOlderThan":
                causes.append(unsupported_option(_MATCH, f'"{self.match}"', '"NotOlderThan"'))
        if self.token and (self.match or (self.initial_events is None and self.with_initial_events)):
            causes.append(_forbidden(_MATCH, "resourceVersionMatch is forbidden when continue is provided"))
        check_options("ListOptions", causes)

    @property
    def with_initial_events(self) -> bool:
        """Whether a watch starts with what exists: asked for, or, without a word about it, from no version or from 0."""
        if self.initial_events is None:
            return not self.match and self.version in ("", "0")
        return self.initial_events


class WriteOptions(msgspec.Struct, frozen=True):
    """Options of create, update, patch and apply."""

    dry_run: bool = False
    validation: str = "Warn"
    """What happens to fields that nobody knows: Ignore, Warn or Strict. They are dropped in any case."""
    manager: str = ""
    """Under which name the fields that change are noted."""
    force: bool = False
    """Whether an applier takes fields from others."""
    heard: list[str] = []
    """What was warned of when the body was read; a refusal warns of it, too."""

    @classmethod
    def of(cls, parameters: Parameters, kind: str, user_agent: str = "", *, applying: bool = False) -> WriteOptions:
        """`kind` is CreateOptions, UpdateOptions or PatchOptions, for messages. Raises 422.

        Who names no manager is known by the user agent.
        """
        if not parameters and not applying:
            return cls(manager=field_manager.of_agent(user_agent))
        causes: list[Cause] = []
        manager, dry = parameters.text("fieldManager"), parameters.texts("dryRun")
        if applying and not manager:
            causes.append(Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager"))
        elif kind == "PatchOptions" and not applying and parameters.has("force"):
            causes.append(_forbidden("force", "may not be specified for non-apply patch"))
        causes += [*field_manager.faults(manager), *dry_run_faults(dry)]
        validation = parameters.text("fieldValidation")
        if validation not in ("", "Ignore", "Strict", "Warn"):
            causes.append(unsupported_option("fieldValidation", f'"{validation}"', '"", "Ignore", "Strict", "Warn"'))
        check_options(kind, causes)
        return cls(
            dry_run=bool(dry),
            validation=validation or "Warn",
            manager=manager or field_manager.of_agent(user_agent),
            force=parameters.flag("force"),
        )


def dry_run_faults(texts: Sequence[str]) -> list[Cause]:
    if all(text == "All" for text in texts):
        return []
    return [unsupported_option("dryRun", json.dumps(list(texts), separators=(",", ":")), '"All"')]
