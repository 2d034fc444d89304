"""Texts: what `kubectl explain` says of the fields that every object has, in our own words. Other fields have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakes.api_server.builtin import schemas

API_VERSION = "APIVersion defines the version of the schema that this object follows."
KIND = "Kind is the name of the type that this object is of, in CamelCase."
METADATA = "Standard object's metadata."
LIST_METADATA = "Standard list metadata."

_OF_METADATA = {
    "annotations": "Annotations are texts by which tools keep what they need to know about an object.",
    "creationTimestamp": "CreationTimestamp is a timestamp of the moment in which the server created the object.",
    "deletionGracePeriodSeconds": "Seconds that an object has to end by itself when it is being deleted.",
    "deletionTimestamp": "DeletionTimestamp is the moment at which an object that is being deleted is to be gone.",
    "finalizers": "Names of those who must agree before an object that is being deleted may go.",
    "generateName": "GenerateName is what a name begins with that the server makes up.",
    "generation": "Counts the changes of what is wanted of an object.",
    "labels": "Labels are pairs of names and values by which objects are selected.",
    "managedFields": "ManagedFields says who set which fields.",
    "name": "Name is unique among the objects of a kind in a namespace.",
    "namespace": "Namespace is where the name is unique.",
    "ownerReferences": "Objects on which this one depends; when all of them have gone it is collected.",
    "resourceVersion": "The version of this state of the object, which only the server gives.",
    "selfLink": "Not used any more.",
    "uid": "UID is unique to this object, for all time.",
}


def described(found: Mapping[str, schemas.Schema]) -> dict[str, Any]:
    """These schemas, with texts for the fields of metadata."""
    result: dict[str, Any] = dict(found)
    if metadata := found.get(schemas.OBJECT_META):
        fields = {name: {"description": _OF_METADATA[name], **field} for name, field in metadata["properties"].items()}
        result[schemas.OBJECT_META] = {**metadata, "properties": fields}
    return result
