"""What runs beside a real API server, for a fake one: the garbage collector, the namespace controller, the service accounts,
the controllers of replicas, a scheduler with its kubelets.

All are optional, run on the server's own runtime, and take the same way as requests do; but no fault meets them, and no record is kept.
"""

from fakes.controllers.crew import CONTROLLERS, Crew

__all__ = ["CONTROLLERS", "Crew"]
