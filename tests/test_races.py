"""What must hold although another task comes between two locked sections."""

from __future__ import annotations

from fakes import FakeAPIServer
from informer import SharedInformerFactory
from informer.errors import LifecycleError
from informer.objects import KubeObject, ObjectKey
from informer.shared_informer import SharedInformer
from tests.scripted import ScriptedSource, modified, node, page
from tests.yielding import YieldingRuntime


def test_an_informer_made_while_the_factory_starts_is_started_once() -> None:
    runtime = YieldingRuntime(seed=1)

    def main() -> None:
        factory = SharedInformerFactory(FakeAPIServer().api_client())
        factory.informer("nodes")
        other = runtime.spawn(lambda: (factory.informer("pods"), None)[1], name="other")
        factory.start()
        other.join()
        assert [informer.started for informer in factory.informers] == [True, True]
        factory.stop()

    runtime.run(main)
    assert not runtime.failures, runtime.failures


def test_who_waits_for_sync_while_another_task_starts_the_factory_is_not_told_that_an_informer_was_not_started() -> None:
    runtime = YieldingRuntime(seed=1)

    def main() -> bool:
        factory = SharedInformerFactory(FakeAPIServer().api_client())
        nodes = factory.informer("nodes")

        def wait_from_the_start() -> None:
            while True:
                try:
                    return factory.wait_for_sync()
                except LifecycleError as error:
                    if "factory was not started" not in str(error):
                        raise
                runtime.sleep(0)

        waiter = runtime.spawn(wait_from_the_start, name="waiter")
        factory.start()
        waiter.join()
        synced = nodes.synced
        factory.stop()
        return synced

    synced = runtime.run(main)
    assert not runtime.failures, runtime.failures
    assert synced


def test_a_list_never_misses_an_object_that_goes_into_quarantine_or_leaves_it_meanwhile() -> None:
    runtime = YieldingRuntime(seed=1)
    source = ScriptedSource(runtime, [page(node("a", 5), version=5)])
    found: set[str] = set()

    def refuse_even_versions(obj: KubeObject) -> KubeObject:
        if int(obj.resource_version) % 2 == 0:
            raise ValueError("an even version")
        return obj

    def main() -> None:
        informer = SharedInformer(source, runtime=runtime, transform=refuse_even_versions)
        informer.start()
        informer.wait_for_sync()

        def feed() -> None:
            for version in range(6, 60):
                source.say(modified(node("a", version)))
                runtime.sleep(0)

        feeder = runtime.spawn(feed, name="feeder")
        while feeder.alive:
            objects = informer.lister.list()
            readable, quarantined = [obj.key for obj in objects], list(objects.quarantined)
            assert [*readable, *quarantined] == [ObjectKey("", "a")]
            found.add("readable" if readable else "quarantined")
            runtime.sleep(0)
        informer.stop()

    runtime.run(main)
    assert found == {"readable", "quarantined"}
