"""Pod streams: logs, exec, attach, port forwarding and proxying, as far as an API server answers them by itself.

It does until it would have to reach a kubelet or a container. There is none here, so what is left is refused by name; but for the logs that
a test has told.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server import errors
from fakes.api_server.errors import Cause
from fakes.api_server.objects.objects import Objects, TextAnswer
from fakes.api_server.requests import Call, Parameters, object_key
from fakes.api_server.verbs.pod_logs import PodLogs

Document = Mapping[str, Any]

_NODES = ("", "nodes")
_IN_ORDER = ("initContainers", "containers", "ephemeralContainers")
_LOG_MINIMUMS = {"tailLines": (0, "must be greater than or equal to 0"), "limitBytes": (1, "must be greater than 0")}
_SINCE = {"sinceSeconds": (1, "must be greater than 0")}


class PodStreams:
    """See the module."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._logs = PodLogs()

    def log(self, call: Call, container: str, text: str) -> None:
        """Have a container log something. Raises 404 for a pod, and 400 for a container that is not there."""
        pod = self._pod(call, call.name)
        _check_container(pod, call.name, container)
        self._logs.add(pod["metadata"]["uid"], container or _only(pod), text, self._objects.runtime.now())

    def answer(self, call: Call) -> TextAnswer:
        """A log that is known; or none, of a pod that has no node. Raises 400, 404, 422, and 501 where a node would be asked."""
        if call.subresource == "proxy":
            raise self._proxy_refusal(call)
        if call.subresource == "log":
            _check_log_options(call.name, call.parameters)
        pod = self._pod(call, call.name)
        if call.subresource != "portforward":
            _check_container(pod, call.name, call.parameters.text("container"))
        container = call.parameters.text("container")
        if call.subresource == "log" and pod["metadata"]["uid"] in self._logs:
            now = self._objects.runtime.now()
            return TextAnswer(self._logs.read(pod["metadata"]["uid"], container or _only(pod), call.parameters, now))
        node = (pod.get("spec") or {}).get("nodeName")
        if not node and call.subresource == "log":
            return TextAnswer()
        if not node:
            raise errors.bad_request(f"pod {call.name} does not have a host assigned")
        if self._objects.storage.get(_NODES, node) is None:
            # the server says of the node what it is asked of the pod
            raise errors.not_found("pods", node)
        raise errors.not_supported(f"the subresource pods/{call.subresource} of a pod on a node, as no kubelet runs there")

    def _pod(self, call: Call, name: str) -> Document:
        version = self._objects.storage.get(call.kind.storage_key, object_key(call.namespace, name))
        if version is None:
            raise errors.not_found("pods", name)
        return version.document()

    def _proxy_refusal(self, call: Call) -> errors.StatusError:
        scheme, name = _target(call.name)
        if scheme not in ("", "http", "https") or not name:
            return errors.bad_request(f'invalid pod request "{call.name}"')
        status = self._pod(call, name).get("status") or {}
        addresses = [entry.get("ip", "") for entry in status.get("podIPs") or ()] or [status.get("podIP", "")]
        if not _is_reachable(addresses[0]):
            return errors.bad_request("address not allowed")
        return errors.not_supported("the subresource pods/proxy of a pod with an address, as no container runs there")


def _check_log_options(name: str, parameters: Parameters) -> None:
    """Raises 400 and 422."""
    causes = []
    minimums = _LOG_MINIMUMS if parameters.has("sinceSeconds") and parameters.has("sinceTime") else {**_LOG_MINIMUMS, **_SINCE}
    for field, (minimum, text) in minimums.items():
        if parameters.has(field) and (given := parameters.integer(field)) < minimum:
            causes.append(Cause("FieldValueInvalid", f"Invalid value: {given}: {text}", field))
    if minimums is _LOG_MINIMUMS:
        text = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
        causes.append(Cause("FieldValueForbidden", text, "[]"))
    if causes:
        raise errors.invalid("PodLogOptions", name, causes)


def _check_container(pod: Document, name: str, wanted: str) -> None:
    """Raises 400 for a container that the pod does not have, and for none where it has several."""
    spec = pod.get("spec") or {}
    if not wanted:
        if len(spec.get("containers") or ()) != 1:
            chosen = f", choose one of: [{' '.join(_containers(spec))}]" if spec.get("containers") else ""
            raise errors.bad_request(f"a container name must be specified for pod {name}{chosen}")
    elif wanted not in _containers(spec):
        raise errors.bad_request(f"container {wanted} is not valid for pod {name}")


def _only(pod: Document) -> str:
    """The name of its container; it has one."""
    return str(pod["spec"]["containers"][0]["name"])


def _containers(spec: Document) -> Iterator[str]:
    for field in _IN_ORDER:
        yield from (container.get("name", "") for container in spec.get(field) or ())


def _target(name: str) -> tuple[str, str]:
    """Scheme and name of what `name`, `name:port` or `scheme:name:port` asks for; no name where it is none of these."""
    parts = name.split(":")
    if len(parts) > 3:
        return "", ""
    return (parts[0], parts[1]) if len(parts) == 3 else ("", parts[0])


def _is_reachable(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (found.is_unspecified or found.is_loopback or found.is_multicast or found.is_link_local)
