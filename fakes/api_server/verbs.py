"""Verbs: from a call and its HTTP request to an answer. Bodies and options are decoded here; what they do is in the files of each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from fakes.api_server import errors, negotiation, patches, reading
from fakes.api_server.access import Access
from fakes.api_server.applying import Applier
from fakes.api_server.configurations import read_configuration
from fakes.api_server.definitions import Definitions
from fakes.api_server.deleting import Deleter
from fakes.api_server.emptying import Emptier
from fakes.api_server.encoding import from_json
from fakes.api_server.errors import Cause, StatusError
from fakes.api_server.first_objects import first_objects
from fakes.api_server.kinds import Kind, Kinds, Subresource
from fakes.api_server.messages import Identity, Request
from fakes.api_server.metadata import kind_name
from fakes.api_server.objects import Objects
from fakes.api_server.options import DeleteOptions, WriteOptions
from fakes.api_server.ownership import Ownership
from fakes.api_server.pod_actions import PodActions
from fakes.api_server.pod_streams import PodStreams
from fakes.api_server.requests import REVIEWS, STREAMS, Call
from fakes.api_server.responses import Answer
from fakes.api_server.reviews import Reviewer
from fakes.api_server.scaling import Scaler
from fakes.api_server.tokens import Tokens
from fakes.api_server.watch_cache import WatchCache
from fakes.api_server.writing import Writer
from fakes.storage import Storage
from informer.resource import Resource
from informer.runtime import Runtime

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

Document = dict[str, Any]


class Verbs:
    """Every verb but watch, on one storage."""

    def __init__(
        self,
        storage: Storage,
        kinds: Kinds,
        runtime: Runtime,
        cache: WatchCache,
        access: Access,
        named_tokens: Mapping[str, str | Identity],
        end_watches: Callable[[tuple[str, str]], None],
    ) -> None:
        self.objects = Objects(storage, runtime, cache)
        ownership = Ownership(self.objects, kinds)
        self.definitions = Definitions(self.objects, kinds, ownership, end_watches)
        self.writer = Writer(self.objects, self.definitions, ownership)
        self.deleter = Deleter(self.objects, self.definitions)
        self.tokens = Tokens(self.objects, named_tokens)
        self.reviewer = Reviewer(access, runtime, self.tokens)
        self.emptier = Emptier(kinds, self.objects, self.writer, self.deleter)
        self.applier = Applier(self.writer, ownership)
        self.scaler = Scaler(self.objects, self.writer, ownership)
        self.pods = PodActions(self.objects, self.deleter)
        self.streams = PodStreams(self.objects)
        for plural, namespace, document in first_objects():
            kind = kinds.find("", "v1", plural)
            assert kind is not None, "what is there first is built in"
            self.writer.create(Call("create", kind, namespace), document, WriteOptions(manager="kube-apiserver"))

    def answer(self, call: Call, request: Request) -> Answer:
        """Raises every `StatusError` there is."""
        match call.subresource:
            case "scale":
                return self._answer_scale(call, request)
            case "token":
                return self.tokens.issue(call, self._body(call, request))
            case "binding" | "eviction" as subresource:
                act = self.pods.bind if subresource == "binding" else self.pods.evict
                return act(call, self._body(call, request), WriteOptions.of(call.parameters, "CreateOptions"))
        if call.subresource in STREAMS:
            return self.streams.answer(call)
        if call.kind.storage_key in REVIEWS:
            return self.reviewer.answer(call, request, self._body(call, request))
        match call.verb:
            case "get":
                return reading.get(self.objects, call)
            case "list":
                return reading.list_objects(self.objects, call)
            case "create":
                document = self._body(call, request)
                return self.writer.create(call, document, _options(call, request, "CreateOptions"))
            case "update":
                document = self._body(call, request)
                return self.writer.update(call, document, _options(call, request, "UpdateOptions"))
            case "patch" if negotiation.media_type(request) == APPLY_PATCH:
                return self.applier.apply(call, *_configuration(call, request))
            case "patch":
                change = self._change(call, request)
                text = partial(_go_text, request.body) if negotiation.media_type(request) == STRATEGIC_PATCH else None
                return self.writer.patch(call, change, _options(call, request, "PatchOptions"), text)
            case "delete":
                return self.deleter.delete(call, DeleteOptions.of(call.parameters, negotiation.read_options(request)))
            case "deletecollection":
                return self.deleter.delete_collection(call, DeleteOptions.of(call.parameters, negotiation.read_options(request)))
        raise errors.method_not_allowed()

    def _answer_scale(self, call: Call, request: Request) -> Answer:
        match call.verb:
            case "get":
                return self.scaler.get(call)
            case "update":
                return self.scaler.update(call, self._body(call, request), _options(call, request, "UpdateOptions"))
        if negotiation.media_type(request) == APPLY_PATCH:
            return self.scaler.apply(call, *_configuration(call, request))
        return self.scaler.patch(call, self._change(call, request), _options(call, request, "PatchOptions"))

    def _body(self, call: Call, request: Request) -> Document:
        resource: Resource | Subresource = call.kind.subresources.get(call.subresource, call.kind.resource)
        custom = call.kind.custom and resource is call.kind.resource
        document = negotiation.read_object(request, resource.kind, resource.api_version, custom=custom)
        if call.kind.custom and call.subresource != "scale" and not document.get("kind"):
            raise negotiation.missing_kind(request.body, resource.kind)
        said = (document.get("apiVersion") or resource.api_version, document.get("kind") or resource.kind)
        document["apiVersion"], document["kind"] = said
        if said[0] != resource.api_version:
            text = f"the API version in the data ({said[0]}) does not match the expected API version ({resource.api_version})"
            raise errors.bad_request(text)
        if said[1] != resource.kind:
            raise _wrong_kind(call.kind, resource, document)
        return document

    def _change(self, call: Call, request: Request) -> Callable[[Document], Document]:
        sent = negotiation.media_type(request)
        negotiation.check_size(request)
        accepted = [JSON_PATCH, MERGE_PATCH, *([] if call.kind.custom else [STRATEGIC_PATCH])]
        if sent not in accepted:
            raise errors.unsupported_media_type(", ".join([*accepted, APPLY_PATCH]))
        try:
            patch = from_json(request.body)
        except msgspec.DecodeError as error:
            raise errors.bad_request(f"error decoding patch: {negotiation.json_complaint(request.body, error)}") from None
        if call.subresource == "scale" and sent == STRATEGIC_PATCH:
            # a Scale has no lists, so the two are the same
            sent = MERGE_PATCH
        return patch_function(call.kind, sent, patch)


def _options(call: Call, request: Request, kind: str, *, applying: bool = False) -> WriteOptions:
    return WriteOptions.of(call.parameters, kind, request.headers.get("user-agent", ""), applying=applying)


def _configuration(call: Call, request: Request) -> tuple[Document, WriteOptions, tuple[str, ...]]:
    """What is applied, how, and what is odd about its text. Raises 400, 413, 422."""
    options = _options(call, request, "PatchOptions", applying=True)
    config, repeated = read_configuration(request, strictly=options.validation != "Ignore")
    return config, options, repeated


def patch_function(kind: Kind, media_type: str, patch: Any) -> Callable[[Document], Document]:
    """What a patch makes of a document."""
    match media_type:
        case "application/json-patch+json":
            return lambda document: patches.json_patch(document, patch)
        case "application/merge-patch+json":
            return lambda document: patches.merge_patch(document, patch)
        case _:
            return lambda document: patches.strategic_merge_patch(document, patch, kind)


def _go_text(patch: bytes) -> str:
    return patches.go_text(from_json(patch))


def _wrong_kind(kind: Kind, resource: Resource | Subresource, document: Document) -> StatusError:
    said = document["kind"]
    if not kind.custom or resource is not kind.resource:
        start = f'{said} in version "{resource.version}" cannot be handled as a {resource.kind}'
        return errors.bad_request(f"{start}: converting ({resource.version}.{said}) to ({resource.kind}): unknown conversion")
    metadata = document.get("metadata")
    name = metadata.get("name", "") if isinstance(metadata, dict) else ""
    own = kind_name(kind).replace(resource.kind, str(said), 1)
    return errors.invalid(own, name, [Cause("FieldValueInvalid", f'Invalid value: "{said}": must be {resource.kind}', "kind")])
