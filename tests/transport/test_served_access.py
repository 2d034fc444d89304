"""A served fake: who a client is taken for, by its certificate or its token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from fakes import FakeAPIServer


def connected(kubeconfig: str) -> Any:
    """A client of the official library."""
    return config.new_client_from_config(kubeconfig)  # type: ignore[no-untyped-call]


def who(api: Any) -> Any:
    """Whom the server takes this client for."""
    review: Any = client.AuthenticationV1Api(api).create_self_subject_review(client.V1SelfSubjectReview())
    return review.status.user_info


def me(kubeconfig: Path) -> tuple[str, list[str]]:
    """Who the server takes this kubeconfig's client for."""
    with connected(str(kubeconfig)) as api:
        info = who(api)
        return info.username, info.groups


@pytest.mark.parametrize("tls", [True, False])
def test_a_kubeconfig_is_for_the_user_and_the_groups_it_was_asked_for(tls: bool) -> None:
    with FakeAPIServer() as api, api.serve(tls=tls) as server:
        assert server.url.startswith("https://" if tls else "http://")
        assert me(server.kubeconfig) == ("system:admin", ["system:masters", "system:authenticated"])
        assert me(server.kubeconfig_of("jane", groups=["devs", "ops"])) == ("jane", ["devs", "ops", "system:authenticated"])
        account = "system:serviceaccount:default:sa"
        assert me(server.kubeconfig_of(account))[1] == ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]


def test_two_users_have_two_files() -> None:
    with FakeAPIServer() as api, api.serve() as server:
        jane, joe = server.kubeconfig_of("jane"), server.kubeconfig_of("joe")
        assert [me(jane)[0], me(joe)[0]] == ["jane", "joe"]


def test_rbac_decides_about_the_user_of_the_certificate() -> None:
    with FakeAPIServer(rbac=True) as api, api.serve(tls=True) as server:
        with connected(str(server.kubeconfig_of("jane"))) as theirs, pytest.raises(client.ApiException) as refusal:
            client.CoreV1Api(theirs).list_node()
        assert 'User \\"jane\\" cannot list resource \\"nodes\\"' in str(refusal.value.body)
        with connected(str(server.kubeconfig)) as ours:
            assert client.CoreV1Api(ours).list_node().items == []
        assert [(record.user, record.status) for record in api.requests.where(resource="nodes")] == [("jane", 403), ("system:admin", 200)]


def test_tokens_that_were_made_or_given_for_a_served_server_go_with_it() -> None:
    with FakeAPIServer() as api:
        api.tokens["own"] = "bob"
        with api.serve(tokens={"given": "jane"}) as server:
            server.kubeconfig_of("joe")
            assert len(api.tokens) == 3
        assert api.tokens == {"own": "bob"}


def test_over_tls_who_shows_nothing_is_anonymous() -> None:
    with FakeAPIServer() as api, api.serve(tls=True, tokens={"secret": "jane"}) as server:
        settings = client.Configuration()
        settings.host, settings.verify_ssl = server.url, True
        loaded = client.Configuration()
        config.load_kube_config(str(server.kubeconfig), client_configuration=loaded)  # type: ignore[no-untyped-call]
        settings.ssl_ca_cert = loaded.ssl_ca_cert
        for token, user in [(None, "system:anonymous"), ("secret", "jane")]:
            settings.api_key = {} if token is None else {"authorization": f"Bearer {token}"}
            with client.ApiClient(settings) as asking:
                assert who(asking).username == user
        settings.api_key = {"authorization": "Bearer wrong"}
        with client.ApiClient(settings) as asking, pytest.raises(client.ApiException) as refusal:
            client.VersionApi(asking).get_code()
        assert refusal.value.status == 401
