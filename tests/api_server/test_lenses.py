"""Lenses: what clients see of stored objects where that is not how they were stored."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.custom import structural
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
