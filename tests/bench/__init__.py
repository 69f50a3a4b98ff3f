"""Tests of what the measurements share; nothing here is timed."""
