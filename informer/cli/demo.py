"""Demo: `informer demo`, that is two informers and a cluster of their own, in this process, where always something happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from fakes.api_server.faults import Fault
from fakes.fake_api_server import FakeAPIServer
from informer.cli.ending import Ending
from informer.cli.exit_codes import ExitCode
from informer.cli.followed import Followed
from informer.cli.output import Output
from informer.cli.reports import Said
from informer.cli.story import Actor, Story
from informer.cli.watch import FormatName, format_named
from informer.cluster import ClusterSource
from informer.resource import ResourceName
from informer.runtime import Runtime, ThreadRuntime

SERVER = "http://demo"  # how messages name the cluster, which has no address
CALM = (12.0, 15.0)  # seconds between faults: enough for a watch to be open for 5 s again, and so for short waits after the next one


class Demo:
    """The cluster, what happens in it, and those who watch it."""

    def __init__(self, stream: TextIO, runtime: Runtime, *, seed: int, faults: bool, format: FormatName) -> None:
        self.api = FakeAPIServer(runtime=runtime)
        self.ending = Ending(runtime)
        self.report = Output(stream, format_named(format, several=True), runtime, self.ending.end_quietly).report
        self.story = Story(self.api, ThreadRuntime(seed), runtime, self.ending.wait)
        self.followed = [self._follow(name, runtime) for name in ("nodes", "pods")]
        if faults:
            self.story.add(troubles(self.api, self.story, self._say))

    def run(self, duration: float | None) -> ExitCode:
        """Until something ends it, at most `duration` seconds."""
        self.story.begin()
        self._say("the nodes and pods of a cluster that exists only in this process; Ctrl-C ends it", who="demo")
        return self.ending.run(self.followed, report=self.report, timeout=duration, beside=self.story.tell)

    def _say(self, text: str, who: str = "cluster") -> None:
        self.report(Said(who, text))

    def _follow(self, name: str, runtime: Runtime) -> Followed:
        client = self.api.api_client()
        client.configuration.host = SERVER
        source = ClusterSource(client, ResourceName.parse(name), runtime=runtime)
        return Followed(source, name=name, report=self.report, on_fatal=self.ending.fail, runtime=runtime)


def demo(stream: TextIO, runtime: Runtime, *, seed: int, faults: bool, duration: float | None, format: FormatName) -> ExitCode:
    """Show the demo on `stream` until something ends it, at most `duration` seconds."""
    return Demo(stream, runtime, seed=seed, faults=faults, format=format).run(duration)


def troubles(api: FakeAPIServer, story: Story, say: Callable[[str], None]) -> Actor:
    """One fault after another, and each is said."""
    yield 5.5
    while True:
        for trouble in (_drop, _fail, _compact):
            trouble(api, story, say)
            yield story.random.uniform(*CALM)


def _drop(api: FakeAPIServer, story: Story, say: Callable[[str], None]) -> None:
    say("dropped every connection")
    api.disconnect()


def _fail(api: FakeAPIServer, story: Story, say: Callable[[str], None]) -> None:
    say("dropped every connection, and answers 500 to the next 4 requests")
    api.inject(Fault(status=500, times=4, message="etcdserver: leader changed"))
    api.disconnect()


def _compact(api: FakeAPIServer, story: Story, say: Callable[[str], None]) -> None:
    lost = story.random.choice(story.pods) if story.pods else None
    say("dropped every connection, compacted its history" + (f", deleted {lost} meanwhile" if lost else ""))
    api.disconnect()
    if lost:
        story.lose_pod(lost)
    api.compact()
