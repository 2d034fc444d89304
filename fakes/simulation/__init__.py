"""The simulation: the informer, the fake API server and your controller in one thread, in virtual time, in a replayable order."""

from fakes.simulation.errors import Deadlock, Livelock, SimulationError, SimulationTimeout, TaskWouldNotEnd
from fakes.simulation.runtime import SimulatedRuntime
from fakes.simulation.schedule import Schedule
from fakes.simulation.task import TaskFailure

__all__ = [
    "Deadlock",
    "Livelock",
    "Schedule",
    "SimulatedRuntime",
    "SimulationError",
    "SimulationTimeout",
    "TaskFailure",
    "TaskWouldNotEnd",
]
