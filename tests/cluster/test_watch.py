import gzip
import json

import pytest

from informer.errors import (
    Disconnected,
    Expired,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    ResourceVersionTooLarge,
    ServerError,
    SourceError,
    StreamEnded,
    TooManyRequests,
)
from informer.source import EventType, WatchEvent, WatchQuery
from tests.cluster.scripted_pool import END, HEAD, PODS, Pool, Step, chunk, http_answer, line, node, source, status


def story(*steps: Step, silence: float | None = None) -> tuple[list[list[WatchEvent]], SourceError, Pool]:
    """The batches of a watch whose response has these bytes after its head, and how it ended."""
    pool = Pool([HEAD, *steps])
    batches = []
    with source(pool).watch(WatchQuery("1", silence=silence)) as stream:
        while True:
            try:
                batches.append(list(stream.next_batch()))
            except SourceError as end:
                return batches, end, pool


def names(batches: list[list[WatchEvent]]) -> list[list[str]]:
    return [
        [f"{event.type.value} {event.object.name if event.object else ''}@{event.resource_version}" for event in batch] for batch in batches
    ]


def test_the_query_says_what_was_asked_for() -> None:
    pool = Pool(HEAD + END, HEAD + END)
    source(pool, PODS, namespace="a", label_selector="x=y").watch(WatchQuery("7", timeout=300)).close()
    assert pool.query() == {
        "watch": "true",
        "resourceVersion": "7",
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "300",
        "labelSelector": "x=y",
    }
    assert pool.asked[0].startswith("/api/v1/namespaces/a/pods?")
    source(pool).watch(WatchQuery("8", bookmarks=False, silence=90.0)).close()
    assert pool.asked[1] == "/api/v1/nodes?watch=true&resourceVersion=8"
    assert [options["timeout"]._read for _, _, options in pool.requests] == [None, 90.0]


def test_events_have_their_type_object_and_version() -> None:
    batches, end, _ = story(chunk(line("ADDED", node("a", 2)) + line("MODIFIED", node("a", 3))), chunk(line("DELETED", node("a", 4))), END)
    assert names(batches) == [["ADDED a@2", "MODIFIED a@3"], ["DELETED a@4"]]
    assert isinstance(end, StreamEnded)
    assert json.loads(batches[0][0].object.raw if batches[0][0].object else b"") == node("a", 2)


def test_a_batch_comes_before_the_next_byte_is_waited_for() -> None:
    def unexpected() -> bytes:
        raise AssertionError("waited for more than was there")

    with source(Pool([HEAD, chunk(line("ADDED", node("a", 2))), unexpected])).watch(WatchQuery("1")) as stream:
        assert [event.resource_version for event in stream.next_batch()] == ["2"]


def test_a_bookmark_is_its_version_only() -> None:
    bookmark = {"kind": "Pod", "apiVersion": "v1", "metadata": {"resourceVersion": "244"}, "spec": {"containers": None}, "status": {}}
    batches, _, _ = story(chunk(line("BOOKMARK", bookmark)), END)
    assert batches == [[WatchEvent(EventType.BOOKMARK, None, "244")]]


def test_one_event_may_come_in_many_reads_and_many_events_in_one() -> None:
    big = line("ADDED", node("big", 2, data="x" * 3_000_000))
    small = b"".join(line("ADDED", node(f"n{number}", number)) for number in range(3, 40))
    body = chunk(big[:7]) + chunk(big[7:2_000_000]) + chunk(big[2_000_000:] + small) + END
    batches, end, _ = story(*(body[at : at + 100_003] for at in range(0, len(body), 100_003)))
    events = [event for batch in batches for event in batch]
    assert [event.resource_version for event in events] == [str(number) for number in range(2, 40)]
    assert events[0].object is not None
    assert len(events[0].object["data"]) == 3_000_000
    assert isinstance(end, StreamEnded)


def test_a_watch_without_chunks_is_read_to_its_end() -> None:
    pool = Pool([b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", line("ADDED", node("a", 2)), line("ADDED", node("b", 3))])
    stream = source(pool).watch(WatchQuery("1"))
    assert names([list(stream.next_batch()), list(stream.next_batch())]) == [["ADDED a@2"], ["ADDED b@3"]]
    with pytest.raises(StreamEnded):
        stream.next_batch()


@pytest.mark.parametrize("size", [b"-5", b"+5", b"1_0", b"0x5", b";x"])
def test_a_chunk_size_that_is_none_is_refused(size: bytes) -> None:
    stream = source(Pool([HEAD, size + b"\r\n"])).watch(WatchQuery("1"))  # nothing after it, or a reader that takes -5 spins for ever
    with pytest.raises(Disconnected, match="is not the size of a chunk"):
        stream.next_batch()


def test_a_gzipped_watch_is_read_as_it_comes() -> None:
    body = gzip.compress(line("ADDED", node("a", 2)) + line("ADDED", node("b", 3)))
    pool = Pool([HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"), chunk(body[:20]), chunk(body[20:]), END])
    stream = source(pool).watch(WatchQuery("1"))
    assert [event.resource_version for event in stream.next_batch()] == ["2", "3"]
    with pytest.raises(StreamEnded):
        stream.next_batch()


def test_blank_lines_are_skipped() -> None:
    batches, end, _ = story(chunk(b"\n\r\n  \n" + line("ADDED", node("a", 2)) + b"\n"), chunk(b"\n"), END)
    assert names(batches) == [["ADDED a@2"]]
    assert isinstance(end, StreamEnded)


def test_only_a_line_feed_ends_a_line() -> None:
    odd = node("a", 2, text="one\u2028two\u0085three\x0cfour")
    content = json.dumps({"type": "ADDED", "object": odd}, ensure_ascii=False).encode()
    batches, _, _ = story(chunk(content + b"\r\n"), END)
    assert batches[0][0].object == odd


def test_a_torn_last_line_is_dropped_and_disconnected() -> None:
    batches, end, _ = story(chunk(line("ADDED", node("a", 2)) + line("ADDED", node("b", 3))[:-30]), END)
    assert names(batches) == [["ADDED a@2"]]
    assert isinstance(end, Disconnected)
    assert "middle of an event" in str(end)


@pytest.mark.parametrize("end", [b"", ConnectionResetError(104, "Connection reset by peer")])
def test_a_broken_connection_is_disconnected_after_its_events(end: bytes | Exception) -> None:
    batches, error, pool = story(chunk(line("ADDED", node("a", 2))), *([end] if end else []))
    assert names(batches) == [["ADDED a@2"]]
    assert isinstance(error, Disconnected)
    assert not error.silent
    assert "cluster.example:6443 broke" in str(error)
    assert "Traceback" not in str(error)
    assert pool.connections[0].closed


def test_silence_is_disconnected_and_marked_as_such() -> None:
    _, end, pool = story(chunk(line("ADDED", node("a", 2))), TimeoutError("timed out"), silence=90)
    assert isinstance(end, Disconnected)
    assert end.silent
    assert str(end) == "WATCH nodes: no byte from https://cluster.example:6443 for 90 s"
    assert pool.connections[0].closed


ERRORS: list[tuple[dict[str, object], type[SourceError]]] = [
    (status(410, "Expired", "too old resource version: 1 (4)"), Expired),
    (status(410, "Gone", "too old resource version: 1 (4)"), Expired),
    ({"kind": "Status", "reason": "Gone", "message": "gone"}, Expired),
    (status(504, "Timeout", "Timeout: Too large resource version: 999, current: 21"), ResourceVersionTooLarge),
    (status(504, "Timeout", "late", details={"causes": [{"reason": "ResourceVersionTooLarge"}]}), ResourceVersionTooLarge),
    (status(504, "Timeout", "request did not complete"), ServerError),
    (status(500, "InternalError", "boom"), ServerError),
    (status(429, "TooManyRequests", "slow", details={"retryAfterSeconds": 7}), TooManyRequests),
    (status(403, "Forbidden", "no"), Forbidden),
    (status(404, "NotFound", "no"), NotFound),
    (status(400, "BadRequest", "no"), Invalid),
    ({"kind": "Status", "message": "says no code"}, ServerError),
    ({"kind": "Status", "reason": "Forbidden", "message": "says no code"}, Forbidden),
    (status(400, "Expired", "too old"), Expired),
    ({"something": "else"}, ServerError),
]


@pytest.mark.parametrize(("object", "kind"), ERRORS)
def test_an_error_event_is_raised_after_the_good_events_before_it(object: dict[str, object], kind: type[SourceError]) -> None:
    batches, end, pool = story(chunk(line("ADDED", node("a", 2)) + line("ERROR", object) + line("ADDED", node("never", 3))), END)
    assert names(batches) == [["ADDED a@2"]]
    assert type(end) is kind
    assert str(object.get("message", "says nothing")) in str(end)
    assert pool.connections[0].closed
    if isinstance(end, TooManyRequests):
        assert end.retry_after == 7


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage",
        b'{"type":"ADDED"}',
        b'{"object":{"metadata":{"name":"x"}}}',
        b'{"type":"ADDED","object":null}',
        b'{"type":"ADDED","object":[]}',
        b'{"type":"SYNC","object":{"metadata":{"name":"x"}}}',
        b'{"type":"BOOKMARK","object":7}',
        b"[]",
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_event_is_malformed_after_the_good_events_before_it(garbage: bytes) -> None:
    batches, end, _ = story(chunk(line("ADDED", node("a", 2)) + garbage + b"\n" + line("ADDED", node("b", 3))), END)
    assert names(batches) == [["ADDED a@2"]]
    assert isinstance(end, Malformed)
    assert end.excerpt == garbage


def test_a_long_line_that_is_no_event_is_shown_in_part() -> None:
    _, end, _ = story(chunk(b"x" * 100_000 + b"\n"), END)
    assert isinstance(end, Malformed)
    assert (len(end.excerpt), len(str(end)) < 500) == (200, True)


def test_an_object_without_a_name_is_unreadable_and_the_stream_goes_on() -> None:
    nameless = {"kind": "Node", "metadata": {"resourceVersion": "3"}}
    undecodable = {"kind": "Node", "metadata": {"name": 7}}
    batches, _, _ = story(chunk(line("ADDED", nameless) + line("ADDED", undecodable) + line("ADDED", node("b", 4))), END)
    first, second, third = batches[0]
    assert (first.type, first.object, first.resource_version) == (EventType.ADDED, None, "3")
    assert first.unreadable is not None
    assert "metadata.name" in str(first.unreadable)
    assert second.unreadable is not None
    assert third.object is not None


def test_a_status_in_an_event_that_is_not_an_error_is_what_it_says() -> None:
    _, end, _ = story(chunk(line("MODIFIED", status(410, "Expired", "too old"))), END)
    assert isinstance(end, Expired)


def test_a_table_in_an_event_is_refused() -> None:
    _, end, _ = story(
        chunk(line("ADDED", {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "3"}, "rows": []})), END
    )
    assert isinstance(end, Invalid)


def test_a_stream_that_ended_stays_ended() -> None:
    from informer.errors import SourceClosed

    stream = source(Pool([HEAD, END])).watch(WatchQuery("1"))
    with pytest.raises(StreamEnded):
        stream.next_batch()
    with pytest.raises(SourceClosed):
        stream.next_batch()


def test_a_watch_that_is_refused_is_an_error_at_once_and_leaves_no_connection() -> None:
    pool = Pool(http_answer(410, status(410, "Expired", "too old resource version")))
    with pytest.raises(Expired, match="too old resource version"):
        source(pool).watch(WatchQuery("1"))
    assert pool.connections[0].released
