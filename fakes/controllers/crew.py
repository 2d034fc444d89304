"""Crew: the controllers that run beside one server, from their start to their end."""

from __future__ import annotations

from collections.abc import Iterable

from fakes.api_server.server import APIServer
from fakes.controllers.controller import Controller
from fakes.controllers.garbage_collector import GarbageCollector
from fakes.controllers.kubelet import Kubelet
from fakes.controllers.namespaces import Namespaces
from fakes.controllers.replicas import Replicas
from fakes.controllers.service_accounts import ServiceAccounts
from informer.errors import ConfigurationError, StopTimeout

CONTROLLERS = ("garbage-collector", "namespaces", "service-accounts", "replicas", "kubelet")
"""The names of all there are."""

_STOP_TIMEOUT = 5.0


class Crew:
    """Starts the controllers of these names, each in a task of the server's runtime. Raises `ConfigurationError` for any other name."""

    def __init__(self, api: APIServer, names: Iterable[str]) -> None:
        chosen = list(dict.fromkeys([names] if isinstance(names, str) else names))
        if unknown := [name for name in chosen if name not in CONTROLLERS]:
            raise ConfigurationError(f"there is no controller {', '.join(map(repr, unknown))}; there are {', '.join(CONTROLLERS)}")
        self._api = api
        self._controllers = [self._start(name, graceful="kubelet" in chosen) for name in chosen]

    def _start(self, name: str, *, graceful: bool) -> Controller:
        match name:
            case "garbage-collector":
                return GarbageCollector(self._api)
            case "namespaces":
                return Namespaces(self._api, graceful=graceful)
            case "service-accounts":
                return ServiceAccounts(self._api)
            case "replicas":
                return Replicas(self._api)
            case _:
                return Kubelet(self._api)

    def settle(self, timeout: float) -> None:
        """Wait until all have done what there is to do, and nobody has written meanwhile. Raises `TimeoutError`, and what ended one."""
        storage, deadline = self._api.storage, self._api.runtime.monotonic() + timeout
        while True:
            revision = storage.revision
            for controller in self._controllers:
                if not controller.wait_until_idle(revision, max(0.0, deadline - self._api.runtime.monotonic())):
                    raise TimeoutError(f"the controller {controller.name} has not settled within {timeout:g} s")
            if storage.revision == revision:
                return

    def stop(self) -> None:
        """End all of them. Idempotent. Raises `StopTimeout`, naming those that still run."""
        for controller in self._controllers:
            controller.begin_stop()
        late = [controller.name for controller in self._controllers if not controller.join(_STOP_TIMEOUT)]
        if late:
            raise StopTimeout(f"controllers did not stop within {_STOP_TIMEOUT:g} s: {', '.join(late)}", late)
