"""Client: asks an APIServer as an HTTP client would, in a few letters, in a simulation whose time stands still until somebody waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from fakes.api_server.messages import Request, Response
from fakes.api_server.server import APIServer
from fakes.simulation import SimulatedRuntime

T = TypeVar("T")

FOOS = "/apis/lab.io/v1/namespaces/default/foos"
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
MERGE = {"Content-Type": "application/merge-patch+json"}


def foo_definition(**version: Any) -> dict[str, Any]:
    """The CustomResourceDefinition of the captures: foos.lab.io, with status and a selectable colour."""
    fields = {"color": {"type": "string"}, "size": {"type": "integer"}, "replicas": {"type": "integer"}}
    spec = {"type": "object", "properties": fields}
    status = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "selectableFields": [{"jsonPath": ".spec.color"}],
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": status}}},
        **version,
    }
    names = {"plural": "foos", "singular": "foo", "kind": "Foo", "shortNames": ["fo"]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "foos.lab.io"},
        "spec": {"group": "lab.io", "scope": "Namespaced", "names": names, "versions": [served]},
    }


def foo(name: str, *, namespace: str = "default", spec: Mapping[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    own = {"name": name, "namespace": namespace, **metadata}
    return {"apiVersion": "lab.io/v1", "kind": "Foo", "metadata": own, "spec": dict(spec or {"size": 1})}


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data or {"a": "1"}}


def rest_of(page: Answer) -> dict[str, Any]:
    """The parameter that asks for the next page."""
    return {"continue": page.json["metadata"]["continue"]}


class Answer:
    """A response, read to its end if it has one."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status
        self.headers = response.headers

    @property
    def raw(self) -> bytes:
        assert isinstance(self.response.body, bytes)
        return self.response.body

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.raw)
        return content

    @property
    def text(self) -> str:
        """Status and body, as the captures have them side by side."""
        return f"{self.status} {self.raw.decode().rstrip()}"

    @property
    def message(self) -> str:
        return str(self.json["message"])

    @property
    def names(self) -> list[str]:
        return [item["metadata"]["name"] for item in self.json["items"]]


class Stream:
    """A watch that is read."""

    def __init__(self, response: Response) -> None:
        assert response.status == 200, response.body
        assert not isinstance(response.body, bytes)
        self.body = response.body
        self._rest = b""

    def read(self) -> list[dict[str, Any]]:
        """The events of one read; none at the end."""
        *lines, self._rest = (self._rest + self.body.read()).split(b"\n")
        return [json.loads(line) for line in lines]

    def rest(self) -> list[dict[str, Any]]:
        """The events up to the end."""
        events: list[dict[str, Any]] = []
        while read := self.read():
            events += read
        return events

    def brief(self) -> list[str]:
        """The events up to the end, as `TYPE name@version`."""
        return [brief(event) for event in self.rest()]


def brief(event: Mapping[str, Any]) -> str:
    own = event["object"].get("metadata", {})
    version = own.get("resourceVersion", event["object"].get("code"))
    return f"{event['type']} {own.get('name', '')}@{version}"


class Client:
    """`api` is asked through its door; everything else that a test does with it is in plain sight."""

    def __init__(self, *, revision: int = 1, seed: int = 0) -> None:
        self.runtime = SimulatedRuntime(seed)
        self.api = APIServer(runtime=self.runtime, revision=revision)

    def with_foos(self) -> Self:
        self.api.create(foo_definition())
        return self

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        return Answer(self.api.handle(self.request(method, path, body, headers, **query)))

    def request(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **query: Any) -> Request:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Request.of(method, f"{path}?{urlencode(query)}" if query else path, headers, content)

    def get(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> Answer:
        return self.ask("GET", path, None, headers, **query)

    def post(self, path: str, body: Any, **query: Any) -> Answer:
        return self.ask("POST", path, body, **query)

    def put(self, path: str, body: Any, **query: Any) -> Answer:
        return self.ask("PUT", path, body, **query)

    def merge(self, path: str, body: Any, **query: Any) -> Answer:
        return self.ask("PATCH", path, body, MERGE, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> Answer:
        return self.ask("DELETE", path, body, **query)

    def watch(self, path: str, headers: Mapping[str, str] | None = None, **query: Any) -> Stream:
        return Stream(self.api.handle(self.request("GET", path, None, headers, watch="true", **query)))

    def run(self, main: Callable[[], T]) -> T:
        """Run `main` where waiting is possible: time jumps to whatever is waited for."""
        return self.runtime.run(main)
