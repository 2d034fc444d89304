"""The test half of informer-kit: an API server in memory, and a simulation to run your code in."""

from fakes.fake_api_server import FakeAPIServer, ServedAPIServer
from fakes.simulation import Deadlock, Livelock, Schedule, SimulatedRuntime, SimulationTimeout

__all__ = ["Deadlock", "FakeAPIServer", "Livelock", "Schedule", "ServedAPIServer", "SimulatedRuntime", "SimulationTimeout"]
