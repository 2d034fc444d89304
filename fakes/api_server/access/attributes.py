"""Attributes: what a request wants, as rules about access see it: told from its method and URL alone, before anybody looks what exists."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fakes.api_server.messages import Request
from fakes.api_server.requests import Parameters, is_resource_path
from informer.selectors import FieldSelector, SelectorError

_VERBS = {"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_NO_RESOURCES = ("status", "finalize")


@dataclass(frozen=True, slots=True)
class Attributes:
    """A verb on a resource, or, where `path` is not empty, a method (in lower case) on a path that is none."""

    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def full_resource(self) -> str:
        """`pods`, or `pods/status`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def refusal(self, user: str) -> str:
        """What the server says to a user who may not."""
        if self.path:
            return f'User "{user}" cannot {self.verb} path "{self.path}"'
        scope = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return f'User "{user}" cannot {self.verb} resource "{self.full_resource}" in API group "{self.group}" {scope}'

    @classmethod
    def of(cls, request: Request) -> Attributes:
        """Of any request. Never raises."""
        if not is_resource_path(request.path):
            return cls(request.method.lower(), path=request.path)
        parts = request.path.strip("/").split("/")
        group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
        verb = _VERBS.get(request.method, "")
        if rest[0] == "watch" and len(rest) > 1:
            verb, rest = "watch", rest[1:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 1:
            namespace = rest[1]
            if len(rest) > 2 and rest[2] not in _NO_RESOURCES:
                rest = rest[2:]
        resource, name, subresource = [*rest, "", ""][:3]
        return _on_collection(cls(verb, group, version, resource, subresource, namespace, name), request)


def _on_collection(found: Attributes, request: Request) -> Attributes:
    if found.name or found.verb not in ("get", "watch", "delete"):
        return found
    if found.verb == "delete":
        return replace(found, verb="deletecollection")
    parameters = Parameters(request.query)
    verb = "watch" if found.verb == "watch" or parameters.flag("watch") else "list"
    return replace(found, verb=verb, name=_selected_name(parameters.text("fieldSelector")))


def _selected_name(selector: str) -> str:
    try:
        requirements = FieldSelector.parse(selector).requirements
    except SelectorError:
        return ""
    return next((value for field, operator, value in requirements if field == "metadata.name" and operator == "="), "")
