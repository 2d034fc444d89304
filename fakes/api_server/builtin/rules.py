"""Rules of the built-in kinds: what a real server refuses, in its words and order. What is not here only a real server checks.

Here are: what must not be missing, enumerations, selectors that must match their template, and what cannot be changed any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fakes.api_server.builtin import event_rules, job_rules, node_rules, stateful_set_rules, volume_rules
from fakes.api_server.builtin.amount_rules import changed_quota, limit_faults, quota_faults
from fakes.api_server.builtin.config_rules import config_map_faults, secret_faults, secret_warnings
from fakes.api_server.builtin.label_selectors import selects
from fakes.api_server.builtin.pod_changes import pod_changes
from fakes.api_server.builtin.pod_rules import pod_spec_faults, template_faults
from fakes.api_server.builtin.port_rules import port_warnings
from fakes.api_server.builtin.strategy_rules import strategy_faults
from fakes.api_server.custom.structural_faults import invalid, required, unsupported
from fakes.api_server.errors import Cause
from fakes.api_server.wire.encoding import same

Document = Mapping[str, Any]
Rule = Callable[[Document], Iterator[Cause]]

_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an"
    f" alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?"
_BAD_LABEL = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an"
    f" alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '{_LABEL}')"
)


_TEMPLATES = {
    "cronjobs.batch": "spec.jobTemplate.spec.template",
    "daemonsets.apps": "spec.template",
    "deployments.apps": "spec.template",
    "jobs.batch": "spec.template",
    "podtemplates": "template",
    "replicasets.apps": "spec.template",
    "replicationcontrollers": "spec.template",
    "statefulsets.apps": "spec.template",
}
"""Where a kind has the template of its pods."""
_BAD_PORT = "must be between 1 and 65535, inclusive"


def _needs(**fields: str) -> Rule:
    """Fields, with `__` for each dot, that must not be empty, and why."""
    paths = {name.replace("__", "."): why for name, why in fields.items()}

    def rule(document: Document) -> Iterator[Cause]:
        for path, why in paths.items():
            value: Any = document
            for step in path.split("."):
                value = (value or {}).get(step)
            if not value:
                yield required(path, why)

    return rule


def _selected(document: Document) -> Iterator[Cause]:
    spec = document["spec"]
    if spec.get("selector") is None:
        yield required("spec.selector")
    elif not spec["selector"]:
        yield invalid("spec.selector", {}, f"empty selector is invalid for {document['kind'].lower()}")
    yield from _mismatch(spec)
    yield from template_faults(spec.get("template") or {}, "spec.template")


def _deployment(document: Document) -> Iterator[Cause]:
    yield from _selected(document)
    yield from strategy_faults(document["spec"].get("strategy") or {})


def _daemon_set(document: Document) -> Iterator[Cause]:
    yield from _mismatch(document["spec"])
    yield from template_faults(document["spec"].get("template") or {}, "spec.template")


def _mismatch(spec: Document) -> Iterator[Cause]:
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if not selects(spec.get("selector"), labels or {}):
        yield invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")


def _replication_controller(document: Document) -> Iterator[Cause]:
    spec = document["spec"]
    if not spec.get("selector"):
        yield required("spec.selector")
    if not spec.get("template"):
        yield required("spec.template")
    else:
        yield from template_faults(spec["template"], "spec.template")


def _pod(document: Document) -> Iterator[Cause]:
    yield from pod_spec_faults(document["spec"], "spec")


def _pod_template(document: Document) -> Iterator[Cause]:
    yield from template_faults(document.get("template") or {}, "template")


def _cron_job(document: Document) -> Iterator[Cause]:
    yield from template_faults(document["spec"]["jobTemplate"]["spec"]["template"], "spec.jobTemplate.spec.template", job=True)
    yield from _needs(spec__schedule="")(document)


def _api_service(document: Document) -> Iterator[Cause]:
    spec, name = document["spec"], document["metadata"].get("name", "")
    wanted = f"{spec.get('version', '')}.{spec.get('group', '')}"
    if name != wanted:
        yield invalid("metadata.name", name, f'must be `spec.version+"."+spec.group`: "{wanted}"')
    if not spec.get("group") and spec.get("version") != "v1":
        yield required("spec.group", "only v1 may have an empty group and it better be legacy kube")
    if not re.fullmatch(_LABEL, spec.get("version", "")):
        yield invalid("spec.version", spec.get("version", ""), _BAD_LABEL)
    for field, most in (("groupPriorityMinimum", 20000), ("versionPriority", 1000)):
        if not 0 < spec.get(field, 0) <= most:
            yield invalid(f"spec.{field}", spec.get(field, 0), f"must be positive and less than {most}")


def _binding(*kinds: str) -> Rule:
    def rule(document: Document) -> Iterator[Cause]:
        reference = document["roleRef"]
        if reference.get("kind") not in kinds:
            yield unsupported("roleRef.kind", reference.get("kind", ""), kinds)
        if not reference.get("name"):
            yield required("roleRef.name")

    return rule


def _autoscaler(document: Document) -> Iterator[Cause]:
    spec = document["spec"]
    target, most = spec.get("scaleTargetRef") or {}, spec.get("maxReplicas", 0)
    if most < spec.get("minReplicas", 1):
        yield invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
    for field in ("kind", "name"):
        if not target.get(field):
            yield required(f"spec.scaleTargetRef.{field}")
    if not target.get("apiVersion"):
        yield invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group")
    if not most:
        yield required("spec.maxReplicas")


def _ingress(document: Document) -> Iterator[Cause]:
    spec = document.get("spec") or {}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        yield invalid("spec", spec.get("rules"), "either `defaultBackend` or `rules` must be specified")


def _service(document: Document) -> Iterator[Cause]:
    spec = document["spec"]
    if spec.get("type") == "ExternalName":
        if not spec.get("externalName"):
            yield required("spec.externalName")
    elif not spec.get("ports") and spec.get("clusterIP") != "None":
        yield required("spec.ports")
    if spec.get("type") not in ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"):
        yield unsupported("spec.type", spec.get("type"), ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])
    for index, port in enumerate(spec.get("ports") or ()):
        if not 0 < port.get("port", 0) < 65536:
            yield invalid(f"spec.ports[{index}].port", port.get("port", 0), _BAD_PORT)
        if isinstance(target := port.get("targetPort"), int) and not 0 < target < 65536:
            yield invalid(f"spec.ports[{index}].targetPort", target, _BAD_PORT)
        if len(spec["ports"]) > 1 and not port.get("name"):
            yield required(f"spec.ports[{index}].name")


def _attachment(document: Document) -> Iterator[Cause]:
    spec = document["spec"]
    source = spec.get("source") or {}
    if len(source) != 1:
        yield required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
    if not re.fullmatch(_SUBDOMAIN, spec.get("nodeName", "")):
        yield invalid("spec.nodeName", spec.get("nodeName", ""), _BAD_SUBDOMAIN)
    if not spec.get("attacher"):
        yield required("spec.attacher")


RULES: Mapping[str, Rule] = {
    "apiservices.apiregistration.k8s.io": _api_service,
    "clusterrolebindings.rbac.authorization.k8s.io": _binding("ClusterRole"),
    "configmaps": config_map_faults,
    "cronjobs.batch": _cron_job,
    "daemonsets.apps": _daemon_set,
    "deployments.apps": _deployment,
    "endpointslices.discovery.k8s.io": _needs(addressType=""),
    "events": event_rules.core_faults,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "ingressclasses.networking.k8s.io": _needs(spec__controller=""),
    "ingresses.networking.k8s.io": _ingress,
    "jobs.batch": job_rules.job_faults,
    "limitranges": limit_faults,
    "persistentvolumeclaims": volume_rules.claim_faults,
    "persistentvolumes": volume_rules.volume_faults,
    "pods": _pod,
    "podtemplates": _pod_template,
    "replicasets.apps": _selected,
    "replicationcontrollers": _replication_controller,
    "resourcequotas": quota_faults,
    "rolebindings.rbac.authorization.k8s.io": _binding("Role", "ClusterRole"),
    "runtimeclasses.node.k8s.io": _needs(handler=""),
    "secrets": secret_faults,
    "services": _service,
    "statefulsets.apps": _selected,
    "storageclasses.storage.k8s.io": _needs(provisioner=""),
    "volumeattachments.storage.k8s.io": _attachment,
}

_IMMUTABLE: Mapping[str, tuple[str, ...]] = {
    "controllerrevisions.apps": ("data",),
    "daemonsets.apps": ("spec.selector",),
    "deployments.apps": ("spec.selector",),
    "replicasets.apps": ("spec.selector",),
    "secrets": ("type",),
    "storageclasses.storage.k8s.io": ("provisioner", "parameters"),
}


def warnings(resource: str, document: Document, old: Document | None = None) -> Iterator[str]:
    """What a server warns of in what it takes: a new object, or one that was `old` before."""
    if resource == "secrets":
        yield from secret_warnings(document)
    elif resource == "persistentvolumeclaims":
        yield from volume_rules.claim_warnings(document["spec"], "spec")
    elif resource == "pods" and old is None:
        yield from port_warnings(document["spec"], "spec")
    elif path := _TEMPLATES.get(resource):
        if old is not None and resource == "daemonsets.apps":
            warned = not same(_at(document, path), _at(old, path))
        else:
            warned = old is None or document["metadata"].get("generation") != old["metadata"].get("generation")
        # a real server takes the one for the other there
        told = old if old is not None and resource == "replicationcontrollers" else document
        yield from port_warnings(_at(told, f"{path}.spec") or {}, f"{path}.spec") if warned else ()
    if resource == "statefulsets.apps":
        yield from stateful_set_rules.warnings(document, old)


def creation_faults(resource: str, document: Document) -> Iterator[Cause]:
    """What counts only when an object is created. It is told first."""
    if resource == "events.events.k8s.io":
        yield from event_rules.faults(document)
        yield from event_rules.creation_faults(document)
    elif resource == "jobs.batch":
        yield from job_rules.generation_faults(document)
    elif resource == "nodes":
        yield from node_rules.node(document)
    elif resource == "statefulsets.apps":
        yield from stateful_set_rules.creation_faults(document)
    elif resource == "controllerrevisions.apps" and not isinstance(document.get("data"), dict):
        yield required("data", "data is mandatory" if document.get("data") is None else "data must be a valid JSON object")


def change_faults(resource: str, document: Document, old: Document) -> Iterator[Cause]:
    """What an update changes and may not."""
    for path in _IMMUTABLE.get(resource, ()):
        after, before = (_at(found, path) for found in (document, old))
        if before is not None and not same(after, before):
            yield invalid(path, after, "field is immutable")
    if resource in ("configmaps", "secrets") and old.get("immutable"):
        if not document.get("immutable"):
            yield Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", "immutable")
        for field in ("data", "binaryData"):
            if not same(document.get(field), old.get(field)):
                yield Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field)
    if resource == "events.events.k8s.io":
        yield from event_rules.faults(document)
        yield from event_rules.change_faults(document, old)
    if resource == "nodes":
        yield from node_rules.changed_node(document, old)
    if resource == "jobs.batch":
        yield from job_rules.job_changes(document, old)
    if resource == "persistentvolumeclaims":
        yield from volume_rules.claim_changes(document, old)
    if resource == "persistentvolumes":
        yield from volume_rules.volume_changes(document, old)
    if resource == "resourcequotas":
        yield from changed_quota(document, old)
    if resource == "statefulsets.apps":
        yield from stateful_set_rules.changes(document, old)
    if resource == "pods":
        yield from pod_changes(document, old)


def _at(document: Any, path: str) -> Any:
    for step in path.split("."):
        document = (document or {}).get(step)
    return document
