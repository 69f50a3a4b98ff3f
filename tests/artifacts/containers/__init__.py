"""Tests of what reads containers."""
