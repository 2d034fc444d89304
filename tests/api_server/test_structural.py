"""Custom resources by their schemas: pruned, filled in and judged as a real 1.37.2 server was seen to do it, exchange by exchange."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fakes.api_server.custom.formats import has_format
from tests.api_server.client import FOOS, MERGE, Client, foo, foo_definition

EXCHANGES = [json.loads(line) for line in Path(__file__).with_name("data").joinpath("custom_resources.jsonl").read_text().splitlines()]
MASKED = frozenset(("uid", "resourceVersion", "creationTimestamp", "lastTransitionTime", "continue"))
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
BETWEEN_CAUSES = re.compile(r", (?=\S*: )")


def masked(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name != "managedFields"}
        return {name: "MASK" if name in MASKED and item is not None else masked(item) for name, item in kept.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return TIME.sub("TIME", value) if isinstance(value, str) else value


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """Masked; and as a real server has no order of causes, with them in some order."""
    answer = masked(answer)
    details = answer.get("details") or {}
    if answer["kind"] == "Status" and len(details.get("causes", ())) > 1:
        details["causes"].sort(key=json.dumps)
        answer["message"] = sorted(BETWEEN_CAUSES.split(re.sub(r"[\[\]]", "", answer["message"])))
    elif details.get("causes"):
        details["causes"].sort(key=json.dumps)
    return answer


def test_every_exchange_with_a_real_server_happens_here_too() -> None:
    client = Client()
    definition, *exchanges = EXCHANGES
    assert client.post(definition["path"], definition["body"]).status == 201
    assert len(exchanges) > 60
    for asked in exchanges:
        headers = {"Content-Type": asked.get("type", "application/json")}
        path, _, query = asked["path"].partition("?")
        parameters = dict(pair.split("=") for pair in query.split("&")) if query else {}
        answer = client.ask(asked["method"], path, asked.get("body"), headers, **parameters)
        seen = (asked["path"], asked.get("body"), answer.status, comparable(answer.json))
        assert seen == (asked["path"], asked.get("body"), asked["status"], asked["answer"])


def schema(**properties: Any) -> dict[str, Any]:
    spec = {"type": "object", "properties": properties, "required": ["size"]}
    return {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}


def test_an_update_is_not_blamed_for_what_was_wrong_before_it() -> None:
    client = Client()
    client.api.create(foo_definition(schema=schema(size={"type": "integer"}, color={"type": "string"})))
    client.api.create(foo("a", spec={"size": 50, "color": "red"}))
    stricter = foo_definition(schema=schema(size={"type": "integer", "maximum": 9}, color={"type": "string"}))
    stored = client.api.get("customresourcedefinitions", "foos.lab.io")
    client.api.update({**stricter, "metadata": stored["metadata"]})
    assert client.merge(f"{FOOS}/a", {"spec": {"color": "blue"}}).status == 200
    assert client.merge(f"{FOOS}/a", {"spec": {"size": 51}}).status == 422


def test_unknown_fields_of_a_custom_resource_are_named_by_warnings_or_refused() -> None:
    client = Client()
    client.api.create(foo_definition())
    bogus = {**foo("a", spec={"size": 1, "bogus": 1}, lables={}), "extra": 1}
    names = ("metadata.lables", "extra", "spec.bogus")
    warned = client.post(FOOS, bogus, dryRun="All")
    assert warned.headers["Warning"] == ", ".join(f'299 - "unknown field \\"{name}\\""' for name in names)
    assert warned.json["spec"] == {"size": 1}
    strict = client.post(FOOS, bogus, fieldValidation="Strict")
    text = ", ".join(f'unknown field "{name}"' for name in names)
    assert strict.message == f'Foo in version "v1" cannot be handled as a Foo: strict decoding error: {text}'
    client.api.create(foo("b"))
    patched = client.ask("PATCH", f"{FOOS}/b", {"spec": {"bogus": 1}}, MERGE, fieldValidation="Strict")
    assert (patched.status, patched.message.startswith(' "" is invalid: patch: Invalid value: ')) == (422, True)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date-time", "2026-01-02T03:04:05.6Z", "2026-13-02T03:04:05Z"),
        ("date", "2026-01-02", "2026-1-2"),
        ("duration", "1h30m", "1 hour"),
        ("ipv4", "10.0.0.1", "10.0.0"),
        ("ipv6", "::1", "10.0.0.1"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("uuid", "0ae19062-c512-455f-b8a0-b31824037a02", "0ae1"),
        ("byte", "Yg==", "Y"),
        ("hostname", "a.example.com", "-a"),
        ("email", "a@example.com", "a"),
        ("mac", "00:11:22:33:44:55", "00:11"),
        ("uri", "http://a/", "a"),
    ],
)
def test_a_format_is_held_against_a_text(name: str, good: str, bad: str) -> None:
    assert (has_format(name, good), has_format(name, bad), has_format("nobody-knows", bad)) == (True, False, True)
