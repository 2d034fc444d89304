"""Scale: the subresource through which people and autoscalers change how many there are of something, without knowing its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from fakes.api_server import errors
from fakes.api_server.builtin import schemas
from fakes.api_server.errors import Cause
from fakes.api_server.kinds import Kind
from fakes.api_server.objects.objects import Objects, PlainAnswer
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.ownership.appliers import check_type, place_of
from fakes.api_server.ownership.configurations import refusal
from fakes.api_server.ownership.managers import Entries
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.ownership.scale_shares import ScaleShares
from fakes.api_server.requests import Call
from fakes.api_server.tables.row import selector
from fakes.api_server.verbs import patched, reading
from fakes.api_server.verbs.patched import Refuse
from fakes.api_server.verbs.revision import Revision
from fakes.api_server.verbs.sent_object import check_name, decode_body
from fakes.api_server.verbs.writing import Writer
from fakes.api_server.wire.decoding import Undecodable, decode
from fakes.api_server.wire.encoding import copied
from fakes.storage import Version
from informer.resource import Resource

Document = dict[str, Any]

API_VERSION, KIND = "autoscaling/v1", "Scale"
_KNOWN_BESIDE = frozenset(
    ((API_VERSION, "HorizontalPodAutoscaler"), ("apps/v1beta1", KIND), ("apps/v1beta2", KIND), ("extensions/v1beta1", KIND))
)
SCALES = Kind(Resource("autoscaling", "v1", "scales", KIND, True), "scale", "ScaleList")
_UNSET = -(2**31)
"""How many a change sees where a custom resource does not say it."""
_SHOWN = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


class Scaler:
    """Reads and writes Scales. A scale is made from its object each time; nothing of it is stored."""

    def __init__(self, objects: Objects, writer: Writer, ownership: Ownership) -> None:
        self._objects = objects
        self._writer = writer
        self._ownership = ownership

    def get(self, call: Call) -> PlainAnswer:
        """Raises 404, and 500 for a custom resource that does not say how many there should be."""
        return self._answer(call.kind, reading.get(self._objects, call).version)

    def update(self, call: Call, document: Document, options: WriteOptions) -> PlainAnswer:
        """PUT of a Scale. Raises 400, 404, 409, 422."""
        managers.take(document)
        try:
            warnings = decode_body(SCALES, document, options)
        except errors.StatusError:
            if call.kind.custom:
                raise scale_misfit() from None
            raise
        _check_name(call, document["metadata"])

        def revise(old: Document, entries: Entries) -> Revision:
            new = copied(document)
            return Revision(new, warnings, entries=self._ownership.of_changed(_of_scale(call), old, new, entries, None, options))

        return self._write(call, revise, options)

    def patch(
        self,
        call: Call,
        change: Callable[[Document], Any],
        options: WriteOptions,
        refuse: Refuse | None = None,
        said: Sequence[str] = (),
    ) -> PlainAnswer:
        """As `Writer.patch`, of the scale of the newest state."""

        def named(scale: Document) -> Any:
            """What `change` makes; the Scale of a custom resource need not say what it is."""
            new = change(scale)
            names = ("apiVersion", API_VERSION), ("kind", KIND)
            return {**new, **{name: new.get(name) or text for name, text in names}} if isinstance(new, dict) else new

        def refuse_custom(result: Any, why: str) -> errors.StatusError:
            assert refuse is not None
            return refuse(result, _custom_misfit(result) or why)

        def revise(old: Document, entries: Entries) -> Revision:
            whole = {**old, "metadata": {**old["metadata"], **({"managedFields": entries} if entries else {})}}
            new, _, warnings = patched.read(
                named if call.kind.custom else change,
                whole,
                SCALES,
                options,
                refuse_custom if call.kind.custom and refuse else refuse,
                said,
            )
            new.setdefault("metadata", {})
            return Revision(new, warnings, entries=self._ownership.of_changed(_of_scale(call), old, new, entries, None, options))

        return self._write(call, revise, options)

    def apply(self, call: Call, config: Document, options: WriteOptions, repeated: tuple[str, ...] = ()) -> PlainAnswer:
        """Server-side apply of a Scale. Raises 400, 404, 409, 422, 500."""

        def revise(old: Document, entries: Entries) -> Revision:
            check_type(config, API_VERSION, KIND)
            new, changed = self._ownership.applied(_of_scale(call), old, entries, config, options)
            if repeated and options.validation == "Strict":
                raise refusal(repeated)
            start = f"failed to convert new object ({place_of(config)}) to proper version"
            if call.kind.custom and new is not old:
                raise errors.server_failure(f"{start}: request to convert CR to an invalid group/version: {API_VERSION}")
            new = copied(new)
            try:
                spec = new.get("spec") or {}
                # what comes without a text of its own is cut to its size, and not refused
                if type(spec.get("replicas")) is int:
                    spec["replicas"] = (spec["replicas"] + 2**31) % 2**32 - 2**31
                decode(SCALES, new, WriteOptions(validation="Ignore"))
            except Undecodable:
                why = f"unable to convert unstructured object to {API_VERSION}, Kind={KIND}: cannot convert float64 to int32"
                raise errors.server_failure(f"{start}: {why}") from None
            return Revision(new, repeated, entries=changed)

        return self._write(call, revise, options)

    def _write(self, call: Call, change: Callable[[Document, Entries], Revision], options: WriteOptions) -> PlainAnswer:
        """`change` makes a Scale of a Scale and its managedFields."""
        kind = call.kind
        main = Call(call.verb, kind, call.namespace, call.name, parameters=call.parameters)
        wanted_path = _paths(kind)[0]

        def revise(old: Document) -> Revision:
            new = copied(old)
            paths = {other.resource.api_version: _paths(other)[0] for other in self._ownership.versions(kind)}
            shares = ScaleShares(new["metadata"].pop("managedFields", None), paths)
            changed = change(scale_of(kind, old, unset=_UNSET), shares.of_scale())
            scale, own = changed.document, changed.document["metadata"]
            _check_name(call, own)
            new["metadata"]["resourceVersion"] = own.get("resourceVersion") or old["metadata"]["resourceVersion"]
            new["metadata"]["uid"] = own.get("uid") or old["metadata"]["uid"]
            replicas = scale["spec"].get("replicas", 0)
            if replicas < 0 and not kind.custom:
                cause = Cause("FieldValueInvalid", f"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas")
                raise errors.invalid("Scale.autoscaling", call.name, [cause])
            if replicas == _UNSET:
                raise errors.bad_request(f'the spec replicas field ".{".".join(wanted_path)}" cannot be empty')
            _put(new, wanted_path, replicas)
            return Revision(new, changed.warnings, entries=shares.of_parent(changed.entries or [], kind.resource.api_version))

        answer = self._writer.revise(main, revise, options)
        return replace(self._answer(kind, answer.version), warnings=answer.warnings)

    def _answer(self, kind: Kind, version: Version) -> PlainAnswer:
        return PlainAnswer(scale_of(kind, self._objects.document(kind, version)))


def scale_of(kind: Kind, document: Mapping[str, Any], *, unset: int | None = None) -> Document:
    """The Scale of an object. Where a custom resource does not say how many there should be: `unset`, or else it raises 500."""
    wanted_path, current_path, selector_path = _paths(kind)
    own, wanted = document["metadata"], _find(document, wanted_path)
    if wanted is None and kind.custom:
        wanted = unset
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


def scale_misfit() -> errors.StatusError:
    """400 for what is no Scale of a custom resource: a real server cannot say what is wrong with it."""
    return errors.bad_request('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"')


def _custom_misfit(result: Any) -> str:
    """Why what a patch made is no Scale of a custom resource, whose server knows few kinds; empty where it calls itself one."""
    said = (result.get("apiVersion"), result.get("kind")) if isinstance(result, dict) else (API_VERSION, KIND)
    version, kind = said
    if said == (API_VERSION, KIND) or not isinstance(version, str) or not isinstance(kind, str) or version.count("/") > 1:
        return ""
    if said in _KNOWN_BESIDE:
        return f"converting ({version.rpartition('/')[2]}.{kind}) to (v1.Scale): unknown conversion"
    return schemas.unregistered(version, kind)


def _of_scale(call: Call) -> Call:
    """The call as one on the Scale itself."""
    return Call(call.verb, SCALES, call.namespace, call.name, "scale")


def _selector(kind: Kind, document: Mapping[str, Any], path: list[str]) -> dict[str, str]:
    found = _find(document, path)
    if not kind.custom:
        found = selector(found if kind.resource.group else {"matchLabels": found or {}}, "")
    return {"selector": found} if found else {}


def _paths(kind: Kind) -> tuple[list[str], list[str], list[str]]:
    """Where the wanted number, the current number and the selector are."""
    if not kind.custom:
        return ["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]
    scale = (kind.definition.get("subresources") or {}).get("scale")
    if scale is None:
        return [], [], []
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
        raise errors.wrong_namespace()
