"""JsonLines: reports for programs, one JSON object on each line; `type` says which kind it is."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.text import Text

from informer.cli.changes import MISSING, Change, find_changes
from informer.cli.reports import Back, Happened, Report, Said, Summary, Synced, Total, Trouble
from informer.handlers import Added, Deleted, Updated


class JsonLines:
    """The format `json`. Times are in UTC; a field of `changed` has `old`, `new` or both."""

    def render(self, at: datetime.datetime, report: Report, width: int | None) -> Sequence[Text]:
        time = at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return [Text(msgspec.json.encode({"time": time, **_content(report)}).decode())]


def _content(report: Report) -> dict[str, Any]:
    match report:
        case Happened():
            return _event(report)
        case Synced():
            return {
                "type": "SYNCED",
                "resource": report.resource,
                "objects": report.objects,
                "resource_version": report.resource_version,
                "seconds": round(report.seconds, 3),
            }
        case Trouble():
            return {"type": "TROUBLE", **_trouble(report)}
        case Back():
            return {"type": "BACK", **dataclasses.asdict(report), "seconds": round(report.seconds, 3)}
        case Said():
            return {"type": "SAID", **dataclasses.asdict(report)}
        case Summary():
            return {"type": "SUMMARY", "seconds": round(report.seconds, 3), "totals": [_total(total) for total in report.totals]}


def _trouble(trouble: Trouble) -> dict[str, Any]:
    failure = trouble.failure
    return {
        "resource": trouble.resource,
        "phase": failure.phase,
        "error": type(failure.error).__name__,
        "message": str(failure.error),
        "key": str(failure.key) if failure.key else None,
        "attempt": failure.attempt,
        "retry_in": None if failure.delay is None else round(failure.delay, 3),
    }


def _total(total: Total) -> dict[str, Any]:
    fields = {field.name: getattr(total, field.name) for field in dataclasses.fields(total)}
    return fields | {"trouble": _trouble(total.trouble) if total.trouble else None}


def _event(report: Happened) -> dict[str, Any]:
    event = report.event
    match event:
        case Added():
            kind = "ADDED"
        case Updated():
            kind = "UPDATED"
        case Deleted():
            kind = "DELETED"
    content: dict[str, Any] = {
        "type": kind,
        "resource": report.resource,
        "initial": isinstance(event, Added) and event.initial,
        "final_state_unknown": isinstance(event, Deleted) and event.final_state_unknown,
        "key": str(event.key),
        "resource_version": event.object.resource_version,
        "changed": [],
        "object": event.object.to_dict(),
    }
    if isinstance(event, Updated):
        content["changed"] = [_change(change) for change in find_changes(event.old.to_dict(), event.new.to_dict())]
    return content


def _change(change: Change) -> dict[str, Any]:
    sides = {"old": change.before, "new": change.after}
    return {"path": change.path, **{side: value for side, value in sides.items() if value is not MISSING}}
