"""SharedInformerFactory: one informer per resource, started, waited for and stopped together."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, TypeVar, overload

from kubernetes.client import ApiClient

from informer import builtin
from informer.cluster import ClusterSource, load_api_client
from informer.errors import ConfigurationError, LifecycleError, StopTimeout, SyncTimeout
from informer.health import Failure, OnError
from informer.models import is_client_model
from informer.objects import KubeObject
from informer.reflector import PAGE_SIZE
from informer.resource import Resource, ResourceName
from informer.runtime import Runtime, current_runtime
from informer.selectors import FieldSelector, LabelSelector
from informer.shared_informer import STOP_TIMEOUT, SharedInformer
from informer.store import Transform

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class _Identity:
    """Informers that agree in these are the same informer."""

    resource: Resource | ResourceName
    namespace: str
    selector: str
    field_selector: str
    transform: Transform | None


class Service(Protocol):
    """What runs beside the informers: a controller."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SharedInformerFactory:
    """Makes informers over one API client, each at most once, and runs them together.

    A context manager: entering starts it, leaving stops it; that raises what an `on_error="crash"` factory stopped for, unless
    something else is being raised already.
    """

    def __init__(
        self,
        api_client: ApiClient,
        *,
        namespace: str | None = None,
        resync: float = 0,
        transform: Transform | None = None,
        on_error: OnError | Literal["crash"] | None = None,
        page_size: int = PAGE_SIZE,
        runtime: Runtime | None = None,
    ) -> None:
        """Informers over `api_client`, with its configuration, credentials, TLS and proxies.

        `namespace`: the only one to watch, by default all. `resync`, `transform`, `on_error`, `page_size`: as for `SharedInformer`, for all
        informers. `on_error="crash"`: what a handler, a transform, an index function or a model raises stops the factory, and is raised by
        `run_forever` or on leaving the `with` block; failures that are tried again, to list and to watch, are only logged. `runtime`: by
        default the simulation this is called in, else threads.
        """
        if isinstance(on_error, str) and on_error != "crash":
            raise ConfigurationError(f'on_error={on_error!r}: it is a function, "crash" or None')
        self._api_client = api_client
        self._owns_client = False
        self._namespace = namespace
        self._resync = resync
        self._transform = transform
        self._on_error = self._crash if isinstance(on_error, str) else on_error
        self._page_size = page_size
        self._runtime = runtime or current_runtime()
        self._informers: dict[_Identity, tuple[SharedInformer[KubeObject], float]] = {}
        self._changed = self._runtime.condition("factory")  # guards the fields below and _informers
        self._started = False
        self._stopping = False
        self._crashed: Exception | SystemExit | None = None

    @classmethod
    def from_config(
        cls,
        kubeconfig: str | os.PathLike[str] | None = None,
        context: str | None = None,
        namespace: str | None = None,
        resync: float = 0,
        *,
        transform: Transform | None = None,
        on_error: OnError | Literal["crash"] | None = None,
        page_size: int = PAGE_SIZE,
        runtime: Runtime | None = None,
    ) -> SharedInformerFactory:
        """A factory over the cluster that `kubeconfig` names: that file, else $KUBECONFIG, else ~/.kube/config, else the pod's own cluster.

        Raises `ConfigurationError`, saying what is wrong with what.
        """
        factory = cls(
            load_api_client(None if kubeconfig is None else Path(kubeconfig), context),
            namespace=namespace,
            resync=resync,
            transform=transform,
            on_error=on_error,
            page_size=page_size,
            runtime=runtime,
        )
        factory._owns_client = True
        return factory

    @property
    def api_client(self) -> ApiClient:
        """The client that the informers use, for requests of your own: `CoreV1Api(factory.api_client)`."""
        return self._api_client

    @property
    def informers(self) -> tuple[SharedInformer[KubeObject], ...]:
        """Those made so far, in order."""
        with self._changed:
            return tuple(informer for informer, _ in self._informers.values())

    @overload
    def informer(
        self,
        what: str | Resource | ResourceName,
        *,
        model: None = ...,
        namespace: str | None = ...,
        selector: str = ...,
        field_selector: str = ...,
        transform: Transform | None = ...,
        resync: float | None = ...,
    ) -> SharedInformer[KubeObject]: ...

    @overload
    def informer(
        self,
        what: str | Resource | ResourceName,
        *,
        model: type[M] | Callable[[dict[str, Any]], M],
        namespace: str | None = ...,
        selector: str = ...,
        field_selector: str = ...,
        transform: Transform | None = ...,
        resync: float | None = ...,
    ) -> SharedInformer[M]: ...

    @overload
    def informer(
        self,
        what: type[M],
        *,
        namespace: str | None = ...,
        selector: str = ...,
        field_selector: str = ...,
        transform: Transform | None = ...,
        resync: float | None = ...,
    ) -> SharedInformer[M]: ...

    def informer(
        self,
        what: str | Resource | ResourceName | type[Any],
        *,
        model: type[Any] | Callable[[dict[str, Any]], Any] | None = None,
        namespace: str | None = None,
        selector: str = "",
        field_selector: str = "",
        transform: Transform | None = None,
        resync: float | None = None,
    ) -> SharedInformer[Any]:
        """The informer of a resource: `"nodes"`, `"deployments.apps"`, `"widgets.example.com"`, `V1Node`, `Resource(...)`.

        Asked twice for the same resource, namespace, selectors and transform it gives the same informer; a class of the official client, or
        `model=`, gives a typed view of it. `namespace` None is the factory's, `""` all. `selector` and `field_selector` are the server's.
        Custom resources are found when the informer first lists, and looked for again until they are there. After the factory's start a new
        informer starts at once. Raises `ConfigurationError`, `SelectorError`, and `LifecycleError` after stop.
        """
        if isinstance(what, type):
            model = model or what
        resource = _resource(what)
        selector, field_selector = str(LabelSelector.parse(selector)), str(FieldSelector.parse(field_selector))
        within = (self._namespace if namespace is None else namespace) or ""
        if isinstance(resource, Resource) and not resource.namespaced:
            within = ""
        identity = _Identity(resource, within, selector, field_selector, transform or self._transform)
        with self._changed:
            if self._stopping:
                raise LifecycleError(f"the factory has stopped; an informer of {resource} would never start")
            if identity not in self._informers:
                made = self._make(identity, resync)
                self._informers[identity] = (made, self._resync if resync is None else resync)
                if self._started:
                    made.start()
            informer, period = self._informers[identity]
            if resync is not None and resync != period:
                raise ConfigurationError(
                    f"there is an informer of {resource} with resync={period:g} already; ask for resync={resync:g} in add_handler instead"
                )
        return informer if model is None else informer.typed(model)

    def _make(self, identity: _Identity, resync: float | None) -> SharedInformer[KubeObject]:
        source = ClusterSource(
            self._api_client,
            identity.resource,
            namespace=identity.namespace or None,
            label_selector=identity.selector,
            field_selector=identity.field_selector,
            runtime=self._runtime,
        )
        scope = [identity.namespace and f"namespace={identity.namespace}", identity.selector, identity.field_selector]
        return SharedInformer(
            source,
            name=" ".join([str(identity.resource), *(part for part in scope if part)]),
            runtime=self._runtime,
            resync=self._resync if resync is None else resync,
            transform=identity.transform,
            on_error=self._on_error,
            page_size=self._page_size,
        )

    def start(self) -> None:
        """Start all informers that do not run yet. Returns at once. Raises `LifecycleError` when it was started before or has stopped."""
        with self._changed:
            if self._stopping:
                raise LifecycleError("the factory has stopped; a factory runs once, make a new one")
            if self._started:
                raise LifecycleError("the factory was started already")
            self._started = True
            for informer, _ in self._informers.values():
                if not informer.started:
                    informer.start()

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """Stop every informer. After it returns there is no request, no task and no further call of a handler.

        Waits at most `timeout` seconds for all of them together, then raises `StopTimeout`, naming what still runs. From a handler
        it returns at once, and nothing new starts. Idempotent.
        """
        deadline = self._runtime.monotonic() + timeout
        self._begin_stop()
        informers = self.informers
        if any(informer.calling() for informer in informers):
            return
        late: list[str] = []
        for informer in informers:
            try:
                informer.stop(max(0.0, deadline - self._runtime.monotonic()))
            except StopTimeout as error:
                late += error.running
        if late:
            raise StopTimeout(f"not stopped after {timeout:g}s; still running: {', '.join(late)}", late)
        if self._owns_client:
            self._api_client.rest_client.pool_manager.clear()

    def _begin_stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for informer in self.informers:
            informer.begin_stop()

    def _crash(self, failure: Failure) -> None:
        if failure.delay is None:  # it is not tried again
            with self._changed:
                self._crashed = self._crashed or failure.error
            self._begin_stop()

    def wait_for_sync(self, timeout: float | None = 30.0) -> None:
        """Wait until every informer is synced, at most `timeout` seconds (None: for ever).

        Raises `SyncTimeout` with a line for each that is late: its state, since when, its last error. Raises `LifecycleError` when
        the factory was not started, or is stopped meanwhile (by a crash: that is its cause).
        """
        if not self._started:
            raise LifecycleError("the factory was not started, so nothing will ever be synced; call start() first")
        deadline = None if timeout is None else self._runtime.monotonic() + timeout
        informers = self.informers
        for informer in informers:
            try:
                informer.wait_for_sync(None if deadline is None else max(0.0, deadline - self._runtime.monotonic()))
            except SyncTimeout:
                break
            except LifecycleError as stopped:
                raise stopped from self._crashed
        late = [str(informer.health) for informer in informers if not informer.synced]
        if late:
            raise SyncTimeout(f"not synced after {timeout:g}s: " + "; ".join(late), late)

    def run_forever(self, *beside: Service) -> None:
        """Run until `stop`, SIGINT or SIGTERM, then stop cleanly and return. Starts the factory where that was not done.

        `beside`, such as controllers, are started after the informers and stopped before them. A second SIGINT while it stops does what
        SIGINT did before. Signals are only heard in the main thread. Raises `StopTimeout`, and what stopped an `on_error="crash"` factory.
        """
        interrupted = False

        def interrupt() -> None:
            nonlocal interrupted
            with self._changed:
                interrupted = True
                self._changed.notify_all()

        undo = self._runtime.on_interrupt(interrupt)  # first of all, so that none is missed while the rest still starts
        try:
            if not self._started:
                self.start()
            with ExitStack() as running:
                running.callback(self.stop)
                try:
                    for service in beside:
                        service.start()
                        running.callback(service.stop)
                    with self._changed:
                        while not (interrupted or self._stopping):
                            self._changed.wait()
                finally:
                    undo()  # before anything stops: who interrupts a stop means it
        finally:
            undo()
            if self._crashed is not None:
                raise self._crashed

    def __enter__(self) -> SharedInformerFactory:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if self._crashed is not None and error is None:
            raise self._crashed


def _resource(what: str | Resource | ResourceName | type[Any]) -> Resource | ResourceName:
    if isinstance(what, Resource):
        return what
    if isinstance(what, str):
        name: ResourceName | None = ResourceName.parse(what)
    elif isinstance(what, ResourceName):
        name = what
    else:
        name = builtin.name_of_model(what.__name__) if is_client_model(what) else None
    if name is None:
        raise ConfigurationError(
            f'{what!r} does not say which resource it is for; write informer("pods", model={getattr(what, "__name__", what)})'
        )
    return builtin.find(name) or name
