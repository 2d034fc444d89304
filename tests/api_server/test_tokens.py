"""Tokens of service accounts: issued, taken, and taken no more."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from kubernetes.client import ApiException, AuthenticationV1Api, CoreV1Api

from fakes import FakeAPIServer, SimulatedRuntime, objects
from fakes.api_server.access.tokens import ISSUER
from fakes.api_server.errors import Invalid, NotFound
from fakes.api_server.messages import Identity

ROBOT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}}
REVIEWS, CONFIG_MAPS = "/apis/authentication.k8s.io/v1/tokenreviews", "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def simulation() -> SimulatedRuntime:
    return SimulatedRuntime(0)


@pytest.fixture
def api(simulation: SimulatedRuntime) -> FakeAPIServer:
    api = FakeAPIServer(runtime=simulation, rbac=True)
    api.create(ROBOT)
    return api


def client(api: FakeAPIServer, token: str) -> Any:
    made: Any = api.api_client()
    made.set_default_header("Authorization", f"Bearer {token}")
    return made


def status(api: FakeAPIServer, token: str) -> int:
    try:
        CoreV1Api(client(api, token)).list_namespaced_config_map("default")
    except ApiException as error:
        return int(error.status or 0)
    return 200


def review(api: FakeAPIServer, token: str, **spec: Any) -> dict[str, Any]:
    body: Any = {"spec": {"token": token, **spec}}
    told: Any = AuthenticationV1Api(api.api_client()).create_token_review(body).to_dict()
    shown: dict[str, Any] = told["status"]
    return shown


def test_a_token_is_its_accounts_and_may_do_what_roles_say(api: FakeAPIServer) -> None:
    token = api.token("robot")
    assert status(api, token) == 403
    role = {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}
    subject = {"kind": "ServiceAccount", "name": "robot", "namespace": "default"}
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "r"}}
    api.create({**binding, "subjects": [subject], "roleRef": role})
    assert status(api, token) == 200
    assert {request.user for request in api.requests} == {"system:serviceaccount:default:robot"}


def test_a_token_is_asked_for_and_reviewed_by_the_official_client(api: FakeAPIServer) -> None:
    body: Any = {"spec": {"audiences": ["vault"], "expirationSeconds": 600}}
    made: Any = CoreV1Api(api.api_client()).create_namespaced_service_account_token("robot", "default", body)
    shown = review(api, made.status.token, audiences=["vault", "other"])
    assert (shown["authenticated"], shown["user"]["username"], shown["audiences"]) == (
        True,
        "system:serviceaccount:default:robot",
        ["vault"],
    )
    assert review(api, made.status.token)["error"] == (
        f'[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["{ISSUER}"]]'
    )
    assert status(api, made.status.token) == 401, "it is not meant for this server"


def test_a_token_can_be_read_as_the_libraries_read_them(api: FakeAPIServer) -> None:
    claims = json.loads(base64.urlsafe_b64decode(api.token("robot", seconds=700).split(".")[1] + "=="))
    assert claims["exp"] - claims["iat"] == 700
    assert claims["sub"] == "system:serviceaccount:default:robot"
    assert claims["aud"] == [ISSUER]


def test_a_token_expires(api: FakeAPIServer, simulation: SimulatedRuntime) -> None:
    token = api.token("robot", seconds=600)

    def story() -> list[tuple[int, str | None]]:
        seen = []
        for _ in range(3):
            seen.append((status(api, token), review(api, token)["error"]))
            simulation.sleep(300)
        return seen

    assert simulation.run(story) == [(403, None), (403, None), (401, "[invalid bearer token, service account token has expired]")]


def test_a_token_goes_with_its_account_also_if_another_one_has_its_name(api: FakeAPIServer) -> None:
    token = api.token("robot")
    api.delete("serviceaccounts", "robot")
    assert review(api, token)["error"] == '[invalid bearer token, serviceaccounts "robot" not found]'
    api.create(ROBOT)
    assert review(api, token)["error"] == "[invalid bearer token, service account token has been invalidated]"
    assert status(api, token) == 401


def test_a_token_goes_a_minute_after_the_pod_that_it_is_bound_to_was_deleted(api: FakeAPIServer, simulation: SimulatedRuntime) -> None:
    api.create(objects.pod("web-1", node="n1", serviceAccountName="robot", terminationGracePeriodSeconds=90))
    body: Any = {"spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "web-1"}}}
    made: Any = CoreV1Api(api.api_client()).create_namespaced_service_account_token("robot", "default", body)
    extra = review(api, made.status.token)["user"]["extra"]
    assert (extra["authentication.kubernetes.io/pod-name"], extra["authentication.kubernetes.io/node-name"]) == (["web-1"], ["n1"])

    def story() -> list[int]:
        api.delete("pods", "web-1")
        seen = []
        for _ in range(3):
            simulation.sleep(100)
            seen.append(status(api, made.status.token))
        return seen

    assert simulation.run(story) == [403, 401, 401], "90 s of grace, and 60 more"


def test_tokens_that_a_test_has_named_are_reviewed_too(api: FakeAPIServer) -> None:
    api.tokens.update({"s3cret": Identity("bob", ("team",)), "plain": "eve"})
    assert review(api, "s3cret")["user"] == {"username": "bob", "uid": None, "groups": ["team", "system:authenticated"], "extra": None}
    assert review(api, "plain")["user"]["username"] == "eve"
    assert review(api, "plain", audiences=["vault"])["error"] == "invalid bearer token"
    assert status(api, "nobody's") == 401


def test_a_token_of_nobody_and_one_that_is_too_short_are_refused(api: FakeAPIServer) -> None:
    with pytest.raises(NotFound, match='serviceaccounts "nosuch" not found'):
        api.token("nosuch")
    with pytest.raises(Invalid, match="less than 10 minutes"):
        api.token("robot", seconds=60)
