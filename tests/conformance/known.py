"""Known differences: the scripts in which the fake does not answer as a real server does, each with its reason.

An entry whose script agrees fails the suite: remove it.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {}
"""By the script's name: what differs, and why."""
