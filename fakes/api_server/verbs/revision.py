"""Revision: a new state of an object, on its way to the storage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from fakes.api_server.ownership.managers import Entries

Document = dict[str, Any]


class Revision(Struct, frozen=True):
    """A new state, without managedFields, and what the server warns of.

    `sent` are the managedFields that the client sent or left in it; `entries` are what they become, where that is known already.
    """

    document: Document
    warnings: tuple[str, ...] = ()
    sent: Entries | None = None
    entries: Entries | None = None


Revise = Callable[[Document], Revision]
"""From the newest state, which it may not change, to the new one."""
