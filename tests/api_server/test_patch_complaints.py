"""JSON patches in whose text a key stands twice: what is warned of, and what is shown of what they make."""

from __future__ import annotations

import pytest

from fakes.api_server.kinds import Kinds
from fakes.api_server.patching.patch import JSON_PATCH, Patch
from fakes.api_server.wire.json_syntax import read
from tests.api_server.client import PODS, Answer, Client


@pytest.fixture
def client() -> Client:
    client = Client()
    spec = {"containers": [{"name": "c", "image": "i"}]}
    assert client.post(PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}).status == 201
    return client


def patched(client: Client, *operations: str) -> Answer:
    return client.ask("PATCH", f"{PODS}/p", f"[{', '.join(operations)}]".encode(), {"content-type": JSON_PATCH}, dryRun="All")


def remaining(*operations: str) -> list[str]:
    """What is said of the object that the operations make."""
    kind = Kinds().find("", "v1", "pods")
    assert kind is not None
    said = Patch(kind, JSON_PATCH, read(f"[{', '.join(operations)}]".encode())).complaints()
    return [text for text in said if "json patch" not in text]


@pytest.mark.parametrize(
    ("operations", "why"),
    [
        (['{"op": "add", "path": 5, "value": {"a": 1, "a": 2}}'], "number into Go struct field jsonPatchOp.path of type string"),
        (['{"op": "copy", "path": "/a", "from": 7, "b": {"a": 1, "a": 2}}'], "number into Go struct field jsonPatchOp.from of type string"),
        (["5", '{"op": "add", "path": "/a", "value": {"a": 1, "a": 2}}'], "number into Go value of type handlers.jsonPatchOp"),
    ],
)
def test_what_is_no_list_of_operations_is_none_with_a_value_said_twice_either(client: Client, operations: list[str], why: str) -> None:
    refused = patched(client, *operations)
    assert (refused.status, refused.message) == (400, f"error decoding patch: json: cannot unmarshal {why}")


def test_a_value_said_twice_is_shown_so_where_it_is_all_that_is_left(client: Client) -> None:
    refused = patched(client, '{"op": "replace", "path": "", "value": [{"a": 1, "a": 2}]}')
    assert refused.status == 422
    assert 'Invalid value: "[{\\"a\\":1,\\"a\\":2}]"' in refused.message


def test_a_value_said_twice_at_the_end_of_a_list_is_refused_for_what_it_says(client: Client) -> None:
    refused = patched(client, '{"op": "add", "path": "/spec/tolerations/-", "value": {"key": "a", "key": 5}}')
    assert refused.status == 422
    assert refused.message.endswith("cannot unmarshal number into Go struct field Toleration.spec.tolerations.key of type string")


PLACED = '{"op": "add", "path": "/spec/tolerations/1", "value": {"key": "a", "key": "b"}}'
PLAIN = '{"op": "%s", "path": "/spec/tolerations/%s", "value": {"key": "c"}}'


@pytest.mark.parametrize("later", ["", PLAIN % ("add", "-"), PLAIN % ("add", 2), PLAIN % ("replace", 0), PLAIN % ("remove", 2)])
def test_a_value_said_twice_in_a_list_is_warned_of_by_its_place(later: str) -> None:
    assert remaining(*filter(None, (PLACED, later))) == ['duplicate field "spec.tolerations[1].key"']


@pytest.mark.parametrize(
    "later",
    [
        PLAIN % ("add", 0),
        PLAIN % ("add", -3),
        PLAIN % ("remove", 0),
        PLAIN % ("replace", -1),
        PLAIN % ("replace", "01/key"),
        '{"op": "move", "from": "/spec/tolerations/0", "path": "/metadata/a"}',
        '{"op": "copy", "from": "/metadata/a", "path": "/spec/tolerations/0"}',
    ],
)
def test_a_value_that_has_another_place_in_its_list_later_is_not_warned_of(later: str) -> None:
    assert remaining(PLACED, later) == []


@pytest.mark.parametrize("step", ["-", "-1", "01"])
def test_a_value_whose_place_the_path_does_not_tell_is_not_warned_of(step: str) -> None:
    assert remaining(PLACED.replace("/1", f"/{step}")) == []
