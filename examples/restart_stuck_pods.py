"""Restart pods whose volumes cannot be mounted or attached: `python examples/restart_stuck_pods.py --namespace web`.

The pod's status does not say why its containers wait; Events do (FailedMount, FailedAttachVolume). So this joins the Events with the
cached pods by `involvedObject.uid`, and deletes a pod that is still pending after several such failures, once, for its owner to
recreate it. A pod without an owner would be lost, so it is only reported.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence

from kubernetes.client import ApiException, CoreV1Api, V1DeleteOptions, V1Preconditions

from informer import Controller, KubeObject, ObjectKey, SharedInformerFactory

log = logging.getLogger("restart-stuck-pods")
REASONS = ("FailedMount", "FailedAttachVolume")


class StuckPodRestarter:
    """A controller of pods, fed by the pods and by the Events about them, in whatever order they arrive."""

    def __init__(self, factory: SharedInformerFactory, failures: int = 3) -> None:
        """`failures`: how many Events, repetitions included, make a pod stuck. One or two are ordinary while volumes move."""
        self.failures = failures
        self.handled: dict[ObjectKey, str] = {}  # uids of the pods that were deleted or reported, until they are gone
        self.core = CoreV1Api(factory.api_client)
        self.pods = factory.informer("pods")
        self.events = factory.informer("events", field_selector="involvedObject.kind=Pod")
        self.events.add_index("pod", pod_uid)
        self.controller = Controller(self.reconcile, self.pods, name="stuck pods")
        self.controller.watch(self.events, key=pod_key)

    def reconcile(self, key: ObjectKey) -> None:
        pod = self.pods.lister.get(key)
        if pod is None:
            self.handled.pop(key, None)
            return
        failures = self.events.lister.by_index("pod", pod.uid)
        if self.handled.get(key) == pod.uid or not self.is_stuck(pod, failures):
            return
        why = failures[-1].get("message", "")
        if any(owner.get("controller") for owner in pod["metadata"].get("ownerReferences", [])):
            self.delete(pod, why)
        else:
            log.warning("pod %s (uid %s) is stuck, and nobody would recreate it: %s", key, pod.uid, why)
        self.handled[key] = pod.uid

    def is_stuck(self, pod: KubeObject, failures: Sequence[KubeObject]) -> bool:
        waiting = pod.get("status", {}).get("phase") == "Pending" and "deletionTimestamp" not in pod["metadata"]
        return waiting and sum(event.get("count") or 1 for event in failures) >= self.failures

    def delete(self, pod: KubeObject, why: str) -> None:
        """Delete this very pod, and no other that has its name by now. What else goes wrong is raised, and tried again."""
        this_one = V1DeleteOptions(preconditions=V1Preconditions(uid=pod.uid))
        try:
            self.core.delete_namespaced_pod(pod.name, pod.namespace, body=this_one)
        except ApiException as error:
            if error.status not in (404, 409):
                raise
            log.info("pod %s (uid %s) was gone already", pod.key, pod.uid)
        else:
            log.info("pod %s (uid %s) deleted, its owner recreates it: %s", pod.key, pod.uid, why)


def pod_uid(event: KubeObject) -> list[str]:
    """The index: whom a failure is about."""
    return [event["involvedObject"].get("uid", "")] if event.get("reason") in REASONS else []


def pod_key(event: KubeObject) -> ObjectKey | None:
    """The key of the pod that a failure is about."""
    about = event["involvedObject"]
    return ObjectKey(about.get("namespace", ""), about.get("name", "")) if event.get("reason") in REASONS else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Delete pods that are stuck for a volume, so that their owners recreate them.")
    parser.add_argument("--namespace", help="the only namespace to look at (default: all)")
    parser.add_argument("--failures", type=int, default=3, help="how many failure events make a pod stuck (default: %(default)s)")
    parser.add_argument("--kubeconfig", help="a kubeconfig file (default: $KUBECONFIG, ~/.kube/config, or the pod's own cluster)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    factory = SharedInformerFactory.from_config(options.kubeconfig, namespace=options.namespace)
    factory.run_forever(StuckPodRestarter(factory, options.failures).controller)


if __name__ == "__main__":
    main()
