"""Service accounts: every namespace has the account `default`, made anew when it is deleted, as a real cluster's controller does it.

Who waits for it before creating pods, as Kubernetes' own tests do, waits for ever without this.
"""

from __future__ import annotations

from collections.abc import Hashable

from fakes.api_server.builtin.admission import NAMESPACES
from fakes.api_server.server import APIServer
from fakes.controllers.controller import MANAGER, Controller
from fakes.controllers.header import header
from fakes.storage import Version

_SERVICE_ACCOUNTS = ("", "serviceaccounts")
_DEFAULT = "default"


class ServiceAccounts(Controller):
    """See the module."""

    name = "service-accounts"

    def __init__(self, api: APIServer) -> None:
        self.reset()
        super().__init__(api)

    def reset(self) -> None:
        self._namespaces: dict[str, None] = {}
        self._queue: dict[str, None] = {}

    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        if resource == NAMESPACES:
            if new is None or header(new).deleted:
                self._namespaces.pop(key, None)
                self._queue.pop(key, None)
            elif key not in self._namespaces:
                self._namespaces[key] = self._queue[key] = None
        elif resource == _SERVICE_ACCOUNTS:
            namespace, _, name = key.rpartition("/")
            if name == _DEFAULT and new is None and namespace in self._namespaces:
                self._queue[namespace] = None

    def step(self) -> bool:
        if not self._queue:
            return False
        namespace = next(iter(self._queue))
        del self._queue[namespace]
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _DEFAULT, "namespace": namespace}}
        self.api.create(account, manager=MANAGER)
        return True
