"""Scale: the subresource through which people and autoscalers change how many there are of something, without knowing its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.api_server import errors, reading
from fakes.api_server.encoding import copied
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.objects import Objects, PlainAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.requests import Call
from fakes.api_server.tables.row import selector
from fakes.api_server.writing import Writer, check_name
from fakes.storage import Version

Document = dict[str, Any]

API_VERSION, KIND = "autoscaling/v1", "Scale"
_SHOWN = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


class Scaler:
    """Reads and writes Scales. A scale is made from its object each time; nothing of it is stored."""

    def __init__(self, objects: Objects, writer: Writer) -> None:
        self._objects = objects
        self._writer = writer

    def get(self, call: Call) -> PlainAnswer:
        """Raises 404, and 500 for a custom resource that does not say how many there should be."""
        return self._answer(call.kind, reading.get(self._objects, call).version)

    def update(self, call: Call, document: Document, options: WriteOptions) -> PlainAnswer:
        """PUT of a Scale. Raises 400, 404, 409, 422."""
        _check_name(call, document.get("metadata") or {})
        return self.patch(call, lambda _: document, options)

    def patch(self, call: Call, change: Callable[[Document], Any], options: WriteOptions) -> PlainAnswer:
        """Apply `change` to the scale of the newest state. Raises what `change` raises, and 404, 409, 422."""
        main = Call(call.verb, call.kind, call.namespace, call.name, parameters=call.parameters)

        def revise(old: Document) -> Document:
            scale = change(scale_of(call.kind, old))
            own = scale.get("metadata") or {}
            _check_name(call, own)
            new = copied(old)
            new["metadata"]["resourceVersion"] = own.get("resourceVersion") or old["metadata"]["resourceVersion"]
            new["metadata"]["uid"] = own.get("uid") or old["metadata"]["uid"]
            _put(new, _paths(call.kind)[0], _replicas(call.kind, call.name, scale))
            return new

        return self._answer(call.kind, self._writer.patch(main, revise, options).version)

    def _answer(self, kind: Kind, version: Version) -> PlainAnswer:
        return PlainAnswer(scale_of(kind, self._objects.document(kind, version)))


def scale_of(kind: Kind, document: Mapping[str, Any]) -> Document:
    """The Scale of an object. Raises 500 where a custom resource does not say how many there should be."""
    wanted_path, current_path, selector_path = _paths(kind)
    own, wanted = document["metadata"], _find(document, wanted_path)
    if wanted is None and kind.custom:
        text = f'the spec replicas field ".{".".join(wanted_path)}" does not exist'
        raise errors.StatusError(500, "InternalError", f"Internal error occurred: {text}", {"causes": [{"message": text}]})
    return {
        "kind": KIND,
        "apiVersion": API_VERSION,
        "metadata": {field: own[field] for field in _SHOWN if field in own},
        "spec": {"replicas": 1} if wanted is None else {"replicas": wanted} if wanted else {},
        "status": {"replicas": _find(document, current_path) or 0, **_selector(kind, document, selector_path)},
    }


def _selector(kind: Kind, document: Mapping[str, Any], path: list[str]) -> dict[str, str]:
    found = _find(document, path)
    if not kind.custom:
        found = selector(found if kind.resource.group else {"matchLabels": found or {}}, "")
    return {"selector": found} if found else {}


def _paths(kind: Kind) -> tuple[list[str], list[str], list[str]]:
    """Where the wanted number, the current number and the selector are."""
    if not kind.custom:
        return ["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]
    scale = kind.definition["subresources"]["scale"]
    texts = (scale["specReplicasPath"], scale["statusReplicasPath"], scale.get("labelSelectorPath") or "")
    wanted, current, labels = (text.strip(".").split(".") if text else [] for text in texts)
    return wanted, current, labels


def _find(document: Any, path: list[str]) -> Any:
    if not path:
        return None
    for step in path:
        document = document.get(step) if isinstance(document, Mapping) else None
    return document


def _put(document: Document, path: list[str], value: int) -> None:
    for step in path[:-1]:
        document = document.setdefault(step, {})
    document[path[-1]] = value


def _check_name(call: Call, own: Mapping[str, Any]) -> None:
    check_name(own, call.name)
    if own.get("namespace", call.namespace) != call.namespace:
        raise errors.bad_request("the namespace of the provided object does not match the namespace sent on the request")


def _replicas(kind: Kind, name: str, scale: Mapping[str, Any]) -> int:
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    if type(replicas) is not int:
        raise errors.bad_request("json: cannot unmarshal the field Scale.spec.replicas into a Go value of type int32")
    if replicas < 0 and not kind.custom:
        cause = Cause("FieldValueInvalid", f"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas")
        raise errors.invalid("Scale.autoscaling", name, [cause])
    return replicas
