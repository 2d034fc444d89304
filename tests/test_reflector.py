"""What the reflector asks a source for, in each state and after each cause: the table in informer/reflector.py, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from fakes.simulation import SimulatedRuntime
from informer.errors import (
    Disconnected,
    Expired,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    ResourceVersionTooLarge,
    ServerError,
    StreamEnded,
    TooManyRequests,
    Unauthorized,
)
from informer.shared_informer import SharedInformer
from informer.source import ListPage, ListQuery, WatchQuery
from tests.scripted import ScriptedSource, Step, added, bookmark, modified, node, page

EMPTY = page(version=10)


def run(
    lists: Sequence[ListPage | Exception],
    watches: Sequence[Sequence[Step] | Exception] = (),
    *,
    seconds: float = 100,
    check: Callable[[SharedInformer], None] = lambda informer: None,  # type: ignore[type-arg]
) -> ScriptedSource:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, lists, watches)

    def main() -> None:
        informer = SharedInformer(source, runtime=runtime)
        informer.start()
        runtime.sleep(seconds)
        check(informer)
        informer.stop()

    runtime.run(main)
    return source


def test_the_first_requests_are_a_consistent_paged_list_and_a_watch_from_its_version() -> None:
    source = run([EMPTY])
    first, second = source.asked
    assert first == ListQuery(resource_version="", match="", limit=500)
    assert isinstance(second, WatchQuery)
    assert second.resource_version == "10"
    assert second.bookmarks
    assert 300 <= (second.timeout or 0) < 600
    assert (second.silence or 0) > (second.timeout or 0)


def test_pages_are_followed_and_taken_in_as_one_list() -> None:
    def check(informer: SharedInformer) -> None:  # type: ignore[type-arg]
        assert [obj.name for obj in informer.lister.list()] == ["a", "b"]

    source = run([page(node("a", 5), version=10, more="next"), page(node("b", 6), version=10)], check=check)
    assert source.requests == ["list", "list +next", "watch 10"]


def test_a_failed_page_leaves_nothing_visible() -> None:
    def check(informer: SharedInformer) -> None:  # type: ignore[type-arg]
        assert not informer.synced
        assert len(informer.lister) == 0

    run([page(node("a", 5), version=10, more="next"), ServerError("boom")], check=check)


def test_a_page_that_expired_is_followed_at_once_by_a_list_of_everything() -> None:
    source = run([page(node("a", 5), version=10, more="next"), Expired("too old"), page(node("b", 6), version=12)])
    assert source.requests == ["list", "list +next", "list whole", "watch 12"]
    assert source.times[2] == source.times[1]


def test_a_server_that_repeats_a_continue_token_is_not_followed_for_ever() -> None:
    source = run([page(version=10, more="t"), page(version=10, more="t"), EMPTY])
    assert source.requests == ["list", "list +t", "list", "watch 10"]


def test_continue_tokens_in_a_circle_are_not_followed_for_ever() -> None:
    source = run([page(version=10, more="t"), page(version=10, more="u"), page(version=10, more="t"), EMPTY])
    assert source.requests == ["list", "list +t", "list +u", "list", "watch 10"]


def test_an_empty_list_is_synced() -> None:
    def check(informer: SharedInformer) -> None:  # type: ignore[type-arg]
        assert informer.synced

    run([EMPTY], check=check)


@pytest.mark.parametrize(
    "error",
    [
        ServerError("500"),
        TooManyRequests("429"),
        Unauthorized("401"),
        Forbidden("403"),
        NotFound("404"),
        Disconnected("refused"),
        Expired("410"),
        Malformed("html"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failed_list_is_repeated_after_a_wait(error: Exception) -> None:
    source = run([error, error, EMPTY])
    assert source.requests == ["list", "list", "list", "watch 10"]
    assert 0.4 <= source.times[1] - source.times[0] <= 0.8
    assert 0.8 <= source.times[2] - source.times[1] <= 1.6


def test_events_and_bookmarks_move_the_version_that_a_new_watch_starts_from() -> None:
    source = run([EMPTY], [[added(node("a", 11)), bookmark(15), 6.0, StreamEnded("timeout")]])
    assert source.requests == ["list", "watch 10", "watch 15"]


def test_the_version_never_goes_back_within_a_stream() -> None:
    source = run([EMPTY], [[bookmark(15), bookmark(12), 6.0, StreamEnded("timeout")]])
    assert source.requests == ["list", "watch 10", "watch 15"]


def test_versions_compare_as_numbers() -> None:
    source = run([page(version=9)], [[bookmark(10), bookmark(9), 6.0, StreamEnded("timeout")]])
    assert source.requests[-1] == "watch 10"


def test_a_clean_end_after_five_seconds_is_followed_at_once_by_a_watch() -> None:
    source = run([EMPTY], [[5.0, StreamEnded("timeout")]])
    assert source.requests == ["list", "watch 10", "watch 10"]
    assert source.times[2] - source.times[1] == 5.0


def test_an_early_clean_end_counts_as_a_failure_and_the_second_in_a_row_means_relist() -> None:
    source = run([EMPTY, EMPTY], [[StreamEnded("")], [StreamEnded("")]])
    assert source.requests == ["list", "watch 10", "watch 10", "list", "watch 10"]
    assert source.times[2] - source.times[1] >= 0.4
    assert source.times[3] - source.times[2] >= 0.8


def test_a_productive_stream_that_ends_within_a_second_is_not_replaced_at_once() -> None:
    source = run([EMPTY], [[added(node("a", 11)), StreamEnded("")]])
    assert source.requests == ["list", "watch 10", "watch 11"]
    assert source.times[2] - source.times[1] >= 0.4


def test_silence_longer_than_was_asked_resumes_at_once_without_counting_as_a_failure() -> None:
    def check(informer: SharedInformer) -> None:  # type: ignore[type-arg]
        assert informer.counters.failures == 0

    source = run([EMPTY], [[60.0, Disconnected("silence", silent=True)]], check=check)
    assert source.requests == ["list", "watch 10", "watch 10"]
    assert source.times[2] - source.times[1] == 60.0


@pytest.mark.parametrize(
    "error",
    [Disconnected("reset"), Unauthorized("401"), Forbidden("403"), TooManyRequests("429"), ServerError("500")],
    ids=lambda error: type(error).__name__,
)
def test_a_watch_that_could_not_be_opened_is_tried_again_from_the_same_version(error: Exception) -> None:
    source = run([EMPTY], [error])
    assert source.requests == ["list", "watch 10", "watch 10"]
    assert source.times[2] - source.times[1] >= 0.4


def test_a_broken_stream_resumes_from_its_last_version_without_a_list() -> None:
    source = run([EMPTY], [[added(node("a", 11)), 1.0, Disconnected("reset")]])
    assert source.requests == ["list", "watch 10", "watch 11"]


@pytest.mark.parametrize(
    "error", [Expired("410"), ResourceVersionTooLarge("504"), NotFound("404"), Invalid("422")], ids=lambda error: type(error).__name__
)
@pytest.mark.parametrize("opened", [True, False], ids=["in the stream", "as a status"])
def test_a_version_or_resource_that_is_gone_means_relist(error: Exception, opened: bool) -> None:
    source = run([EMPTY, page(version=20)], [[error] if opened else error])
    assert source.requests == ["list", "watch 10", "list", "watch 20"]
    assert source.times[2] - source.times[1] >= 0.4


def test_an_error_event_that_is_not_a_410_means_relist() -> None:
    source = run([EMPTY, page(version=20)], [[ServerError("StoreReadError")]])
    assert source.requests == ["list", "watch 10", "list", "watch 20"]


def test_a_line_that_is_no_event_is_resumed_after_and_the_same_line_again_means_relist() -> None:
    source = run([EMPTY, page(version=20)], [[Malformed("?", excerpt=b"x")], [Malformed("?", excerpt=b"x")]])
    assert source.requests == ["list", "watch 10", "watch 10", "list", "watch 20"]


def test_two_different_garbage_lines_do_not_mean_relist() -> None:
    source = run([EMPTY], [[Malformed("?", excerpt=b"x")], [Malformed("?", excerpt=b"y")]])
    assert source.requests == ["list", "watch 10", "watch 10", "watch 10"]


def test_retry_after_is_a_floor_under_the_delay() -> None:
    source = run([TooManyRequests("429", retry_after=7), ServerError("503", retry_after=9), EMPTY])
    assert [round(b - a) for a, b in pairwise(source.times)][:2] == [7, 9]


def test_delays_double_up_to_thirty_seconds_and_each_is_drawn_from_its_upper_half() -> None:
    source = run([ServerError("500")] * 12, seconds=300)
    gaps = [b - a for a, b in pairwise(source.times)]
    for gap, ceiling in zip(gaps, [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30], strict=False):
        assert ceiling / 2 <= gap <= ceiling


def test_a_list_alone_does_not_reset_the_backoff() -> None:
    source = run([EMPTY] * 6, [Expired("410")] * 6, seconds=60)
    lists = [time for time, query in zip(source.times, source.asked, strict=True) if isinstance(query, ListQuery)]
    gaps = [b - a for a, b in pairwise(lists)]
    assert gaps == sorted(gaps)
    assert gaps[3] >= 3.2


def test_a_stream_that_brings_a_new_version_resets_the_backoff() -> None:
    failures = [ServerError("500")] * 4
    source = run([*failures, EMPTY], [[modified(node("a", 11)), 2.0, Disconnected("reset")]], seconds=60)
    assert source.times[-1] - source.times[-2] <= 2.0 + 0.8


def test_stop_wakes_a_wait_of_the_backoff() -> None:
    runtime = SimulatedRuntime(seed=1)
    source = ScriptedSource(runtime, [TooManyRequests("429", retry_after=3600)])

    def main() -> None:
        informer = SharedInformer(source, runtime=runtime)
        informer.start()
        runtime.sleep(10)
        informer.stop()
        assert runtime.monotonic() == 10

    runtime.run(main)
    assert source.requests == ["list"]
