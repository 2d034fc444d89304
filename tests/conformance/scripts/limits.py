"""Section 14.4: what is left to real servers: rules that the fake does not check, and what it refuses by name."""

from __future__ import annotations

from typing import Any

from tests.conformance.definitions import definition, pod
from tests.conformance.script import script
from tests.conformance.scripts.definitions import CRDS, bar, defined
from tests.conformance.session import Session

POD: dict[str, Any] = {"containers": [{"name": "c", "image": "i"}]}


def tried(s: Session, path: str, **content: Any) -> None:
    s.post(path, {"metadata": {"name": f"{s.ns}-a"}, **content}, dryRun="All")


def container(**parts: Any) -> dict[str, Any]:
    return {"containers": [{**POD["containers"][0], **parts}]}


@script("14.4 rules in CEL: of custom resources, and whether one can be read")
def _(s: Session) -> None:
    def schema(rule: str) -> dict[str, Any]:
        spec = {"type": "object", "properties": {"size": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": rule}]}
        return {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}

    name, path = defined(s, schema=schema("self.size > 5"))
    s.post(path, bar(s, "a"), dryRun="All")
    s.unseen("DELETE", s.at(CRDS, name))
    s.post(s.at(CRDS), definition("Other", f"{s.ns}.example.com", schema=schema("self.none > 5")), dryRun="All")
    policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    tried(s, policies, spec={"validations": [{"expression": "("}]})


@script("14.4 limit ranges: what a container may use")
def _(s: Session) -> None:
    s.have({"kind": "LimitRange", "metadata": {"name": "l"}, "spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}})
    tried(s, s.at("pods"), spec=container(resources={"requests": {"cpu": "2"}}))


@script("14.4 parts of a pod that do not go together")
def _(s: Session) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"volumes": [{"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}]},
        {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}},
        {"tolerations": [{"key": "x", "operator": "Maybe"}]},
        {"topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "x", "whenUnsatisfiable": "DoNotSchedule"}]},
        {"securityContext": {"runAsUser": -1}},
        {"hostAliases": [{"ip": "x"}]},
        {"dnsConfig": {"nameservers": ["x"]}},
        container(livenessProbe={}),
        container(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
        container(env=[{"name": "a=b"}]),
        container(securityContext={"privileged": True, "allowPrivilegeEscalation": False}),
    )
    for part in wrong:
        tried(s, s.at("pods"), spec={**POD, **part})


@script("14.4 classes of pods that are not there: 403")
def _(s: Session) -> None:
    for name in ("priorityClassName", "runtimeClassName"):
        tried(s, s.at("pods"), spec={**POD, name: "none"})


@script("14.4 addresses, hosts and paths")
def _(s: Session) -> None:
    networking = f"/apis/networking.k8s.io/v1/namespaces/{s.ns}"
    path = {"path": "x", "pathType": "Exact", "backend": {"service": {"name": "s", "port": {"number": 80}}}}
    tried(s, f"{networking}/ingresses", spec={"rules": [{"host": "*.*", "http": {"paths": [path]}}]})
    tried(s, f"{networking}/networkpolicies", spec={"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "x"}}]}]})
    tried(s, f"/apis/discovery.k8s.io/v1/namespaces/{s.ns}/endpointslices", addressType="IPv4", endpoints=[{"addresses": ["x"]}])
    tried(s, s.at("endpoints"), subsets=[{"addresses": [{"ip": "x"}]}])
    tried(s, s.at("services"), spec={"clusterIP": "1.2.3.4", "ports": [{"port": 80}]})


@script("14.4 schedules, budgets, leases, roles and classes")
def _(s: Session) -> None:
    job = {"spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}}
    tried(s, s.at("cronjobs"), spec={"schedule": "often", "jobTemplate": job})
    tried(s, s.at("poddisruptionbudgets"), spec={"minAvailable": 1, "maxUnavailable": 1, "selector": {}})
    tried(s, s.at("leases"), spec={"leaseDurationSeconds": -1})
    tried(s, s.at("roles"), rules=[{"verbs": ["get"]}])
    tried(s, s.at("priorityclasses"), value=2_000_000_000)
    tried(s, s.at("storageclasses"), provisioner="e.com/p", allowedTopologies=[{}])


@script("14.4 metrics of an autoscaler")
def _(s: Session) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    for metric in ({"type": "Resource"}, {"type": "Nosuch"}, {}):
        scaler = {"maxReplicas": 1, "scaleTargetRef": target, "metrics": [metric]}
        tried(s, f"/apis/autoscaling/v2/namespaces/{s.ns}/horizontalpodautoscalers", spec=scaler)


@script("14.4 webhooks and flow control")
def _(s: Session) -> None:
    tried(s, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", webhooks=[{"name": "x"}])
    levels = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations"
    tried(s, levels, spec={"type": "Limited", "limited": {"limitResponse": {"type": "Queue"}}})


@script("14.4 a role that gives more than one has: 403")
def _(s: Session) -> None:
    group = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["create"]}
    own = {"subjects": [{"kind": "User", "name": s.ns}], "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}}
    s.have({"kind": "Role", "metadata": {"name": "r"}, "rules": [group]})
    s.have({"kind": "RoleBinding", "metadata": {"name": "r"}, **own})
    attributes = {"verb": "create", "group": "rbac.authorization.k8s.io", "resource": "roles", "namespace": s.ns}
    asked = {"spec": {"user": s.ns, "resourceAttributes": attributes}}
    s.eventually("/apis/authorization.k8s.io/v1/subjectaccessreviews", 201, '"allowed":true', method="POST", body=asked)
    more = {"metadata": {"name": "s"}, "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]}
    s.ask("POST", s.at("roles"), more, {"Impersonate-User": s.ns})


@script("14.4 ephemeral containers, and resizing of pods")
def _(s: Session) -> None:
    s.have(pod("a"))
    for subresource in ("ephemeralcontainers", "resize"):
        s.get(s.at("pods", "a", subresource))


@script("14.4 proxies to nodes and services")
def _(s: Session) -> None:
    s.get(s.at("nodes", "none", "proxy"))
    s.get(s.at("services", "none", "proxy"))


@script("14.4 approval of certificates")
def _(s: Session) -> None:
    s.get("/apis/certificates.k8s.io/v1/certificatesigningrequests/none/approval")


@script("14.4 component statuses")
def _(s: Session) -> None:
    s.get("/api/v1/componentstatuses/none")


@script("14.4 discovery in other forms than JSON")
def _(s: Session) -> None:
    s.get("/api/v1", "application/yaml")
    s.get("/api/v1", "application/vnd.kubernetes.protobuf")


@script("14.4 definitions with a conversion webhook")
def _(s: Session) -> None:
    made = definition("Bar", f"{s.ns}.example.com")
    webhook = {"clientConfig": {"url": "https://example.com/x"}, "conversionReviewVersions": ["v1"]}
    made["spec"]["conversion"] = {"strategy": "Webhook", "webhook": webhook}
    s.post(s.at(CRDS), made, dryRun="All")
