"""Known differences: the scripts in which the fake does not answer as a real server does, each with its reason.

It refuses what it lacks, or accepts what only a real server checks; nothing else is left to differ.

An entry whose script agrees fails the suite: remove it.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "14.4 rules in CEL: of custom resources, and whether one can be read": "nothing evaluates CEL, in definitions or in admission policies",
    "14.4 limit ranges: what a container may use": "nothing enforces limit ranges, nor quotas",
    "14.4 parts of a pod that do not go together": "of a pod's values only some are looked at",
    "14.4 classes of pods that are not there: 403": "priority and runtime classes are not looked up",
    "14.4 addresses, hosts and paths": "of the values of networking kinds only some are looked at",
    "14.4 schedules, budgets, leases, roles and classes": "values of these kinds are not looked at",
    "14.4 metrics of an autoscaler": "whether a metric has what its type needs is not looked at",
    "14.4 webhooks and flow control": "values of these kinds are not looked at, webhooks are not called, and flow control throttles nobody",
    "14.4 a role that gives more than one has: 403": "whoever may write roles may give what they like",
    "14.4 ephemeral containers, and resizing of pods": "these two subresources",
    "14.4 proxies to nodes and services": "nothing runs behind them",
    "14.4 approval of certificates": "nobody signs them",
    "14.4 component statuses": "real servers compute them",
    "14.4 discovery in other forms than JSON": "OpenAPI v2 alone is there in protobuf",
    "14.4 definitions with a conversion webhook": "webhooks are not called",
}
"""By the script's name: what differs, and why."""
