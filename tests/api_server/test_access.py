"""Access: refusals by rule and by RBAC, in the words of a real server, and the questions that a client may ask about it."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.api_server.messages import Identity, Request
from fakes.api_server.server import APIServer
from fakes.simulation import SimulatedRuntime
from tests.api_server.client import CONFIG_MAPS, PODS, Answer, Client, config_map

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
RBAC = "rbac.authorization.k8s.io"


class User:
    """Somebody who asks a server."""

    def __init__(self, api: APIServer, name: str, *groups: str) -> None:
        self._api, self._name, self._groups = api, name, groups

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(self._api.handle(Request.of(method, path, sent, body, user=self._name, groups=self._groups)))

    def may(self, spec: str) -> dict[str, Any]:
        """The status of a SelfSubjectAccessReview."""
        answer = self.ask("POST", REVIEWS, f'{{"spec": {spec}}}'.encode())
        assert answer.status == 201, answer.text
        status: dict[str, Any] = answer.json["status"]
        return status


@pytest.fixture
def api() -> APIServer:
    """The server of the captures: jane may list pods, one cluster role and one role are missing, and a service account may view."""
    api = APIServer(runtime=SimulatedRuntime(0), rbac=True)
    api.create(_role("ClusterRole", "lister", {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}, _NAMED, _METRICS))
    api.create(_binding("ClusterRoleBinding", "b1", "ClusterRole", "lister", {"kind": "User", "name": "jane"}))
    api.create(_binding("RoleBinding", "b4", "ClusterRole", "view", {"kind": "ServiceAccount", "name": "sa", "namespace": "default"}))
    return api


_NAMED = {"apiGroups": ["apps"], "resources": ["deployments/scale", "*/status"], "resourceNames": ["web"], "verbs": ["get"]}
_METRICS = {"nonResourceURLs": ["/metrics", "/x/*"], "verbs": ["get"]}


def _role(kind: str, name: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}, "rules": list(rules)}


def _binding(kind: str, name: str, role_kind: str, role: str, subject: dict[str, Any]) -> dict[str, Any]:
    subject = subject if subject["kind"] == "ServiceAccount" else {"apiGroup": RBAC, **subject}
    reference = {"apiGroup": RBAC, "kind": role_kind, "name": role}
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}, "subjects": [subject], "roleRef": reference}


def with_missing_roles(api: APIServer) -> APIServer:
    api.create(_binding("ClusterRoleBinding", "b2", "ClusterRole", "gone", {"kind": "User", "name": "jane"}))
    api.create(_binding("RoleBinding", "b3", "Role", "gone", {"kind": "User", "name": "jane"}))
    return api


@pytest.mark.parametrize(
    ("method", "path", "message", "details"),
    [
        (
            "GET",
            f"{PODS}/x/status",
            'pods "x" is forbidden: User "jane" cannot get resource "pods/status" in API group "" in the namespace "default"',
            {"name": "x", "kind": "pods"},
        ),
        (
            "GET",
            "/api/v1/namespaces/foo",
            'namespaces "foo" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "foo"',
            {"name": "foo", "kind": "namespaces"},
        ),
        (
            "GET",
            "/api/v1/nodes?watch=1",
            'nodes is forbidden: User "jane" cannot watch resource "nodes" in API group "" at the cluster scope',
            {"kind": "nodes"},
        ),
        (
            "GET",
            "/api/v1/watch/configmaps",
            'configmaps is forbidden: User "jane" cannot watch resource "configmaps" in API group "" at the cluster scope',
            {"kind": "configmaps"},
        ),
        (
            "DELETE",
            "/apis/batch/v1/jobs",
            'jobs.batch is forbidden: User "jane" cannot deletecollection resource "jobs" in API group "batch" at the cluster scope',
            {"group": "batch", "kind": "jobs"},
        ),
        (
            "PUT",
            "/api/v1/namespaces/n/finalize",
            'namespaces "n" is forbidden: User "jane" cannot update resource "namespaces/finalize" in API group "" in the namespace "n"',
            {"name": "n", "kind": "namespaces"},
        ),
        (
            "GET",
            f"{CONFIG_MAPS}?fieldSelector=metadata.name%3Dx",
            'configmaps "x" is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"',
            {"name": "x", "kind": "configmaps"},
        ),
        (
            "GET",
            "/apis/nosuch/v1/foos",
            'foos.nosuch is forbidden: User "jane" cannot list resource "foos" in API group "nosuch" at the cluster scope',
            {"group": "nosuch", "kind": "foos"},
        ),
        ("GET", "/", 'forbidden: User "jane" cannot get path "/"', {}),
        ("POST", "/metrics", 'forbidden: User "jane" cannot post path "/metrics"', {}),
    ],
)
def test_a_refusal_by_rbac_has_the_words_of_a_real_server(
    api: APIServer, method: str, path: str, message: str, details: dict[str, Any]
) -> None:
    answer = User(api, "jane").ask(method, path)
    assert answer.json == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "Forbidden",
        "details": details,
        "code": 403,
    }


def test_roles_that_are_missing_are_named_in_the_refusal(api: APIServer) -> None:
    with_missing_roles(api)
    cluster, role = f'clusterrole.{RBAC} \\"gone\\" not found', f'role.{RBAC} \\"gone\\" not found'
    assert f"at the cluster scope: rbac: RBAC: {cluster}" in User(api, "jane").ask("GET", "/api/v1/nodes").text
    assert f'in the namespace \\"default\\": rbac: RBAC: [{cluster}, {role}]' in User(api, "jane").ask("GET", f"{PODS}/x").text


def test_what_a_role_allows_is_answered(api: APIServer) -> None:
    assert User(api, "jane").ask("GET", PODS).status == 200
    assert User(api, "jane").ask("GET", "/api").status == 200, "everybody may look around"
    assert User(api, "system:anonymous").ask("GET", "/api").status == 403
    assert User(api, "system:anonymous").ask("GET", "/version").status == 200
    assert User(api, "joe").ask("GET", PODS).status == 403


def test_who_is_admin_may_do_everything(api: APIServer) -> None:
    for admin in (User(api, "system:admin"), User(api, "root", "system:masters")):
        assert admin.ask("GET", "/api/v1/nodes").status == 200
        assert admin.may('{"resourceAttributes": {"resource": "pods", "verb": "list"}}') == {"allowed": True}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ('{"resourceAttributes": {"resource": "pods", "verb": "list"}}', True),
        ('{"resourceAttributes": {"resource": "pods", "verb": "list", "namespace": "default"}}', True),
        ('{"resourceAttributes": {"resource": "pods", "verb": "get"}}', False),
        (
            '{"resourceAttributes": {"group": "apps", "resource": "deployments", "subresource": "scale", "name": "web", "verb": "get"}}',
            True,
        ),
        ('{"resourceAttributes": {"group": "apps", "resource": "deployments", "subresource": "scale", "name": "x", "verb": "get"}}', False),
        (
            '{"resourceAttributes": {"group": "apps", "resource": "daemonsets", "subresource": "status", "name": "web", "verb": "get"}}',
            True,
        ),
        ('{"resourceAttributes": {"group": "apps", "resource": "deployments", "name": "web", "verb": "get"}}', False),
        ('{"nonResourceAttributes": {"path": "/metrics", "verb": "get"}}', True),
        ('{"nonResourceAttributes": {"path": "/x/y", "verb": "get"}}', True),
        ('{"nonResourceAttributes": {"path": "/nope", "verb": "get"}}', False),
    ],
)
def test_a_review_says_whether_and_by_which_binding(api: APIServer, asked: str, allowed: bool) -> None:
    by = {"reason": 'RBAC: allowed by ClusterRoleBinding "b1" of ClusterRole "lister" to User "jane"'} if allowed else {}
    assert User(api, "jane").may(asked) == {"allowed": allowed, **by}


def test_an_aggregated_role_has_the_rules_of_those_that_it_selects(api: APIServer) -> None:
    account = User(api, "system:serviceaccount:default:sa")
    asked = '{"resourceAttributes": {"resource": "configmaps", "verb": "%s", "namespace": "%s"}}'
    by = 'RBAC: allowed by RoleBinding "b4/default" of ClusterRole "view" to ServiceAccount "sa/default"'
    assert account.may(asked % ("get", "default")) == {"allowed": True, "reason": by}
    assert account.may(asked % ("delete", "default")) == {"allowed": False}
    assert account.may(asked % ("get", "kube-system")) == {"allowed": False}


def test_a_binding_to_a_group_is_for_all_in_it(api: APIServer) -> None:
    api.create(_binding("ClusterRoleBinding", "devs", "ClusterRole", "edit", {"kind": "Group", "name": "devs"}))
    assert User(api, "joe", "devs").ask("POST", CONFIG_MAPS, b'{"metadata": {"name": "a"}}').status == 201
    assert User(api, "joe").ask("POST", CONFIG_MAPS, b'{"metadata": {"name": "b"}}').status == 403


def test_a_change_of_roles_is_in_force_at_once(api: APIServer) -> None:
    api.delete(f"clusterrolebindings.{RBAC}", "b1")
    assert User(api, "jane").ask("GET", PODS).status == 403


def test_a_review_that_asks_nothing_is_refused(api: APIServer) -> None:
    answer = User(api, "jane").ask("POST", REVIEWS, b'{"spec": {}}')
    why = "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"
    assert (answer.status, answer.message) == (422, f'.authorization.k8s.io "" is invalid: spec: {why}')
    assert answer.json["details"] == {
        "group": "authorization.k8s.io",
        "causes": [{"reason": "FieldValueInvalid", "message": why, "field": "spec"}],
    }


def test_a_review_may_be_about_somebody_else_and_in_one_namespace(api: APIServer) -> None:
    admin = User(api, "system:admin")
    about = '{"spec": {"user": "jane", "groups": ["g"], "resourceAttributes": {"resource": "pods", "verb": "list"%s}}}'
    answer = admin.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", (about % "").encode())
    assert answer.json["spec"] == {"resourceAttributes": {"verb": "list", "resource": "pods"}, "user": "jane", "groups": ["g"]}
    assert answer.json["status"]["allowed"] is True
    path = "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews"
    local = admin.ask("POST", path, (about % ', "namespace": "default"').encode())
    assert (local.status, local.json["metadata"]["namespace"]) == (201, "default")
    other = admin.ask("POST", path, (about % ', "namespace": "other"').encode())
    assert 'spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace' in other.message
    nobody = admin.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", b'{"spec": {"resourceAttributes": {}}}')
    assert "at least one of user or group must be specified" in nobody.message


def test_the_rules_of_a_user_are_listed(api: APIServer) -> None:
    with_missing_roles(api)
    answer = User(api, "jane").ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", b'{"spec": {"namespace": "default"}}')
    status = answer.json["status"]
    assert {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]} in status["resourceRules"]
    assert {"verbs": ["get"], "nonResourceURLs": ["/metrics", "/x/*"]} in status["nonResourceRules"]
    assert status["evaluationError"] == f'[clusterrole.{RBAC} "gone" not found, role.{RBAC} "gone" not found]'
    assert (
        User(api, "jane").ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", b"{}").message == "no namespace on request"
    )


def test_a_user_is_told_who_they_are(api: APIServer) -> None:
    def groups(user: User, **headers: str) -> list[str]:
        answer = user.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", b"{}", **headers)
        found: list[str] = answer.json["status"]["userInfo"]["groups"]
        return found

    assert groups(User(api, "jane", "devs")) == ["devs", "system:authenticated"]
    assert groups(User(api, "system:admin")) == ["system:masters", "system:authenticated"]
    account = ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]
    assert groups(User(api, "system:serviceaccount:default:sa")) == account
    assert groups(User(api, "system:admin"), impersonate_user="bob", impersonate_group="devs") == ["devs", "system:authenticated"]


def test_an_admin_may_be_taken_for_somebody_else_and_others_may_not(api: APIServer) -> None:
    assert User(api, "system:admin").ask("GET", PODS, impersonate_user="jane").status == 200
    assert User(api, "system:admin").ask("GET", "/api/v1/nodes", impersonate_user="jane").status == 403
    refused = User(api, "joe").ask("GET", PODS, impersonate_user="jane")
    assert refused.message == (
        'pods is forbidden: User "joe" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"'
    )
    nobody = User(api, "system:admin").ask("GET", PODS, impersonate_group="devs")
    assert (nobody.status, nobody.message.startswith("requested &user.DefaultInfo")) == (400, True)


def test_without_rbac_everybody_may_do_everything_and_is_told_so() -> None:
    api = APIServer(runtime=SimulatedRuntime(0))
    jane = User(api, "jane")
    assert jane.ask("GET", "/api/v1/nodes").status == 200
    assert jane.may('{"resourceAttributes": {"resource": "pods", "verb": "list"}}') == {"allowed": True}
    answer = jane.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", b'{"spec": {"namespace": "default"}}')
    assert answer.json["status"]["resourceRules"] == [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]


def test_a_denial_is_in_force_until_it_is_taken_back() -> None:
    client = Client()
    undo = client.api.deny(verb=("list", "watch"), resource="configmaps")
    refused = client.get(CONFIG_MAPS)
    assert (refused.status, refused.message) == (
        403,
        'configmaps is forbidden: User "system:admin" cannot list resource "configmaps" in API group "" in the namespace "default"',
    )
    assert client.get(f"{CONFIG_MAPS}/a").status == 404
    assert client.ask("POST", CONFIG_MAPS, config_map("a")).status == 201
    undo()
    assert client.get(CONFIG_MAPS).names == ["a"]


@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        ({"user": "jane"}, {"jane"}),
        ({"user": "devs"}, {"jane"}),
        ({"user": ["jane", "joe"]}, {"jane", "joe"}),
        ({"resource": "deployments"}, {"jane", "joe"}),
        ({"resource": "deployments.apps"}, {"jane", "joe"}),
        ({"resource": "deployments.apps/status"}, set()),
        ({"namespace": "default"}, {"jane", "joe"}),
        ({"namespace": "other"}, set()),
        ({"name": "web"}, {"jane", "joe"}),
        ({"name": "web-2"}, set()),
        ({"user": "jane", "verb": "list"}, set()),
    ],
)
def test_a_denial_is_about_what_it_names(rule: dict[str, Any], refused: set[str]) -> None:
    api = APIServer(runtime=SimulatedRuntime(0))
    api.deny(**rule)
    users = {"jane": User(api, "jane", "devs"), "joe": User(api, "joe")}
    path = "/apis/apps/v1/namespaces/default/deployments/web"
    assert {name for name, user in users.items() if user.ask("GET", path).status == 403} == refused


def test_a_denial_may_be_a_401() -> None:
    client = Client()
    client.api.deny(code=401)
    body = (
        '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}'
    )
    assert client.get(CONFIG_MAPS).text == f"401 {body}"
    with pytest.raises(ValueError, match="401, 403 or 429, not 404"):
        client.api.deny(code=404)  # type: ignore[arg-type]


def test_a_denial_may_be_a_429_in_the_plain_words_of_flow_control(api: APIServer) -> None:
    undo = api.deny(user="devs", verb="list", code=429, retry_after=7)
    jane, joe = User(api, "jane", "devs"), User(api, "joe")
    refused = jane.ask("GET", PODS)
    assert (refused.status, refused.raw) == (429, b"Too many requests, please try again later.\n")
    assert (refused.headers["Retry-After"], refused.headers["Content-Type"]) == ("7", "text/plain; charset=utf-8")
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert joe.ask("GET", PODS).status == 403, "others meet RBAC"
    assert jane.may('{"resourceAttributes": {"resource": "pods", "verb": "list"}}')["allowed"], "it is no matter of access"
    undo()
    assert jane.ask("GET", PODS).status == 200


def test_who_is_not_known_is_told_so_before_anybody_counts_requests(api: APIServer) -> None:
    api.deny(code=429)
    api.deny(code=401)
    assert User(api, "jane").ask("GET", PODS).status == 401


def test_an_open_watch_outlives_a_denial() -> None:
    client = Client()
    stream = client.watch(CONFIG_MAPS, resourceVersion=client.api.revision)
    client.api.deny()
    client.api.create(config_map("a"))
    (event,) = stream.read()
    assert event["type"] == "ADDED"
    assert client.get(CONFIG_MAPS).status == 403


def test_a_bearer_token_says_who_asks_whatever_the_transport_says(api: APIServer) -> None:
    api.tokens.update(secret="jane", other=Identity("joe", ("system:masters",)))
    stranger = User(api, "")
    assert stranger.ask("GET", PODS, authorization="Bearer secret").status == 200
    assert stranger.ask("GET", CONFIG_MAPS, authorization="bearer secret").status == 403
    assert User(api, "jane").ask("GET", CONFIG_MAPS, authorization="Bearer other").status == 200
    assert [(record.user, record.status) for record in api.requests] == [("jane", 200), ("jane", 403), ("joe", 200)]


@pytest.mark.parametrize(("user", "headers"), [("jane", {"authorization": "Bearer wrong"}), ("", {}), ("", {"authorization": "Bearer"})])
def test_who_is_not_known_is_refused_before_anything_else(api: APIServer, user: str, headers: dict[str, str]) -> None:
    for path in (PODS, "/version", "/nosuch"):
        refused = User(api, user).ask("GET", path, b"", **headers)
        assert (refused.status, refused.json["reason"], refused.message) == (401, "Unauthorized", "Unauthorized")


def test_what_is_no_bearer_token_says_nothing(api: APIServer) -> None:
    assert User(api, "jane").ask("GET", PODS, authorization="Basic xyz").status == 200
