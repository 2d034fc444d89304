"""Properties fail for what they find, never for how long a busy machine took over it: their deadlines would be the wall clock's."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
