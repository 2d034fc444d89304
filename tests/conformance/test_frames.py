"""Events of a watch in binary form are read as those in JSON, however they come in pieces."""

from __future__ import annotations

import json

from fakes.api_server.wire import protobuf
from tests.conformance import frames


def event(type: str, name: str) -> bytes:
    return protobuf.event(type, protobuf.encode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}}))


def test_events_are_read_whole_and_the_rest_is_left() -> None:
    stream = event("ADDED", "a") + event("DELETED", "b" * 200)
    lines, rest = frames.split(stream[:-1])
    assert [json.loads(line)["object"]["metadata"] for line in lines] == [{"name": "a"}]
    lines, rest = frames.split(rest + stream[-1:])
    assert (rest, json.loads(lines[0])["type"], json.loads(lines[0])["object"]["metadata"]["name"]) == (b"", "DELETED", "b" * 200)
