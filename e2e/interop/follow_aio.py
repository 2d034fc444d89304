"""Follows the config maps of a namespace with the package that the third argument names, kubernetes_asyncio or kubernetes.aio.

List, watch from there, and list again where the version has expired.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import Any

import aiohttp

from e2e.interop.reporting import arguments, end_with_stdin, report


async def follow(package: str, kubeconfig: str, namespace: str) -> None:
    client, config, watch = (importlib.import_module(f"{package}.{name}") for name in ("client", "config", "watch"))
    await config.load_kube_config(kubeconfig)
    async with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        version = ""
        while True:
            try:
                if not version:
                    version = await first_list(core, namespace)
                async with watch.Watch() as events:
                    async for event in events.stream(core.list_namespaced_config_map, namespace, resource_version=version):
                        if not isinstance(event, dict):  # kubernetes_asyncio hands out the text of a server that is shutting down
                            raise aiohttp.ClientPayloadError(str(event))
                        each: Any = event["object"]
                        report(event["type"], each.metadata.name, each.data)
                        version = each.metadata.resource_version
            except (aiohttp.ClientError, client.ApiException) as error:
                if isinstance(error, client.ApiException) and error.status == 410:
                    report("EXPIRED")
                    version = ""
                else:
                    await asyncio.sleep(0.2)


async def first_list(core: Any, namespace: str) -> str:
    listing = await core.list_namespaced_config_map(namespace)
    for each in listing.items:
        report("ADDED", each.metadata.name, each.data)
    return str(listing.metadata.resource_version)


end_with_stdin()
asyncio.run(follow(sys.argv[3], *arguments()))
