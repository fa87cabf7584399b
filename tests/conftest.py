"""What all tests share."""

from hypothesis import settings

# A busy machine is slow now and then; no test of ours asserts speed.
settings.register_profile("ingestor", deadline=None)
settings.load_profile("ingestor")
