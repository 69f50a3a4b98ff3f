"""Tests of the markers; they mirror the package."""
