"""A small program with all kinds of switch points; run as a script it prints its trace, for comparison between processes."""

from __future__ import annotations

import sys
from functools import partial

from fakes.simulation import Schedule, SimulatedRuntime


def story(seed: int, schedule: Schedule | None = None) -> tuple[list[str], Schedule]:
    """What happened, step by step, and the schedule that makes it happen again."""
    runtime = SimulatedRuntime(seed, schedule=schedule, trace=True)
    log: list[str] = []
    queue = runtime.condition("queue")
    items: list[str] = []

    def produce(name: str) -> None:
        for number in range(4):
            runtime.sleep(runtime.random.choice((0, 0.5, 1)))
            runtime.checkpoint("produce")
            with queue:
                items.append(f"{name}{number} {runtime.uuid()}")
                queue.notify_all()

    def consume(name: str) -> None:
        while True:
            with queue:
                while not items:
                    queue.wait(0.7)
                item = items.pop(0)
            log.append(f"{runtime.now()} {name} {item}")
            runtime.checkpoint("consume")

    def main() -> None:
        for name in "xyz":
            runtime.spawn(partial(consume, name), name=f"consumer-{name}")
        producers = [runtime.spawn(partial(produce, name), name=f"producer-{name}") for name in "abc"]
        for task in producers:
            task.join()
        runtime.sleep(10)

    runtime.run(main)
    return [*log, *(f"{at} {task} {what}" for at, task, what in runtime.trace)], runtime.schedule


if __name__ == "__main__":
    print("\n".join(story(int(sys.argv[1]))[0]))
