"""KubeconfigCredentials: keeps a client's credentials as fresh as their source."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from kubernetes.client import Configuration


class KubeconfigCredentials:
    """The `refresh_api_key_hook` of a client that this kit configured.

    Before each request it lets the official client renew what it knows to expire; after a `reject` it loads everything again first: a token
    file that was rewritten, a kubeconfig that was edited, an exec plugin that names no expiry. Only tokens are renewed, the rest of the
    configuration stays as it is (the official hook would put the kubeconfig's server back). `load` raises whatever makes loading fail.
    """

    def __init__(self, configuration: Configuration, load: Callable[[], Configuration]) -> None:
        self._load = load
        self._source: Any = copy.copy(configuration)
        self._source.api_key = dict(configuration.api_key)
        self._rejected = False

    def __call__(self, configuration: Any) -> None:
        if self._rejected:
            self._rejected = False
            self._source = self._load()
        elif self._source.refresh_api_key_hook is not None:
            self._source.refresh_api_key_hook(self._source)
        configuration.api_key = dict(self._source.api_key)

    def reject(self) -> None:
        """The server refused what it was shown."""
        self._rejected = True
