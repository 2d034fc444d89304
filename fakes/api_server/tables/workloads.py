"""The cells of what runs pods: deployments and their like, jobs."""

from __future__ import annotations

from typing import Any

from fakes.api_server.builtin.moments import moment
from fakes.api_server.tables.row import NONE, UNSET, Row, has_condition, human_duration, labels, selector


def deployment(row: Row) -> list[Any]:
    ready = f"{row.at('status.readyReplicas', 0)}/{row.at('spec.replicas', 0)}"
    counts = [row.at("status.updatedReplicas", 0), row.at("status.availableReplicas", 0)]
    return [row.name, ready, *counts, row.age(), *row.containers(), selector(row.at("spec.selector", {}), "")]


def replica_set(row: Row) -> list[Any]:
    return [*_replicas(row), *row.containers(), selector(row.at("spec.selector", {}))]


def replication_controller(row: Row) -> list[Any]:
    return [*_replicas(row), *row.containers(), labels(row.at("spec.selector", {}))]


def _replicas(row: Row) -> list[Any]:
    counts = [row.at("spec.replicas", 0), row.at("status.replicas", 0), row.at("status.readyReplicas", 0)]
    return [row.name, *counts, row.age()]


def stateful_set(row: Row) -> list[Any]:
    return [row.name, f"{row.at('status.readyReplicas', 0)}/{row.at('spec.replicas', 0)}", row.age(), *row.containers()]


def daemon_set(row: Row) -> list[Any]:
    fields = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable")
    counts = [row.at(f"status.{field}", 0) for field in fields]
    nodes = labels(row.at("spec.template.spec.nodeSelector", {}))
    return [row.name, *counts, nodes, row.age(), *row.containers(), selector(row.at("spec.selector", {}))]


_JOB_STATES = (
    ("Complete", "Complete"),
    ("Failed", "Failed"),
    ("", "Terminating"),
    ("Suspended", "Suspended"),
    ("FailureTarget", "FailureTarget"),
    ("SuccessCriteriaMet", "SuccessCriteriaMet"),
)


def job(row: Row) -> list[Any]:
    conditions = row.at("status.conditions", [])
    states = (shown for named, shown in _JOB_STATES if (has_condition(conditions, named) if named else row.is_going))
    start, end = row.at("status.startTime"), row.at("status.completionTime")
    lasted = "" if not start else row.since(start) if not end else human_duration((moment(end) - moment(start)).total_seconds())
    return [
        row.name,
        next(states, "Running"),
        _completions(row),
        lasted,
        row.age(),
        *row.containers(),
        selector(row.at("spec.selector", {})),
    ]


def _completions(row: Row) -> str:
    done = row.at("status.succeeded", 0)
    if (wanted := row.at("spec.completions", None)) is not None:
        return f"{done}/{wanted}"
    parallelism = row.at("spec.parallelism", 0)
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def cron_job(row: Row) -> list[Any]:
    last = row.at("status.lastScheduleTime")
    return [
        row.name,
        row.at("spec.schedule"),
        row.at("spec.timeZone", NONE),
        {True: "True", False: "False"}.get(row.at("spec.suspend", None), UNSET),
        len(row.at("status.active", [])),
        row.since(last) if last else NONE,
        row.age(),
        *row.containers("spec.jobTemplate.spec.template.spec.containers"),
        selector(row.at("spec.jobTemplate.spec.selector", {})),
    ]


def pod_template(row: Row) -> list[Any]:
    return [row.name, *row.containers("template.spec.containers"), labels(row.at("template.metadata.labels", {}))]


def controller_revision(row: Row) -> list[Any]:
    owners = (owner for owner in row.at("metadata.ownerReferences", []) if owner.get("controller"))
    owner = next(owners, None)
    return [row.name, _owner(owner) if owner else NONE, row.at("revision", 0), row.age()]


def _owner(owner: dict[str, Any]) -> str:
    group = owner.get("apiVersion", "").rpartition("/")[0]
    return f"{owner.get('kind', '')}.{group}".removesuffix(".").lower() + f"/{owner.get('name', '')}"
