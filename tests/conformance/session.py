"""Session: what a script talks to. It asks one API server, and keeps every exchange for the comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fakes.api_server.wire import protobuf
from tests.conformance import frames
from tests.conformance.doors import Door, Reply
from tests.waiting import PATIENCE

GROUP = "lab.example.com"
MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
PARTIAL_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

_ROOTS = {
    "deployments": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "daemonsets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "cronjobs": "/apis/batch/v1",
    "endpointslices": "/apis/discovery.k8s.io/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "poddisruptionbudgets": "/apis/policy/v1",
    "roles": "/apis/rbac.authorization.k8s.io/v1",
    "rolebindings": "/apis/rbac.authorization.k8s.io/v1",
    "clusterroles": "/apis/rbac.authorization.k8s.io/v1",
    "priorityclasses": "/apis/scheduling.k8s.io/v1",
    "csidrivers": "/apis/storage.k8s.io/v1",
    "storageclasses": "/apis/storage.k8s.io/v1",
    "customresourcedefinitions": "/apis/apiextensions.k8s.io/v1",
    "foos": f"/apis/{GROUP}/v1",
    "pins": f"/apis/{GROUP}/v1",
}
_OF_THE_CLUSTER = {
    "namespaces",
    "nodes",
    "persistentvolumes",
    "clusterroles",
    "priorityclasses",
    "csidrivers",
    "storageclasses",
    "customresourcedefinitions",
    "pins",
}
_LONG, _SHORT = 20.0, 0.005
"""Seconds for which a stream is listened to, while events are due and when they must have come."""
_POLL = 0.05
_PLURALS = {"StorageClass": "storageclasses", "PriorityClass": "priorityclasses", "NetworkPolicy": "networkpolicies"}


@dataclass(slots=True)
class Exchange:
    """A request and what came back. `events` are the lines of a stream, `ended` is whether they were read to its clean end."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    events: list[bytes] | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a script may use of an answer."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def metadata(self) -> dict[str, Any]:
        own: dict[str, Any] = self.json["metadata"]
        return own

    @property
    def version(self) -> str:
        return str(self.metadata["resourceVersion"])

    @property
    def uid(self) -> str:
        return str(self.metadata["uid"])

    @property
    def rest(self) -> str:
        """The continue token."""
        return str(self.metadata["continue"])


class Watch:
    """A stream that is read piece by piece. Events in binary form are read as the lines that they are in JSON."""

    def __init__(self, exchange: Exchange, reply: Reply) -> None:
        self._exchange = exchange
        self._reply = reply
        self._rest = b""
        self._binary = reply.headers.get("content-type", "").startswith(protobuf.MEDIA_TYPE)

    def close(self) -> None:
        """Hang up, whatever was said."""
        self._reply.close()

    def until(self, type: str, name: str = "") -> dict[str, Any]:
        """Read up to an event of this type about this object, and hang up. Fails when the stream ends before."""
        found: dict[str, Any] | None = None
        while found is None:
            assert self._read(), f"the stream ended before {type} {name}; it brought {self._exchange.events}"
            found = self._take(type, name)
        self._reply.close()
        return found

    def rest(self) -> list[dict[str, Any]]:
        """Read to the end, which must be a clean one."""
        while self._read():
            continue
        self._exchange.ended = True
        self._reply.close()
        return [json.loads(line) for line in self._events]

    def gather(self, events: int, ended: bool) -> None:
        """Read until that many events have come, and the end where it is due. Gives up when nothing comes for some seconds."""
        while self._exchange.events is not None and (len(self._events) < events or (ended and not self._exchange.ended)):
            if not self._more(_LONG):
                return

    def lull(self) -> None:
        """Read what has come, and hang up."""
        while self._exchange.events is not None and self._more(_SHORT):
            continue
        self._reply.close()

    def without(self, left_out: Callable[[bytes], bool]) -> tuple[int, bool]:
        """Drop events that are chance; gives the number of the others, and whether the stream ended."""
        if self._exchange.events is not None:
            self._exchange.events = [line for line in self._exchange.events if not left_out(line)]
        return len(self._exchange.events or ()), self._exchange.ended

    def _more(self, seconds: float) -> bool:
        """Read a piece. False at the end, and where none comes for that many seconds."""
        try:
            self._exchange.ended = self._exchange.ended or not self._read(seconds)
        except TimeoutError:
            return False
        return not self._exchange.ended

    @property
    def _events(self) -> list[bytes]:
        assert self._exchange.events is not None
        return self._exchange.events

    def _read(self, seconds: float = PATIENCE) -> bool:
        piece = self._reply.read(seconds)
        if self._binary:
            lines, self._rest = frames.split(self._rest + piece)
        else:
            *lines, self._rest = (self._rest + piece).split(b"\n")
        self._events.extend(lines)
        return bool(piece)

    def _take(self, type: str, name: str) -> dict[str, Any] | None:
        """The first such event; what was read beyond it is dropped, since how much that is depends on chance."""
        for position, line in enumerate(self._events):
            event: dict[str, Any] = json.loads(line)
            own = event["object"].get("metadata", {})
            rows = event["object"].get("rows") or [{}]
            names = (own.get("name", ""), (rows[0].get("object") or {}).get("metadata", {}).get("name", ""))
            if event["type"] == type and (not name or name in names):
                del self._events[position + 1 :]
                return event
        return None


@dataclass(slots=True)
class Session:
    """`ns` is a namespace of this script's own. Names of what lives outside of namespaces begin with it, so that no two scripts meet."""

    door: Door
    ns: str
    exchanges: list[Exchange] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)

    def at(self, resource: str, *more: str, namespace: str | None = None) -> str:
        """The path of a collection, of an object in it, of a subresource."""
        root = _ROOTS.get(resource, "/api/v1")
        place = "" if resource in _OF_THE_CLUSTER or namespace == "" else f"/namespaces/{namespace or self.ns}"
        return "/".join([root + place, resource, *map(quote, more)])

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        """Any request. A name in `query` may end with `_`, where Python has it for itself."""
        exchange, reply = self._send(method, path, body, headers, query)
        while piece := reply.read(PATIENCE):
            exchange.body += piece
        reply.close()
        return Answer(exchange.status, exchange.body)

    def get(self, path: str, accept: str = "application/json", **query: Any) -> Answer:
        return self.ask("GET", path, None, {"Accept": accept}, **query)

    def post(self, path: str, body: Any, **query: Any) -> Answer:
        return self.ask("POST", path, body, **query)

    def put(self, path: str, body: Any, **query: Any) -> Answer:
        return self.ask("PUT", path, body, **query)

    def patch(self, path: str, body: Any, type: str = MERGE, **query: Any) -> Answer:
        return self.ask("PATCH", path, body, {"Content-Type": type}, **query)

    def apply(self, path: str, body: Any, **query: Any) -> Answer:
        return self.patch(path, body, APPLY, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> Answer:
        return self.ask("DELETE", path, body, **query)

    def watch(self, path: str, accept: str = "application/json", **query: Any) -> Watch:
        """Open a stream. Read it with `until` or `rest`; whoever wants its end asks for `timeoutSeconds`."""
        exchange, reply = self._send("GET", path, None, {"Accept": accept}, {"watch": "true", **query})
        if exchange.status == 200:
            exchange.events = []
        else:
            while piece := reply.read(PATIENCE):
                exchange.body += piece
        return Watch(exchange, reply)

    def have(self, *objects: dict[str, Any]) -> Answer:
        """Create these, which is no part of what is compared. Gives the last answer."""
        assert objects
        for made in objects:
            kind = made["kind"]
            resource = _PLURALS.get(kind, f"{kind.lower()}s")
            answer = self.unseen("POST", self.at(resource), made)
            assert answer.status == 201, answer.body
        return answer

    def unseen(self, method: str, path: str, body: Any = None, type: str = "application/json", **query: Any) -> Answer:
        """A request that is no part of what is compared."""
        answer = self.ask(method, path, body, {"Content-Type": type}, **query)
        self.exchanges.pop()
        return answer

    def glance(self, path: str, pick: Callable[[Any], Any], accept: str = "application/json") -> None:
        """GET a document of which only what `pick` gives is compared, once that is there."""
        for _ in range(round(PATIENCE / _POLL)):
            answer = self.get(path, accept)
            if answer.status == 200 and (found := pick(answer.json)):
                self.exchanges[-1].body = json.dumps(found).encode()
                return
            self.exchanges.pop()
            self.door.pause(_POLL)
        raise AssertionError(f"{path} still lacks what is looked for in it")

    def eventually(
        self,
        path: str,
        status: int,
        shows: str = "",
        *,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Answer:
        """Ask until the answer has this status and this text, as one does for what a controller is doing. No part of what is compared."""
        for _ in range(round(PATIENCE / _POLL)):
            answer = self.ask(method, path, body, headers, **query)
            self.exchanges.pop()
            if answer.status == status and shows.encode() in answer.body:
                return answer
            self.door.pause(_POLL)
        raise AssertionError(f"{path} is still answered {answer.status}: {answer.body!r}")

    def hide(self, value: str, label: str) -> None:
        """Compare something that the server chose as if it were `label`."""
        self.hidden[value] = label

    def _send(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None, query: Mapping[str, Any]
    ) -> tuple[Exchange, Reply]:
        url = f"{path}?{urlencode({name.rstrip('_'): value for name, value in query.items()})}" if query else path
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        own = {"User-Agent": "conformance/1", "Accept": "application/json"}
        if content:
            own["Content-Type"] = "application/json"
        reply = self.door.send(method, url, {**own, **(headers or {})}, content)
        exchange = Exchange(f"{method} {url}", reply.status, reply.headers)
        self.exchanges.append(exchange)
        return exchange, reply
