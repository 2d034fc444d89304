"""informer-kit: Kubernetes shared informers for Python. The public names of the production half; the test half is `fakes`."""

from typing import TYPE_CHECKING

from informer.lazy import lazy_names

if TYPE_CHECKING:
    from informer.controller import Controller, Requeue
    from informer.errors import (
        ConfigurationError,
        InformerKitError,
        LifecycleError,
        Quarantined,
        SourceError,
        StopTimeout,
        SyncTimeout,
    )
    from informer.factory import SharedInformerFactory
    from informer.handlers import Added, Deleted, Event, Registration, Updated
    from informer.health import Failure, Health, Phase
    from informer.indexer import Lister, ObjectList
    from informer.objects import KubeObject, ObjectKey, UnreadableObject
    from informer.release import __version__
    from informer.resource import Resource, ResourceName
    from informer.runtime import Runtime, ThreadRuntime
    from informer.selectors import LabelSelector
    from informer.shared_informer import SharedInformer
    from informer.source import ListPage, ListQuery, WatchEvent, WatchQuery, WatchSource, WatchStream
    from informer.work_queue import QueueMetrics, WorkQueue
else:
    # The pytest plugin is loaded in every project where the kit is installed, and the official client takes a quarter of a second.
    __getattr__ = lazy_names(
        __name__,
        controller="Controller Requeue",
        errors="ConfigurationError InformerKitError LifecycleError Quarantined SourceError StopTimeout SyncTimeout",
        factory="SharedInformerFactory",
        handlers="Added Deleted Event Registration Updated",
        health="Failure Health Phase",
        indexer="Lister ObjectList",
        objects="KubeObject ObjectKey UnreadableObject",
        release="__version__",
        resource="Resource ResourceName",
        runtime="Runtime ThreadRuntime",
        selectors="LabelSelector",
        shared_informer="SharedInformer",
        source="ListPage ListQuery WatchEvent WatchQuery WatchSource WatchStream",
        work_queue="QueueMetrics WorkQueue",
    )

__all__ = [
    "Added",
    "ConfigurationError",
    "Controller",
    "Deleted",
    "Event",
    "Failure",
    "Health",
    "InformerKitError",
    "KubeObject",
    "LabelSelector",
    "LifecycleError",
    "ListPage",
    "ListQuery",
    "Lister",
    "ObjectKey",
    "ObjectList",
    "Phase",
    "Quarantined",
    "QueueMetrics",
    "Registration",
    "Requeue",
    "Resource",
    "ResourceName",
    "Runtime",
    "SharedInformer",
    "SharedInformerFactory",
    "SourceError",
    "StopTimeout",
    "SyncTimeout",
    "ThreadRuntime",
    "UnreadableObject",
    "Updated",
    "WatchEvent",
    "WatchQuery",
    "WatchSource",
    "WatchStream",
    "WorkQueue",
    "__version__",
]
