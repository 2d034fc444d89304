"""Moments: times as objects have them, read."""

from __future__ import annotations

import datetime


def moment(text: str) -> datetime.datetime:
    """A time as objects have it. Raises `ValueError`."""
    parsed = datetime.datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)
