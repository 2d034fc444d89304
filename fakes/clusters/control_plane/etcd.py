"""Etcd's JSON gateway: the one thing a control plane's tests ask of etcd directly, compaction as an API server does it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import urllib3

from fakes.clusters.cluster import ClusterError

_TIMEOUT = 60.0


def compact(url: str) -> int:
    """Compact etcd at its newest revision, and give that revision.

    The revision is first written under `compact_rev_key`, where API servers look for what was compacted.
    """
    with urllib3.PoolManager(retries=False, timeout=_TIMEOUT) as pool:
        revision = int(_post(pool, f"{url}/v3/kv/range", {"key": _text("compact_rev_key")})["header"]["revision"])
        _post(pool, f"{url}/v3/kv/put", {"key": _text("compact_rev_key"), "value": _text(str(revision))})
        _post(pool, f"{url}/v3/kv/compaction", {"revision": str(revision), "physical": True})
    return revision


def _post(pool: urllib3.PoolManager, url: str, body: dict[str, Any]) -> Any:
    answer = pool.request("POST", url, json=body)
    if answer.status != 200:
        raise ClusterError(f"etcd answered {answer.status} to {url}: {answer.data.decode(errors='replace')}")
    return answer.json()


def _text(text: str) -> str:
    return b64encode(text.encode()).decode()
