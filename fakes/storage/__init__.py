"""Revisions, history, compaction, snapshots and subscriptions, in memory: what etcd is to a real API server."""

from fakes.storage.storage import HISTORY, Changed, Compacted, Snapshot, State, Storage, Subscription
from fakes.storage.version import Event, Version

__all__ = ["HISTORY", "Changed", "Compacted", "Event", "Snapshot", "State", "Storage", "Subscription", "Version"]
