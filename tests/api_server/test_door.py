"""The door: paths, methods, headers, forms of answers, records; and the Python face beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fakes.api_server.errors import StatusError
from fakes.api_server.requests import RequestRecord
from informer.objects import KubeObject
from tests.api_server.client import CONFIG_MAPS, FOOS, PODS, Client, config_map, foo, rest_of

UNKNOWN = (
    '404 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource",'
    '"reason":"NotFound","details":{},"code":404}'
)
PAGE = "404 404 page not found"
NOT_ALLOWED = (
    '405 {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server does not allow this method on the'
    ' requested resource","reason":"MethodNotAllowed","details":{},"code":405}'
)


@pytest.fixture
def client() -> Client:
    return Client().with_foos()


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        ("GET", "/api/v1/namespaces/default/foos", UNKNOWN),
        ("GET", "/apis/apps/v1/foos", UNKNOWN),
        ("POST", "/api/v1/namespaces/default/namespaces", UNKNOWN),
        ("GET", "/api/v1/pods/x", UNKNOWN),
        ("GET", f"{PODS}/x/nope", UNKNOWN),
        ("GET", f"{CONFIG_MAPS}/c1/status", UNKNOWN),
        ("GET", "/apis/nope.io/v1/foos", PAGE),
        ("GET", "/apis/lab.io/v9/namespaces/default/foos", PAGE),
        ("GET", "/apis/lab.io/v1/namespaces/default/bars", PAGE),
        ("GET", "/apis/lab.io/v1/foos/a", PAGE),
        ("POST", "/apis/lab.io/v1/foos", PAGE),
        ("GET", "/nothing", PAGE),
        ("GET", "/nothing/at/all", PAGE),
        ("PUT", CONFIG_MAPS, NOT_ALLOWED),
        ("POST", f"{CONFIG_MAPS}/c1", NOT_ALLOWED),
        ("POST", "/api/v1/configmaps", NOT_ALLOWED),
        ("DELETE", "/api/v1/configmaps", NOT_ALLOWED),
    ],
)
def test_what_has_no_handler_is_refused_as_a_real_server_refuses_it(client: Client, method: str, path: str, text: str) -> None:
    assert client.ask(method, path).text == text


def test_custom_resources_refuse_other_methods_in_their_own_words(client: Client) -> None:
    assert client.put(FOOS, foo("a")).message == "name must be provided"
    refused = client.ask("OPTIONS", f"{FOOS}/a")
    assert (refused.status, refused.message) == (405, ' is not supported on resources of kind "foos.lab.io"')
    assert client.get(f"{FOOS}/a/nope").message == 'foos.lab.io "a" not found'


@pytest.mark.parametrize(
    ("method", "path", "what"),
    [
        ("POST", "/api/v1/nodes/x/proxy", "the subresource nodes/proxy"),
        ("GET", "/api/v1/namespaces/default/services/x/proxy/a/b/c", "the subresource services/proxy"),
        ("GET", "/api/v1/componentstatuses", "list of componentstatuses, which real servers compute instead of storing"),
    ],
)
def test_what_a_real_server_knows_and_the_fake_lacks_is_refused_by_name(client: Client, method: str, path: str, what: str) -> None:
    answer = client.ask(method, path)
    assert (answer.status, answer.json["reason"], answer.message) == (
        501,
        "NotImplemented",
        f"the fake API server does not support {what}",
    )


def test_a_body_in_an_unknown_language_is_415(client: Client) -> None:
    answer = client.ask("POST", CONFIG_MAPS, b"hello", {"Content-Type": "text/plain"})
    assert (answer.status, answer.message) == (
        415,
        (
            "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml,"
            " application/vnd.kubernetes.protobuf"
        ),
    )


PARTIAL = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
PARTIAL_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


def test_metadata_alone_is_given_to_those_who_ask(client: Client) -> None:
    client.api.create(foo("a", labels={"x": "1"}))
    own = client.api.get("foos", "a")["metadata"]
    order = ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "labels", "managedFields"]
    partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": own}
    one = client.get(f"{FOOS}/a", {"Accept": PARTIAL})
    assert (one.json, list(one.json["metadata"])) == (partial, order)
    many = client.get(FOOS, {"Accept": PARTIAL_LIST})
    version = str(client.api.revision)
    assert many.json == {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version},
        "items": [partial],
    }
    added, mark = client.watch(FOOS, {"Accept": PARTIAL}, allowWatchBookmarks="true").read()
    assert added == {"type": "ADDED", "object": partial}
    annotations = {"k8s.io/initial-events-end": "true"}
    assert mark["object"] == {**partial, "metadata": {"resourceVersion": version, "annotations": annotations}}


def test_the_wrong_metadata_form_is_not_acceptable_and_ends_a_watch_at_once(client: Client) -> None:
    refused = client.get(PODS, {"Accept": PARTIAL})
    assert (refused.status, refused.message) == (
        406,
        "you requested PartialObjectMetadata, but the requested object is a list (*core.PodList)",
    )
    assert refused.raw.startswith(b'{\n  "kind": "Status"')
    assert client.watch(FOOS, {"Accept": PARTIAL_LIST}).body.read() == b""


@pytest.mark.parametrize(
    ("path", "accept", "message"),
    [
        (FOOS, "text/html", "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        (FOOS, "application/json;as=Foo;v=v1;g=meta.k8s.io", "application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        (
            f"{FOOS}?watch=1",
            "application/json;stream=other",
            "application/json, application/yaml, application/vnd.kubernetes.protobuf",
        ),
    ],
)
def test_what_nobody_has_is_not_acceptable(client: Client, path: str, accept: str, message: str) -> None:
    refused = client.get(path, {"Accept": accept})
    assert (refused.status, refused.message) == (406, f"only the following media types are accepted: {message}")
    assert not refused.raw.endswith(b"\n")


def test_people_get_it_pretty(client: Client) -> None:
    client.api.create(foo("a"))
    for answer in (client.get(f"{FOOS}/a", pretty="true"), client.get(f"{FOOS}/a", {"User-Agent": "curl/8"})):
        assert answer.raw.startswith(b'{\n  "apiVersion": "lab.io/v1",\n')
        assert answer.raw.endswith(b"}")
    for answer in (client.get(f"{FOOS}/a"), client.get(f"{FOOS}/a", {"User-Agent": "curl/8"}, pretty="false")):
        assert answer.raw.startswith(b'{"apiVersion":"lab.io/v1",')


@pytest.mark.parametrize("path", [FOOS, f"{FOOS}/none", "/nothing", "/apis", "/version", f"{FOOS}?watch=1"])
def test_every_answer_has_the_headers_of_a_real_one(client: Client, path: str) -> None:
    uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    first, second = client.get(path), client.get(path, {"Audit-Id": "mine"})
    assert uuid.fullmatch(first.headers["Audit-Id"])
    assert second.headers["Audit-Id"] == "mine"
    for name in ("X-Kubernetes-Pf-Flowschema-Uid", "X-Kubernetes-Pf-Prioritylevel-Uid"):
        assert uuid.fullmatch(first.headers[name])
        assert first.headers[name] == second.headers[name]
    assert first.headers["Date"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert "Content-Type" in first.headers
    assert "Cache-Control" in first.headers


def test_discovery_is_answered_behind_the_same_door(client: Client) -> None:
    assert [resource["name"] for resource in client.get("/apis/lab.io/v1").json["resources"]] == ["foos", "foos/status"]
    assert client.get("/healthz").raw == b"ok"


def test_a_failure_of_the_fake_itself_is_a_500_and_is_logged(client: Client, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(client.api.storage, "get", broken)
    answer = client.get(f"{FOOS}/a")
    assert (answer.status, answer.json["reason"], answer.message) == (
        500,
        "InternalError",
        "Internal error occurred: ZeroDivisionError: oops",
    )
    assert "outcome=failed" in caplog.text


def test_requests_are_recorded_as_they_were_answered(client: Client) -> None:
    client.ask("GET", f"{FOOS}?limit=2&limit=3&labelSelector=a%3Db", None, {"User-Agent": "me/1"})
    client.merge(f"{FOOS}/a/status", {})
    client.watch(FOOS)
    client.get("/apis")
    client.get("/apis/nope.io/v1/foos")
    records = client.api.requests
    assert records[0] == RequestRecord(
        time=0.0,
        verb="list",
        resource="foos.lab.io",
        namespace="default",
        name="",
        subresource="",
        query={"limit": "2", "labelSelector": "a=b"},
        status=200,
        user_agent="me/1",
        path=FOOS,
    )
    assert [(record.verb, record.resource, record.name, record.subresource, record.status) for record in records[1:]] == [
        ("patch", "foos.lab.io", "a", "status", 404),
        ("watch", "foos.lab.io", "", "", 200),
        ("get", "", "", "", 200),
        ("get", "", "", "", 404),
    ]


def test_the_face_finds_resources_by_the_names_that_people_use(client: Client) -> None:
    client.api.create(foo("a"))
    for name in ("foos", "foo", "Foo", "fo", "foos.lab.io", "foos.v1.lab.io"):
        assert client.api.get(name, "a")["kind"] == "Foo"
    with pytest.raises(StatusError, match="create its CustomResourceDefinition first"):
        client.api.get("bars", "a")
    with pytest.raises(StatusError, match="create its CustomResourceDefinition first"):
        client.api.create({"apiVersion": "lab.io/v1", "kind": "Bar"})


def test_the_face_gives_copies_and_takes_copies(client: Client) -> None:
    mine = foo("a", labels={"x": "1"})
    given = client.api.create(mine)
    given["metadata"]["labels"]["x"] = mine["metadata"]["labels"]["x"] = "changed"
    assert client.api.get("foos", "a")["metadata"]["labels"] == {"x": "1"}
    view = KubeObject(b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}')
    assert client.api.create(view)["data"] == {"a": "1"}
    assert client.api.create({**config_map("d"), "data": view["data"]})["data"] == {"a": "1"}
    with pytest.raises(TypeError, match="nothing that JSON can say"):
        client.api.create({**config_map("e"), "data": {"a": object()}})


def test_the_face_lists_with_selectors_in_one_namespace_or_all(client: Client) -> None:
    client.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    client.api.create(foo("a", labels={"x": "1"}))
    client.api.create(foo("b", namespace="other", spec={"color": "red"}))
    assert [item["metadata"]["name"] for item in client.api.list("foos")] == ["a", "b"]
    assert [item["metadata"]["name"] for item in client.api.list("foos", "other")] == ["b"]
    assert [item["kind"] for item in client.api.list("foos", selector="x=1")] == ["Foo"]
    assert [item["metadata"]["name"] for item in client.api.list("foos", field_selector="spec.color=red")] == ["b"]
    assert len(client.api.list("namespaces")) == 5


def test_the_face_updates_and_patches(client: Client) -> None:
    created = client.api.create(foo("a"))
    updated = client.api.update({**created, "spec": {"size": 2}})
    assert updated["spec"] == {"size": 2}
    with pytest.raises(StatusError) as refused:
        client.api.update({**created, "spec": {"size": 3}})
    assert (refused.value.code, refused.value.reason) == (409, "Conflict")
    assert client.api.update({**updated, "status": {"x": 1}}, subresource="status")["status"] == {"x": 1}
    assert client.api.patch("foos", "a", [{"op": "remove", "path": "/spec/size"}], type="json")["spec"] == {}
    assert client.api.patch("foos", "a", {"status": {"y": 2}}, subresource="status")["status"] == {"x": 1, "y": 2}
    client.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "h"}]}})
    patched = client.api.patch("pods", "p", {"spec": {"containers": [{"name": "c", "image": "i"}]}}, type="strategic")
    assert [(container["name"], container["image"]) for container in patched["spec"]["containers"]] == [("c", "i")]


def test_the_versions_start_where_they_are_told_to_and_may_be_wider_than_64_bits() -> None:
    client = Client(revision=2**63 + 5)
    created = client.api.create(config_map("c"))
    assert created["metadata"]["resourceVersion"] == str(2**63 + 11)
    page = client.get("/api/v1/namespaces", limit=1)
    rest = client.get("/api/v1/namespaces", **rest_of(page))
    assert (page.names, rest.names) == (["default"], ["kube-node-lease", "kube-public", "kube-system"])


def test_two_servers_with_the_same_seed_do_the_same() -> None:
    answers = []
    for _ in range(2):
        client = Client(seed=7)
        client.post(CONFIG_MAPS, {"metadata": {"generateName": "g-"}})
        answers.append((client.get(CONFIG_MAPS).raw, client.get(CONFIG_MAPS).headers))
    assert answers[0] == answers[1]


LONG = "9" * 5000


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        (f"{CONFIG_MAPS}?limit={LONG}", 400, 'strconv.ParseInt: parsing "{}": value out of range'),
        (f"{CONFIG_MAPS}?timeoutSeconds={LONG}", 400, 'strconv.ParseInt: parsing "{}": value out of range'),
        (f"{CONFIG_MAPS}?resourceVersion={LONG}", 400, 'invalid resource version: {0}strconv.ParseUint: parsing "{1}": value out of range'),
        (f"{CONFIG_MAPS}/a?resourceVersion={LONG}", 500, '{0}strconv.ParseUint: parsing "{1}": value out of range'),
        (f"{CONFIG_MAPS}?watch=1&resourceVersion={LONG}", 500, '{0}strconv.ParseUint: parsing "{1}": value out of range'),
    ],
)
def test_numbers_that_are_too_long_are_out_of_range(client: Client, path: str, status: int, why: str) -> None:
    answer = client.get(path)
    start = f'resourceVersion: Invalid value: "{LONG}": '
    assert (answer.status, answer.message) == (status, why.replace("{}", LONG).replace("{0}", start).replace("{1}", LONG))


def test_a_version_that_is_out_of_range_counts_for_nothing_in_a_creation_and_fails_an_update(client: Client) -> None:
    document = config_map("a")
    document["metadata"]["resourceVersion"] = LONG
    assert client.post(CONFIG_MAPS, document).status == 201
    refused = client.put(f"{CONFIG_MAPS}/a", document)
    assert (refused.status, refused.message) == (500, f'strconv.ParseUint: parsing "{LONG}": value out of range')


@pytest.mark.parametrize("number", ["1e999", "-1.5E+400", LONG])
def test_a_number_that_no_float_holds_is_refused(client: Client, number: str) -> None:
    sent = '{"apiVersion": "lab.io/v1", "kind": "Foo", "metadata": {"name": "a"}, "spec": {"size": NUMBER}}'.replace("NUMBER", number)
    answer = client.ask("POST", FOOS, sent.encode())
    why = f"json: cannot unmarshal number {number} into Go value of type float64"
    assert (answer.status, answer.message) == (400, f'Foo in version "v1" cannot be handled as a Foo: {why}')
    client.api.create(foo("a"))
    patched = client.ask("PATCH", f"{FOOS}/a", sent.encode(), {"Content-Type": "application/merge-patch+json"})
    assert (patched.status, patched.message) == (400, f"error decoding patch: {why}")


def test_a_binary_body_of_an_unreadable_version_is_refused(client: Client) -> None:
    body = b"k8s\x00\n\x10\n\x03v\xff1\x12\tConfigMap\x12\x00"
    answer = client.ask("POST", CONFIG_MAPS, body, {"Content-Type": "application/vnd.kubernetes.protobuf"})
    assert (answer.status, 'no kind "ConfigMap" is registered for version "v\\xff1"' in answer.message) == (400, True)
