"""Lenses: what clients see of stored objects where that is not how they were stored."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.custom import structural
from fakes.api_server.custom.definitions import DEFINITIONS, Definitions
from fakes.api_server.objects.objects import Objects
from fakes.api_server.ownership.ownership import Ownership
from fakes.api_server.verbs.watch_cache import WatchCache
from tests.api_server.client import FOOS, Client, foo, foo_definition

COLOR = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/color"


def with_a_default(client: Client) -> None:
    patch = [{"op": "add", "path": COLOR, "value": {"type": "string", "default": "red"}}]
    client.api.patch("customresourcedefinitions", "foos.lab.io", patch, type="json")


def client_of(*names: str) -> Client:
    client = Client()
    client.api.create(foo_definition(subresources={}))
    for name in names:
        client.api.create(foo(name))
    return client


def looks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What schemas are looked through from now on."""
    seen: list[Any] = []
    prune = structural.prune

    def noted(document: dict[str, Any], schema: structural.Schema) -> list[str]:
        seen.append(schema)
        return prune(document, schema)

    monkeypatch.setattr(structural, "prune", noted)
    return seen


def test_a_stored_object_is_looked_at_once_for_each_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("a", "b")
    with_a_default(client)
    seen = looks(monkeypatch)
    for _ in range(3):
        assert [item["spec"]["color"] for item in client.get(FOOS).json["items"]] == ["red", "red"]
    assert len(seen) == 2


def test_what_is_written_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("a", "b")
    seen = looks(monkeypatch)
    client.get(FOOS)
    client.get(f"{FOOS}/a")
    assert seen == []


def test_a_definition_that_is_written_unchanged_has_the_same_lenses() -> None:
    client = client_of()
    before = client.api.kinds.find("lab.io", "v1", "foos")
    client.api.patch("customresourcedefinitions", "foos.lab.io", {"metadata": {"labels": {"x": "1"}}})
    assert client.api.kinds.find("lab.io", "v1", "foos") is before


def test_who_is_overtaken_before_its_definition_is_served_serves_the_newest() -> None:
    api = client_of().api
    overtaken = api.storage.get(DEFINITIONS, "foos.lab.io")
    kind = api.kinds.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")
    assert overtaken is not None
    assert kind is not None
    weight = [{"op": "add", "path": f"{COLOR.removesuffix('color')}weight", "value": {"type": "integer"}}]
    api.patch("customresourcedefinitions", "foos.lab.io", weight, type="json")
    newest = api.kinds.find("lab.io", "v1", "foos")
    objects = Objects(api.storage, api.runtime, WatchCache(api.storage, api.runtime))
    Definitions(objects, api.kinds, Ownership(objects, api.kinds), lambda key: None).written(kind, overtaken)
    assert api.kinds.find("lab.io", "v1", "foos") is newest
