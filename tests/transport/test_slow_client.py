"""A client that does not read its watch, over a real socket: it gets what came before its buffer was full, and a clean end."""

from __future__ import annotations

import http.client
import json

from fakes import FakeAPIServer, objects
from tests.waiting import PATIENCE

BIG = {"x": "y" * 60_000}


def test_a_client_that_does_not_read_gets_a_prefix_and_a_clean_end_and_goes_on_from_there() -> None:
    with FakeAPIServer(watch_buffer=5) as api, api.serve() as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=PATIENCE)
        first = api.revision + 1
        connection.request("GET", f"/api/v1/configmaps?watch=true&resourceVersion={api.revision}")
        stream = connection.getresponse()
        api.load(*(objects.configmap(f"c{number}", data=BIG) for number in range(300)))  # more than any socket holds
        got = versions(stream.read())
        assert stream.isclosed(), "with its last chunk"
        assert 5 <= len(got) < 300
        assert got == list(range(first, first + len(got)))
        connection.request("GET", f"/api/v1/configmaps?watch=true&resourceVersion={got[-1]}")
        assert versions(connection.getresponse().readline()) == [got[-1] + 1]
        connection.close()


def versions(lines: bytes) -> list[int]:
    return [int(json.loads(line)["object"]["metadata"]["resourceVersion"]) for line in lines.splitlines()]
