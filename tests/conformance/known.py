"""Known differences: the scripts in which the fake does not answer as a real server does, each with its reason.

An entry whose script agrees fails the suite: remove it.
"""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "4.4 faulty tokens": "the text about a token that holds a list",
    "6 JSON is the default, and the first acceptable alternative wins": "a stream's media type is taken for an object",
    "6 Tables in a watch: columns once, bookmarks as a row, errors as a Status": (
        "a bookmark's row has the metadata where the whole object was asked for"
    ),
    "6 metadata only, the wrong form": "the text lacks the Go type",
    "6 protobuf of a custom resource is not acceptable": "errors are in JSON, not in the form that was asked for",
    "6 what a watch accepts": "errors are in JSON, not in the form that was asked for",
    "6 what is not acceptable: 406": "the text about media types that no server knows",
    "7.1 a body in YAML": "the text about YAML that cannot be read",
    "7.1 a key twice in a body": "keys that are there twice are neither warned of nor refused",
    "7.1 a schema's causes": "no warning of unknown fields in what has the wrong type",
    "7.1 a version in what is to be created: 500": (
        "a custom resource's version of 0 or no number is refused, where a real server ignores it"
    ),
    "7.1 another apiVersion or kind than the path's": "some texts; a ConfigMap without apiVersion is refused; a warning is missing",
    "7.1 bodies that are no object": "some texts; null is refused with 400 instead of 422",
    "7.1 generateName": "one cause of two",
    "7.1 immutable config maps and secrets, stringData": "keys of ConfigMaps are not validated",
    "7.1 labels, annotations and finalizers that cannot be": "owner references are not validated; one cause of two for a finalizer",
    "7.1 methods that are not there: 405": "PATCH on a custom collection is answered 400 before its content type is looked at",
    "7.1 names that cannot be": "the text about a name that is too long",
    "7.1 the namespace of the object is not the one of the path: 400": (
        "a namespace in a cluster's custom resource is refused, where a real server drops it"
    ),
    "7.1 too much: 413, and of a config map 422": "the total size of a ConfigMap is not limited",
    "7.1 what the server sets and what it overwrites": (
        "a generation that the client made up is dropped also for kinds that do not count it"
    ),
    "7.2 dryRun and options that cannot be": "the text about an object of another kind",
    "7.2 what is immutable": "the message holds a diff of Go structs",
    "7.2 what may change of a pod, and what may not": "the message holds a diff of Go structs",
    "7.4 a result that cannot be: 422": "negative replicas are taken; the message holds the object in another form",
    "7.4 content types of patches: 415": "the text about content types that no server knows",
    "7.4 options that cannot be": "the message holds the object in another form",
    "7.4 patches that are no JSON": "the text",
    "7.4 strategic: an entry without its key, and types that cannot be": "texts about types",
    "7.4 what a patch may not change": "other codes and texts for another kind, apiVersion or no metadata",
    "7.6 a policy that cannot be, and two of them": "the kind of DeleteOptions is not looked at; a text",
    "7.6 unqualified finalizers: a warning": "built-in kinds only warn of an unqualified finalizer, where a real server refuses it",
    "8 defaults that a definition gets later are seen in old objects": "defaults are filled in at writes only",
    "8 finalize: the last finalizer lets a namespace go": (
        "a namespace without finalizers goes at its deletion, not at the finalize after it"
    ),
    "8 the removal of a definition: its objects go, then itself": "the generation counts the deletion",
    "8 what a definition looks like when it is established, and the events on the way": "fewer events on the way",
    "14.3 what a server makes of a minimal object: nodes": "no taint of a new node, no allocatable",
    "14.3 what a server says to an object without a spec: events": "the object of an event is not validated",
}
"""By the script's name: what differs, and why."""
