"""Known differences: the scripts in which the fake does not answer as a real server does, each with its reason.

An entry whose script agrees fails the suite: remove it.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "7.4 a result that cannot be: 422": "negative replicas are taken; the message holds the object in another form",
    "7.4 content types of patches: 415": "the text about content types that no server knows",
    "7.4 options that cannot be": "the message holds the object in another form",
    "7.4 patches that are no JSON": "the text",
    "7.4 strategic: an entry without its key, and types that cannot be": "texts about types",
    "7.4 what a patch may not change": "other codes and texts for another kind, apiVersion or no metadata",
    "14.3 what an autoscaler's first version cannot say is in its annotations": "autoscaling/v1 has the CPU's utilization only",
}
"""By the script's name: what differs, and why."""
