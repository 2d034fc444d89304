"""Revisions, history, compaction, snapshots and subscriptions, in memory: what etcd is to a real API server."""

from fakes.storage.storage import Changed, Compacted, Snapshot, State, Storage, Subscription
from fakes.storage.version import Event, Version

__all__ = ["Changed", "Compacted", "Event", "Snapshot", "State", "Storage", "Subscription", "Version"]
