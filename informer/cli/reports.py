"""Reports: everything that the command can have to say while it runs. How it looks is the business of `lines` and `json_lines`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.text import Text

from informer.handlers import Event
from informer.health import Failure
from informer.objects import KubeObject


@dataclass(frozen=True, slots=True)
class Happened:
    """An object was added, updated or deleted."""

    resource: str
    event: Event[KubeObject]


@dataclass(frozen=True, slots=True)
class Synced:
    """All objects that were there at the start have been shown: `what` is `3 nodes`, `seconds` is what listing them took."""

    resource: str
    what: str
    objects: int
    resource_version: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something failed. `broken`: that was a watch which had been open."""

    resource: str
    failure: Failure
    broken: bool


@dataclass(frozen=True, slots=True)
class Back:
    """A watch is open again, from `resource_version` on, `seconds` after the trouble began; or for the first time.

    `found`: the changes that a list found meanwhile; None without a list.
    """

    resource: str
    resource_version: str
    attempts: int
    seconds: float
    first: bool = False
    found: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is not about the informers: `who` did or is what `text` says."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Total:
    """What one informer has seen in all. `trouble` is what kept it from being `connected` at the end, if it was that."""

    resource: str
    at_start: int
    added: int
    updated: int
    deleted: int
    now: int
    reconnects: int
    relists: int
    connected: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The end."""

    seconds: float
    totals: Sequence[Total]


Report = Happened | Synced | Trouble | Back | Said | Summary


class Format(Protocol):
    """How reports look."""

    def render(self, at: datetime.datetime, report: Report, width: int | None) -> Sequence[Text]:
        """The lines for one report. `width` is that of the terminal in columns, None where there is none."""
        ...
