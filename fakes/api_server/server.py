"""APIServer: a Kubernetes API server in memory. Requests enter at `handle`; tests may also use its Python face.

Guarantees: `handle` never raises, and one storage with one revision counter is behind everything. All methods may be called from any task;
only `handle` (for a version that is still to come) and a watch's `read` block. What a real server ignores is ignored; what it knows and
this one lacks is refused with a 501 Status that names it. Nothing here schedules, collects or scales: see `fakes.controllers`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Literal

from fakes.api_server.access.access import Access, Several, denial
from fakes.api_server.access.authentication import identified
from fakes.api_server.access.rbac import first_objects
from fakes.api_server.discovery import discovery
from fakes.api_server.errors import StatusError
from fakes.api_server.face.bulk import Bulk
from fakes.api_server.face.request_log import RequestLog
from fakes.api_server.faults import Fault, FaultList, StreamFault
from fakes.api_server.kinds import Kinds, check_plural, names_resource
from fakes.api_server.messages import Identity, Request, Response
from fakes.api_server.requests import (
    REVIEWS,
    Call,
    PageNotFound,
    Parameters,
    RequestRecord,
    check_timeout,
    is_resource_path,
    record_of,
    resolve,
)
from fakes.api_server.tables import Tables, TableStream
from fakes.api_server.verbs.verbs import Verbs
from fakes.api_server.verbs.watch_cache import WatchCache, check_limits, is_cached
from fakes.api_server.verbs.watching import WatchBody, open_watch
from fakes.api_server.wire import negotiation
from fakes.api_server.wire.responses import (
    CommonHeaders,
    internal_error,
    page_not_found,
    render,
    render_denial,
    render_error,
    render_fault,
    unavailable,
    warned,
    watch_type,
)
from fakes.storage import HISTORY, Snapshot, Storage
from informer.runtime import Runtime, current_runtime

_log = logging.getLogger(__name__)
_REMEMBERED = 100_000


class APIServer(Bulk):
    """See the module. `runtime` is where its time, identity and chance come from; None means the current task's simulation, or threads.

    `revision` is the version that the cluster starts from: the first object gets the next one. The namespaces default, kube-system,
    kube-public and kube-node-lease exist from the start, and in the first of them the Service `kubernetes`. With `rbac`, the Roles,
    ClusterRoles and bindings that it holds decide who may do what; at first these are the ones for people of every cluster. `system:admin`
    and the group `system:masters` may do everything.

    `watch_window` is how many events of each resource a watch can be replayed from; one from before them answers 410, while exact lists
    still know the past. `watch_buffer` is how many events may wait to be read on a stream; it ends where there would be more, after those
    that wait. None is no limit, and objects of the kind Event have none. Real servers hold 100 events of each resource and all of the last
    75 seconds, and end a stream that has 20 waiting besides what the sockets hold. Past `compact_after` events, of all resources together,
    the older half is forgotten as by `compact`.
    """

    def __init__(
        self,
        *,
        runtime: Runtime | None = None,
        revision: int = 1,
        rbac: bool = False,
        watch_window: int | None = None,
        watch_buffer: int | None = None,
        compact_after: int = HISTORY,
    ) -> None:
        check_limits(watch_window=watch_window, watch_buffer=watch_buffer, compact_after=compact_after)
        self.runtime = runtime or current_runtime()
        self.kinds = Kinds()
        self.storage = Storage(self.runtime, revision=revision, history=compact_after)
        self._cache = WatchCache(self.storage, self.runtime, window=watch_window, buffer=watch_buffer)
        self._lock = self.runtime.condition("api server")
        # _lock guards these
        self._watches: dict[WatchBody, None] = {}
        self._faults = FaultList()
        self._closed = False
        self._requests: deque[RequestRecord] = deque(maxlen=_REMEMBERED)
        self._access = Access(self.storage, rbac=rbac)
        self.tokens: dict[str, str | Identity] = {}
        """Who a request is from that shows one of these bearer tokens. Those that it issues itself are taken too, any other is a 401."""
        self._headers = CommonHeaders(self.runtime)
        self._verbs = Verbs(self.storage, self.kinds, self.runtime, self._cache, self._access, self.tokens, self._end_watches)
        super().__init__(self.kinds, self._verbs)
        if rbac:
            self.load(*first_objects())

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises; every answer has the headers that real ones have. Framing is the transport's."""
        self.runtime.checkpoint(f"{request.method} {request.path}")
        started = self.runtime.monotonic()
        request, stranger = self._identified(request)
        call, refusal = self._resolve(request)
        verb, resource = (call.verb, call.kind.resource.name) if call else (request.method.lower(), "")
        with self._lock:
            fault = self._faults.next_fault(verb, resource)
        if fault is None:
            response = stranger or self._denied(request) or refusal or self._warned(request, call)
        else:
            if fault.commit and call is not None and call.verb != "watch":
                self._respond(request, call)
            response = render_fault(request, fault)
        status = 0 if fault is not None and fault.disconnect else response.status
        self._requests.append(record_of(started, verb, call, request, status))
        return self._headers.add(request, response)

    def _identified(self, request: Request) -> tuple[Request, Response | None]:
        """The request of who asks, or the refusal of one who is not known."""
        try:
            return identified(request, self._verbs.tokens.holder), None
        except StatusError as error:
            return request, render_error(request, error)

    def _denied(self, request: Request) -> Response | None:
        """The refusal of a request that this user may not make, whatever else is wrong with it."""
        try:
            self._access.check(request)
        except StatusError as error:
            return render_denial(request, error)
        return None

    def _resolve(self, request: Request) -> tuple[Call | None, Response | None]:
        """What is asked of which resource; or else the refusal, if it is not discovery's."""
        try:
            if is_resource_path(request.path):
                return resolve(request, self.kinds), None
            check_timeout(Parameters(request.query).text("timeout"))
            return None, None
        except PageNotFound:
            return None, page_not_found()
        except StatusError as error:
            return None, render_error(request, error)

    def _warned(self, request: Request, call: Call | None) -> Response:
        response = self._respond(request, call)
        return response if call is None or not call.kind.deprecation else warned(response, call.kind.deprecation)

    def _respond(self, request: Request, call: Call | None) -> Response:
        try:
            if self._closed:
                raise unavailable()
            if call is None:
                return discovery.answer(self.kinds, request) or page_not_found()
            watch = call.verb == "watch"
            collection, tables = watch or call.verb == "list", call.kind.storage_key not in REVIEWS
            form = negotiation.accepted_form(request, call.kind, watch=watch, collection=collection, tables=tables)
            if watch:
                return Response(200, {"Content-Type": watch_type(form)}, self._open(request, call, form))
            return render(request, call.kind, self._verbs.answer(call, request), form, self.runtime.now)
        except StatusError as error:
            return render_error(request, error)
        except Exception as error:
            _log.exception("request=%s %s outcome=failed", request.method, request.path)
            return render_error(request, internal_error(error))

    def _open(self, request: Request, call: Call, form: negotiation.Form) -> WatchBody:
        tables = None
        if form.shape is negotiation.Shape.TABLE:
            tables = TableStream(Tables(call.kind, negotiation.included_object(request), form.version), self.runtime.now)
        body = open_watch(self._verbs.objects, call, form, tables, self._forget)
        with self._lock:
            faults = self._faults.for_opening(call.kind.resource.name)
            self._watches[body] = None
        for fault in faults:
            body.inject(fault)
        return body

    def _forget(self, body: WatchBody) -> None:
        with self._lock:
            self._watches.pop(body, None)

    def _open_watches(self, resource: str | None) -> list[WatchBody]:
        with self._lock:
            return [body for body in self._watches if names_resource(resource, body.view.kind.resource.name)]

    def _end_watches(self, storage_key: tuple[str, str]) -> None:
        for body in self._open_watches(None):
            if body.view.kind.storage_key == storage_key:
                body.end(clean=True)

    @property
    def revision(self) -> int:
        """The version of the last write, over all resources."""
        return self.storage.revision

    @property
    def requests(self) -> RequestLog:
        """The requests that came through `handle`, in the order of their answers; the last 100,000. A fresh list."""
        return RequestLog(self._requests)

    def compact(self, revision: int | None = None) -> int:
        """Forget the past before `revision` (default: all of it), and give the oldest version held.

        Afterwards a watch or an exact list from before it answers 410. Open watches go on, as they do on a real server.
        """
        return self.storage.compact(revision)

    def reset_watch_cache(self, resource: str | None = None, *, seconds: float = 0.0) -> None:
        """Have the watch cache (of one resource, such as `pods`) start anew, as real servers do when they lose their storage for a while.

        Its watches end cleanly, and a watch from a version before now answers 410, though lists still know the past. For so many seconds
        of the runtime, watches, and lists but exact ones and pages without a selector, answer 429 with an advice when to come back.
        Raises `StatusError` for a resource that there is not.
        """
        storage_key = None if resource is None else self._lookup(resource).storage_key
        self._cache.reset(storage_key, seconds)
        for body in self._open_watches(None):
            if is_cached(body.view.kind) and storage_key in (None, body.view.kind.storage_key):
                body.end(clean=True)

    def snapshot(self) -> Snapshot:
        """Everything that is stored, at this moment; for `restore`."""
        return self.storage.snapshot()

    def restore(self, snapshot: Snapshot, *, rewind: bool = False) -> None:
        """Go back to a snapshot of this server, as a restore of etcd and a restart of the API server do: all watches break.

        The version goes on, past all that was ever given out, and older ones answer 410: what etcd's tools do when told to bump and to
        compact. With `rewind` it goes back as well, as it happens to who does not know these options: versions are given out twice, and
        who watches from one of the lost ones hears nothing.
        """
        with self._verbs.definitions.replaced():
            self.storage.restore(snapshot, revision=None if rewind else self.storage.revision + 1)
        self._cache.clear()
        self.disconnect()
        self._end_changes()

    def deny(
        self,
        *,
        user: Several = None,
        verb: Several = None,
        resource: Several = None,
        namespace: Several = None,
        name: Several = None,
        code: Literal[401, 403, 429] = 403,
        retry_after: int = 1,
    ) -> Callable[[], None]:
        """From now on answer these requests 403, 401 or 429, in the words of a real server; and give the function that takes it back.

        Each may be one or several; None stands for any. `user` may be a group; `resource` is `pods`, `deployments` or `deployments.apps`,
        with `/status` for a subresource. A denial stands above everything that RBAC allows, for everybody. Open watches stay open. A 429,
        as from flow control, is no Status but plain text, with `retry_after` in seconds.
        """
        for each in (resource,) if isinstance(resource, str) else resource or ():
            check_plural(each, self.kinds.all())
        return self._access.deny(denial(user, verb, resource, namespace, name, code, retry_after))

    def inject(self, fault: Fault | StreamFault) -> None:
        """Have something go wrong: with requests to come, or on streams (those that are open now, unless the fault says otherwise)."""
        if not isinstance(fault, Fault | StreamFault):
            raise TypeError(f"a Fault or a StreamFault is injected, not {fault!r}")
        check_plural(fault.resource, self.kinds.all())
        if isinstance(fault, StreamFault) and not fault.opening:
            for body in self._open_watches(fault.resource):
                body.inject(fault)
            return
        with self._lock:
            self._faults.add(fault)

    def inject_line(self, line: bytes, *, resource: str | None = None) -> None:
        """Put these bytes, as they are, into the open watches (of one resource, such as `pods`)."""
        self.inject(StreamFault("line", resource=resource, line=line))

    def clear_faults(self) -> None:
        """Drop the faults that have not happened yet; what was done to open streams stays."""
        with self._lock:
            self._faults.clear()

    def disconnect(self, *, clean: bool = False, resource: str | None = None) -> int:
        """End the open watches (of one resource) and give their number.

        Broken: `read` raises `ConnectionResetError` at once. Clean: the stream ends after the events that were on their way.
        """
        check_plural(resource, self.kinds.all())
        bodies = self._open_watches(resource)
        for body in bodies:
            body.end(clean=clean)
        return len(bodies)

    def close(self) -> None:
        """End all watches cleanly, and answer 503 from now on. Idempotent."""
        with self._lock:
            self._closed = True
        self.disconnect(clean=True)
        self._end_changes()
