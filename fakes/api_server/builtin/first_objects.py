"""First objects: what a cluster holds before anybody writes to it, as far as clients count on it.

The namespaces, and the Service `kubernetes`, by which what runs in a cluster finds its API server. A real server has more: flow schemas,
priority classes, a lease, config maps of its own. Of RBAC see `rbac.first_objects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakes.api_server.builtin.admission import IMMORTAL_NAMESPACES

Document = dict[str, Any]

_NAMESPACES = (*IMMORTAL_NAMESPACES, "kube-node-lease")


def first_objects() -> Iterator[tuple[str, str, Document]]:
    """Each as the plural of its kind in the core group, its namespace, and what to create; a fresh document."""
    for name in _NAMESPACES:
        yield "namespaces", "", {"metadata": {"name": name}}
    labels = {"component": "apiserver", "provider": "kubernetes"}
    port = {"name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443}
    yield "services", "default", {"metadata": {"name": "kubernetes", "labels": labels}, "spec": {"ports": [port]}}
