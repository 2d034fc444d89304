"""Follows the config maps of a namespace with kr8s: its watch, begun anew whenever it ends, which tells again what is there."""

from __future__ import annotations

import asyncio

import httpx
import kr8s.asyncio

from e2e.interop.reporting import arguments, end_with_stdin, report


async def follow(kubeconfig: str, namespace: str) -> None:
    kube = await kr8s.asyncio.api(kubeconfig=kubeconfig)
    while True:
        try:
            async for kind, each in kube.watch("configmaps", namespace=namespace):
                report(kind, each.name, each.to_dict().get("data"))
        except (httpx.TransportError, kr8s.ServerError):
            await asyncio.sleep(0.2)


end_with_stdin()
asyncio.run(follow(*arguments()))
