"""Serve a fake API server with many pods until standard input ends: the other process of every benchmark.

    python benchmarks/cluster.py 10000

It prints its URL. Each line of input is a number of updates to make, as fast as it can, after which it prints "done".
"""

from __future__ import annotations

import sys
from typing import Any

from fakes import FakeAPIServer

SIZE = 6_000  # bytes of a pod, about what real ones have


def pod(number: int) -> dict[str, Any]:
    """A pod as a cluster has them: labels, owner, two containers, volumes, conditions, managed fields."""
    name = f"web-{number:05d}"
    containers = [
        {
            "name": container,
            "image": f"registry.example.com/shop/{container}:1.{number % 7}",
            "env": [{"name": f"VARIABLE_{i}", "value": f"value-{i}-of-{name}"} for i in range(12)],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "config", "mountPath": "/etc/shop", "readOnly": True}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 10},
        }
        for container in ("web", "sidecar")
    ]
    conditions = [
        {"type": each, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"} for each in ("Initialized", "Ready", "PodScheduled")
    ]
    labels = {"app": f"app-{number % 50}", "tier": "web", "pod-template-hash": f"{number % 97:08x}"}
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels, "annotations": {"checksum/config": f"{number:064x}"}},
        "spec": {
            "nodeName": f"node-{number % 100}",
            "containers": containers,
            "volumes": [{"name": "data", "emptyDir": {}}, {"name": "config", "configMap": {"name": "shop"}}],
        },
        "status": {"phase": "Running", "podIP": f"10.0.{number // 250 % 250}.{number % 250}", "conditions": conditions},
    }
    filler = SIZE - len(str(document))
    document["metadata"]["annotations"]["example.com/notes"] = "n" * max(filler, 0)
    return document


def main() -> None:
    count = int(sys.argv[1])
    api = FakeAPIServer()
    for number in range(count):
        api.create(pod(number))
    with api.serve() as server:
        print(server.url, flush=True)
        for line in sys.stdin:
            for number in range(int(line)):
                api.patch("pods", f"web-{number % count:05d}", {"metadata": {"annotations": {"touched": str(number)}}})
            print("done", flush=True)


if __name__ == "__main__":
    main()
