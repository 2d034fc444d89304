"""Bulk: what a test does with many objects, or with all that happened to one: manifests, a cluster from a file, histories.

Like the rest of the Python face it takes the same way as requests do, and leaves no record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakes.api_server import errors
from fakes.api_server.builtin import admission
from fakes.api_server.custom.definitions import DEFINITIONS
from fakes.api_server.errors import StatusError
from fakes.api_server.face import manifests
from fakes.api_server.face.changes import Change, Changes
from fakes.api_server.face.face import MANAGER, Document, Face, check_object, strict
from fakes.api_server.face.manifests import Entry, Manifest
from fakes.api_server.kinds import Kind, Kinds
from fakes.api_server.objects import metadata
from fakes.api_server.options import WriteOptions
from fakes.api_server.ownership import managers
from fakes.api_server.requests import Call, object_key
from fakes.api_server.verbs import reading
from fakes.api_server.verbs.selection import Selection
from fakes.api_server.verbs.sent_object import decode_body
from fakes.api_server.verbs.verbs import Verbs
from fakes.api_server.wire.encoding import copied
from fakes.storage import Changed, Version
from informer.errors import ConfigurationError


class Bulk(Face):
    """See the module."""

    def __init__(self, kinds: Kinds, verbs: Verbs) -> None:
        super().__init__(kinds, verbs)
        self._changes: dict[Changes, None] = {}

    def apply(self, manifest: Manifest, namespace: str | None = None, *, manager: str = MANAGER, force: bool = True) -> list[Document]:
        """Server-side apply, as of `kubectl apply --server-side --force-conflicts`; gives all as it is stored.

        `manifest` is a path, a folder, a text (YAML or JSON, any number of documents, lists too), an object or several; one is applied
        after another. What is not there is created. Fields that other managers own are taken over, or, without `force`, a conflict;
        fields that `manager` applied before and does not name any more go, if nobody else owns them; all others stay. Objects without a
        namespace that need one go to `namespace`. Those with nothing but a `generateName` are created anew each time. Unknown fields
        are errors. Raises `ManifestError`, a `StatusError` whose message begins with the file and line, the document and the object;
        what came before it is stored.
        """
        options = WriteOptions(validation="Strict", manager=manager, force=force)

        def act(kind: Kind, document: Document, into: str) -> Document:
            return self._apply(kind, document, into, options)

        return [self._each(entry, act, namespace) for entry in manifests.read(manifest)]

    def load_cluster(self, manifest: Manifest) -> list[Document]:
        """Put in what `kubectl get -A -o yaml` (or `json`) wrote down, uids, times, statuses and marks of deletion too; give it as stored.

        Only the versions are new. Namespaces and definitions go first, and owners before what they own; a namespace that is missing is
        made. What is there already is replaced. Fields that nobody knows and values of a wrong type are errors; nothing else is checked,
        and no defaults are filled in. Raises `ManifestError`, as `apply` does.
        """
        return [self._each(entry, self._load, None) for entry in _in_order(manifests.read(manifest))]

    def load(self, *objects: Mapping[str, Any]) -> list[Document]:
        """`load_cluster` of these objects: the way to have a pod that is Running without a kubelet."""
        for each in objects:
            check_object(each)
        return self.load_cluster(objects)

    def history(self, resource: str | Mapping[str, Any], name: str = "", namespace: str | None = None) -> list[Change]:
        """All that is known to have happened to an object and its predecessors of the same name: nothing from before a compaction.

        `history(obj)` is that of an object that a server has given out, or that one was made of. Raises `ConfigurationError` for no name.
        """
        if not isinstance(resource, str):
            kind, document = self._identify(resource)
            own = document.get("metadata") or {}
            return self.history(kind.resource.name, own.get("name", ""), self._namespace(kind, namespace, document) or None)
        if not name:
            raise ConfigurationError(f"whose history? name one of the {resource}, or give an object")
        call = self._call("get", resource, name, namespace)
        oldest = self._verbs.objects.storage.compacted
        with self.watch(resource, call.namespace, field_selector=f"metadata.name={name}", version=oldest) as changes:
            return changes.pending()

    def watch(
        self,
        resource: str,
        namespace: str | None = None,
        selector: str = "",
        field_selector: str = "",
        *,
        version: str | int | None = None,
        initial: bool = False,
        timeout: float | None = 10.0,
    ) -> Changes:
        """What happens to these objects, of one namespace or (None) of all: from now on, or after a `version`.

        With `initial`, what there is comes first, as ADDED. `timeout` is how long, in seconds of the runtime, it is waited for a change;
        None waits for ever. See `Changes`. Raises 410 for a version that has been compacted, and 400 for what is no selector.
        """
        if initial and version is not None:
            raise ValueError("a watch starts with what there is, or after a version; not both")
        kind = self._lookup(resource)
        call = Call("watch", kind, namespace or "" if kind.resource.namespaced else "")
        selection = Selection.parse(kind, selector, field_selector).check()
        changes = Changes(self._verbs.objects, call, selection, timeout=timeout, on_close=lambda own: self._changes.pop(own, None))
        changes.open(None if version is None else reading.parse_version(str(version)), initial=initial)
        self._changes[changes] = None
        return changes

    def _end_changes(self) -> None:
        for changes in list(self._changes):
            changes.end()

    def bind(self, pod: str, node: str, namespace: str | None = None) -> Document:
        """POST of a Binding, as a scheduler does it. Gives the pod. Raises a conflict where it has a node."""
        call = self._call("create", "pods", pod, namespace, "binding")
        binding = {"metadata": {"name": pod}, "target": {"kind": "Node", "name": node}}
        self._verbs.pods.bind(call, binding, strict())
        return self._document(call.kind, reading.get(self._verbs.objects, call))

    def log(self, pod: str, text: str, namespace: str | None = None, *, container: str | None = None) -> None:
        """Have a container of a pod log something now, for whoever asks for `pods/log`; a line for each line of `text`.

        `container` may be left out where the pod has one. Without this, the log of a pod on a node is refused: nothing runs there. Raises
        `NotFound`, and 400 for a container that the pod does not have.
        """
        self._verbs.streams.log(self._call("get", "pods", pod, namespace, "log"), container or "", text)

    def token(self, service_account: str, namespace: str | None = None, *, seconds: int = 3600) -> str:
        """A bearer token of a service account, as a TokenRequest asks for it: the server takes it, in process and served, as that account.

        It lasts so many `seconds` of the runtime, at least 600, and no longer than the account. Raises `NotFound`, and `Invalid`.
        """
        call = self._call("create", "serviceaccounts", service_account, namespace, "token")
        answer = self._verbs.tokens.issue(call, {"spec": {"expirationSeconds": seconds}}, strict())
        return str(answer.document["status"]["token"])

    def _each(self, entry: Entry, act: Callable[[Kind, Document, str], Document], namespace: str | None) -> Document:
        try:
            kind, document = self._identify(entry.document)
            return act(kind, document, self._namespace(kind, namespace, document))
        except StatusError as error:
            raise entry.error(error) from error

    def _apply(self, kind: Kind, document: Document, namespace: str, options: WriteOptions) -> Document:
        name = document["metadata"].get("name", "")
        if not name:
            return self._document(kind, self._verbs.writer.create(Call("create", kind, namespace), document, options))
        # a decoder says more clearly what is wrong with an object than the merge would
        decode_body(kind, copied(document), options)
        return self._document(kind, self._verbs.applier.apply(Call("patch", kind, namespace, name), document, options))

    def _load(self, kind: Kind, document: Document, namespace: str) -> Document:
        objects = self._verbs.objects
        entries = managers.take(document)
        decode_body(kind, document, strict())
        document = metadata.clean(kind, document)
        own = document["metadata"]
        if entries:
            own["managedFields"] = _checked(entries)
        if namespace:
            own["namespace"] = namespace
            if objects.storage.get(admission.NAMESPACES, namespace) is None:
                self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        own.setdefault("uid", objects.runtime.uuid())
        own.setdefault("creationTimestamp", objects.now())
        if kind.has_generation:
            own.setdefault("generation", 1)
        if kind.storage_key == admission.NAMESPACES:
            own["labels"] = {**own.get("labels", {}), "kubernetes.io/metadata.name": own["name"]}
            document.setdefault("spec", {"finalizers": ["kubernetes"]})
            document.setdefault("status", {"phase": "Active"})
        return objects.document(kind, self._put(kind, object_key(namespace, own["name"]), document))

    def _put(self, kind: Kind, key: str, document: Document) -> Version:
        objects = self._verbs.objects
        while True:
            old = objects.storage.get(kind.storage_key, key)
            try:
                version = objects.put(kind, key, document, old.revision if old else 0)
            except Changed:
                continue
            if kind.storage_key == DEFINITIONS:
                self._verbs.definitions.written(kind, version)
            return version


def _checked(entries: managers.Entries) -> managers.Entries:
    """Raises 400 for what no later write could go on from."""
    try:
        return managers.write(managers.checked(entries))
    except ValueError as error:
        raise errors.bad_request(f"metadata.managedFields cannot be read: {error}") from None


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Each after what it needs: namespaces, definitions, then owners before what they own; apart from that as they came."""
    first = {"Namespace": 0, "CustomResourceDefinition": 1}
    waiting = sorted(entries, key=lambda entry: first.get(entry.document["kind"], len(first)))
    by_uid = {uid: entry for entry in waiting if (uid := entry.document["metadata"].get("uid"))}
    ordered: dict[int, Entry] = {}

    def visit(entry: Entry, owned: tuple[int, ...]) -> None:
        if id(entry) in ordered or id(entry) in owned:
            return
        for reference in entry.document["metadata"].get("ownerReferences") or ():
            if isinstance(reference, dict) and (owner := by_uid.get(reference.get("uid"))):
                visit(owner, (*owned, id(entry)))
        ordered[id(entry)] = entry

    for entry in waiting:
        visit(entry, ())
    return list(ordered.values())
