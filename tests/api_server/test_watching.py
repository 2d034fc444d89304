"""Watch: where streams start, what they say, when they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakes.api_server.verbs.watching import WatchBody
from tests.api_server.client import CONFIG_MAPS, FOOS, Client, Stream, brief, config_map, foo

END_MARK = '{"type":"BOOKMARK","object":{"apiVersion":"lab.io/v1","kind":"Foo","metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"10"}}}'  # noqa: E501


@pytest.fixture
def client() -> Client:
    """Two foos, at the versions 9 and 10; the oldest version held is 2."""
    client = Client(revision=0).with_foos()
    client.api.compact(2)
    client.api.create(foo("a"))
    client.api.create(foo("z"))
    assert client.api.revision == 10
    return client


def stream(client: Client, **query: Any) -> list[str]:
    return client.run(lambda: client.watch(FOOS, timeoutSeconds=2, **query).brief())


STATE = ["ADDED a@9", "ADDED z@10"]
MARK = "BOOKMARK @10"
ALL: dict[str, Any] = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
NONE: dict[str, Any] = {"sendInitialEvents": "false", "resourceVersionMatch": "NotOlderThan"}
BOOKMARKS: dict[str, Any] = {"allowWatchBookmarks": "true"}

STARTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, STATE),
    (BOOKMARKS, [*STATE, MARK]),
    ({"resourceVersion": "0"}, STATE),
    ({"resourceVersion": "0", **BOOKMARKS}, [*STATE, MARK]),
    ({"resourceVersion": "10"}, []),
    ({"resourceVersion": "9"}, ["ADDED z@10"]),
    ({"resourceVersion": "10", **BOOKMARKS}, []),
    ({**ALL, **BOOKMARKS}, [*STATE, MARK]),
    ({**ALL, **BOOKMARKS, "resourceVersion": "10"}, [*STATE, MARK]),
    (ALL, STATE),
    ({**NONE, **BOOKMARKS}, []),
    ({**NONE, **BOOKMARKS, "resourceVersion": "0"}, []),
    ({"resourceVersion": "999999"}, []),
    ({"resourceVersion": "0", "limit": 1}, STATE),
    ({"resourceVersion": "0", "fieldSelector": "metadata.name=a"}, ["ADDED a@9"]),
    ({"resourceVersion": "0", "fieldSelector": "metadata.name=none", **BOOKMARKS}, [MARK]),
]


@pytest.mark.parametrize(("query", "events"), STARTS)
def test_a_stream_starts_where_a_real_one_does_and_ends_cleanly_at_its_timeout(
    client: Client, query: dict[str, Any], events: list[str]
) -> None:
    assert stream(client, **query) == events
    assert client.runtime.monotonic() == 2.0


def test_a_version_that_is_too_old_is_an_error_event_and_the_end(client: Client) -> None:
    events = client.run(lambda: client.watch(FOOS, resourceVersion=1).rest())
    assert events == [
        {
            "type": "ERROR",
            "object": {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": "too old resource version: 1 (8)",
                "reason": "Expired",
                "code": 410,
            },
        }
    ]
    assert client.runtime.monotonic() == 0.0


def test_events_tell_of_a_version_that_is_too_old_in_the_words_of_etcd(client: Client) -> None:
    events = client.watch("/api/v1/events", resourceVersion=1).rest()
    assert events[0]["object"]["message"] == "The resourceVersion for the provided watch is too old."


def test_an_initial_list_of_the_future_is_waited_for_and_then_an_error_event(client: Client) -> None:
    events = client.run(lambda: client.watch(FOOS, resourceVersion=999999, **ALL, **BOOKMARKS).rest())
    assert [brief(event) for event in events] == ["ERROR @504"]
    assert events[0]["object"]["details"]["retryAfterSeconds"] == 1
    assert client.runtime.monotonic() == 3.0


def test_an_initial_list_of_events_of_the_future_is_an_error_at_once(client: Client) -> None:
    events = client.watch("/api/v1/events", resourceVersion=999999, **ALL, **BOOKMARKS).rest()
    assert events[0]["object"]["details"]["retryAfterSeconds"] == 3


MATCH_FIELD = "resourceVersionMatch"
REQUIRES = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
UNLESS = "Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
ONLY = 'Unsupported value: "Exact": supported values: "NotOlderThan"'
WITH_CONTINUE = "Forbidden: resourceVersionMatch is forbidden when continue is provided"


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ({"sendInitialEvents": "true"}, [REQUIRES]),
        ({"sendInitialEvents": "false"}, [REQUIRES]),
        ({"resourceVersionMatch": "NotOlderThan"}, [UNLESS]),
        ({"resourceVersionMatch": "Exact", "sendInitialEvents": "true"}, [REQUIRES, ONLY]),
        ({"resourceVersionMatch": "Exact", "resourceVersion": "5"}, [UNLESS, ONLY]),
        ({**ALL, "continue": "x"}, [WITH_CONTINUE]),
    ],
)
def test_options_that_disagree_are_refused_before_the_stream(client: Client, query: dict[str, Any], messages: list[str]) -> None:
    answer = client.get(FOOS, watch="true", **query)
    assert answer.status == 422
    assert [cause["message"] for cause in answer.json["details"]["causes"]] == messages
    assert all(cause["field"] == MATCH_FIELD for cause in answer.json["details"]["causes"])


def test_a_version_that_is_none_and_a_field_that_is_none_are_refused_before_the_stream(client: Client) -> None:
    assert client.get(FOOS, watch="true", resourceVersion="abc").status == 500
    assert client.get(FOOS, watch="true", fieldSelector="spec.size=1").message == "field label not supported: spec.size"


def test_the_lines_are_those_of_a_real_server(client: Client) -> None:
    opened = client.watch(FOOS, **BOOKMARKS)
    first, second, third, rest = opened.body.read().decode().split("\n")
    stored = client.get(f"{FOOS}/a").raw.decode().rstrip()
    assert first == f'{{"type":"ADDED","object":{stored}}}'
    assert second.startswith('{"type":"ADDED","object":{"apiVersion":"lab.io/v1","kind":"Foo","metadata":{')
    assert (third, rest) == (END_MARK, "")


EMPTY_EVENT = (
    '"kind":"Event","apiVersion":"v1","metadata":{META},"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,'
    '"eventTime":null,"reportingComponent":"","reportingInstance":""'
)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/api/v1/pods", '"kind":"Pod","apiVersion":"v1","metadata":{META},"spec":{"containers":null},"status":{}'),
        ("/apis/coordination.k8s.io/v1/leases", '"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{META},"spec":{}'),
        ("/api/v1/events", EMPTY_EVENT),
    ],
)
def test_bookmarks_of_built_in_kinds_are_empty_structs(client: Client, path: str, content: str) -> None:
    meta = '"resourceVersion":"10","annotations":{"k8s.io/initial-events-end":"true"}'
    line = client.watch(path, **BOOKMARKS).body.read().decode()
    assert line == f'{{"type":"BOOKMARK","object":{{{content.replace("META", meta)}}}}}\n'


def test_the_deprecated_watch_path_works(client: Client) -> None:
    def main() -> tuple[list[str], list[str]]:
        one = Stream(client.api.handle(client.request("GET", "/apis/lab.io/v1/watch/namespaces/default/foos/a", timeoutSeconds=1)))
        all_ = Stream(client.api.handle(client.request("GET", "/apis/lab.io/v1/watch/foos", timeoutSeconds=1)))
        return one.brief(), all_.brief()

    assert client.run(main) == (["ADDED a@9"], STATE)
    refused = client.get("/apis/lab.io/v1/watch/namespaces/default/foos/a", fieldSelector="metadata.name=b")
    assert refused.message == "fieldSelector metadata.name doesn't match requested name"


def twenty_steps(client: Client) -> None:
    """What the captures did to foos, from version 10 on."""
    api = client.api
    api.create(foo("p", spec={"size": 1, "color": "red"}, labels={"l": "1"}))
    api.patch("foos", "p", {"metadata": {"labels": {"l": "2"}}, "spec": {"size": 2}})
    api.patch("foos", "p", {"spec": {"size": 3}})
    api.patch("foos", "p", {"metadata": {"labels": {"l": "1"}}})
    api.patch("foos", "p", {"spec": {"color": "blue"}})
    api.delete("foos", "p")
    api.create(foo("q"))
    api.delete("foos", "q", grace=30)
    api.create(foo("f", finalizers=["lab.io/one", "lab.io/two"]))
    api.create(foo("f2", finalizers=["unq"]))
    api.delete("foos", "f")
    api.delete("foos", "f")
    api.patch("foos", "f", {"spec": {"size": 42}})
    api.patch("foos", "f", {"metadata": {"finalizers": ["lab.io/two"]}})
    api.patch("foos", "f", {"metadata": {"finalizers": None}, "spec": {"size": 43}})
    api.create(foo("g"))
    api.delete("foos", "g", propagation="Foreground")
    api.delete("foos", "g", propagation="Orphan")
    api.delete("foos", "g", propagation="Background")
    api.create(foo("h"))
    api.delete("foos", "h", propagation="Orphan")
    api.patch("foos", "h", {"metadata": {"finalizers": None}})
    client.delete(FOOS, labelSelector="none=1")
    client.delete(FOOS)


def tell(event: dict[str, Any]) -> str:
    if event["type"] == "BOOKMARK":
        return brief(event)
    own, spec = event["object"]["metadata"], event["object"]["spec"]
    words = [brief(event), f"gen={own['generation']}", ",".join(own.get("finalizers", [])), spec.get("color", ""), str(spec["size"])]
    marked = "deletionTimestamp" in own
    assert marked == ("deletionGracePeriodSeconds" in own)
    return " ".join(word for word in [*words, "deleting" if marked else ""] if word)


ALL_EVENTS = [
    "ADDED p@11 gen=1 red 1",
    "MODIFIED p@12 gen=2 red 2",
    "MODIFIED p@13 gen=3 red 3",
    "MODIFIED p@14 gen=3 red 3",
    "MODIFIED p@15 gen=4 blue 3",
    "DELETED p@16 gen=4 blue 3",
    "ADDED q@17 gen=1 1",
    "DELETED q@18 gen=1 1",
    "ADDED f@19 gen=1 lab.io/one,lab.io/two 1",
    "ADDED f2@20 gen=1 unq 1",
    "MODIFIED f@21 gen=2 lab.io/one,lab.io/two 1 deleting",
    "MODIFIED f@22 gen=3 lab.io/one,lab.io/two 42 deleting",
    "MODIFIED f@23 gen=3 lab.io/two 42 deleting",
    "DELETED f@24 gen=3 lab.io/two 42 deleting",
    "ADDED g@25 gen=1 1",
    "MODIFIED g@26 gen=2 foregroundDeletion 1 deleting",
    "MODIFIED g@27 gen=2 orphan 1 deleting",
    "DELETED g@28 gen=2 orphan 1 deleting",
    "ADDED h@29 gen=1 1",
    "MODIFIED h@30 gen=2 orphan 1 deleting",
    "DELETED h@31 gen=2 orphan 1 deleting",
    "DELETED a@32 gen=1 1",
    "MODIFIED f2@33 gen=2 unq 1 deleting",
    "DELETED z@34 gen=1 1",
]
LABEL_EVENTS = [
    "ADDED p@11 gen=1 red 1",
    "DELETED p@12 gen=1 red 1",
    "ADDED p@14 gen=3 red 3",
    "MODIFIED p@15 gen=4 blue 3",
    "DELETED p@16 gen=4 blue 3",
]
FIELD_EVENTS = [*ALL_EVENTS[:4], "DELETED p@15 gen=3 red 3"]


@pytest.mark.parametrize("replayed", [False, True])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ALL_EVENTS),
        ({"labelSelector": "l=1"}, LABEL_EVENTS),
        ({"fieldSelector": "spec.color=red"}, FIELD_EVENTS),
        ({"fieldSelector": "metadata.name=p"}, ALL_EVENTS[:6]),
    ],
)
def test_a_history_of_many_kinds_of_writes_is_told_as_a_real_server_tells_it_live_and_replayed(
    client: Client, query: dict[str, Any], expected: list[str], replayed: bool
) -> None:
    if replayed:
        twenty_steps(client)
    opened = client.watch(FOOS, resourceVersion=10, timeoutSeconds=8, **query)
    if not replayed:
        twenty_steps(client)
    assert [tell(event) for event in client.run(opened.rest)] == expected


def test_the_stream_resumes_from_every_version_without_loss_or_repetition(client: Client) -> None:
    twenty_steps(client)
    for version in range(10, 35):
        events = [tell(event) for event in stream_from(client, version)]
        assert events == [event for event in ALL_EVENTS if int(event.split("@")[1].split()[0]) > version]


def stream_from(client: Client, version: int) -> list[dict[str, Any]]:
    return client.run(lambda: client.watch(FOOS, resourceVersion=version, timeoutSeconds=1).rest())


def test_ready_events_come_in_one_read_and_a_read_blocks_for_the_next(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=10, timeoutSeconds=30)
    client.api.create(foo("b"))
    client.api.create(foo("c"))

    def write() -> None:
        client.runtime.sleep(5)
        client.api.create(foo("d"))

    def main() -> list[tuple[float, list[str]]]:
        client.runtime.spawn(write, name="writer")
        return [(client.runtime.monotonic(), [brief(event) for event in opened.read()]) for _ in range(2)] + [
            (client.runtime.monotonic(), [])
        ]

    reads = client.run(main)
    assert [events for _, events in reads] == [["ADDED b@11", "ADDED c@12"], ["ADDED d@13"], []]
    assert reads[-1][0] == 5.0


def test_a_big_state_comes_in_several_reads_that_split_between_lines(client: Client) -> None:
    for number in range(40):
        client.api.create(config_map(f"c{number:02}", blob="x" * 20_000))
    opened = client.watch(CONFIG_MAPS, **BOOKMARKS)
    reads = [opened.read()]
    while reads[-1][-1]["type"] != "BOOKMARK":
        reads.append(opened.read())
    assert 2 <= len(reads) <= 5
    assert sum(map(len, reads)) == 41


def keep_writing(client: Client, every: float) -> Callable[[], None]:
    def write() -> None:
        while True:
            client.runtime.sleep(every)
            client.api.patch("configmaps", "other", {"data": {"at": str(client.runtime.monotonic())}})

    return write


def test_bookmarks_come_every_minute_and_two_seconds_before_the_end_even_if_nothing_matches(client: Client) -> None:
    client.api.create(config_map("other"))
    opened = client.watch(FOOS, resourceVersion=11, timeoutSeconds=130, fieldSelector="metadata.name=none", **BOOKMARKS)

    def main() -> list[tuple[float, str]]:
        client.runtime.spawn(keep_writing(client, 10), name="writer")
        seen = []
        while events := opened.read():
            seen += [(client.runtime.monotonic(), brief(event)) for event in events]
        return [*seen, (client.runtime.monotonic(), "end")]

    times = client.run(main)
    assert [time for time, _ in times] == [60.0, 120.0, 128.0, 130.0]
    versions = [int(text.split("@")[1]) for _, text in times[:-1]]
    assert versions == sorted(versions)
    assert versions[0] in (16, 17)


def test_nothing_is_bookmarked_while_there_is_nothing_newer_than_the_start(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=10, timeoutSeconds=200, **BOOKMARKS)
    assert client.run(opened.brief) == []
    future = client.watch(FOOS, resourceVersion=12, timeoutSeconds=200, **BOOKMARKS)
    client.api.create(foo("b"))
    client.api.create(foo("c"))
    assert client.run(future.brief) == []


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (FOOS, {"resourceVersion": 11}, []),
        (FOOS, {"resourceVersion": 11, **BOOKMARKS}, ["BOOKMARK @12"] * 3),
        ("/api/v1/events", {"resourceVersion": 11, **BOOKMARKS}, []),
        ("/api/v1/events", BOOKMARKS, ["BOOKMARK @11"]),
    ],
)
def test_bookmarks_are_for_those_who_ask_and_events_have_only_the_first(
    client: Client, path: str, query: dict[str, Any], expected: list[str]
) -> None:
    client.api.create(config_map("other"))
    opened = client.watch(path, timeoutSeconds=150, **query)
    client.api.patch("configmaps", "other", {"data": {"b": "2"}})
    assert client.run(opened.brief) == expected


def test_a_bookmark_is_never_ahead_of_an_event_that_is_still_to_come(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=10, timeoutSeconds=600, **BOOKMARKS)

    def write(name: str) -> Callable[[], None]:
        def writing() -> None:
            for number in range(60):
                client.runtime.sleep(5)
                client.api.create(foo(f"{name}{number}"))

        return writing

    def main() -> list[dict[str, Any]]:
        for name in "bcd":
            client.runtime.spawn(write(name), name=name)
        return opened.rest()

    last = 0
    kinds = set()
    for event in client.run(main):
        version = int(event["object"]["metadata"]["resourceVersion"])
        assert version > last or (event["type"] == "BOOKMARK" and version == last)
        last = version
        kinds.add(event["type"])
    assert kinds == {"ADDED", "BOOKMARK"}


def test_without_a_timeout_a_stream_lasts_between_half_an_hour_and_an_hour() -> None:
    lengths = set()
    for seed in range(5):
        client = Client(seed=seed)
        client.run(client.watch(CONFIG_MAPS).rest)
        lengths.add(client.runtime.monotonic())
    assert len(lengths) == 5
    assert all(1800 <= length < 3600 for length in lengths)


def test_a_namespace_that_does_not_exist_is_silence_and_other_namespaces_are_not_heard(client: Client) -> None:
    opened = client.watch("/apis/lab.io/v1/namespaces/none/foos", timeoutSeconds=2)
    client.api.create(foo("b"))
    assert client.run(opened.brief) == []


def test_closing_wakes_a_blocked_read(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=10)

    def close() -> None:
        client.runtime.sleep(7)
        opened.body.close()

    def main() -> bytes:
        client.runtime.spawn(close, name="closer")
        return opened.body.read()

    assert client.run(main) == b""
    assert client.runtime.monotonic() == 7.0
    assert client.api.disconnect() == 0
    opened.body.close()


def test_a_stream_that_is_over_takes_no_more_events(client: Client) -> None:
    closed, ended = client.watch(FOOS, resourceVersion=10), client.watch(FOOS, resourceVersion=10, timeoutSeconds=1)
    closed.body.close()
    client.run(ended.rest)
    client.api.create(foo("b"))
    for opened in (closed, ended):
        assert isinstance(opened.body, WatchBody)
        assert not opened.body._queue


def test_a_read_that_may_not_wait_so_long_says_so_and_can_be_repeated(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=10)

    def main() -> list[str]:
        with pytest.raises(TimeoutError):
            opened.body.read(timeout=4)
        client.api.create(foo("b"))
        return [brief(event) for event in opened.read()]

    assert client.run(main) == ["ADDED b@11"]
    assert client.runtime.monotonic() == 4.0


def test_many_watches_share_what_happens_and_each_has_its_own_end(client: Client) -> None:
    streams = [client.watch(FOOS, resourceVersion=10, timeoutSeconds=10 + number) for number in range(30)]
    results: list[tuple[float, list[str]]] = []

    def read(opened: Stream) -> Callable[[], None]:
        def reading() -> None:
            seen = opened.brief()
            results.append((client.runtime.monotonic(), seen))

        return reading

    def main() -> None:
        for number, opened in enumerate(streams):
            client.runtime.spawn(read(opened), name=f"reader {number}")
        for name in "bcd":
            client.runtime.sleep(1)
            client.api.create(foo(name))
        client.runtime.sleep(60)

    client.run(main)
    assert sorted(results) == [(10.0 + number, ["ADDED b@11", "ADDED c@12", "ADDED d@13"]) for number in range(30)]
    assert client.api.disconnect() == 0


def test_an_open_stream_is_not_hurt_by_a_compaction_and_an_older_start_is(client: Client) -> None:
    opened = client.watch(FOOS, resourceVersion=9, timeoutSeconds=2)
    client.api.create(foo("b"))
    client.api.compact()
    client.api.create(foo("c"))
    assert client.run(opened.brief) == ["ADDED z@10", "ADDED b@11", "ADDED c@12"]
    assert [brief(event) for event in stream_from(client, 10)] == ["ERROR @410"]
    assert [brief(event) for event in stream_from(client, 11)] == ["ADDED c@12"]
