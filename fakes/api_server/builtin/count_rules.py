"""Counts: fields of built-in kinds that say how many, or how long, and so are not less than nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause

Document = Mapping[str, Any]

_COUNTS: Mapping[str, tuple[str, ...]] = {
    "cronjobs.batch": ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
    "daemonsets.apps": ("minReadySeconds", "revisionHistoryLimit"),
    "deployments.apps": ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"),
    "jobs.batch": ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"),
    "replicasets.apps": ("replicas", "minReadySeconds"),
    "replicationcontrollers": ("replicas", "minReadySeconds"),
    "statefulsets.apps": ("replicas", "minReadySeconds"),
}
"""Fields of the spec that count something."""


def count_faults(resource: str, document: Document) -> Iterator[Cause]:
    """What counts less than nothing."""
    spec = document.get("spec") or {}
    for field in _COUNTS.get(resource, ()):
        if (spec.get(field) or 0) < 0:
            yield invalid(f"spec.{field}", spec[field], "must be greater than or equal to 0")
