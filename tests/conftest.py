from hypothesis import HealthCheck, settings

# How fast a rule is says `make bench`: on a busy machine, an example that takes its time is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
