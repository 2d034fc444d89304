"""The controller: one informer, one function that brings one ConfigMap up to date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from kubernetes.client import CoreV1Api

from informer import Controller, ObjectKey, SharedInformerFactory

ANNOTATION = "example.com/checksum"
SELECTOR = "checksum=wanted"


def checksum(data: Mapping[str, str]) -> str:
    """The same for the same data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(dict(data), sort_keys=True).encode()).hexdigest()


class Checksums:
    """Runs with the factory: `factory.run_forever(Checksums(factory).controller)`."""

    def __init__(self, factory: SharedInformerFactory) -> None:
        self.config_maps = factory.informer("configmaps", selector=SELECTOR)
        self.core = CoreV1Api(factory.api_client)
        self.controller = Controller(self.reconcile, self.config_maps, name="checksums")

    def reconcile(self, key: ObjectKey) -> None:
        config_map = self.config_maps.lister.get(key)
        if config_map is None:
            return
        wanted = checksum(config_map.get("data", {}))
        if config_map.annotations.get(ANNOTATION) != wanted:
            change = {"metadata": {"uid": config_map.uid, "annotations": {ANNOTATION: wanted}}}
            self.core.patch_namespaced_config_map(key.name, key.namespace, change)
