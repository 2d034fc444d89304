"""The WatchSource over the official `kubernetes` client: configuration, discovery, lists and watches."""

from informer.cluster.config import default_namespace, load_api_client
from informer.cluster.discovery import resolve
from informer.cluster.requester import Requester
from informer.cluster.source import ClusterSource

__all__ = ["ClusterSource", "Requester", "default_namespace", "load_api_client", "resolve"]
