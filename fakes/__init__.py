"""The test half of informer-kit: an API server in memory, and a simulation to run your code in.

Many projects have a folder `fakes` of their own. Where it has no `__init__.py`, Python passes over it for this package; so such folders are
put on this package's path, before its own, and nothing is imported until it is asked for.
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING

from informer.lazy import lazy_names

_ours, *_theirs = extend_path(__path__, __name__)
__path__ = [*_theirs, _ours]

if TYPE_CHECKING:
    from fakes.fake_api_server import FakeAPIServer, ServedAPIServer
    from fakes.simulation import Deadlock, Livelock, Schedule, SimulatedRuntime, SimulationTimeout
else:
    __getattr__ = lazy_names(
        __name__,
        fake_api_server="FakeAPIServer ServedAPIServer",
        simulation="Deadlock Livelock Schedule SimulatedRuntime SimulationTimeout",
    )

__all__ = ["Deadlock", "FakeAPIServer", "Livelock", "Schedule", "ServedAPIServer", "SimulatedRuntime", "SimulationTimeout"]
