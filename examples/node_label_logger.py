"""Log when a node that carries a label joins the cluster: `python examples/node_label_logger.py nvidia.com/gpu.present=true`.

A label that arrives later, by an update, counts as joining too. Each node is logged once, however often its labels change; a node that is
replaced by another of the same name is another node.
"""

from __future__ import annotations

import argparse
import logging

from informer import Added, Deleted, Event, KubeObject, LabelSelector, SharedInformer, SharedInformerFactory

log = logging.getLogger("node-label-logger")


class NodeLabelLogger:
    """Watches all nodes and not only those that match: so it can tell a node that has lost its label from one that is gone."""

    def __init__(self, nodes: SharedInformer[KubeObject], selector: str) -> None:
        self.selector = LabelSelector.parse(selector)
        self.seen: set[str] = set()  # uids of the nodes that were logged and still exist
        nodes.add_handler(self.look)

    def look(self, event: Event[KubeObject]) -> None:
        node = event.object
        if isinstance(event, Deleted):
            self.seen.discard(node.uid)
        elif node.uid not in self.seen and self.selector.matches(node.labels):
            self.seen.add(node.uid)
            there_before = isinstance(event, Added) and event.initial
            log.info("node %s (uid %s, %s) %s", node.name, node.uid, self.selector, "is there" if there_before else "joined")


def main() -> None:
    parser = argparse.ArgumentParser(description="Log when a node that carries a label joins the cluster.")
    parser.add_argument("selector", help="the label, such as role=gpu; or any label selector")
    parser.add_argument("--kubeconfig", help="a kubeconfig file (default: $KUBECONFIG, ~/.kube/config, or the pod's own cluster)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    factory = SharedInformerFactory.from_config(options.kubeconfig)
    NodeLabelLogger(factory.informer("nodes"), options.selector)
    factory.run_forever()


if __name__ == "__main__":
    main()
