"""List and get: every rule about versions, pages, tokens and selectors, word for word as a real server was heard to answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.api_server.client import CONFIG_MAPS, FOOS, Client, config_map, foo, rest_of

ORDER = ["a", "a-1", "a-b", "a.b", "a0", "aa", "b", "c"]
TOKEN_12 = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIsInN0YXJ0IjoiL2EtMVx1MDAwMCJ9"
TOKEN_17 = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTcsInN0YXJ0IjoiL2EtYlx1MDAwMCJ9"
FOURTH_ON = ["a.b", "a0", "aa", "b", "c"]


def invalid(field: str, *messages: str, reason: str = "FieldValueForbidden") -> str:
    causes = [{"reason": reason, "message": message, "field": field} for message in messages]
    texts = [f"{field}: {message}" for message in messages]
    joined = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f'ListOptions.meta.k8s.io "" is invalid: {joined}',
        "reason": "Invalid",
        "details": {"group": "meta.k8s.io", "kind": "ListOptions", "causes": causes},
        "code": 422,
    }
    return "422 " + json.dumps(status, separators=(",", ":"))


def bad(message: str) -> str:
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": "BadRequest"}
    return "400 " + json.dumps({**status, "code": 400}, separators=(",", ":"))


def token(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@pytest.fixture
def client() -> Client:
    """The foos of the captures, at the versions 10 to 17, with the same versions after them."""
    client = Client(revision=1).with_foos()
    client.api.compact(3)
    assert client.api.revision == 9
    for name, color in [("a", ""), ("b", "blue"), ("a-1", ""), ("a-b", ""), ("a.b", ""), ("a0", ""), ("aa", ""), ("c", "blue")]:
        label = {"b": "b", "c": "c"}.get(name, "a")
        client.api.create(foo(name, spec={"color": color} if color else {"size": 1}, labels={"x": label}))
    assert client.api.revision == 17
    return client


NOT_OLDER = "NotOlderThan"

MATRIX: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {"resourceVersion": "17"}, ORDER),
    ({"resourceVersion": "0"}, {"resourceVersion": "17"}, ORDER),
    ({"resourceVersion": "0", "limit": 2}, {"resourceVersion": "17"}, ORDER),
    ({"resourceVersion": 12}, {"resourceVersion": "17"}, ORDER),
    ({"resourceVersion": 12, "resourceVersionMatch": "Exact"}, {"resourceVersion": "12"}, ["a", "a-1", "b"]),
    ({"resourceVersion": 12, "resourceVersionMatch": NOT_OLDER}, {"resourceVersion": "17"}, ORDER),
    ({"resourceVersion": 12, "limit": 2}, {"continue": TOKEN_12, "remainingItemCount": 1, "resourceVersion": "12"}, ["a", "a-1"]),
    (
        {"resourceVersion": 12, "resourceVersionMatch": NOT_OLDER, "limit": 2},
        {
            "continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTcsInN0YXJ0IjoiL2EtMVx1MDAwMCJ9",
            "remainingItemCount": 6,
            "resourceVersion": "17",
        },
        ["a", "a-1"],
    ),
    ({"resourceVersion": 9, "resourceVersionMatch": "Exact"}, {"resourceVersion": "9"}, []),
    ({"limit": 3}, {"continue": TOKEN_17, "remainingItemCount": 5, "resourceVersion": "17"}, ["a", "a-1", "a-b"]),
    (
        {"limit": 3, "continue": TOKEN_17},
        {
            "continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTcsInN0YXJ0IjoiL2FhXHUwMDAwIn0",
            "remainingItemCount": 2,
            "resourceVersion": "17",
        },
        ["a.b", "a0", "aa"],
    ),
    ({"limit": 3, "continue": TOKEN_17, "resourceVersion": "0"}, {"resourceVersion": "17"}, FOURTH_ON),
    ({"continue": TOKEN_17}, {"resourceVersion": "17"}, FOURTH_ON),
    (
        {"limit": 2, "continue": token({"v": "meta.k8s.io/v1", "rv": -1, "start": "a0\0"})},
        {
            "continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTcsInN0YXJ0IjoiL2JcdTAwMDAifQ",
            "remainingItemCount": 1,
            "resourceVersion": "17",
        },
        ["aa", "b"],
    ),
    ({"limit": 2, "continue": token({"v": "meta.k8s.io/v1", "rv": 9, "start": "a0\0"})}, {"resourceVersion": "9"}, []),
    ({"labelSelector": "x=a"}, {"resourceVersion": "17"}, ["a", "a-1", "a-b", "a.b", "a0", "aa"]),
    (
        {"labelSelector": "x=a", "limit": 1},
        {"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTcsInN0YXJ0IjoiL2FcdTAwMDAifQ", "resourceVersion": "17"},
        ["a"],
    ),
    ({"labelSelector": "x=c", "limit": 1}, {"resourceVersion": "17"}, ["c"]),
    ({"labelSelector": "x notin (a,b)"}, {"resourceVersion": "17"}, ["c"]),
    ({"fieldSelector": "metadata.name=a"}, {"resourceVersion": "17"}, ["a"]),
    ({"fieldSelector": "metadata.name=zzz"}, {"resourceVersion": "17"}, []),
    ({"fieldSelector": "metadata.namespace=default"}, {"resourceVersion": "17"}, ORDER),
    ({"fieldSelector": "spec.color=blue"}, {"resourceVersion": "17"}, ["b", "c"]),
    ({"fieldSelector": "spec.color!=blue,metadata.name!=a"}, {"resourceVersion": "17"}, ["a-1", "a-b", "a.b", "a0", "aa"]),
    ({"limit": -1}, {"resourceVersion": "17"}, ORDER),
    ({"timeoutSeconds": 1}, {"resourceVersion": "17"}, ORDER),
    ({"noSuchParameter": "x"}, {"resourceVersion": "17"}, ORDER),
]


@pytest.mark.parametrize(("query", "metadata", "names"), MATRIX)
def test_versions_matches_limits_and_tokens_together_give_what_a_real_server_gives(
    client: Client, query: dict[str, Any], metadata: dict[str, Any], names: list[str]
) -> None:
    answer = client.get(FOOS, **query)
    assert answer.status == 200, answer.text
    assert (answer.json["metadata"], answer.names) == ({"continue": "", **metadata}, names)


MATCH = "resourceVersionMatch"
UNLESS = "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"
WHEN = "Forbidden: resourceVersionMatch is forbidden when continue is provided"
TOKEN_REFUSALS = "invalid continue token: continue key is not valid: "

REFUSALS: list[tuple[dict[str, Any], str]] = [
    (
        {"resourceVersion": "abc"},
        bad('invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'),
    ),
    ({MATCH: "Exact"}, invalid(MATCH, UNLESS)),
    ({MATCH: NOT_OLDER}, invalid(MATCH, UNLESS)),
    (
        {"resourceVersion": "0", MATCH: "Exact"},
        invalid(MATCH, 'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    ),
    (
        {"resourceVersion": "17", MATCH: "Foo"},
        invalid(MATCH, 'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""', reason="FieldValueNotSupported"),
    ),
    ({"sendInitialEvents": "true"}, invalid("sendInitialEvents", "Forbidden: sendInitialEvents is forbidden for list")),
    ({"limit": 3, "continue": TOKEN_17, "resourceVersion": 17}, bad("specifying resource version is not allowed when using continue")),
    ({"limit": 3, "continue": TOKEN_17, MATCH: "Exact"}, invalid(MATCH, UNLESS, WHEN)),
    ({"continue": "garbage"}, bad(TOKEN_REFUSALS + "invalid character '\\u0081' looking for beginning of value")),
    (
        {"continue": token({"v": "meta.k8s.io/v2", "rv": 1, "start": "a"})},
        bad(TOKEN_REFUSALS + "server does not recognize this encoded version meta.k8s.io/v2"),
    ),
    (
        {"continue": token({"v": "meta.k8s.io/v1", "rv": 0, "start": "a"})},
        bad(TOKEN_REFUSALS + "incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
    ),
    (
        {"continue": token({"v": "meta.k8s.io/v1", "rv": 5, "start": ""})},
        bad(TOKEN_REFUSALS + "encoded start key empty (version meta.k8s.io/v1)"),
    ),
    ({"continue": token({"v": "meta.k8s.io/v1", "rv": 17, "start": "../x"})}, bad(TOKEN_REFUSALS + "../x")),
    ({"continue": "a!b"}, bad(TOKEN_REFUSALS + "illegal base64 data at input byte 1")),
    ({"labelSelector": "==="}, bad("found '==', expected: !, identifier, or 'end of string'")),
    ({"fieldSelector": "spec.size=1"}, bad("field label not supported: spec.size")),
    ({"fieldSelector": "foo"}, bad("invalid selector: 'foo'; can't understand 'foo'")),
    ({"limit": "abc"}, bad('strconv.ParseInt: parsing "abc": invalid syntax')),
    ({"timeout": "abc"}, bad('invalid timeout specified in the request URL - time: invalid duration "abc"')),
]


@pytest.mark.parametrize(("query", "text"), REFUSALS)
def test_what_a_real_server_refuses_is_refused_in_its_words(client: Client, query: dict[str, Any], text: str) -> None:
    assert client.get(FOOS, **query).text == text


TOO_LARGE = (
    '504 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 999999,'
    ' current: 17","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],'
    '"retryAfterSeconds":1},"code":504}'
)


@pytest.mark.parametrize("path", [FOOS, f"{FOOS}/a", f"{FOOS}/none"])
def test_a_version_of_the_future_is_waited_for_before_anything_else(client: Client, path: str) -> None:
    answer = client.run(lambda: client.get(path, resourceVersion=999999))
    assert (answer.text, answer.headers["Retry-After"], client.runtime.monotonic()) == (TOO_LARGE, "1", 3.0)


def test_a_version_that_comes_in_time_is_answered(client: Client) -> None:
    def write() -> None:
        client.runtime.sleep(1)
        client.api.create(foo("d"))

    def main() -> list[str]:
        client.runtime.spawn(write, name="writer")
        return client.get(FOOS, resourceVersion=18, resourceVersionMatch="Exact").names

    assert client.run(main) == [*ORDER, "d"]
    assert client.runtime.monotonic() == 1.0


def test_events_are_not_cached_so_a_future_version_is_refused_at_once_and_without_advice(client: Client) -> None:
    answer = client.get("/api/v1/namespaces/default/events", resourceVersion=999999)
    assert answer.json["details"] == {"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]}
    assert (answer.status, "Retry-After" in answer.headers, client.runtime.monotonic()) == (504, False, 0.0)


def test_after_a_compaction_older_versions_answer_410_and_a_token_gets_an_inconsistent_one(client: Client) -> None:
    client.api.create(foo("d"))
    assert client.api.compact() == 18
    too_old = (
        '410 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"The resourceVersion for the provided list is'
        ' too old.","reason":"Expired","code":410}'
    )
    assert client.get(FOOS, resourceVersion=17, resourceVersionMatch="Exact").text == too_old
    assert client.get(FOOS, resourceVersion=17, limit=2).text == too_old
    assert client.get(FOOS, resourceVersion=17).status == 200
    assert client.get(FOOS, resourceVersion=18, resourceVersionMatch="Exact").names == [*ORDER, "d"]
    token_query: dict[str, Any] = {"continue": token({"v": "meta.k8s.io/v1", "rv": 17, "start": "/b\0"})}
    expired = client.get(FOOS, **token_query)
    assert expired.json["metadata"] == {"continue": "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYlx1MDAwMCJ9"}
    assert (expired.status, expired.json["reason"]) == (410, "Expired")
    assert expired.message.startswith("The provided continue parameter is too old to display a consistent list result.")
    rest = client.get(FOOS, **expired.json["metadata"])
    assert (rest.names, rest.json["metadata"]["resourceVersion"]) == (["c", "d"], "18")


def test_pages_show_one_moment_whatever_happens_between_them(client: Client) -> None:
    first = client.get(FOOS, limit=3)
    client.api.create(foo("a0a"))
    client.api.delete("foos", "b")
    rest = client.get(FOOS, limit=100, **rest_of(first))
    assert (rest.names, rest.json["metadata"]["resourceVersion"]) == (FOURTH_ON, "17")


def test_built_in_kinds_and_custom_ones_have_their_own_envelopes(client: Client) -> None:
    empty = client.get(CONFIG_MAPS)
    assert empty.text == '200 {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"17"},"items":[]}'
    assert client.get("/apis/lab.io/v1/namespaces/none/foos").text == (
        '200 {"apiVersion":"lab.io/v1","items":[],"kind":"FooList","metadata":{"continue":"","resourceVersion":"17"}}'
    )
    client.api.create(config_map("c"))
    assert list(client.get(CONFIG_MAPS).json["items"][0]) == ["metadata", "data"]
    item = client.get(FOOS, fieldSelector="metadata.name=a").raw.partition(b'"items":[')[2]
    assert item.startswith(b'{"apiVersion":"lab.io/v1","kind":"Foo","metadata":{"creationTimestamp":')


def test_a_list_of_all_namespaces_is_in_the_order_of_keys_and_its_token_names_the_namespace(client: Client) -> None:
    client.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default-b"}})
    client.api.create(config_map("x"))
    client.api.create(config_map("y"), namespace="default-b")
    page = client.get("/api/v1/configmaps", limit=1)
    assert page.names == ["y"]
    start = json.loads(base64.urlsafe_b64decode(page.json["metadata"]["continue"] + "=="))["start"]
    assert start == "/default-b/y\0"
    assert client.get("/api/v1/configmaps", limit=1, **rest_of(page)).names == ["x"]


def test_a_selector_on_a_field_that_a_built_in_kind_does_not_offer_is_refused_in_that_kinds_words(client: Client) -> None:
    assert client.get(CONFIG_MAPS, fieldSelector="data.a=1").message == (
        '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'
    )
    assert client.get("/api/v1/pods", fieldSelector="spec.foo=1").message == "field label not supported: spec.foo"


def test_pods_are_selected_by_node_and_phase() -> None:
    client = Client()
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "c", "image": "i"}]}}
    client.api.create({**pod, "metadata": {"name": "here"}, "spec": {**pod["spec"], "nodeName": "n1"}})  # type: ignore[dict-item]
    client.api.create({**pod, "metadata": {"name": "nowhere"}})
    client.api.patch("pods", "here", {"status": {"phase": "Running"}}, subresource="status")
    assert client.get("/api/v1/pods", fieldSelector="spec.nodeName=n1").names == ["here"]
    assert client.get("/api/v1/pods", fieldSelector="spec.nodeName=").names == ["nowhere"]
    assert client.get("/api/v1/pods", fieldSelector="status.phase=Running").names == ["here"]
    assert client.get("/api/v1/pods", fieldSelector="status.phase!=Running").names == ["nowhere"]


def test_get_gives_one_object_whatever_version_of_the_past_is_asked_for(client: Client) -> None:
    queries: list[dict[str, Any]] = [{}, {"resourceVersion": "0"}, {"resourceVersion": "12"}, {"watch": "true"}]
    for query in queries:
        assert client.get(f"{FOOS}/a", **query).json["metadata"]["name"] == "a"


def test_get_with_a_version_that_is_none_is_a_plain_server_failure(client: Client) -> None:
    assert client.get(f"{FOOS}/a", resourceVersion="abc").text == (
        '500 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"resourceVersion: Invalid value: \\"abc\\":'
        ' strconv.ParseUint: parsing \\"abc\\": invalid syntax","code":500}'
    )


def test_get_of_what_is_not_there_names_it(client: Client) -> None:
    assert client.get(f"{FOOS}/x").json == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'foos.lab.io "x" not found',
        "reason": "NotFound",
        "details": {"name": "x", "group": "lab.io", "kind": "foos"},
        "code": 404,
    }
    assert client.get(f"{CONFIG_MAPS}/c2").json["details"] == {"name": "c2", "kind": "configmaps"}
