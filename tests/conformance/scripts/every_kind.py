"""Sections 7.2 and 7.6: what an update and a deletion mean to each of the built-in kinds."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import definition
from tests.conformance.script import script
from tests.conformance.session import Session

POD = {"containers": [{"name": "c", "image": "i"}]}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
SELECTOR = {"matchLabels": {"a": "b"}}
ONCE = {**POD, "restartPolicy": "Never"}
WORKLOAD: dict[str, Any] = {"spec": {"selector": SELECTOR, "template": TEMPLATE}}
DEVICES = {"spec": {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c"}}]}}}
RULES = {"resourceRules": [{"apiGroups": ["e.com"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["things"]}]}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
LEVEL = {"type": "Limited", "limited": {"nominalConcurrencyShares": 1, "limitResponse": {"type": "Reject"}}}
SLICE = {"driver": "e.com", "pool": {"name": "p", "generation": 1, "resourceSliceCount": 1}, "nodeName": "n"}
VIEW = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}

NAMESPACED: dict[str, dict[str, dict[str, Any]]] = {
    "/api/v1": {
        "endpoints": {"subsets": []},
        "limitranges": {"spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}},
        "persistentvolumeclaims": {"spec": CLAIM},
        "pods": {"spec": POD},
        "podtemplates": {"template": TEMPLATE},
        "replicationcontrollers": {"spec": {"selector": {"a": "b"}, "template": TEMPLATE}},
        "resourcequotas": {"spec": {"hard": {"pods": "3"}}},
        "secrets": {"stringData": {"a": "b"}},
        "serviceaccounts": {},
        "services": {"spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
    },
    "/apis/apps/v1": {
        "controllerrevisions": {"revision": 1, "data": {"a": 1}},
        "daemonsets": WORKLOAD,
        "deployments": WORKLOAD,
        "replicasets": WORKLOAD,
        "statefulsets": {"spec": {**WORKLOAD["spec"], "serviceName": "s"}},
    },
    "/apis/autoscaling/v2": {
        "horizontalpodautoscalers": {"spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "D", "name": "d", "apiVersion": "e.com/v1"}}},
    },
    "/apis/batch/v1": {
        "cronjobs": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"spec": ONCE}}}}},
        "jobs": {"spec": {"manualSelector": True, "selector": SELECTOR, "template": {**TEMPLATE, "spec": ONCE}}},
    },
    "/apis/coordination.k8s.io/v1": {"leases": {"spec": {"holderIdentity": "a"}}},
    "/apis/discovery.k8s.io/v1": {"endpointslices": {"addressType": "IPv4", "endpoints": []}},
    "/apis/networking.k8s.io/v1": {
        "ingresses": {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}},
        "networkpolicies": {"spec": {"podSelector": {}}},
    },
    "/apis/policy/v1": {"poddisruptionbudgets": {"spec": {"selector": SELECTOR, "minAvailable": 1}}},
    "/apis/rbac.authorization.k8s.io/v1": {
        "rolebindings": {"roleRef": VIEW, "subjects": []},
        "roles": {"rules": []},
    },
    "/apis/resource.k8s.io/v1": {"resourceclaims": DEVICES, "resourceclaimtemplates": {"spec": DEVICES}},
    "/apis/storage.k8s.io/v1": {"csistoragecapacities": {"storageClassName": "s"}},
}
OF_THE_CLUSTER: dict[str, dict[str, dict[str, Any]]] = {
    "/api/v1": {
        "nodes": {},
        "persistentvolumes": {
            "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}},
        },
    },
    "/apis/admissionregistration.k8s.io/v1": {
        "mutatingadmissionpolicies": {
            "spec": {
                "matchConstraints": RULES,
                "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[JSONPatch{op: 'remove', path: '/spec'}]"}}],
                "reinvocationPolicy": "Never",
            },
        },
        "mutatingadmissionpolicybindings": {"spec": {"policyName": "none"}},
        "mutatingwebhookconfigurations": {"webhooks": []},
        "validatingadmissionpolicies": {"spec": {"matchConstraints": RULES, "validations": [{"expression": "true"}]}},
        "validatingadmissionpolicybindings": {"spec": {"policyName": "none", "validationActions": ["Warn"]}},
        "validatingwebhookconfigurations": {"webhooks": []},
    },
    "/apis/flowcontrol.apiserver.k8s.io/v1": {
        "prioritylevelconfigurations": {"spec": LEVEL},
    },
    "/apis/networking.k8s.io/v1": {
        "ingressclasses": {"spec": {"controller": "e.com/c"}},
        "servicecidrs": {"spec": {"cidrs": ["10.99.0.0/24"]}},
    },
    "/apis/node.k8s.io/v1": {"runtimeclasses": {"handler": "h"}},
    "/apis/rbac.authorization.k8s.io/v1": {
        "clusterrolebindings": {
            "roleRef": VIEW,
            "subjects": [],
        },
        "clusterroles": {"rules": []},
    },
    "/apis/resource.k8s.io/v1": {"deviceclasses": {"spec": {}}, "resourceslices": {"spec": SLICE}},
    "/apis/storagemigration.k8s.io/v1": {"storageversionmigrations": {"spec": {"resource": {"group": "e.com", "resource": "things"}}}},
    "/apis/scheduling.k8s.io/v1": {"priorityclasses": {"value": 5}},
    "/apis/storage.k8s.io/v1": {
        "csidrivers": {"spec": {}},
        "csinodes": {"spec": {"drivers": []}},
        "storageclasses": {"provisioner": "e.com/p"},
        "volumeattachments": {"spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "p"}}},
        "volumeattributesclasses": {"driverName": "e.com", "parameters": {"a": "b"}},
    },
}
OTHER = "00000000-0000-4000-8000-000000000000"


def played(s: Session, collection: str, name: str, content: dict[str, Any]) -> None:
    """One object, from an update that may create it to its deletion. What is in it is looked at elsewhere."""
    body = {"metadata": {"name": name}, **content}
    at = f"{collection}/{name}"
    s.put(at, {**body, "metadata": {"name": name, "resourceVersion": "5"}})
    s.post(collection, body)
    s.put(at, body)
    s.put(at, {**body, "metadata": {"name": name, "uid": OTHER}})
    s.put(at, {**body, "metadata": {"name": name, "resourceVersion": "1"}})
    s.delete(at)
    s.unseen("PATCH", at, {"metadata": {"finalizers": None}}, "application/merge-patch+json")


def entered(place: str, resource: str, content: dict[str, Any]) -> None:
    @script(f"7.2 which updates a kind takes, and what its deletion answers: {resource}")
    def _(s: Session) -> None:
        namespaced = place in NAMESPACED and resource in NAMESPACED[place]
        collection = f"{place}/namespaces/{s.ns}/{resource}" if namespaced else f"{place}/{resource}"
        played(s, collection, "a" if namespaced else f"{s.ns}-a", content)


for _kinds in (NAMESPACED, OF_THE_CLUSTER):
    for _place, _resources in _kinds.items():
        for _resource, _content in _resources.items():
            entered(_place, _resource, _content)


@script("7.2 which updates a kind takes, and what its deletion answers: definitions")
def _(s: Session) -> None:
    made = definition("Bar", f"{s.ns}.example.com")
    at = s.at("customresourcedefinitions", made["metadata"]["name"])
    s.unseen("POST", s.at("customresourcedefinitions"), made)
    s.eventually(at, 200, '"InitialNamesAccepted","message":"the initial names have been accepted"}')
    s.put(at, {**made, "metadata": {**made["metadata"], "uid": OTHER, "resourceVersion": "1"}})
    s.put(at, made)
    s.delete(at)


@script("7.2 which updates a kind takes, and what its deletion answers: namespaces")
def _(s: Session) -> None:
    played(s, s.at("namespaces"), f"{s.ns}-a", {})


@script("14.3 defaults of admission policies, priority levels, flow schemas and claims of devices")
def _(s: Session) -> None:
    def tried(place: str, content: dict[str, Any]) -> None:
        s.post(place, {"metadata": {"name": f"{s.ns}-a"}, **content}, dryRun="All")

    admission, flow = "/apis/admissionregistration.k8s.io/v1", "/apis/flowcontrol.apiserver.k8s.io/v1"
    matched = {**RULES, "excludeResourceRules": [{**RULES["resourceRules"][0], "scope": "Cluster"}], "matchPolicy": "Exact"}
    policy = {"matchConstraints": matched, "validations": [{"expression": "true"}]}
    tried(f"{admission}/validatingadmissionpolicies", {"spec": policy})
    tried(f"{admission}/validatingadmissionpolicies", {"spec": {**policy, "matchConstraints": RULES, "failurePolicy": "Ignore"}})
    bound = {"policyName": "none", "validationActions": ["Warn"], "matchResources": RULES}
    tried(f"{admission}/validatingadmissionpolicybindings", {"spec": bound})
    tried(f"{admission}/mutatingadmissionpolicybindings", {"spec": {"policyName": "none", "matchResources": matched}})
    tried(f"{flow}/flowschemas", {"spec": {"priorityLevelConfiguration": {"name": "none"}}})
    for answer in ({"type": "Queue", "queuing": {}}, {"type": "Queue", "queuing": {"queues": 16, "handSize": 4}}):
        tried(f"{flow}/prioritylevelconfigurations", {"spec": {"type": "Limited", "limited": {"limitResponse": answer}}})
    claims = f"/apis/resource.k8s.io/v1/namespaces/{s.ns}/resourceclaims"
    several = [{"name": "a", "deviceClassName": "c"}, {"name": "b", "deviceClassName": "c", "count": 3}]
    tried(claims, {"spec": {"devices": {"requests": [{"name": "r", "firstAvailable": several}]}}})
    tried(claims, {"spec": {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "c", "allocationMode": "All"}}]}}})


@script("7.2 the generation of an endpoint slice counts its labels")
def _(s: Session) -> None:
    at = f"/apis/discovery.k8s.io/v1/namespaces/{s.ns}/endpointslices"
    s.post(at, {"metadata": {"name": "a"}, "addressType": "IPv4", "endpoints": []})
    s.patch(f"{at}/a", {"metadata": {"annotations": {"x": "1"}}})
    s.patch(f"{at}/a", {"metadata": {"labels": {"x": "1"}}})
    s.patch(f"{at}/a", {"endpoints": [{"addresses": ["10.0.0.1"]}]})
    s.patch(f"{at}/a", {"ports": []})
