"""A server that only replays: a list of pods, and then updates of them as fast as the reader takes them. The other process of
every benchmark.

    python benchmarks/replay.py PODS EVENTS

Everything is encoded before it prints its URL, so that what is measured is the reader. An open watch is silent until a line comes
on standard input; then it gets every event, each in a chunk of its own as an API server sends them.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIZE = 6_000  # bytes of a pod, about what real ones have
LIST_VERSION = 1_000_000
BLOCK = 1 << 16


def pod(number: int, version: int) -> dict[str, Any]:
    """A pod as clusters have them: labels, containers with environment and probes, volumes, conditions."""
    name = f"web-{number:05d}"
    containers = [
        {
            "name": container,
            "image": f"registry.example.com/shop/{container}:1.{number % 7}",
            "env": [{"name": f"VARIABLE_{i}", "value": f"value-{i}-of-{name}"} for i in range(12)],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "config", "mountPath": "/etc/shop", "readOnly": True}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10},
        }
        for container in ("web", "sidecar", "metrics")
    ]
    changed = "2026-01-01T00:00:00Z"
    conditions = [{"type": each, "status": "True", "lastTransitionTime": changed} for each in ("Initialized", "Ready", "PodScheduled")]
    document: dict[str, Any] = {
        "metadata": {
            "name": name,
            "namespace": f"shop-{number % 20}",
            "uid": f"00000000-0000-4000-8000-{number:012d}",
            "resourceVersion": str(version),
            "creationTimestamp": changed,
            "labels": {"app": f"app-{number % 50}", "tier": "web", "pod-template-hash": f"{number % 97:08x}"},
            "annotations": {"checksum/config": f"{number:064x}", "example.com/touched": str(version)},
        },
        "spec": {
            "nodeName": f"node-{number % 100}",
            "containers": containers,
            "volumes": [{"name": "data", "emptyDir": {}}, {"name": "config", "configMap": {"name": "shop"}}],
        },
        "status": {"phase": "Running", "podIP": f"10.0.{number // 250 % 250}.{number % 250}", "conditions": conditions},
    }
    missing = SIZE - len(encode(document))
    document["metadata"]["annotations"]["example.com/owners"] = ("team-shop@example.com " * (missing // 22 + 1))[: max(missing, 0)]
    return document


def encode(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def page(items: list[bytes], token: str) -> bytes:
    metadata = {"resourceVersion": str(LIST_VERSION), **({"continue": token} if token else {})}
    return b'{"kind":"PodList","apiVersion":"v1","metadata":' + encode(metadata) + b',"items":[' + b",".join(items) + b"]}\n"


class Replay:
    """The bytes to replay, and the signal to begin."""

    def __init__(self, pods: int, events: int) -> None:
        self.items = [encode(pod(number, 1 + number)) for number in range(pods)]
        self.whole = page(self.items, "")
        lines = [self._line(number % pods, LIST_VERSION + 1 + number) for number in range(events)]
        chunks = [f"{len(line):x}\r\n".encode() + line + b"\r\n" for line in lines]
        stream = b"".join(chunks)
        self.blocks = [stream[start : start + BLOCK] for start in range(0, len(stream), BLOCK)]
        self.begin = threading.Event()

    def _line(self, number: int, version: int) -> bytes:
        return encode({"type": "MODIFIED", "object": {"kind": "Pod", "apiVersion": "v1", **pod(number, version)}}) + b"\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replay: Replay

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if query.get("watch") in ("true", "True", "1"):
            self._watch()
        else:
            self._list(int(query.get("limit", "0")), int(query.get("continue", "0")))

    def _list(self, limit: int, start: int) -> None:
        items = self.replay.items
        end = start + limit if limit else len(items)
        body = self.replay.whole if not start and end >= len(items) else page(items[start:end], str(end) if end < len(items) else "")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _watch(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        self.replay.begin.wait()
        try:
            for block in self.replay.blocks:
                self.wfile.write(block)
            threading.Event().wait()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def main() -> None:
    Handler.replay = Replay(int(sys.argv[1]), int(sys.argv[2]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", sum(map(len, Handler.replay.items)), flush=True)
    for line in sys.stdin:
        if line.strip() == "begin":
            Handler.replay.begin.set()
        elif line.strip() == "again":
            Handler.replay.begin.clear()
        print("ok", flush=True)


if __name__ == "__main__":
    main()
