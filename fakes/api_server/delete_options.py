"""DeleteOptions: how something is deleted: what a request says in its body or else in its query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin import schemas, typed
from fakes.api_server.errors import Cause
from fakes.api_server.options import check_options, dry_run_faults, unsupported_option
from fakes.api_server.requests import Parameters

_POLICIES = ("Foreground", "Background", "Orphan")
_KIND, _DEFAULT_VERSION = "DeleteOptions", "meta.k8s.io/v1"
_IN_EVERY_VERSION = ("APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status")


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
            dry = list(parameters.texts("dryRun"))
            options = cls(
                dry_run=bool(dry),
                policy=parameters.text("propagationPolicy") or None,
                orphan=parameters.flag("orphanDependents") if parameters.has("orphanDependents") else None,
                grace=parameters.integer("gracePeriodSeconds") if parameters.has("gracePeriodSeconds") else None,
                uid=parameters.text("uid") or None,
                version=parameters.text("resourceVersion") or None,
            )
        else:
            found = _decoded(body)
            dry, preconditions = found.get("dryRun") or [], found.get("preconditions") or {}
            options = cls(
                dry_run=bool(dry),
                policy=found.get("propagationPolicy") or None,
                orphan=found.get("orphanDependents"),
                grace=found.get("gracePeriodSeconds"),
                uid=preconditions.get("uid"),
                version=preconditions.get("resourceVersion"),
            )
        options._check(dry)
        return options

    def _check(self, dry: list[str]) -> None:
        causes = dry_run_faults(dry)
        if self.orphan is not None and self.policy is not None:
            text = f'Invalid value: "{self.policy}": orphanDependents and deletionPropagation cannot be both set'
            causes.append(Cause("FieldValueInvalid", text, "propagationPolicy"))
        if self.policy is not None and self.policy not in _POLICIES:
            causes.append(unsupported_option("propagationPolicy", f'"{self.policy}"', '"Foreground", "Background", "Orphan", "nil"'))
        check_options(_KIND, causes)


def _decoded(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body as what it says that it is. Raises 400 where that is something else, or its fields have other types."""
    kind, version = body.get("kind") or _KIND, body.get("apiVersion") or _DEFAULT_VERSION
    if kind in _IN_EVERY_VERSION:
        raise errors.bad_request(f"converting (v1.{kind}) to (v1.{_KIND}): unknown conversion")
    if kind != _KIND:
        raise errors.bad_request(schemas.unregistered(version, kind))
    name = schemas.name_of("", "v1", _KIND)
    assert name is not None, "the schemas have it"
    try:
        return typed.normal(dict(body), name)[0]
    except typed.Undecodable as error:
        raise errors.bad_request(str(error)) from None
