"""What all tests share: how Hypothesis runs."""

from hypothesis import HealthCheck, settings

# Time belongs to the benchmarks: a busy machine must not fail a test.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
