"""Disruption budgets: how many pods may be evicted, and what is left of it after each."""

from __future__ import annotations

from typing import Any

from fakes.api_server import errors
from fakes.api_server.errors import Cause
from fakes.api_server.objects.objects import Objects
from fakes.api_server.tables.row import selector
from fakes.api_server.wire.encoding import to_json
from fakes.storage import Changed, Version
from informer.selectors import LabelSelector

Document = dict[str, Any]

_KEY = ("policy", "poddisruptionbudgets")
_VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."
_SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
_ALLOWED = "DisruptionAllowed"


class DisruptionBudgets:
    """Those of one server. No controller keeps their status, so a test writes it."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def spend(self, pod: Document, *, dry_run: bool) -> None:
        """Count the eviction of `pod`. Raises 429 where its budget does not allow it, 403 for a broken budget, 500 for several."""
        while True:
            found = [version for version in self._of(pod["metadata"]["namespace"]) if _covers(version, pod)]
            if not found:
                return
            if len(found) > 1:
                raise errors.server_failure(_SEVERAL)
            budget = found[0].document()
            if _is_free(budget, pod):
                return
            _check(budget)
            self._count(budget, pod["metadata"]["name"])
            try:
                if not dry_run:
                    self._objects.storage.write(_KEY, found[0].key, _stamped(budget), expect=found[0].revision)
            except Changed:
                continue
            return

    def _of(self, namespace: str) -> list[Version]:
        return self._objects.storage.state(_KEY, prefix=f"{namespace}/").versions

    def _count(self, budget: Document, name: str) -> None:
        status = budget["status"]
        status["disruptionsAllowed"] -= 1
        status["disruptedPods"] = {**status.get("disruptedPods", {}), name: self._objects.now()}
        if status["disruptionsAllowed"]:
            return
        conditions = [*(status.get("conditions") or ())]
        place = next((index for index, condition in enumerate(conditions) if condition["type"] == _ALLOWED), len(conditions))
        before = conditions[place] if place < len(conditions) else {}
        told = {
            "type": _ALLOWED,
            "status": "False",
            "observedGeneration": status.get("observedGeneration", 0),
            "lastTransitionTime": before["lastTransitionTime"] if before.get("status") == "False" else self._objects.now(),
            "reason": "InsufficientPods",
            "message": "",
        }
        status["conditions"] = [*conditions[:place], told, *conditions[place + 1 :]]


def _covers(version: Version, pod: Document) -> bool:
    found = (version.document().get("spec") or {}).get("selector")
    if found is None:
        return False
    return LabelSelector.parse(selector(found, "")).matches(pod["metadata"].get("labels", {}))


def _is_free(budget: Document, pod: Document) -> bool:
    """Whether the pod may go without counting, because it is not ready and nobody loses anything."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    if any(condition.get("type") == "Ready" and condition.get("status") == "True" for condition in conditions):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget.get("status") or {}
    return bool(status.get("currentHealthy", 0) >= status.get("desiredHealthy", 0) > 0)


def _check(budget: Document) -> None:
    own, status = budget["metadata"], budget.setdefault("status", {})
    if status.get("observedGeneration", 0) < own.get("generation", 0):
        raise _violated(f"The disruption budget {own['name']} is still being processed by the server.", 10)
    allowed = status.get("disruptionsAllowed", 0)
    if allowed < 0:
        why = "pdb disruptions allowed is negative"
        cause = Cause("DisruptionBudget", f"The disruption budget {own['name']} does not allow evicting pods currently: {why}")
        raise errors.forbidden("poddisruptionbudget.policy", own["name"], why, [cause])
    if allowed == 0:
        raise _violated(_why_not(own["name"], status))


def _why_not(name: str, status: Document) -> str:
    found = [condition for condition in status.get("conditions") or () if condition["type"] == _ALLOWED]
    told = found[0] if found and found[0]["status"] == "False" and found[0].get("message") else None
    wanted, current = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
    not_now = f"The disruption budget {name} does not allow evicting pods currently"
    if told and told["reason"] == "SyncFailed":
        return f"{not_now} because it failed sync: {told['message']}"
    if current <= wanted:
        return f"The disruption budget {name} needs {wanted} healthy pods and has {current} currently"
    return f"{not_now} ({told['reason']}): {told['message']}" if told else not_now


def _violated(why: str, retry_after: int = 0) -> errors.StatusError:
    details: dict[str, Any] = {"causes": [Cause("DisruptionBudget", why).to_dict()]}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    return errors.StatusError(429, "TooManyRequests", _VIOLATED, details)


def _stamped(document: Document) -> Any:
    def encode(revision: int) -> bytes:
        document["metadata"]["resourceVersion"] = str(revision)
        return to_json(document)

    return encode
