"""The controller of service accounts: each namespace has the account `default`."""

from __future__ import annotations

from fakes import FakeAPIServer, objects
from tests.controllers.simulated import SEEDS, names, play, steps

ALONE = ("service-accounts",)


@SEEDS
def test_every_namespace_has_its_default_account(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("shop"))
        api.settle()
        assert names(api, "serviceaccounts", "shop") == ["default"]
        assert len(names(api, "serviceaccounts")) == len(names(api, "namespaces"))

    play(story, ALONE, seed)


def test_an_account_that_was_deleted_comes_again() -> None:
    def story(api: FakeAPIServer) -> None:
        api.settle()
        api.delete("serviceaccounts", "default", "default")
        api.settle()
        assert steps(api, "serviceaccounts", "default") == ["ADDED", "DELETED", "ADDED"]

    play(story, ALONE)


@SEEDS
def test_a_namespace_that_goes_gets_no_new_account(seed: int) -> None:
    def story(api: FakeAPIServer) -> None:
        api.create(objects.namespace("shop"))
        api.settle()
        api.delete("namespaces", "shop")
        api.settle()
        assert "shop" not in names(api, "namespaces")
        assert names(api, "serviceaccounts", "shop") == []

    play(story, ("service-accounts", "namespaces"), seed)
