from typing import Any

import pytest

from informer.cluster import Requester, resolve
from informer.errors import Forbidden, Invalid, Malformed, NotFound, ServerError
from informer.resource import Resource, ResourceName
from informer.runtime import ThreadRuntime
from informer.source import ListQuery, WatchQuery
from tests.cluster.scripted_pool import Pool, client, http_answer, node_list, source, status

WATCHABLE = ["get", "list", "watch"]
TEXT = "Content-Type: text/plain"
NOT_THERE = http_answer(404, "404 page not found\n", TEXT)


def offered(
    plural: str, kind: str, *, short: tuple[str, ...] = (), verbs: list[str] = WATCHABLE, namespaced: bool = True
) -> dict[str, Any]:
    return {"plural": plural, "kind": kind, "short": list(short), "verbs": verbs, "namespaced": namespaced}


PODS = offered("pods", "Pod", short=("po",))
NODES = offered("nodes", "Node", short=("no",), namespaced=False)
BINDINGS = offered("bindings", "Binding", verbs=["create"])
GROUPS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "": {"v1": [PODS, NODES, BINDINGS, offered("events", "Event", short=("ev",))]},
    "apps": {"v1": [offered("deployments", "Deployment", short=("deploy",))]},
    "metrics.k8s.io": {
        "v1beta1": [offered("pods", "PodMetrics", verbs=["get", "list"]), offered("nodes", "NodeMetrics", verbs=["get", "list"])]
    },
    "events.k8s.io": {"v1": [offered("events", "Event", short=("ev",))]},
    "example.com": {"v2": [offered("widgets", "Widget")], "v1": [offered("widgets", "Widget"), offered("gadgets", "Gadget")]},
}


def aggregated(*groups: str) -> bytes:
    def resource(one: dict[str, Any], group: str, version: str) -> dict[str, Any]:
        return {
            "resource": one["plural"],
            "responseKind": {"group": group, "version": version, "kind": one["kind"]},
            "scope": "Namespaced" if one["namespaced"] else "Cluster",
            "singularResource": one["kind"].lower(),
            "verbs": one["verbs"],
            "shortNames": one["short"],
            "subresources": [{"subresource": "status", "verbs": ["get"]}],
        }

    items = [
        {
            "metadata": {"name": group} if group else {},
            "versions": [
                {"version": version, "resources": [resource(one, group, version) for one in resources], "freshness": "Current"}
                for version, resources in GROUPS[group].items()
            ],
        }
        for group in groups
    ]
    return http_answer(200, {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})


CORE = aggregated("")
OTHERS = aggregated(*[group for group in GROUPS if group])
OLD_CORE = http_answer(200, {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})


def old_groups(*groups: str, preferred: str = "") -> bytes:
    def versions(group: str) -> list[dict[str, str]]:
        return [{"groupVersion": f"{group}/{version}", "version": version} for version in GROUPS[group]]

    content = [
        {"name": group, "versions": versions(group), "preferredVersion": {"version": preferred or next(iter(GROUPS[group]))}}
        for group in groups
    ]
    return http_answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": content})


def old_resources(group: str, version: str) -> bytes:
    resources: list[dict[str, Any]] = []
    for one in GROUPS[group][version]:
        entry = {"name": one["plural"], "singularName": "", "namespaced": one["namespaced"], "kind": one["kind"], "verbs": one["verbs"]}
        resources += [{**entry, "name": f"{one['plural']}/status"}, {**entry, "shortNames": one["short"]}]
    return http_answer(200, {"kind": "APIResourceList", "groupVersion": f"{group}/{version}", "resources": resources})


def find(name: str, *scripts: bytes) -> tuple[Resource, Pool]:
    pool = Pool(*scripts)
    return resolve(Requester(client(pool), ThreadRuntime()), ResourceName.parse(name)), pool


POD = Resource("", "v1", "pods", "Pod", namespaced=True)


@pytest.mark.parametrize("name", ["pods", "pod", "Pod", "po", "PODS", "pods.v1"])
def test_a_resource_is_found_by_plural_singular_kind_and_short_name_and_the_core_group_is_enough(name: str) -> None:
    resource, pool = find(name, CORE)
    assert resource == POD
    assert pool.asked == ["/api"]
    assert "as=APIGroupDiscoveryList" in pool.headers()["Accept"]


def test_a_resource_that_is_not_namespaced_is_known_as_such() -> None:
    assert find("nodes", CORE)[0] == Resource("", "v1", "nodes", "Node", namespaced=False)


def test_a_name_without_a_group_is_looked_for_in_the_others_after_the_core() -> None:
    resource, pool = find("deploy", CORE, OTHERS)
    assert resource == Resource("apps", "v1", "deployments", "Deployment", namespaced=True)
    assert pool.asked == ["/api", "/apis"]
    assert find("events", CORE)[0].group == ""


def test_a_name_with_a_group_asks_for_that_group_only() -> None:
    resource, pool = find("events.events.k8s.io", OTHERS)
    assert resource.group == "events.k8s.io"
    assert pool.asked == ["/apis"]


def test_the_servers_first_version_that_has_it_is_taken_unless_one_is_named() -> None:
    assert find("widgets.example.com", OTHERS)[0].version == "v2"
    assert find("gadgets.example.com", OTHERS)[0].version == "v1"
    assert find("widgets.v1.example.com", OTHERS)[0].version == "v1"


def test_what_cannot_be_watched_is_passed_over_and_refused_if_there_is_nothing_else() -> None:
    assert find("pods", CORE)[0].group == ""
    with pytest.raises(Invalid, match=r"bindings on .* cannot be listed and watched; it can only create"):
        find("bindings", CORE, OTHERS)
    with pytest.raises(Invalid, match=r"pods\.metrics\.k8s\.io"):
        find("pods.metrics.k8s.io", OTHERS)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nodez", "no resource 'nodez' on https://cluster.example:6443; did you mean 'nodes'"),
        ("deploymnet", "did you mean 'deployments.apps'"),
        ("xyzzy", "no resource 'xyzzy' on https://cluster.example:6443$"),
    ],
)
def test_a_name_that_is_none_is_not_found_with_close_matches(name: str, hint: str) -> None:
    with pytest.raises(NotFound, match=hint):
        find(name, CORE, OTHERS)


def test_a_wrong_group_is_not_found_with_the_right_one() -> None:
    with pytest.raises(NotFound, match=r"did you mean 'deployments\.apps'\?"):
        find("deployments.extensions", OTHERS)
    with pytest.raises(NotFound, match=r"did you mean 'widgets\.example\.com'"):
        find("widgets.exmaple.com", OTHERS)


def test_a_server_without_the_aggregated_form_is_asked_group_by_group_and_no_further_than_needed() -> None:
    resource, pool = find("deploy", OLD_CORE, old_resources("", "v1"), old_groups("apps", "example.com"), old_resources("apps", "v1"))
    assert resource == Resource("apps", "v1", "deployments", "Deployment", namespaced=True)
    assert pool.asked == ["/api", "/api/v1", "/apis", "/apis/apps/v1"]


def test_the_old_form_does_not_take_a_subresource_for_its_resource() -> None:
    assert find("Pod", OLD_CORE, old_resources("", "v1"))[0] == POD


def test_the_old_form_prefers_the_preferred_version() -> None:
    resource, pool = find("widgets.example.com", old_groups("apps", "example.com", preferred="v1"), old_resources("example.com", "v1"))
    assert resource.version == "v1"
    assert pool.asked == ["/apis", "/apis/example.com/v1"]


def test_one_group_that_does_not_answer_does_not_hide_the_others() -> None:
    down = http_answer(503, status(503, "ServiceUnavailable", "metrics are down"))
    groups = old_groups("metrics.k8s.io", "apps")
    assert find("deployments", OLD_CORE, old_resources("", "v1"), groups, down, old_resources("apps", "v1"))[0].group == "apps"
    with pytest.raises(NotFound, match=r"not answering: metrics\.k8s\.io/v1beta1 \(metrics are down\)"):
        find("xyzzy", OLD_CORE, old_resources("", "v1"), groups, down, old_resources("apps", "v1"))
    with pytest.raises(ServerError, match="metrics are down"):
        find("pods.metrics.k8s.io", groups, down)


def test_a_server_without_a_core_group_is_still_a_server() -> None:
    assert find("widgets", NOT_THERE, OTHERS)[0].group == "example.com"


@pytest.mark.parametrize(
    "scripts",
    [
        (NOT_THERE, NOT_THERE),
        (http_answer(200, "<html>hello</html>", "Content-Type: text/html"),),
        (http_answer(200, "hello", TEXT),),
        (http_answer(200, {"hello": "world"}),),
        (http_answer(200, "", TEXT),),
    ],
)
def test_a_server_that_is_none_of_kubernetes_is_malformed(scripts: tuple[bytes, ...]) -> None:
    with pytest.raises(Malformed, match=r"https://cluster.example:6443 does not answer like a Kubernetes API server"):
        find("pods", *scripts)


def test_errors_of_discovery_are_those_of_every_request() -> None:
    with pytest.raises(Forbidden, match="not you"):
        find("pods", http_answer(403, status(403, "Forbidden", "not you")))


def test_a_source_discovers_at_its_first_list_and_not_before() -> None:
    pool = Pool(CORE, http_answer(200, node_list()), http_answer(200, node_list()))
    cluster = source(pool, ResourceName.parse("no"))
    assert (cluster.resource, pool.asked) == (None, [])
    cluster.list(ListQuery())
    cluster.list(ListQuery())
    assert cluster.resource == Resource("", "v1", "nodes", "Node", namespaced=False)
    assert pool.asked == ["/api", "/api/v1/nodes", "/api/v1/nodes"]


def test_a_resource_that_is_installed_later_is_found_by_the_next_list() -> None:
    pool = Pool(CORE, aggregated("apps"), CORE, OTHERS, http_answer(200, node_list()))
    cluster = source(pool, ResourceName.parse("widgets"))
    with pytest.raises(NotFound):
        cluster.list(ListQuery())
    cluster.list(ListQuery())
    assert pool.asked[-1] == "/apis/example.com/v2/widgets"


@pytest.mark.parametrize("request_that_fails", ["list", "watch"])
def test_a_resource_that_the_server_has_forgotten_is_discovered_anew(request_that_fails: str) -> None:
    pool = Pool(OTHERS, http_answer(200, node_list()), NOT_THERE, OTHERS, http_answer(200, node_list()))
    cluster = source(pool, ResourceName.parse("widgets.example.com"))
    cluster.list(ListQuery())
    with pytest.raises(NotFound):
        cluster.list(ListQuery()) if request_that_fails == "list" else cluster.watch(WatchQuery("1"))
    assert cluster.resource is None
    cluster.list(ListQuery())
    assert pool.asked[-2:] == ["/apis", "/apis/example.com/v2/widgets"]


def test_a_resource_that_was_given_is_never_discovered() -> None:
    pool = Pool(NOT_THERE, http_answer(200, node_list()))
    cluster = source(pool, POD)
    with pytest.raises(NotFound):
        cluster.list(ListQuery())
    assert cluster.resource == POD
    cluster.list(ListQuery())
    assert pool.asked == ["/api/v1/pods", "/api/v1/pods"]
