"""The log of requests: what a test may ask of it."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.face.request_log import RequestLog
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


def test_requests_are_narrowed_down_by_what_was_sent(log: RequestLog) -> None:
    assert log.where(body={"data": {"a": "1"}}).verbs == ["create"]
    assert log.where(body={"metadata": {"name": "a"}}).verbs == ["create"]
    assert log.where(verb="create", body={"data": {"a": "2"}}) == []
    assert log.where(verb="get", body={}) == []
    assert log.where(query={"watch": "true"}).verbs == ["watch"]
    assert log.where(query={"watch": "false"}) == []
    assert [record.document for record in log.where(verb="patch")] == [{"status": {}}]
    assert log.where(verb="list")[0].document is None


def test_claims_that_hold_say_nothing(log: RequestLog) -> None:
    log.where(verb="create", resource="configmaps").assert_times(1)
    log.where(verb="create").assert_any()
    log.where(verb="delete").assert_none()
    log.where(verb="create").where(resource="foos").assert_times(1)


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        (
            {"verb": "patch", "resource": "foos", "name": "b", "subresource": "status"},
            (
                "expected a request with verb='patch', resource='foos', name='b', subresource='status'; there were none; nearest among 7:\n"
                "  patch foos.lab.io/status default/a  (name is a)"
            ),
        ),
        (
            {"verb": "create", "resource": "configmaps", "body": {"metadata": {"name": "c"}}},
            (
                "expected a request with verb='create', resource='configmaps', body={'metadata': {'name': 'c'}}; "
                "there were none; nearest among 7:\n"
                "  create configmaps default  (body is "
                '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "data": {"a": "1"}})'
            ),
        ),
        (
            {"verb": "watch", "query": {"watch": "1"}},
            (
                "expected a request with verb='watch', query={'watch': '1'}; there were none; nearest among 7:\n"
                "  watch configmaps default  (query is {'watch': 'true'})"
            ),
        ),
        (
            {"verb": "delete", "namespace": ""},
            "expected a request with verb='delete', namespace=''; there were none; nearest among 7:\n  get /apis  (verb is get)",
        ),
    ],
)
def test_a_claim_that_fails_shows_the_requests_that_came_near(log: RequestLog, wanted: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError) as error:
        log.where(**wanted).assert_any()
    assert str(error.value) == complaint


def test_a_claim_about_the_number_shows_those_there_are(log: RequestLog) -> None:
    with pytest.raises(AssertionError) as error:
        log.where(verb="create").assert_times(1)
    assert (
        str(error.value)
        == "expected 1 request with verb='create'; there were 2:\n  create foos.lab.io default\n  create configmaps default"
    )
    with pytest.raises(AssertionError, match="expected no request with status=404; there was 1:\n  get configmaps default/nope 404"):
        log.where(status=404).assert_none()
    with pytest.raises(AssertionError, match="expected 2 requests with anything; there were none, and nothing else either"):
        RequestLog().assert_times(2)


@pytest.mark.parametrize("body", [b'{"a": "\xff"}', b"[" * 5000 + b"]" * 5000])
def test_a_body_that_cannot_be_read_is_like_no_other(body: bytes) -> None:
    client = Client()
    client.ask("POST", CONFIG_MAPS, body)
    assert client.api.requests.where(body={"a": 1}) == []


def test_what_no_request_can_be_is_refused_instead_of_not_found(log: RequestLog) -> None:
    with pytest.raises(ValueError, match="no request has the verb 'PATCH'"):
        log.where(verb="PATCH")
    with pytest.raises(ValueError, match="no request has the verb 'lists'"):
        log.where(verb=["get", "lists"])
    with pytest.raises(ValueError, match="is 'pods' here"):
        log.where(resource="pod")
