"""Hypothesis judges what is so, never how long a busy machine took to tell, and tries the same examples each time.

To look for others: `pytest tests/unit --hypothesis-profile=explore`.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ladder", settings.get_profile("explore"), derandomize=True)
settings.load_profile("ladder")
