"""Jobs: what a real server refuses in one that is created, and in a change of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.builtin import internals
from fakes.api_server.builtin.label_selectors import selects
from fakes.api_server.builtin.pod_rules import template_faults
from fakes.api_server.custom.structural_faults import invalid, required
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]

_PREFIX = "batch.kubernetes.io/"
_NEED_INDICES = ("backoffLimitPerIndex", "maxFailedIndexes")
_STAYS = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")
_IMMUTABLE = "field is immutable"


def job_faults(document: Document) -> Iterator[Cause]:
    """Of a job, new or changed."""
    spec = document["spec"]
    if spec.get("completionMode") == "NonIndexed":
        for field in _NEED_INDICES:
            if field in spec:
                yield invalid(f"spec.{field}", spec[field], "requires indexed completion mode")
    yield from template_faults(spec["template"], "spec.template", job=True)
    selector = spec.get("selector")
    if selector is None:
        yield required("spec.selector")
    labels = (spec["template"].get("metadata") or {}).get("labels")
    if not selects(selector, labels or {}):
        yield invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")


def generation_faults(document: Document) -> Iterator[Cause]:
    """Of a selector that a new job has from the server."""
    own, spec = document["metadata"], document["spec"]
    if spec.get("manualSelector") or spec.get("selector") is None:
        return
    labels = (spec["template"].get("metadata") or {}).get("labels") or {}
    generated = {"controller-uid": own["uid"], "job-name": own.get("name", "")}
    generated |= {f"{_PREFIX}{name}": value for name, value in generated.items()}
    for name, value in generated.items():
        if labels.get(name) != value:
            yield invalid(f"spec.template.metadata.labels[{name}]", labels, f"must be '{value}'")
    if not selects(spec["selector"], generated):
        yield invalid("spec.selector", spec["selector"], "`selector` not auto-generated")


def job_changes(document: Document, old: Document) -> Iterator[Cause]:
    """What an update may not change. The template of a job that is suspended is taken as it comes."""
    after, before = document["spec"], old["spec"]
    if after.get("completionMode") != "Indexed":
        yield from _kept("completions", after, before)
    elif after.get("completions") not in (None, before.get("completions")) and after["completions"] != after.get("parallelism"):
        yield invalid("spec.completions", after["completions"], "can only be modified in tandem with spec.parallelism")
    yield from _kept("selector", after, before)
    if not before.get("suspend") and not same(after["template"], before["template"]):
        template = after["template"]
        shown = internals.shown(template.get("metadata") or {}, {"Spec": (template.get("spec") or {}, "PodSpec")})
        yield Cause("FieldValueInvalid", f"Invalid value: {shown}: {_IMMUTABLE}", "spec.template")
    for field in _STAYS:
        yield from _kept(field, after, before)


def _kept(field: str, after: Document, before: Document) -> Iterator[Cause]:
    if not same(after.get(field), before.get(field)):
        yield invalid(f"spec.{field}", after.get(field), _IMMUTABLE)
