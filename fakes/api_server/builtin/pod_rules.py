"""Rules of pods and of the templates that pods are made from, in the words and the order of a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fakes.api_server.builtin.port_rules import host_port_faults, port_faults
from fakes.api_server.custom.structural_faults import invalid, unsupported
from fakes.api_server.errors import Cause
from fakes.api_server.objects.metadata_faults import annotation_faults, label_faults
from informer.selectors import label_key_faults, label_value_faults

Document = Mapping[str, Any]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_BAD_LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric"
    f" character (e.g. 'my-name',  or '123-abc', regex used for validation is '{_LABEL}')"
)
_RESTART = ("Always", "OnFailure", "Never")
_DNS = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PULL = ("Always", "IfNotPresent", "Never")


def template_faults(template: Document, path: str, *, job: bool = False) -> Iterator[Cause]:
    """Of a pod template. A job's must say whether a container that fails is started again."""
    own, spec = template.get("metadata") or {}, template.get("spec") or {}
    yield from label_faults(own.get("labels") or {}, f"{path}.labels")
    yield from annotation_faults(own.get("annotations") or {}, f"{path}.annotations")
    yield from pod_spec_faults(spec, f"{path}.spec", restarts=not job)
    policy = spec.get("restartPolicy", "")
    if job and not policy:
        yield Cause("FieldValueRequired", 'Required value: valid values: "OnFailure", "Never"', f"{path}.spec.restartPolicy")
    elif job and policy not in ("OnFailure", "Never"):
        yield unsupported(f"{path}.spec.restartPolicy", policy, ("OnFailure", "Never"))


def pod_spec_faults(spec: Document, path: str, *, restarts: bool = True) -> Iterator[Cause]:
    """Of a pod's spec, wherever it stands. Without `restarts`, somebody else judges the restart policy."""
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    if not spec.get("containers"):
        yield Cause("FieldValueRequired", "Required value", f"{path}.containers")
    names: set[str] = set()
    for field in ("containers", "initContainers"):
        for index, container in enumerate(spec.get(field) or ()):
            yield from _container_faults(container, f"{path}.{field}[{index}]", volumes)
            if container.get("name") and container["name"] in names:
                yield Cause("FieldValueDuplicate", f'Duplicate value: "{container["name"]}"', f"{path}.{field}[{index}].name")
            names.add(container.get("name", ""))
        yield from host_port_faults(spec.get("containers") or (), f"{path}.containers") if field == "containers" else ()
    if restarts and spec.get("restartPolicy") not in _RESTART:
        yield unsupported(f"{path}.restartPolicy", spec.get("restartPolicy"), _RESTART)
    if spec.get("dnsPolicy") not in _DNS:
        yield unsupported(f"{path}.dnsPolicy", spec.get("dnsPolicy"), _DNS)
    for key, value in (spec.get("nodeSelector") or {}).items():
        yield from (invalid(f"{path}.nodeSelector", key, fault) for fault in label_key_faults(key))
        yield from (invalid(f"{path}.nodeSelector", value, fault) for fault in label_value_faults(value))
    for index, toleration in enumerate(spec.get("tolerations") or ()):
        effect = toleration.get("effect", "")
        if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
            yield invalid(f"{path}.tolerations[{index}].effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")


def _container_faults(container: Document, path: str, volumes: set[Any]) -> Iterator[Cause]:
    name = container.get("name", "")
    if not name:
        yield Cause("FieldValueRequired", "Required value", f"{path}.name")
    elif not re.fullmatch(_LABEL, name):
        yield invalid(f"{path}.name", name, _BAD_LABEL)
    if not container.get("image"):
        yield Cause("FieldValueRequired", "Required value", f"{path}.image")
    yield from port_faults(container.get("ports") or (), f"{path}.ports")
    for index, variable in enumerate(container.get("env") or ()):
        if not variable.get("name"):
            yield Cause("FieldValueRequired", "Required value", f"{path}.env[{index}].name")
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        yield from _mount_faults(mount, f"{path}.volumeMounts[{index}]", volumes)
    yield from _choice(container, "imagePullPolicy", _PULL, path)


def _mount_faults(mount: Document, path: str, volumes: set[Any]) -> Iterator[Cause]:
    name = mount.get("name", "")
    if not name:
        yield Cause("FieldValueRequired", "Required value", f"{path}.name")
    elif name not in volumes:
        yield Cause("FieldValueNotFound", f'Not found: "{name}"', f"{path}.name")
    if not mount.get("mountPath"):
        yield Cause("FieldValueRequired", "Required value", f"{path}.mountPath")


def _choice(found: Document, field: str, choices: Sequence[str], path: str) -> Iterator[Cause]:
    value = found.get(field)
    if value and value not in choices:
        yield unsupported(f"{path}.{field}", value, choices)
