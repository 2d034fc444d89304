"""Followed: one informer as the command shows it.

It stands between the informer and its source as well, because only a source sees when a list is in or a watch is open again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from informer.cli.exit_codes import Fatal, fatal_at_start
from informer.cli.reports import Back, Happened, Report, Synced, Total, Trouble
from informer.handlers import Added, Deleted, Event, Updated
from informer.health import Failure
from informer.objects import KubeObject, ObjectKey
from informer.resource import Resource
from informer.runtime import Runtime
from informer.shared_informer import SharedInformer
from informer.source import ListPage, ListQuery, WatchQuery, WatchSource, WatchStream

SETTLED = 0.25  # seconds, less than any backoff; a server that cannot go on from a version says so at once, in a stream it has just opened


class ResolvingSource(WatchSource, Protocol):
    """A source that finds out which resource it is of."""

    @property
    def resource(self) -> Resource | None:
        """None as long as the server has not said it."""
        ...


@dataclass(slots=True)
class _Outage:
    began: float
    trouble: Trouble
    attempts: int = 1
    found: int | None = None
    first: bool = False
    open_since: float | None = None
    open_from: str = ""


class Followed:
    """Follows `source` from `start` to `stop`, and reports what happens.

    `name` is how the resource is called until the server has said its name; `namespace` is where it is looked at, None for everywhere. A
    trouble that ends the command goes to `on_fatal`; there is none once a watch was open.
    """

    def __init__(
        self,
        source: ResolvingSource,
        *,
        name: str,
        namespace: str | None = None,
        report: Callable[[Report], None],
        on_fatal: Callable[[Fatal], None],
        runtime: Runtime,
    ) -> None:
        self._source = source
        self._name = name
        self._namespace = namespace
        self._report = report
        self._on_fatal = on_fatal
        self._runtime = runtime
        self._lock = runtime.condition(f"followed {name}")  # guards the fields below
        self._started = 0.0
        self._first_list: tuple[float, str] | None = None
        self._opened = False
        self._connected = False
        self._outage: _Outage | None = None
        self._said_synced = False
        self._at_start = self._added = self._updated = self._deleted = 0
        self.informer = SharedInformer(_ObservedSource(source, self), name=name, runtime=runtime, on_error=self._failed)
        self._registration = self.informer.add_handler(self._happened)

    @property
    def resource(self) -> str:
        """Its plural, once the server has said it."""
        return self._source.resource.plural if self._source.resource else self._name

    def start(self) -> None:
        """Begin. Returns at once."""
        self._started = self._runtime.monotonic()
        self.informer.start()
        self._runtime.spawn(self._wait_for_sync, name=f"sync of {self._name}")

    def begin_stop(self) -> None:
        """Show nothing new from here on, and remember whether it was connected."""
        synced = self.informer.synced
        with self._lock:
            self._connected = synced and (self._outage is None or self._outage.open_since is not None)
        self.informer.begin_stop()

    def total(self) -> Total:
        """What there was in all, once it is stopped."""
        counters, now = self.informer.counters, len(self.informer.lister)
        with self._lock:
            return Total(
                self.resource,
                self._at_start,
                self._added,
                self._updated,
                self._deleted,
                now=now,
                reconnects=max(0, counters.watches - 1),
                relists=max(0, counters.lists - 1),
                connected=self._connected,
                trouble=self._outage.trouble if self._outage is not None and not self._connected else None,
            )

    # What its source saw

    def listed(self, versions: dict[ObjectKey, str], resource_version: str) -> None:
        """A complete list has come, and is not in the cache yet."""
        cached = {obj.key: obj.resource_version for obj in self.informer.lister.list()}
        with self._lock:
            if self._first_list is None:
                self._first_list = self._runtime.monotonic() - self._started, resource_version
            elif self._outage is not None:
                self._outage.found = sum(cached.get(key) != versions.get(key) for key in {**cached, **versions})

    def opened(self, resource_version: str) -> None:
        """A watch is open, from that version on."""
        with self._lock:
            first, self._opened = not self._opened, True
            if self._outage is None:
                return
            self._outage.open_since = self._runtime.monotonic()
            self._outage.open_from = resource_version
            self._outage.first = first
            sure = first or self._outage.found is not None
        if sure:
            self._settle()
        else:
            self._runtime.spawn(self._wait_until_settled, name=f"recovery of {self._name}")

    def _wait_until_settled(self) -> None:
        self._runtime.sleep(SETTLED)
        self._settle()

    def _settle(self) -> None:
        """Say that the watch is back, if it is and nobody has said so."""
        with self._lock:
            outage = self._outage
            if outage is None or outage.open_since is None:
                return
            self._outage = None
        seconds = outage.open_since - outage.began
        self._report(Back(self.resource, outage.open_from, outage.attempts, seconds, first=outage.first, found=outage.found))

    # What its informer says

    def _happened(self, event: Event[KubeObject]) -> None:
        initial = isinstance(event, Added) and event.initial
        if not initial:
            self._say_synced()
        self._settle()
        with self._lock:
            match event:
                case Added():
                    self._at_start += initial
                    self._added += not initial
                case Updated():
                    self._updated += 1
                case Deleted():
                    self._deleted += 1
        self._report(Happened(self.resource, event))

    def _wait_for_sync(self) -> None:
        if self._registration.wait_for_sync():
            self._say_synced()

    def _say_synced(self) -> None:
        with self._lock:
            if self._said_synced or self._first_list is None:
                return
            self._said_synced = True
            seconds, version = self._first_list
            count = self._at_start
        resource = self._source.resource
        what = f"{count} {resource.kind.lower() if resource and count == 1 else self.resource}"
        if resource and resource.namespaced and self._namespace is not None:
            what += f" in namespace {self._namespace}"
        self._report(Synced(self.resource, what, count, version, seconds))

    def _failed(self, failure: Failure) -> None:
        if failure.phase not in ("list", "watch"):
            self._report(Trouble(self.resource, failure, broken=False))
            return
        with self._lock:
            before = self._outage
            trouble = Trouble(self.resource, failure, broken=before is None and failure.phase == "watch" and self._opened)
            fatal = None
            if not self._opened:
                fatal = fatal_at_start(failure.error, resolved=self._source.resource is not None, synced=self.informer.synced)
            repeated = before is not None and _cause(before.trouble.failure) == _cause(failure)
            if before is None:
                self._outage = _Outage(self._runtime.monotonic(), trouble)
            else:
                before.attempts += 1
                before.open_since = None
                before.trouble = trouble
        if fatal is not None:
            self._on_fatal(fatal)
        elif not repeated:
            self._report(trouble)


def _cause(failure: Failure) -> tuple[str, str, str]:
    return failure.phase, type(failure.error).__name__, str(failure.error)


class _ObservedSource(WatchSource):
    def __init__(self, source: WatchSource, followed: Followed) -> None:
        self._source = source
        self._followed = followed
        self._versions: dict[ObjectKey, str] = {}
        self._resource_version = ""

    def list(self, query: ListQuery) -> ListPage:
        page = self._source.list(query)
        if not query.continue_token:
            self._versions = {}
            self._resource_version = page.resource_version
        self._versions.update((obj.key, obj.resource_version) for obj in page.items)
        if not page.continue_token:
            self._followed.listed(self._versions, self._resource_version)
            self._versions = {}
        return page

    def watch(self, query: WatchQuery) -> WatchStream:
        stream = self._source.watch(query)
        self._followed.opened(query.resource_version)
        return stream

    def close(self) -> None:
        self._source.close()
