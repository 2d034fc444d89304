"""Namespaces: empties namespaces that were deleted, and lets them go, as the namespace controller of a real cluster does.

It starts at once, where the real one waits five seconds. With `graceful`, pods get their grace period, which needs a kubelet that ends it.
"""

from __future__ import annotations

from collections.abc import Hashable

from fakes.api_server.builtin.admission import NAMESPACES
from fakes.api_server.server import APIServer
from fakes.controllers.controller import Controller
from fakes.controllers.header import header
from fakes.storage import Version


class Namespaces(Controller):
    """See the module."""

    name = "namespaces"

    def __init__(self, api: APIServer, *, graceful: bool = False) -> None:
        self._grace = None if graceful else 0
        self.reset()
        super().__init__(api)

    def reset(self) -> None:
        self._terminating: dict[str, None] = {}
        self._queue: dict[str, None] = {}

    def hear(self, resource: Hashable, key: str, old: Version | None, new: Version | None) -> None:
        if resource == NAMESPACES:
            self._terminating.pop(key, None)
            if new is not None and header(new).deleted:
                self._terminating[key] = self._queue[key] = None
        elif new is None and (namespace := key.rpartition("/")[0]) in self._terminating:
            self._queue[namespace] = None

    def step(self) -> bool:
        if not self._queue:
            return False
        name = next(iter(self._queue))
        del self._queue[name]
        self.api.empty_namespace(name, grace=self._grace)
        return True
