"""Tests of what writes archives."""
