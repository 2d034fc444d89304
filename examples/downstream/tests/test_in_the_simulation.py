"""What the controller does when things go wrong: in memory, in virtual time."""

import pytest
from checksums import ANNOTATION, Checksums, checksum

from informer import SharedInformerFactory


def config_map(name, **data):
    metadata = {"name": name, "namespace": "default", "labels": {"checksum": "wanted"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.fixture
def run(simulated_runtime, fake_api_client):
    """Runs the controller while a story happens, and for a minute more."""

    def run(story):
        factory = SharedInformerFactory(fake_api_client)
        checksums = Checksums(factory)

        def main():
            with factory, checksums.controller:
                factory.wait_for_sync()
                story()
                simulated_runtime.sleep(60)

        simulated_runtime.run(main)

    return run


def annotation(api, name):
    return api.get("configmaps", name)["metadata"].get("annotations", {}).get(ANNOTATION)


def patches(api):
    return [request for request in api.requests if request.verb == "patch"]


@pytest.mark.parametrize("simulated_runtime", range(5), indirect=True)
def test_a_checksum_follows_the_data_and_is_written_once_for_each_change(run, simulated_runtime, fake_api_server):
    def story():
        fake_api_server.create(config_map("one", colour="red"))
        simulated_runtime.sleep(10)
        fake_api_server.patch("configmaps", "one", {"data": {"colour": "blue"}})

    run(story)
    assert annotation(fake_api_server, "one") == checksum({"colour": "blue"})
    assert len(patches(fake_api_server)) == 2


def test_a_change_in_a_gap_that_the_server_has_forgotten_is_found(run, fake_api_server):
    fake_api_server.create(config_map("one", colour="red"))

    def story():
        fake_api_server.disconnect()
        fake_api_server.patch("configmaps", "one", {"data": {"colour": "blue"}})
        fake_api_server.compact()

    run(story)
    assert annotation(fake_api_server, "one") == checksum({"colour": "blue"})


def test_one_that_is_not_labelled_is_left_alone(run, fake_api_server):
    fake_api_server.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain", "namespace": "default"}})
    run(lambda: None)
    assert patches(fake_api_server) == []
