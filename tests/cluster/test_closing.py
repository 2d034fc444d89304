from collections.abc import Callable

import pytest

from informer.cluster import ClusterSource
from informer.errors import SourceClosed
from informer.source import ListQuery, WatchQuery
from tests.cluster.scripted_pool import END, HEAD, Pool, chunk, line, node, source

Calls = list[Callable[[], None]]


def test_close_wakes_a_read_of_a_watch_that_blocks() -> None:
    closing: Calls = []

    def blocked() -> bytes:
        closing[0]()
        assert pool.connections[0].shut_down
        assert not pool.connections[0].closed
        return b""

    pool = Pool([HEAD, chunk(line("ADDED", node("a", 2))), blocked])
    cluster = source(pool)
    closing.append(cluster.close)
    stream = cluster.watch(WatchQuery("1"))
    stream.next_batch()
    with pytest.raises(SourceClosed):
        stream.next_batch()
    assert pool.connections[0].closed


def test_closing_the_stream_alone_leaves_the_source_open() -> None:
    closing: Calls = []

    def blocked() -> bytes:
        closing[0]()
        return b""

    pool = Pool([HEAD, blocked], [HEAD, chunk(line("ADDED", node("a", 2)))])
    cluster = source(pool)
    stream = cluster.watch(WatchQuery("1"))
    closing.append(stream.close)
    with pytest.raises(SourceClosed):
        stream.next_batch()
    with cluster.watch(WatchQuery("1")) as other:
        assert [event.resource_version for event in other.next_batch()] == ["2"]


def test_close_wakes_a_list_that_hangs() -> None:
    closing: Calls = []

    def blocked() -> bytes:
        closing[0]()
        return b""

    pool = Pool([HEAD, chunk(b'{"items":['), blocked])
    cluster = source(pool)
    closing.append(cluster.close)
    with pytest.raises(SourceClosed):
        cluster.list(ListQuery())
    assert pool.connections[0].shut_down
    assert pool.connections[0].closed


def test_an_answer_that_comes_after_close_is_given_up_and_its_connection_freed() -> None:
    clusters: list[ClusterSource] = []

    class Slow(Pool):
        def request(self, *args: object, **options: object) -> object:  # type: ignore[override]
            clusters[0].close()
            return super().request(*args, **options)  # type: ignore[arg-type]

    pool = Slow([HEAD, END])
    clusters.append(source(pool))
    with pytest.raises(SourceClosed):
        clusters[0].watch(WatchQuery("1"))
    assert pool.connections[0].closed


def test_close_frees_the_connection_of_a_watch_that_nobody_reads() -> None:
    pool = Pool([HEAD])
    cluster = source(pool)
    stream = cluster.watch(WatchQuery("1"))
    cluster.close()
    assert pool.connections[0].closed
    with pytest.raises(SourceClosed):
        stream.next_batch()


def test_after_close_everything_raises_and_nothing_is_asked() -> None:
    pool = Pool()
    cluster = source(pool)
    cluster.close()
    cluster.close()
    with pytest.raises(SourceClosed):
        cluster.list(ListQuery())
    with pytest.raises(SourceClosed):
        cluster.watch(WatchQuery("1"))
    assert pool.asked == []


def test_leaving_the_stream_frees_its_connection() -> None:
    pool = Pool([HEAD])
    with source(pool).watch(WatchQuery("1")):
        pass
    assert pool.connections[0].closed
