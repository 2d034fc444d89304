"""Verbs: from a call and its HTTP request to an answer. Bodies and options are decoded here; what they do is in the files of each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fakes.api_server import errors
from fakes.api_server.access.access import Access
from fakes.api_server.access.reviews import Reviewer
from fakes.api_server.access.tokens import Tokens
from fakes.api_server.builtin.first_objects import first_objects
from fakes.api_server.custom.definitions import Definitions
from fakes.api_server.delete_options import DeleteOptions
from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kinds, Subresource
from fakes.api_server.messages import Identity, Request
from fakes.api_server.objects.objects import Objects
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership.configurations import read_configuration
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.patching.patch import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Patch
from fakes.api_server.requests import REVIEWS, STREAMS, Call
from fakes.api_server.verbs import reading
from fakes.api_server.verbs.applying import Applier
from fakes.api_server.verbs.deleting import Deleter
from fakes.api_server.verbs.emptying import Emptier
from fakes.api_server.verbs.pod_actions import PodActions
from fakes.api_server.verbs.pod_streams import PodStreams
from fakes.api_server.verbs.scaling import SCALES, Scaler, scale_misfit
from fakes.api_server.verbs.watch_cache import WatchCache
from fakes.api_server.verbs.writing import Writer
from fakes.api_server.wire import bodies, json_syntax
from fakes.api_server.wire.misfits import custom_misfit, fits, misfit
from fakes.api_server.wire.responses import Answer
from fakes.storage import Storage
from informer.resource import Resource
from informer.runtime import Runtime

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
        self._kinds = kinds
        self.objects = Objects(storage, runtime, cache)
        ownership = Ownership(self.objects, kinds)
        self.definitions = Definitions(self.objects, kinds, ownership, end_watches)
        self.writer = Writer(self.objects, self.definitions, ownership)
        self.deleter = Deleter(self.objects, self.definitions)
        self.tokens = Tokens(self.objects, named_tokens)
        self.reviewer = Reviewer(access, runtime, self.tokens, ownership)
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
                return self._write(self.tokens.issue, call, request)
            case "binding" | "eviction" as subresource:
                act = self.pods.bind if subresource == "binding" else self.pods.evict
                return self._write(act, call, request)
        if call.subresource in STREAMS:
            return self.streams.answer(call)
        if call.kind.storage_key in REVIEWS:
            return self._write(partial(self.reviewer.answer, request), call, request)
        match call.verb:
            case "get":
                return reading.get(self.objects, call)
            case "list":
                return reading.list_objects(self.objects, call)
            case "create":
                return self._write(self.writer.create, call, request)
            case "update":
                return self._write(self.writer.update, call, request, "UpdateOptions")
            case "patch" if bodies.media_type(request) == APPLY_PATCH:
                return self.applier.apply(call, *_configuration(call, request))
            case "patch":
                return self._patch(call, request)
            case "delete":
                return self.deleter.delete(call, DeleteOptions.of(call.parameters, bodies.read_options(request)))
            case "deletecollection":
                return self.deleter.delete_collection(call, DeleteOptions.of(call.parameters, bodies.read_options(request)))
        raise errors.method_not_allowed()

    def _answer_scale(self, call: Call, request: Request) -> Answer:
        match call.verb:
            case "get":
                return self.scaler.get(call)
            case "update":
                return self._write(self.scaler.update, call, request, "UpdateOptions")
        if bodies.media_type(request) == APPLY_PATCH:
            return self.scaler.apply(call, *_configuration(call, request))
        return self._patch(call, request)

    def _body(self, call: Call, request: Request, options: WriteOptions) -> Document:
        resource: Resource | Subresource = call.kind.subresources.get(call.subresource, call.kind.resource)
        untyped = call.kind.custom and call.subresource != "scale"
        sent = bodies.read_object(request, resource.kind, resource.api_version, untyped=untyped)
        document = {} if sent is None else sent
        if untyped:
            if not document.get("kind"):
                raise bodies.missing_kind(request.body, resource.kind)
            if (document.get("apiVersion"), document["kind"]) != (resource.api_version, resource.kind):
                raise custom_misfit(document, call.kind, self._kinds, options)
        elif not fits(document, resource):
            # of custom kinds only a Scale has a type
            raise scale_misfit() if call.kind.custom else misfit(document, resource, options)
        document["apiVersion"], document["kind"] = resource.api_version, resource.kind
        return document

    def _write(
        self, write: Callable[[Call, Document, WriteOptions], Answer], call: Call, request: Request, kind: str = "CreateOptions"
    ) -> Answer:
        """Do this with the body. Raises what it raises, and 400, 413, 415 and 422, in the order in which a real server looks."""
        bodies.check(request, binary=not call.kind.custom or call.subresource == "scale")
        options = _options(call, request, kind)
        try:
            return write(call, self._body(call, request, options), options)
        except StatusError as error:
            raise _warning(error, options) from None

    def _patch(self, call: Call, request: Request) -> Answer:
        """Raises what it raises, and 400, 413, 415 and 422, in the order in which a real server looks."""
        media_type = _patch_type(call, request)
        options = _options(call, request, "PatchOptions")
        try:
            content = json_syntax.read(request.body, untyped=call.kind.custom)
        except json_syntax.OutOfRange as error:
            why = error.within("jsonPatchOp.value") if media_type == JSON_PATCH else str(error)
            raise errors.bad_request(f"error decoding patch: {why}") from None
        except ValueError:
            raise errors.bad_request("invalid JSON patch") from None
        scaled = call.subresource == "scale"
        patch = Patch(SCALES if scaled else call.kind, media_type, content)
        patch_it = self.scaler.patch if scaled else self.writer.patch
        try:
            return patch_it(call, patch.apply, options, patch.refusal, patch.complaints())
        except StatusError as error:
            raise _warning(error, options) from None


def _warning(error: StatusError, options: WriteOptions) -> StatusError:
    """The error with what was heard before it."""
    error.warnings = tuple(dict.fromkeys((*options.heard, *error.warnings)))
    return error


_CUSTOM_TYPES = (JSON_PATCH, MERGE_PATCH)
_PATCH_TYPES = (*_CUSTOM_TYPES, STRATEGIC_PATCH)


def _patch_type(call: Call, request: Request) -> str:
    """Raises 413 and 415."""
    sent, custom = bodies.media_type(request), call.kind.custom
    accepted = _CUSTOM_TYPES if custom else _PATCH_TYPES
    if sent not in accepted:
        raise errors.unsupported_media_type(", ".join([*accepted, APPLY_PATCH])) if custom else errors.not_consumed()
    bodies.check_size(request)
    return sent


def _options(call: Call, request: Request, kind: str, *, applying: bool = False) -> WriteOptions:
    return WriteOptions.of(call.parameters, kind, request.headers.get("user-agent", ""), applying=applying)


def _configuration(call: Call, request: Request) -> tuple[Document, WriteOptions, tuple[str, ...]]:
    """What is applied, how, and what is odd about its text. Raises 400, 413, 422."""
    options = _options(call, request, "PatchOptions", applying=True)
    config, repeated = read_configuration(request, strictly=options.validation != "Ignore")
    return config, options, repeated
