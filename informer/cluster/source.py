"""ClusterSource: the objects of one resource of a real (or fake) cluster, through the official client.

Guarantees: what `informer.source` says. Discovery happens in the first request that needs it, and again after the server has said that it
does not know the resource, so that one that is installed later is found.
"""

from __future__ import annotations

from kubernetes.client import ApiClient

from informer.cluster.discovery import resolve
from informer.cluster.requester import Requester
from informer.cluster.stream import ClusterStream
from informer.cluster.wire import read_page
from informer.errors import NotFound
from informer.resource import Resource, ResourceName
from informer.runtime import Runtime
from informer.source import ListPage, ListQuery, WatchQuery, WatchSource


class ClusterSource(WatchSource):
    """The objects of `resource`, of one namespace or (None) all, that the selectors select.

    A `ResourceName` is looked up on the server when it is needed; a `Resource` is taken as it is. Nothing is asked before the first call.
    """

    def __init__(
        self,
        api_client: ApiClient,
        resource: Resource | ResourceName,
        *,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
        runtime: Runtime,
    ) -> None:
        self._requester = Requester(api_client, runtime)
        self._name = resource if isinstance(resource, ResourceName) else None
        self._resource = resource if isinstance(resource, Resource) else None
        self._namespace = namespace
        self._selectors = [(key, value) for key, value in (("labelSelector", label_selector), ("fieldSelector", field_selector)) if value]

    @property
    def resource(self) -> Resource | None:
        """What the server says the name means; None as long as nobody has asked it, and after it has forgotten it."""
        return self._resource

    def list(self, query: ListQuery) -> ListPage:
        """One LIST request, one page. Blocks."""
        resource = self._resolved()
        asked = [
            ("limit", str(query.limit) if query.limit else ""),
            ("continue", query.continue_token),
            ("resourceVersion", query.resource_version),
            ("resourceVersionMatch", query.match),
            *self._selectors,
        ]
        parameters = [(key, value) for key, value in asked if value]
        try:
            with self._requester.get(f"LIST {resource}", resource.path(self._namespace), parameters, compressed=True) as exchange:
                body = exchange.read_all()
        except NotFound:
            self._forget()
            raise
        return read_page(body, resource, self._requester.server)

    def watch(self, query: WatchQuery) -> ClusterStream:
        """One WATCH request; returns when the server has accepted it. Blocks."""
        resource = self._resolved()
        asked = [
            ("watch", "true"),
            ("resourceVersion", query.resource_version),
            ("allowWatchBookmarks", "true" if query.bookmarks else ""),
            ("timeoutSeconds", str(query.timeout) if query.timeout is not None else ""),
            *self._selectors,
        ]
        parameters = [(key, value) for key, value in asked if value]
        try:
            exchange = self._requester.get(f"WATCH {resource}", resource.path(self._namespace), parameters, silence=query.silence)
        except NotFound:
            self._forget()
            raise
        return ClusterStream(exchange, resource)

    def close(self) -> None:
        """Wake every blocked call with `SourceClosed`, and refuse further ones. Idempotent, from any task."""
        self._requester.close()

    def _resolved(self) -> Resource:
        if self._resource is None:
            assert self._name is not None
            self._resource = resolve(self._requester, self._name)
        return self._resource

    def _forget(self) -> None:
        if self._name is not None:
            self._resource = None
