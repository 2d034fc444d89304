"""The cache: `Indexer` writes it, `Lister` is its read-only face.

Guarantees: a reader sees each object whole, at a version the server gave it; every index agrees with the objects at every moment;
values are immutable, so nothing a reader does can harm the cache. One task writes (the reflector's); any number read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from informer.errors import ConfigurationError, Quarantined
from informer.objects import KubeObject, ObjectKey
from informer.runtime import Condition
from informer.selectors import LabelSelector

T = TypeVar("T")
IndexFunction = Callable[[KubeObject], Iterable[str]]

NAMESPACE = "namespace"


def _by_namespace(obj: KubeObject) -> Iterable[str]:
    return (obj.namespace,)


class Indexed(msgspec.Struct, frozen=True):
    """An object ready to be stored: with its values of every index, in the order of the indices."""

    object: KubeObject
    values: tuple[tuple[str, ...], ...]


class Indexer:
    """The objects of one informer by key, and by every index.

    `lock` guards all fields, and no user code runs under it. Whoever changes them holds `writing` as well, from before the first
    index function is called, so a writer may read without the lock.
    """

    def __init__(self, lock: Condition, writing: Condition) -> None:
        self.lock = lock
        self.writing = writing
        self._functions: dict[str, IndexFunction] = {NAMESPACE: _by_namespace}
        self._objects: dict[ObjectKey, Indexed] = {}
        self._indices: dict[str, dict[str, dict[ObjectKey, None]]] = {NAMESPACE: {}}
        self._quarantine: dict[ObjectKey, Quarantined] = {}

    def prepare(self, obj: KubeObject) -> Indexed:
        """Work out the object's index values; holding `writing`. Raises whatever an index function raises."""
        return Indexed(obj, tuple(_values(name, function, obj) for name, function in self._functions.items()))

    def peek(self, key: ObjectKey) -> KubeObject | None:
        """What the cache holds, quarantined or not; holding `writing` or the lock."""
        entry = self._objects.get(key)
        return entry.object if entry else None

    def quarantined(self) -> Mapping[ObjectKey, Quarantined]:
        """The keys whose newest state was refused, and why; holding the lock."""
        return dict(self._quarantine)

    def put(self, entry: Indexed) -> None:
        """Store an object, and let it out of quarantine; holding the lock."""
        key = entry.object.key
        before = self._objects.get(key)
        self._objects[key] = entry
        self._quarantine.pop(key, None)
        if before is None or before.values != entry.values:
            if before is not None:
                self._unindex(before)
            self._index(entry)

    def remove(self, key: ObjectKey) -> None:
        """Forget an object and its quarantine; holding the lock."""
        entry = self._objects.pop(key, None)
        self._quarantine.pop(key, None)
        if entry is not None:
            self._unindex(entry)

    def quarantine(self, key: ObjectKey, why: Quarantined) -> None:
        """Note that the newest state of `key` could not be taken in; holding the lock. What was stored before stays, unreadable."""
        self._quarantine[key] = why

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Index by `function` from now on; what is stored is indexed before this returns.

        Raises `ConfigurationError` when the name is taken, and what `function` raises for a stored object (then nothing has changed).
        """
        with self.writing:
            if name in self._functions:
                raise ConfigurationError(f"there is an index {name!r} already; those there are: {', '.join(self._functions)}")
            index: dict[str, dict[ObjectKey, None]] = {}
            objects = dict(self._objects)
            for key, entry in objects.items():
                values = _values(name, function, entry.object)
                objects[key] = Indexed(entry.object, (*entry.values, values))
                for value in values:
                    index.setdefault(value, {})[key] = None
            with self.lock:
                self._functions[name] = function
                self._objects = objects
                self._indices[name] = index

    def _index(self, entry: Indexed) -> None:
        for index, values in zip(self._indices.values(), entry.values, strict=True):
            for value in values:
                index.setdefault(value, {})[entry.object.key] = None

    def _unindex(self, entry: Indexed) -> None:
        for index, values in zip(self._indices.values(), entry.values, strict=True):
            for value in values:
                keys = index.get(value)
                if keys is not None:
                    keys.pop(entry.object.key, None)
                    if not keys:
                        del index[value]

    def snapshot(self) -> list[KubeObject]:
        """All readable objects; holding the lock."""
        return [entry.object for key, entry in self._objects.items() if key not in self._quarantine]

    def stored(self) -> list[KubeObject]:
        """All objects as handlers know them, those in quarantine in their last good state; holding the lock."""
        return [entry.object for entry in self._objects.values()]

    def keys(self) -> list[ObjectKey]:
        """Every key that exists on the server, readable or not; holding the lock."""
        return [*self._objects, *(key for key in self._quarantine if key not in self._objects)]

    def has(self, key: object) -> bool:
        """Whether the key exists on the server, readable or not; holding the lock."""
        return key in self._objects or key in self._quarantine

    def find(self, key: ObjectKey) -> KubeObject | None:
        """The object, None where there is none; holding the lock. Raises `Quarantined`."""
        why = self._quarantine.get(key)
        if why is not None:
            raise Quarantined(str(why), cause=why.cause)  # a new one: raised again and again, one would collect all its raisers' frames
        return self.peek(key)

    def matching(self, index: str, value: str) -> list[KubeObject]:
        """The readable objects with this value; holding the lock. Raises `ConfigurationError` for an unknown index."""
        found = self._index_named(index).get(value, {})
        return [self._objects[key].object for key in found if key not in self._quarantine]

    def values(self, index: str) -> list[str]:
        """Every value that some object has, sorted; holding the lock. Raises `ConfigurationError` for an unknown index."""
        return sorted(self._index_named(index))

    def _index_named(self, index: str) -> Mapping[str, Mapping[ObjectKey, None]]:
        if index not in self._indices:
            raise ConfigurationError(f"there is no index {index!r}; those there are: {', '.join(self._indices)}")
        return self._indices[index]


def _values(name: str, function: IndexFunction, obj: KubeObject) -> tuple[str, ...]:
    values = function(obj)
    if isinstance(values, str):
        raise ConfigurationError(
            f"index {name!r} gave the text {values!r} for {obj.key}; it must give a list of texts, such as [{values!r}]"
        )
    texts = tuple(dict.fromkeys(values))
    for text in texts:
        if not isinstance(text, str):
            raise ConfigurationError(f"index {name!r} gave {text!r} for {obj.key}, which is no text")
    return texts


class ObjectList(list[T], Generic[T]):
    """A list of objects that also names, in `quarantined`, the keys that exist on the server and could not be taken in."""

    def __init__(self, objects: Iterable[T], quarantined: Mapping[ObjectKey, Quarantined]) -> None:
        super().__init__(objects)
        self.quarantined = quarantined


@dataclass(frozen=True, slots=True)
class Lister(Generic[T]):
    """Reads an informer's cache, from any task, without a request to the server.

    What it gives is a moment's state: as new as the informer's last event, which may be behind the server. Objects that a typed
    view's model refuses are hidden from this lister, and named like quarantined ones.
    """

    indexer: Indexer = field(repr=False)
    decode: Callable[[KubeObject], T] = field(repr=False)

    def get(self, key: str | ObjectKey) -> T | None:
        """The object with this key (`"name"` or `"namespace/name"`), None when there is none.

        Raises `Quarantined` when it exists and could not be taken in, so that nobody takes it for deleted.
        """
        wanted = key if isinstance(key, ObjectKey) else ObjectKey.parse(key)
        with self.indexer.lock:
            found = self.indexer.find(wanted)
        if found is None:
            return None
        try:
            return self.decode(found)
        except Exception as error:
            raise _refused(wanted, error) from error

    def list(self, namespace: str | None = None, selector: str | LabelSelector = "") -> ObjectList[T]:
        """All objects, or those of a namespace (`""` is all), or those whose labels match `selector` (`"app=web,tier in (a,b)"`).

        Raises `SelectorError` for a selector that does not parse.
        """
        with self.indexer.lock:
            found = self.indexer.matching(NAMESPACE, namespace) if namespace else self.indexer.snapshot()
            quarantined = self.indexer.quarantined()
        wanted = LabelSelector.parse(selector) if isinstance(selector, str) else selector
        if str(wanted):
            found = [obj for obj in found if wanted.matches(obj.labels)]
        return self._decoded(found, quarantined, namespace)

    def by_index(self, index: str, value: str) -> ObjectList[T]:
        """The objects with `value` in `index`. Raises `ConfigurationError` for an unknown index."""
        with self.indexer.lock:
            found = self.indexer.matching(index, value)
            quarantined = self.indexer.quarantined()
        return self._decoded(found, quarantined, None)

    def index_values(self, index: str) -> Sequence[str]:
        """Every value of `index` that some object has, sorted. Raises `ConfigurationError` for an unknown index."""
        with self.indexer.lock:
            return self.indexer.values(index)

    def keys(self) -> Sequence[ObjectKey]:
        """The keys of everything that exists on the server, quarantined or not."""
        with self.indexer.lock:
            return self.indexer.keys()

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[T]:
        return iter(self.list())

    def __contains__(self, key: object) -> bool:
        wanted = ObjectKey.parse(key) if isinstance(key, str) else key
        with self.indexer.lock:
            return self.indexer.has(wanted)

    def _decoded(self, found: Sequence[KubeObject], refused: Mapping[ObjectKey, Quarantined], namespace: str | None) -> ObjectList[T]:
        quarantined = {key: why for key, why in refused.items() if not namespace or key.namespace == namespace}
        objects: list[T] = []
        for obj in found:
            try:
                objects.append(self.decode(obj))
            except Exception as error:  # one that a model refuses hides no other
                quarantined[obj.key] = _refused(obj.key, error)
        return ObjectList(objects, quarantined)


def _refused(key: ObjectKey, error: Exception) -> Quarantined:
    return Quarantined(f"{key} exists, and the model refused it: {type(error).__name__}: {error}", cause=error)
