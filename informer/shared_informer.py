"""SharedInformer: a local cache of one resource that follows the server, and calls handlers about every change.

Guarantees: once `synced`, the cache becomes equal to the server's state whenever faults stop for long enough; each handler sees,
per object, Added, Updated*, Deleted, and replaying what it saw gives the cache. No order is promised between objects or between
handlers, nor that each intermediate state is seen: after an interruption only the difference is. See
https://pkg.go.dev/k8s.io/client-go/tools/cache#SharedInformer.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

from informer.engine import Engine
from informer.errors import ConfigurationError, LifecycleError, SyncTimeout
from informer.handlers import Added, Callbacks, Decorated, Deleted, Event, Registration, Updated, delivering_for
from informer.health import Counters, Health, OnError
from informer.indexer import IndexFunction, Lister
from informer.models import decoder_for
from informer.objects import KubeObject
from informer.reflector import PAGE_SIZE
from informer.runtime import Runtime, current_runtime
from informer.source import WatchSource
from informer.store import Transform

T = TypeVar("T")
M = TypeVar("M")
C = TypeVar("C", bound=Callable[..., object])

STOP_TIMEOUT = 20.0  # seconds: less than a pod's grace period


def _as_it_is(obj: KubeObject) -> KubeObject:
    return obj


class SharedInformer(Generic[T]):
    """See the module. `T` is what handlers and the lister give: `KubeObject`, or the model of a typed view (`typed`)."""

    def __init__(
        self: SharedInformer[KubeObject],
        source: WatchSource,
        *,
        name: str = "objects",
        runtime: Runtime | None = None,
        resync: float = 0,
        transform: Transform | None = None,
        on_error: OnError | None = None,
        page_size: int = PAGE_SIZE,
    ) -> None:
        """An informer of its own over any source.

        `name` is for logs and messages. `runtime`: by default the simulation this is called in, else threads. `resync`: seconds
        after which each handler is told of all objects again, from the cache, 0 for never; a handler may ask for its own.
        `transform` may shrink an object before it is stored (it must keep name, namespace, uid and resource version);
        one it raises for is quarantined. `on_error`
        is called, from any of the informer's tasks, with every `Failure`. `page_size` is how many objects one list request asks for.
        """
        _check_resync(resync)
        engine = Engine(
            source,
            name=name,
            runtime=runtime or current_runtime(),
            resync=resync,
            transform=transform,
            on_error=on_error,
            page_size=page_size,
        )
        self._bind(engine, _as_it_is)

    def _bind(self, engine: Engine, decode: Callable[[KubeObject], T]) -> None:
        self._engine = engine
        self._decode = decode
        self._decorated: Decorated[T] | None = None
        self._lister = Lister(engine.indexer, decode)

    def typed(self, model: type[M] | Callable[[dict[str, Any]], M]) -> SharedInformer[M]:
        """A view of this same informer whose handlers and lister give `model`: `V1Node`, a `msgspec.Struct`, or any callable that
        takes a dict.

        Objects are decoded for each delivery and never stored. One that the model refuses is hidden from this view only, and reported.
        """
        view: SharedInformer[M] = SharedInformer.__new__(SharedInformer)
        view._bind(self._engine, decoder_for(model))
        return view

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def lister(self) -> Lister[T]:
        """Reads the cache, without a request."""
        return self._lister

    @property
    def synced(self) -> bool:
        """Whether the first complete list is in the cache. Never false again."""
        return self._engine.synced

    @property
    def live(self) -> bool:
        """Whether a watch is open now, so that the cache follows the server."""
        return self._engine.health().live

    @property
    def health(self) -> Health:
        """What it does, since when and why."""
        return self._engine.health()

    @property
    def counters(self) -> Counters:
        """What it has counted so far."""
        return self._engine.counters

    @property
    def started(self) -> bool:
        return self._engine.started

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Index the cache by `function(obj)`, which gives a list of texts; also after the start. For `lister.by_index(name, value)`.

        An object for which it raises later is quarantined. Not to be called by a transform or an index function. Raises
        `ConfigurationError` when there is an index of this name, and what the function raises for an object that is in the cache.
        """
        self._engine.indexer.add_index(name, function)

    def add_handler(
        self,
        on_event: Callable[[Event[T]], object] | None = None,
        *,
        on_add: Callable[[T], object] | None = None,
        on_update: Callable[[T, T], object] | None = None,
        on_delete: Callable[[T], object] | None = None,
        filter: Callable[[T], bool] | None = None,
        resync: float | None = None,
    ) -> Registration:
        """Call these about every change: `on_event(event)`, `on_add(obj)`, `on_update(old, new)`, `on_delete(obj)`.

        Added late, it is first told of everything in the cache, marked `initial`. Its calls come one at a time, from a task of its
        own; what it raises is logged, counted and given to `on_error`, and the next event follows. `filter(obj)`: an object that
        starts to pass is added, one that stops is deleted. `resync`: seconds, instead of the informer's. Raises `LifecycleError`
        after stop.
        """
        if not (on_event or on_add or on_update or on_delete):
            raise ConfigurationError("a handler needs at least one of on_event, on_add, on_update, on_delete")
        _check_resync(resync)
        return self._engine.add_handler(Callbacks(on_event, on_add, on_update, on_delete, filter), self._decode, resync)

    def on_add(self, function: C) -> C:
        """Decorator: call `function(obj)` for every object that is added.

        Before the start, decorators share one handler as long as each brings another type of event, so that an object's `on_delete` never
        overtakes its `on_add`. A second function for one type, and one that comes after the start, is a handler of its own.
        """
        return self._decorate(Added, function)

    def on_update(self, function: C) -> C:
        """Decorator: call `function(old, new)` for every update. See `on_add`."""
        return self._decorate(Updated, function)

    def on_delete(self, function: C) -> C:
        """Decorator: call `function(obj)` for every object that is deleted. See `on_add`."""
        return self._decorate(Deleted, function)

    def _decorate(self, type: type[Event[Any]], function: C) -> C:
        handler = self._decorated
        if handler is None or type in handler.functions or self.started:
            handler = self._decorated = Decorated()
            handler.functions[type] = function
            self.add_handler(handler)
        else:
            handler.functions[type] = function
        return function

    def remove_handler(self, registration: Registration) -> None:
        """The same as `registration.remove()`."""
        registration.remove()

    def start(self) -> None:
        """Begin to list and watch. Returns at once. Raises `LifecycleError` when it was started before or has stopped."""
        self._engine.start()

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """End. After it returns there is no request, no task and no further call; the cache stays readable as it was.

        Waits at most `timeout` seconds, then raises `StopTimeout`, naming what still runs. From a handler of this informer it
        returns at once, and nothing new starts. Idempotent.
        """
        self._engine.stop(timeout)

    def calling(self) -> bool:
        """Whether the task that asks is this informer's own: in a handler, a transform, an index function or the error hook."""
        return delivering_for() is self._engine

    def begin_stop(self) -> None:
        """Start nothing new from here on, and return without waiting. `stop` waits for the rest."""
        self._engine.begin_stop()

    def wait_for_sync(self, timeout: float | None = 30.0) -> None:
        """Wait until `synced`, at most `timeout` seconds (None: for ever). Raises `SyncTimeout`, which says why, or
        `LifecycleError` when it was never started or is stopped meanwhile.
        """
        if not self._engine.started:
            raise LifecycleError(f"informer {self.name} was not started, so it will never be synced; call start() first")
        if not self._engine.wait_for_sync(timeout):
            if self._engine.stopped:
                raise LifecycleError(f"informer {self.name} was stopped before it was synced")
            late = str(self.health)
            raise SyncTimeout(f"not synced after {timeout:g}s: {late}", [late])

    def __enter__(self) -> SharedInformer[T]:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<SharedInformer {self.health}>"


def _check_resync(resync: float | None) -> None:
    if resync is not None and resync != 0 and resync < 1:
        raise ConfigurationError(f"a resync period is at least 1 second, or 0 for never; got {resync:g}")
