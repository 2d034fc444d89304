"""Misfits: objects that say they are something else than what their path is for, and what a server says to that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin import schemas, typed
from fakes.api_server.builtin.shapes import shape_of
from fakes.api_server.custom import structural
from fakes.api_server.errors import Cause, StatusError
from fakes.api_server.kinds import Kind, Kinds, Subresource
from fakes.api_server.objects.metadata import kind_name
from fakes.api_server.options import WriteOptions
from fakes.api_server.wire.decoding import Undecodable, decode, settle
from fakes.api_server.wire.encoding import copied, to_json
from fakes.api_server.wire.json_syntax import type_of
from informer.resource import Resource

Document = dict[str, Any]
_NAMES = {"apiversion": "apiVersion", "kind": "kind"}


def fits(document: Document, resource: Resource | Subresource) -> bool:
    """Whether an object is what it should be, or says nothing else."""
    return _said(document, resource) == (resource.api_version, resource.kind)


def _said(document: Document, resource: Resource | Subresource) -> tuple[str, str]:
    """What an object calls itself. Who looks for it first takes the two names in any case."""
    named = document if "apiVersion" in document and "kind" in document else _in_any_case(document)
    return named.get("apiVersion") or resource.api_version, named.get("kind") or resource.kind


def _in_any_case(document: Document) -> Document:
    """The two names, each from the first field that is called so in any case, unless one is called just so."""
    found = {_NAMES[key.lower()]: value for key, value in reversed(document.items()) if key.lower() in _NAMES}
    return found | {name: document[name] for name in _NAMES.values() if name in document}


def misfit(document: Document, resource: Resource | Subresource, options: WriteOptions) -> StatusError:
    """400 for an object that is not of the built-in kind, or not in the version, that it should be."""
    api_version, kind = _said(document, resource)
    group, _, version = api_version.rpartition("/")
    try:
        complaints = _read(document, api_version, kind)
        if (group, kind) == (resource.group, resource.kind):
            settle(document, complaints, options)
            return _of_another_version(api_version, resource)
        raise _unconvertible(version, kind, resource)
    except Undecodable as error:
        return errors.undecodable(kind, version, str(error), wanted=resource.kind)


def _read(document: Document, api_version: str, kind: str) -> list[str]:
    """Read it as what it says that it is; gives the complaints. Raises `Undecodable`."""
    group, _, version = api_version.rpartition("/")
    name = schemas.name_of(group, version, kind)
    if "/" in group:
        raise Undecodable(f"unexpected GroupVersion string: {api_version}")
    if name is None:
        raise Undecodable(schemas.unregistered(api_version, kind))
    return typed.normal(document, name)[1]


def _unconvertible(version: str, kind: str, resource: Resource | Subresource) -> Undecodable:
    into = f"{resource.group.split('.')[0] or 'core'}.{resource.kind}"
    return Undecodable(f"converting ({version}.{kind}) to ({into}): unknown conversion")


def check_said(document: Document, kind: Kind) -> None:
    """Raises `Undecodable` for a custom resource that a patch left without its kind, 500 for one without its version."""
    if kind.custom and not document.get("kind"):
        raise Undecodable(f"Object 'Kind' is missing in '{to_json(document, ordered=True).decode()}'")
    if kind.custom and not document.get("apiVersion"):
        text = "Object 'apiVersion' is missing in 'object has no apiVersion field'"
        raise StatusError(500, "InternalError", f"Internal error occurred: {text}", {"causes": [{"message": text}]})


def read_patched(document: Document, kind: Kind, options: WriteOptions, said: Sequence[str]) -> tuple[str, ...]:
    """Read what a patch made as an object of `kind`, in place, and give the warnings. `said` is what is complained of already.

    Raises `Undecodable` where it says that it is something else. A built-in one without a version is read as what the server has inside,
    whose fields have other names: nothing is left of it.
    """
    resource, api_version, name = kind.resource, document.get("apiVersion"), document.get("kind")
    if not kind.custom and not api_version:
        unknown = [f'unknown field "{field}"' for field in sorted(document) if field not in ("apiVersion", "kind")]
        document.clear()
        return settle(document, [*said, *unknown], options)
    for field, value in (("apiVersion", api_version), ("kind", name)):
        if not kind.custom and value is not None and not isinstance(value, str):
            why = f"json: cannot unmarshal {type_of(value)} into Go struct field .{field} of type string"
            raise Undecodable(f"couldn't get version/kind; json parse error: {why}")
    if not kind.custom and not fits(document, resource):
        _read(copied(document), str(api_version), str(name or resource.kind))
        raise _unconvertible(str(api_version).rpartition("/")[2], str(name), resource)
    if not kind.custom:
        document["kind"] = resource.kind
    return decode(kind, document, options, patched=True, said=said)


def check_patched(document: Document, kind: Kind) -> None:
    """Raises 422 for a custom resource that a patch made one of another kind or group."""
    resource = kind.resource
    api_version, name = str(document.get("apiVersion")), str(document.get("kind"))
    wanted = (("kind", name, resource.kind), ("apiVersion", api_version, resource.api_version))
    causes = [Cause("FieldValueInvalid", f'Invalid value: "{is_}": must be {must}', field) for field, is_, must in wanted if is_ != must]
    if kind.custom and causes:
        group = api_version.rpartition("/")[0]
        raise errors.invalid(f"{name}.{group}" if group else name, document["metadata"].get("name", ""), causes)


def _of_another_version(said: str, resource: Resource | Subresource) -> StatusError:
    return errors.bad_request(f"the API version in the data ({said}) does not match the expected API version ({resource.api_version})")


def custom_misfit(document: Document, kind: Kind, kinds: Kinds, options: WriteOptions) -> StatusError:
    """400 for an object in another version than that of a custom kind, 422 for one of another kind."""
    resource, said = kind.resource, document.get("apiVersion") or ""
    group, _, version = said.rpartition("/")
    if group == resource.group and document["kind"] == resource.kind:
        other = kinds.find(group, version, resource.plural)
        try:
            settle(document, shape_of(other).prune(document) if other else _all_unknown(document), options)
        except Undecodable as error:
            return errors.undecodable(resource.kind, version, str(error))
    if said != resource.api_version:
        return _of_another_version(said, resource)
    metadata = document.get("metadata")
    name = metadata.get("name", "") if isinstance(metadata, dict) else ""
    own = kind_name(kind).replace(resource.kind, document["kind"], 1)
    return errors.invalid(own, name, [Cause("FieldValueInvalid", f'Invalid value: "{document["kind"]}": must be {resource.kind}', "kind")])


def _all_unknown(document: Document) -> list[str]:
    """A version that is not there has no schema, and so knows no field."""
    return [f'unknown field "{path}"' for path in sorted(structural.prune(document, {}))]
