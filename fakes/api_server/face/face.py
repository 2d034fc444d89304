"""Face: the API server's verbs as Python methods, for the hands of a test.

They take the same way as requests do, behind the door: the same rules, versions and events; but no fault meets them, and no record is kept.
They raise `StatusError`. Resources are named as people do: `pods`, `deployments.apps`, `widgets.example.com`. What is given out is the
caller's own. What they write is noted in managedFields as the work of the manager `test`, or of another one that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.objects.objects import ObjectAnswer, PlainAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.patching.patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Patch
from fakes.api_server.requests import Call, Parameters
from fakes.api_server.verbs import reading
from fakes.api_server.verbs.scaling import SCALES
from fakes.api_server.verbs.verbs import Verbs
from fakes.api_server.wire.encoding import from_json
from informer.errors import ConfigurationError
from informer.objects import plain
from informer.resource import ResourceName

Document = dict[str, Any]
PatchType = Literal["merge", "strategic", "json"]
Propagation = Literal["Foreground", "Background", "Orphan"]

MANAGER = "test"
_PATCH_TYPES = {"merge": MERGE_PATCH, "strategic": STRATEGIC_PATCH, "json": JSON_PATCH}


class Face:
    """See the module. An object without a namespace that needs one goes to `default`."""

    def __init__(self, kinds: Kinds, verbs: Verbs) -> None:
        self._kinds = kinds
        self._verbs = verbs

    def create(self, obj: Mapping[str, Any], namespace: str | None = None, *, manager: str = MANAGER) -> Document:
        """POST. Gives the object as it was stored.

        As on a real server, a status is dropped where the kind has a status subresource: `patch(..., subresource="status")` sets it. Fields
        that nobody knows are errors, where a real server may only warn of them; so they are in `update` and `patch`.
        """
        kind, document = self._identify(obj)
        call = Call("create", kind, self._namespace(kind, namespace, document))
        return self._document(kind, self._verbs.writer.create(call, document, strict(manager)))

    def get(self, resource: str, name: str, namespace: str | None = None) -> Document:
        """GET."""
        call = self._call("get", resource, name, namespace)
        return self._document(call.kind, reading.get(self._verbs.objects, call))

    def list(self, resource: str, namespace: str | None = None, selector: str = "", field_selector: str = "") -> list[Document]:
        """GET of a collection: of one namespace, or (None) of all. In the order of namespaces and names."""
        kind = self._lookup(resource)
        query = (("labelSelector", selector), ("fieldSelector", field_selector))
        call = Call("list", kind, namespace or "" if kind.resource.namespaced else "", parameters=Parameters(query))
        objects = self._verbs.objects
        return [objects.document(kind, version) for version in reading.list_objects(objects, call, past_cache=True).versions]

    def update(self, obj: Mapping[str, Any], *, subresource: str = "", manager: str = MANAGER) -> Document:
        """PUT of an object, or of its `status`. Raises a conflict where it has a resource version that is not the newest."""
        kind, document = self._identify(obj)
        name = _own(document, "name")
        call = Call("update", kind, self._namespace(kind, None, document), name, _checked(kind, subresource, ("status", "finalize")))
        return self._document(kind, self._verbs.writer.update(call, document, strict(manager)))

    def patch(
        self,
        resource: str,
        name: str,
        patch: Any,
        namespace: str | None = None,
        *,
        type: PatchType = "merge",
        subresource: str = "",
        manager: str = MANAGER,
    ) -> Document:
        """PATCH of an object, its `status` or its `scale`. Gives it as it is then."""
        call = self._call("patch", resource, name, namespace, subresource)
        if type not in _PATCH_TYPES:
            raise ConfigurationError(f"a patch is of the type merge, strategic or json, not {type!r}")
        change = Patch(SCALES if subresource == "scale" else call.kind, _PATCH_TYPES[type], _copy(patch)).apply
        if _checked(call.kind, subresource, ("status", "finalize", "scale")) == "scale":
            return self._plain(call.kind, self._verbs.scaler.patch(call, change, strict(manager)))
        return self._document(call.kind, self._verbs.writer.patch(call, change, strict(manager)))

    def delete(
        self,
        resource: str,
        name: str,
        namespace: str | None = None,
        *,
        propagation: Propagation | None = None,
        grace: int | None = None,
        uid: str | None = None,
        version: str | None = None,
    ) -> Document:
        """DELETE. Gives what the server answers: a Status, or the object where it waits or its kind answers so.

        `grace` is in seconds; `uid` and `version` are preconditions.
        """
        call = self._call("delete", resource, name, namespace)
        said = {"propagationPolicy": propagation, "gracePeriodSeconds": grace, "preconditions": {"uid": uid, "resourceVersion": version}}
        options = DeleteOptions.of(Parameters(()), {name: value for name, value in said.items() if value is not None})
        return self._plain(call.kind, self._verbs.deleter.delete(call, options))

    def empty_namespace(self, name: str, *, grace: int | None = 0) -> bool:
        """Do the namespace controller's work, once, for a namespace that was deleted and is Terminating; for servers that have none.

        Deletes everything in it, and lets the namespace go when nothing is left. False while something waits for its finalizers: call again
        when they are gone. `grace` is for pods, in seconds; None leaves them their own. Raises 404, and a conflict for a namespace that was
        not deleted.
        """
        return self._verbs.emptier.empty(name, grace=grace)

    def _lookup(self, resource: str) -> Kind:
        kind = self._kinds.lookup(ResourceName.parse(resource))
        if kind is None:
            raise StatusError(404, "NotFound", f"the server has no resource {resource!r}; create its CustomResourceDefinition first", {})
        return kind

    def _identify(self, obj: Mapping[str, Any]) -> tuple[Kind, Document]:
        document = _copy(obj)
        check_object(document)
        said = document.get("apiVersion", ""), document.get("kind", "")
        kind = self._kinds.find_by_kind(*said)
        if not all(said):
            raise StatusError(400, "BadRequest", f"every object has an apiVersion and a kind; this one has {said[0]!r} and {said[1]!r}")
        if kind is None:
            raise StatusError(
                404, "NotFound", f"the server has no kind {said[1]!r} in {said[0]!r}; create its CustomResourceDefinition first", {}
            )
        if "get" not in kind.verbs or "create" not in kind.verbs:
            why = f"a {said[1]} is answered and never stored; ask for it by a request, through api_client() or serve()"
            raise StatusError(405, "MethodNotAllowed", why)
        return kind, document

    def _namespace(self, kind: Kind, namespace: str | None, document: Document) -> str:
        if not kind.resource.namespaced:
            return ""
        return namespace or _own(document, "namespace") or "default"

    def _call(self, verb: str, resource: str, name: str, namespace: str | None, subresource: str = "") -> Call:
        kind = self._lookup(resource)
        return Call(verb, kind, (namespace or "default") if kind.resource.namespaced else "", name, subresource)

    def _document(self, kind: Kind, answer: ObjectAnswer) -> Document:
        return self._verbs.objects.document(kind, answer.version)

    def _plain(self, kind: Kind, answer: ObjectAnswer | PlainAnswer) -> Document:
        return answer.document if isinstance(answer, PlainAnswer) else self._document(kind, answer)


def check_object(obj: Any) -> None:
    """Raises `TypeError` for what is no mapping."""
    if not isinstance(obj, Mapping):
        raise TypeError(f"an object is a dict, as it is in a manifest; `apply` takes texts and files. This is a {type(obj).__name__}")


def strict(manager: str = MANAGER) -> WriteOptions:
    """The options of a write by a test's own hands: unknown fields are errors."""
    return WriteOptions(validation="Strict", manager=manager)


def _checked(kind: Kind, subresource: str, taken: tuple[str, ...]) -> str:
    """Raises 404 for one that the kind, or this method, does not have."""
    if subresource and (subresource not in kind.subresources or subresource not in taken):
        raise StatusError(404, "NotFound", f"{kind.resource.name} cannot be written by its subresource {subresource!r}", {})
    return subresource


def _copy(value: Any) -> Any:
    """JSON-like data in plain dicts and lists that are ours. By way of JSON: several times faster than by hand."""
    return from_json(msgspec.json.encode(value, enc_hook=_to_plain))


def _to_plain(value: Any) -> Any:
    copied = plain(value)
    if copied is value:
        raise TypeError(f"a {type(value).__name__} is nothing that JSON can say; objects are dicts, as they are in a manifest")
    return copied


def _own(document: Document, field: str) -> str:
    metadata = document.get("metadata")
    return str(metadata.get(field) or "") if isinstance(metadata, dict) else ""
