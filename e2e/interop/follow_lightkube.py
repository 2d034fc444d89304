"""Follows the config maps of a namespace with lightkube: list, watch from there, and list again where the version has expired."""

from __future__ import annotations

import time
from typing import Any

import httpx2
from lightkube import ApiError, Client, KubeConfig
from lightkube.resources.core_v1 import ConfigMap

from e2e.interop.reporting import arguments, end_with_stdin, report


def follow(kubeconfig: str, namespace: str) -> None:
    client: Any = Client(KubeConfig.from_file(kubeconfig).get())
    version = ""
    while True:
        try:
            if not version:
                listing = client.list(ConfigMap, namespace=namespace)
                for each in listing:
                    report("ADDED", each.metadata.name, each.data)
                version = listing.resourceVersion
            for kind, each in client.watch(ConfigMap, namespace=namespace, resource_version=version):
                report(kind, each.metadata.name, each.data)
                version = each.metadata.resourceVersion
        except httpx2.HTTPError as error:
            if isinstance(error, ApiError) and error.status.code == 410:
                report("EXPIRED")
                version = ""
            else:
                time.sleep(0.2)


end_with_stdin()
follow(*arguments())
