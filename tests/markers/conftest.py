"""Chooses how many random examples are tried: ``HYPOTHESIS_PROFILE=long`` for many."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: a slow machine is no failure.
settings.register_profile("quick", max_examples=300, deadline=None)
settings.register_profile("long", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
