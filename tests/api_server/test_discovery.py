"""Discovery, health, version and OpenAPI, in the words and the bytes of a 1.37.2 server."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from fakes.api_server.discovery.discovery import answer
from fakes.api_server.errors import StatusError
from fakes.api_server.kinds import Kinds
from fakes.api_server.messages import Request, Response

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

WIDGETS = {
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"], "categories": ["all"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
            }
        ],
    },
}

# as captured
WIDGET_RESOURCES = (
    '{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"example.com/v1","resources":[{"name":"widgets","singularName":"widget",'
    '"namespaced":true,"kind":"Widget","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],'
    '"shortNames":["wd"],"categories":["all"],"storageVersionHash":"gIwvi5rymmg="},{"name":"widgets/status","singularName":"",'
    '"namespaced":true,"kind":"Widget","verbs":["get","patch","update"]},{"name":"widgets/scale","singularName":"","namespaced":true,'
    '"group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}]}\n'
)
WIDGET_GROUP = (
    '{"kind":"APIGroup","apiVersion":"v1","name":"example.com","versions":[{"groupVersion":"example.com/v1","version":"v1"}],'
    '"preferredVersion":{"groupVersion":"example.com/v1","version":"v1"}}\n'
)
WIDGET_AGGREGATED = (
    '{"metadata":{"name":"example.com"},"versions":[{"version":"v1","resources":[{"resource":"widgets","responseKind":'
    '{"group":"example.com","version":"v1","kind":"Widget"},"scope":"Namespaced","singularResource":"widget",'
    '"verbs":["delete","deletecollection","get","list","patch","create","update","watch"],"shortNames":["wd"],"categories":["all"],'
    '"subresources":[{"subresource":"status","responseKind":{"group":"example.com","version":"v1","kind":"Widget"},'
    '"verbs":["get","patch","update"]},{"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"},'
    '"verbs":["get","patch","update"]}]}],"freshness":"Current"}]}]}\n'
)
# SHA-256 of what a 1.37.2 server with no definitions answers
REAL = {
    ("/apis", "application/json"): "23831701deb4691e8aa957331f503f8d34b99e79b7fda87b3c72e03cbb3522ae",
    ("/api/v1", "application/json"): "308e3caea9809ab7d1758ce0af1aeca288378ad3d97fe29cc0789369bae0bc98",
    ("/apis/apps", "application/json"): "9460e2a6e6c3b4df741fed9b7db62209311f6f5dbfff1a6514eff44b30bfb3a9",
    ("/apis/apps/v1", "application/json"): "a0bdfad68d502386768d1607e184d89315da6bfa946a65eb5280b9b84e15da2c",
    ("/apis/autoscaling", "application/json"): "d02f454564cd9a2dd12beeb40f87cf1ae2c7b46f32ff8d2346751de2395f83c3",
    ("/apis/autoscaling/v1", "application/json"): "dd866c310de13f8c9c1120b7ce6f48bdd407a22bc05d4f1b7913449f49c46826",
    ("/apis/events.k8s.io/v1", "application/json"): "3f25880dd4f6d966d1a2428c80c66fab16119422402d64d392a828d17d8a6695",
    ("/apis/policy/v1", "application/json"): "fab037f07d279a129158db0512057305f983c0f319317dfd41056a100230b2cc",
    ("/apis/certificates.k8s.io/v1", "application/json"): "887bc9f4208a8bc411c6d30d0e5c28de8bfcced3e637862f326b542b7a438ec5",
    ("/apis/resource.k8s.io/v1", "application/json"): "662f59e2bfbaa5102e88bd864399e6a95ff8a7dae884bb85d3d7648eb3cc6ffd",
    ("/api", AGGREGATED): "ccbec4f3cd03eb53e85fc793d1b529d3e6c3f4a14fc7144b25ed17d05b498309",
    ("/apis", AGGREGATED): "82dedf73381f805438f1daca97bc60a31e25754b1982a0df5ff87764d44f62e1",
}


def ask(path: str, *, kinds: Kinds | None = None, method: str = "GET", **headers: str) -> Response | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer(kinds or Kinds(), Request.of(method, path, {"accept": "application/json", **named}))


def body(response: Response | None) -> str:
    assert response is not None
    assert isinstance(response.body, bytes)
    return response.body.decode()


def document(response: Response | None) -> Any:
    return json.loads(body(response))


@pytest.fixture
def with_widgets() -> Kinds:
    kinds = Kinds()
    kinds.install(WIDGETS)
    return kinds


@pytest.mark.parametrize(("path", "accept"), REAL)
def test_discovery_of_the_built_in_kinds_is_byte_for_byte_that_of_a_real_server(path: str, accept: str) -> None:
    assert hashlib.sha256(body(ask(path, accept=accept)).encode()).hexdigest() == REAL[path, accept]


def test_a_custom_kind_is_discovered_byte_for_byte_as_captured(with_widgets: Kinds) -> None:
    assert body(ask("/apis/example.com/v1", kinds=with_widgets)) == WIDGET_RESOURCES
    assert body(ask("/apis/example.com", kinds=with_widgets)) == WIDGET_GROUP
    assert body(ask("/apis", kinds=with_widgets, accept=AGGREGATED)).endswith(WIDGET_AGGREGATED)


def test_the_core_versions_say_where_the_server_is() -> None:
    address = '[{"clientCIDR":"0.0.0.0/0","serverAddress":"localhost:1234"}]'
    expected = '{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":' + address + "}\n"
    assert body(ask("/api", host="localhost:1234")) == expected


@pytest.mark.parametrize("accept", [AGGREGATED, f"{AGGREGATED},application/json", f"application/json,{AGGREGATED}"])
def test_aggregated_discovery_is_given_wherever_it_is_asked_for_and_says_so(accept: str) -> None:
    response = ask("/apis", accept=accept)
    assert response is not None
    assert response.headers["Content-Type"] == AGGREGATED
    assert (response.headers["Cache-Control"], response.headers["Vary"]) == ("public", "Accept")
    assert document(response)["kind"] == "APIGroupDiscoveryList"


def test_aggregated_discovery_is_sent_again_only_when_it_has_changed(with_widgets: Kinds) -> None:
    first = ask("/apis", kinds=with_widgets, accept=AGGREGATED)
    assert first is not None
    tag = first.headers["Etag"]
    again = ask("/apis", kinds=with_widgets, accept=AGGREGATED, if_none_match=tag)
    assert again is not None
    assert (again.status, again.body, again.headers["Etag"]) == (304, b"", tag)
    with_widgets.remove(WIDGETS)
    changed = ask("/apis", kinds=with_widgets, accept=AGGREGATED, if_none_match=tag)
    assert changed is not None
    assert changed.status == 200


@pytest.mark.parametrize(
    ("accept", "code", "message"),
    [
        (
            "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
            406,
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
        ),
        (
            "text/html",
            406,
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf",
        ),
        ("application/yaml", 501, "the fake API server does not support discovery in application/yaml"),
    ],
)
def test_a_form_that_is_not_there_is_refused(accept: str, code: int, message: str) -> None:
    with pytest.raises(StatusError) as error:
        ask("/api", accept=accept)
    assert (error.value.code, error.value.message) == (code, message)


@pytest.mark.parametrize("accept", ["", "*/*", "application/*", "text/html, */*;q=0.1", "application/json;q=0.9"])
def test_a_client_that_takes_json_among_others_gets_json(accept: str) -> None:
    assert document(ask("/apis/apps", accept=accept))["name"] == "apps"


@pytest.mark.parametrize("path", ["/apis/nope", "/apis/nope/v2", "/apis/apps/v1/deployments", "/nosuch", "/openapi/v3x"])
def test_what_is_not_there_is_left_to_others(path: str) -> None:
    assert ask(path) is None


def test_an_open_api_document_that_is_not_there_gets_404_without_a_word() -> None:
    response = ask("/openapi/v3/apis/x/v1")
    assert response is not None
    assert (response.status, response.body) == (404, b"")


@pytest.mark.parametrize("path", ["/api/v2", "/apis/apps/v2"])
def test_an_unknown_version_of_a_built_in_group_gets_404(path: str) -> None:
    with pytest.raises(StatusError) as error:
        ask(path)
    assert (error.value.code, error.value.message) == (404, "the server could not find the requested resource")


@pytest.mark.parametrize(("method", "path"), [("POST", "/version"), ("HEAD", "/api"), ("DELETE", "/apis/apps/v1")])
def test_anything_but_get_gets_405(method: str, path: str) -> None:
    with pytest.raises(StatusError) as error:
        ask(path, method=method)
    assert error.value.code == 405


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_the_server_is_well(path: str) -> None:
    response = ask(path)
    assert response is not None
    assert (response.body, response.headers["Content-Type"]) == (b"ok", "text/plain; charset=utf-8")


def test_the_version_is_1_37_2_for_people_and_machines() -> None:
    text = body(ask("/version"))
    assert text.startswith('{\n  "major": "1",\n  "minor": "37",\n')
    assert json.loads(text)["gitVersion"] == "v1.37.2"
    assert not text.endswith("\n")


def test_a_person_with_a_browser_or_curl_gets_indented_json() -> None:
    assert body(ask("/apis/apps", user_agent="curl/8")).startswith('{\n  "kind": "APIGroup"')


def test_the_root_lists_the_paths(with_widgets: Kinds) -> None:
    paths = document(ask("/", kinds=with_widgets))["paths"]
    assert {"/api/v1", "/apis/apps/v1", "/apis/example.com", "/healthz", "/openapi/v3"} <= set(paths)
    assert paths == sorted(paths)


def test_the_openapi_index_names_a_document_for_each_version(with_widgets: Kinds) -> None:
    response = ask("/openapi/v3", kinds=with_widgets)
    paths = document(response)["paths"]
    assert {"api/v1", "apis/apps/v1", "apis/autoscaling/v1", "apis/autoscaling/v2", "apis/example.com/v1"} <= set(paths)
    url = paths["apis/example.com/v1"]["serverRelativeURL"]
    assert url.startswith("/openapi/v3/apis/example.com/v1?hash=")
    found = ask(url, kinds=with_widgets)
    assert found is not None
    assert found.headers["Cache-Control"] == "public, immutable"
    assert found.headers["Etag"] == f'"{url.partition("=")[2]}"'
    again = ask(url, kinds=with_widgets, if_none_match=found.headers["Etag"])
    assert again is not None
    assert again.status == 304


def test_the_hash_of_a_document_changes_with_the_definition(with_widgets: Kinds) -> None:
    def urls() -> dict[str, Any]:
        paths: dict[str, Any] = document(ask("/openapi/v3", kinds=with_widgets))["paths"]
        return paths

    before = urls()
    changed = json.loads(json.dumps(WIDGETS))
    changed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["more"] = {"type": "string"}
    with_widgets.install(changed)
    after = urls()
    assert [name for name in before if before[name] != after[name]] == ["apis/example.com/v1"]


@pytest.mark.parametrize(("path", "kind", "strategic"), [("apis/apps/v1", "Deployment", True), ("apis/example.com/v1", "Widget", False)])
def test_kubectl_finds_what_it_needs_before_it_creates_or_applies(with_widgets: Kinds, path: str, kind: str, strategic: bool) -> None:
    content = document(ask(f"/openapi/v3/{path}", kinds=with_widgets))
    group, version = path.split("/")[1:]
    gvk = {"group": group, "kind": kind, "version": version}
    patches = [
        item["patch"]
        for item in content["paths"].values()
        if "patch" in item and item["patch"]["x-kubernetes-group-version-kind"] == gvk and item["patch"]["x-kubernetes-action"] == "patch"
    ]
    assert patches
    for patch in patches:
        assert {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}} in patch["parameters"]
        assert ("application/strategic-merge-patch+json" in patch["requestBody"]["content"]) is strategic


def test_every_reference_of_a_document_leads_somewhere_in_it(with_widgets: Kinds) -> None:
    for name in document(ask("/openapi/v3", kinds=with_widgets))["paths"]:
        text = body(ask(f"/openapi/v3/{name}", kinds=with_widgets))
        schemas = json.loads(text)["components"]["schemas"]
        references = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
        assert references <= set(schemas)


def test_the_schema_of_a_custom_kind_is_its_own_with_what_all_objects_have(with_widgets: Kinds) -> None:
    schemas = document(ask("/openapi/v3/apis/example.com/v1", kinds=with_widgets))["components"]["schemas"]
    widget = schemas["com.example.v1.Widget"]
    assert list(widget["properties"]) == ["apiVersion", "kind", "metadata", "spec"]
    assert widget["x-kubernetes-group-version-kind"] == [{"group": "example.com", "kind": "Widget", "version": "v1"}]


def test_openapi_v2_is_one_document_for_all_kinds_and_follows_definitions() -> None:
    kinds = Kinds()
    first = ask("/openapi/v2", kinds=kinds)
    assert json.loads(body(first))["definitions"]["io.k8s.api.core.v1.ConfigMap"]["properties"]["immutable"] == {"type": "boolean"}
    tag = first.headers["Etag"] if first else ""
    again = ask("/openapi/v2", kinds=kinds, if_none_match=tag)
    assert again is not None
    assert (again.status, again.body) == (304, b"")
    kinds.install(WIDGETS)
    assert "com.example.v1.Widget" in json.loads(body(ask("/openapi/v2", kinds=kinds, if_none_match=tag)))["definitions"]


@pytest.mark.parametrize("mark", "@.")
def test_openapi_v2_has_a_binary_form_under_the_tag_of_the_same_document(mark: str) -> None:
    answer = ask("/openapi/v2", accept=f"application/com.github.proto-openapi.spec.v2{mark}v1.0+protobuf")
    plain = ask("/openapi/v2")
    assert answer is not None
    assert plain is not None
    assert answer.headers["Content-Type"] == "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
    assert answer.headers["Etag"] == plain.headers["Etag"]
    assert isinstance(answer.body, bytes)
    assert b"io.k8s.api.core.v1.ConfigMap" in answer.body


def test_the_metadata_of_every_object_is_explained() -> None:
    found = json.loads(body(ask("/openapi/v3/api/v1")))
    metadata = found["components"]["schemas"]["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]
    assert all(field["description"] for field in metadata["properties"].values())
