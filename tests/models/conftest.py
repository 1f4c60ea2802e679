"""Property tests of the models: no stopwatch on a shared machine, and the same examples on every run."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("models", deadline=None, derandomize=True)
# HYPOTHESIS_PROFILE=search looks further than CI does, with new examples each time.
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "models"))
