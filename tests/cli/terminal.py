"""The command in a simulation: what somebody who runs it sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from kubernetes.client import ApiClient

from fakes.fake_api_server import FakeAPIServer
from fakes.simulation import SimulatedRuntime
from fakes.transport.handler import Handler
from fakes.transport.in_process import api_client
from informer.cli.command import run

SERVER = "http://cluster.test"


@dataclass(frozen=True)
class Shown:
    """How the command ended, and what it wrote. `lines` are those of stdout without their times."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in self.out.splitlines() if line]


class Terminal:
    """Runs commands against `api`, in virtual time. `handler` takes the place of `api` where a test needs another server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.runtime = SimulatedRuntime(seed=1)
        self.api = FakeAPIServer(runtime=self.runtime)
        self.handler: Handler = self.api
        self._capsys = capsys
        monkeypatch.setattr("informer.cli.watch.load_api_client", self._load)

    def informer(self, *arguments: str, meanwhile: Callable[[], None] | None = None) -> Shown:
        """`informer ARGUMENTS`, with `meanwhile` running beside it."""

        def main() -> int:
            if meanwhile is not None:
                self.runtime.spawn(meanwhile, name="meanwhile")
            return run(arguments)

        code = self.runtime.run(main)
        assert self.runtime.failures == ()
        out, err = self._capsys.readouterr()
        return Shown(code, out, err)

    def watch(self, *arguments: str, meanwhile: Callable[[], None] | None = None) -> Shown:
        """`informer watch ARGUMENTS` of that server, for 10 seconds unless the arguments say otherwise."""
        return self.informer("watch", "--server", SERVER, "--timeout", "10", *arguments, meanwhile=meanwhile)

    def _load(self, kubeconfig: str | None, context: str | None, server: str | None) -> ApiClient:
        client = api_client(self.handler, runtime=self.runtime)
        client.configuration.host = server or SERVER
        return client

    def create_node(self, name: str, **metadata: object) -> None:
        self.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, **metadata}})

    def create_pod(self, name: str, namespace: str) -> None:
        if namespace not in [each["metadata"]["name"] for each in self.api.list("namespaces")]:
            self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        spec = {"nodeName": "node-1", "containers": [{"name": "app", "image": "app:1"}]}
        self.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec})
