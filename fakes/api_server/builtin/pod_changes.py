"""Pod changes: what an update may do to a pod, which is little, and the words in which a server refuses the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.builtin import internals
from fakes.api_server.custom.structural_faults import invalid
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]

_CONTAINERS = ("containers", "initContainers")
_FROZEN = (
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow"
    " it to be set to 1 if it was previously negative)"
)
_DEADLINE, _LONGEST = "spec.activeDeadlineSeconds", 2**31 - 1


def pod_changes(document: Document, old: Document) -> Iterator[Cause]:
    """What is wrong with a change of `old`. Of a pod that waits for its gates, what may be said of its node is taken as it comes."""
    after, before = document.get("spec") or {}, old.get("spec") or {}
    for field in _CONTAINERS:
        if len(after.get(field) or ()) != len(before.get(field) or ()):
            yield _forbidden(f"spec.{field}", "pod updates may not add or remove containers")
            return
    deadlines = list(_deadline_faults(after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")))
    yield from deadlines
    if deadlines and after.get("activeDeadlineSeconds") is not None:
        return
    if not all(_is_kept(toleration, after.get("tolerations") or ()) for toleration in before.get("tolerations") or ()):
        yield _forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")
    known = [gate.get("name") for gate in before.get("schedulingGates") or ()]
    for index, gate in enumerate(after.get("schedulingGates") or ()):
        if gate.get("name") not in known:
            text = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            yield _forbidden(f"spec.schedulingGates[{index}].name", text)
    frozen = _with_what_may_change(after, before)
    if not same(frozen, before):
        yield Cause("FieldValueForbidden", f"{_FROZEN}\n{internals.difference(before, frozen, 'PodSpec')}", "spec")


def _deadline_faults(after: int | None, before: int | None) -> Iterator[Cause]:
    if after is None:
        if before is not None:
            yield invalid(_DEADLINE, None, "must not update from a positive integer to nil value")
    elif not 0 <= after <= _LONGEST:
        yield invalid(_DEADLINE, after, f"must be between 0 and {_LONGEST}, inclusive")
    elif before is not None and before < after:
        yield invalid(_DEADLINE, after, "must be less than or equal to previous value")


def _is_kept(toleration: Document, tolerations: Sequence[Document]) -> bool:
    def timeless(one: Document) -> Document:
        return {field: value for field, value in one.items() if field != "tolerationSeconds"}

    return any(same(timeless(toleration), timeless(other)) for other in tolerations)


def _with_what_may_change(after: Document, before: Document) -> dict[str, Any]:
    """The new spec, where what may change is as it was."""
    free = ["activeDeadlineSeconds", "tolerations", "schedulingGates", "resources"]
    if before.get("terminationGracePeriodSeconds", 0) < 0 and after.get("terminationGracePeriodSeconds") == 1:
        free.append("terminationGracePeriodSeconds")
    if before.get("schedulingGates"):
        free += ["nodeSelector", "affinity"]
    spec = {field: value for field, value in after.items() if field not in free}
    spec |= {field: before[field] for field in free if field in before}
    for field in _CONTAINERS:
        if field in spec:
            spec[field] = [{**new, "image": old.get("image")} for new, old in zip(spec[field], before[field], strict=True)]
    return spec


def _forbidden(field: str, text: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {text}", field)
