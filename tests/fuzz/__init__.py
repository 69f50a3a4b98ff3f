"""Tests of what fuzzing found; they mirror its targets."""
