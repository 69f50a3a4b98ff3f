"""Tests of injecting."""
