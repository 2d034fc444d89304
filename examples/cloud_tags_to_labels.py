"""Write a cloud instance's tags to its node as labels: `python examples/cloud_tags_to_labels.py my_cloud:tags_of_instance`.

When a node joins, its instance id is read from `spec.providerID` (or from a label), its tags come from the function you name, which takes
the id and gives a dict, and are written as labels through the API. Only what differs is written, so nothing is written twice. What fails,
the cloud or the API, is tried again with backoff.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from kubernetes.client import CoreV1Api

from informer import Controller, KubeObject, ObjectKey, SharedInformerFactory

log = logging.getLogger("cloud-tags-to-labels")
TagsOfInstance = Callable[[str], Mapping[str, str]]


class TagLabeller:
    """A controller of nodes. The cloud is asked once for each node, however often the node changes."""

    def __init__(
        self, factory: SharedInformerFactory, tags_of: TagsOfInstance, *, prefix: str = "tags.example.com/", id_label: str = ""
    ) -> None:
        """`prefix` starts every label that is written. `id_label`: the label to read the instance id from, instead of the providerID."""
        self.tags_of = tags_of
        self.prefix = prefix
        self.id_label = id_label
        self.wanted: dict[ObjectKey, tuple[str, dict[str, str]]] = {}  # instance id, and the labels that follow from its tags
        self.core: Any = CoreV1Api(factory.api_client)
        self.nodes = factory.informer("nodes")
        self.controller = Controller(self.reconcile, self.nodes, name="cloud tags")

    def reconcile(self, key: ObjectKey) -> None:
        node = self.nodes.lister.get(key)
        if node is None:
            self.wanted.pop(key, None)
            return
        instance = instance_id(node, self.id_label)
        if not instance:
            return  # it may come by an update
        missing = self.labels_of(key, instance).items() - node.labels.items()
        if missing:
            change = {"metadata": {"uid": node.uid, "labels": dict(missing)}}  # the uid: this node, and no other that has its name by now
            self.core.patch_node(node.name, change)
            log.info("node %s (instance %s) labelled: %s", node.name, instance, ", ".join(sorted(f"{k}={v}" for k, v in missing)))

    def labels_of(self, key: ObjectKey, instance: str) -> dict[str, str]:
        if self.wanted.get(key, ("",))[0] != instance:
            tags = self.tags_of(instance)
            named = {label_text(tag): label_text(value) for tag, value in tags.items()}
            self.wanted[key] = (instance, {self.prefix + name: value for name, value in named.items() if name})
        return self.wanted[key][1]


def instance_id(node: KubeObject, id_label: str = "") -> str:
    """The last part of a provider id such as `aws:///eu-west-1a/i-0123`, or the label; empty where the node does not say yet."""
    if id_label:
        return node.labels.get(id_label, "")
    return str(node.get("spec", {}).get("providerID", "")).rpartition("/")[2]


def label_text(text: str) -> str:
    """The text as a label's name or value may be: letters, digits, `-`, `_` and `.`, at most 63, the first and last a letter or digit."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)[:63].strip("_.-")


def load(name: str) -> TagsOfInstance:
    """The function that is called `module:function`."""
    module, _, function = name.partition(":")
    sys.path.insert(0, "")  # it may be a file in the folder this is run from
    try:
        found: TagsOfInstance = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{name!r} names no function: {error}") from error
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the tags of cloud instances to their nodes as labels.")
    parser.add_argument("tags_of", metavar="MODULE:FUNCTION", type=load, help="a function that takes an instance id and gives its tags")
    parser.add_argument("--prefix", default="tags.example.com/", help="what every label starts with (default: %(default)s)")
    parser.add_argument("--id-label", default="", help="read the instance id from this label instead of spec.providerID")
    parser.add_argument("--kubeconfig", help="a kubeconfig file (default: $KUBECONFIG, ~/.kube/config, or the pod's own cluster)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    factory = SharedInformerFactory.from_config(options.kubeconfig)
    factory.run_forever(TagLabeller(factory, options.tags_of, prefix=options.prefix, id_label=options.id_label).controller)


if __name__ == "__main__":
    main()
