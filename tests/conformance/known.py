"""Known differences: the scripts in which the fake does not answer as a real server does, each with its reason.

An entry whose script agrees fails the suite: remove it.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "7.2 what is immutable": "the message holds a diff of Go structs",
    "7.2 what may change of a pod, and what may not": "the message holds a diff of Go structs",
    "7.4 a result that cannot be: 422": "negative replicas are taken; the message holds the object in another form",
    "7.4 content types of patches: 415": "the text about content types that no server knows",
    "7.4 options that cannot be": "the message holds the object in another form",
    "7.4 patches that are no JSON": "the text",
    "7.4 strategic: an entry without its key, and types that cannot be": "texts about types",
    "7.4 what a patch may not change": "other codes and texts for another kind, apiVersion or no metadata",
    "7.6 a policy that cannot be, and two of them": "the kind of DeleteOptions is not looked at; a text",
    "8 defaults that a definition gets later are seen in old objects": "defaults are filled in at writes only",
    "8 finalize: the last finalizer lets a namespace go": (
        "a namespace without finalizers goes at its deletion, not at the finalize after it"
    ),
    "8 the removal of a definition: its objects go, then itself": "the generation counts the deletion",
    "8 what a definition looks like when it is established, and the events on the way": "fewer events on the way",
    "14.3 what a server makes of a minimal object: nodes": "no taint of a new node, no allocatable",
    "14.3 what an autoscaler's first version cannot say is in its annotations": "autoscaling/v1 has the CPU's utilization only",
}
"""By the script's name: what differs, and why."""
