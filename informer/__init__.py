"""informer-kit: Kubernetes shared informers for Python. The public names of the production half; the test half is `fakes`."""

from importlib.metadata import version as _version

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
from informer.resource import Resource, ResourceName
from informer.runtime import Runtime, ThreadRuntime
from informer.selectors import LabelSelector
from informer.shared_informer import SharedInformer
from informer.source import ListPage, ListQuery, WatchEvent, WatchQuery, WatchSource, WatchStream

__version__ = _version("informer-kit")

__all__ = [
    "Added",
    "ConfigurationError",
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
    "Registration",
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
    "__version__",
]
