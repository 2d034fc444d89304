"""Protobuf: the binary form says what the JSON says, on every way in and out."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from fakes.api_server.builtin import typed
from fakes.api_server.builtin.schemas import name_of
from fakes.api_server.wire import protobuf
from tests.api_server.client import CONFIG_MAPS, FOOS, PODS, Client, config_map, foo
from tests.api_server.test_built_in import DEFAULTS, pod

BINARY = "application/vnd.kubernetes.protobuf"
ACCEPT = {"Accept": BINARY}
STORED = [case for case in DEFAULTS if case["status"] == 201 and "CustomResourceDefinition" not in case["answer"]["kind"]]


@pytest.fixture
def client() -> Client:
    return Client()


def read(raw: bytes) -> dict[str, Any]:
    return protobuf.decode(raw, "", "")


@pytest.mark.parametrize("case", STORED, ids=[case["name"] for case in STORED])
def test_an_object_survives_the_way_into_the_binary_form_and_back(case: dict[str, Any]) -> None:
    said = case["answer"]
    group, _, version = said["apiVersion"].rpartition("/")
    name = name_of(group, version, said["kind"])
    assert name is not None
    back, unknown = typed.normal(read(protobuf.encode(said)), name)
    for claim in said["spec"].get("volumeClaimTemplates", []) if "spec" in said else []:
        # what is inside an object has no kind in the binary form
        del claim["kind"], claim["apiVersion"]
    assert (back, unknown) == (said, [])


def test_a_binary_body_creates_and_replaces_what_json_would(client: Client) -> None:
    body = protobuf.encode({**pod(), "kind": "Pod", "apiVersion": "v1"})
    created = client.ask("POST", PODS, body, {"Content-Type": BINARY})
    assert (created.status, created.json["spec"]["containers"][0]["image"]) == (201, "i")
    stored = client.api.get("pods", "p")
    stored["metadata"]["labels"] = {"a": "b"}
    replaced = client.ask("PUT", f"{PODS}/p", protobuf.encode(stored), {"Content-Type": BINARY, **ACCEPT})
    assert (replaced.status, read(replaced.raw)["metadata"]["labels"]) == (200, {"a": "b"})
    options = protobuf.encode({"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "other"}})
    assert client.ask("DELETE", f"{PODS}/p", options, {"Content-Type": BINARY}).status == 409


def test_objects_lists_and_refusals_come_in_the_binary_form_where_it_is_asked_for(client: Client) -> None:
    for name in "abc":
        client.api.create(config_map(name, x=name))
    one = client.get(f"{CONFIG_MAPS}/a", ACCEPT)
    assert (one.headers["Content-Type"], read(one.raw)["data"]) == (BINARY, {"x": "a"})
    page = client.get(CONFIG_MAPS, ACCEPT, limit=2)
    listing, plain = read(page.raw), client.get(CONFIG_MAPS, limit=2).json
    assert listing["kind"] == "ConfigMapList"
    assert [item["metadata"] for item in listing["items"]] == [item["metadata"] for item in plain["items"]]
    assert {name: listing["metadata"][name] for name in plain["metadata"]} == plain["metadata"]
    missing = client.get(f"{CONFIG_MAPS}/z", ACCEPT)
    assert (missing.status, read(missing.raw)["message"]) == (404, 'configmaps "z" not found')
    deleted = client.ask("DELETE", f"{CONFIG_MAPS}/a", None, ACCEPT)
    assert (read(deleted.raw)["kind"], read(deleted.raw)["status"]) == ("Status", "Success")


def events(raw: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The frames of a binary watch."""
    found, event_class = [], protobuf._classes()["k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent"]
    while raw:
        (length,) = struct.unpack(">I", raw[:4])
        event = event_class.FromString(raw[4 : 4 + length])
        found.append((event.type, read(event.object.raw)))
        raw = raw[4 + length :]
    return found


def test_a_watch_sends_frames_with_an_object_each(client: Client) -> None:
    client.api.create(config_map("a", x="1"))
    accept = {"Accept": f"{BINARY};stream=watch,application/json"}
    stream = client.watch(CONFIG_MAPS, accept, allowWatchBookmarks="true")
    assert client.api.requests[-1].status == 200
    client.api.delete("configmaps", "a")
    seen = events(stream.body.read())
    assert [kind for kind, _ in seen] == ["ADDED", "BOOKMARK", "DELETED"]
    assert (seen[0][1]["kind"], seen[0][1]["data"]) == ("ConfigMap", {"x": "1"})
    assert seen[1][1]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


@pytest.mark.parametrize("path", [CONFIG_MAPS, FOOS])
def test_metadata_alone_is_watched_in_the_binary_form_that_of_custom_resources_too(client: Client, path: str) -> None:
    client.with_foos().api.create(config_map("a") if path == CONFIG_MAPS else foo("a"))
    stream = client.watch(path, {"Accept": f"{BINARY};as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}, allowWatchBookmarks="true")
    (added, seen), (mark, end) = events(stream.body.read())
    assert (added, seen["kind"], seen["metadata"]["name"]) == ("ADDED", "PartialObjectMetadata", "a")
    assert (mark, end["kind"], end["apiVersion"]) == ("BOOKMARK", "PartialObjectMetadata", "meta.k8s.io/v1")
    assert end["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_the_error_of_a_watch_is_a_frame_too(client: Client) -> None:
    for name in "ab":
        client.api.create(config_map(name))
    client.api.compact()
    stream = client.watch(CONFIG_MAPS, {"Accept": f"{BINARY};stream=watch"}, resourceVersion="2")
    ((kind, status),) = events(stream.body.read())
    assert (kind, status["code"], status["reason"]) == ("ERROR", 410, "Expired")


def test_custom_resources_have_no_binary_form(client: Client) -> None:
    client.with_foos().api.create(foo("a"))
    assert client.get(f"{FOOS}/a", {"Accept": f"{BINARY},application/json"}).json["kind"] == "Foo"
    assert client.get(f"{FOOS}/a", ACCEPT).status == 406
    assert client.ask("POST", FOOS, json.dumps(foo("b")).encode(), {"Content-Type": BINARY}).status == 415


@pytest.mark.parametrize("body", [b"{}", b"k8s\x00\xff\xff", protobuf.encode({"kind": "Pod", "apiVersion": "v1"})])
def test_a_body_that_is_not_what_it_should_be_is_a_bad_request(client: Client, body: bytes) -> None:
    assert client.ask("POST", CONFIG_MAPS, body, {"Content-Type": BINARY}).status == 400


@pytest.mark.parametrize("size", [10, 200, 20_000, 300_000])
def test_a_list_holds_objects_of_every_size(client: Client, size: int) -> None:
    client.api.create(config_map("a", x="y" * size))
    client.api.create(config_map("b"))
    items = read(client.get(CONFIG_MAPS, ACCEPT).raw)["items"]
    assert [item["data"] for item in items] == [{"x": "y" * size}, {"a": "1"}]


def definition(**schema: Any) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": False, "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}}}
    names = {"plural": "bars", "kind": "Bar"}
    spec = {"group": "lab.io", "scope": "Namespaced", "names": names, "versions": [version]}
    return {
        "kind": "CustomResourceDefinition",
        "apiVersion": "apiextensions.k8s.io/v1",
        "metadata": {"name": "bars.lab.io"},
        "spec": spec,
    }


def test_a_definition_survives_the_way_into_the_binary_form_and_back_with_every_shape_that_its_schema_may_have() -> None:
    text = {"type": "string"}
    said = definition(
        type="object",
        properties={
            "a": {**text, "default": "", "enum": ["", "b", None]},
            "n": {"type": "integer", "minimum": 0, "default": 0},
            "l": {"type": "array", "items": text, "x-kubernetes-list-type": "set"},
            "m": {"type": "object", "additionalProperties": text},
            "f": {"type": "object", "additionalProperties": False, "default": {"a": None}},
            "e": {"x-kubernetes-preserve-unknown-fields": True, "x-kubernetes-validations": [{"rule": "true", "message": "no"}]},
            "x": {"description": "d", "externalDocs": {"description": "more", "url": "https://example.com"}, "$ref": "r"},
            "d": {"dependencies": {"a": ["b"], "c": text}, "items": [text, {}]},
        },
    )
    assert read(protobuf.encode(said)) == said


def test_what_go_writes_of_a_schema_that_was_not_set_is_not_there(client: Client) -> None:
    said = definition(type="object", description="", uniqueItems=False, title="")
    said["spec"]["versions"][0]["storage"] = True
    answer = client.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", protobuf.encode(said), {"Content-Type": BINARY})
    assert (answer.status, answer.json["spec"]["versions"][0]["schema"]) == (201, {"openAPIV3Schema": {"type": "object"}})
