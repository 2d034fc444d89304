"""ThreadRuntime keeps the contract of `informer.runtime.Runtime` with real threads, clocks and signals."""

from __future__ import annotations

import datetime
import logging
import signal
import sys
import threading
import uuid
from collections.abc import Callable

import pytest

from informer.runtime import Runtime, ThreadRuntime, current_runtime
from tests.waiting import PATIENCE

SHORT = 0.02
LONG = PATIENCE  # never reached when all is well


@pytest.fixture
def runtime() -> Runtime:
    return ThreadRuntime()


def test_sleeping_lets_at_least_that_much_time_pass(runtime: Runtime) -> None:
    before = runtime.monotonic()
    runtime.sleep(SHORT)
    assert SHORT <= runtime.monotonic() - before < LONG


def test_now_is_the_wall_clock_in_utc(runtime: Runtime) -> None:
    now = runtime.now()
    assert now.utcoffset() == datetime.timedelta(0)
    assert abs(now - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(seconds=LONG)


def test_a_task_runs_beside_its_spawner_under_its_own_name(runtime: Runtime) -> None:
    names: list[str] = []
    go = threading.Event()

    def work() -> None:
        go.wait(LONG)
        names.append(threading.current_thread().name)

    task = runtime.spawn(work, name="worker")
    alive = [task.alive]
    go.set()
    assert task.join(LONG)
    alive.append(task.alive)
    assert alive == [True, False]
    assert names == [task.name] == ["worker"]


def test_a_join_that_runs_out_of_time_says_so(runtime: Runtime) -> None:
    go = threading.Event()
    task = runtime.spawn(lambda: (go.wait(LONG), None)[1], name="slow")
    assert not task.join(SHORT)
    go.set()
    assert task.join(LONG)
    assert task.join()


def test_a_task_does_not_keep_the_process_alive(runtime: Runtime) -> None:
    daemons: list[bool] = []
    runtime.spawn(lambda: daemons.append(threading.current_thread().daemon), name="daemon").join(LONG)
    assert daemons == [True]


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit(3)])
def test_what_a_task_raises_is_logged_with_its_traceback_and_ends_the_task(
    runtime: Runtime, error: BaseException, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    with caplog.at_level(logging.ERROR, "informer.runtime"):
        assert runtime.spawn(fail, name="broken-task").join(LONG)
    (record,) = caplog.records
    assert "broken-task" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    assert "Exception in thread" not in capsys.readouterr().err


def test_a_notification_wakes_every_waiter(runtime: Runtime) -> None:
    condition = runtime.condition("c")
    waiting: list[bool] = []
    woken: list[bool] = []

    def wait() -> None:
        with condition:
            waiting.append(True)
            condition.notify_all()
            while not go:
                condition.wait(LONG)
            woken.append(True)

    go: list[bool] = []
    tasks = [runtime.spawn(wait, name=f"waiter-{number}") for number in range(3)]
    with condition:
        while len(waiting) < 3:
            assert condition.wait(LONG)
        go.append(True)
        condition.notify_all()
    assert all(task.join(LONG) for task in tasks)
    assert woken == [True] * 3


def test_a_wait_that_runs_out_of_time_returns_false_and_holds_the_condition_again(runtime: Runtime) -> None:
    condition = runtime.condition()
    with condition:
        before = runtime.monotonic()
        assert not condition.wait(SHORT)
        assert runtime.monotonic() - before >= SHORT
        condition.notify_all()


def test_only_one_task_holds_a_condition_at_a_time(runtime: Runtime) -> None:
    condition = runtime.condition()
    order: list[str] = []

    def enter() -> None:
        with condition:
            order.append("other")

    with condition:
        task = runtime.spawn(enter, name="other")
        assert not task.join(SHORT)
        order.append("holder")
    assert task.join(LONG)
    assert order == ["holder", "other"]


@pytest.mark.parametrize("use", [lambda condition: condition.wait(0), lambda condition: condition.notify_all()])
def test_waiting_or_notifying_without_holding_is_an_error(runtime: Runtime, use: Callable[[object], object]) -> None:
    with pytest.raises(RuntimeError):
        use(runtime.condition())


def test_a_seed_fixes_chance_and_uuids() -> None:
    one, two, other = ThreadRuntime(7), ThreadRuntime(7), ThreadRuntime(8)
    assert [one.uuid(), one.random.random(), one.uuid()] == [two.uuid(), two.random.random(), two.uuid()]
    assert one.uuid() != other.uuid()
    assert uuid.UUID(one.uuid()).version == 4


def test_without_a_seed_two_runtimes_differ() -> None:
    one, two = ThreadRuntime(), ThreadRuntime()
    assert one.uuid() != two.uuid()
    assert one.random.random() != two.random.random()


def test_a_checkpoint_does_nothing_even_while_a_condition_is_held(runtime: Runtime) -> None:
    with runtime.condition():
        runtime.checkpoint("anything")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot raise SIGTERM in a process and go on")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_calls_back_in_a_task_and_the_second_does_what_it_did_before(runtime: Runtime, number: signal.Signals) -> None:
    calls: list[str] = []
    called = threading.Event()
    before = signal.signal(number, lambda *_: calls.append("what would happen"))

    def callback() -> None:
        with held:  # in the interrupted thread, this would wait for ever
            calls.append(threading.current_thread().name)
        called.set()

    held = runtime.condition()
    try:
        runtime.on_interrupt(callback)
        with held:
            signal.raise_signal(number)
        assert called.wait(LONG)
        signal.raise_signal(number)
    finally:
        signal.signal(number, before)
    assert calls == ["interrupt", "what would happen"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send a signal to a thread")
def test_an_interrupt_that_the_system_gives_to_another_thread_is_heard_by_one_that_waits(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("informer.runtime._ATTENTION", SHORT)
    condition = runtime.condition()
    heard: list[bool] = []

    def callback() -> None:
        with condition:
            heard.append(True)
            condition.notify_all()

    def interrupt() -> None:
        with condition:  # which the main thread gives free when it waits
            pass
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    undo = runtime.on_interrupt(callback)
    try:
        with condition:
            task = runtime.spawn(interrupt, name="another thread")
            while not heard:
                assert condition.wait(LONG)
    finally:
        undo()
    assert task.join(LONG)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot raise SIGTERM in a process and go on")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_was_undone_does_what_it_did_before(runtime: Runtime, number: signal.Signals) -> None:
    calls: list[str] = []
    before = signal.signal(number, lambda *_: calls.append("what would happen"))
    try:
        undo = runtime.on_interrupt(lambda: calls.append("callback"))
        undo()
        signal.raise_signal(number)
    finally:
        signal.signal(number, before)
    assert calls == ["what would happen"]


def test_outside_the_main_thread_interrupts_are_left_alone(runtime: Runtime) -> None:
    before = signal.getsignal(signal.SIGINT)
    after: list[object] = []

    def register() -> None:
        undo = runtime.on_interrupt(lambda: None)
        after.append(signal.getsignal(signal.SIGINT))
        undo()

    assert runtime.spawn(register, name="register").join(LONG)
    assert after == [before]
    assert signal.getsignal(signal.SIGINT) is before


def test_threads_are_the_current_runtime_where_no_simulation_runs(runtime: Runtime) -> None:
    found: list[Runtime] = [current_runtime()]
    runtime.spawn(lambda: found.append(current_runtime()), name="task").join(LONG)
    assert [type(each) for each in found] == [ThreadRuntime, ThreadRuntime]
