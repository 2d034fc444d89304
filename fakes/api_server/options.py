"""The options of each verb, and the combinations of them that a real server refuses, in its words and its order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakes.api_server import errors, field_manager
from fakes.api_server.errors import Cause
from fakes.api_server.requests import Parameters

_MATCH = "resourceVersionMatch"
_POLICIES = ("Foreground", "Background", "Orphan")


def _forbidden(field: str, text: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {text}", field)


def _unsupported(field: str, value: str, supported: str) -> Cause:
    return Cause("FieldValueNotSupported", f"Unsupported value: {value}: supported values: {supported}", field)


def _check(kind: str, causes: list[Cause]) -> None:
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
                causes.append(_unsupported(_MATCH, f'"{self.match}"', '"Exact", "NotOlderThan", ""'))
            if self.match == "Exact" and self.version == "0":
                causes.append(_forbidden(_MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
        if self.initial_events is not None:
            causes.append(_forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        _check("ListOptions", causes)

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
                causes.append(_unsupported(_MATCH, f'"{self.match}"', '"NotOlderThan"'))
        if self.token and (self.match or (self.initial_events is None and self.with_initial_events)):
            causes.append(_forbidden(_MATCH, "resourceVersionMatch is forbidden when continue is provided"))
        _check("ListOptions", causes)

    @property
    def with_initial_events(self) -> bool:
        """Whether a watch starts with what exists: asked for, or, without a word about it, from no version or from 0."""
        if self.initial_events is None:
            return not self.match and self.version in ("", "0")
        return self.initial_events


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """Options of create, update, patch and apply."""

    dry_run: bool = False
    validation: str = "Warn"
    """What happens to fields that nobody knows: Ignore, Warn or Strict. They are dropped in any case."""
    manager: str = ""
    """Under which name the fields that change are noted."""
    force: bool = False
    """Whether an applier takes fields from others."""
    heard: list[str] = field(default_factory=list, compare=False)
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
        causes += [*field_manager.faults(manager), *_dry_run(dry)]
        validation = parameters.text("fieldValidation")
        if validation not in ("", "Ignore", "Strict", "Warn"):
            causes.append(_unsupported("fieldValidation", f'"{validation}"', '"", "Ignore", "Strict", "Warn"'))
        _check(kind, causes)
        return cls(
            dry_run=bool(dry),
            validation=validation or "Warn",
            manager=manager or field_manager.of_agent(user_agent),
            force=parameters.flag("force"),
        )


@dataclass(frozen=True, slots=True)
class DeleteOptions:
    """Options of delete and deletecollection. None stands for "not a word about it"."""

    dry_run: bool = False
    policy: str | None = None
    orphan: bool | None = None
    grace: int | None = None
    uid: str | None = None
    version: str | None = None

    @classmethod
    def of(cls, parameters: Parameters, body: Mapping[str, Any] | None) -> DeleteOptions:
        """From the body, or from the query when there is none: beside a body a real server does not look at it. Raises 400 and 422."""
        if body is None:
            body = {}
        else:
            parameters = Parameters(())
        preconditions = body.get("preconditions") or {}
        if not isinstance(preconditions, dict):
            raise _wrong_types()
        dry = body.get("dryRun") or list(parameters.texts("dryRun"))
        if not isinstance(dry, list) or not all(isinstance(text, str) for text in dry):
            raise _wrong_types()
        options = cls(
            dry_run=bool(dry),
            policy=body.get("propagationPolicy") or parameters.text("propagationPolicy") or None,
            orphan=body.get("orphanDependents", parameters.flag("orphanDependents") if parameters.has("orphanDependents") else None),
            grace=body.get(
                "gracePeriodSeconds", parameters.integer("gracePeriodSeconds") if parameters.has("gracePeriodSeconds") else None
            ),
            uid=preconditions.get("uid"),
            version=preconditions.get("resourceVersion"),
        )
        options._check_types()
        causes = _dry_run(dry)
        if options.orphan is not None and options.policy is not None:
            text = f'Invalid value: "{options.policy}": orphanDependents and deletionPropagation cannot be both set'
            causes.append(Cause("FieldValueInvalid", text, "propagationPolicy"))
        elif options.policy is not None and options.policy not in _POLICIES:
            causes.append(_unsupported("propagationPolicy", f'"{options.policy}"', '"Foreground", "Background", "Orphan", "nil"'))
        _check("DeleteOptions", causes)
        return options

    def _check_types(self) -> None:
        texts = (self.policy, self.uid, self.version)
        well_typed = (
            all(text is None or isinstance(text, str) for text in texts)
            and (self.orphan is None or isinstance(self.orphan, bool))
            and (self.grace is None or type(self.grace) is int)
        )
        if not well_typed:
            raise _wrong_types()


def _wrong_types() -> errors.StatusError:
    return errors.bad_request("json: cannot unmarshal a field of DeleteOptions.meta.k8s.io into its Go type")


def _dry_run(texts: Sequence[str]) -> list[Cause]:
    if all(text == "All" for text in texts):
        return []
    return [_unsupported("dryRun", json.dumps(list(texts), separators=(",", ":")), '"All"')]
