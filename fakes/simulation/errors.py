"""How a simulation can end without an answer. All are raised from `SimulatedRuntime.run`, never inside a task."""

from __future__ import annotations


class SimulationError(Exception):
    """The simulation could not be carried to its end. The message names the tasks and what each one waits for."""


class Deadlock(SimulationError):
    """No task can run and no timer is set: nothing would ever happen again."""


class Livelock(SimulationError):
    """Tasks keep running while virtual time stands still."""


class SimulationTimeout(SimulationError):
    """The next thing to happen lies beyond the virtual time that `run` was given."""


class TaskWouldNotEnd(SimulationError):
    """A task kept waiting again when it was ended. Its stack stays in memory until the process ends."""
