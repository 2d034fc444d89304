"""The log of requests: what a test may ask of it."""

from __future__ import annotations

import pytest

from fakes.api_server.request_log import RequestLog
from tests.api_server.client import CONFIG_MAPS, FOOS, Client, config_map, foo


@pytest.fixture
def log() -> RequestLog:
    client = Client().with_foos()
    client.get(CONFIG_MAPS)
    client.watch(CONFIG_MAPS)
    client.post(FOOS, foo("a"))
    client.merge(f"{FOOS}/a/status", {"status": {}})
    client.get(f"{CONFIG_MAPS}/nope")
    client.post(CONFIG_MAPS, config_map("b"))
    client.get("/apis")
    return client.api.requests


def test_requests_are_narrowed_down_by_what_they_wanted(log: RequestLog) -> None:
    assert log.where(resource="configmaps").verbs == ["list", "watch", "get", "create"]
    assert log.where(resource="foos").verbs == log.where(resource="foos.lab.io").verbs == ["create", "patch"]
    assert log.where(verb=("list", "watch"), namespace="default").verbs == ["list", "watch"]
    assert log.where(name="a", subresource="status").verbs == ["patch"]
    assert log.where(status=404).verbs == ["get"]
    assert log.where(user="somebody") == []
    assert log.writes.verbs == ["create", "patch", "create"]
    assert log.where(path="/apis/lab.io").where(verb="patch")[0].name == "a"


def test_each_request_is_a_line_that_a_person_can_read(log: RequestLog) -> None:
    assert log.lines == [
        "list configmaps default",
        "watch configmaps default",
        "create foos.lab.io default",
        "patch foos.lab.io/status default/a",
        "get configmaps default/nope 404",
        "create configmaps default",
        "get /apis",
    ]
    assert repr(log.where(status=404)) == "<1 requests>\nget configmaps default/nope 404"


def test_a_log_is_a_list_of_its_own(log: RequestLog) -> None:
    assert log == list(log)
    log.clear()
    assert len(log) == 0


def test_a_misspelt_filter_is_an_error(log: RequestLog) -> None:
    with pytest.raises(TypeError):
        log.where(resorce="pods")  # type: ignore[call-arg]
