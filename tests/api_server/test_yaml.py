"""YAML, in and out."""

from __future__ import annotations

import pytest
import yaml

from tests.api_server.client import CONFIG_MAPS, FOOS, PODS, Client, config_map, foo

SENT = {"Content-Type": "application/yaml"}
YAML = """
apiVersion: v1
kind: ConfigMap
metadata: {name: a, annotations: {when: 2026-01-02T03:04:05Z}}
data:
  1: x
  t: |
    two
    lines
"""
ACCEPT = {"Accept": "application/yaml"}


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


def test_a_yaml_body_is_the_object_that_it_would_be_in_json(client: Client) -> None:
    body = YAML.encode()
    answer = client.ask("POST", CONFIG_MAPS, body, SENT)
    assert (answer.status, answer.json["data"]) == (201, {"1": "x", "t": "two\nlines\n"})
    assert answer.json["metadata"]["annotations"] == {"when": "2026-01-02T03:04:05Z"}


@pytest.mark.parametrize("body", [b"a: [", b"- a", b"metadata: {name: x}\ndata: {n: 1}"])
def test_yaml_that_is_no_such_object_is_a_bad_request(client: Client, body: bytes) -> None:
    assert client.ask("POST", CONFIG_MAPS, body, SENT).status == 400


def test_answers_and_refusals_come_in_yaml_where_it_is_asked_for(client: Client) -> None:
    client.api.create(config_map("a", number="1", word="yes", time="2026-01-02"))
    client.api.create(foo("f"))
    for path in (f"{CONFIG_MAPS}/a", CONFIG_MAPS, f"{FOOS}/f", f"{PODS}/none"):
        answer = client.get(path, ACCEPT)
        assert answer.headers["Content-Type"] == "application/yaml"
        assert yaml.safe_load(answer.raw) == client.get(path).json


def test_a_watch_has_no_yaml(client: Client) -> None:
    assert client.get(CONFIG_MAPS, ACCEPT, watch="1").status == 406


def test_options_of_a_deletion_may_come_in_yaml(client: Client) -> None:
    client.api.create(config_map("a"))
    assert client.ask("DELETE", f"{CONFIG_MAPS}/a", b"preconditions: {uid: other}", SENT).status == 409


HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{at}: &a{at} [{','.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 6))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("data: {a: !!binary aGk=}", {"a": "hi"}),
        ("data: {a: !!binary //8=}", {"a": "\ufffd\ufffd"}),
        ("data: !!set {a, b}", {"a": "", "b": ""}),
        ("data: {a: &x q, b: &x r, c: *x}", {"a": "q", "b": "r", "c": "r"}),
        ("data: &x {<<: {a: b}, c: d}", {"a": "b", "c": "d"}),
    ],
)
def test_tags_and_anchors_are_read_as_a_real_server_reads_them(client: Client, data: str, expected: dict[str, str]) -> None:
    answer = client.ask("POST", CONFIG_MAPS, (HEAD + data).encode(), SENT)
    assert answer.status == 201
    assert answer.json["data"] == expected


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("data: {a: !!binary '*'}", "!!binary value contains invalid base64 data"),
        ("data: &d {a: *d}", "anchor 'd' value contains itself"),
        ("data: &d [*d]", "anchor 'd' value contains itself"),
        (BOMB, "document contains excessive aliasing"),
    ],
)
def test_what_cannot_be_unfolded_is_refused_in_the_words_of_a_real_server(client: Client, data: str, why: str) -> None:
    answer = client.ask("POST", CONFIG_MAPS, (HEAD + data).encode(), SENT)
    assert (answer.status, f"(must be of type ConfigMap): yaml: {why} (" in answer.message) == (400, True)
    applied = client.ask(
        "PATCH", f"{CONFIG_MAPS}/a", (HEAD + data).encode(), {"Content-Type": "application/apply-patch+yaml"}, fieldManager="m"
    )
    assert (applied.status, applied.message) == (400, f"error encoding patch: yaml: {why}")


def test_a_number_that_no_float_holds_is_a_text(client: Client) -> None:
    assert client.ask("POST", CONFIG_MAPS, (HEAD + "data: {a: 1e999}").encode(), SENT).json["data"] == {"a": "1e999"}
