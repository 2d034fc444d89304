"""The watch cache: how far back a watch is replayed, who reads too slowly, and what a cache that starts anew answers."""

from __future__ import annotations

from typing import Any

import pytest

from fakes import FakeAPIServer, SimulatedRuntime
from fakes.api_server.server import APIServer
from informer import SharedInformerFactory
from tests.api_server.client import CONFIG_MAPS, FOOS, Client, config_map

BOOKMARKS: dict[str, Any] = {"allowWatchBookmarks": "true"}


class Bounded(Client):
    """A client whose server has options."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.api = APIServer(runtime=self.runtime, **options)

    def have(self, *names: str) -> list[int]:
        """Create these, and give their versions."""
        return [int(self.api.create(config_map(name))["metadata"]["resourceVersion"]) for name in names]

    def since(self, version: int, path: str = CONFIG_MAPS) -> list[str]:
        return self.run(lambda: self.watch(path, resourceVersion=version, timeoutSeconds=1).brief())


def test_a_watch_is_replayed_from_as_many_events_as_the_window_holds() -> None:
    client = Bounded(watch_window=2)
    first, second, third, last = client.have("a", "b", "c", "d")
    assert client.since(second) == [f"ADDED c@{third}", f"ADDED d@{last}"]
    assert client.since(last) == []
    (error,) = client.watch(CONFIG_MAPS, resourceVersion=first).rest()
    assert (error["type"], error["object"]["code"]) == ("ERROR", 410)
    assert error["object"]["message"] == f"too old resource version: {first} ({second})"


def test_what_the_window_has_lost_is_still_there_for_exact_lists() -> None:
    client = Bounded(watch_window=1)
    first, *_ = client.have("a", "b", "c")
    assert client.get(CONFIG_MAPS, resourceVersion=first, resourceVersionMatch="Exact").names == ["a"]
    assert [change.version for change in client.api.history("configmaps", "a")] == [str(first)]


def test_each_resource_has_a_window_of_its_own() -> None:
    client = Bounded(watch_window=1).with_foos()
    first, second = client.have("a", "b")
    for number in range(5):
        client.api.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"s{number}"}})
    assert client.since(first) == [f"ADDED b@{second}"]


def test_events_are_not_cached_so_only_a_compaction_ends_their_past() -> None:
    client = Bounded(watch_window=1, watch_buffer=1)
    for name in "abc":
        client.api.create({"apiVersion": "v1", "kind": "Event", "metadata": {"name": name}, "involvedObject": {"namespace": "default"}})
    assert len(client.since(client.api.revision - 3, "/api/v1/events")) == 3
    client.api.compact()
    assert client.since(client.api.revision - 3, "/api/v1/events") == ["ERROR @410"]


def test_history_is_compacted_by_itself_where_it_grows_too_long() -> None:
    client = Bounded(compact_after=10)
    first, *_ = client.have(*(f"c{number}" for number in range(20)))
    assert client.since(first) == ["ERROR @410"]
    assert client.get(CONFIG_MAPS, resourceVersion=first, resourceVersionMatch="Exact").status == 410


def test_a_watcher_whose_buffer_is_full_gets_what_came_before_and_the_end() -> None:
    client = Bounded(watch_buffer=3)
    opened = client.watch(CONFIG_MAPS, resourceVersion=client.api.revision)
    versions = client.have("a", "b", "c", "d", "e")
    expected = [f"ADDED {name}@{version}" for name, version in zip("abc", versions, strict=False)]
    assert client.run(opened.brief) == expected
    assert client.since(versions[2]) == [f"ADDED d@{versions[3]}", f"ADDED e@{versions[4]}"], "going on from there loses nothing"


def test_who_reads_in_time_is_not_slow() -> None:
    client = Bounded(watch_buffer=1)
    opened = client.watch(CONFIG_MAPS, resourceVersion=client.api.revision)
    for name in "abcd":
        client.have(name)
        assert [event["object"]["metadata"]["name"] for event in opened.read()] == [name]


def test_what_a_watch_starts_with_does_not_fill_its_buffer() -> None:
    client = Bounded(watch_buffer=2)
    first, *_ = client.have("a", "b", "c", "d")
    listed, replayed = client.watch(CONFIG_MAPS, **BOOKMARKS), client.watch(CONFIG_MAPS, resourceVersion=first)
    client.have("e", "f", "g")
    assert [event["object"]["metadata"].get("name", "") for event in listed.rest()] == ["a", "b", "c", "d", "", "e", "f"]
    assert [event["object"]["metadata"]["name"] for event in replayed.rest()] == ["b", "c", "d", "e", "f"]


def test_only_what_a_selector_lets_through_fills_a_buffer() -> None:
    client = Bounded(watch_buffer=2)
    opened = client.watch(CONFIG_MAPS, resourceVersion=client.api.revision, fieldSelector="metadata.name=z", timeoutSeconds=1)
    client.have("a", "b", "c", "d", "z")
    assert [event["object"]["metadata"]["name"] for event in client.run(opened.rest)] == ["z"]


def reset(client: Client, seconds: float) -> None:
    client.api.reset_watch_cache("configmaps", seconds=seconds)


def test_a_cache_that_starts_anew_ends_its_watches_and_forgets_its_past() -> None:
    client = Bounded().with_foos()
    first, _ = client.have("a", "b")
    own, other = client.watch(CONFIG_MAPS, timeoutSeconds=60), client.watch(FOOS, timeoutSeconds=60)
    reset(client, 0)
    assert len(own.rest()) == 2
    assert client.runtime.monotonic() == 0
    assert client.since(first) == ["ERROR @410"]
    assert client.since(client.api.revision) == []
    assert client.get(CONFIG_MAPS, resourceVersion=first, resourceVersionMatch="Exact").names == ["a"]
    assert client.run(other.rest) == []
    assert client.runtime.monotonic() == 60


NOT_READY = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": "storage is (re)initializing",
    "reason": "TooManyRequests",
    "details": {"retryAfterSeconds": 1},
    "code": 429,
}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 429),
        ({"limit": 5}, 200),
        ({"limit": 5, "labelSelector": "a=b"}, 429),
        ({"limit": 5, "fieldSelector": "metadata.name=a"}, 429),
        ({"resourceVersion": "0"}, 429),
        ({"resourceVersion": "0", "limit": 5}, 200),
        ({"resourceVersion": "5"}, 429),
        ({"resourceVersion": "5", "resourceVersionMatch": "NotOlderThan"}, 429),
        ({"resourceVersion": "5", "resourceVersionMatch": "Exact"}, 200),
        ({"resourceVersion": "5", "limit": 5}, 200),
        ({"resourceVersion": "x"}, 400),
        ({"watch": "true"}, 429),
        ({"watch": "true", "resourceVersion": "5"}, 429),
        ({"watch": "true", "resourceVersion": "x"}, 500),
    ],
)
def test_while_a_cache_is_not_ready_what_it_would_answer_is_429(query: dict[str, Any], status: int) -> None:
    client = Bounded()
    client.have("a")
    reset(client, 5)
    answer = client.get(CONFIG_MAPS, **query)
    assert answer.status == status
    if status == 429:
        assert answer.json == NOT_READY
        assert answer.headers["Retry-After"] == "1"


def test_while_a_cache_is_not_ready_objects_are_read_and_written_and_other_resources_are_served() -> None:
    client = Bounded().with_foos()
    client.have("a")
    reset(client, 5)
    assert client.get(f"{CONFIG_MAPS}/a").status == 200
    assert client.post(CONFIG_MAPS, config_map("b")).status == 201
    assert client.get(FOOS).status == 200
    assert client.get("/api/v1/events").status == 200


def test_the_longer_a_cache_is_not_ready_the_longer_one_is_told_to_wait_and_then_it_is() -> None:
    client = Bounded()
    reset(client, 100)

    def told() -> list[str]:
        seen = []
        for _ in range(4):
            seen.append(client.get(CONFIG_MAPS).headers.get("Retry-After", "ready"))
            client.runtime.sleep(33)
        return [*seen, client.get(CONFIG_MAPS).headers.get("Retry-After", "ready")]

    assert client.run(told) == ["1", "7", "30", "30", "ready"]


def test_all_caches_can_start_anew_at_once() -> None:
    client = Bounded().with_foos()
    client.api.reset_watch_cache(seconds=1)
    assert [client.get(path).status for path in (CONFIG_MAPS, FOOS, "/api/v1/events", "/api/v1/pods")] == [429, 429, 200, 429]


def test_a_restore_starts_all_caches_anew() -> None:
    client = Bounded()
    snapshot = client.api.snapshot()
    client.have("a", "b")
    reset(client, 60)
    client.api.restore(snapshot, rewind=True)
    assert client.get(CONFIG_MAPS).status == 200
    assert client.since(client.api.revision) == []


def test_no_bookmark_says_what_a_replayed_event_has_said() -> None:
    client = Bounded()
    first, _ = client.have("a", "b")
    opened = client.watch(CONFIG_MAPS, resourceVersion=first, timeoutSeconds=100, **BOOKMARKS)
    assert [event["type"] for event in client.run(opened.rest)] == ["ADDED"]


@pytest.mark.parametrize("window", [2, None])
def test_an_informer_that_is_cut_off_for_its_slowness_has_everything_in_the_end(window: int | None) -> None:
    simulation = SimulatedRuntime(0)

    def story() -> list[str]:
        api = FakeAPIServer(watch_window=window, watch_buffer=1)
        factory = SharedInformerFactory(api.api_client())
        maps = factory.informer("configmaps")
        with factory:
            simulation.sleep(1)
            for name in "abcdef":  # at once: nobody reads in between
                api.create(config_map(name))
            simulation.sleep(60)
            assert api.requests.verbs == (["list", "watch", "watch", "list", "watch"] if window else ["list", "watch", "watch"])
            return [obj.name for obj in maps.lister.list()]

    assert simulation.run(story) == list("abcdef")


def test_a_cache_that_is_not_ready_for_hours_advises_the_longest_wait() -> None:
    client = Client()
    client.api.reset_watch_cache(seconds=20_000)

    def wait() -> str | None:
        client.runtime.sleep(15_000)
        return client.get(CONFIG_MAPS).headers.get("Retry-After")

    assert client.run(wait) == "30"
