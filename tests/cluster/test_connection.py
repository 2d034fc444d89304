"""What `connection.get` makes of the official client's pools."""

from __future__ import annotations

from typing import Any, cast

import urllib3
from urllib3.connection import HTTPConnection

from informer.cluster import connection


class ContestedPool:
    """A pool in which another thread makes its first request between a look at the class of connections and what follows from it."""

    def __init__(self, manager: ContestedManager) -> None:
        self._manager = manager
        self._class: type[Any] = HTTPConnection
        self._looked_at = False

    @property
    def ConnectionCls(self) -> type[Any]:  # noqa: N802
        seen = self._class
        if not self._looked_at:
            self._looked_at = True
            self._manager.get()
        return seen

    @ConnectionCls.setter
    def ConnectionCls(self, connections: type[Any]) -> None:  # noqa: N802
        self._class = connections


class ContestedManager(urllib3.PoolManager):
    def __init__(self) -> None:
        super().__init__()
        self.pool = ContestedPool(self)
        self.requests = 0

    def get(self) -> None:
        connection.get(self, "http://cluster.example/", {}, read_timeout=1, about_to_wait=lambda socket: None)

    def connection_from_url(self, url: str, pool_kwargs: dict[str, Any] | None = None) -> Any:
        return self.pool

    def request(self, *args: object, **options: object) -> Any:
        self.requests += 1
        return cast("Any", None)


def test_two_first_requests_at_once_agree_on_the_class_of_connections() -> None:
    manager = ContestedManager()
    manager.get()
    assert manager.requests == 2
    assert issubclass(manager.pool.ConnectionCls, HTTPConnection)
    assert [base.__name__ for base in manager.pool.ConnectionCls.__mro__].count("InterruptibleConnection") == 1
