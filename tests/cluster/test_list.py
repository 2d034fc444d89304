import gzip
import json

import pytest
import urllib3
from kubernetes.client import Configuration

from informer.cluster import ClusterSource
from informer.errors import Disconnected, Invalid, Malformed, NotFound, ServerError, Unauthorized
from informer.objects import ObjectKey
from informer.resource import ResourceName
from informer.runtime import ThreadRuntime
from informer.source import ListQuery, WatchQuery
from tests.cluster.scripted_pool import END, HEAD, NODES, PODS, Pool, chunk, client, http_answer, node, node_list, source, status


def test_a_page_has_the_items_the_version_and_the_token() -> None:
    item = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "5"}, "spec": {"x": 1}}
    pool = Pool(http_answer(200, {**node_list(item, version="9"), "metadata": {"resourceVersion": "9", "continue": "next"}}))

    page = source(pool).list(ListQuery(limit=1))

    assert [(one.name, one.uid, one.resource_version, one["spec"]["x"]) for one in page.items] == [("a", "u", "5", 1)]
    assert (page.resource_version, page.continue_token, page.unreadable) == ("9", "next", [])


def test_items_of_built_in_lists_get_their_kind_and_api_version() -> None:
    pool = Pool(http_answer(200, node_list({"metadata": {"name": "a"}})))
    (item,) = source(pool).list(ListQuery()).items
    assert (item.kind, item.api_version) == ("Node", "v1")


def test_an_item_does_not_keep_the_page_alive() -> None:
    pool = Pool(http_answer(200, node_list(node("a", 1), node("b", 2))))
    items = source(pool).list(ListQuery()).items
    assert [type(item.raw) for item in items] == [bytes, bytes]
    assert json.loads(items[1].raw) == node("b", 2)


def test_an_unreadable_item_does_not_cost_the_others() -> None:
    pool = Pool(http_answer(200, node_list(node("a", 1), {"metadata": {"resourceVersion": "3"}}, node("b", 2))))
    page = source(pool).list(ListQuery())
    assert [item.name for item in page.items] == ["a", "b"]
    assert [one.resource_version for one in page.unreadable] == ["3"]


def test_an_item_whose_header_cannot_be_read_but_whose_name_can_is_unreadable_under_its_key() -> None:
    pool = Pool(http_answer(200, node_list({"metadata": {"name": "a", "uid": 5, "resourceVersion": "3"}})))
    page = source(pool).list(ListQuery())
    assert page.items == []
    assert [one.key for one in page.unreadable] == [ObjectKey("", "a")]


@pytest.mark.parametrize("items", [[], None])
def test_an_empty_list_is_a_page_without_items(items: list[object] | None) -> None:
    pool = Pool(http_answer(200, {**node_list(version="12"), "items": items}))
    page = source(pool).list(ListQuery())
    assert (list(page.items), page.resource_version, page.continue_token) == ([], "12", "")


def test_the_query_says_what_was_asked_for_and_nothing_else() -> None:
    pool = Pool(*[http_answer(200, node_list())] * 2)
    cluster = source(pool, PODS, namespace="kube-system", label_selector="a in (b, c)", field_selector="metadata.name=x")

    cluster.list(ListQuery("5", "Exact", 500, "to/ken+="))
    assert pool.query() == {
        "limit": "500",
        "continue": "to/ken+=",
        "resourceVersion": "5",
        "resourceVersionMatch": "Exact",
        "labelSelector": "a in (b, c)",
        "fieldSelector": "metadata.name=x",
    }
    assert pool.asked[0].partition("?")[0] == "/api/v1/namespaces/kube-system/pods"

    source(pool).list(ListQuery())
    assert pool.asked[1] == "/api/v1/nodes"


def test_a_request_is_made_once_with_no_retries_and_no_redirects_of_urllib3() -> None:
    pool = Pool(http_answer(500, status(500, "", "boom")))
    with pytest.raises(ServerError):
        source(pool).list(ListQuery())
    (_, _, options) = pool.requests[0]
    assert (options["retries"], options["redirect"], options["preload_content"]) == (False, False, False)
    assert (options["timeout"].connect_timeout, options["timeout"]._read) == (5.0, 60.0)


def test_requests_carry_the_clients_credentials_headers_and_name() -> None:
    configuration = Configuration()
    configuration.host = "https://cluster.example:6443/prefix/"
    configuration.api_key["authorization"] = "Bearer first\n"
    pool = Pool(*[http_answer(200, node_list())] * 2)
    api_client = client(pool, configuration)
    api_client.default_headers["Impersonate-User"] = "jane"
    cluster = ClusterSource(api_client, NODES, runtime=ThreadRuntime())

    cluster.list(ListQuery())
    headers = {name.lower(): value for name, value in pool.headers().items()}
    assert headers["authorization"] == "Bearer first"
    assert headers["impersonate-user"] == "jane"
    assert headers["user-agent"].startswith("informer-kit/")
    assert api_client.user_agent in headers["user-agent"]
    assert pool.asked[0] == "/prefix/api/v1/nodes"


def test_the_clients_hook_may_renew_the_token_before_each_request() -> None:
    configuration = Configuration()
    configuration.host = "https://cluster.example:6443"
    configuration.api_key["authorization"] = "Bearer 0"
    tokens = iter(["Bearer 1", "Bearer 2"])
    configuration.refresh_api_key_hook = lambda held: held.api_key.update(authorization=next(tokens))  # type: ignore[assignment]
    pool = Pool(*[http_answer(200, node_list())] * 2)
    cluster = ClusterSource(client(pool, configuration), NODES, runtime=ThreadRuntime())
    for expected in ("Bearer 1", "Bearer 2"):
        cluster.list(ListQuery())
        assert pool.headers()["authorization"] == expected


def test_credentials_that_cannot_be_had_are_unauthorized_and_no_request_is_made() -> None:
    configuration = Configuration()
    configuration.host = "https://cluster.example:6443"
    configuration.api_key["authorization"] = "Bearer 0"

    def fail(held: object) -> None:
        raise OSError("the token file is gone")

    configuration.refresh_api_key_hook = fail  # type: ignore[assignment]
    pool = Pool()
    with pytest.raises(Unauthorized, match="token file is gone"):
        ClusterSource(client(pool, configuration), NODES, runtime=ThreadRuntime()).list(ListQuery())
    assert pool.asked == []


@pytest.mark.parametrize("token", ["se\ncret", "secrét\u2028"])
def test_credentials_that_no_header_can_have_are_unauthorized_and_not_shown(token: str) -> None:
    configuration = Configuration()
    configuration.host = "https://cluster.example:6443"
    configuration.api_key["authorization"] = f"Bearer {token}"
    with pytest.raises(Unauthorized) as raised:
        ClusterSource(client(Pool(), configuration), NODES, runtime=ThreadRuntime()).list(ListQuery())
    assert "cr" not in str(raised.value).replace("credentials", "")


def test_a_gzipped_and_chunked_body_is_read() -> None:
    body = gzip.compress(json.dumps(node_list(node("a", 1))).encode())
    head = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    pool = Pool([head, chunk(body[:10]), chunk(body[10:]), END])
    assert [item.name for item in source(pool).list(ListQuery()).items] == ["a"]
    assert pool.headers()["Accept-Encoding"] == "gzip"


def test_a_body_that_cannot_be_unpacked_is_malformed() -> None:
    pool = Pool(http_answer(200, b"this is no gzip", "Content-Encoding: gzip"))
    with pytest.raises(Malformed, match="cannot be unpacked"):
        source(pool).list(ListQuery())


@pytest.mark.parametrize("end", [b"", ConnectionResetError(104, "Connection reset by peer")])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_breaks_off_is_disconnected(chunked: bool, end: bytes | Exception) -> None:
    body = json.dumps(node_list(node("a", 1))).encode()
    whole = HEAD + chunk(body) + END if chunked else http_answer(200, body)
    pool = Pool([whole[:-20], *([end] if end else [])])
    with pytest.raises(Disconnected, match="broke"):
        source(pool).list(ListQuery())
    assert pool.connections[0].closed


def test_a_body_of_unknown_length_that_breaks_off_is_disconnected() -> None:
    body = json.dumps(node_list(node("a", 1))).encode()
    pool = Pool(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body[:-5])
    with pytest.raises(Disconnected, match="broke off"):
        source(pool).list(ListQuery())


def test_silence_in_a_list_is_disconnected() -> None:
    pool = Pool([HEAD, TimeoutError("timed out")])
    with pytest.raises(Disconnected, match=r"no byte from https://cluster.example:6443 for 60 s"):
        source(pool).list(ListQuery())
    assert pool.connections[0].closed


@pytest.mark.parametrize(
    "body",
    [
        b"ok",
        b"[]",
        b"{}",
        b'{"kind":"Node","metadata":{"name":"a"}}',
        b'{"items":[],"metadata":{"resourceVersion":7}}',
        b'{"items":[nonsense]}',
    ],
)
def test_what_is_not_a_list_is_malformed_and_shown(body: bytes) -> None:
    with pytest.raises(Malformed, match="does not answer like a Kubernetes API server") as raised:
        source(Pool(http_answer(200, body))).list(ListQuery())
    assert raised.value.excerpt == body
    assert body.decode() in str(raised.value)


def test_html_is_malformed_for_a_list_and_for_a_watch() -> None:
    page = http_answer(200, "<html><body>Sign in</body></html>", "Content-Type: text/html; charset=utf-8")
    with pytest.raises(Malformed, match="does not answer like a Kubernetes API server: it sent HTML"):
        source(Pool(page)).list(ListQuery())
    with pytest.raises(Malformed, match="does not answer like a Kubernetes API server: it sent HTML"):
        source(Pool(page)).watch(WatchQuery("1"))


def test_a_table_is_refused() -> None:
    with pytest.raises(Invalid, match="Table"):
        source(Pool(http_answer(200, {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "rows": []}))).list(ListQuery())


def test_a_status_instead_of_a_list_is_what_the_status_says() -> None:
    with pytest.raises(ServerError, match="etcd is on fire"):
        source(Pool(http_answer(200, status(500, "InternalError", "etcd is on fire")))).list(ListQuery())


def test_a_connection_goes_back_to_its_pool_after_a_whole_answer_and_is_closed_after_a_broken_one() -> None:
    pool = Pool(
        http_answer(200, node_list()), http_answer(404, "404 page not found\n", "Content-Type: text/plain"), HEAD + chunk(b"{") + b"xx"
    )
    cluster = source(pool)
    cluster.list(ListQuery())
    with pytest.raises(NotFound):
        cluster.list(ListQuery())
    with pytest.raises(Disconnected):
        cluster.list(ListQuery())
    assert [(one.released, one.closed) for one in pool.connections[:2]] == [(True, False), (True, False)]
    assert pool.connections[2].closed


def test_the_rest_of_an_endless_error_is_not_read() -> None:
    pool = Pool([b"HTTP/1.0 500 Oops\r\n\r\n", *[b"x" * 65536] * 3, AssertionError("read on")])
    with pytest.raises(ServerError, match="500 Oops: xxx"):
        source(pool).list(ListQuery())
    assert pool.connections[0].closed


def test_an_old_urllib3_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from informer.errors import ConfigurationError

    monkeypatch.delattr(urllib3.HTTPResponse, "shutdown")
    monkeypatch.delattr(urllib3.response.BaseHTTPResponse, "shutdown")
    with pytest.raises(ConfigurationError, match=r"urllib3 2\.3"):
        source(Pool(), ResourceName("nodes"))
