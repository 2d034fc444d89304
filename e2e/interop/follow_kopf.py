"""Follows the config maps of a namespace as an operator written with kopf does."""

from __future__ import annotations

from typing import Any

import kopf

from e2e.interop.reporting import arguments, end_with_stdin, report


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    settings.posting.enabled = False
    settings.networking.error_backoffs = [0.2] * 1000


@kopf.on.event("v1", "configmaps")
def changed(type: str | None, name: str, body: kopf.Body, **_: Any) -> None:
    report(type or "ADDED", name, body.get("data"))


end_with_stdin()
_, followed = arguments()  # kopf asks the official clients where the cluster is, and they ask KUBECONFIG
kopf.run(standalone=True, namespaces=[followed])
