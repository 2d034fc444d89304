"""Section 5.5: what bookmarks look like."""

from __future__ import annotations

from fakes.api_server.kinds import Kinds
from tests.conformance.script import script
from tests.conformance.session import TABLE, Session


@script("5.5 bookmarks of typed kinds have the zero values of their required fields")
def _(s: Session) -> None:
    asked = {"allowWatchBookmarks": "true", "labelSelector": "none=such"}
    for resource in (
        "pods",
        "leases",
        "services",
        "secrets",
        "events",
        "deployments",
        "nodes",
        "namespaces",
        "endpoints",
        "jobs",
        "roles",
        "rolebindings",
        "serviceaccounts",
        "customresourcedefinitions",
        "persistentvolumes",
        "persistentvolumeclaims",
        "statefulsets",
        "storageclasses",
        "poddisruptionbudgets",
        "replicationcontrollers",
        "resourcequotas",
        "limitranges",
        "podtemplates",
        "priorityclasses",
    ):
        s.watch(s.at(resource), **asked).until("BOOKMARK")


@script("5.5 bookmarks of every other built-in kind")
def _(s: Session) -> None:
    for root, resources in (
        ("apiregistration.k8s.io/v1", "apiservices"),
        ("apps/v1", "controllerrevisions daemonsets replicasets"),
        ("events.k8s.io/v1", "events"),
        ("autoscaling/v2", "horizontalpodautoscalers"),
        ("autoscaling/v1", "horizontalpodautoscalers"),
        ("batch/v1", "cronjobs"),
        ("certificates.k8s.io/v1", "certificatesigningrequests clustertrustbundles podcertificaterequests"),
        ("networking.k8s.io/v1", "ingressclasses ingresses ipaddresses networkpolicies servicecidrs"),
        ("rbac.authorization.k8s.io/v1", "clusterrolebindings clusterroles"),
        ("storage.k8s.io/v1", "csidrivers csinodes csistoragecapacities volumeattachments volumeattributesclasses"),
        ("admissionregistration.k8s.io/v1", "mutatingadmissionpolicies mutatingadmissionpolicybindings"),
        ("admissionregistration.k8s.io/v1", "validatingadmissionpolicies validatingadmissionpolicybindings"),
        ("admissionregistration.k8s.io/v1", "mutatingwebhookconfigurations validatingwebhookconfigurations"),
        ("node.k8s.io/v1", "runtimeclasses"),
        ("discovery.k8s.io/v1", "endpointslices"),
        ("resource.k8s.io/v1", "deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourceslices"),
        ("flowcontrol.apiserver.k8s.io/v1", "flowschemas prioritylevelconfigurations"),
        ("storagemigration.k8s.io/v1", "storageversionmigrations"),
    ):
        for resource in resources.split():
            s.watch(f"/apis/{root}/{resource}", allowWatchBookmarks="true", labelSelector="none=such").until("BOOKMARK")


@script("5.5 bookmarks as rows of tables")
def _(s: Session) -> None:
    for kind in Kinds().all():
        if "watch" in kind.verbs:
            s.watch(kind.resource.path(), TABLE, allowWatchBookmarks="true", labelSelector="none=such").until("BOOKMARK")
